using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Lab.Bench;

/// <summary>
/// Runs the chosen operations under BenchmarkDotNet, in this process (so that nothing has to be restored).
/// </summary>
[Config(typeof(InThisProcess))]
[MemoryDiagnoser]
public class DeepDive
{
    private const int Operations = 100_000;
    private Action<int> run = _ => { };

    internal static OperationBenchmark[] Chosen { get; set; } = [];

    public static IEnumerable<string> Names => Chosen.Select(b => b.Name);

    [ParamsSource(nameof(Names))]
    public string Name { get; set; } = "";

    [GlobalSetup]
    public void Start() => run = Chosen.Single(b => b.Name == Name).Start();

    [Benchmark(OperationsPerInvoke = Operations)]
    public void Operation() => run(Operations);

    private sealed class InThisProcess : ManualConfig
    {
        public InThisProcess() => AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
    }
}
