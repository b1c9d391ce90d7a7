using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// Each variant against the first one of its panel, over the seeds that both have. Many numbers are compared at once,
/// so what is marked is corrected for that (Holm), always: a reader of a table of forty numbers looks at all of them.
/// </summary>
internal static class DifferenceTable
{
    private const double Level = 0.05;

    private readonly record struct Pair(Variant Variant, Variant Reference);

    /// <summary>Chance: of so one-sided a split of seeds, before the correction; NaN where nothing is
    /// compared.</summary>
    private sealed record Cell(Pair Pair, Metric Metric, Estimate Estimate, double Chance);

    public static Html Of(Study study)
    {
        Pair[] pairs = [.. study.Variants
            .Select(v => new Pair(v, study.Variants.First(other => other.Panel == v.Panel)))
            .Where(p => p.Variant != p.Reference)];
        Metric[] metrics = [.. MetricTables.Present(study).Where(m =>
            MetricTables.MainMetrics.Contains(m.Name) || MetricTables.StormMetrics.Contains(m.Name))];
        Cell[][] columns = [.. metrics.Select(m => pairs.Select(p => Compared(p, m)).ToArray())];
        Cell[] all = [.. columns.SelectMany(c => c).Where(c => c.Estimate.Known)];
        if (study.Seeds.Count < 2 || all.Length == 0) return Html.Empty;
        double[] adjusted = Holm.Adjust([.. all.Select(c => c.Chance)]);
        string Mark(Cell cell)
        {
            int place = Array.FindIndex(all, c => ReferenceEquals(c, cell));
            Estimate e = cell.Estimate;
            return place >= 0 && adjusted[place] < Level ? " differs"
                : e.Ends == Ends.Interval && (e.Low > 0 || e.High < 0) ? " perhaps" : "";
        }
        DisplayUnit[] units =
            [.. metrics.Select((m, i) => DisplayUnit.For(m.Unit, columns[i].Select(c => c.Estimate.Value)))];
        string to = study.Variants[0].Policy;
        string never = $"−∞: only this one ever gets there; ∞: only {to} does.";
        return $"""
            <h2>Differences to {to}</h2>
            <p>Variants under the same seed meet the same weather, so each is compared with
            {to}{MetricTables.Same(study)} over the seeds that both have; the interval draws each seed for both. {never}
            {Caption(all.Length, study.Seeds.Count)}</p>
            {MetricTables.Grid("", metrics, units, pairs.Select((p, row) => (p.Variant.Label,
                metrics.Select((_, i) => MetricTables.Difference(
                    columns[i][row].Estimate, units[i], Html.Empty, Mark(columns[i][row]))))))}
            """;
    }

    private static Cell Compared(Pair pair, Metric metric)
    {
        if (!pair.Variant.Shows(metric.Name) || !pair.Reference.Shows(metric.Name))
            return new(pair, metric, Estimate.None, double.NaN);
        return new(pair, metric, Pairing.Difference(pair.Variant, pair.Reference, metric),
            Pairing.Chance(pair.Variant, pair.Reference, metric));
    }

    private static string Caption(int comparisons, int seeds)
    {
        string few = SignTest.Of(seeds, 0) * comparisons < Level ? ""
            : $" {Words.Count(seeds, "seed")} are too few for that, even where all of them agree.";
        return $"Underlined: these differ, corrected for all {comparisons} comparisons of this table (Holm's method " +
            "over exact sign tests of the seeds; one false mark in twenty such tables)." + few +
            " Dotted: the interval leaves out zero, which of so many comparisons about one in twenty does by chance.";
    }
}
