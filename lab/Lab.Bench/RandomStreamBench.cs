using Lab.Network;

namespace Lab.Bench;

internal static class RandomStreamBench
{
    private static readonly Duration Second = Duration.FromSeconds(1);

    public static IEnumerable<Benchmark> All { get; } =
    [
        Draw("random, next", 3, s => s.Next()),
        Draw("random, exponential", 12, s => (ulong)s.Exponential(Second).Nanoseconds),
        Draw("random, normal", 12, s => (ulong)s.Normal(0, 1_000_000)),
        Draw("random, Pareto", 20, s => (ulong)s.Pareto(Second).Nanoseconds),
        Draw("random, lognormal", 60, s => (ulong)s.Lognormal(Second, 1500).Nanoseconds),
    ];

    private static OperationBenchmark Draw(string name, double nanoseconds, Func<RandomStream, ulong> draw) =>
        new(name, nanoseconds, "ns", () =>
        {
            var stream = RandomStream.Root(1);
            ulong sum = 0;
            return times =>
            {
                for (int i = 0; i < times; i++) sum += draw(stream);
                GC.KeepAlive(sum);
            };
        });
}
