using Lab.Experiments;
using Lab.Network;

namespace Lab.Bench;

internal static class JournalBench
{
    public static IEnumerable<Benchmark> All { get; } =
    [
        new OperationBenchmark("journal, add", 10, "ns", () =>
        {
            var journal = new Journal();
            long at = 0;
            return times =>
            {
                for (int i = 0; i < times; i++) journal.Add(new(at++), i & 1023, EntryKind.None, i, 3);
            };
        }),
    ];
}
