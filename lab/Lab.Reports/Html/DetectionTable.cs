using Lab.Experiments;

namespace Lab.Reports;

/// <summary>Detection over all incidents of all seeds, and by which means: what the detection figure says in
/// numbers.</summary>
internal static class DetectionTable
{
    public static Html Of(Study study)
    {
        Line[] lines = [.. study.Variants.Take(MetricTables.MostRows)
            .SelectMany(v => Enum.GetValues<Side>().Select(s => new Line(v, s)))
            .Where(l => l.Times.Count > 0)];
        if (lines.Length == 0) return Html.Empty;
        DisplayUnit unit = DisplayUnit.For(Unit.Seconds,
            lines.SelectMany(l => (double[])[l.Median.Value, l.Late.Value]));
        var footnotes = new Footnotes();
        return $"""
            {MetricTables.More(study)}
            <p>Times by which half and 95&nbsp;% of all incidents of all seeds were noticed; intervals draw whole
            runs again.
            “never” means that too few were noticed for the quantile to exist.</p>
            <div class="scroll" role="region" aria-label="Detection over all incidents" tabindex="0"><table>
            <thead><tr><th scope="col">{study.RowWords}</th><th scope="col">side</th><th scope="col"
            class="n">incidents</th><th scope="col" class="n">not noticed</th><th scope="col" class="n">median<span
            class="unit">{unit.Symbol}</span></th><th scope="col" class="n">95th percentile<span
            class="unit">{unit.Symbol}</span></th><th scope="col">noticed by</th></tr></thead>
            <tbody>
            {Html.Join(lines.Select(l => Row(l, unit, footnotes)))}
            </tbody>
            </table></div>
            {footnotes.List()}
            """;
    }

    private readonly record struct Line(Variant Variant, Side Side)
    {
        public Incidence Times => Variant.Times(Side);
        public Estimate Median => Variant.Over(Catalogue.Detection(Side, 0.5));
        public Estimate Late => Variant.Over(Catalogue.Detection(Side, 0.95));
    }

    private static Html Row(Line l, DisplayUnit unit, Footnotes footnotes)
    {
        IEnumerable<string> means = l.Variant.Runs.SelectMany(r => r.Incidents)
            .Where(i => i.Side == l.Side && i.Detected)
            .GroupBy(i => i.Mechanism).OrderByDescending(g => g.Count()).ThenBy(g => g.Key)
            .Select(g => $"{Words.Of(g.Key)} {Words.Number(g.Count())}");
        Html label = footnotes.Label(l.Variant.Network,
            Catalogue.Of(l.Variant.Runs[0].Spec, $"detection.{Words.Of(l.Side)}.p50"));
        return $"<tr><th scope=\"row\">{l.Variant.Name}</th><td>{Words.Of(l.Side)}{label}</td>" +
            $"<td class=\"n\">{l.Times.Count}</td><td class=\"n\">{l.Times.Unnoticed}</td>" +
            $"<td class=\"n\"><b>{unit.Text(l.Median.Value)}</b>{MetricTables.EndsOf(l.Median, unit)}</td>" +
            $"<td class=\"n\"><b>{unit.Text(l.Late.Value)}</b>{MetricTables.EndsOf(l.Late, unit)}</td>" +
            $"<td>{string.Join(", ", means)}</td></tr>";
    }
}
