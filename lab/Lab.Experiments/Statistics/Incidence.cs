namespace Lab.Experiments;

/// <summary>A step of the curve: from this time on, this share has noticed. Left: how many ended unnoticed just
/// then.</summary>
public readonly record struct CurveStep(double Seconds, double Share, int Noticed, int Left);

/// <summary>
/// Share of all incidents that were noticed within a time, over the pooled incidents of all runs: the cumulative
/// incidence of Aalen and Johansen (1978). An incident that the end of the run cut off is censored: it counts as at
/// risk until then and not after. One that the connection outlived is no censoring, for it will never be noticed: it
/// stays in the whole, and the curve ends below 1. (Kaplan and Meier's estimator, which is what this becomes when
/// nothing is outlived, would take such incidents out as if they might yet have been noticed, and rise to 1 when the
/// last few are.) At each time the share not yet ended, times the part of those at risk that noticed just then, is
/// added. A quantile is the first time at which the curve reaches it; it is infinite when the curve ends below. Where
/// every case came about, as with the delays of delivered messages, that is the nearest rank.
/// Leaves out: what would have been noticed had short faults lasted longer.
/// </summary>
public sealed class Incidence
{
    // Shares are sums of products of rounded fractions.
    private const double Slack = 1e-9;

    private readonly Observation[] sorted;

    /// <summary>Of observations whose runs count from 0 to below the number of runs.</summary>
    public Incidence(IEnumerable<Observation> observations, int runs)
    {
        sorted = [.. observations.OrderBy(o => o.Seconds).ThenBy(o => o.Outcome)];
        int[] once = new int[runs];
        Array.Fill(once, 1);
        Steps = [.. Curve(once)];
    }

    public IReadOnlyList<CurveStep> Steps { get; }
    public int Count => sorted.Length;
    public int Unnoticed => sorted.Count(o => o.Outcome != Outcome.Noticed);

    /// <summary>
    /// The time by which the share p of all has noticed, when each run counts as often as its weight says; NaN of none.
    /// </summary>
    public double Quantile(double p, int[] weights)
    {
        bool any = false;
        foreach (CurveStep step in Curve(weights))
        {
            if (step.Share >= p - Slack) return step.Seconds;
            any = true;
        }
        return any ? double.PositiveInfinity : double.NaN;
    }

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
}
