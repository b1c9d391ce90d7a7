using Lab.Experiments;

namespace Lab.Reports;

/// <summary>Policies against metrics: numbers over all seeds with intervals, the best of each column marked.</summary>
internal static class MetricTables
{
    public static readonly string[] MainMetrics =
    [
        "detection.client.p50", "detection.client.p95", "detection.client.share", "detection.server.p50",
        "misdiagnosis.false-alarms", "ghost.time", "availability", "messages.lost", "messages.doubled",
        "messages.delay.p95", "cost.bytes", "cost.wakeups",
    ];

    /// <summary>Rows of a table below the first.</summary>
    public const int MostRows = 60;

    public static readonly string[] StormMetrics = ["storm.peak", "recovery.time"];

    /// <summary>What is usually wanted of such runs.</summary>
    public static IEnumerable<string> Usual(Study study)
    {
        bool storm = study.Sweep.Runs.Any(r => Study.Clients(r) > 50);
        bool federated = study.Sweep.Runs.Any(r => r.Spec.Topology.S2s.Count > 0);
        return MainMetrics.Concat(storm ? StormMetrics : []).Concat(federated ? Catalogue.BetweenServers : []);
    }

    public static Html Main(Study study)
    {
        if (!study.SeveralNetworks) return $"<h2>Results</h2>\n{ResultTable.Of(study)}";
        IEnumerable<string> wanted = Usual(study).Concat(study.Sweep.Checks.Select(c => c.Expectation.Metric));
        Metric[] metrics = [.. Present(study).Where(m => wanted.Contains(m.Name))];
        if (metrics.Length == 0) return $"<h2>Results</h2>\n<p>No run has a value for any metric.</p>";
        return $"""
            <h2>Results</h2>
            <p>{Legend(study, [.. metrics.Select(m => new Yardstick(m))])}</p>
            {Compared(study, metrics)}
            """;
    }

    public static Html All(Study study)
    {
        IGrouping<string, Metric>[] groups = [.. Present(study).GroupBy(m => m.Name.Split('.')[0])];
        if (groups.Length == 0) return Html.Empty;
        Html tables = Html.Join(groups.Select(g => Html.Of($"<h3>{g.Key}</h3>\n{Table(study, [.. g])}")));
        Html meanings = Html.Join(groups.SelectMany(g => g).Select(m => Html.Of(
            $"<dt>{Name(m.Name)}</dt><dd>{Meaning(m)}</dd>")));
        return $"""
            <h2>All metrics</h2>
            <details><summary>Every metric that has a value, by group</summary>
            {More(study)}
            {tables}
            </details>
            <details><summary>What each metric means</summary>
            <dl class="facts">
            {meanings}
            </dl>
            </details>
            """;
    }

    /// <summary>Said where a table holds not all variants.</summary>
    public static Html More(Study study) => study.Variants.Count <= MostRows ? Html.Empty : Html.Of($"""
        <p>The first {(long)MostRows} of {study.Variants.Count} variants; all of them are in metrics.csv and
        results.db.</p>
        """);

    /// <summary>A metric's name, breakable after its dots.</summary>
    public static Html Name(string metric) =>
        Html.Join(metric.Split('.').Select((part, i) => i == 0 ? Html.Of($"{part}") : Html.Of($".<wbr>{part}")), "");

    /// <summary>The metrics that have a value, in the order of the catalogue.</summary>
    public static IEnumerable<Metric> Present(Study study) =>
        Catalogue.All.Where(m => study.Has(m));

    public static Html Legend(Study study, Yardstick[] columns)
    {
        int fewest = study.Variants.Min(v => v.Runs.Count), most = study.Variants.Max(v => v.Runs.Count);
        string over = fewest == most ? Words.Count(most, "seed") : $"{fewest} to {most} seeds";
        string below = most == 1 ? "one run has no interval" :
            most < Bootstrap.FewestForInterval ? "below, smallest and largest value of single runs: too few seeds " +
                "for an interval" :
            "below, its 95 % bootstrap interval" +
                (fewest < Bootstrap.FewestForInterval ? " (in brackets: the range, where seeds are too few)" : "");
        string any = most > 1 && columns.Any(c => c.Metric.Joining == Joining.Count)
            ? " Counts are means per run, with the number of runs that have any; " + Rare(most) : "";
        string best = !study.ComparesChoices || study.Variants.Count < 2 || most < Bootstrap.FewestForInterval ? "" :
            $" A dot marks the best of a column{Same(study)}: its interval is apart from all others (equals share " +
            "it). There is none where policies met different incidents or " +
            "messages, for then their numbers are not of the same thing.";
        string never = study.Variants.Any(v => columns.Any(c => double.IsInfinity(v.Over(c).Value)))
            ? " “never” means: not before the end." : "";
        return $"Over {over}; {below}.{any}{best} No interval is shown where it has no width.{never} Hover over a " +
            $"column's name for its meaning and for how runs are joined, or see the end of the page.";
    }

    /// <summary>" with the same delay"; nothing where there is one panel.</summary>
    public static string Same(Study study) => study.Panels.Count > 1 ? $" with the same {study.PanelWords}" : "";

    /// <summary>What none in so many runs leaves open (Clopper and Pearson 1934).</summary>
    private static string Rare(int runs)
    {
        double most = 1 - Math.Pow(0.05, 1.0 / runs);
        string share = Units.Format(most < 0.01 ? most : Math.Round(most, 2), Unit.Share);
        return $"0 in {runs} runs still allows some in up to {share} of runs.";
    }

