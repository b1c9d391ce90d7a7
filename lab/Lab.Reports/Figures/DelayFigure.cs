using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// Share of all messages that arrived within a time. The whole is every message somebody wanted sent, so a curve ends
/// at the share that was delivered, and what is missing on top was lost, bounced, or waits.
/// </summary>
internal static class DelayFigure
{
    private const string Name = "delay", Heading = "How long messages take";
    private const int Height = 230;

    public static Figure Of(Study study)
    {
        Curve[] curves = [.. study.Variants.Where(v => study.Panels.Take(Thinning.MostPanels).Contains(v.Panel))
            .Select(v => new Curve(v)).Where(c => c.Total > 0)];
        if (curves.Length == 0) return Figure.Absent(Name, Heading, "No messages were sent, so there are no delays.");
        if (curves.All(c => c.Delays.Length == 0)) return Figure.Absent(Name, Heading,
            "Not one message was delivered, so there are no delays.");
        TimeAxis axis = new(curves.SelectMany(c => c.Delays));
        double longest = axis.Logarithmic ? axis.Longest * 1.3 : axis.Longest * 1.02;
        Axis x = axis.To(longest, "time from application to application");
        Key policies = Palette.Policies(study);
        StepCurves shape = new(policies, Height);
        Chart chart = new()
        {
            Title = Heading, Subtitle = study.Subtitle(), Description = Description(curves),
            Keys = Palette.Shown(study, policies), Columns = study.Panels.Count > 1 ? 2 : 1, PanelHeight = Height,
            PanelWidth = 280,
            Panels =
            [
                .. curves.GroupBy(c => c.Variant.Panel).Select(panel => shape.Panel(panel.Key, x,
                    "share of all messages", [.. panel.Select(c => new Line(c.Variant.Policy,
                        [.. Steps(c, study.ColourName, axis, longest, StepCurves.MostSteps(curves.Length))]))], [],
                    panel.Where(c => c.Missing != "").Select(c => (c.Variant.Policy, c.Missing)))),
            ],
        };
        (chart, string covered) = Overlaps.Told(chart);
        return new(Name, Heading,
            "Share of all messages, echoes included, whose first copy had arrived within a time, over all seeds. A " +
            "curve that ends below 100 % misses what was lost, bounced or still waiting at the end. " +
            StepCurves.Rule(curves.Length) + covered, chart);
    }

    private sealed class Curve
    {
        public Curve(Variant variant)
        {
            Variant = variant;
            MessageRecord[] all = [.. variant.Runs.SelectMany(r => r.Messages)];
            Total = all.Length;
            Delays = [.. all.Where(m => m.Copies > 0).Select(m => Math.Max(0, m.Delay.TotalSeconds)).Order()];
            int Of(MessageFate fate) => all.Count(m => m.Copies == 0 && m.Fate == fate);
            (int, string)[] fates = [(Of(MessageFate.Lost), "lost"), (Of(MessageFate.Unknown), "unknown"),
                (Of(MessageFate.Bounced), "bounced"),
                (Of(MessageFate.Stored) + Of(MessageFate.Pending) + Of(MessageFate.Delivered), "waiting")];
            Missing = string.Join(", ", fates.Where(f => f.Item1 > 0).Select(f => $"{Share(f.Item1)} {f.Item2}"));
        }

        public Variant Variant { get; }
        public int Total { get; }
        public double[] Delays { get; }

        /// <summary>"0.8 % lost, 2 % bounced"; empty when all were delivered.</summary>
        public string Missing { get; }

        public double End => (double)Delays.Length / Total;

        private string Share(int n) => Units.Format((double)n / Total, Unit.Share);
    }

    private static IEnumerable<Place> Steps(Curve curve, string colour, TimeAxis axis, double longest, int most)
    {
        Place Of(double seconds, double share, string time) => new(axis.Place(seconds), share,
            Hover.Of((colour, curve.Variant.Policy), ("delivered within", time),
                ("share", Units.Format(share, Unit.Share))));
        yield return Of(0, 0, "0 s");
        int[] ranks = [.. Enumerable.Range(0, curve.Delays.Length)];
        foreach (int rank in Thinning.Of(ranks, most))
            yield return Of(curve.Delays[rank], (rank + 1.0) / curve.Total,
                Units.Format(curve.Delays[rank], Unit.Seconds));
        yield return Of(longest, curve.End, "end");
    }

    private static string Description(Curve[] curves)
    {
        IEnumerable<string> panels = curves.GroupBy(c => c.Variant.Panel).Select(panel =>
            (panel.Key == "" ? "" : $"{panel.Key}: ") + string.Join(", ", panel.Select(c =>
                $"{c.Variant.Policy} ends at {Units.Format(c.End, Unit.Share)}" + (c.Delays.Length == 0 ? ""
                : $" (half of what arrived took {Units.Format(c.Delays[(c.Delays.Length - 1) / 2], Unit.Seconds)} or " +
                "less)"))));
        return "Step curves, one per variant: the share of all messages delivered against the time from application " +
            $"to application. {string.Join("; ", panels)}.";
    }
}
