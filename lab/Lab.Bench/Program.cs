using System.Globalization;
using BenchmarkDotNet.Running;
using Lab.Bench;

// dotnet run -c Release --project lab/Lab.Bench [-- WORD ...]        one table, of the benchmarks whose names hold a word
// dotnet run -c Release --project lab/Lab.Bench -- --bdn [WORD ...]  the same operations under BenchmarkDotNet
//
// A new benchmark is one file with one static list, named here.
Benchmark[] all =
[
    .. EventQueueBench.All,
    .. AlarmBench.All,
    .. RandomStreamBench.All,
    .. LinkBench.All,
    .. JournalBench.All,
    .. SimulationBench.All,
    .. StanzaReaderBench.All,
];

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string[] words = [.. args.Where(a => !a.StartsWith("--", StringComparison.Ordinal))];
Benchmark[] chosen = [.. all.Where(b => words.Length == 0 || words.Any(w => b.Name.Contains(w, StringComparison.OrdinalIgnoreCase)))];
if (chosen.Length == 0)
{
    Console.Error.WriteLine($"no benchmark holds {string.Join(" or ", words)}; there are: {string.Join(", ", all.Select(b => b.Name))}");
    return 2;
}
if (args.Contains("--bdn"))
{
    DeepDive.Chosen = [.. chosen.OfType<OperationBenchmark>()];
    BenchmarkRunner.Run<DeepDive>();
    return 0;
}

int width = chosen.Max(b => b.Name.Length);
Console.WriteLine("ratio: how many times better than the target; 1 or more = met. Medians of 9 rounds, one thread.");
Console.WriteLine($"{"benchmark".PadRight(width)}  {"measured",10}  {"target",8}  {"unit",-6}  {"ratio",6}  {"B/op",7}");
foreach (Benchmark benchmark in chosen)
{
    Row row = benchmark.Measure();
    Console.WriteLine($"{row.Name.PadRight(width)}  {Digits(row.Measured),10}  {Digits(row.Target),8}  {row.Unit,-6}  " +
        $"{row.Ratio,6:0.00}  {(row.BytesPerOperation is { } bytes ? Digits(bytes) : ""),7}");
    GC.Collect();
}
return 0;

static string Digits(double value) => value switch
{
    0 => "0", < 0.01 => "<0.01", < 10 => value.ToString("0.00"), < 100 => value.ToString("0.0"), _ => value.ToString("#,0"),
};
