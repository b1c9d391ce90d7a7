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
        XmppWriter w = Write(Traffic.Handshake).Raw("<enable xmlns='urn:xmpp:sm:3'"u8);
        if (Policy.Acks!.Resume is { } window)
            w.Raw(" resume='true' max='"u8).Number(Math.Max(1, window.Nanoseconds / 1_000_000_000)).Raw("'"u8);
        w.Raw("/>"u8);
        AwaitStep(Step.EnableSent);
    }

    private void AskToResume()
    {
        Write(Traffic.Handshake).Raw("<resume xmlns='urn:xmpp:sm:3'"u8).Attribute("previd"u8, sessionId)
            .Raw(" h='"u8).Number(unacked.Handled).Raw("'/>"u8);
        AwaitStep(Step.ResumeSent);
    }

    private void TakeEnabled(Element enabled)
    {
        acking = true;
        ReadOnlySpan<byte> answer = enabled.Attribute(Names.Resume);
        bool resumable = answer.SequenceEqual("true"u8) || answer.SequenceEqual("1"u8);
        ReadOnlySpan<byte> id = enabled.Attribute(Names.Id);
        if (Policy.Acks!.Resume is not null && resumable && !id.IsEmpty)
        {
            sessionId = id.ToArray();
            sessionMax = AckElements.TryNumber(enabled.Attribute("max"u8), out uint seconds) && seconds > 0
                ? Duration.FromSeconds(seconds) : Duration.Forever;
        }
        Liveness.EnableAcks(now);
        GetOnline(resumed: false);
    }

    private void TakeResumed(Element resumed)
    {
        bound = counting = acking = true;
        if (AckElements.TryCount(resumed, out uint h) && !Acknowledge(h))
        {
            RefuseCount(h);
            return;
        }
        Liveness.EnableAcks(now);
        foreach (UnackedStanza stanza in unacked)
        {
            Write(stanza.Number == AckQueue.OfLogin ? Traffic.Login : Traffic.Payload).Raw(stanza.Bytes);
            Liveness.SentStanza(now);
        }
        GetOnline(resumed: true);
    }

    private void TakeCount(Element answer)
    {
        if (!acking || !AckElements.TryCount(answer, out uint h)) return;
        if (!Acknowledge(h))
        {
            if (Writes) RefuseCount(h);
            return;
        }
        if (Liveness.AckAnswered(now, out Duration roundTrip)) TellAnswer(Traffic.Acks, roundTrip);
    }

    private void RefuseCount(uint h)
    {
        sessionOver = true;
        FailCount(h, unacked.Sent);
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
}
