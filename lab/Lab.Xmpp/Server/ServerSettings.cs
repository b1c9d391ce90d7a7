using Lab.Network;

namespace Lab.Xmpp;

/// <summary>What to do when a resource is asked for that is in use (RFC 6120 section 7.7.2.2).</summary>
public enum ConflictPolicy : byte
{
    /// <summary>The old session ends with the stream error conflict.</summary>
    CloseOld,

    /// <summary>The new one gets another resource.</summary>
    GenerateResource,

    /// <summary>The new one is refused with the stanza error conflict.</summary>
    RefuseNew,
}

public sealed record ServerSettings
{
    public const int DefaultMaxStanzaBytes = 262_144;

    /// <summary>Domains served; the first is the server's own name.</summary>
    public required IReadOnlyList<string> Domains { get; init; }

    /// <summary>Domains once served here: host-gone.</summary>
    public IReadOnlyList<string> FormerDomains { get; init; } = [];

    public Policy Policy { get; init; } = Policy.Nothing;

    /// <summary>
    /// Stream management for a client that enables it when the policy has no acks part: asked after every stanza,
    /// without a verdict, with five minutes to resume. Null = not offered then.
    /// </summary>
    public AckPolicy? AcksWhenAsked { get; init; } = new() { Resume = Duration.FromMinutes(5) };

    public ConflictPolicy Conflict { get; init; } = ConflictPolicy.CloseOld;
    public bool OffersTls { get; init; } = true;

    /// <summary>Nothing but STARTTLS is offered before TLS; without effect when TLS is not offered.</summary>
    public bool RequiresTls { get; init; } = true;

    public IReadOnlyList<SaslMechanism> Mechanisms { get; init; } =
        [SaslMechanism.ScramSha256, SaslMechanism.ScramSha1, SaslMechanism.Plain];

    public int ScramIterations { get; init; } = 4096;

    /// <summary>Where nonces, salts and identifiers come from; null = repeatable ones, from the run's chance.</summary>
    public Secrets? Secrets { get; init; }

    public IReadOnlyList<string> Languages { get; init; } = ["en"];

    /// <summary>Of what a client sends; what is added when it is passed on does not count.</summary>
    public int MaxStanzaBytes { get; init; } = DefaultMaxStanzaBytes;

    public int MaxResources { get; init; } = 10;

    /// <summary>
    /// Attempts after the first that failed; one more failure ends the stream (RFC 6120 section 6.4.5).
    /// </summary>
    public int SaslRetries { get; init; } = 3;

    /// <summary>Bind attempts after the first that failed (RFC 6120 section 7.7.3).</summary>
    public int BindRetries { get; init; } = 5;

    /// <summary>
    /// Messages kept per account that is away; beyond it they bounce with service-unavailable (XEP-0160).
    /// </summary>
    public int OfflineMessages { get; init; } = 1000;

    /// <summary>Each message that a session has to acknowledge is told of (MessageKept).</summary>
    public bool TellsKept { get; init; }

    /// <summary>
    /// Stanzas for domains that are not served leave as Remote actions; else they
    /// are returned with remote-server-not-found.
    /// </summary>
    public bool Federates { get; init; }

    /// <summary>Whether the account echo@domain answers each message with one of the same body.</summary>
    public bool Echo { get; init; } = true;
}
