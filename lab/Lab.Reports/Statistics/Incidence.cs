namespace Lab.Reports;

/// <summary>How watching one side of one incident ended, in the order in which equal times count.</summary>
internal enum Outcome
{
    /// <summary>That side noticed.</summary>
    Noticed,

    /// <summary>The connection outlived the fault: there is nothing to notice any more.</summary>
    Outlived,

    /// <summary>The run was over first: whether it would have been noticed is unknown.</summary>
    Censored,
}

/// <summary>One incident as the estimator sees it.</summary>
internal readonly record struct Observation(double Seconds, Outcome Outcome, int Run);

/// <summary>A step of the curve: from this time on, this share has noticed. Left: how many ended unnoticed just
/// then.</summary>
internal readonly record struct CurveStep(double Seconds, double Share, int Noticed, int Left);

/// <summary>
/// Share of all incidents that were noticed within a time, over the pooled incidents of all runs: the cumulative
/// incidence of Aalen and Johansen (1978). An incident that the end of the run cut off is censored: it counts as at
/// risk until then and not after. One that the connection outlived is no censoring, for it will never be noticed: it
/// stays in the whole, and the curve ends below 1. (Kaplan and Meier's estimator, which is what this becomes when
/// nothing is outlived, would take such incidents out as if they might yet have been noticed, and rise to 1 when the
/// last few are.) At each time the share not yet ended, times the part of those at risk that noticed just then, is
/// added. A quantile is the first time at which the curve reaches it; it is infinite when the curve ends below.
/// Intervals draw whole runs again (see Bootstrap), because the incidents of one run hang together.
/// Leaves out: what would have been noticed had short faults lasted longer.
/// </summary>
internal sealed class Incidence
{
    // Shares are sums of products of rounded fractions.
    private const double Slack = 1e-9;

    private readonly Observation[] sorted;
    private readonly int runs;

    public Incidence(IEnumerable<Observation> observations)
    {
        sorted = [.. observations.OrderBy(o => o.Seconds).ThenBy(o => o.Outcome)];
        // Runs without incidents have no say here; the others are numbered densely for the bootstrap.
        int[] numbers = [.. sorted.Select(o => o.Run).Distinct().Order()];
        runs = numbers.Length;
        for (int i = 0; i < sorted.Length; i++)
            sorted[i] = sorted[i] with { Run = Array.BinarySearch(numbers, sorted[i].Run) };
        Steps = [.. Curve(Once())];
    }

    public IReadOnlyList<CurveStep> Steps { get; }
    public int Count => sorted.Length;
    public int Runs => runs;
    public int Unnoticed => sorted.Count(o => o.Outcome != Outcome.Noticed);

    /// <summary>The time by which the share p of all has noticed, with an interval over runs.</summary>
    public Estimate Quantile(double p, string name)
    {
        if (Count == 0) return Estimate.None;
        int resamples = Count <= 20_000 ? 1000 : 200;
        return Bootstrap.Around(Quantile(p, Once()), runs, resamples, name, weights => Quantile(p, weights),
            () => Range(p));
    }

    private double Quantile(double p, int[] weights)
    {
        foreach (CurveStep step in Curve(weights))
            if (step.Share >= p - Slack) return step.Seconds;
        return double.PositiveInfinity;
    }

    private (double, double) Range(double p)
    {
        double[] each = [.. Enumerable.Range(0, runs).Select(run =>
        {
            int[] one = new int[runs];
            one[run] = 1;
            return Quantile(p, one);
        }).Order()];
        return (each[0], each[^1]);
    }

    /// <summary>The curve when each run counts as often as its weight says.</summary>
    private IEnumerable<CurveStep> Curve(int[] weights)
    {
        long atRisk = 0;
        foreach (Observation o in sorted) atRisk += weights[o.Run];
        double going = 1, share = 0;
        for (int i = 0; i < sorted.Length;)
        {
            double at = sorted[i].Seconds;
            int noticed = 0, outlived = 0, censored = 0;
            for (; i < sorted.Length && sorted[i].Seconds == at; i++)
            {
                int weight = weights[sorted[i].Run];
                if (sorted[i].Outcome == Outcome.Noticed) noticed += weight;
                else if (sorted[i].Outcome == Outcome.Outlived) outlived += weight;
                else censored += weight;
            }
            if (noticed + outlived + censored == 0) continue;
            share += going * noticed / atRisk;
            going *= 1 - (double)(noticed + outlived) / atRisk;
            atRisk -= noticed + outlived + censored;
            yield return new(at, share, noticed, outlived + censored);
        }
    }

    private int[] Once()
    {
        int[] once = new int[runs];
        Array.Fill(once, 1);
        return once;
    }
}
