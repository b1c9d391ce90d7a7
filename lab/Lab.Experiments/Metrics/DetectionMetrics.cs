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
            "incidents of a run that met a connected client",
            side == Side.Client ? "censored values count as never; the quantile is never when it falls among them"
                : "as for the client",
            Better.Lower, f => NearestRank.Of(f.DetectionTimes(side), 0.50), sight);
        yield return new(name + "p95", Unit.Seconds,
            "95th percentile of the same", "as p50", "as p50",
            Better.Lower, f => NearestRank.Of(f.DetectionTimes(side), 0.95), sight);
        yield return new(name + "max", Unit.Seconds,
            "longest of the same", "as p50",
            side == Side.Client ? "never when any incident is censored" : "as p50",
            Better.Lower, f => NearestRank.Of(f.DetectionTimes(side), 1), sight);
        yield return new(name + "share", Unit.Share,
            $"share of incidents that the {who} noticed before they ended", "as p50", "censored = not noticed",
            Better.Higher, f => Share(f.DetectionTimes(side)), sight);
    }

    private static double Share(IReadOnlyList<double> times) =>
        times.Count == 0 ? double.NaN : times.Count(double.IsFinite) / (double)times.Count;
}
