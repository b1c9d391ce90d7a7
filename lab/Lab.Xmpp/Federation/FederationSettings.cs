using Lab.Network;

namespace Lab.Xmpp;

/// <summary>Which member of a pool carries a stanza.</summary>
public enum MemberPick : byte
{
    /// <summary>
    /// By a hash of the sender's bare JID: what one client sends to one remote keeps its order (RTE-02).
    /// </summary>
    SenderHash,

    /// <summary>One after the other; breaks the order of one sender.</summary>
    RoundRobin,

    /// <summary>The member with the fewest stanzas waiting or unacknowledged; breaks the order of one sender.</summary>
    LeastQueued,
}

/// <summary>
/// How servers prove who they are to each other: XEP-0220, or certificates by SASL EXTERNAL (XEP-0178).
/// </summary>
public enum FederationAuth : byte
{
    /// <summary>Server dialback (XEP-0220): the domain's own server is asked.</summary>
    Dialback,

    /// <summary>Certificates, by SASL EXTERNAL (XEP-0178).</summary>
    External,
}

public enum FederationTls : byte
{
    /// <summary>Without TLS.</summary>
    None,

    /// <summary>TLS where the other side wants it.</summary>
    Offered,

    /// <summary>Nothing without TLS.</summary>
    Required,
}

/// <summary>What a check that failed does.</summary>
public enum FailedCheck : byte
{
    /// <summary>Drops the connection that is blamed, without a word.</summary>
    DropMember,

    /// <summary>Drops every connection to and from that remote domain.</summary>
    DropAll,

    /// <summary>Closes the stream that is blamed with connection-timeout.</summary>
    CloseMember,
}

/// <summary>Which connections a domain ping goes over.</summary>
public enum PingScope : byte
{
    /// <summary>One ping per remote domain, over whichever member routing picks.</summary>
    Routed,

    /// <summary>One ping per member, over that member; its answer comes back wherever the remote routes it.</summary>
    EachMember,
}

/// <summary>What becomes of the stanzas that a dead member left unacknowledged.</summary>
public enum UnackedFate : byte
{
    /// <summary>They are sent again over another member.</summary>
    Resend,

    /// <summary>They are returned to their senders.</summary>
    Return,
}

/// <summary>When a remote domain that could not be reached is tried again.</summary>
public enum RetryRule : byte
{
    /// <summary>With the next stanza for it (Prosody).</summary>
    NextStanza,

    /// <summary>
    /// After a random time up to retry-max; until then stanzas are returned at once (ejabberd).
    /// </summary>
    NegativeCache,
}

/// <summary>How this server deals with one remote domain. Parts of the policy mean between servers what they mean
/// elsewhere, but idle is about stanzas: none in either direction for so long.</summary>
public sealed record RemoteSettings
{
    /// <summary>Streams of the pool towards the other server, each way.</summary>
    /// <value>streams</value>
    /// <example>4</example>
    public int Streams { get; init; } = 1;

    /// <summary>Which stream of a pool carries a stanza.</summary>
    public MemberPick Pick { get; init; } = MemberPick.SenderHash;

    /// <summary>A connection carries stanzas both ways, when both sides want it (XEP-0288).</summary>
    public bool Bidi { get; init; }

    /// <summary>How they prove who they are.</summary>
    public FederationAuth Auth { get; init; } = FederationAuth.Dialback;

    /// <summary>Whether their streams use TLS.</summary>
    public FederationTls Tls { get; init; } = FederationTls.Offered;

    public Policy Policy { get; init; } = Policy.Nothing;

    /// <summary>Over which connections of a pool a ping goes.</summary>
    public PingScope PingScope { get; init; } = PingScope.Routed;

    /// <summary>What a check that failed does.</summary>
    public FailedCheck OnFailedCheck { get; init; } = FailedCheck.DropMember;

    /// <summary>
    /// The deployed and harmful rule: nothing received on a connection for so long means dead, though a healthy one-way
    /// stream receives no stanzas. Absent = no such rule.
    /// </summary>
    /// <example>15m</example>
    public Duration? SilenceLimit { get; init; }

