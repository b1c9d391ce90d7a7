using System.Text.Json.Nodes;
using Lab.Experiments;

namespace Lab.Reports;

/// <summary>What the bytes were spent on: per client and hour, the mean over seeds (parts of means add up, parts of
/// medians do not).</summary>
internal static class BytesFigure
{
    private const string Name = "bytes", Heading = "What the bytes are spent on";

    public static Figure Of(Study study)
    {
        (Variant Variant, CauseCost Cost, double PerHour)[] parts =
            [.. study.Variants.Where(v => study.Panels.Take(Thinning.MostPanels).Contains(v.Panel)).SelectMany(Parts)
                .Where(p => p.PerHour > 0)];
        if (parts.Length == 0) return Figure.Absent(Name, Heading, "No bytes were counted on the clients' links.");
        DisplayUnit unit = DisplayUnit.For(Unit.BytesPerHour, parts.GroupBy(p => p.Variant)
            .Select(g => g.Sum(p => p.PerHour)));
        IReadOnlyList<(string Cause, string Colour)> causes =
            Palette.CauseColours(parts.Select(p => p.Cost.Cause).Distinct());
        IEnumerable<JsonObject> rows = parts.Select(p => new JsonObject
        {
            ["kind"] = "bytes", ["panel"] = p.Variant.Panel, ["policy"] = p.Variant.Policy, ["cause"] = p.Cost.Cause,
            ["order"] = causes.Select(c => c.Cause).ToList().IndexOf(p.Cost.Cause),
            ["x"] = TimeAxis.Round(p.PerHour / unit.Divisor),
            ["bytes"] = Units.Format(p.PerHour, Unit.BytesPerHour),
            ["packets"] = Units.Format(p.Cost.Packets, Unit.PerHour),
        });
        JsonObject colour = VegaLite.Name("cause", "cause");
        colour["scale"] = Palette.Scale(causes);
        JsonObject policy = VegaLite.Name("policy");
        policy["sort"] = VegaLite.Strings(study.Policies);
        policy["axis"] = new JsonObject { ["labelLimit"] = 150 };
        JsonObject bars = VegaLite.Layer("bytes", new JsonObject { ["type"] = "bar" },
            ("y", policy), ("x", VegaLite.Quantity("x", $"{unit.Symbol} per client, both directions")),
            ("color", colour),
            ("order", new JsonObject { ["field"] = "order", ["type"] = "quantitative" }),
            ("tooltip", VegaLite.Tooltip(("policy", study.ColourName), ("cause", "cause"), ("bytes", "bytes"),
                ("packets", "packets"))));
        int left = Math.Min(150, 20 + Thinning.LegendWidth(study) * 7);
        Layout layout = new(study.Panels.Count > 1 ? 2 : 1, 260, left, causes.Max(c => c.Cause.Length),
            Math.Max(40, study.Policies.Count * 30));
        return new(Name, Heading,
            "Bytes on the clients' links, IP headers included, by what they were for, per client and hour: mean over " +
            "the seeds, because parts of means add up.",
            VegaLite.Panels(study, Heading, null, study.Panels, layout, rows, bars));
    }

    private static IEnumerable<(Variant Variant, CauseCost Cost, double PerHour)> Parts(Variant variant)
    {
        double hours = variant.Runs.Sum(r => r.Spec.Scenario.Duration.TotalSeconds / 3600 * Study.Clients(r));
        if (hours <= 0) yield break;
        foreach (IGrouping<string, CauseCost> cause in variant.Runs.SelectMany(r => r.Costs).GroupBy(c => c.Cause))
        {
            long packets = (long)Math.Round(cause.Sum(c => c.Packets) / hours);
            yield return (variant, new CauseCost(cause.Key, packets, 0), cause.Sum(c => c.Bytes) / hours);
        }
    }
}
