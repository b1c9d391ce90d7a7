using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// Each number of a table against that of the baseline, over the seeds that both have. Many are compared at once, so
/// what is marked is corrected for that (Holm), always: a reader of a table of forty numbers looks at all of them.
/// </summary>
internal sealed class Differences
{
    private const double Level = 0.05;

    private readonly Dictionary<(Variant, Yardstick), Estimate> estimates = [];
    private readonly HashSet<(Variant, Yardstick)> sure = [];
    private readonly Study study;

    public Differences(Study study, IReadOnlyList<Variant> variants, IReadOnlyList<Yardstick> columns)
    {
        this.study = study;
        if (study.Seeds.Count < 2) return;
        List<((Variant, Yardstick) Cell, double Chance)> chances = [];
        foreach (Variant variant in variants)
        {
            if (study.ReferenceOf(variant) is not { } reference) continue;
            foreach (Yardstick by in columns.Where(by => variant.Over(by).Known && reference.Over(by).Known))
            {
                Estimate e = Pairing.Difference(variant, reference, by);
                if (!e.Known) continue;
                estimates[(variant, by)] = e;
                chances.Add(((variant, by), Pairing.Chance(variant, reference, by)));
            }
        }
        double[] adjusted = Holm.Adjust([.. chances.Select(c => c.Chance)]);
        for (int i = 0; i < adjusted.Length; i++)
            if (adjusted[i] < Level) sure.Add(chances[i].Cell);
    }

    /// <summary>Below the number; nothing where there is nothing to compare.</summary>
    public Html Of(Variant variant, Yardstick by, DisplayUnit unit)
    {
        if (!estimates.TryGetValue((variant, by), out Estimate e)) return Html.Empty;
        if (e.Value == 0 && (e.Ends == Ends.None || e.Low == 0 && e.High == 0))
            return $"<small class=\"diff\">same</small>";
        string mark = sure.Contains((variant, by)) ? " differs"
            : e.Ends == Ends.Interval && (e.Low > 0 || e.High < 0) ? " perhaps" : "";
        // where this one is never there the number says so
        if (double.IsInfinity(e.Value)) return e.Value > 0 ? Html.Empty
            : Html.Of($"<small class=\"diff{mark}\"><span>against never</span></small>");
        string ends = e.Ends == Ends.None || unit.Text(e.Low) == unit.Text(e.High) ? ""
            : e.Ends == Ends.Range ? $"[{Text(e.Low)} … {Text(e.High)}]" : $"({Text(e.Low)} – {Text(e.High)})";
        Html around = ends == "" ? Html.Empty : Html.Of($" <i>{ends}</i>");
        return $"<small class=\"diff{mark}\"><span>{(e.Value > 0 ? "+" : "")}{Text(e.Value)}</span>{around}</small>";

        string Text(double value) => unit.Text(value).Replace("never", "∞");
    }

    /// <summary>What the marks mean, for those that can be there; empty where nothing is compared.</summary>
    public Html Legend()
    {
        if (estimates.Count == 0) return Html.Empty;
        int seeds = study.Seeds.Count;
        bool named = study.Sweep.Scenario.Baseline.Count > 0;
        string to = named ? string.Join(", ", study.Sweep.Scenario.Baseline.Values) : study.Variants[0].Policy;
        string few = SignTest.Of(seeds, 0) * estimates.Count < Level ? ""
            : $" ({Words.Count(seeds, "seed")} are too few for that, even where all of them agree)";
        string infinite = estimates.Values.Any(e => double.IsNegativeInfinity(e.Value))
            ? $" Against never: {to} never gets there." : "";
        string perhaps = seeds < Bootstrap.FewestForInterval ? ""
            : " Dotted: its interval leaves out zero, which of so many about one in twenty does by chance.";
        return $"""
            The last line of a cell is the difference to {to}{MetricTables.Same(study)}, seed by seed, for the same seed
            brings the same weather.{infinite} Underlined: it differs, corrected for all {estimates.Count} comparisons
            of the table (Holm's method over exact sign tests of the seeds){few}.{perhaps}
            """;
    }
}
