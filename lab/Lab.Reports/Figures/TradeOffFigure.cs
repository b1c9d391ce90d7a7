using System.Text.Json.Nodes;
using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// What detection costs: one point per policy. Across, the cost; up, the time to detection
/// (by which half and 95 % of all incidents were noticed); lines are 95 % intervals. "Not noticed" has a band of
/// its own on top.
/// </summary>
internal static class TradeOffFigure
{
    public static Figure Bytes(Study study) => Of(study, "cost-bytes", "What detection costs in bytes", "cost.bytes");

    public static Figure Wakeups(Study study) =>
        Of(study, "cost-wakeups", "What detection costs in wake-ups", "cost.wakeups");

    private sealed record Point(Variant Variant, string Panel, Estimate Cost, Estimate Time);

    private static Figure Of(Study study, string name, string heading, string metric)
    {
        Point[] points = [.. Points(study, metric)];
        if (points.Length == 0)
            return Figure.Absent(name, heading,
                "There is no cost, or no incident that could have been noticed, to set against each other.");
        if (points.All(p => !double.IsFinite(p.Time.Value)))
            return Figure.Absent(name, heading, "In no variant were half of the incidents noticed, so there are no " +
                "times to set against the cost.");
        Metric cost = Catalogue.Find(metric)!;
        DisplayUnit unit = DisplayUnit.For(cost.Unit, points.Select(p => p.Cost.Value));
        TimesWithNever up = new(points.Select(p => p.Time), study);
        string[] panels = [.. points.Select(p => p.Panel).Distinct()];
        Layout layout = new(Columns: 2, Narrowest: 260, Left: 75, Thinning.LegendWidth(study), 220);
        string across = cost.Unit == Unit.PerHour ? "wake-ups per client and hour" : $"{unit.Symbol} per client";
        JsonObject spec = VegaLite.Panels(study, heading, null, panels, layout,
            Rows(study, points, panels, unit, up, cost.Unit),
            Layers(study, across, up));
        string lines = points.Max(p => p.Cost.Runs) switch
        {
            1 => "",
            < Bootstrap.FewestForInterval => " Lines reach from the smallest to the largest value over seeds.",
            _ => " Lines are 95 % bootstrap intervals over seeds.",
        };
        string never = up.AnyNever ? " Points in the grey band: too few incidents were noticed before they were over."
            : "";
        return new(name, heading,
            $"Further left is cheaper, further down is faster. Cost: {cost.Meaning}; {cost.Joining.Words}. Time to " +
            $"detection: over all incidents of all seeds.{lines}{never}{Detection.NotDrawn(study)}", spec);
    }

    private static IEnumerable<Point> Points(Study study, string metric)
    {
        Side[] sides = study.PanelFields.Count > 0 ? [Side.Client] : Enum.GetValues<Side>();
        IEnumerable<(string Panel, Side Side, double Quantile)> places = study.Panels.Take(Thinning.MostPanels / 2)
            .SelectMany(p => sides.SelectMany(s => ((double[])[0.5, 0.95]).Select(q => (p, s, q))));
        // networks stand beside each other, else the two quantiles do
        if (study.SeveralNetworks) places = places.OrderBy(p => p.Side).ThenBy(p => p.Quantile);
        foreach ((string panel, Side side, double quantile) in places)
            foreach (Variant variant in study.Variants.Where(v => v.Panel == panel && v.Shows(side)))
            {
                Estimate cost = variant.Over(Catalogue.Find(metric)!);
                string words = quantile == 0.5 ? "median" : "95th percentile";
                string[] parts = [$"{Words.Of(side)} side, {words}", panel];
                if (variant.Times(side).Count > 0 && double.IsFinite(cost.Value))
                    yield return new(variant, string.Join(", ", parts.Where(x => x != "")), cost,
                        variant.Over(Catalogue.Detection(side, quantile)));
            }
    }

    private static IEnumerable<JsonObject> Rows(
        Study study, Point[] points, string[] panels, DisplayUnit unit, TimesWithNever up, Unit costUnit)
    {
        if (up.AnyNever)
            foreach (string panel in panels)
                yield return new JsonObject
                {
                    ["kind"] = "never", ["panel"] = panel, ["y"] = up.BandFrom, ["y2"] = up.BandTo,
                };
        foreach (Point p in points)
            yield return new JsonObject
            {
                ["kind"] = "point", ["panel"] = p.Panel, ["policy"] = p.Variant.Policy,
                ["x"] = TimeAxis.Round(p.Cost.Value / unit.Divisor), ["y"] = up.Place(p.Time.Value),
                ["x1"] = TimeAxis.Round(End(p.Cost.Low, p.Cost.Value) / unit.Divisor),
                ["x2"] = TimeAxis.Round(End(p.Cost.High, p.Cost.Value) / unit.Divisor),
                ["y1"] = up.Place(End(p.Time.Low, p.Time.Value)), ["y2"] = up.Place(End(p.Time.High, p.Time.Value)),
                ["cost"] = Text(p.Cost, costUnit), ["time"] = Text(p.Time, Unit.Seconds),
            };
    }

