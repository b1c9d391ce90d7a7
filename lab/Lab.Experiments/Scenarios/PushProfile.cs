using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// How pushes come to a client's device: what its server (XEP-0357) and a push service do for an app that sleeps. The
/// server asks for one when a message for the client is stored, waits for its session to be resumed, or was not
/// acknowledged in time.
/// </summary>
/// <example>{latency: 2s, loss: 5%, at-most: 20, per: 1h}</example>
public sealed record PushProfile
{
    /// <summary>The mean of the time that a push takes; each is drawn, exponentially.</summary>
    /// <example>2s</example>
    public Duration Latency { get; init; } = Duration.FromSeconds(1);

    /// <summary>How many pushes never come.</summary>
    /// <example>5%</example>
    public Probability Loss { get; init; } = Probability.Never;

    /// <summary>The push service takes so many in any time of per; absent = any number.</summary>
    /// <value>pushes</value>
    /// <example>20</example>
    public int? AtMost { get; init; }

    /// <summary>The time that at-most is for.</summary>
    /// <example>10m</example>
    public Duration Per { get; init; } = Duration.FromHours(1);

    /// <summary>How long the system lets the app run when one came.</summary>
    /// <example>10s</example>
    public Duration For { get; init; } = Duration.FromSeconds(30);

    /// <summary>
    /// The server asks for a push when a client with stream management has not acknowledged a message for so long.
    /// </summary>
    /// <example>10s</example>
    public Duration UnacknowledgedFor { get; init; } = Duration.FromSeconds(30);
}
