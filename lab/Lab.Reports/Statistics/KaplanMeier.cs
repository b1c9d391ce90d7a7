namespace Lab.Reports;

/// <summary>One incident as the estimator sees it: noticed after so long, or still unnoticed when watching
/// ended.</summary>
internal readonly record struct Observation(double Seconds, bool Noticed, int Run);

/// <summary>A step of the curve: from this time on, this share has noticed. Censored: how many left unnoticed just
/// then.</summary>
internal readonly record struct CurveStep(double Seconds, double Share, int Noticed, int Censored);

/// <summary>
/// Share of incidents noticed within a time, over the pooled incidents of all runs. Incidents that ended before anybody
/// noticed are censored, not dropped: the product-limit estimator (Kaplan and Meier 1958) multiplies, over the times at
/// which something was noticed, the share of those still at risk that was not. At equal times noticing comes before
/// censoring. A quantile is the first time at which the curve reaches it; it is infinite when the curve ends below.
/// Intervals draw whole runs again (see Bootstrap), because the incidents of one run hang together.
/// Leaves out: that censoring may depend on what would have been noticed (a fault that heals early because it was
/// noticed).
/// </summary>
internal sealed class KaplanMeier
{
    private const double Slack = 1e-9;      // shares are products of rounded fractions

    private readonly Observation[] sorted;
    private readonly int runs;

    public KaplanMeier(IEnumerable<Observation> observations)
    {
        sorted = [.. observations.OrderBy(o => o.Seconds).ThenBy(o => o.Noticed ? 0 : 1)];
        // Runs without incidents have no say here; the others are numbered densely for the bootstrap.
        int[] numbers = [.. sorted.Select(o => o.Run).Distinct().Order()];
        runs = numbers.Length;
        for (int i = 0; i < sorted.Length; i++)
            sorted[i] = sorted[i] with { Run = Array.BinarySearch(numbers, sorted[i].Run) };
        Steps = [.. Curve()];
    }

    public IReadOnlyList<CurveStep> Steps { get; }
    public int Count => sorted.Length;
    public int Runs => runs;
    public int Unnoticed => sorted.Count(o => !o.Noticed);

    /// <summary>The time by which the share p has noticed, with an interval over runs.</summary>
    public Estimate Quantile(double p, string name)
    {
        if (Count == 0) return Estimate.None;
        int[] once = new int[runs];
        Array.Fill(once, 1);
        int resamples = Count <= 20_000 ? 1000 : 200;
        return Bootstrap.Around(Quantile(p, once), runs, resamples, name, weights => Quantile(p, weights),
            () => Range(p));
    }

    private double Quantile(double p, int[] weights)
    {
        long atRisk = 0;
        foreach (Observation o in sorted) atRisk += weights[o.Run];
        if (atRisk == 0) return double.NaN;
        double survival = 1;
        for (int i = 0; i < sorted.Length;)
        {
            double at = sorted[i].Seconds;
            long noticed = 0, left = 0;
            for (; i < sorted.Length && sorted[i].Seconds == at; i++)
            {
                int weight = weights[sorted[i].Run];
                left += weight;
                if (sorted[i].Noticed) noticed += weight;
            }
            if (noticed > 0) survival *= 1 - (double)noticed / atRisk;
            if (1 - survival >= p - Slack) return at;
            atRisk -= left;
        }
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

    private IEnumerable<CurveStep> Curve()
    {
        double survival = 1;
        int atRisk = sorted.Length;
        for (int i = 0; i < sorted.Length;)
        {
            double at = sorted[i].Seconds;
            int noticed = 0, censored = 0;
            for (; i < sorted.Length && sorted[i].Seconds == at; i++)
                if (sorted[i].Noticed) noticed++;
                else censored++;
            if (noticed > 0) survival *= 1 - (double)noticed / atRisk;
            atRisk -= noticed + censored;
            yield return new(at, 1 - survival, noticed, censored);
        }
    }
}
