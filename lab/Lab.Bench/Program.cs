using System.Globalization;
using BenchmarkDotNet.Running;
using Lab.Bench;

// dotnet run -c Release --project lab/Lab.Bench -- [--bdn] [WORD ...]
// dotnet run -c Release --project lab/Lab.Bench -- validate FILE
// prints one table, of the benchmarks whose names hold a word; with --bdn the operations run under BenchmarkDotNet.
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
    .. FederationBench.All,
    .. StanzaReaderBench.All,
    .. ServerBench.All,
    .. ProxyBench.All,
    .. LiveBench.All,
    .. FigureBench.All,
];

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["validate", var page]) return Validator.Run(page);
string[] words = [.. args.Where(a => !a.StartsWith("--", StringComparison.Ordinal))];
Benchmark[] chosen =
    [.. all.Where(b => words.Length == 0 || words.Any(w => b.Name.Contains(w, StringComparison.OrdinalIgnoreCase)))];
if (chosen.Length == 0)
{
    string names = string.Join(", ", all.Select(b => b.Name));
    Console.Error.WriteLine($"no benchmark holds {string.Join(" or ", words)}; there are: {names}");
    return 2;
}
if (args.Contains("--bdn"))
{
    DeepDive.Chosen = [.. chosen.OfType<OperationBenchmark>()];
    BenchmarkRunner.Run<DeepDive>();
    return 0;
}

int width = chosen.Max(b => b.Name.Length);
Console.WriteLine(
    "ratio: how many times better than the target; 1 or more = met. Medians of several rounds, one thread, processor "
        + "time.");
Print("benchmark", "measured", "target", "unit", "ratio", "B/op");
foreach (Benchmark benchmark in chosen)
{
    Row row = benchmark.Measure();
    string bytes = row.BytesPerOperation is { } b ? Digits(b) : "";
    Print(row.Name, Digits(row.Measured), Digits(row.Target), row.Unit, row.Ratio.ToString("0.00"), bytes);
    GC.Collect();
}
return 0;

void Print(string name, string measured, string target, string unit, string ratio, string bytes) => Console.WriteLine(
    $"{name.PadRight(width)}  {measured,10}  {target,8}  {unit,-10}  {ratio,6}  {bytes,7}");

static string Digits(double value) => value switch
{
    0 => "0",
    < 0.01 => "<0.01",
    < 10 => value.ToString("0.00"),
    < 100 => value.ToString("0.0"),
    _ => value.ToString("#,0"),
};
