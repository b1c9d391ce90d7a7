namespace Lab.Experiments;

/// <summary>Who notices a fault, and after how long.</summary>
internal static class DetectionMetrics
{
    public static readonly IReadOnlyList<Metric> All = [.. Of(Side.Client), .. Of(Side.Server)];

    private static IEnumerable<Metric> Of(Side side)
    {
        string who = side == Side.Client ? "client" : "server", name = $"detection.{who}.";
        var sight = Sight.Detection(side);
        yield return new(name + "p50", Unit.Seconds,
            $"median time from the death of the path to the {who}'s giving up",
            "incidents that met a connected client",
            side == Side.Client ? "outlived ones stay in the whole as never noticed; those that the end of the run cut "
                + "off are at risk until then" : "as for the client",
            Better.Lower, Joining.Quantile(0.5), f => Sample.Of(f.DetectionTimes(side)), sight);
        yield return new(name + "p95", Unit.Seconds,
            $"95th percentile of the time from the death of the path to the {who}'s giving up", "as p50", "as p50",
            Better.Lower, Joining.Quantile(0.95), f => Sample.Of(f.DetectionTimes(side)), sight);
        yield return new(name + "max", Unit.Seconds,
            $"longest time from the death of the path to the {who}'s giving up", "as p50",
            side == Side.Client ? "never when any incident was not noticed" : "as p50",
            Better.Lower, Joining.Largest, f => Longest(f.DetectionTimes(side)), sight);
        yield return new(name + "share", Unit.Share,
            $"share of incidents that the {who} noticed before they ended", "as p50", "censored = not noticed",
            Better.Higher, Joining.Share, f => Share(f.DetectionTimes(side)), sight);
    }

    private static double Longest(IReadOnlyList<Observation> times) => times
        .Select(t => t.Outcome == Outcome.Noticed ? t.Seconds : double.PositiveInfinity)
        .DefaultIfEmpty(double.NaN).Max();

    private static Sample Share(IReadOnlyList<Observation> times) =>
        Sample.Of(times.Count(t => t.Outcome == Outcome.Noticed), times.Count);
}
