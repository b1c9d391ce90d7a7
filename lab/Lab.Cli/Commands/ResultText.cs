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
    private const string NotShown = "unsupported", Never = "never", Why = " lab show networks says why.";

    private static readonly string[] Usual =
    [
        "detection.client.p50", "detection.client.p95", "detection.server.p95", "misdiagnosis.false-alarms",
        "ghost.time", "availability", "messages.lost", "messages.doubled", "cost.bytes", "cost.wakeups",
    ];

    /// <summary>
    /// One row per point, one column per metric that the expectations name or that is usually wanted, joined over the
    /// seeds. What does not fit beside each other on the console goes into a table below.
    /// </summary>
    public static void Tables(SweepResult sweep, IAnsiConsole console)
    {
        if (sweep.Runs.Count == 0) return;
        bool federated = sweep.Runs.Any(r => r.Spec.Topology.S2s.Count > 0);
        string[] usual = [.. Usual, .. federated ? Catalogue.BetweenServers : []];
        bool several = sweep.Networks.Count > 1;
        var points = sweep.Runs.GroupBy(r => (r.Spec.Label, r.Network)).OrderBy(g => Place(sweep.Runs, g.Key.Label))
            .Select(g => (Label: Problem.Printable(several ? $"{g.Key.Label}, {g.Key.Network.Word()}" : g.Key.Label),
                Runs: g.ToArray())).ToList();
        var columns = new List<(string Title, string[] Cells)>();
        foreach ((Metric metric, Scope scope) in Asked(sweep.Scenario, usual))
        {
            Estimate[] values = [.. points.Select(p => metric.Over(p.Runs, scope))];
            if (values.All(v => !v.Known)) continue;
            string title = Problem.Printable($"{metric.Name}{scope}").Replace('.', '\n').Replace(" of ", "\nof ")
                .Replace(" from ", "\nfrom ").Replace(" to ", "\nto ");
            columns.Add((title, [.. points.Select((p, i) => Cell(values[i], metric, scope, p.Runs))]));
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
                table.AddRow([.. cells.Select(Markup.Escape)]);
            }
            console.Write(table);
        }
        string[] all = [.. columns.SelectMany(c => c.Cells)];
        foreach (string sentence in Legend(all, points.Max(p => p.Runs.Length))) console.WriteLine(sentence);
    }

    /// <summary>What is usually wanted, and each metric as the expectations ask for it.</summary>
    private static IEnumerable<(Metric Metric, Scope Scope)> Asked(Scenario scenario, string[] usual) =>
        from metric in Catalogue.All
        from scope in scenario.Expect.Where(e => e.Metric == metric.Name).Select(e => e.Scope)
            .Concat(usual.Contains(metric.Name) ? [default(Scope)] : []).Distinct().OrderBy(s => s != default)
        select (metric, scope);

    /// <summary>Of what the cells hold, and of nothing else.</summary>
    private static IEnumerable<string> Legend(string[] cells, int most)
    {
        if (most > 1)
            yield return $"Over {most} seeds each"
                + (!cells.Any(c => c.Contains('\n')) ? "." : most < Bootstrap.FewestForInterval
                    ? "; below, least and most of single runs." : "; below, the 95 % interval.")
                + " lab show metrics NAME: how seeds are joined.";
        if (cells.Any(c => c.Contains(" in ", StringComparison.Ordinal)))
            yield return "\"0.9 in 5/20\": 0.9 per run, in 5 of 20 runs any; without that, in all or in none.";
        if (cells.Any(c => c.Contains(Never, StringComparison.Ordinal))) yield return "\"never\": not within the run.";
        if (cells.Contains("-")) yield return "\"-\": nothing to measure.";
        if (cells.Any(c => c.StartsWith('~'))) yield return "\"~\": approximate on this network." + Why;
        if (cells.Contains(NotShown)) yield return $"\"{NotShown}\": the network cannot show it." + Why;
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

    /// <summary>The number, of a count also in how many runs there were any; below it the ends.</summary>
    private static string Cell(Estimate e, Metric metric, Scope scope, RunResult[] runs)
    {
        Judgement judgement = metric.In(runs[0].Spec);
        if (judgement.Fidelity == Fidelity.Unsupported) return NotShown;
        int any = runs.Count(r => r.Value(metric.Name, scope) > 0);
        string mark = judgement.Fidelity == Fidelity.Approximate && e.Known ? "~ " : "";
        string some = metric.Joining == Joining.Count && any > 0 && any < e.Runs ? $" in {any}/{e.Runs}" : "";
        return mark + Units.Format(e.Value, metric.Unit) + some + Ends(e, metric.Unit);
    }

    /// <summary>"71.2–80 s" on a line of its own; nothing when they show the same as the value.</summary>
    private static string Ends(Estimate e, Unit unit)
    {
        (string low, string high) = (Units.Format(e.Low, unit), Units.Format(e.High, unit));
        if (e.Ends == Lab.Experiments.Ends.None || low == high && low == Units.Format(e.Value, unit)) return "";
        int lowUnit = low.IndexOf(' '), highUnit = high.IndexOf(' ');
        if (lowUnit > 0 && highUnit > 0 && low[lowUnit..] == high[highUnit..]) low = low[..lowUnit];
        return $"\n{low}–{high}";
    }

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
