using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// 95 % intervals. The unit that is drawn again, with replacement, is the run (a seed): what happens inside one run
/// hangs together. The interval is the percentile interval (Efron 1979): the 2.5 % and 97.5 % quantiles of the
/// resampled statistic. With fewer than six runs no interval of a median reaches 95 % (1 - 2 * 0.5^5 = 94 %): the range
/// is given instead. Draws come from a stream named after what is estimated, so the same sweep gives the same report.
/// Leaves out: bias correction.
/// </summary>
public static class Bootstrap
{
    public const int Resamples = 2000;
    public const int FewestForInterval = 6;

    private static readonly RandomStream Root = RandomStream.Root(0).Fork("report");

    /// <summary>
    /// The ends around a value that was computed from so many units. The statistic is given how often each unit was
    /// drawn; with too few units the range is asked for instead.
    /// </summary>
    internal static Estimate Around(
        double value, int units, int resamples, string name, Func<int[], double> statistic,
        Func<(double, double)> range)
    {
        if (units < 2) return new(value, double.NaN, double.NaN, Ends.None, units);
        if (units < FewestForInterval)
        {
            (double low, double high) = range();
            return new(value, low, high, Ends.Range, units);
        }
        RandomStream chance = Root.Fork(name);
        int[] counts = new int[units];
        double[] results = new double[resamples];
        for (int r = 0; r < resamples; r++)
        {
            Array.Clear(counts);
            for (int i = 0; i < units; i++) counts[chance.Below((ulong)units)]++;
            results[r] = statistic(counts);
        }
        double[] known = [.. results.Where(v => !double.IsNaN(v)).Order()];
        return new(value, Quantiles.Of(known, 0.025), Quantiles.Of(known, 0.975), Ends.Interval, units);
    }
}

/// <summary>Quantiles of a sorted sample that may hold infinite values.</summary>
public static class Quantiles
{
    private const double Beyond = double.MaxValue / 16;

    /// <summary>
    /// Hyndman and Fan's type 8 (The American Statistician 50/4, 1996), which they recommend and which for p = 0.5 is
    /// the usual median. A quantile that would lie between a finite and an infinite value is infinite. NaN for an empty
    /// sample.
    /// </summary>
    public static double Of(ReadOnlySpan<double> sorted, double p) =>
        sorted.Length == 0 ? double.NaN : Between(sorted, p) switch
        {
            > Beyond / 1e9 => double.PositiveInfinity,
            < -Beyond / 1e9 => double.NegativeInfinity,
            double quantile => quantile,
        };

    // The p-th of n sorted values stands at place (n + 1/3) p + 1/3, counted from one; between two places it is on the
    // line between their values. Infinite ones are stood in for by numbers no sample holds, so that sums stay defined.
    private static double Between(ReadOnlySpan<double> sorted, double p)
    {
        double place = (sorted.Length + 1 / 3d) * p + 1 / 3d;
        int below = (int)place;
        if (below < 1) return sorted[0];
        if (below >= sorted.Length) return sorted[^1];
        double left = Finite(sorted[below - 1]), right = Finite(sorted[below]);
        return left + (place - below) * (right - left);
    }

    private static double Finite(double value) => Math.Clamp(value, -Beyond, Beyond);
}
