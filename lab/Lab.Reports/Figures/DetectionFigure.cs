using System.Text.Json.Nodes;
using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// Share of incidents noticed within a time, one step curve per policy, client and server side apart. See Incidence
/// for the estimator. A curve that ends below 1 has incidents nobody noticed: ticks show when watching ended for them.
/// </summary>
internal static class DetectionFigure
{
    private const string Name = "detection", Heading = "How soon a dead path is noticed";
    private const int Height = 230;

    public static Figure Of(Study study)
    {
        Curve[] curves = [.. Curves(study)];
        if (curves.Length == 0) return Figure.Absent(Name, Heading,
            "No incident was recorded: no fault met a connected client in silence, so there was nothing to notice.");
        double longest = curves.Max(c => c.Estimator.Steps[^1].Seconds);
        TimeAxis axis = new(curves.SelectMany(c => c.Estimator.Steps).Select(s => s.Seconds));
        // Where little is noticed at all, the whole height shows that little.
        double highest = curves.Max(c => c.Estimator.Steps[^1].Share);
        double top = highest > 0.4 ? 1 : Math.Ceiling(highest * 11 + 0.1) / 10;
        string[] panels = [.. curves.Select(c => c.Panel).Distinct()];
        Layout layout = new(Columns: 2, Narrowest: 280, Left: 60, Thinning.LegendWidth(study), Height);
        JsonObject spec = VegaLite.Panels(study, Heading, null, panels, layout, Rows(curves, axis, longest, top),
            Layers(study, axis, longest, top));
        return new(Name, Heading, Caption(curves) + Detection.NotDrawn(study), spec);
    }

    private sealed record Curve(string Policy, string Panel, Incidence Estimator);

    private static IEnumerable<Curve> Curves(Study study)
    {
        string[] faults = [.. study.Sweep.Runs.SelectMany(r => r.Incidents).Select(i => i.Fault.Word).Distinct()
            .Order()];
        bool byFault = faults.Length is > 1 and <= 4 && study.Panels.Count == 1;
        // networks stand beside each other, else the two sides do
        IEnumerable<(string Panel, Side Side)> places = study.Panels.Take(Thinning.MostPanels)
            .SelectMany(p => Enum.GetValues<Side>().Select(s => (p, s)));
        if (study.SeveralNetworks) places = places.OrderBy(p => p.Side);
        foreach (string fault in byFault ? faults : [""])
            foreach ((string panel, Side side) in places)
                foreach (Variant variant in study.Variants.Where(v => v.Panel == panel && v.Shows(side)))
                {
                    Incidence estimator =
                        new(variant.Observations(side, i => fault == "" || i.Fault.Word == fault), variant.Runs.Count);
                    string[] parts = [$"{Words.Of(side)} side", fault, panel];
                    if (estimator.Count > 0) yield return new(variant.Policy,
                        string.Join(", ", parts.Where(p => p != "")), estimator);
                }
    }

    private static IEnumerable<JsonObject> Rows(Curve[] curves, TimeAxis axis, double longest, double top)
    {
        foreach (Curve curve in curves)
        {
            foreach (JsonObject row in Steps(curve, axis, Thinning.MostSteps(curves.Length))) yield return row;
            foreach (CurveStep step in Thinning.Of(curve.Estimator.Steps.Where(s => s.Left > 0).ToArray(), 60))
                yield return Row(curve, "left", axis.Place(step.Seconds), step.Share,
                    Units.Format(step.Seconds, Unit.Seconds),
                    $"{step.Left} left unnoticed after {Units.Format(step.Seconds, Unit.Seconds)}");
        }
        foreach (IGrouping<string, Curve> panel in curves.GroupBy(c => c.Panel))
        {
            Curve[] unfinished = [.. panel.Where(c => c.Estimator.Unnoticed > 0)];
            double[] places = Thinning.LabelPlaces(unfinished.Length, Height);
            for (int i = 0; i < places.Length; i++)
                yield return Row(unfinished[i], "label", axis.Place(longest),
                    (top < 1 ? places[i] + 1 - places[0] - 0.055 : places[i]) * top, "",
                    $"{unfinished[i].Policy}: {unfinished[i].Estimator.Unnoticed} of {unfinished[i].Estimator.Count} " +
                    "ended unnoticed");
        }
    }

    private static IEnumerable<JsonObject> Steps(Curve curve, TimeAxis axis, int most)
    {
        IReadOnlyList<CurveStep> steps = curve.Estimator.Steps;
        yield return Row(curve, "step", axis.Place(0), 0, "0 s", "0 %");
        foreach (CurveStep step in Thinning.Of(steps.Where(s => s.Noticed > 0).ToArray(), most))
            yield return Row(curve, "step", axis.Place(step.Seconds), step.Share,
                Units.Format(step.Seconds, Unit.Seconds),
                Units.Format(step.Share, Unit.Share));
        // The curve is known up to the last incident watched, noticed or not.
        yield return Row(curve, "step", axis.Place(steps[^1].Seconds), steps[^1].Share,
            Units.Format(steps[^1].Seconds, Unit.Seconds),
            Units.Format(steps[^1].Share, Unit.Share));
    }

