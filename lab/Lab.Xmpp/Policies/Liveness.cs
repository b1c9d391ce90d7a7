using Lab.Network;

namespace Lab.Xmpp;

/// <summary>What arrived, as far as a sign of life is concerned.</summary>
public enum Heard : byte
{
    /// <summary>White space between first-level elements.</summary>
    Whitespace,

    /// <summary>Bytes of a first-level element that is not complete yet.</summary>
    Bytes,

    /// <summary>A complete first-level element, stanza or not.</summary>
    Element,
}

public enum DueKind : byte { Nothing, SendWhitespace, SendPing, RequestAck, GiveUp }

/// <summary>What a stream's checks demand now; Claim, Mechanism and Reaction belong to GiveUp.</summary>
public readonly record struct Due(
    DueKind Kind, Claim Claim = Claim.None, Mechanism Mechanism = Mechanism.None, Reaction Reaction = Reaction.Drop);

/// <summary>
/// The checks of one stream under one policy, sans IO.
/// <para>
/// Rule. A check falls due so long after what its trigger names: the last check of its kind (Periodic), the last byte
/// received (IdleReceive), sent (IdleSend) or either (IdleBoth), and never sooner than its interval after the previous
/// one. White space runs from the stream header on, but neither from starttls nor auth until the next header (RFC 6120
/// sections 5.3.3, 6.3.5). Pings (XEP-0199) and the idle rule run once stanzas may flow, ack requests (XEP-0198) once
/// stream management is on. At most one ping and one ack request wait for an answer; a request that stanzas ask for
/// while one is out follows its answer. AnyStanza is met by every complete first-level element, ack elements included,
/// as deployed clients do it. A ping or request out for its timeout is the verdict Dead (reaction drop) or Broken
/// (close, error) of RFC 6120 sections 4.6.1 and 4.6.2; the idle rule says Idle (4.6.3), but when its verification
/// stays unanswered the peer is not idle, and it says Dead or Broken as well.
/// </para>
/// <para>
/// Leaves out: adaptive intervals, and a pacing of the peer's checks.
/// </para>
/// Driving rule: report what is sent and received; after each report, and at NextTime, call Take until it says Nothing
/// (each demand counts as done). It is a mutable struct of about 90 bytes: keep it in a field. Timers die with it.
/// </summary>
public struct Liveness
{
    private readonly Policy policy;
    private Instant received, sent, alive;
    private Instant spaced, pinged, requested, acknowledged, verified;
    private int stanzas;
    private Flags flags;

    public Liveness(Policy policy)
    {
        Require(policy.Whitespace?.Every, "whitespace.every");
        Require(policy.Ping?.Every, "ping.every");
        Require(policy.Ping?.Timeout, "ping.timeout");
        Require(policy.Acks?.Every, "acks.every");
        Require(policy.Acks?.Timeout, "acks.timeout");
        Require(policy.Idle?.After, "idle.after");
        this.policy = policy;
    }

    /// <summary>True from Enable on: stream management is on and acks may be asked for.</summary>
    public readonly bool AcksEnabled => Has(Flags.Acks);

    /// <summary>When Take has something to say at the latest known facts; Never when nothing is due.</summary>
    public readonly Instant NextTime => Earliest(out _);

    /// <summary>A stream header is out: white space may flow, an interval from now. Ends a hold.</summary>
    public void Open(Instant now)
    {
        spaced = now;
        if (!Has(Flags.Open)) received = sent = alive = now;
        flags = (flags | Flags.Open) & ~Flags.Held;
    }

    /// <summary>STARTTLS or SASL begins: no white space until Open.</summary>
    public void Hold() => flags |= Flags.Held;

    /// <summary>Stanzas may flow: pings and the idle rule begin.</summary>
    public void Establish(Instant now)
    {
        pinged = alive = now;
        flags |= Flags.Established;
    }

    /// <summary>Stream management is on: ack requests begin.</summary>
    public void EnableAcks(Instant now)
    {
        requested = acknowledged = now;
        flags |= Flags.Acks;
    }

    /// <summary>Nothing falls due any more.</summary>
    public void Close() => flags = Flags.None;

    public void Received(Instant now, Heard what)
    {
        received = now;
        if (what != Heard.Whitespace || policy.Idle is not { WhitespaceCounts: false })
        {
            alive = now;
            flags &= ~Flags.Verifying;
        }
        if (Has(Flags.PingTimed) && Clears(policy.Ping?.ClearedBy, what)) flags &= ~Flags.PingTimed;
        if (Has(Flags.AckTimed) && Clears(policy.Acks?.ClearedBy, what)) flags &= ~Flags.AckTimed;
    }

    /// <summary>Bytes were written.</summary>
    public void Sent(Instant now) => sent = now;

    /// <summary>A stanza that stream management counts was written.</summary>
    public void SentStanza(Instant now)
    {
        sent = now;
        stanzas++;
    }

    /// <summary>
    /// The last ping was answered; false when none was open. The round trip counts even when something else cleared it.
    /// </summary>
    public bool PingAnswered(Instant now, out Duration roundTrip)
    {
        roundTrip = now - pinged;
        return Answered(Flags.PingOpen | Flags.PingTimed, Flags.PingOpen);
    }

    /// <summary>An ack arrived; false when none was asked for.</summary>
    public bool AckAnswered(Instant now, out Duration roundTrip)
    {
        roundTrip = now - requested;
        acknowledged = now;
        return Answered(Flags.AckOpen | Flags.AckTimed, Flags.AckOpen);
    }

    /// <summary>A ping is to be sent out of turn; false when one waits for its answer, which does as well.</summary>
    public bool PingsNow(Instant now)
    {
        if (Has(Flags.PingTimed)) return false;
        pinged = sent = now;
        flags |= Flags.PingOpen;
        return true;
    }

