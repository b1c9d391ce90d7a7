using System.Buffers.Text;
using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// XEP-0198 from the client's side. A session outlives its stream unless either side closed the stream properly, their
/// counts disagree, another stream took the address (conflict), or its queue lost a stanza. It is resumed within the
/// window that the server granted, counted from the moment this side noticed the loss; without a granted window,
/// whenever; and with stanzas left unacknowledged even later, because the refusal may carry the h that saves
/// duplicates. What is left of a session that cannot be resumed is sent again on the next, messages alone, with the
/// time of the first attempt (XEP-0203), or given up, as the policy says; a server's last h in its refusal is respected
/// first.
/// </summary>
public sealed partial class XmppClient
{
    private readonly AckQueue unacked;
    private AckQueue outbox;
    private byte[]? sessionId;
    private Duration sessionMax;
    private Instant lostAt;
    private bool acksOffered, counting, acking;

    /// <summary>Whether resuming is worth a try (SM-06, SM-17, SM-19).</summary>
    private bool MayResume => sessionId is not null && (now < lostAt + sessionMax || unacked.Count > 0);

    private void Enable()
    {
        unacked.Start(FirstStanzaCount);
        counting = true;
        XmppWriter w = outbound.Write(Traffic.Handshake).Raw("<enable xmlns='urn:xmpp:sm:3'"u8);
        if (Policy.Acks!.Resume is { } window)
            w.Raw(" resume='true' max='"u8).Number(Math.Max(1, window.Nanoseconds / 1_000_000_000)).Raw("'"u8);
        w.Raw("/>"u8);
        liveness.Sent(now);
        Reach(Step.EnableSent);
        Expect(Policy.Connect.Step, Mechanism.StepTimeout);
    }

    private void AskToResume()
    {
        outbound.Write(Traffic.Handshake).Raw("<resume xmlns='urn:xmpp:sm:3'"u8).Attribute("previd"u8, sessionId)
            .Raw(" h='"u8).Number(unacked.Handled).Raw("'/>"u8);
        liveness.Sent(now);
        Reach(Step.ResumeSent);
        Expect(Policy.Connect.Step, Mechanism.StepTimeout);
    }

    private void OnAcksElement(Element element)
    {
        ReadOnlySpan<byte> name = element.Name;
        if (name.SequenceEqual(Names.AckRequest)) AnswerAckRequest();
        else if (name.SequenceEqual(Names.AckAnswer)) OnAck(element);
        else if (name.SequenceEqual(Names.Enabled) && Step == Step.EnableSent) OnEnabled(element);
        else if (name.SequenceEqual(Names.Resumed) && Step == Step.ResumeSent) OnResumed(element);
        else if (name.SequenceEqual(Names.Failed) && Step == Step.EnableSent)
        {
            counting = false;
            unacked.Release();
            GoOnline(resumed: false);
        }
        else if (name.SequenceEqual(Names.Failed) && Step == Step.ResumeSent)
        {
            if (TryCount(element, out uint h)) Acknowledge(h);
            LoseSession();
            Bind();
        }
    }

    private void OnEnabled(Element enabled)
    {
        acking = true;
        ReadOnlySpan<byte> answer = enabled.Attribute(Names.Resume);
        bool resumable = answer.SequenceEqual("true"u8) || answer.SequenceEqual("1"u8);
        ReadOnlySpan<byte> id = enabled.Attribute(Names.Id);
        if (Policy.Acks!.Resume is not null && resumable && !id.IsEmpty)
        {
            sessionId = id.ToArray();
            sessionMax = Utf8Parser.TryParse(enabled.Attribute("max"u8), out uint seconds, out _) && seconds > 0
                ? Duration.FromSeconds(seconds) : Duration.Forever;
        }
        liveness.EnableAcks(now);
        GoOnline(resumed: false);
    }

    private void OnResumed(Element resumed)
    {
        bound = counting = acking = true;
        if (TryCount(resumed, out uint h) && !Acknowledge(h))
        {
            RefuseCount(h);
            return;
        }
        liveness.EnableAcks(now);
        foreach (UnackedStanza stanza in unacked)
        {
            outbound.Write(Traffic.Payload).Raw(stanza.Bytes);
            liveness.SentStanza(now);
        }
        GoOnline(resumed: true);
    }

    private void AnswerAckRequest()
    {
        if (acking && CanWrite) WriteCount(Traffic.Acks);
    }

    private void WriteCount(Traffic traffic)
    {
        outbound.Write(traffic).Raw("<a xmlns='urn:xmpp:sm:3' h='"u8).Number(unacked.Handled).Raw("'/>"u8);
        liveness.Sent(now);
    }

    private void OnAck(Element answer)
    {
        if (!acking || !TryCount(answer, out uint h)) return;
        if (!Acknowledge(h))
        {
            if (CanWrite) RefuseCount(h);
            return;
        }
        if (liveness.AckAnswered(now, out Duration roundTrip))
            outbound.Add(new XmppAction(ActionKind.CheckAnswered, Traffic: Traffic.Acks, A: roundTrip.Nanoseconds));
    }

    /// <summary>False when the peer claims more than was sent (SM-16).</summary>
    private bool Acknowledge(uint h)
    {
        foreach (UnackedStanza stanza in unacked.AcknowledgedBy(h))
            if (stanza.Number >= 0) Tell(ActionKind.MessageAcknowledged, stanza.Number);
        return unacked.TryAcknowledge(h);
    }

    /// <summary>The session is gone: its messages wait for the next stream, or are given up (SM-25).</summary>
    private void LoseSession()
    {
        sessionId = null;
        if (unacked.Count == 0)
        {
            unacked.Release();
            return;
        }
        bool resend = Policy.Acks is { ResendAfterFailedResume: true };
        AckQueue later = outbox;
        if (resend) outbox = new AckQueue(buffers, int.MaxValue);
        var scratch = new XmppWriter(buffers);
        foreach (UnackedStanza stanza in unacked)
        {
            if (stanza.Number < 0) continue;
            if (!resend)
            {
                Tell(ActionKind.MessageAbandoned, stanza.Number);
                continue;
            }
            scratch.Clear();
            scratch.Stamped(stanza.Bytes, bareJid, stanza.FirstSent);
            outbox.Push(stanza.FirstSent, stanza.Number, scratch.Written);
        }
        scratch.Release();
        unacked.Release();
        if (later == outbox) return;
        foreach (UnackedStanza stanza in later) outbox.Push(stanza.FirstSent, stanza.Number, stanza.Bytes);
        later.Release();
    }

    private void GiveUpMessages()
    {
        LoseSession();
        foreach (UnackedStanza stanza in outbox) Tell(ActionKind.MessageAbandoned, stanza.Number);
        outbox.Release();
    }

    private static bool TryCount(Element element, out uint h)
    {
        ReadOnlySpan<byte> text = element.Attribute("h"u8);
        return Utf8Parser.TryParse(text, out h, out int used) && used == text.Length;
    }
}
