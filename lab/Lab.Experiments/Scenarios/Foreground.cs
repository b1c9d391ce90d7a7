using Lab.Network;

namespace Lab.Experiments;

/// <summary>When a person has a client's app open: at certain times (at), or again and again (every).</summary>
/// <example>{every: 2h, arrivals: poisson, for: 3m, between: [7h, 23h]}</example>
public sealed record ForegroundSpec
{
    /// <summary>At these times of the run; empty = every says when.</summary>
    /// <example>[8h, 12h]</example>
    public IReadOnlyList<Duration> At { get; init; } = [];

    /// <summary>
    /// Time from one opening to the next; with arrivals: poisson the mean of it; absent = at says when.
    /// </summary>
    /// <example>2h</example>
    public Duration? Every { get; init; }

    /// <summary>For every: how the openings are spread over time.</summary>
    public Arrivals Arrivals { get; init; } = Arrivals.Regular;

    /// <summary>How long it stays open; who would open it meanwhile has it open already.</summary>
    /// <example>3m</example>
    public required Duration For { get; init; }

    /// <summary>
    /// It is opened only from the first to before the second of these times of each day, of 24 h from the beginning of
    /// the run; empty = at any.
    /// </summary>
    /// <example>[7h, 23h]</example>
    public IReadOnlyList<Duration> Between { get; init; } = [];

    private static readonly Duration Day = Duration.FromHours(24);

    /// <summary>Whether the app may be opened then.</summary>
    public bool Allows(Duration at)
    {
        if (Between is not [var first, var second]) return true;
        var ofDay = new Duration(at.Nanoseconds % Day.Nanoseconds);
        return ofDay >= first && ofDay < second;
    }

    /// <summary>About how many openings there are in that time of the run.</summary>
    public double Openings(Duration from, Duration to)
    {
        if (Every is not { } every) return At.Count(t => t >= from && t <= to && Allows(t));
        double share = Between is [var first, var second] ? (second - first).TotalSeconds / Day.TotalSeconds : 1;
        return Math.Max(0, (to - from).TotalSeconds) * share / every.TotalSeconds;
    }
}
