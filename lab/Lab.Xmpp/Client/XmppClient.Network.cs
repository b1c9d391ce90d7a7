using Lab.Network;

namespace Lab.Xmpp;

// What a client does when its system says that the network has changed. Rule: on a stream that is ready for stanzas
// pings go out of turn, and any byte that comes afterwards is an answer; an attempt that is under way goes on, but with
// reconnect, for it may be on an address that is gone; who waits begins at once where the back-off is reset.
// Leaves out: that a system says which network it is, and asks the client not to use an expensive one.
public sealed partial class XmppClient
{
    private Queue<Instant>? reactions;                          // when they are due; made with the first notice
    private Instant networkAt = Instant.Never, probeEnd = Instant.Never;

    /// <summary>The system says that the network has changed.</summary>
    public void NetworkChanged(Instant now)
    {
        Enter(now);
        if (Policy.OnNetworkChange is not { } policy || !wanted) return;
        if (policy.ResetBackoff) backoff.Reset();
        if (Phase == StreamPhase.Over)
        {
            if (policy.ResetBackoff) Attempt();
            return;
        }
        (reactions ??= new()).Clear();
        if (policy.Then != NetworkChangeAction.Nothing)
            foreach (Duration after in policy.After) reactions.Enqueue(now + after);
        PlanNetwork();
        if (networkAt <= now) ReactToNetwork();
        Check();
    }

    /// <summary>Its person, or a push, wants it online now: who waits begins at once, its back-off reset.</summary>
    public void ConnectNow(Instant now)
    {
        Enter(now);
        if (!wanted || Phase != StreamPhase.Over) return;
        backoff.Reset();
        Attempt();
    }

    private void PlanNetwork() =>
        networkAt = Instant.Min(probeEnd, reactions is { Count: > 0 } ? reactions.Peek() : Instant.Never);

    /// <summary>Whatever comes, the path stands.</summary>
    private void ProbeAnswered()
    {
        probeEnd = Instant.Never;
        PlanNetwork();
    }

    private void ReactToNetwork()
    {
        NetworkChangePolicy policy = Policy.OnNetworkChange!;
        if (probeEnd <= now)
        {
            Claim claim = Policy.OnDead == Reaction.Drop ? Claim.Dead : Claim.Broken;
            ForgetNetwork();
            GiveUp(new Due(DueKind.GiveUp, claim, Mechanism.PingTimeout, Policy.OnDead));
            return;
        }
        while (reactions!.TryPeek(out Instant due) && due <= now)
        {
            reactions.Dequeue();
            if (policy.Then == NetworkChangeAction.Reconnect)
            {
                ForgetNetwork();
                comesBackAtOnce = true;
                Drop(Claim.Dead, Mechanism.NetworkChange);
                return;
            }
            if (Phase != StreamPhase.Established) continue;
            if (Liveness.PingsNow(now)) SendPing();
            probeEnd = Instant.Min(probeEnd, now + policy.Timeout);
        }
        PlanNetwork();
    }

    private void ForgetNetwork()
    {
        reactions?.Clear();
        networkAt = probeEnd = Instant.Never;
    }
}
