using Lab.Experiments;
using Lab.Files;
using Lab.Reports;
using Spectre.Console;
using Words = Lab.Experiments.Words;

namespace Lab.Cli;

/// <summary>The numbers of a sweep on the console, within the width of the window.</summary>
internal static class ResultText
{
    private const int MostLabelColumns = 36, MostDoubts = 5;
    private const string NotShown = "unsupported", Never = "never", None = "–", Why = " lab show networks says why.";

    // besides what the scenario asks for
    private static readonly string[] Usual =
    [
        "detection.client.p50", "detection.client.p95", "detection.server.p95", "misdiagnosis.false-alarms",
        "ghost.time", "availability", "messages.lost", "messages.doubled", "cost.bytes", "cost.wakeups",
    ];

    private sealed record Column(Yardstick By, DisplayUnit Unit, string[] Cells)
    {
        /// <summary>The parts of the name below each other, whose and when it is, and the unit.</summary>
        public string Title
        {
            get
            {
                string name = Problem.Printable($"{By}").Replace('.', '\n').Replace(" of ", "\nof ")
                    .Replace(" from ", "\nfrom ").Replace(" to ", "\nto ");
                return Unit.Symbol == "" ? name : $"{name}\n({Unit.Symbol})";
            }
        }

        public int Columns => Widest([Title, .. Cells]) + 3;
    }

    /// <summary>
    /// A row per variant and a column per metric, what the scenario asks for first; intervals stand below the numbers.
    /// What is the same in all rows is said in a sentence, and what does not fit into the window goes into a table
    /// below. Of one variant its numbers below each other.
    /// </summary>
    public static void Tables(Study study, IAnsiConsole console)
    {
        if (study.Variants.Count == 0) return;
        Column[] columns = [.. Asked(study).Where(study.Has).Select(by => Of(study, by))];
        Column[] alike = study.Variants.Count == 1 ? [] : [.. columns.Where(c => c.Cells.Distinct().Count() == 1)];
        if (study.Variants.Count == 1) Below(columns, console);
        else Beside(study, [.. columns.Except(alike)], console);
        if (alike.Length > 0)
            Say($"The same in all rows: {string.Join("; ", alike.Select(InLine))}.", console);
        string[] all = [.. columns.SelectMany(c => c.Cells)];
        int most = study.Variants.Max(v => v.Runs.Count);
        foreach (string sentence in Legend(all, most)) Say(sentence, console);
    }

    /// <summary>What the scenario asks for, the most asked first, then what is usually wanted.</summary>
    private static IEnumerable<Yardstick> Asked(Study study)
    {
        bool federated = study.Sweep.Runs.Any(r => r.Spec.Topology.S2s.Count > 0);
        string[] usual = [.. Usual, .. federated ? Catalogue.BetweenServers : []];
        return Lab.Reports.Asked.Of(study).Concat(Catalogue.All.Where(m => usual.Contains(m.Name))
            .Select(m => new Yardstick(m))).Distinct();
    }

    private static Column Of(Study study, Yardstick by)
    {
        Estimate[] values = [.. study.Variants.Select(v => v.Over(by))];
        var unit = DisplayUnit.For(by.Metric.Unit, values.Select(e => e.Value));
        return new(by, unit, [.. study.Variants.Select((v, i) => Cell(v, by, values[i], unit))]);
    }

    private static void Beside(Study study, Column[] columns, IAnsiConsole console)
    {
        string corner = string.Join('\n', study.Sweep.Varied.Select(Last)
            .Concat(study.SeveralNetworks ? ["network"] : []).Select(Problem.Printable));
        string[] labels = [.. study.Variants.Select(v => Problem.Printable(v.Label))];
        int first = Math.Min(MostLabelColumns, Widest([corner, .. labels]));
        for (int next = 0; next < columns.Length;)
        {
            var table = new Table { Border = TableBorder.Simple };
            table.AddColumn(new TableColumn(Markup.Escape(corner)).Width(first));
            int width = first + 6, from = next;
            while (next < columns.Length && (next == from || width + columns[next].Columns <= console.Profile.Width))
            {
                width += columns[next].Columns;
                table.AddColumn(new TableColumn(Markup.Escape(columns[next++].Title)).RightAligned().NoWrap());
            }
            for (int row = 0; row < labels.Length; row++)
                table.AddRow([.. columns[from..next].Select(c => c.Cells[row]).Prepend(labels[row])
                    .Select(Markup.Escape)]);
            console.Write(table);
        }
    }

