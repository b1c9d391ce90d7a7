namespace Lab.Bench;

/// <summary>One row of the table. <see cref="Ratio"/> 1 or more: the target is met.</summary>
internal sealed record Row(string Name, double Measured, double Target, string Unit, double? BytesPerOperation = null)
{
    /// <summary>Units with a slash are speeds (more is better), the others costs.</summary>
    public double Ratio => Unit.Contains("/s") ? Measured / Target : Target / Measured;
}

/// <summary>Something measured: a name to choose it by, and how to get its row.</summary>
internal class Benchmark(string name, Func<Row> measure)
{
    public string Name { get; } = name;

    public Row Measure() => measure();
}

/// <summary>
/// A benchmark of one small operation. <paramref name="start"/> builds a fresh world and returns what runs the
/// operation so many times in it. Also runs under BenchmarkDotNet (--bdn).
/// </summary>
internal sealed class OperationBenchmark(string name, double target, string unit, Func<Action<int>> start)
    : Benchmark(name, () => Timing.Measure(name, target, unit, start))
{
    public Action<int> Start() => start();
}
