using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// What detection costs: one point per policy. Across, the cost; up, the time to detection (by which half and 95 % of
/// all incidents were noticed); lines are 95 % intervals, faint points what each seed came to. "Not noticed" has a
/// band of its own on top.
/// </summary>
internal static class TradeOffFigure
{
    private const int Height = 220, MostSeedPoints = 1500;
    private const double FaintPixels = 5, Faint = 0.4;

    public static Figure Bytes(Study study) => Of(study, "cost-bytes", "What detection costs in bytes", "cost.bytes");

    public static Figure Wakeups(Study study) =>
        Of(study, "cost-wakeups", "What detection costs in wake-ups", "cost.wakeups");

    /// <summary>Null where no client has a radio.</summary>
    public static Figure? Energy(Study study) => study.Sweep.Runs.All(r => r.Energies.Count == 0) ? null
        : Of(study, "cost-energy", "What detection costs in energy", "energy.radio");

    /// <param name="Seeds">What each run came to by itself; times may be infinite.</param>
    private sealed record Point(Variant Variant, string Panel, Estimate Cost, Estimate Time,
        IReadOnlyList<(ulong Seed, double Cost, double Time)> Seeds);

    private static Figure Of(Study study, string name, string heading, string metric)
    {
        Point[] points = [.. Points(study, metric)];
        if (points.Length == 0)
            return Figure.Absent(name, heading,
                "There is no cost, or no incident that could have been noticed, to set against each other.");
        if (points.All(p => !double.IsFinite(p.Time.Value)))
            return Figure.Absent(name, heading, "In no variant were half of the incidents noticed, so there are no " +
                "times to set against the cost.");
        if (points.Sum(p => p.Seeds.Count) > MostSeedPoints) points = [.. points.Select(p => p with { Seeds = [] })];
        Point[] all = points;
        string[] empty = [.. points.GroupBy(p => p.Panel).Where(g => g.All(p => !double.IsFinite(p.Time.Value)
            && !p.Seeds.Any(s => double.IsFinite(s.Time)))).Select(g => g.Key)];
        points = [.. points.Where(p => !empty.Contains(p.Panel))];
        Metric cost = Catalogue.Find(metric)!;
        DisplayUnit unit = DisplayUnit.For(cost.Unit, points.Select(p => p.Cost.Value));
        TimesWithNever up = new(points.SelectMany(p => (double[])[p.Time.Value, p.Time.Low, p.Time.High,
            .. p.Seeds.Select(s => s.Time)]), study.Sweep.Runs.SelectMany(r => r.Incidents)
            .Select(i => i.Elapsed.TotalSeconds));
        string across = cost.Unit == Unit.PerHour ? "wake-ups per client and hour" : $"{unit.Symbol} per client";
        double dearest = points.Max(p => p.Seeds.Select(s => s.Cost).Append(p.Cost.High).Append(p.Cost.Value)
            .Where(double.IsFinite).Max());
        Axis x = new(across, 0, dearest == 0 ? 1 : dearest / unit.Divisor * 1.06), y = up.Of("time to detection");
        Key policies = Palette.Policies(study);
        Chart chart = new()
        {
            Title = heading, Subtitle = study.Subtitle(), Description = Description(all, cost.Unit),
            Keys = Palette.Shown(study, policies), Columns = 2, PanelHeight = Height,
            Panels = [.. points.GroupBy(p => p.Panel).Select(panel => new Panel(panel.Key, x, y,
                [.. Layers([.. panel], policies, unit, up, x, cost.Unit)]))],
        };
        string never = empty.Length == 0 ? ""
            : $" Not drawn, for too few incidents were noticed: {string.Join("; ", empty)}.";
        return new(name, heading, Caption(study, points, cost, up.AnyNever) + never, chart);
    }

    private static IEnumerable<Point> Points(Study study, string metric)
    {
        Metric cost = Catalogue.Find(metric)!;
        Side[] sides = study.PanelFields.Count > 0 ? [Side.Client] : Enum.GetValues<Side>();
        IEnumerable<(string Panel, Side Side, double Quantile)> places = study.Panels.Take(Thinning.MostPanels / 2)
            .SelectMany(p => sides.SelectMany(s => ((double[])[0.5, 0.95]).Select(q => (p, s, q))));
        // networks stand beside each other, else the two quantiles do
        if (study.SeveralNetworks) places = places.OrderBy(p => p.Side).ThenBy(p => p.Quantile);
        foreach ((string panel, Side side, double quantile) in places)
            foreach (Variant variant in study.Variants.Where(v => v.Panel == panel && v.Shows(side)))
            {
                Estimate spent = variant.Over(cost);
                string words = quantile == 0.5 ? "median" : "95th percentile";
                string[] parts = [$"{Words.Of(side)} side, {words}", panel];
                Metric time = Catalogue.Detection(side, quantile);
                if (variant.Times(side).Count > 0 && double.IsFinite(spent.Value))
                    yield return new(variant, string.Join(", ", parts.Where(x => x != "")), spent, variant.Over(time),
                        [.. Seeds(variant, cost, time)]);
            }
    }

