using System.Globalization;
using Lab.Experiments;
using Lab.Files;
using Spectre.Console;

namespace Lab.Cli;

/// <summary>What a sweep came to, on the console: tables, verdicts, what cannot be trusted.</summary>
internal static class ResultText
{
    private const int MostLabelColumns = 36;
    private const int MostDoubts = 5;
    private const string NotShown = "unsupported";

    private static readonly string[] Usual =
    [
        "detection.client.p50", "detection.client.p95", "detection.server.p95", "misdiagnosis.false-alarms",
        "ghost.time", "availability", "messages.lost", "messages.doubled", "cost.bytes", "cost.wakeups",
    ];

    /// <summary>
    /// One row per point, one column per metric that the expectations name or that is usually wanted, joined over
    /// the seeds. What does not fit beside each other on the console goes into a table below.
    /// </summary>
    public static void Tables(SweepResult sweep, IAnsiConsole console)
    {
        if (sweep.Runs.Count == 0) return;
        bool federated = sweep.Runs.Any(r => r.Spec.Topology.S2s.Count > 0);
        string[] named = [.. sweep.Scenario.Expect.Select(e => e.Metric), .. federated ? Catalogue.BetweenServers : []];
        bool several = sweep.Networks.Count > 1;
        var points = sweep.Runs.GroupBy(r => (r.Spec.Label, r.Network)).OrderBy(g => Place(sweep.Runs, g.Key.Label))
            .Select(g => (Label: several ? $"{g.Key.Label}, {g.Key.Network.Word()}" : g.Key.Label, Runs: g.ToArray()))
            .ToList();
        var columns = new List<(string Title, string[] Cells)>();
        foreach (Metric metric in Catalogue.All.Where(m => named.Contains(m.Name) || Usual.Contains(m.Name)))
        {
            double[] values = [.. points.Select(p => metric.Over(p.Runs).Value)];
            if (values.All(double.IsNaN)) continue;
            columns.Add((metric.Name.Replace('.', '\n'),
                [.. points.Select((p, i) =>
                    Cell(values[i], metric.Unit, metric.In(p.Runs[0].Spec)))]));
        }
        string corner = string.Join("\n", sweep.Varied.Select(Last).Concat(several ? ["network"] : []));
        corner = string.Join('\n', corner.Split('\n').Select(Problem.Printable));
        int labels = Math.Min(MostLabelColumns, Widest([corner, .. points.Select(p => p.Label)]));
        for (int next = 0; next < columns.Count;)
        {
            var table = new Table { Border = TableBorder.Simple };
            table.AddColumn(new TableColumn(Markup.Escape(corner)).Width(labels));
            int width = labels + 6, first = next;
            while (next < columns.Count && (next == first || width + Columns(columns[next]) <= console.Profile.Width))
            {
                width += Columns(columns[next]);
                table.AddColumn(new TableColumn(Markup.Escape(columns[next++].Title)).RightAligned().NoWrap());
            }
            for (int row = 0; row < points.Count; row++)
            {
                IEnumerable<string> cells = columns[first..next].Select(c => c.Cells[row]).Prepend(points[row].Label);
                table.AddRow([.. cells.Select(Problem.Printable).Select(Markup.Escape)]);
            }
            console.Write(table);
        }
        int most = points.Max(p => p.Runs.Length);
        if (most > 1) console.WriteLine($"Over {most} seeds each. \"-\": nothing to measure; \"never\": not "
            + "within the run.");
        if (columns.Any(c => c.Cells.Any(cell => cell.StartsWith('~') || cell == NotShown)))
            console.WriteLine($"\"~\": approximate on this network; \"{NotShown}\": the network cannot show it. "
                + "lab show networks says why.");
    }

    /// <summary>The reasons not to trust runs, each with the first run it is about and how to see that one.</summary>
    public static void Doubts(SweepResult sweep, Func<RunSpec, string> command, TextWriter writer)
    {
        foreach (var doubt in sweep.Runs.SelectMany(r => r.Doubts.Select(d => (Reason: d, r.Spec)))
            .GroupBy(d => d.Reason).Take(MostDoubts))
        {
            RunSpec first = doubt.First().Spec;
            string runs = doubt.Count() == 1 ? "" : $"{Words.Count(doubt.Count(), "run")}, the first ";
            writer.WriteLine($"doubt    {runs}{Problem.Printable(first.Label)} seed {first.Seed}, "
                + $"{first.Network.Word()}: {doubt.Key}");
            writer.WriteLine($"         see it: {command(first)}");
        }
    }

    private static string Cell(double value, Unit unit, Judgement judgement) => judgement.Fidelity switch
    {
        Fidelity.Unsupported => NotShown,
        Fidelity.Approximate when !double.IsNaN(value) => "~ " + Units.Format(value, unit),
        _ => Units.Format(value, unit),
    };

    private static int Place(IReadOnlyList<RunResult> runs, string label)
    {
        for (int i = 0; i < runs.Count; i++)
            if (runs[i].Spec.Label == label) return i;
        return runs.Count;
    }

    /// <summary>One line per expectation; below a failed one the command for one run that shows it.</summary>
    public static void Verdicts(SweepResult sweep, Func<RunSpec, string> command, TextWriter writer)
    {
        foreach (CheckResult check in sweep.Checks)
        {
            string why = check.Explanation.Length > 0 ? ": " + check.Explanation : "";
            writer.WriteLine($"{Word(check.Verdict),-7}  {Describe(check.Expectation)}{why}");
            if (check.Verdict == Verdict.Fail && check.Failing.Count > 0)
                writer.WriteLine($"         see one: {command(check.Failing[0])}");
        }
    }

    /// <summary>none, pass, fail, unknown</summary>
    public static string Word(Verdict verdict) => verdict.ToString().ToLowerInvariant();

    /// <summary>detection.client.p95 below 90 s (clients.phone.policy: ping)</summary>
    public static string Describe(Expectation e)
    {
        var parts = new List<string>();
        void Add(string word, Quantity? bound, Unit unit)
        {
            if (bound is { } quantity) parts.Add($"{word} {Units.Format(quantity.Value, unit)}");
        }
        // a bare 0 goes with every unit, so the metric's unit is the one to show
        Unit of = Catalogue.Find(e.Metric)?.Unit ?? Unit.Count;
        Add("below", e.Below, of);
        Add("above", e.Above, of);
        Add("at most", e.AtMost, of);
        Add("at least", e.AtLeast, of);
        Add("equals", e.EqualTo, of);
        string when = e.When.Count == 0 ? "" : $" ({string.Join(", ", e.When.Select(w =>
            Problem.Printable($"{w.Key}: {w.Value}")))})";
        return $"{e.Metric}{e.Scope} {string.Join(" and ", parts)}{when}";
    }

    private static int Columns((string Title, string[] Cells) column) => Widest([column.Title, .. column.Cells]) + 3;

    private static int Widest(IEnumerable<string> texts) =>
        texts.SelectMany(t => t.Split('\n')).Max(line => new StringInfo(line).LengthInTextElements);

    private static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];
}
