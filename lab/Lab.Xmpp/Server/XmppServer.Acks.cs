using Lab.Network;

namespace Lab.Xmpp;

// Stream management, the server's side (XEP-0198). A session is off, active, hibernating, resumed or gone; a closing
// tag or a stream error ends it at once, anything else leaves it to be resumed for its window.
public sealed partial class XmppServer
{
    private void OnEnable(ServerStream stream, Session session, Element enable)
    {
        if (acks is null) stream.Write(Traffic.Handshake).AckRefusal(StanzaError.FeatureNotImplemented);
        else Enable(stream, session, enable, acks);
    }

    private void Enable(ServerStream stream, Session session, Element enable, AckPolicy acks)
    {
        session.Acks = new AckQueue(buffers, acks.QueueStanzas);
        session.Acks.Start(FirstStanzaCount);
        XmppWriter writer = stream.Write(Traffic.Handshake).Raw("<enabled xmlns='urn:xmpp:sm:3'"u8);
        ReadOnlySpan<byte> resume = enable.Attribute("resume"u8);
        bool asked = resume.SequenceEqual("true"u8) || resume.SequenceEqual("1"u8);
        if (asked && acks.Resume is { Nanoseconds: > 0 } window)
        {
            bool limited = AckElements.TryNumber(enable.Attribute("max"u8), out uint max) && max > 0;
            if (limited) window = Duration.Min(window, Duration.FromSeconds(max));
            session.Window = window;
            session.AckId = new UInt128(ackIds.Next(), ackIds.Next());
            writer.Raw(" id='"u8).Hex(session.AckId).Raw("' resume='true'"u8);
            long seconds = window.Nanoseconds / 1_000_000_000;
            if (seconds > 0) writer.Raw(" max='"u8).Number(seconds).Raw("'"u8);
        }
        writer.Raw("/>"u8);
        stream.Liveness.EnableAcks(Now);
    }

    private void OnResume(ServerStream stream, Element resume)
    {
        if (acks?.Resume is null) Refuse(stream, StanzaError.FeatureNotImplemented);
        else if (!AckElements.TryCount(resume, out uint h)) Refuse(stream, StanzaError.BadRequest);
        else if (!Identifiers.TryParse(resume.Attribute("previd"u8), out UInt128 id))
            Refuse(stream, StanzaError.ItemNotFound);
        else if (FindSession(stream.Account, stream.Domain, id) is not { Acks: { } queue } session)
            RefuseResume(stream, id);
        else if (!queue.TryAcknowledge(h)) stream.RefuseCount(queue, h);
        else if (!session.Resumable)
        {
            Replace(session);
            RefuseResume(stream, id);
        }
        else Resume(stream, session, queue);
    }

    // The old stream goes without its session; then everything unacknowledged is sent again in order (SM-21, SM-22).
    private void Resume(ServerStream stream, Session session, AckQueue queue)
    {
        if (session.Stream is { } old)
        {
            old.Session = null;
            old.Fail(StreamErrorCondition.Conflict, Mechanism.Replaced);
        }
        machine.Deadlines.Disarm(session);
        store[session.Account].Forget(session.AckId);
        stream.Carry(session);
        Traffic cause = queue.Count > 0 ? Traffic.Payload : Traffic.Handshake;
        XmppWriter writer = stream.Write(cause).Raw("<resumed xmlns='urn:xmpp:sm:3' previd='"u8);
        writer.Hex(session.AckId).Raw("' h='"u8).Number(queue.Handled).Raw("'/>"u8);
        stream.Liveness.EnableAcks(Now);
        foreach (UnackedStanza stanza in queue)
        {
            if (stanza.Number == AckQueue.OfLogin) writer = stream.Write(Traffic.Login);
            writer.Raw(stanza.Bytes);
            stream.Liveness.SentStanza(Now);
        }
        if (session.Available) ObserveSession(ActionKind.Available, session, 1);
    }

    /// <summary>SM-19: the id is unknown or its time is over; h of the lost session if it is still known.</summary>
    private void RefuseResume(ServerStream stream, UInt128 id)
    {
        if (store[stream.Account].TryRecall(id, out uint handled)) Refuse(stream, StanzaError.ItemNotFound, handled);
        else Refuse(stream, StanzaError.ItemNotFound);
    }

    private static void Refuse(ServerStream stream, StanzaError error, uint? handled = null) =>
        stream.Write(Traffic.Handshake).AckRefusal(error, handled);
}