    private static void Below(Column[] columns, IAnsiConsole console)
    {
        int names = Math.Min(console.Profile.Width / 2, columns.Max(c => Wrapped.Columns($"{c.By}")));
        console.WriteLine();
        foreach (Column column in columns)
            Say($"  {Problem.Printable($"{column.By}").PadRight(names)}  {Number(column)}", console, names + 4);
        console.WriteLine();
    }

    private static string InLine(Column column) => $"{column.By} {Number(column)}";

    /// <summary>"43.8 s (38.7–55.3)", of the first row.</summary>
    private static string Number(Column column)
    {
        string[] parts = column.Cells[0].Split('\n');
        string unit = column.Unit.Symbol == "" || parts[0] is Never or None or NotShown ? "" : " " + column.Unit.Symbol;
        return parts[0] + unit + (parts.Length > 1 ? $" ({parts[1]})" : "");
    }

    /// <summary>Of what the cells hold, and of nothing else.</summary>
    private static IEnumerable<string> Legend(string[] cells, int most)
    {
        if (most > 1)
            yield return $"Over {most} seeds each"
                + (!cells.Any(c => c.Contains('\n')) ? "." : most < Bootstrap.FewestForInterval
                    ? "; with each number the least and most of single runs." : "; with each number its 95 % interval.")
                + " lab show metrics NAME: how seeds are joined.";
        if (cells.Any(c => c.Contains(" in ", StringComparison.Ordinal)))
            yield return "\"0.9 in 5/20\": 0.9 per run, in 5 of 20 runs any; without that, in all or in none.";
        if (cells.Any(c => c.Contains(Never, StringComparison.Ordinal))) yield return "\"never\": not within the run.";
        if (cells.Contains(None)) yield return $"\"{None}\": nothing to measure.";
        if (cells.Any(c => c.StartsWith('~'))) yield return "\"~\": approximate on this network." + Why;
        if (cells.Contains(NotShown)) yield return $"\"{NotShown}\": the network cannot show it." + Why;
    }

    /// <summary>The reasons not to trust runs, each with the first run it is about; the first few.</summary>
    public static IEnumerable<(string Text, RunSpec First)> Doubts(SweepResult sweep) =>
        from doubt in sweep.Runs.SelectMany(r => r.Doubts.Select(d => (Reason: d, r.Spec)))
            .GroupBy(d => d.Reason).Take(MostDoubts)
        let first = doubt.First().Spec
        let runs = doubt.Count() == 1 ? "" : $"{Words.Count(doubt.Count(), "run")}, the first "
        select ($"{runs}{first.Label} seed {first.Seed}, {first.Network.Word()}: {doubt.Key}", first);

    /// <summary>The number, of a count also in how many runs there were any; below it the ends.</summary>
    private static string Cell(Variant variant, Yardstick by, Estimate e, DisplayUnit unit)
    {
        Judgement judgement = by.Metric.In(variant.Runs[0].Spec);
        if (judgement.Fidelity == Fidelity.Unsupported) return NotShown;
        int any = variant.Runs.Count(r => r.Value(by.Metric.Name, by.Scope) > 0);
        string mark = judgement.Fidelity == Fidelity.Approximate && e.Known ? "~ " : "";
        string some = by.Metric.Joining == Joining.Count && any > 0 && any < e.Runs ? $" in {any}/{e.Runs}" : "";
        string value = unit.Text(e.Value), low = unit.Text(e.Low), high = unit.Text(e.High);
        bool hasEnds = e.Ends != Ends.None && !(low == high && low == value);
        return mark + value + some + (hasEnds ? $"\n{low}–{high}" : "");
    }

    /// <summary>none, pass, fail, unknown</summary>
    public static string Word(Verdict verdict) => verdict.ToString().ToLowerInvariant();

    /// <summary>detection.client.p95 below 90 s (clients.phone.policy: ping)</summary>
    public static string Describe(Expectation e) => Problem.Printable(Lab.Reports.Words.Whole(e));

    private static void Say(string text, IAnsiConsole console, int indent = 0) =>
        console.WriteLine(Wrapped.Text(text, console.Profile.Width, indent));

    private static int Widest(IEnumerable<string> texts) => texts.SelectMany(t => t.Split('\n')).Max(Wrapped.Columns);

    private static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];
}
