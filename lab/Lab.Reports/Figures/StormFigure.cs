using Lab.Experiments;
using Lab.Network;

namespace Lab.Reports;

/// <summary>Who knocks and who is in, over time: connection attempts per second at the servers, and clients online. One
/// seed.</summary>
internal static class StormFigure
{
    private const string Name = "storm", Heading = "The storm";
    private const int FewestClients = 50;

    public static Figure Of(Study study)
    {
        ulong seed = study.ShownSeed;
        (Variant Variant, RunResult Run)[] runs =
            [.. study.Variants.Take(Thinning.MostPanels).Select(v => (v, Run: v.Run(seed)))
            .Where(r => r.Run is { Arrivals.Count: > 1 } run && Study.Clients(run) > FewestClients)
            .Select(r => (r.v, r.Run!))];
        if (runs.Length == 0)
            return Figure.Absent(Name, Heading,
                $"Attempts over time are drawn for more than {FewestClients} clients; this scenario has fewer.");
        if (!runs.Any(r => IsStorm(r.Run)))
            return Figure.Absent(Name, Heading,
                $"There was none: in no run of seed {seed} did a tenth of the clients connect a second time.");
        int bins = Math.Clamp(2400 / runs.Length, 100, 400);
        Bin[][] series = [.. runs.Select(r => Bins(r.Run.Arrivals, bins))];
        DisplayUnit unit = DisplayUnit.For(Unit.Seconds, [series.Max(s => s[^1].Seconds)]);
        Axis x = new($"time ({unit.Symbol})", 0, series.Max(s => s[^1].Seconds) / unit.Divisor);
        Key policies = Palette.Policies(study);
        var places = runs.Zip(series, (r, bins) => (r.Variant, Bins: bins)).GroupBy(r => r.Variant.Panel)
            .SelectMany(panel => Quantities.Select(q => (Panel: panel, Quantity: q))).ToArray();
        Chart chart = new()
        {
            Title = Heading, Subtitle = study.Subtitle($"seed {seed}"),
            Description = Description([.. runs.Zip(series, (r, bins) => (r.Variant.Title, bins))]),
            Keys = Palette.Shown(study, policies), Columns = study.Panels.Count > 1 ? 2 : 1, PanelHeight = 180,
            PanelWidth = 300,
            Panels = [.. places.Select(p => new Panel(Panel(p.Quantity, p.Panel.Key), x,
                new(null, 0, p.Panel.Max(r => r.Bins.Max(b => Value(p.Quantity, b))) * 1.04),
                [new Lines(policies, [.. p.Panel.Select(r => new Line(r.Variant.Policy, [.. r.Bins.Select(b =>
                    new Place(b.Seconds / unit.Divisor, Value(p.Quantity, b)))]))], Width: 1.5)]))],
        };
        (chart, string covered) = Overlaps.Told(chart);
        return new(Name, Heading,
            $"Connection attempts per second at the servers, and clients online, of one run each (seed {seed}). Runs " +
            $"of more than {bins} intervals are drawn in {bins}: the highest rate and the last count of each." +
            covered, chart);
    }

    /// <summary>Whether more came than once each: what everybody does at the start is none.</summary>
    private static bool IsStorm(RunResult run) =>
        run.Arrivals.Sum(a => (long)a.Attempts) >= Study.Clients(run) * 1.1;

    private static double Value(string quantity, Bin bin) =>
        quantity == Quantities[0] ? bin.AttemptsPerSecond : bin.Online;

    private static string Description((string Label, Bin[] Bins)[] series) =>
        "Step curves over time, one per variant: connection attempts per second at the servers, and clients online. " +
        string.Join("; ", series.Select(s =>
            $"{s.Label}: at most {Units.Format(s.Bins.Max(b => b.AttemptsPerSecond), Unit.PerSecond)} attempts, at " +
            $"least {s.Bins.Min(b => b.Online)} clients online, {s.Bins[^1].Online} at the end")) + ".";

    private static readonly string[] Quantities = ["attempts per second", "clients online"];

    private readonly record struct Bin(double Seconds, double AttemptsPerSecond, int Online);

    private static string Panel(string quantity, string panel) => panel == "" ? quantity : $"{quantity}, {panel}";

    private static Bin[] Bins(IReadOnlyList<ArrivalBin> arrivals, int most)
    {
        Duration width = arrivals[1].From - arrivals[0].From;
        int each = (arrivals.Count + most - 1) / most;
        return [.. arrivals.Chunk(each).Select(chunk => new Bin(
            chunk[0].From.TotalSeconds, chunk.Max(b => b.Attempts) / width.TotalSeconds, chunk[^1].OnlineClients))];
    }
}
