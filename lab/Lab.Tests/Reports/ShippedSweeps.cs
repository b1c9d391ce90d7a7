using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;
using Lab.Reports;

namespace Lab.Tests;

/// <summary>Shipped scenarios, run as lab run would hand them to the report.</summary>
internal static class ShippedSweeps
{
    /// <summary>Without seeds: its own; without networks: the simulated one, which also stands for those
    /// named.</summary>
    public static (SweepResult Result, string Yaml) Of(
        string name, ulong[]? seeds, string set = "", NetworkKind[]? networks = null)
    {
        string path = Path.Combine(RepositoryRoot.Path, "scenarios", name + ".yaml");
        Problems problems = new();
        Sweep sweep = ScenarioFiles.Read(path, new Overrides(set.Length > 0 ? [set] : [], seeds, networks), problems)!;
        Assert.True(sweep is not null, problems.ToString());
        RunResult[] runs = [.. sweep.Plan.Select(s =>
            Simulation.Run(s, RunOptions.Default with { TellsStories = s.Seed == sweep.Plan[0].Seed })!)];
        IReadOnlyList<CheckResult> checks = Checks.Evaluate(sweep.Plan[0].Scenario, runs);
        return (new SweepResult
        {
            ScenarioName = sweep.Name, Scenario = sweep.Plan[0].Scenario, Topology = sweep.Plan[0].Topology,
            Networks = sweep.Networks, Runs = runs, Checks = checks, Verdict = Checks.Worst(checks),
            Varied = sweep.Varied, Command = "lab run " + name, Planned = runs.Length,
            Made = new Provenance("0.2.0", "abc1234", "2026-11-22T17:05:33Z"),
        }, sweep.RunYaml);
    }
}