    private static double End(double end, double value) => double.IsNaN(end) ? value : end;

    private static string Text(Estimate e, Unit unit) => e.Ends == Ends.None
        ? Units.Format(e.Value, unit)
        : $"{Units.Format(e.Value, unit)} ({Units.Format(e.Low, unit)} to {Units.Format(e.High, unit)})";

    private static JsonObject[] Layers(Study study, string across, TimesWithNever up)
    {
        JsonObject X(string field) => VegaLite.Quantity(field, across, new JsonObject { ["zero"] = true });
        JsonObject Y(string field) => VegaLite.Quantity(field, up.Title, up.Scale(), up.Axis());
        JsonObject Edge(string value) => new() { ["value"] = value };
        JsonObject band = new() { ["type"] = "rect", ["color"] = "#808080", ["opacity"] = 0.16 };
        return
        [
            VegaLite.Layer("never", band, ("x", Number(0)), ("x2", Edge("width")), ("y", Y("y")),
                ("y2", new JsonObject { ["field"] = "y2" })),
            VegaLite.Layer("point", new JsonObject { ["type"] = "rule", ["strokeWidth"] = 1.5 }, ("x", X("x1")),
                ("x2", new JsonObject { ["field"] = "x2" }),
                ("y", Y("y")), ("color", Palette.PolicyColour(study)), ("opacity", VegaLite.Picked())),
            VegaLite.Layer("point", new JsonObject { ["type"] = "rule", ["strokeWidth"] = 1.5 }, ("x", X("x")),
                ("y", Y("y1")),
                ("y2", new JsonObject { ["field"] = "y2" }), ("color", Palette.PolicyColour(study)),
                ("opacity", VegaLite.Picked())),
            VegaLite.Layer("point", new JsonObject { ["type"] = "point", ["filled"] = true, ["size"] = 90 },
                ("x", X("x")), ("y", Y("y")), ("color", Palette.PolicyColour(study)),
                ("shape", Palette.PolicyShape(study)),
                ("opacity", VegaLite.Picked()),
                ("tooltip", VegaLite.Tooltip(("policy", study.ColourName), ("cost", "cost"),
                    ("time", "time to detection"))))
                .With(VegaLite.PickPolicy()),
        ];
    }

    private static JsonObject Number(double value) => VegaLite.Number(value);
}

/// <summary>A vertical axis of times with a band for "never" above the longest.</summary>
internal sealed class TimesWithNever
{
    private readonly TimeAxis axis;
    private readonly double top, bottom;

    public TimesWithNever(IEnumerable<Estimate> times, Study study)
    {
        double[] ends = [.. times.SelectMany(t => (double[])[t.Value, t.Low, t.High]).Where(v => !double.IsNaN(v))];
        AnyNever = ends.Any(double.IsPositiveInfinity);
        double[] finite = [.. ends.Where(double.IsFinite)];
        axis = new(finite.Length > 0 ? finite : study.Sweep.Runs.SelectMany(r => r.Incidents)
            .Select(i => i.Elapsed.TotalSeconds));
        bottom = axis.Logarithmic ? axis.Shortest : 0;
        top = At(1.05);
    }

    public bool AnyNever { get; }
    public double BandFrom => axis.Place(At(1.09));
    public double Never => axis.Place(At(1.15));
    public double BandTo => axis.Place(At(1.21));
    public string Title => axis.Title("time to detection");

    public double Place(double seconds) => double.IsPositiveInfinity(seconds) ? Never : axis.Place(seconds);

    public JsonObject Scale()
    {
        JsonObject scale = axis.Scale(AnyNever ? At(1.21) : top);
        scale["domain"] = VegaLite.Numbers([axis.Place(bottom), AnyNever ? BandTo : axis.Place(top)]);
        return scale;
    }

    public JsonObject Axis()
    {
        JsonObject marks = axis.Axis(axis.Longest);
        if (!AnyNever) return marks;
        double[] times = axis.Logarithmic
            ? [.. marks["values"]!.AsArray().Select(v => v!.GetValue<double>())]
            : [.. Enumerable.Range(0, 12).Select(i => TimeAxis.Round(i * Step())).TakeWhile(v => v <= axis.Place(top))];
        string text = marks["labelExpr"]?.GetValue<string>() ?? "format(datum.value, '~g')";
        marks["values"] = VegaLite.Numbers([.. times, Never]);
        marks["labelExpr"] = FormattableString.Invariant($"datum.value > {BandFrom} ? 'never' : {text}");
        marks["labelOverlap"] = false;
        return marks;
    }

    /// <summary>A place so far up the axis, 1 being the longest time.</summary>
    private double At(double share) =>
        axis.Logarithmic ? bottom * Math.Pow(axis.Longest / bottom, share) : axis.Longest * share;

    private double Step()
    {
        double rough = axis.Place(axis.Longest) / 5, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return power * ((rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 });
    }
}
