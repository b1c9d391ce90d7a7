using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// Who checks the stream, how often, with which timeout, and what follows: the subject of RFC 6120 section 4.6.4 as
/// data. Parts combine freely; an absent part does nothing. The same words serve clients and servers.
/// </summary>
/// <example>{ping: {every: 60s, timeout: 20s}, acks: {timeout: 20s, resume: 5m}}</example>
public sealed record Policy
{
    public static readonly Policy Nothing = new();

    /// <summary>Sends a space now and then (RFC 6120 section 4.6.1), which only TCP answers; absent = never.</summary>
    public WhitespacePolicy? Whitespace { get; init; }

    /// <summary>Asks the peer for an answer (XEP-0199); absent = never.</summary>
    public PingPolicy? Ping { get; init; }

    /// <summary>
    /// Stream management: counts stanzas, asks for acks, resumes (XEP-0198). Absent = a client has none; a server
    /// serves those who ask.
    /// </summary>
    public AckPolicy? Acks { get; init; }

    /// <summary>What the program sets on its sockets; absent = nothing.</summary>
    public TcpPolicy? Tcp { get; init; }

    /// <summary>What to do with a peer that says nothing (RFC 6120 section 4.6.3); absent = nothing.</summary>
    public IdlePolicy? Idle { get; init; }

    /// <summary>How long each phase of getting online may take.</summary>
    public ConnectPolicy Connect { get; init; } = new();

    /// <summary>When to try again after a stream ended (RFC 6120 section 3.3).</summary>
    public ReconnectPolicy Reconnect { get; init; } = new();

    /// <summary>
    /// Of a client: what it does when its system says that the network has changed; absent = nothing.
    /// </summary>
    public NetworkChangePolicy? OnNetworkChange { get; init; }

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
public enum ClearedBy : byte
{
    /// <summary>Only the answer itself.</summary>
    Answer,

    /// <summary>The answer, or any stanza that comes in.</summary>
    AnyStanza,

    /// <summary>The answer, or any byte that comes in.</summary>
    AnyData,
}

/// <summary>One U+0020 between stanzas (RFC 6120 section 4.6.1); held back during STARTTLS and SASL.</summary>
/// <example>{every: 60s, trigger: idle-send}</example>
public sealed record WhitespacePolicy
{
    /// <summary>Time from one space to the next, or the silence before one, as the trigger says.</summary>
    /// <example>60s</example>
    public required Duration Every { get; init; }

    /// <summary>What starts the interval anew.</summary>
    public Trigger Trigger { get; init; } = Trigger.Periodic;
}

/// <summary>XEP-0199 pings; at most one is outstanding.</summary>
/// <example>{every: 60s, timeout: 20s}</example>
public sealed record PingPolicy
{
    /// <summary>Time from one ping to the next, or the silence before one, as the trigger says.</summary>
    /// <example>60s</example>
    public required Duration Every { get; init; }

    /// <summary>A ping without an answer for so long means that the stream is dead.</summary>
    /// <example>20s</example>
    public required Duration Timeout { get; init; }

    /// <summary>What starts the interval anew.</summary>
    public Trigger Trigger { get; init; } = Trigger.Periodic;

    /// <summary>What counts as the answer.</summary>
    public ClearedBy ClearedBy { get; init; } = ClearedBy.Answer;
}

/// <summary>XEP-0198 stream management.</summary>
/// <example>{every: 60s, timeout: 20s, resume: 5m}</example>
public sealed record AckPolicy
{
    /// <summary>
    /// Asks for an ack (section 4) this long after the last request or answer; absent = never because of time alone.
    /// </summary>
    /// <example>60s</example>
    public Duration? Every { get; init; }

    /// <summary>Asks for an ack after so many stanzas sent; 0 = never because of stanzas.</summary>
    /// <value>stanzas</value>
    /// <example>5</example>
    public int EveryStanzas { get; init; } = 1;

    /// <summary>
    /// A request without an answer for so long means that the stream is dead; absent = it never does.
    /// </summary>
    /// <example>20s</example>
    public Duration? Timeout { get; init; }

    /// <summary>What counts as the answer.</summary>
    public ClearedBy ClearedBy { get; init; } = ClearedBy.Answer;

    /// <summary>What starts the interval anew.</summary>
    public Trigger Trigger { get; init; } = Trigger.Periodic;

