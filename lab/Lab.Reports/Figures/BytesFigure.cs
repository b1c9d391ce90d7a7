using Lab.Experiments;

namespace Lab.Reports;

/// <summary>What the bytes were spent on: per client and hour, the mean over seeds (parts of means add up, parts of
/// medians do not).</summary>
internal static class BytesFigure
{
    private const string Name = "bytes", Heading = "What the bytes are spent on";
    private const int RowPixels = 30;
    private const double Gap = 0.05;

    public static Figure Of(Study study)
    {
        (Variant Variant, CauseCost Cost, double PerHour)[] parts =
            [.. study.Variants.Where(v => study.Panels.Take(Thinning.MostPanels).Contains(v.Panel)).SelectMany(Parts)
                .Where(p => p.PerHour > 0)];
        if (parts.Length == 0) return Figure.Absent(Name, Heading, "No bytes were counted on the clients' links.");
        DisplayUnit unit = DisplayUnit.For(Unit.BytesPerHour, parts.GroupBy(p => p.Variant)
            .Select(g => g.Sum(p => p.PerHour)));
        Key causes = Palette.Causes(parts.Select(p => p.Cost.Cause));
        double most = parts.GroupBy(p => p.Variant).Max(g => g.Sum(p => p.PerHour)) / unit.Divisor;
        Axis x = new($"{unit.Symbol} per client, both directions", 0, most * 1.02);
        Chart chart = new()
        {
            Title = Heading, Subtitle = study.Subtitle(), Description = Description(parts), Keys = [causes],
            Columns = study.Panels.Count > 1 ? 2 : 1,
            Panels =
            [
                .. parts.GroupBy(p => p.Variant.Panel).Select(panel =>
                {
                    string[] rows = [.. study.Policies.Where(p => panel.Any(part => part.Variant.Policy == p))];
                    return new Panel(panel.Key, x, Axis.Rows(null, rows), [new Boxes(causes,
                        [.. panel.GroupBy(p => p.Variant).SelectMany(v => Bar(v, rows, causes, unit, study))])])
                    {
                        Height = Math.Max(40, rows.Length * RowPixels),
                    };
                }),
            ],
        };
        return new(Name, Heading,
            "Bytes on the clients' links, IP headers included, by what they were for, per client and hour: mean over " +
            "the seeds, because parts of means add up.", chart);
    }

    /// <summary>The parts of one bar after each other, in the order of the key.</summary>
    private static IEnumerable<Box> Bar(IGrouping<Variant, (Variant Variant, CauseCost Cost, double PerHour)> parts,
        string[] rows, Key causes, DisplayUnit unit, Study study)
    {
        double from = 0, row = Array.IndexOf(rows, parts.Key.Policy);
        foreach (KeyEntry cause in causes.Entries)
            foreach ((_, CauseCost cost, double perHour) in parts.Where(p => p.Cost.Cause == cause.Word))
            {
                double to = from + perHour / unit.Divisor;
                yield return new(from, to, row + Gap, row + 1 - Gap, cause.Word, Hover: Hover.Of(
                    (study.ColourName, parts.Key.Policy), ("cause", cause.Word),
                    ("bytes", Units.Format(perHour, Unit.BytesPerHour)),
                    ("packets", Units.Format(cost.Packets, Unit.PerHour))));
                from = to;
            }
    }

    private static string Description((Variant Variant, CauseCost Cost, double PerHour)[] parts)
    {
        IEnumerable<string> bars = parts.GroupBy(p => p.Variant).Select(v =>
        {
            (_, CauseCost largest, double perHour) = v.MaxBy(p => p.PerHour);
            return $"{v.Key.Title} {Units.Format(v.Sum(p => p.PerHour), Unit.BytesPerHour)}, most of it " +
                $"{largest.Cause} ({Units.Format(perHour, Unit.BytesPerHour)})";
        });
        return "Stacked bars, one per variant: bytes per client and hour by what they were for. " +
            string.Join("; ", bars) + ".";
    }

    private static IEnumerable<(Variant Variant, CauseCost Cost, double PerHour)> Parts(Variant variant)
    {
        double hours = variant.Runs.Sum(r => r.Spec.Topology.ClientSeconds(r.Spec.Scenario.Duration)) / 3600;
        if (hours <= 0) yield break;
        foreach (IGrouping<string, CauseCost> cause in variant.Runs.SelectMany(r => r.Costs).GroupBy(c => c.Cause))
        {
            long packets = (long)Math.Round(cause.Sum(c => c.Packets) / hours);
            yield return (variant, new CauseCost(cause.Key, packets, 0), cause.Sum(c => c.Bytes) / hours);
        }
    }
}