    private static JsonObject Row(Curve curve, string kind, double x, double share, string time, string text) => new()
    {
        ["kind"] = kind, ["panel"] = curve.Panel, ["policy"] = curve.Policy, ["x"] = x, ["y"] = TimeAxis.Round(share),
        ["time"] = time, ["text"] = text,
    };

    private static JsonObject[] Layers(Study study, TimeAxis axis, double longest, double top)
    {
        JsonObject X() => VegaLite.Quantity("x", axis.Title("time since the path died"), axis.Scale(longest),
            axis.Axis(longest));
        return Curves(study, X, "share of incidents noticed", "noticed within", "left",
            VegaLite.Tooltip(("policy", study.ColourName), ("text", "not noticed")), top);
    }

    /// <summary>The layers of a step chart: curves with hover, ticks, labels at the right; the message delays are drawn
    /// by them too.</summary>
    public static JsonObject[] Curves(Study study, Func<JsonObject> x, string yTitle, string hover, string ticks,
        JsonArray tickTooltip, double top = 1)
    {
        JsonObject Y() => VegaLite.Quantity("y", yTitle, new JsonObject { ["domain"] = VegaLite.Numbers([0, top]) },
            new JsonObject { ["format"] = ".0%" });
        // Curves that stay low leave room at the top left, others at the bottom right.
        bool left = top < 1;
        JsonObject LabelMark(string style) => new()
        {
            ["type"] = "text", ["style"] = style, ["align"] = left ? "left" : "right", ["baseline"] = "middle",
            ["dx"] = left ? 5 : -5, ["fontSize"] = 10.5,
        };
        JsonObject Label(string style) => VegaLite.Layer("label", LabelMark(style),
            ("x", new JsonObject { ["value"] = left ? 0 : "width" }), ("y", Y()), ("text", VegaLite.Name("text")));
        JsonArray tip = VegaLite.Tooltip(("policy", study.ColourName), ("time", hover), ("text", "share"));
        return
        [
            VegaLite.Layer("step", new JsonObject { ["type"] = "line", ["interpolate"] = "step-after",
                ["strokeWidth"] = 2, ["clip"] = true },
                ("x", x()), ("y", Y()), ("color", Palette.PolicyColour(study)),
                ("strokeDash", Palette.PolicyDash(study)),
                ("opacity", VegaLite.Picked())).With(VegaLite.PickPolicy(), VegaLite.Zoom("x")),
            VegaLite.Layer("step", new JsonObject { ["type"] = "point", ["size"] = 90, ["opacity"] = 0,
                ["clip"] = true },
                ("x", x()), ("y", Y()), ("tooltip", tip)),
            VegaLite.Layer(ticks, new JsonObject { ["type"] = "point", ["shape"] = "M0,-1V1", ["size"] = 70,
                ["strokeWidth"] = 1.5, ["clip"] = true },
                ("x", x()), ("y", Y()), ("color", Palette.PolicyColour(study)), ("opacity", VegaLite.Picked()),
                ("tooltip", tickTooltip)),
            Label("halo"),
            Label("label"),
        ];
    }

    private static string Caption(Curve[] curves)
    {
        int unnoticed = curves.Sum(c => c.Estimator.Unnoticed), all = curves.Sum(c => c.Estimator.Count);
        string end = unnoticed == 0
            ? "Every incident was noticed."
            : $"{Words.Number(unnoticed)} of {Words.Number(all)} incidents were over before that side noticed: they " +
              "stay in the whole, so a curve ends at the share that was noticed at all, and ticks mark when they " +
              "were over.";
        return "Share of all incidents noticed within a time after the path died, over all seeds (Aalen–Johansen). " +
            $"{end} {Thinning.Rule(curves.Length)}";
    }
}

/// <summary>What figures of detection say of themselves.</summary>
internal static class Detection
{
    /// <summary>A sentence about the variants whose network cannot show their detection; empty without any.</summary>
    public static string NotDrawn(Study study)
    {
        IEnumerable<string> missing = Enum.GetValues<Side>()
            .Select(side => (Side: side, Variants: study.Variants.Where(v => !v.Shows(side)).ToArray()))
            .Where(m => m.Variants.Length > 0)
            .Select(m => $"{Words.Of(m.Side)} side: {string.Join("; ", m.Variants.Select(v => v.Label))}");
        string all = string.Join(". ", missing);
        return all == "" ? "" : $" Not drawn, because the network cannot show it: {all}.";
    }
}
