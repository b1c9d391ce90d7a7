using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// What is left when a stream is over (RFC 6120 sections 4.4, 4.6, 4.9). Whatever the reason, the client comes back
/// after the back-off while it is wanted, host-unknown, host-gone and failed authentication included: nobody sits there
/// to correct a setting. One that never comes back gives up what it holds, and each message that it is still given.
/// After a conflict it leaves the resource to the server and does not resume.
/// </summary>
public sealed partial class XmppClient
{
    /// <summary>How many see-other-host in a row bring the client back at once (RFC 6120 section 4.9.3.19).</summary>
    private const int MaxRedirects = 5;

    private int redirects;
    private bool redirected, comesBackAtOnce, sessionOver, retired;

    private void TakeError(Element error)
    {
        StreamErrorCondition condition = StreamErrors.Read(error);
        bool conflict = condition == StreamErrorCondition.Conflict;
        Refusal = Encoding.UTF8.GetString(StreamErrors.Name(condition));
        askForOwnResource &= !conflict;
        redirected = condition == StreamErrorCondition.SeeOtherHost && redirects++ < MaxRedirects;
        sessionOver |= conflict || !error.Child("handled-count-too-high"u8, Namespaces.Acks).IsNone;
        OnPeerError(error);
    }

    internal override void SayLast()
    {
        if (acking) Write(Traffic.Closing).Count(unacked);
    }

    // An error that never arrives leaves the session at the server; one that does may be answered with the last h.
    internal override void OnEnded(Parting how, Mechanism mechanism, StreamErrorCondition condition)
    {
        sessionOver |= how is Parting.Closed or Parting.PeerClosed;
        Step = Step.Closing;
    }

    /// <summary>The transport is over: what survives is the session, the outbox and the wish to come back.</summary>
    internal override void OnOver()
    {
        if (acking) lostAt = now;
        ForgetNetwork();
        retired = wanted && backoff.IsOver;
        wanted &= !retired;
        if (sessionOver || unacked.Incomplete || !wanted) sessionId = null;
        if (sessionId is null) LoseSession();
        bound = counting = acking = sessionOver = false;
        exchange = null;
        Step = Step.Offline;
        if (wanted) ScheduleRetry();
        else GiveUpMessages();
    }

    private void ScheduleRetry()
    {
        Duration delay = redirected || comesBackAtOnce ? Duration.Zero : backoff.Next();
        redirected = comesBackAtOnce = false;
        retryAt = now + delay;
        outbound.Add(new XmppAction(ActionKind.RetryScheduled, A: delay.Nanoseconds, B: backoff.Attempts));
    }
}
