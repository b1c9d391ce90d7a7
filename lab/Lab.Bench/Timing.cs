using System.Diagnostics;

namespace Lab.Bench;

/// <summary>
/// Times an operation: warm-up until the compiler has settled and the world is in its steady state, then rounds of
/// equal work; the median round counts. Processor time of the process, not the clock on the wall: neighbours on the
/// machine still slow it down through the caches they share, but no longer by taking turns.
/// </summary>
internal static class Timing
{
    private const int Rounds = 9;
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(700), Round = TimeSpan.FromMilliseconds(150);

    /// <param name="unit">ns (per operation) or M/s (million operations per second).</param>
    public static Row Measure(string name, double target, string unit, Func<Action<int>> start)
    {
        Action<int> run = start();
        int batch = 1_000;
        var warm = Stopwatch.StartNew();
        double perOperation = 0;
        while (warm.Elapsed < WarmUp)
        {
            perOperation = Time(run, batch).Nanoseconds;
            if (perOperation * batch < 20e6) batch *= 2;
        }
        int operations = (int)Math.Clamp(Round.TotalNanoseconds / perOperation, 1, 1e9);
        (double Nanoseconds, double Bytes)[] rounds =
            [.. Enumerable.Range(0, Rounds).Select(_ => Time(run, operations))];
        double nanoseconds = Median(rounds.Select(r => r.Nanoseconds));
        double measured = unit switch
        {
            "ns" => nanoseconds,
            "M/s" => 1e3 / nanoseconds,
            _ => throw new ArgumentException($"unit {unit} is neither ns nor M/s", nameof(unit)),
        };
        return new(name, measured, target, unit, Median(rounds.Select(r => r.Bytes)));
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static (double Nanoseconds, double Bytes) Time(Action<int> run, int operations)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan began = Environment.CpuUsage.TotalTime;
        run(operations);
        double nanoseconds = (Environment.CpuUsage.TotalTime - began).TotalNanoseconds;
        return (nanoseconds / operations, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / operations);
    }
}
