using System.Globalization;
using System.Text;
using Lab.Cli;
using Lab.Experiments;
using Lab.Files;

namespace Lab.Tests;

/// <summary>
/// Each point of each shipped scenario under its first seed, as a small table. A change of a model shows here as a diff
/// to be read and understood; make accept then rewrites the tables. The hash is that of the whole history.
/// </summary>
public class GoldenScenarioTests
{
    private static readonly string[] Columns =
    [
        "detection.client.p50", "detection.server.p50", "misdiagnosis.false-alarms", "ghost.time", "availability",
        "messages.sent", "messages.lost", "messages.doubled", "messages.delay.p95", "cost.bytes", "connects.online",
    ];

    private static readonly string[] FederationColumns =
    [
        "federation.detected", "federation.missed", "federation.unnoticed.max", "federation.blamed-wrongly",
        "federation.handshakes", "federation.peak", "federation.first-delay.p50",
    ];

    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "scenarios");

    public static TheoryData<string> Shipped =>
    [
        .. Directory.GetFiles(Folder, "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_scenario_gives_the_numbers_that_were_accepted(string name)
    {
        // two thousand clients are for lab run; two hundred say the same of a model
        Overrides overrides = name switch
        {
            "reconnect-storm" => new Overrides(["clients.phone.count=200"], null),
            "pool-blind-spot" => new Overrides(["servers.node.example.count=4"], null),
            _ => Overrides.None,
        };
        string actual = Table(Read(name, overrides).Plan.GroupBy(s => s.Label).Select(g => g.First()));
        Golden.AssertSame($"scenarios/{name}.txt", actual);
    }

    private static Sweep Read(string name, Overrides overrides)
    {
        var problems = new Problems();
        Sweep? sweep = ScenarioFiles.Read(Path.Combine(Folder, name + ".yaml"), overrides, problems);
        Assert.True(sweep is not null && !problems.Any, string.Join("\n", problems.Sorted()));
        return sweep;
    }

    private static string Table(IEnumerable<RunSpec> specs)
    {
        RunSpec[] runs = [.. specs];
        string[] columns = runs[0].Topology.S2s.Count == 0 ? Columns : [.. Columns, .. FederationColumns];
        List<string[]> rows = [["point", "journal", .. columns]];
        foreach (RunSpec spec in runs)
        {
            RunResult run = Simulation.Run(spec, RunOptions.Default)!;
            string hash = run.JournalHash.ToString("x16", CultureInfo.InvariantCulture);
            rows.Add([spec.Label, hash, .. columns.Select(c => Text(run.Value(c)))]);
        }
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
