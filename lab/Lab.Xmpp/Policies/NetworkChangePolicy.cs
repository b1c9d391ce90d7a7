using Lab.Network;

namespace Lab.Xmpp;

public enum NetworkChangeAction : byte
{
    /// <summary>The stream is left alone.</summary>
    Nothing,

    /// <summary>Ask the server for a sign of life (XEP-0199); without one the stream is dead.</summary>
    Ping,

    /// <summary>Give the stream, or the attempt at one, up without a word, and connect at once.</summary>
    Reconnect,
}

/// <summary>
/// What a client does when its system says that the network has changed. Each notice begins it anew.
/// </summary>
/// <example>{then: ping, after: [0s, 30s], timeout: 15s}</example>
public sealed record NetworkChangePolicy
{
    /// <summary>What becomes of a stream that is ready for stanzas.</summary>
    public NetworkChangeAction Then { get; init; } = NetworkChangeAction.Ping;

    /// <summary>For ping and reconnect: how long after the notice; several times are several pings.</summary>
    /// <example>[0s, 30s]</example>
    public IReadOnlyList<Duration> After { get; init; } = AtOnce;

    /// <summary>For ping: nothing heard for so long means that the stream is dead.</summary>
    /// <example>4s</example>
    public Duration Timeout { get; init; } = Duration.FromSeconds(15);

    /// <summary>
    /// Whether a client that waits for its next attempt begins it at once, and its back-off from the beginning.
    /// </summary>
    public bool ResetBackoff { get; init; } = true;

    internal static readonly IReadOnlyList<Duration> AtOnce = [Duration.Zero];
}