    /// <summary>What becomes of the stanzas that a dead connection left without an ack.</summary>
    public UnackedFate Unacked { get; init; } = UnackedFate.Resend;

    /// <summary>
    /// Stanzas that may wait for streams; the next one is returned with resource-constraint.
    /// </summary>
    /// <value>stanzas</value>
    /// <example>1000</example>
    public int QueueStanzas { get; init; } = 32_768;

    /// <summary>When a server that could not be reached is tried again.</summary>
    public RetryRule Retry { get; init; } = RetryRule.NextStanza;

    /// <summary>For retry: negative-cache, the longest time without a try.</summary>
    /// <example>60s</example>
    public Duration RetryMax { get; init; } = Duration.FromSeconds(300);

    /// <summary>
    /// Streams taken from the other server; one more is refused with conflict. Absent = any number.
    /// </summary>
    /// <value>streams</value>
    /// <example>4</example>
    public int? MaxStreamsFrom { get; init; }

    /// <summary>Dialback keys are verified over a connection of their own, closed after the answer (ejabberd); else
    /// over a stream that is open already, if there is one (Prosody).</summary>
    public bool VerifyAlone { get; init; } = true;

    /// <summary>How long the answer to db:result may take (XEP-0220 section 2.1).</summary>
    /// <example>20s</example>
    public Duration DialbackTimeout { get; init; } = Duration.FromSeconds(60);

    /// <summary>How long the authoritative server may take, from the connect to its verdict.</summary>
    /// <example>10s</example>
    public Duration VerifyTimeout { get; init; } = Duration.FromSeconds(30);
}

public sealed record FederationSettings
{
    /// <summary>Domains served; the first is the server's own name.</summary>
    public required IReadOnlyList<string> Domains { get; init; }

    /// <summary>Domains of other servers with the same <see cref="DialbackSecret"/>: their keys are verified here, and
    /// nothing else of theirs is taken.</summary>
    public IReadOnlyList<string> Vouches { get; init; } = [];

    /// <summary>Domains once served here: host-gone.</summary>
    public IReadOnlyList<string> FormerDomains { get; init; } = [];

    /// <summary>For remote domains without settings of their own.</summary>
    public RemoteSettings Default { get; init; } = new();

    /// <summary>By remote domain, in lower case.</summary>
    public IReadOnlyDictionary<string, RemoteSettings> Remotes { get; init; } =
        new SortedDictionary<string, RemoteSettings>(StringComparer.Ordinal);

    /// <summary>From which dialback keys are made (XEP-0185); null = drawn from the secrets.</summary>
    public string? DialbackSecret { get; init; }

    /// <summary>Weak on purpose: stream ids count up from 1 in every process; captured keys fit again.</summary>
    public bool SequentialIds { get; init; }

    /// <summary>Where identifiers come from; null = repeatable ones, from the run's chance.</summary>
    public Secrets? Secrets { get; init; }

    /// <summary>
    /// Dialback may carry several sender domains on one stream (XEP-0220 section 2.7); else each pair has its own.
    /// </summary>
    public bool Multiplex { get; init; }

    /// <summary>
    /// Stream management for a peer that enables it where the policy has no acks part, so that one server's acks can be
    /// had without the other's; null = none. Without a timeout it gives no verdict.
    /// </summary>
    public AckPolicy? AcksWhenAsked { get; init; } = new();

    /// <summary>
    /// Announces and says dialback errors that leave the stream alive (DB-08); else they are stream errors.
    /// </summary>
    public bool DialbackErrors { get; init; } = true;

    /// <summary>Domain pairs that one inbound stream may carry or ask for; beyond it resource-constraint.</summary>
    public int MaxPairs { get; init; } = 100;

    /// <summary>Takes an initial header without from after TLS (RFC 3920 peers); else improper-addressing.</summary>
    public bool AcceptsMissingFrom { get; init; } = true;

    public IReadOnlyList<string> Languages { get; init; } = ["en"];
    public int MaxStanzaBytes { get; init; } = 524_288;
}
