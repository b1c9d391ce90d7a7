namespace Lab.Experiments;

/// <summary>
/// How what several runs say of a metric becomes one number: the same in tables, on the console, in figures and in
/// expectations. Intervals draw whole runs again (see Bootstrap), because what happens inside one run hangs together;
/// runs without a population have no say.
/// </summary>
public abstract class Joining
{
    /// <summary>One value per run, and no more is to be had: the median over runs.</summary>
    public static readonly Joining Median = new MedianOfRuns();

    /// <summary>The largest value of any run; it has no interval, for no draw can exceed what was seen.</summary>
    public static readonly Joining Largest = new LargestOfRuns();

    /// <summary>How many per run: the mean over runs. How many runs have any is told beside it.</summary>
    public static readonly Joining Count = new RatioOfSums("mean per run");

    /// <summary>So much per client, or per client and hour: the sum over the sum, over all runs.</summary>
    public static readonly Joining Mean = new RatioOfSums("mean over all runs");

    /// <summary>The share of all cases of all runs.</summary>
    public static readonly Joining Share = new RatioOfSums("share of all cases of all runs", isPooled: true);

    /// <summary>The time within which a share, above 0, at most 1, of all cases of all runs came about.</summary>
    public static Joining Quantile(double share) => new QuantileOfCases(share);

    private Joining(string words, bool isPooled) => (Words, IsPooled) = (words, isPooled);

    /// <summary>For legends: "median over runs".</summary>
    public string Words { get; }

    /// <summary>
    /// Whether the cases of all runs are one population: then an expectation is about that; else it is about each run.
    /// </summary>
    public bool IsPooled { get; }

    private protected virtual bool HasInterval => true;

    private protected virtual int Resamples(IReadOnlyList<Sample> runs) => Bootstrap.Resamples;

    /// <summary>The number when each run counts as often as its weight says; NaN of none.</summary>
    private protected abstract Func<int[], double> Statistic(IReadOnlyList<Sample> runs);

    /// <summary>Of a single run.</summary>
    public double Of(Sample run) => run.IsEmpty ? double.NaN : Statistic([run])([1]);

    /// <summary>Of all these runs; the name, of metric and variant, is that of the stream of chance.</summary>
    public Estimate Of(IEnumerable<Sample> runs, string name)
    {
        Sample[] known = [.. runs.Where(r => !r.IsEmpty)];
        if (known.Length == 0) return Estimate.None;
        Func<int[], double> statistic = Statistic(known);
        double value = statistic(Once(known.Length));
        if (!HasInterval) return new(value, double.NaN, double.NaN, Ends.None, known.Length);
        return Bootstrap.Around(value, known.Length, Resamples(known), name, statistic, () => Range(known.Select(Of)));
    }

    /// <summary>
    /// How far the number of some runs is from that of others, which are their partners one by one and are drawn
    /// together with them. Where both are never there is no difference.
    /// </summary>
    public Estimate Difference(IReadOnlyList<Sample> runs, IReadOnlyList<Sample> others, string name)
    {
        Func<int[], double> ours = Statistic(runs), theirs = Statistic(others);
        double Between(int[] weights) => Subtract(ours(weights), theirs(weights));
        double value = Between(Once(runs.Count));
        if (!HasInterval || double.IsNaN(value)) return Estimate.None with { Value = value };
        return Bootstrap.Around(value, runs.Count, Math.Min(Resamples(runs), Resamples(others)), name, Between,
            () => Range(runs.Zip(others, (a, b) => Subtract(Of(a), Of(b))).Where(d => !double.IsNaN(d))));
    }

    /// <summary>Infinite when only one of the two is never.</summary>
    public static double Subtract(double a, double b) => a == b ? 0 : a - b;

    private static (double, double) Range(IEnumerable<double> values)
    {
        double[] each = [.. values.DefaultIfEmpty(double.NaN)];
        return (each.Min(), each.Max());
    }

    private static int[] Once(int runs)
    {
        int[] once = new int[runs];
        Array.Fill(once, 1);
        return once;
    }

    private sealed class MedianOfRuns() : Joining("median over runs", isPooled: false)
    {
        private protected override Func<int[], double> Statistic(IReadOnlyList<Sample> runs)
        {
            int[] order =
                [.. Enumerable.Range(0, runs.Count).Where(i => !runs[i].IsEmpty).OrderBy(i => runs[i].Part)];
            double[] drawn = new double[runs.Count];
            return weights =>
            {
                int to = 0;
                if (weights.Sum() > drawn.Length) drawn = new double[weights.Sum()];
                foreach (int run in order)
                    for (int k = 0; k < weights[run]; k++) drawn[to++] = runs[run].Part;
                return Quantiles.Of(drawn.AsSpan(0, to), 0.5);
            };
        }
    }

    private sealed class LargestOfRuns() : Joining("largest of all runs", isPooled: false)
    {
        private protected override bool HasInterval => false;

        private protected override Func<int[], double> Statistic(IReadOnlyList<Sample> runs) => weights =>
            runs.Where((r, i) => weights[i] > 0 && !r.IsEmpty).Select(r => r.Part).DefaultIfEmpty(double.NaN).Max();
    }

    private sealed class RatioOfSums(string words, bool isPooled = false) : Joining(words, isPooled)
    {
        private protected override Func<int[], double> Statistic(IReadOnlyList<Sample> runs) => weights =>
        {
            double part = 0, whole = 0;
            for (int i = 0; i < weights.Length; i++)
            {
                if (weights[i] == 0 || runs[i].IsEmpty) continue;
                part += weights[i] * runs[i].Part;
                whole += weights[i] * runs[i].Whole;
            }
            return part / whole;
        };
    }

    private sealed class QuantileOfCases(double share) : Joining("quantile of all cases of all runs", isPooled: true)
    {
        private const int Many = 20_000;

        // what is drawn is gone through once per draw
        private protected override int Resamples(IReadOnlyList<Sample> runs)
        {
            int cases = runs.Sum(r => Cases(r).Count);
            return cases <= Many ? Bootstrap.Resamples / 2 : Math.Clamp(Many * 1000 / cases, 100, 200);
        }

        private protected override Func<int[], double> Statistic(IReadOnlyList<Sample> runs)
        {
            var curve = new Incidence(
                runs.SelectMany((r, run) => Cases(r).Select(o => o with { Run = run })), runs.Count);
            return weights => curve.Quantile(share, weights);
        }

        /// <summary>A run that has not the metric at all has no times.</summary>
        private static IReadOnlyList<Observation> Cases(Sample run) => run.Times ?? [];
    }
}
