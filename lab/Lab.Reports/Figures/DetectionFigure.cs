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
        Curve[] curves = [.. Curves(study)], all = curves;
        if (curves.Length == 0) return Figure.Absent(Name, Heading,
            "No incident was recorded: no fault met a connected client in silence, so there was nothing to notice.");
        // A panel of nothing but lines along its foot tells less than a sentence.
        string[] empty = [.. curves.GroupBy(c => c.Panel).Where(p => p.All(c => c.Estimator.Steps[^1].Share == 0))
            .Select(p => p.Key)];
        if (empty.Length < curves.DistinctBy(c => c.Panel).Count())
            curves = [.. curves.Where(c => !empty.Contains(c.Panel))];
        else empty = [];
        TimeAxis axis = new(curves.SelectMany(c => c.Estimator.Steps).Select(s => s.Seconds));
        Axis x = axis.To(curves.Max(c => c.Estimator.Steps[^1].Seconds), "time since the path died");
        // Where little is noticed at all, the whole height shows that little.
        double highest = curves.Max(c => c.Estimator.Steps[^1].Share);
        double top = highest > 0.4 ? 1 : Math.Ceiling(highest * 11 + 0.1) / 10;
        Key policies = Palette.Policies(study);
        StepCurves shape = new(policies, Height, top);
        int most = StepCurves.MostSteps(curves.Length);
        Chart chart = new()
        {
            Title = Heading, Subtitle = study.Subtitle(), Description = Description(all),
            Keys = Palette.Shown(study, policies), Columns = 2, PanelHeight = Height, PanelWidth = 280,
            Panels =
            [
                .. curves.GroupBy(c => c.Panel).Select(panel => shape.Panel(panel.Key, x, "share of incidents noticed",
                    [.. panel.Select(c => new Line(c.Policy, [.. Steps(c, study.ColourName, axis, most)]))],
                    panel.SelectMany(c => Ends(c, study.ColourName, axis, Math.Clamp(1500 / curves.Length, 4, 60))),
                    panel.Where(c => c.Estimator.Unnoticed > 0).Select(c => (c.Policy,
                        $"{c.Estimator.Unnoticed} of {c.Estimator.Count} ended unnoticed")))),
            ],
        };
        (chart, string covered) = Overlaps.Told(chart);
        string nobody = empty.Length == 0 ? ""
            : $" Not drawn, for nobody noticed anything: {string.Join("; ", empty)}.";
        return new(Name, Heading, Caption(all) + covered + nobody + Detection.NotDrawn(study),
            chart);
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

    private static IEnumerable<Place> Steps(Curve curve, string colour, TimeAxis axis, int most)
    {
        Place Of(double seconds, double share) => new(axis.Place(seconds), share, Hover.Of((colour, curve.Policy),
            ("noticed within", Units.Format(seconds, Unit.Seconds)), ("share", Units.Format(share, Unit.Share))));
        IReadOnlyList<CurveStep> steps = curve.Estimator.Steps;
        yield return Of(0, 0);
        foreach (CurveStep step in Thinning.Of(steps.Where(s => s.Noticed > 0).ToArray(), most))
            yield return Of(step.Seconds, step.Share);
        // The curve is known up to the last incident watched, noticed or not.
        if (steps[^1].Noticed == 0) yield return Of(steps[^1].Seconds, steps[^1].Share);
    }

    /// <summary>When watching ended for those that nobody noticed.</summary>
    private static IEnumerable<(string, Place)> Ends(Curve curve, string colour, TimeAxis axis, int most) =>
        Thinning.Of(curve.Estimator.Steps.Where(s => s.Left > 0).ToArray(), most).Select(step => (curve.Policy,
            new Place(axis.Place(step.Seconds), step.Share, Hover.Of((colour, curve.Policy), ("not noticed",
                $"{step.Left} left unnoticed after {Units.Format(step.Seconds, Unit.Seconds)}")))));

    private static string Description(Curve[] curves)
    {
        IEnumerable<string> panels = curves.GroupBy(c => c.Panel).Select(panel => $"{panel.Key}: " + string.Join(", ",
            panel.Select(c => $"{c.Policy} ends at {Units.Format(c.Estimator.Steps[^1].Share, Unit.Share)}")));
        return "Step curves, one per variant: the share of incidents noticed against the time since the path died. " +
            string.Join("; ", panels) + ".";
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
            $"{end} {StepCurves.Rule(curves.Length)}";
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
            .Select(m => $"{Words.Of(m.Side)} side: {string.Join("; ", m.Variants.Select(v => v.Title))}");
        string all = string.Join(". ", missing);
        return all == "" ? "" : $" Not drawn, because the network cannot show it: {all}.";
    }
}
