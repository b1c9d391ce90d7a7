using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// The table of a report: a row per variant, a column per number that differs, those first that the scenario asks for.
/// What is the same in all is told in a line. On a phone each row becomes a card, so each cell carries the name of its
/// column.
/// </summary>
internal sealed class ResultTable
{
    private const int MostRows = 120, MostCompared = 60, MostColumns = 14;

    private readonly Study study;
    private readonly Variant[] rows;
    private readonly List<Column> columns = [];
    private readonly List<(string Text, Yardstick By)> constant = [];
    private readonly Differences differences;
    private readonly Footnotes footnotes = new();
    private readonly Yardstick[] left;

    private sealed record Column(Yardstick By, DisplayUnit Unit, bool[] Best);

    private ResultTable(Study study)
    {
        this.study = study;
        Yardstick[] all = [.. Wanted(study)];
        rows = Rows(study, all);
        List<Yardstick> varying = [];
        foreach (Yardstick by in all)
            if (Constant(by) is { } text) constant.Add((text, by));
            else varying.Add(by);
        left = [.. varying.Skip(MostColumns)];
        foreach (Yardstick by in varying.Take(MostColumns))
            columns.Add(new(by, DisplayUnit.For(by.Metric.Unit, rows.Select(v => v.Over(by).Value)),
                Best.Of(study, by, rows)));
        differences = new(study, rows.Length > MostCompared ? [] : rows, [.. columns.Select(c => c.By)]);
    }

    public static Html Of(Study study)
    {
        if (study.Variants.Count == 0 || !Wanted(study).Any())
            return $"<p>No run has a value for any metric.</p>";
        return new ResultTable(study).Whole();
    }

    /// <summary>What was asked, then what is usually wanted of such runs.</summary>
    private static IEnumerable<Yardstick> Wanted(Study study) => Asked.Of(study)
        .Concat(MetricTables.Usual(study).Select(m => new Yardstick(Catalogue.Find(m)!)))
        .Where(study.Has).Distinct();

    /// <summary>All, panel by panel; of very many the best by what is asked first.</summary>
    private static Variant[] Rows(Study study, Yardstick[] all)
    {
        if (study.Variants.Count <= MostRows) return [.. study.Variants.OrderBy(v => IndexOf(study.Panels, v.Panel))];
        double Place(Variant v) => v.Over(all[0]).Value is var value && double.IsNaN(value) ? double.PositiveInfinity
            : Contest.LowerFirst(all[0].Metric) ? value : -value;
        return [.. study.Variants.OrderBy(Place).Take(MostRows)];
    }

    private static int IndexOf(IReadOnlyList<string> words, string word)
    {
        for (int i = 0; i < words.Count; i++)
            if (words[i] == word) return i;
        return words.Count;
    }

    /// <summary>What all variants show that have the metric, where it is the same and certain.</summary>
    private string? Constant(Yardstick by)
    {
        if (study.Variants.Count == 1) return null;
        Estimate[] known = [.. study.Variants.Select(v => v.Over(by)).Where(e => e.Known)];
        string[] texts = [.. known.Select(e => Units.Format(e.Value, by.Metric.Unit)).Distinct()];
        bool certain = known.All(e => e.Ends == Ends.None
            || Units.Format(e.Low, by.Metric.Unit) == Units.Format(e.High, by.Metric.Unit));
        return known.Length == 0 ? "" : texts.Length == 1 && certain ? texts[0] : null;
    }

    private Html Whole()
    {
        Html table = columns.Count == 0 ? Html.Empty : Html.Of($"""
            <div class="scroll wide" role="region" aria-label="Results" tabindex="0"><table class="results">
            <caption>{Caption()}</caption>
            <thead><tr><th scope="col">{study.RowWords}</th>{Html.Join(columns.Select(Header), "")}</tr></thead>
            {Html.Join(Groups())}
            </table></div>
            """);
        return $"""
            {table}
            {Same()}
            {footnotes.List()}
            <details><summary>How to read this table</summary>
            <p>{MetricTables.Legend(study, [.. columns.Select(c => c.By)])}</p>
            <p>{differences.Legend()}</p>
            </details>
            """;
    }

