using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// Two variants under the same seeds meet the same weather, so they are compared over the seeds that both have: the
/// difference of their numbers over these, with an interval that draws each seed for both. Where both never get there
/// is no difference; where only one of them does it is infinite.
/// </summary>
internal static class Pairing
{
    public static Estimate Difference(Variant variant, Variant reference, Yardstick by)
    {
        (Sample Ours, Sample Theirs)[] pairs = [.. Pairs(variant, reference, by)];
        return by.Metric.Joining.Difference([.. pairs.Select(p => p.Ours)], [.. pairs.Select(p => p.Theirs)],
            $"difference/{by}/{variant.Label}");
    }

    /// <summary>How likely chance alone would have so many of the seeds on one side (see SignTest).</summary>
    public static double Chance(Variant variant, Variant reference, Yardstick by)
    {
        double[] differences = [.. Pairs(variant, reference, by)
            .Select(p => Joining.Subtract(by.Metric.Joining.Of(p.Ours), by.Metric.Joining.Of(p.Theirs)))];
        return SignTest.Of(differences.Count(d => d > 0), differences.Count(d => d < 0));
    }

    private static IEnumerable<(Sample Ours, Sample Theirs)> Pairs(Variant variant, Variant reference, Yardstick by)
    {
        Dictionary<ulong, RunResult> others = reference.Runs.ToDictionary(r => r.Spec.Seed);
        foreach (RunResult run in variant.Runs)
            if (others.TryGetValue(run.Spec.Seed, out RunResult? other))
                yield return (run.SampleOf(by.Metric.Name, by.Scope), other.SampleOf(by.Metric.Name, by.Scope));
    }
}
