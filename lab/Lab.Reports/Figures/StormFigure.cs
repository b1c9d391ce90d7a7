using System.Text.Json.Nodes;
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
        int bins = Math.Clamp(2400 / runs.Length, 100, 400);
        Bin[][] series = [.. runs.Select(r => Bins(r.Run.Arrivals, bins))];
        DisplayUnit unit = DisplayUnit.For(Unit.Seconds, [series.Max(s => s[^1].Seconds)]);
        bool several = study.Panels.Count > 1;
        string[] panels = [.. runs.Select(r => r.Variant.Panel).Distinct()
            .SelectMany(p => Quantities.Select(q => Panel(q, p)))];
        IEnumerable<JsonObject> rows = runs
            .SelectMany((r, i) => series[i].SelectMany(b => Quantities.Select(q => new JsonObject
        {
            ["kind"] = "bin", ["panel"] = Panel(q, r.Variant.Panel), ["policy"] = r.Variant.Policy,
                ["x"] = TimeAxis.Round(b.Seconds / unit.Divisor),
            ["y"] = TimeAxis.Round(q == Quantities[0] ? b.AttemptsPerSecond : b.Online),
        })));
        JsonObject line = VegaLite.Layer("bin",
            new JsonObject { ["type"] = "line", ["interpolate"] = "step-after", ["strokeWidth"] = 1.5,
                ["clip"] = true },
            ("x", VegaLite.Quantity("x", $"time ({unit.Symbol})", new JsonObject { ["nice"] = false })),
            ("y", VegaLite.Quantity("y", null)),
            ("color", Palette.PolicyColour(study)), ("strokeDash", Palette.PolicyDash(study)),
            ("opacity", VegaLite.Picked()))
            .With(VegaLite.PickPolicy(), VegaLite.Zoom("x"));
        Layout layout = new(several ? 2 : 1, 300, 60, Thinning.LegendWidth(study), 180);
        JsonObject spec = VegaLite.Panels(study, Heading, $"seed {seed}", panels, layout, rows, line);
        spec["resolve"] = new JsonObject
        {
            ["scale"] = new JsonObject { ["y"] = "independent" }, ["axis"] = new JsonObject { ["x"] = "independent" },
        };
        return new(Name, Heading,
            $"Connection attempts per second at the servers, and clients online, of one run each (seed {seed}). Runs " +
            $"of more than {bins} intervals are drawn in {bins}: the highest rate and the last count of each.", spec);
    }

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
