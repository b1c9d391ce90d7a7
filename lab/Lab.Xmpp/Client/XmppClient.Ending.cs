using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// The ends of a stream: RFC 6120 sections 4.4, 4.6, 4.9. Whatever the reason, the client comes back after the back-off
/// while it is wanted, host-unknown, host-gone and failed authentication included: nobody sits there to correct a
/// setting. One that never comes back gives up what it holds, and each message that it is still given. After a conflict it leaves the resource to the server and does not resume.
/// </summary>
public sealed partial class XmppClient
{
    /// <summary>How many see-other-host in a row bring the client back at once (RFC 6120 section 4.9.3.19).</summary>
    private const int MaxRedirects = 5;

    private int redirects;
    private bool redirected, sessionOver, retired;

    /// <summary>The checks found the peer silent.</summary>
    private void GiveUp(Due due)
    {
        StreamErrorCondition error = due.Reaction != Reaction.Error ? StreamErrorCondition.None
            : due.Claim == Claim.Idle ? StreamErrorCondition.PolicyViolation : StreamErrorCondition.ConnectionTimeout;
        if (due.Reaction == Reaction.Drop) Drop(due.Claim, due.Mechanism);
        else CloseStream(due.Claim, due.Mechanism, error);
    }

    /// <summary>The peer broke a rule, or asks for what this client does not do.</summary>
    private void Refuse(StreamErrorCondition error)
    {
        if (Step == Step.Closing) Finish(ActionKind.Close);
        else CloseStream(Claim.None, Mechanism.ProtocolError, error);
    }

    private void RefuseCount(uint h) =>
        CloseStream(Claim.None, Mechanism.ProtocolError, StreamErrorCondition.UndefinedCondition, (h, unacked.Sent));

    private static void WriteCountError(XmppWriter w, uint h, uint sent) =>
        w.Raw("<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"u8)
            .Raw("<handled-count-too-high xmlns='urn:xmpp:sm:3' h='"u8).Number(h).Raw("' send-count='"u8).Number(sent)
            .Raw("'/></stream:error>"u8).Raw(StreamHeaders.Close);

    /// <summary>
    /// Says the closing tag, after an error if there is one, and waits for the peer's (CLO-01, CLO-02).
    /// </summary>
    private void CloseStream(
        Claim claim, Mechanism mechanism, StreamErrorCondition error = StreamErrorCondition.None,
        (uint H, uint Sent)? tooHigh = null)
    {
        if (!CanWrite)
        {
            Drop(claim, mechanism, error);
            return;
        }
        if (acking && error == StreamErrorCondition.None) WriteCount(Traffic.Closing);
        XmppWriter w = outbound.Write(Traffic.Closing);
        if (tooHigh is var (h, sent)) WriteCountError(w, h, sent);
        else if (error != StreamErrorCondition.None) new StreamError(error).WriteClosing(w);
        else w.Raw(StreamHeaders.Close);
        // An error that never arrives leaves the session at the server; one that does may be answered with the last h.
        sessionOver = error == StreamErrorCondition.None || tooHigh is not null;
        Report(claim, mechanism, error);
        Step = Step.Closing;
        liveness.Close();
        totalEnd = Instant.Never;
        Expect(Policy.Connect.Close, Mechanism.None);
    }

    private void OnStreamClosed()
    {
        if (Step != Step.Closing)
        {
            if (acking) WriteCount(Traffic.Closing);
            outbound.Write(Traffic.Closing).Raw(StreamHeaders.Close);
            sessionOver = true;
            Report(Claim.None, Mechanism.StreamClose);
        }
        Finish(ActionKind.Close);
    }

    private void OnStreamError(Element error)
    {
        StreamError.TryRead(error, out StreamError read);
        StreamErrorCondition condition = read.Condition;
        bool badCount = !error.Child("handled-count-too-high"u8, Namespaces.Acks).IsNone;
        bool conflict = condition == StreamErrorCondition.Conflict;
        askForOwnResource &= !conflict;
        redirected = condition == StreamErrorCondition.SeeOtherHost && redirects++ < MaxRedirects;
        if (CanWrite) outbound.Write(Traffic.Closing).Raw(StreamHeaders.Close);
        sessionOver |= conflict || badCount;
        Report(Claim.None, Mechanism.StreamError, condition);
        Step = Step.Closing;
        liveness.Close();
        totalEnd = Instant.Never;
        Expect(Policy.Connect.Close, Mechanism.None);
    }

    /// <summary>Ends without a word (RFC 6120 section 4.6.1); a session can be resumed.</summary>
    private void Drop(Claim claim, Mechanism mechanism, StreamErrorCondition error = StreamErrorCondition.None)
    {
        Report(claim, mechanism, error);
        Finish(ActionKind.Abort);
    }

    private void Report(Claim claim, Mechanism mechanism, StreamErrorCondition error = StreamErrorCondition.None)
    {
        if (Step == Step.Closing) return;
        outbound.Add(new XmppAction(ActionKind.Ended, Claim: claim, Mechanism: mechanism, A: (long)error));
    }

    /// <summary>The transport is over: what survives is the session, the outbox and the wish to come back.</summary>
    private void Finish(ActionKind? act)
    {
        if (act is { } kind) outbound.Add(new XmppAction(kind));
        reader.Restart();
        reader.Release();
        liveness.Close();
        phaseEnd = totalEnd = Instant.Never;
        if (acking) lostAt = now;
        retired = wanted && backoff.IsOver;
        wanted &= !retired;
        if (sessionOver || unacked.Incomplete || !wanted) sessionId = null;
        if (sessionId is null) LoseSession();
        reading = streamOpen = secured = bound = counting = acking = sessionOver = false;
        exchange = null;
        Step = Step.Offline;
        if (wanted) ScheduleRetry();
        else GiveUpMessages();
    }

    private void ScheduleRetry()
    {
        Duration delay = redirected ? Duration.Zero : backoff.Next();
        redirected = false;
        retryAt = now + delay;
        outbound.Add(new XmppAction(ActionKind.RetryScheduled, A: delay.Nanoseconds, B: backoff.Attempts));
    }
}
