using Lab.Network;

namespace Lab.Experiments;

/// <summary>What other programs on a client's device send and receive: it uses the radio, and nothing else.</summary>
/// <example>{every: 15m, arrivals: poisson, for: 20s}</example>
public sealed record OtherTrafficSpec
{
    /// <summary>Time from the beginning of one use to the next; with arrivals: poisson the mean of it.</summary>
    /// <example>15m</example>
    public required Duration Every { get; init; }

    /// <summary>How the uses are spread over time.</summary>
    public Arrivals Arrivals { get; init; } = Arrivals.Regular;

    /// <summary>How long each lasts: a packet a second, or one alone for 0s.</summary>
    /// <example>20s</example>
    public Duration For { get; init; } = Duration.Zero;

    /// <summary>How large its packets are on the wire.</summary>
    /// <example>1kB</example>
    public Size Packet { get; init; } = new(600);
}
