using System.Buffers.Text;
using System.Globalization;
using Lab.Network;

namespace Lab.Xmpp;

// Stream management, the server's side (XEP-0198). A session is off, active, hibernating, resumed or gone; a closing
// tag
// or a stream error ends it at once, anything else leaves it to be resumed for its window.
public sealed partial class XmppServer
{
    private void OnAckElement(ServerStream stream, Element element)
    {
        ReadOnlySpan<byte> name = element.Name;
        AckQueue? queue = stream.Session?.Acks;
        if (queue is not null && name.SequenceEqual(Names.AckRequest))
        {
            if (!stream.Writes) return;
            Write(stream, Traffic.Acks).Raw("<a xmlns='urn:xmpp:sm:3' h='"u8).Number(queue.Handled).Raw("'/>"u8);
        }
        else if (queue is not null && name.SequenceEqual(Names.AckAnswer)) OnAck(stream, queue, element);
        else if (name.SequenceEqual(Names.Enable)) OnEnable(stream, element);
        else if (name.SequenceEqual(Names.Resume)) OnResume(stream, element);
        else if (name.SequenceEqual(Names.AckRequest) || name.SequenceEqual(Names.AckAnswer))
            Refuse(stream, StanzaError.UnexpectedRequest);
        else Fail(stream, StreamErrorCondition.UnsupportedStanzaType);
    }

    private void OnAck(ServerStream stream, AckQueue queue, Element ack)
    {
        if (!TryCount(ack, out uint h)) Fail(stream, StreamErrorCondition.InvalidXml);
        else if (!queue.TryAcknowledge(h)) FailCount(stream, queue, h);
        else if (stream.Liveness.AckAnswered(now, out Duration roundTrip))
            Observe(ActionKind.CheckAnswered, stream, Traffic.Acks, roundTrip.Nanoseconds);
    }

    private void OnEnable(ServerStream stream, Element enable)
    {
        if (stream.Session is not { } session) Refuse(stream, StanzaError.UnexpectedRequest);
        else if (session.Acks is not null) Fail(stream, StreamErrorCondition.PolicyViolation);         // SM-03
        else if (acks is null) Refuse(stream, StanzaError.FeatureNotImplemented);
        else if (stream.Writes) Enable(stream, session, enable, acks);
    }

    private void Enable(ServerStream stream, Session session, Element enable, AckPolicy acks)
    {
        session.Acks = new AckQueue(buffers, acks.QueueStanzas);
        session.Acks.Start(FirstStanzaCount);
        XmppWriter writer = Write(stream, Traffic.Handshake).Raw("<enabled xmlns='urn:xmpp:sm:3'"u8);
        ReadOnlySpan<byte> resume = enable.Attribute("resume"u8);
        bool asked = resume.SequenceEqual("true"u8) || resume.SequenceEqual("1"u8);
        if (asked && acks.Resume is { Nanoseconds: > 0 } window)
        {
            bool limited = TryNumber(enable.Attribute("max"u8), out uint max) && max > 0;
            if (limited) window = Duration.Min(window, Duration.FromSeconds(max));
            session.Window = window;
            session.AckId = new UInt128(ackIds.Next(), ackIds.Next());
            writer.Raw(" id='"u8).Hex(session.AckId).Raw("' resume='true'"u8);
            long seconds = window.Nanoseconds / 1_000_000_000;
            if (seconds > 0) writer.Raw(" max='"u8).Number(seconds).Raw("'"u8);
        }
        writer.Raw("/>"u8);
        stream.Liveness.EnableAcks(now);
    }

    private void OnResume(ServerStream stream, Element resume)
    {
        bool early = stream.Account < 0, late = stream.Phase != StreamPhase.Negotiating;
        if (early || late) Refuse(stream, StanzaError.UnexpectedRequest);
        else if (acks?.Resume is null) Refuse(stream, StanzaError.FeatureNotImplemented);
        else if (!TryCount(resume, out uint h)) Refuse(stream, StanzaError.BadRequest);
        else if (!Identifiers.TryParse(resume.Attribute("previd"u8), out UInt128 id))
            Refuse(stream, StanzaError.ItemNotFound);
        else if (FindSession(stream.Account, stream.Domain, id) is not { Acks: { } queue } session)
            RefuseResume(stream, id);
        else if (!queue.TryAcknowledge(h)) FailCount(stream, queue, h);
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
            Fail(old, StreamErrorCondition.Conflict, Mechanism.Replaced);
        }
        deadlines.Disarm(session);
        store[session.Account].Forget(session.AckId);
        Attach(session, stream);
        Traffic cause = queue.Count > 0 ? Traffic.Payload : Traffic.Handshake;
        XmppWriter writer = Write(stream, cause).Raw("<resumed xmlns='urn:xmpp:sm:3' previd='"u8);
        writer.Hex(session.AckId).Raw("' h='"u8).Number(queue.Handled).Raw("'/>"u8);
        stream.Liveness.EnableAcks(now);
        foreach (UnackedStanza stanza in queue)
        {
            writer.Raw(stanza.Bytes);
            stream.Liveness.SentStanza(now);
        }
        if (session.Available) ObserveSession(ActionKind.Available, session, 1);
    }

    /// <summary>SM-19: the id is unknown or its time is over; h of the lost session if it is still known.</summary>
    private void RefuseResume(ServerStream stream, UInt128 id)
    {
        if (store[stream.Account].TryRecall(id, out uint handled)) Refuse(stream, StanzaError.ItemNotFound, handled);
        else Refuse(stream, StanzaError.ItemNotFound);
    }

    private void Refuse(ServerStream stream, StanzaError error, uint? handled = null)
    {
        if (!stream.Writes) return;
        XmppWriter writer = Write(stream, Traffic.Handshake).Raw("<failed xmlns='urn:xmpp:sm:3'"u8);
        if (handled is { } h) writer.Raw(" h='"u8).Number(h).Raw("'"u8);
        writer.Raw(">"u8).Condition(error).Raw("</failed>"u8);
    }

    private void FailCount(ServerStream stream, AckQueue queue, uint h)
    {
        string detail = string.Create(CultureInfo.InvariantCulture,
            $"<handled-count-too-high xmlns='urn:xmpp:sm:3' h='{h}' send-count='{queue.Sent}'/>");
        Fail(stream, StreamErrorCondition.UndefinedCondition, detail: System.Text.Encoding.UTF8.GetBytes(detail));
    }

    private static bool TryCount(Element element, out uint h) => TryNumber(element.Attribute("h"u8), out h);

    private static bool TryNumber(ReadOnlySpan<byte> text, out uint value) =>
        Utf8Parser.TryParse(text, out value, out int used) && used == text.Length;
}
