using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// Two variants under the same seeds meet the same weather, so they are compared seed by seed: the median of the
/// differences, with a bootstrap interval. A seed in which both never get there counts as no difference; one that only
/// one of them survives counts as an infinite one; a seed missing on either side, or without a value, is left out.
/// </summary>
internal static class Pairing
{
    public static Estimate Difference(Variant variant, Variant reference, string metric)
    {
        Dictionary<ulong, double> other = [];
        foreach (RunResult run in reference.Runs) other[run.Spec.Seed] = run.Value(metric);
        List<double> differences = [];
        foreach (RunResult run in variant.Runs)
            if (other.TryGetValue(run.Spec.Seed, out double value)) differences.Add(Subtract(run.Value(metric), value));
        return Bootstrap.Median(differences, $"difference/{metric}/{variant.Label}");
    }

    private static double Subtract(double a, double b) => a == b ? 0 : a - b;
}
