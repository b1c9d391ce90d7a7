using Lab.Experiments;

namespace Lab.Reports;

/// <summary>What bytes and energy were spent on: per client and hour, the mean over seeds (parts of means add up, parts
/// of medians do not).</summary>
internal static class SpendingFigure
{
    private const int RowPixels = 30;
    private const double Gap = 0.05;

    /// <param name="PerHour">And client, in the unit of the figure.</param>
    /// <param name="Packets">And client and hour; null where they are not what is counted.</param>
    private readonly record struct Part(Variant Variant, string Cause, double PerHour, double? Packets);

    public static Figure Bytes(Study study) => Of(study, "bytes", "What the bytes are spent on", Unit.BytesPerHour,
        "client, both directions", BytesOf, "No bytes were counted on the clients' links.",
        "Bytes on the clients' links, IP headers included, by what they were for, per client and hour: mean over the "
            + "seeds, because parts of means add up.");

    /// <summary>Null where no client has a radio.</summary>
    public static Figure? Energy(Study study) => study.Sweep.Runs.All(r => r.Energies.Count == 0) ? null : Of(study,
        "energy", "What the energy is spent on", Unit.JoulesPerHour, "device, all its radios", EnergyOf,
        "No energy was drawn.",
        $"Energy that radios draw, by the packets that they wake and stay awake for, per device and hour: "
            + $"mean over the seeds. {Models(study)}");

    private static Figure Of(Study study, string name, string heading, Unit unit, string of,
        Func<Variant, IEnumerable<Part>> partsOf, string nothing, string caption)
    {
        Part[] parts = [.. study.Variants.Where(v => study.Panels.Take(Thinning.MostPanels).Contains(v.Panel))
            .SelectMany(partsOf).Where(p => p.PerHour > 0)];
        if (parts.Length == 0) return Figure.Absent(name, heading, nothing);
        DisplayUnit shown = DisplayUnit.For(unit, parts.GroupBy(p => p.Variant).Select(g => g.Sum(p => p.PerHour)));
        Key causes = Palette.Causes(parts.Select(p => p.Cause));
        double most = parts.GroupBy(p => p.Variant).Max(g => g.Sum(p => p.PerHour)) / shown.Divisor;
        Axis x = new($"{shown.Symbol} per {of}", 0, most * 1.02);
        Chart chart = new()
        {
            Title = heading, Subtitle = study.Subtitle(), Description = Description(parts, heading, unit),
            Keys = [causes], Columns = study.Panels.Count > 1 ? 2 : 1,
            Panels =
            [
                .. parts.GroupBy(p => p.Variant.Panel).Select(panel =>
                {
                    string[] rows = [.. study.Policies.Where(p => panel.Any(part => part.Variant.Policy == p))];
                    return new Panel(panel.Key, x, Axis.Rows(null, rows), [new Boxes(causes,
                        [.. panel.GroupBy(p => p.Variant).SelectMany(v => Bar(v, rows, causes, shown, unit, study))])])
                    {
                        Height = Math.Max(40, rows.Length * RowPixels),
                    };
                }),
            ],
        };
        return new(name, heading, caption, chart);
    }

    /// <summary>The parts of one bar after each other, in the order of the key.</summary>
    private static IEnumerable<Box> Bar(
        IGrouping<Variant, Part> parts, string[] rows, Key causes, DisplayUnit shown, Unit unit, Study study)
    {
        double from = 0, row = Array.IndexOf(rows, parts.Key.Policy);
        foreach (KeyEntry cause in causes.Entries)
            foreach (Part part in parts.Where(p => p.Cause == cause.Word))
            {
                double to = from + part.PerHour / shown.Divisor;
                (string, string)[] said =
                [
                    (study.ColourName, parts.Key.Policy), ("cause", cause.Word),
                    (unit == Unit.BytesPerHour ? "bytes" : "energy", Units.Format(part.PerHour, unit)),
                    .. part.Packets is { } packets ? [("packets", Units.Format(packets, Unit.PerHour))]
                        : Array.Empty<(string, string)>(),
                ];
                yield return new(from, to, row + Gap, row + 1 - Gap, cause.Word, Hover: Hover.Of(said));
                from = to;
            }
    }

    private static string Description(Part[] parts, string heading, Unit unit)
    {
        IEnumerable<string> bars = parts.GroupBy(p => p.Variant).Select(v =>
        {
            Part largest = v.MaxBy(p => p.PerHour);
            return $"{v.Key.Title} {Units.Format(v.Sum(p => p.PerHour), unit)}, most of it " +
                $"{largest.Cause} ({Units.Format(largest.PerHour, unit)})";
        });
        return $"Stacked bars, one per variant: {(unit == Unit.BytesPerHour ? "bytes" : "energy")} per client and hour "
            + $"by what {(unit == Unit.BytesPerHour ? "they were" : "it was")} for. {string.Join("; ", bars)}.";
    }

    private static IEnumerable<Part> BytesOf(Variant variant)
    {
        double hours = variant.Runs.Sum(r => r.Spec.Topology.ClientSeconds(r.Spec.Scenario.Duration)) / 3600;
        if (hours <= 0) return [];
        return variant.Runs.SelectMany(r => r.Costs).GroupBy(c => c.Cause).Select(cause => new Part(
            variant, cause.Key, cause.Sum(c => c.Bytes) / hours, Math.Round(cause.Sum(c => c.Packets) / hours)));
    }

    private static IEnumerable<Part> EnergyOf(Variant variant)
    {
        double hours = variant.Runs.Sum(r => r.Spec.Scenario.Duration.TotalSeconds
            * r.Spec.Topology.Clients.Values.Where(HasRadio).Sum(c => c.Count)) / 3600;
        return variant.Runs.SelectMany(r => r.Energies).GroupBy(e => e.Cause)
            .Select(cause => new Part(variant, cause.Key, cause.Sum(e => e.Joules) / hours, null));
    }

    private static bool HasRadio(ClientSpec client) =>
        client.Links.Values.Prepend(client.Link).Any(l => l?.Inline?.Radio is not null);

    /// <summary>Which radios, and whether other programs use them: without that no number of energy says
    /// anything.</summary>
    private static string Models(Study study)
    {
        ClientSpec[] clients =
            [.. study.Sweep.Runs.SelectMany(r => r.Spec.Topology.Clients.Values).Distinct().Where(HasRadio)];
        string[] radios = [.. clients.SelectMany(c => c.Links.Values.Prepend(c.Link))
            .Select(l => l?.Inline?.Radio).OfType<RadioChoice>().Select(r => r.Name ?? "one of the scenario's own")
            .Distinct()];
        string others = clients.All(c => c.OtherTraffic.Count > 0) ? "Other programs use them too"
            : clients.Any(c => c.OtherTraffic.Count > 0) ? "Other programs use some of them too"
            : "No other program uses them";
        return $"Radio: {string.Join(", ", radios)}. {others}.";
    }
}