    private static Html Compared(Study study, Metric[] metrics)
    {
        var comparison = new ComparisonTable(study, metrics);
        Html unexpected = comparison.Unexpected.Count == 0 ? Html.Empty : Html.Of($"""
            <p class="note"><b>Not expected.</b> The fidelity table does not foretell these differences between the
            networks: {string.Join("; ", comparison.Unexpected)}.</p>
            """);
        string summary = (comparison.Expected, comparison.Unexpected.Count) switch
        {
            (0, 0) => "The networks do not differ in what both can show.",
            (0, _) => "",
            (int n, 0) => $"{Words.Count(n, "difference")} between the networks, foretold by the fidelity table.",
            (int n, _) => $"{Words.Count(n, "further difference")}, foretold by the fidelity table.",
        };
        return $"{unexpected}\n<p>{summary}</p>\n{comparison.Html}";
    }

    private static Html Table(Study study, Metric[] metrics)
    {
        if (study.SeveralNetworks) return new ComparisonTable(study, metrics).Html;
        Variant[] rows = [.. study.Variants.Take(MostRows)];
        Estimate[][] columns = [.. metrics.Select(m => rows.Select(v => v.Over(m)).ToArray())];
        var footnotes = new Footnotes();
        DisplayUnit[] units = [.. metrics.Select((m, i) => DisplayUnit.For(m.Unit, columns[i].Select(e => e.Value)))];
        bool[][] best = [.. metrics.Select(m => Best.Of(study, m, rows))];
        Html grid = Grid(study.RowWords, metrics, units, rows.Select((v, row) => (v.Name, metrics.Select((m, i) =>
            Cell(v, m, columns[i][row], units[i], best[i][row], footnotes)))));
        return $"{grid}{footnotes.List()}";
    }

    private static Html Grid(
        string corner, Metric[] metrics, DisplayUnit[] units,
        IEnumerable<(string Label, IEnumerable<Html> Cells)> rows)
    {
        Html headers = Html.Join(metrics.Select((m, i) => Header(m, units[i])), "");
        string name = metrics[0].Name.Split('.')[0];
        Html body = Html.Join(rows.Select(r => Html.Of(
            $"<tr><th scope=\"row\">{r.Label}</th>{Html.Join(r.Cells, "")}</tr>")));
        return $"""
            <div class="scroll wide" role="region" aria-label="All metrics: {name}" tabindex="0"><table>
            <thead><tr><th scope="col">{corner}</th>{headers}</tr></thead>
            <tbody>
            {body}
            </tbody>
            </table></div>
            """;
    }

    private static Html Header(Metric m, DisplayUnit unit)
    {
        string meaning = Meaning(m);
        return $"<th class=\"n\" scope=\"col\"><abbr title=\"{meaning}\">{Name(m.Name)}</abbr><span " +
            $"class=\"unit\">{(unit.Symbol == "" ? "count" : unit.Symbol)}</span></th>";
    }

    public static string Meaning(Metric m) =>
        $"{m.Meaning}. Over: {m.Population}. Censored cases: {m.Censoring}. Runs are joined as: {m.Joining.Words}.";

    private static Html Cell(
        Variant v, Metric m, Estimate e, DisplayUnit unit, bool best, Footnotes footnotes)
    {
        Html label = footnotes.Label(v.Network, m.In(v.Runs[0].Spec));
        if (!v.Shows(m.Name)) return $"<td class=\"n\">{label}</td>";
        return $"<td class=\"n{(best ? " best" : "")}\">{Number(v, m, e, unit)}{label}</td>";
    }

    /// <summary>The number with its ends; of a count also in how many runs there were any.</summary>
    public static Html Number(Variant v, Yardstick by, Estimate e, DisplayUnit unit)
    {
        int any = v.Runs.Count(r => r.Value(by.Metric.Name, by.Scope) > 0);
        Html runs = by.Metric.Joining == Joining.Count && any > 0 && any < e.Runs
            ? Html.Of($"<small>in {any} of {Words.Count(e.Runs, "run")}</small>") : Html.Empty;
        return $"<b>{unit.Text(e.Value)}</b>{EndsOf(e, unit)}{runs}";
    }

    /// <summary>A difference; the class says how sure it is.</summary>
    public static Html Difference(Estimate e, DisplayUnit unit, Html label, string mark = "")
    {
        string sign = e.Value > 0 && double.IsFinite(e.Value) ? "+" : "";
        return $"<td class=\"n{mark}\"><b>{sign}{Infinite(unit.Text(e.Value))}</b>" +
            $"{EndsOf(e, unit, Infinite)}{label}</td>";
    }

    /// <summary>The ends of an estimate in small print; nothing when they show the same as the value.</summary>
    public static Html EndsOf(Estimate e, DisplayUnit unit, Func<string, string>? wording = null)
    {
        (string low, string high) = (unit.Text(e.Low), unit.Text(e.High));
        if (e.Ends == Ends.None || (low == high && high == unit.Text(e.Value))) return Html.Empty;
        (low, high) = (wording?.Invoke(low) ?? low, wording?.Invoke(high) ?? high);
        return e.Ends == Ends.Range ? Html.Of($"<small>[{low} … {high}]</small>")
            : Html.Of($"<small>{low} – {high}</small>");
    }

    private static string Infinite(string text) => text.Replace("never", "∞");
}
