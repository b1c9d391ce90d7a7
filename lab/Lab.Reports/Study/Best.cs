using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// Which variants a column marks as its best. Only like is compared with like: variants of one panel that differ in
/// what a chooser chooses, not in their faults, links, workload or crowd; under the same seeds; and, where the number
/// is over incidents, messages or returns, with equally many of these in each run, for a policy that meets others
/// cannot be held against it. One is best when its interval is apart from all others and on the better side of them;
/// equals share the mark.
/// </summary>
internal static class Best
{
    /// <summary>For each variant of the study whether it is marked.</summary>
    public static bool[] Of(Study study, Yardstick by, IReadOnlyList<Variant> variants)
    {
        bool[] best = new bool[variants.Count];
        if (by.Metric.Better == Better.Neither || !study.ComparesChoices) return best;
        foreach (IGrouping<string, int> panel in Enumerable.Range(0, best.Length).GroupBy(i => variants[i].Panel))
        {
            int[] known = [.. panel.Where(i => variants[i].Over(by).Known)];
            if (known.Length < 2 || !known.All(i => Alike(variants[known[0]], variants[i], by))) continue;
            foreach (int one in known)
                best[one] = IsBest(by.Metric.Better, variants[one].Over(by),
                    [.. known.Select(i => variants[i].Over(by))]);
        }
        return best;
    }

    private static bool IsBest(Better better, Estimate one, Estimate[] all)
    {
        Estimate[] others = [.. all.Where(e => e with { Runs = one.Runs } != one)];
        return others.Length > 0 && one.Ends == Ends.Interval && others.All(other => other.Ends == Ends.Interval
            && (better == Better.Lower ? one.High < other.Low : one.Low > other.High));
    }

    /// <summary>Whether the two ran under the same seeds and the number is over equally many cases in each.</summary>
    public static bool Alike(Variant one, Variant other, Yardstick by) =>
        one.Runs.Count == other.Runs.Count && one.Runs.Zip(other.Runs, (a, b) => a.Spec.Seed == b.Spec.Seed
            && (!by.Metric.Joining.IsPooled || Population(a, by) == Population(b, by))).All(alike => alike);

    private static double Population(RunResult run, Yardstick by) =>
        run.SampleOf(by.Metric.Name, by.Scope) is { IsEmpty: false } sample ? sample.Population : 0;
}
