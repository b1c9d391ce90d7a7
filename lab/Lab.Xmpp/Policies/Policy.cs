using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// Who checks the stream, how often, with which timeout, and what follows: the subject of RFC 6120 section 4.6.4 as
/// data. Parts combine freely; an absent part does nothing. The same words serve clients and servers.
/// </summary>
public sealed record Policy
{
    public static readonly Policy Nothing = new();

    public WhitespacePolicy? Whitespace { get; init; }
    public PingPolicy? Ping { get; init; }
    public AckPolicy? Acks { get; init; }
    public TcpPolicy? Tcp { get; init; }
    public IdlePolicy? Idle { get; init; }
    public ConnectPolicy Connect { get; init; } = new();
    public ReconnectPolicy Reconnect { get; init; } = new();

    /// <summary>What to do with a stream that a ping or an ack request found silent.</summary>
    public Reaction OnDead { get; init; } = Reaction.Drop;
}

/// <summary>The three ways to end a stream; they differ in what they cost and in what can be resumed.</summary>
public enum Reaction : byte
{
    /// <summary>Drop the TCP connection without a word (RFC 6120 section 4.6.1).</summary>
    Drop,

    /// <summary>Close the stream: closing tag, wait for the peer's, then TCP (section 4.4).</summary>
    Close,

    /// <summary>
    /// Close with the stream error connection-timeout (section 4.6.2) or, for the idle rule, policy-violation.
    /// </summary>
    Error,
}

/// <summary>What restarts the timer of a check.</summary>
public enum Trigger : byte
{
    /// <summary>Every so often, whatever happens.</summary>
    Periodic,

    /// <summary>So long after the last received byte.</summary>
    IdleReceive,

    /// <summary>So long after the last sent byte.</summary>
    IdleSend,

    /// <summary>So long after the last byte in either direction.</summary>
    IdleBoth,
}

/// <summary>What counts as the answer to a check.</summary>
public enum ClearedBy : byte { Answer, AnyStanza, AnyData }

/// <summary>One U+0020 between stanzas (RFC 6120 section 4.6.1); held back during STARTTLS and SASL.</summary>
public sealed record WhitespacePolicy
{
    public required Duration Every { get; init; }
    public Trigger Trigger { get; init; } = Trigger.Periodic;
}

/// <summary>XEP-0199 pings; at most one is outstanding.</summary>
public sealed record PingPolicy
{
    public required Duration Every { get; init; }
    public required Duration Timeout { get; init; }
    public Trigger Trigger { get; init; } = Trigger.Periodic;
    public ClearedBy ClearedBy { get; init; } = ClearedBy.Answer;
}

/// <summary>XEP-0198 stream management.</summary>
public sealed record AckPolicy
{
    /// <summary>
    /// Ask for an ack this long after the last request or answer; absent = never because of time alone.
    /// </summary>
    public Duration? Every { get; init; }

    /// <summary>Ask after this many stanzas sent; 0 = never because of stanzas.</summary>
    public int EveryStanzas { get; init; } = 1;

    /// <summary>An unanswered request this old means dead; absent = wait for ever.</summary>
    public Duration? Timeout { get; init; }

    public ClearedBy ClearedBy { get; init; } = ClearedBy.Answer;
    public Trigger Trigger { get; init; } = Trigger.Periodic;

    /// <summary>
    /// Client: asks for this window (the "max" of enable). Server: keeps a lost session this long. Absent = no
    /// resumption.
    /// </summary>
    public Duration? Resume { get; init; }

    /// <summary>Unacknowledged stanzas kept; beyond it the session is not resumable any more.</summary>
    public int QueueStanzas { get; init; } = 500;

    /// <summary>
    /// Client: stanzas left from a session that could not be resumed are sent again on the new one (SM-25).
    /// </summary>
    public bool ResendAfterFailedResume { get; init; } = true;
}

/// <summary>Socket options: what a program sets on its socket. They win over its host's numbers.</summary>
public sealed record TcpPolicy
{
    public KeepaliveOption? Keepalive { get; init; }
    public Duration? UserTimeout { get; init; }
}