    /// <summary>
    /// Of a client: for how long it asks to be able to resume (the max of enable, section 5); of a server: how long it
    /// keeps a lost session. Absent = there is no resumption.
    /// </summary>
    /// <example>5m</example>
    public Duration? Resume { get; init; }

    /// <summary>Stanzas without an ack that are kept; beyond it the session is not resumable any more.</summary>
    /// <value>stanzas</value>
    /// <example>1000</example>
    public int QueueStanzas { get; init; } = 500;

    /// <summary>
    /// Of a client: stanzas left from a session that could not be resumed are sent again on the new one (section 5).
    /// </summary>
    public bool ResendAfterFailedResume { get; init; } = true;
}

/// <summary>Socket options: what a program sets on its socket. They win over its host's numbers.</summary>
/// <example>{keepalive: {idle: 60s, interval: 10s, probes: 6}, user-timeout: 90s}</example>
public sealed record TcpPolicy
{
    /// <summary>
    /// SO_KEEPALIVE: TCP asks the other kernel when nothing was received (RFC 9293 section 3.8.4); absent = it does
    /// not.
    /// </summary>
    public KeepaliveOption? Keepalive { get; init; }

    /// <summary>
    /// TCP_USER_TIMEOUT: data unacknowledged for so long ends the connection (RFC 5482); absent = the host's limit.
    /// </summary>
    /// <example>90s</example>
    public Duration? UserTimeout { get; init; }
}

/// <summary>SO_KEEPALIVE, with the numbers that the program sets; absent ones are the host's.</summary>
/// <param name="Idle">
/// TCP_KEEPIDLE: the silence before the first probe; absent = the host's.
/// <example>60s</example>
/// </param>
/// <param name="Interval">
/// TCP_KEEPINTVL: time from one probe to the next; absent = the host's.
/// <example>10s</example>
/// </param>
/// <param name="Probes">
/// TCP_KEEPCNT: so many probes without an answer end the connection; absent = the host's.
/// <value>probes</value>
/// <example>6</example>
/// </param>
/// <example>{idle: 60s, interval: 10s, probes: 6}</example>
public sealed record KeepaliveOption(Duration? Idle = null, Duration? Interval = null, int? Probes = null)
{
    public TcpKeepalive Over(TcpKeepalive host) =>
        new(Idle ?? host.Idle, Interval ?? host.Interval, Probes ?? host.Probes);
}

public enum IdleAction : byte
{
    /// <summary>Close the stream and wait for the peer's closing tag (section 4.4).</summary>
    Close,

    /// <summary>Close it with the stream error policy-violation.</summary>
    Error,

    /// <summary>
    /// Send one check (ack request with stream management, else ping) and close only if it stays unanswered.
    /// </summary>
    VerifyFirst,
}

/// <summary>What to do with a peer that says nothing (RFC 6120 section 4.6.3).</summary>
/// <example>{after: 15m, then: verify-first}</example>
public sealed record IdlePolicy
{
    /// <summary>A peer that was silent for so long is idle.</summary>
    /// <example>15m</example>
    public required Duration After { get; init; }

    /// <summary>What is done with an idle peer.</summary>
    public IdleAction Then { get; init; } = IdleAction.Close;

    /// <summary>For verify-first: how long the check may stay unanswered.</summary>
    /// <example>20s</example>
    public Duration Timeout { get; init; } = Duration.FromSeconds(30);

    /// <summary>Whether a whitespace keepalive counts as a sign of life.</summary>
    public bool WhitespaceCounts { get; init; } = true;
}

/// <summary>
/// How long each phase of getting online may take; forever = no limit of its own. A server uses total and close.
/// </summary>
/// <example>{tcp: 15s, total: 60s}</example>
public sealed record ConnectPolicy
{
    /// <summary>From the SYN to a TCP connection.</summary>
    /// <example>15s</example>
    public Duration? Tcp { get; init; } = Duration.FromSeconds(30);

    /// <summary>The TLS handshake.</summary>
    /// <example>15s</example>
    public Duration? Tls { get; init; } = Duration.FromSeconds(30);

    /// <summary>Each question to its answer: header to features, auth to challenge, bind to result, ...</summary>
    /// <example>10s</example>
    public Duration? Step { get; init; } = Duration.FromSeconds(30);