    private static IEnumerable<(ulong, double, double)> Seeds(Variant variant, Metric cost, Metric time) =>
        variant.Runs.Count < 2 ? [] : variant.Runs.Select(r => (r.Spec.Seed,
            Cost: cost.Joining.Of(r.SampleOf(cost.Name)), Time: time.Joining.Of(r.SampleOf(time.Name))))
            .Where(s => double.IsFinite(s.Cost) && !double.IsNaN(s.Time));

    private static IEnumerable<Layer> Layers(
        Point[] points, Key policies, DisplayUnit unit, TimesWithNever up, Axis x, Unit costUnit)
    {
        double Across(double cost) => cost / unit.Divisor;
        double End(double end, double value) => double.IsNaN(end) ? value : end;
        if (up.AnyNever) yield return new Boxes(null, [new(x.From, x.To, up.BandFrom, up.BandTo)]);
        yield return new Marks(policies, [.. points.SelectMany(p => p.Seeds.Select(s => new Mark(Across(s.Cost),
            up.Place(s.Time), p.Variant.Policy, Hover: Hover.Of(("seed", $"{p.Variant.Policy}, seed {s.Seed}"),
                ("cost", Units.Format(s.Cost, costUnit)),
                ("time to detection", Units.Format(s.Time, Unit.Seconds))))))],
            FaintPixels) { Opacity = Faint };
        yield return new Segments(policies, [.. points.SelectMany(p =>
        {
            (double cost, double time) = (Across(p.Cost.Value), up.Place(p.Time.Value));
            return (Segment[])
            [
                new(Across(End(p.Cost.Low, p.Cost.Value)), time, Across(End(p.Cost.High, p.Cost.Value)), time,
                    p.Variant.Policy),
                new(cost, up.Place(End(p.Time.Low, p.Time.Value)), cost, up.Place(End(p.Time.High, p.Time.Value)),
                    p.Variant.Policy),
            ];
        }).Where(s => s.X1 != s.X2 || s.Y1 != s.Y2)]);
        yield return new Marks(policies, [.. points.Select(p => new Mark(Across(p.Cost.Value),
            up.Place(p.Time.Value), p.Variant.Policy, Hover: Hover.Of((policies.Title, p.Variant.Policy),
                ("cost", Text(p.Cost, costUnit)), ("time to detection", Text(p.Time, Unit.Seconds)))))], Pixels: 11);
    }

    private static string Text(Estimate e, Unit unit) => e.Ends == Ends.None
        ? Units.Format(e.Value, unit)
        : $"{Units.Format(e.Value, unit)} ({Units.Format(e.Low, unit)} to {Units.Format(e.High, unit)})";

    private static string Caption(Study study, Point[] points, Metric cost, bool anyNever)
    {
        string lines = points.Max(p => p.Cost.Runs) switch
        {
            1 => "",
            < Bootstrap.FewestForInterval => " Lines reach from the smallest to the largest value over seeds.",
            _ => " Lines are 95 % bootstrap intervals over seeds.",
        };
        string seeds = points.Any(p => p.Seeds.Count > 0) ? " Faint points are single seeds." : "";
        string never = anyNever ? " Points in the grey band: too few incidents were noticed before they were over."
            : "";
        return $"Further left is cheaper, further down is faster. Cost: {cost.Meaning}; {cost.Joining.Words}. Time " +
            $"to detection: over all incidents of all seeds.{lines}{seeds}{never}{Detection.NotDrawn(study)}";
    }

    private static string Description(Point[] points, Unit unit)
    {
        IEnumerable<string> panels = points.GroupBy(p => p.Panel).Select(panel => $"{panel.Key}: " + string.Join(", ",
            panel.Select(p => $"{p.Variant.Policy} costs {Units.Format(p.Cost.Value, unit)} and takes " +
                Units.Format(p.Time.Value, Unit.Seconds))));
        return "Points, one per variant: the time to detection, upwards, against the cost, to the right. " +
            string.Join("; ", panels) + ".";
    }
}
