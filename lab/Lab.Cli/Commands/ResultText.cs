using Lab.Experiments;
using Spectre.Console;

namespace Lab.Cli;

/// <summary>What a sweep came to, on the console: a table of medians and the verdicts.</summary>
internal static class ResultText
{
    private static readonly string[] Usual =
    [
        "detection.client.p50", "detection.client.p95", "detection.server.p95", "misdiagnosis.false-alarms", "ghost.time", "availability",
        "messages.lost", "messages.doubled", "cost.bytes", "cost.wakeups",
    ];

    /// <summary>One row per point, one column per metric that the expectations name or that is usually wanted; medians over the seeds.</summary>
    public static void Table(SweepResult sweep, IAnsiConsole console)
    {
        if (sweep.Runs.Count == 0) return;
        string[] named = [.. sweep.Scenario.Expect.Select(e => e.Metric)];
        MetricDefinition[] metrics = [.. Catalogue.All.Where(m => (named.Contains(m.Name) || Usual.Contains(m.Name)) && sweep.Runs.Any(r => !double.IsNaN(r.Value(m.Name))))];
        var groups = sweep.Runs.GroupBy(r => r.Spec.Label).ToList();
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn(Markup.Escape(sweep.Varied.Count == 0 ? "" : string.Join("\n", sweep.Varied.Select(Last)))));
        foreach (MetricDefinition metric in metrics)
            table.AddColumn(new TableColumn(Markup.Escape(metric.Name.Replace('.', '\n'))).RightAligned().NoWrap());
        foreach (var group in groups)
            table.AddRow([Markup.Escape(group.Key), .. metrics.Select(m => Markup.Escape(Units.Format(Median([.. group.Select(r => r.Value(m.Name))]), m.Unit)))]);
        console.Write(table);
        int most = groups.Max(g => g.Count());
        if (most > 1) console.WriteLine($"Medians of {most} seeds each. \"-\": nothing to measure; \"never\": not within the run.");
    }

    /// <summary>One line per expectation; below a failed one the command for one run that shows it.</summary>
    public static void Verdicts(SweepResult sweep, Func<RunSpec, string> command, TextWriter writer)
    {
        foreach (CheckResult check in sweep.Checks)
        {
            writer.WriteLine($"{check.Verdict.ToString().ToLowerInvariant(),-7}  {Describe(check.Expectation)}{(check.Explanation.Length > 0 ? ": " + check.Explanation : "")}");
            if (check.Verdict == Verdict.Fail && check.Failing.Count > 0) writer.WriteLine($"         see one: {command(check.Failing[0])}");
        }
    }

    /// <summary>detection.client.p95 below 90 s (clients.phone.policy: ping)</summary>
    public static string Describe(Expectation e)
    {
        var parts = new List<string>();
        void Add(string word, Quantity? q)
        {
            if (q is { } quantity) parts.Add($"{word} {quantity}");
        }
        Add("below", e.Below);
        Add("above", e.Above);
        Add("at most", e.AtMost);
        Add("at least", e.AtLeast);
        Add("equals", e.EqualTo);
        string when = e.When.Count == 0 ? "" : $" ({string.Join(", ", e.When.Select(w => $"{w.Key}: {w.Value}"))})";
        return $"{e.Metric} {string.Join(" and ", parts)}{when}";
    }

    /// <summary>The median of what there is to measure; NaN when nothing is.</summary>
    public static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Where(v => !double.IsNaN(v)).Order()];
        if (sorted.Length == 0) return double.NaN;
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];
}
