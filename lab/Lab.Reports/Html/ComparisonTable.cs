using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// Two networks beside each other, policy by policy, with the difference of the second to the first, seed by seed. A
/// difference counts where its interval (with few seeds: its whole range) leaves out zero and it is more than a tenth
/// of the first network's number. It is expected where the fidelity table says that one of the two cannot show the
/// metric as it is.
/// </summary>
internal sealed class ComparisonTable
{
    private const double Tenth = 0.1;

    private readonly Study study;
    private readonly Footnotes footnotes = new();
    private readonly NetworkKind first, second;
    private readonly Html groups;

    public ComparisonTable(Study study, IReadOnlyList<Metric> metrics)
    {
        this.study = study;
        (first, second) = (study.Networks[0], study.Networks[1]);
        groups = Html.Join(metrics.Select(Group));
    }

    /// <summary>Differences that the fidelity table predicts, and in words those that it does not.</summary>
    public int Expected { get; private set; }

    public List<string> Unexpected { get; } = [];

    public Html Html => $"""
        <div class="comparison">
        {groups}
        </div>
        {footnotes.List()}
        """;

    private readonly record struct Pair(string Point, Variant First, Variant Second);

    /// <summary>Points that both networks have runs of: all, unless the sweep was stopped.</summary>
    private IEnumerable<Pair> Pairs() => All().Take(MetricTables.MostRows);

    private IEnumerable<Pair> All() =>
        from one in study.Variants where one.Network == first
        from two in study.Variants where two.Network == second && two.Point == one.Point
        select new Pair(one.Point, one, two);

    private Html Group(Metric metric)
    {
        Pair[] pairs = [.. Pairs()];
        Column one = new(study, metric, first, [.. pairs.Select(p => p.First)]);
        Column two = new(study, metric, second, [.. pairs.Select(p => p.Second)]);
        DisplayUnit unit = DisplayUnit.For(metric.Unit, one.Estimates.Concat(two.Estimates).Select(e => e.Value));
        Html body = Html.Join(pairs.Select((p, i) => Html.Of(
            $"""
            <tr><th scope="row">{p.Point}</th>{Cell(one, i, unit)}{Cell(two, i, unit)}{Difference(p, metric, unit)}</tr>
            """)));
        string meaning = MetricTables.Meaning(metric);
        string symbol = unit.Symbol == "" ? "count" : unit.Symbol;
        return $"""
            <div class="scroll" role="region" aria-label="{metric.Name}" tabindex="0"><table>
            <caption><abbr title="{meaning}">{MetricTables.Name(metric.Name)}</abbr> {symbol}</caption>
            <thead><tr><th scope="col">{study.ColourName}</th>{Header(one)}{Header(two)}<th scope="col"
            class="n">difference</th></tr></thead>
            <tbody>
            {body}
            </tbody>
            </table></div>
            """;
    }

    /// <summary>One metric of all points on one network.</summary>
    private sealed class Column
    {
        public Column(Study study, Metric metric, NetworkKind network, Variant[] variants)
        {
            (Metric, Network, Variants) = (metric, network, variants);
            Judgements = [.. variants.Select(v => Of(v, metric))];
            Estimates = [.. variants.Select(v => v.Over(metric))];
            Common = Judgements.Distinct().Count() == 1 ? Judgements[0] : null;
            Best = Lab.Reports.Best.Of(study, metric, variants);
        }

        public Metric Metric { get; }
        public NetworkKind Network { get; }
        public Variant[] Variants { get; }
        public Judgement[] Judgements { get; }

        /// <summary>None where the network cannot show the metric.</summary>
        public Estimate[] Estimates { get; }

        /// <summary>The judgement of all cells, where it is the same: then it stands above them.</summary>
        public Judgement? Common { get; }

        public bool[] Best { get; }
    }

    private Html Header(Column column)
    {
        Html label = column.Common is { } common ? footnotes.Label(column.Network, common) : Html.Empty;
        return $"<th scope=\"col\" class=\"n\">{column.Network.Word()}{label}</th>";
    }

    private Html Cell(Column column, int row, DisplayUnit unit)
    {
        (Estimate e, Judgement judgement) = (column.Estimates[row], column.Judgements[row]);
        Html label = column.Common is null ? footnotes.Label(column.Network, judgement) : Html.Empty;
        if (judgement.Fidelity == Fidelity.Unsupported && column.Common is null) return $"<td class=\"n\">{label}</td>";
        string mark = column.Best[row] ? " best" : "";
        return $"<td class=\"n{mark}\">{MetricTables.Number(column.Variants[row], column.Metric, e, unit)}{label}</td>";
    }

    private static Judgement Of(Variant variant, Metric metric) =>
        metric.In(variant.Runs[0].Spec);

    private Html Difference(Pair pair, Metric metric, DisplayUnit unit)
    {
        if (!pair.First.Shows(metric.Name) || !pair.Second.Shows(metric.Name)) return $"<td class=\"n\">–</td>";
        Estimate e = Pairing.Difference(pair.Second, pair.First, metric);
        if (!Counts(e, pair.First.Over(metric).Value)) return MetricTables.Difference(e, unit, Html.Empty);
        Variant worse = Of(pair.Second, metric).Fidelity >= Of(pair.First, metric).Fidelity ? pair.Second : pair.First;
        if (Of(worse, metric).Fidelity >= Fidelity.Approximate)
        {
            Expected++;
            Html why = footnotes.Mark(worse.Network, Of(worse, metric));
            return MetricTables.Difference(e, unit, Html.Of($"<small class=\"label\">expected{why}</small>"));
        }
        string Number(Variant v) => Units.Format(v.Over(metric).Value, metric.Unit);
        Unexpected.Add($"{metric.Name} ({pair.Point}): {Number(pair.First)} against {Number(pair.Second)}");
        return MetricTables.Difference(e, unit, Html.Of($"<small class=\"label surprise\">not expected</small>"));
    }

    private static bool Counts(Estimate e, double reference) =>
        e.Known && e.Value != 0 && (e.Ends == Ends.None || e.Low > 0 || e.High < 0)
        && !(Math.Abs(e.Value) <= Tenth * Math.Abs(reference));
}