    /// <summary>From the connect to the moment stanzas may flow.</summary>
    /// <example>60s</example>
    public Duration? Total { get; init; } = Duration.FromSeconds(120);

    /// <summary>How long to wait for the peer's closing tag (RFC 6120 section 4.4).</summary>
    /// <example>2s</example>
    public Duration Close { get; init; } = Duration.FromSeconds(5);
}

/// <summary>The rule for the delay before attempt n, counted from 0 after the last reset.</summary>
public enum BackoffKind : byte
{
    /// <summary>No delay.</summary>
    AtOnce,

    /// <summary>No attempt follows the first end of a stream or of an attempt.</summary>
    Never,

    /// <summary>
    /// Drawn from 0 to first for n = 0, then from 0 to min(max, first * factor^n) (RFC 6120 section 3.3).
    /// </summary>
    Rfc6120,

    /// <summary>Always first.</summary>
    Fixed,

    /// <summary>min(max, first * factor^(n + first-exponent)).</summary>
    Exponential,

    /// <summary>min(max, first + step * n).</summary>
    Linear,

    /// <summary>w(n) = min(max, 2 w(n-1) + 1s), with w(0) = first.</summary>
    DoublingPlusOne,

    /// <summary>The list of delays, its last entry again and again.</summary>
    Steps,

    /// <summary>A base drawn once per client from first to max, times the multiplier of the tier.</summary>
    RandomTiers,

    /// <summary>Drawn from 0 to min(max, first * factor^n).</summary>
    FullJitter,

    /// <summary>Drawn from first to max.</summary>
    Uniform,
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
/// When to try again: a delay by the rule of its kind, which jitter then spreads.
/// </summary>
/// <example>{kind: exponential, first: 1s, factor: 2, max: 5m, jitter: 20%}</example>
public sealed record ReconnectPolicy
{
    /// <summary>The rule for the delay before attempt n, which counts from 0 after the last reset.</summary>
    /// <example>exponential</example>
    public BackoffKind Kind { get; init; } = BackoffKind.Rfc6120;

    /// <summary>The first delay, or the bound of it, as the kind says.</summary>
    /// <example>1s</example>
    public Duration First { get; init; } = Duration.FromSeconds(60);

    /// <summary>By what the delay grows with each attempt.</summary>
    /// <example>1.5</example>
    public int FactorPermille { get; init; } = 2000;

    /// <summary>For kind: exponential, from which power of the factor it counts.</summary>
    /// <value>a power</value>
    /// <example>1</example>
    public int FirstExponent { get; init; }

    /// <summary>No delay is longer; jitter comes on top.</summary>
    /// <example>10m</example>
    public Duration Max { get; init; } = Duration.FromSeconds(300);

    /// <summary>For kind: linear, what each attempt adds.</summary>
    /// <example>5s</example>
    public Duration Step { get; init; } = Duration.Zero;

    /// <summary>For kind: steps, the delays one after the other; the last one repeats.</summary>
    /// <example>[1s, 5s, 30s]</example>
    public IReadOnlyList<Duration> Delays { get; init; } = [];

    /// <summary>For kind: random-tiers, by what the base is multiplied up to which attempt.</summary>
    /// <example>[{up-to-attempt: 7, multiplier: 1}, {up-to-attempt: 13, multiplier: 5}]</example>
    public IReadOnlyList<BackoffTier> Tiers { get; init; } = [];

    /// <summary>A delay is spread evenly over delay * (1 - jitter) to delay * (1 + jitter).</summary>
    /// <example>20%</example>
    public Probability Jitter { get; init; } = Probability.Never;

    /// <summary>When the count of attempts begins anew.</summary>
    public BackoffReset ResetsOn { get; init; } = BackoffReset.Online;
}

/// <summary>By what the base of kind: random-tiers is multiplied, up to which attempt.</summary>
/// <param name="UpToAttempt">
/// The last attempt of the tier, counted from 1.
/// <value>the number of an attempt</value>
/// <example>7</example>
/// </param>
/// <param name="Multiplier">
/// By what the base is multiplied.
/// <value>times</value>
/// <example>5</example>
/// </param>
/// <example>{up-to-attempt: 7, multiplier: 1}</example>
public sealed record BackoffTier(int UpToAttempt, int Multiplier);
