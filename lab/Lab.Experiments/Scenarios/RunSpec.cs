namespace Lab.Experiments;

/// <summary>One field that varies over the runs of a scenario, and its value in this one, as written.</summary>
public readonly record struct Setting(string Path, string Value)
{
    /// <summary>The value as YAML, where its text alone would be read as something else; null = it would not.</summary>
    public string? Quoted { get; init; }
}

/// <summary>
/// Everything one run is built from, resolved: names of policies and links are looked up, vary is applied.
/// </summary>
public sealed record RunSpec
{
    public required string ScenarioName { get; init; }
    public required Scenario Scenario { get; init; }
    public required Topology Topology { get; init; }
    public required ulong Seed { get; init; }
    public NetworkKind Network { get; init; } = NetworkKind.Simulated;

    /// <summary>The varied fields, in the order of the file; empty without vary.</summary>
    public IReadOnlyList<Setting> Point { get; init; } = [];

    /// <summary>
    /// The point that this one is compared with: its own, with the baseline's values in the fields that it names. The
    /// same as its own where that is the baseline, or where the scenario names none.
    /// </summary>
    public IReadOnlyList<Setting> Reference =>
        [.. Point.Select(p => p with { Value = Scenario.Baseline.GetValueOrDefault(p.Path, p.Value) })];

    /// <summary>What tells this point from the others in tables and legends: "ping", "ping, 30s".</summary>
    public string Label => Point.Count == 0 ? "all" : string.Join(", ", Point.Select(p => p.Value));
}