    private Html Caption()
    {
        string over = study.Variants.Min(v => v.Runs.Count) is var fewest
            && study.Variants.Max(v => v.Runs.Count) is var most && fewest == most ? Words.Count(most, "seed")
            : $"{fewest} to {most} seeds";
        string ends = most == 1 ? "" : most < Bootstrap.FewestForInterval
            ? "; in brackets, least and most of single runs" : "; below, the 95 % interval";
        string best = columns.Any(c => c.Best.Any(b => b)) ? "; ● the best of its column" : "";
        string some = rows.Length == study.Variants.Count ? "" : $" The {rows.Length} best of " +
            $"{Words.Number(study.Variants.Count)} variants by {Wanted(study).First()}; all of them are in " +
            "metrics.csv and results.db.";
        return $"Over {over}{ends}{best}.{some}";
    }

    private Html Header(Column c)
    {
        string meaning = MetricTables.Meaning(c.By.Metric), unit = c.Unit.Symbol == "" ? "count" : c.Unit.Symbol;
        return $"<th class=\"n\" scope=\"col\"><abbr title=\"{meaning}\">{MetricTables.Name(c.By.Metric.Name)}</abbr>" +
            $"{c.By.Scope.ToString()}<span class=\"unit\">{unit}</span></th>";
    }

    /// <summary>A body for each panel, so that what is compared stands together.</summary>
    private IEnumerable<Html> Groups()
    {
        IEnumerable<IGrouping<string, int>> groups = Enumerable.Range(0, rows.Length)
            .GroupBy(i => rows.Length < study.Variants.Count ? "" : rows[i].Panel);
        foreach (IGrouping<string, int> group in groups)
            yield return $"""
                <tbody>
                {Html.Join(group.Select(Row))}
                </tbody>
                """;
    }

    private Html Row(int row)
    {
        Variant v = rows[row];
        Html baseline = study.Variants.Count > 1 && study.Seeds.Count > 1 && study.ReferenceOf(v) is null
            ? Html.Of($"<small class=\"baseline\">baseline</small>") : Html.Empty;
        List<Html> cells = [];
        for (int i = 0; i < columns.Count;)
        {
            int next = i + 1;
            // a row of "never" is one word
            if (IsNever(v, i)) while (next < columns.Count && IsNever(v, next)) next++;
            cells.Add(next > i + 1 ? Never(i, next) : Cell(v, row, columns[i]));
            i = next;
        }
        return $"<tr><th scope=\"row\">{v.Name}{baseline}</th>{Html.Join(cells, "")}</tr>";
    }

    private bool IsNever(Variant v, int column) => v.Over(columns[column].By) is var e
        && double.IsPositiveInfinity(e.Value) && (e.Ends == Ends.None || double.IsPositiveInfinity(e.Low));

    private Html Never(int from, int to)
    {
        string label = string.Join(", ", columns[from..to].Select(c => c.By.ToString()));
        return $"<td class=\"n never\" colspan=\"{to - from}\" data-label=\"{label}\"><b>never</b></td>";
    }

    private Html Cell(Variant v, int row, Column c)
    {
        Html label = footnotes.Label(v.Network, c.By.Metric.In(v.Runs[0].Spec));
        string named = c.Unit.Symbol == "" ? $"{c.By}" : $"{c.By}, {c.Unit.Symbol}";
        if (!v.Shows(c.By.Metric.Name)) return $"<td class=\"n\" data-label=\"{named}\">{label}</td>";
        return $"<td class=\"n{(c.Best[row] ? " best" : "")}\" data-label=\"{named}\">" +
            $"{MetricTables.Number(v, c.By, v.Over(c.By), c.Unit)}{differences.Of(v, c.By, c.Unit)}{label}</td>";
    }

    /// <summary>"The same in all: messages.doubled 0."</summary>
    private Html Same()
    {
        string[] same = [.. constant.Where(c => c.Text is not ("" or "never")).Select(c => $"{c.By} {c.Text}")];
        string[] never = [.. constant.Where(c => c.Text == "never").Select(c => c.By.ToString())];
        string text = (same.Length == 0 ? "" : $"The same in all: {string.Join(", ", same)}. ")
            + (never.Length == 0 ? "" : $"Never, in any: {string.Join(", ", never)}. ")
            + (left.Length == 0 ? "" : $"Under “All metrics” below: {string.Join(", ", left)}.");
        return text == "" ? Html.Empty : Html.Of($"<p class=\"same\">{Html.Unbroken(text.TrimEnd())}</p>");
    }
}
