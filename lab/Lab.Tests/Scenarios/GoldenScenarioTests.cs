using System.Globalization;
using System.Text;
using Lab.Cli;
using Lab.Experiments;
using Lab.Files;

namespace Lab.Tests;

/// <summary>
/// Each shipped scenario, run: every metric of each point under its first seed as a table, and what the scenario itself
/// expects. A change of a model shows here as a diff to be read and understood; make accept then rewrites the tables.
/// The hash is that of the whole history.
/// </summary>
public class GoldenScenarioTests
{
    /// <summary>Those of which a second seed takes seconds.</summary>
    private static readonly string[] Large =
        ["federated-storm", "idle-peer", "idle-too-eager", "pool-blind-spot", "reconnect-storm", "storm-that-sinks",
            "wrong-suspect"];

    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "scenarios");

    public static TheoryData<string> Shipped =>
    [
        .. Directory.GetFiles(Folder, "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_scenario_gives_the_numbers_that_were_accepted_and_what_it_expects(string name)
    {
        var overrides = new Overrides([], Large.Contains(name) ? [1] : [1, 2]);
        RunResult[] runs = [.. Read(name, overrides).Plan.Select(s => Simulation.Run(s, RunOptions.Default)!)];
        Golden.AssertSame($"scenarios/{name}.txt", Table([.. runs.Where(r => r.Spec.Seed == 1)]));
        IReadOnlyList<CheckResult> checks = Checks.Evaluate(runs[0].Spec.Scenario, runs);
        Assert.NotEmpty(checks);
        Assert.All(checks, c =>
            Assert.True(c.Verdict == Verdict.Pass, $"{ResultText.Describe(c.Expectation)}: {c.Explanation}"));
        Assert.All(runs, r => Assert.Empty(r.Doubts));
    }

    private static Sweep Read(string name, Overrides overrides)
    {
        var problems = new Problems();
        Sweep? sweep = ScenarioFiles.Read(Path.Combine(Folder, name + ".yaml"), overrides, problems);
        Assert.True(sweep is not null && !problems.Any, string.Join("\n", problems.Sorted()));
        return sweep;
    }

    /// <summary>A line for each metric, a column for each point.</summary>
    private static string Table(RunResult[] runs)
    {
        List<string[]> rows =
        [
            ["", .. runs.Select(r => r.Spec.Label)],
            ["journal", .. runs.Select(r => r.JournalHash.ToString("x16", CultureInfo.InvariantCulture))],
            .. runs[0].Measures.Select(m => (string[])
                [$"{m.Metric}{m.Scope}", .. runs.Select(r => Text(r.Value(m.Metric, m.Scope)))]),
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(r => r[i].Length))];
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            IEnumerable<string> cells =
                row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
            text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }
        return text.ToString();
    }

    private static string Text(double value) => double.IsNaN(value) ? "-" : double.IsInfinity(value) ? "never"
        : value.ToString("0.####", CultureInfo.InvariantCulture);
}
