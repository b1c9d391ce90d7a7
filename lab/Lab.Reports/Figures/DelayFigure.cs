using System.Text.Json.Nodes;
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
        Layout layout = new(Columns: study.Panels.Count > 1 ? 2 : 1, Narrowest: 280, Left: 60,
            Thinning.LegendWidth(study), Height);
        JsonObject X() => VegaLite.Quantity("x", axis.Title("time from application to application"),
            axis.Scale(longest), axis.Axis(longest));
        JsonObject[] layers = DetectionFigure.Curves(study, X, "share of all messages", "delivered within", "end",
            VegaLite.Tooltip(("policy", study.ColourName), ("text", "not delivered")));
        JsonObject spec = VegaLite.Panels(study, Heading, null, study.Panels, layout, Rows(curves, axis, longest),
            layers);
        return new(Name, Heading,
            "Share of all messages, echoes included, whose first copy had arrived within a time, over all seeds. A " +
            "curve that ends below 100 % misses what was lost, bounced or still waiting at the end. " +
            Thinning.Rule(curves.Length), spec);
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

    private static IEnumerable<JsonObject> Rows(Curve[] curves, TimeAxis axis, double longest)
    {
        foreach (Curve curve in curves)
        {
            yield return Row(curve, "step", axis.Place(0), 0, "0 s", "0 %");
            int[] ranks = [.. Enumerable.Range(0, curve.Delays.Length)];
            foreach (int rank in Thinning.Of(ranks, Thinning.MostSteps(curves.Length)))
                yield return Row(curve, "step", axis.Place(curve.Delays[rank]), (rank + 1.0) / curve.Total,
                    Units.Format(curve.Delays[rank], Unit.Seconds),
                    Units.Format((rank + 1.0) / curve.Total, Unit.Share));
            yield return Row(curve, "step", axis.Place(longest), curve.End, "end", Units.Format(curve.End, Unit.Share));
        }
        foreach (IGrouping<string, Curve> panel in curves.GroupBy(c => c.Variant.Panel))
        {
            Curve[] unfinished = [.. panel.Where(c => c.Missing != "")];
            double[] places = Thinning.LabelPlaces(unfinished.Length, Height);
            for (int i = 0; i < places.Length; i++)
                yield return Row(unfinished[i], "label", axis.Place(longest), places[i], "",
                    $"{unfinished[i].Variant.Policy}: {unfinished[i].Missing}");
        }
    }

    private static JsonObject Row(Curve curve, string kind, double x, double share, string time, string text) => new()
    {
        ["kind"] = kind, ["panel"] = curve.Variant.Panel, ["policy"] = curve.Variant.Policy, ["x"] = x,
            ["y"] = TimeAxis.Round(share),
        ["time"] = time, ["text"] = text,
    };
}
