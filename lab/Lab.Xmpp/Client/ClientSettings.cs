using Lab.Network;

namespace Lab.Xmpp;

/// <summary>How a client comes to TLS.</summary>
public enum TlsMode : byte
{
    /// <summary>By STARTTLS on the stream (RFC 6120 section 5).</summary>
    StartTls,

    /// <summary>Before the stream, on a port of its own (XEP-0368).</summary>
    Direct,

    /// <summary>Not at all.</summary>
    None,
}

public sealed record ClientSettings
{
    /// <summary>local@domain.</summary>
    public required string BareJid { get; init; }

    /// <summary>Resource to ask for; null = let the server choose.</summary>
    public string? Resource { get; init; }

    public required string Password { get; init; }

    /// <summary>Of its presence, -128 to 127.</summary>
    public int Priority { get; init; }

    public string Language { get; init; } = "en";
    public TlsMode Tls { get; init; } = TlsMode.StartTls;

    /// <summary>The client's own preference, best first (SAS-02).</summary>
    public IReadOnlyList<SaslMechanism> Mechanisms { get; init; } =
        [SaslMechanism.ScramSha256, SaslMechanism.ScramSha1, SaslMechanism.Plain];

    public required Policy Policy { get; init; }

    /// <summary>What a new session is loaded with, from a server that has it; null = nothing is asked for.</summary>
    public LoginLoad? Login { get; init; }

    /// <summary>
    /// More than a server takes from anybody, clients or servers, so that sender, language and delay stamp, which it
    /// adds, never make a stanza too long.
    /// </summary>
    public int MaxStanzaBytes { get; init; } = 1 << 20;

    /// <summary>Where nonces come from; null = repeatable ones, from the run's chance.</summary>
    public Secrets? Secrets { get; init; }
}
