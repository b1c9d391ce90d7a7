using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// What streams between servers cost where two fields vary: a cell per pair of values, its colour the handshakes per
/// hour, its text these and the median delay of a message.
/// </summary>
internal static class HandshakeFigure
{
    private const string Name = "handshakes", Heading = "Handshakes between servers";
    private const int LeastValues = 3, RowPixels = 44;

    /// <summary>Null unless two fields have three values or more each, and servers talk to each other.</summary>
    public static Figure? Of(Study study)
    {
        if (study.PanelFields.Count != 1 || study.SeveralNetworks || study.Policies.Count < LeastValues
            || study.Panels.Count < LeastValues || study.Variants.Any(v => v.Runs[0].Streams is null)) return null;
        (Variant Variant, double Handshakes, double Delay)[] cells = [.. study.Variants.Select(v =>
            (v, v.Over(Catalogue.Find("federation.handshakes")!).Value,
                v.Over(Catalogue.Find("messages.delay.p50")!).Value))];
        double most = cells.Max(c => c.Handshakes);
        int X(Variant v) => study.Panels.ToList().IndexOf(v.Panel);
        int Y(Variant v) => study.Policies.ToList().IndexOf(v.Policy);
        Chart chart = new()
        {
            Title = Heading, Subtitle = study.Subtitle(), PanelHeight = study.Policies.Count * RowPixels,
            PanelWidth = 300, Description = Description(cells),
            Panels =
            [
                new("", Axis.Rows(null, study.Panels, vertical: false), Axis.Rows(study.ColourName, study.Policies),
                [
                    new Boxes(null, [.. cells.Select(c => new Box(X(c.Variant), X(c.Variant) + 1, Y(c.Variant),
                        Y(c.Variant) + 1, Fill: Shade(Strength(c.Handshakes, most)), Hover: Hover.Of(
                            (study.ColourName, c.Variant.Policy), ("where", c.Variant.Panel),
                            ("handshakes", Units.Format(c.Handshakes, Unit.PerHour)),
                            ("median delay", Units.Format(c.Delay, Unit.Seconds)))))]),
                    new Labels([.. cells.Select(c => new Label(X(c.Variant) + 0.5, Y(c.Variant) + 0.5,
                        $"{Units.Format(c.Handshakes, Unit.PerHour)}, {Units.Format(c.Delay, Unit.Seconds)}",
                        Colour: "#1b1b1b"))]),
                ]),
            ],
        };
        return new(Name, Heading,
            "Connections that servers opened to each other per hour, those that verify keys included: mean over " +
            "the seeds; and the median delay of their messages. The darker, the more handshakes.", chart);
    }

    /// <summary>0 to 1 by the logarithm: most cells are small, a few are not.</summary>
    private static double Strength(double value, double most) =>
        value > 0 && most > 0 ? Math.Log(1 + value) / Math.Log(1 + most) : 0;

    private static string Shade(double strength)
    {
        int Mix(int light, int dark) => (int)Math.Round(light + (dark - light) * strength);
        return $"#{Mix(0xEA, 0x4A):X2}{Mix(0xF2, 0x8F):X2}{Mix(0xFA, 0xCC):X2}";
    }

    private static string Description((Variant Variant, double Handshakes, double Delay)[] cells) =>
        "A table of cells, the darker the more handshakes between servers per hour, with the median delay of " +
        "messages. " +
        string.Join("; ", cells.Select(c => $"{c.Variant.Title}: {Units.Format(c.Handshakes, Unit.PerHour)}, " +
            Units.Format(c.Delay, Unit.Seconds))) + ".";
}