    /// <summary>The next demand that is due at <paramref name="now"/>, earliest first; it counts as done.</summary>
    public Due Take(Instant now)
    {
        if (Earliest(out Candidate what) > now) return default;
        switch (what)
        {
            case Candidate.PingTimeout:
                return Dead(Mechanism.PingTimeout);
            case Candidate.AckTimeout:
                return Dead(Mechanism.AckTimeout);
            case Candidate.Verification:
                return Dead(Mechanism.IdleRule);
            case Candidate.Idle when policy.Idle!.Then != IdleAction.VerifyFirst:
                Close();
                return new Due(DueKind.GiveUp, Claim.Idle, Mechanism.IdleRule,
                    policy.Idle.Then == IdleAction.Error ? Reaction.Error : Reaction.Close);
            case Candidate.Idle:
                verified = now;
                flags |= Flags.Verifying;
                return Verify(now);
            case Candidate.AckRequest:
                return RequestAck(now);
            case Candidate.Ping:
                return Ping(now);
            default:
                spaced = sent = now;
                return new Due(DueKind.SendWhitespace);
        }
    }

    // Equal times: verdicts before checks, so that nothing is written to a stream found dead.
    private readonly Instant Earliest(out Candidate what)
    {
        Instant best = Instant.Never;
        what = Candidate.None;
        if (flags == Flags.None) return best;
        if (Has(Flags.PingTimed) && policy.Ping is { } timedPing)
            Consider(pinged + timedPing.Timeout, Candidate.PingTimeout, ref best, ref what);
        if (Has(Flags.AckTimed) && policy.Acks?.Timeout is { } ackTimeout)
            Consider(requested + ackTimeout, Candidate.AckTimeout, ref best, ref what);
        if (Has(Flags.Established) && policy.Idle is { } idle)
        {
            if (Has(Flags.Verifying)) Consider(verified + idle.Timeout, Candidate.Verification, ref best, ref what);
            else Consider(alive + idle.After, Candidate.Idle, ref best, ref what);
        }
        if (Has(Flags.Acks) && !Has(Flags.AckTimed) && policy.Acks is { } acks)
        {
            if (acks.EveryStanzas > 0 && stanzas >= acks.EveryStanzas)
                Consider(sent, Candidate.AckRequest, ref best, ref what);
            Instant asked = acks.Trigger == Trigger.Periodic ? Instant.Max(requested, acknowledged) : requested;
            if (acks.Every is { } pause)
                Consider(Base(acks.Trigger, asked) + pause, Candidate.AckRequest, ref best, ref what);
        }
        if (Has(Flags.Established) && !Has(Flags.PingTimed) && policy.Ping is { } ping)
            Consider(Base(ping.Trigger, pinged) + ping.Every, Candidate.Ping, ref best, ref what);
        if (Has(Flags.Open) && !Has(Flags.Held) && policy.Whitespace is { } whitespace)
            Consider(Base(whitespace.Trigger, spaced) + whitespace.Every, Candidate.Whitespace, ref best, ref what);
        return best;
    }

    private static void Consider(Instant when, Candidate candidate, ref Instant best, ref Candidate what)
    {
        if (when >= best) return;
        best = when;
        what = candidate;
    }

    private readonly Instant Base(Trigger trigger, Instant lastCheck) => trigger switch
    {
        Trigger.IdleReceive => Instant.Max(lastCheck, received),
        Trigger.IdleSend => Instant.Max(lastCheck, sent),
        Trigger.IdleBoth => Instant.Max(lastCheck, Instant.Max(received, sent)),
        _ => lastCheck,
    };

    // A check that is out already verifies as well as a new one.
    private Due Verify(Instant now) =>
        AcksEnabled ? Has(Flags.AckTimed) ? Take(now) : RequestAck(now) : Has(Flags.PingTimed) ? Take(now) : Ping(now);

    private Due Ping(Instant now)
    {
        pinged = sent = now;
        flags |= Flags.PingOpen | Flags.PingTimed;
        return new Due(DueKind.SendPing);
    }

    private Due RequestAck(Instant now)
    {
        requested = sent = now;
        stanzas = 0;
        flags |= Flags.AckOpen | Flags.AckTimed;
        return new Due(DueKind.RequestAck);
    }

    private Due Dead(Mechanism mechanism)
    {
        Close();
        Claim claim = policy.OnDead == Reaction.Drop ? Claim.Dead : Claim.Broken;
        return new Due(DueKind.GiveUp, claim, mechanism, policy.OnDead);
    }

    private bool Answered(Flags cleared, Flags open)
    {
        bool was = Has(open);
        flags &= ~cleared;
        return was;
    }

    private static bool Clears(ClearedBy? rule, Heard what) => rule switch
    {
        ClearedBy.AnyData => true,
        ClearedBy.AnyStanza => what == Heard.Element,
        _ => false,
    };

    private readonly bool Has(Flags flag) => (flags & flag) != 0;

    private static void Require(Duration? span, string word)
    {
        if (span is { Nanoseconds: <= 0 } wrong)
            throw new ArgumentOutOfRangeException(word, $"{word} is {wrong}, must be above 0");
    }

    [Flags]
    private enum Flags : ushort
    {
        None = 0, Open = 1, Held = 2, Established = 4, Acks = 8,
        PingOpen = 16, PingTimed = 32, AckOpen = 64, AckTimed = 128, Verifying = 256,
    }

    private enum Candidate : byte { None, PingTimeout, AckTimeout, Verification, Idle, AckRequest, Ping, Whitespace }
}