/// <summary>SO_KEEPALIVE, with the numbers that the program sets; absent ones are the host's.</summary>
public sealed record KeepaliveOption(Duration? Idle = null, Duration? Interval = null, int? Probes = null)
{
    public TcpKeepalive Over(TcpKeepalive host) =>
        new(Idle ?? host.Idle, Interval ?? host.Interval, Probes ?? host.Probes);
}

public enum IdleAction : byte
{
    Close,
    Error,

    /// <summary>
    /// Send one check (ack request with stream management, else ping) and close only if it stays unanswered.
    /// </summary>
    VerifyFirst,
}

/// <summary>What to do with a peer that says nothing (RFC 6120 section 4.6.3).</summary>
public sealed record IdlePolicy
{
    public required Duration After { get; init; }
    public IdleAction Then { get; init; } = IdleAction.Close;

    /// <summary>For verify-first: how long the check may stay unanswered.</summary>
    public Duration Timeout { get; init; } = Duration.FromSeconds(30);

    /// <summary>Whether a whitespace keepalive counts as a sign of life.</summary>
    public bool WhitespaceCounts { get; init; } = true;
}

/// <summary>
/// How long each phase of getting online may take. Absent = no limit of its own. A server uses Total and Close.
/// </summary>
public sealed record ConnectPolicy
{
    public Duration? Tcp { get; init; } = Duration.FromSeconds(30);
    public Duration? Tls { get; init; } = Duration.FromSeconds(30);

    /// <summary>Each question to its answer: header to features, auth to challenge, bind to result, ...</summary>
    public Duration? Step { get; init; } = Duration.FromSeconds(30);

    /// <summary>From the connect to the moment stanzas may flow.</summary>
    public Duration? Total { get; init; } = Duration.FromSeconds(120);

    /// <summary>How long to wait for the peer's closing tag (CLO-03).</summary>
    public Duration Close { get; init; } = Duration.FromSeconds(5);
}

public enum BackoffKind : byte
{
    AtOnce, Never, Rfc6120, Fixed, Exponential, Linear, DoublingPlusOne, Steps, RandomTiers, FullJitter, Uniform,
}

public enum BackoffReset : byte
{
    /// <summary>When stanzas may flow again (bound or resumed).</summary>
    Online,

    /// <summary>When the TCP connection is up.</summary>
    Connected,

    /// <summary>Never.</summary>
    Never,
}

/// <summary>
/// When to try again. Kinds and formulas: the delay before attempt n (n from 0 after the last reset) is
/// rfc6120: U[0, first) for n = 0, then U[0, min(max, first * factor^n));  fixed: first;
/// exponential: min(max, first * factor^(n + first-exponent));  linear: min(max, first + step * n);
/// doubling-plus-one: w(n) = min(max, 2 w(n-1) + 1 s), w(0) = first;  steps: the list, its last entry repeating;
/// random-tiers: one base drawn per client from [first, max], times the multiplier of the tier;
/// full-jitter: U[0, min(max, first * factor^n));  uniform: U[first, max);  at-once: no delay;
/// never: no attempt follows the first end of a stream or of an attempt.
/// Jitter, where given, then spreads the delay over delay * (1 +- jitter).
/// </summary>
public sealed record ReconnectPolicy
{
    public BackoffKind Kind { get; init; } = BackoffKind.Rfc6120;
    public Duration First { get; init; } = Duration.FromSeconds(60);

    /// <summary>In thousandths: 1300 = 1.3.</summary>
    public int FactorPermille { get; init; } = 2000;

    public int FirstExponent { get; init; }
    public Duration Max { get; init; } = Duration.FromSeconds(300);
    public Duration Step { get; init; } = Duration.Zero;
    public IReadOnlyList<Duration> Delays { get; init; } = [];
    public IReadOnlyList<BackoffTier> Tiers { get; init; } = [];
    public Probability Jitter { get; init; } = Probability.Never;
    public BackoffReset ResetsOn { get; init; } = BackoffReset.Online;
}

/// <summary>Up to and including this attempt (counted from 1) the base is multiplied by this.</summary>
public sealed record BackoffTier(int UpToAttempt, int Multiplier);
