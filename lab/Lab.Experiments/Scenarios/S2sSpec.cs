using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// Two servers that talk to each other, and treat each other alike. With a server of some count each of its members is
/// meant; the same one twice is a full mesh of its members.
/// </summary>
/// <example>{between: [a.example, b.example], streams: 4, link: backbone}</example>
public sealed record S2sSpec
{
    /// <summary>The two servers.</summary>
    /// <example>[a.example, b.example]</example>
    public required IReadOnlyList<string> Between { get; init; }

    /// <summary>
    /// The way between them: the name of a link or preset, or a link in place; absent = one without delay or limits.
    /// </summary>
    /// <example>backbone</example>
    public LinkChoice? Link { get; init; }

    /// <inheritdoc cref="RemoteSettings.Streams"/>
    public int Streams { get; init; } = 1;

    /// <inheritdoc cref="RemoteSettings.Pick"/>
    public MemberPick Pick { get; init; } = MemberPick.SenderHash;

    /// <inheritdoc cref="RemoteSettings.Bidi"/>
    public bool Bidi { get; init; }

    /// <inheritdoc cref="RemoteSettings.Auth"/>
    public FederationAuth Auth { get; init; } = FederationAuth.Dialback;

    /// <inheritdoc cref="RemoteSettings.Tls"/>
    public FederationTls Tls { get; init; } = FederationTls.Required;

    /// <summary>
    /// How they check their streams: the name of a policy or preset, or a policy in place. Its idle part is about
    /// stanzas: none in either direction for so long; absent = not at all.
    /// </summary>
    /// <example>prosody</example>
    public PolicyChoice? Policy { get; init; }

    /// <summary>The policy of the second server, where it is another; absent = that of the first.</summary>
    /// <example>{ping: {every: 60s, timeout: 20s}}</example>
    public PolicyChoice? SecondPolicy { get; init; }

    /// <inheritdoc cref="RemoteSettings.PingScope"/>
    public PingScope PingScope { get; init; } = PingScope.Routed;

    /// <inheritdoc cref="RemoteSettings.OnFailedCheck"/>
    public FailedCheck OnFailedCheck { get; init; } = FailedCheck.DropMember;

    /// <inheritdoc cref="RemoteSettings.SilenceLimit"/>
    public Duration? SilenceLimit { get; init; }

    /// <inheritdoc cref="RemoteSettings.Unacked"/>
    public UnackedFate Unacked { get; init; } = UnackedFate.Resend;

    /// <inheritdoc cref="RemoteSettings.QueueStanzas"/>
    public int Queue { get; init; } = 32_768;

    /// <inheritdoc cref="RemoteSettings.Retry"/>
    public RetryRule Retry { get; init; } = RetryRule.NextStanza;

    /// <inheritdoc cref="RemoteSettings.RetryMax"/>
    public Duration RetryMax { get; init; } = Duration.FromSeconds(300);

    /// <inheritdoc cref="RemoteSettings.MaxStreamsFrom"/>
    public int? MaxStreamsFrom { get; init; }

    /// <inheritdoc cref="RemoteSettings.VerifyAlone"/>
    public bool VerifyAlone { get; init; } = true;

    /// <inheritdoc cref="RemoteSettings.DialbackTimeout"/>
    public Duration DialbackTimeout { get; init; } = Duration.FromSeconds(60);

    /// <inheritdoc cref="RemoteSettings.VerifyTimeout"/>
    public Duration VerifyTimeout { get; init; } = Duration.FromSeconds(30);

    public RemoteSettings Settings(Policy policy) => new()
    {
        Streams = Streams, Pick = Pick, Bidi = Bidi, Auth = Auth, Tls = Tls, Policy = policy,
        PingScope = PingScope, OnFailedCheck = OnFailedCheck, SilenceLimit = SilenceLimit, Unacked = Unacked,
        QueueStanzas = Queue, Retry = Retry, RetryMax = RetryMax, MaxStreamsFrom = MaxStreamsFrom,
        VerifyAlone = VerifyAlone, DialbackTimeout = DialbackTimeout, VerifyTimeout = VerifyTimeout,
    };
}
