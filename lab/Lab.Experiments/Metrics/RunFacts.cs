using Lab.Network;

namespace Lab.Experiments;

/// <summary>What the metrics of a run are measured on: all that was recorded, once it is over.</summary>
internal sealed class RunFacts(RunSpec spec, Cast cast, Recorder recorder, IReadOnlyList<MessageRecord> messages)
{
    private readonly Dictionary<Side, IReadOnlyList<double>> detection = [];
    private IReadOnlyList<double>? delays;

    public Recorder Recorder => recorder;
    public FederationRecord Federation => recorder.Federation;
    public IReadOnlyList<ClientRecord> Clients => recorder.Clients;
    public Cast Cast => cast;
    public IReadOnlyList<MessageRecord> Messages => messages;
    public Duration Duration => spec.Scenario.Duration;

    /// <summary>Of all clients together.</summary>
    public double ClientHours => Clients.Count * Duration.TotalSeconds / 3600;

    /// <summary>
    /// How long each incident took that side to notice, in seconds, sorted; those it did not are infinite.
    /// </summary>
    public IReadOnlyList<double> DetectionTimes(Side side)
    {
        if (!detection.TryGetValue(side, out IReadOnlyList<double>? times))
            detection[side] = times =
            [
                .. recorder.Incidents.Where(i => i.Side == side)
                    .Select(i => i.Detected ? i.Elapsed.TotalSeconds : double.PositiveInfinity).Order(),
            ];
        return times;
    }

    /// <summary>Of delivered messages, in seconds, sorted.</summary>
    public IReadOnlyList<double> Delays =>
        delays ??= [.. messages.Where(m => m.Copies > 0).Select(m => m.Delay.TotalSeconds).Order()];

    public int Fated(MessageFate fate) => messages.Count(m => m.Fate == fate);
}

/// <summary>
/// The quantile of a run: the smallest value that at least that share of the sorted values does not exceed; NaN of
/// none.
/// </summary>
internal static class NearestRank
{
    public static double Of(IReadOnlyList<double> sorted, double share)
    {
        if (sorted.Count == 0) return double.NaN;
        int rank = (int)Math.Ceiling(share * sorted.Count);
        return sorted[Math.Clamp(rank, 1, sorted.Count) - 1];
    }
}
