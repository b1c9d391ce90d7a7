using Lab.Experiments;

namespace Lab.Reports;

/// <summary>What the answer is about, where cost against time does not say it: a row for each policy, a panel for each
/// thing that was met; the number with its interval, and faint points for single seeds.</summary>
internal static class AnswerFigure
{
    private const string Name = "answer";
    private const int RowPixels = 24, MostRows = 60, MostSeedPoints = 1500;
    private const double FaintPixels = 5, Faint = 0.4;

    /// <summary>Null where nothing is to be compared, or too much for a look.</summary>
    public static Figure? Of(Study study, Yardstick by)
    {
        Variant[] known = [.. study.Variants.Where(v => v.Over(by).Known)];
        if (known.Length is < 2 or > MostRows) return null;
        Ruler ruler = new(by, known);
        Key policies = Palette.Policies(study);
        string[] panels = [.. known.Select(v => v.Panel).Distinct()];
        Saying saying = Saying.Of(by);
        string heading = char.ToUpperInvariant(saying.Noun[0]) + saying.Noun[1..];
        Chart chart = new()
        {
            Title = heading, Subtitle = study.Subtitle(), Description = Description(by, known),
            Keys = Palette.Shown(study, policies), Columns = panels.Length > 1 ? 2 : 1, PanelWidth = 220,
            Panels = [.. panels.Select(p => Panel(p, [.. known.Where(v => v.Panel == p)], by, ruler, policies))],
        };
        string ends = known.Max(v => v.Runs.Count) switch
        {
            1 => "",
            < Bootstrap.FewestForInterval => " Lines reach from the smallest to the largest value of single seeds.",
            _ => " Lines are 95 % bootstrap intervals over seeds, faint points single seeds.",
        };
        string never = ruler.AnyNever ? " Points in the grey band: not before the end." : "";
        return new(Name, heading, $"{by}: {by.Metric.Meaning}; {by.Metric.Joining.Words}.{ends}{never}", chart);
    }

    private static Panel Panel(string title, Variant[] variants, Yardstick by, Ruler ruler, Key policies)
    {
        string[] rows = [.. variants.Select(v => v.Policy)];
        List<Layer> layers = [];
        if (ruler.Never is { } band) layers.Add(new Boxes(null, [new(band.From, band.To, 0, rows.Length)]));
        if (variants.Sum(v => v.Runs.Count) is > 1 and <= MostSeedPoints)
            layers.Add(new Marks(policies, [.. variants.SelectMany((v, row) => v.Runs.Where(_ => v.Runs.Count > 1)
                .Select(r => (r.Spec.Seed, Value: r.Value(by.Metric.Name, by.Scope)))
                .Where(r => !double.IsNaN(r.Value)).Select(r => new Mark(ruler.Place(r.Value), row + 0.5, v.Policy,
                    Hover: Hover.Of(("seed", $"{v.Policy}, seed {r.Seed}"),
                        ("value", Units.Format(r.Value, by.Metric.Unit))))))], FaintPixels) { Opacity = Faint });
        layers.Add(new Segments(policies, [.. variants.Select((v, row) => (v, row, e: v.Over(by)))
            .Where(r => r.e.Ends != Ends.None && r.e.Low != r.e.High).Select(r => new Segment(ruler.Place(r.e.Low),
                r.row + 0.5, ruler.Place(r.e.High), r.row + 0.5, r.v.Policy))]));
        layers.Add(new Marks(policies, [.. variants.Select((v, row) => new Mark(ruler.Place(v.Over(by).Value),
            row + 0.5, v.Policy, Hover: Hover.Of((policies.Title, v.Policy),
                ("value", Phrases.Number(v, by)))))], Pixels: 11));
        return new(title, ruler.Axis, Axis.Rows(null, rows), layers)
        {
            Height = Math.Max(40, rows.Length * RowPixels),
        };
    }

    private static string Description(Yardstick by, Variant[] known) =>
        $"Points with intervals, a row for each variant, by {by}: "
            + string.Join("; ", known.Select(v => $"{v.Name} {Phrases.Number(v, by)}")) + ".";

    /// <summary>The axis of the numbers: of times with a band for "never", of others from zero.</summary>
    private sealed class Ruler
    {
        private readonly TimesWithNever? times;
        private readonly DisplayUnit unit;

        public Ruler(Yardstick by, Variant[] variants)
        {
            double[] values = [.. variants.SelectMany(v => (double[])[v.Over(by).Value, v.Over(by).Low,
                v.Over(by).High, .. v.Runs.Select(r => r.Value(by.Metric.Name, by.Scope))])
                .Where(v => !double.IsNaN(v))];
            unit = DisplayUnit.For(by.Metric.Unit, values);
            string name = by.ToString();
            if (by.Metric.Unit == Unit.Seconds)
            {
                times = new(values, [1]);
                Axis = times.Of(name);
                return;
            }
            double most = values.Max() <= 0 ? 1 : values.Max() / unit.Divisor * 1.05;
            // room for the half of a symbol at zero or near it
            double room = 0.03 * most, from = values.Min() / unit.Divisor > room ? 0 : -room;
            Axis = new($"{name} ({(unit.Symbol == "" ? "count" : unit.Symbol)})", from, most);
        }

        public Axis Axis { get; }
        public bool AnyNever => times is { AnyNever: true };
        public (double From, double To)? Never => times is { AnyNever: true } t ? (t.BandFrom, t.BandTo) : null;

        public double Place(double value) => times?.Place(value) ?? value / unit.Divisor;
    }
}
