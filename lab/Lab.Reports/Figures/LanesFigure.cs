using System.Text.Json.Nodes;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Reports;

/// <summary>
/// What each connection was, moment by moment, for one seed: a row per client and side, the faults as bands behind, and
/// a symbol where a side gave up, by how it learned. Variants under the same seed meet the same faults, so panels
/// compare.
/// </summary>
internal static class LanesFigure
{
    private const string Name = "lanes", Heading = "Connections over time";
    private const int RowPixels = 17;

    // Legends show this fill without an outline, so it must stand out from white and from black.
    private const string MarkFill = "#c4c4c4";
    private const string Right = "right", FalseAlarm = "false alarm";

    public static Figure Of(Study study)
    {
        ulong seed = study.ShownSeed;
        (string Panel, RunResult Run)[] shown =
            [.. study.Variants.Take(Thinning.MostPanels).Select(v => (v.Label, Run: v.Run(seed)))
            .Where(r => r.Run is { Lanes.Count: > 0 }).Select(r => (r.Label, r.Run!))];
        if (shown.Length == 0) return Figure.Absent(Name, Heading, "No connections were recorded.");
        // As many clients as stay readable, the same in every panel.
        int most = Math.Clamp(40 / shown.Length, 3, 20);
        int[] all = [.. shown.SelectMany(r => r.Run.Lanes).Select(l => l.Client).Distinct().Order()];
        int[] clients = [.. all.Take(most)];
        string[] rows = [.. clients.SelectMany(c => Enum.GetValues<Side>().Select(s => Row(shown[0].Run, c, s)))];
        DisplayUnit unit = DisplayUnit.For(Unit.Seconds, [study.DurationSeconds]);
        Span span = new(unit, study.DurationSeconds);
        IEnumerable<JsonObject> data = shown.SelectMany(r => Bands(r.Panel, r.Run, clients, span)
            .Concat(Lanes(r.Panel, r.Run, clients, span)).Concat(Marks(r.Panel, r.Run, clients, span)));
        int left = Math.Min(166, 16 + rows.Max(r => r.Length) * 6);
        Layout layout = new(1, 300, left, Words.Families.Max(f => f.Length), rows.Length * RowPixels);
        JsonObject spec = VegaLite.Panels(study, Heading, $"seed {seed}", [.. shown.Select(r => r.Panel)], layout, data,
            Layers(shown, rows, span));
        int clientsInAll = Study.Clients(shown[0].Run);
        string fewer = clients.Length < clientsInAll
            ? $" {clients.Length} of {Words.Number(clientsInAll)} clients are shown." : "";
        string panels = shown.Length < study.Variants.Count
            ? $" The first {shown.Length} of {study.Variants.Count} variants are shown." : "";
        return new(Name, Heading,
            $"One run of each variant, all with seed {seed}, so all meet the same faults (bands). Bars show what " +
            "each side took the connection for, symbols where a side gave up and how it learned; a red outline is a " +
            $"false alarm: the path and the peer were alive.{fewer}{panels}" +
            Thinning.Bands(shown.Select(r => r.Run.Faults.Count(b => clients.Contains(b.Client)))) +
            Thinning.Lanes(shown.Select(r => (r.Run.Lanes.Count(l => clients.Contains(l.Client)),
                r.Run.Marks.Count(m => clients.Contains(m.Client))))), spec);
    }

    private readonly record struct Span(DisplayUnit Unit, double Seconds)
    {
        public double Place(Instant at) => TimeAxis.Round(Math.Clamp(at.TotalSeconds, 0, Seconds) / Unit.Divisor);
    }

    private static string Row(RunResult run, int client, Side side) => $"{ClientName(run, client)} · {Words.Of(side)}";

    private static string ClientName(RunResult run, int client) =>
        client >= 0 && client < run.ClientNames.Count ? run.ClientNames[client] : $"client {client}";

    private static IEnumerable<JsonObject> Bands(string panel, RunResult run, int[] clients, Span span)
    {
        foreach (FaultBand band in Thinning.Of([.. run.Faults.Where(b => clients.Contains(b.Client))],
            Thinning.MostBands))
            foreach (Side side in Enum.GetValues<Side>())
            {
                double from = span.Place(band.From), to = span.Place(band.To),
                    least = span.Seconds / span.Unit.Divisor / 400;
                yield return new JsonObject
                {
                    ["kind"] = "fault", ["panel"] = panel, ["row"] = Row(run, band.Client, side),
                    ["x"] = from, ["x2"] = Math.Max(to, from + least),
                    ["fault"] = band.Kind.Word, ["time"] = $"{Time(band.From)} to {Time(band.To)}",
                };
            }
    }

    private static IEnumerable<JsonObject> Lanes(string panel, RunResult run, int[] clients, Span span) =>
        Thinning.Longest([.. run.Lanes.Where(l => clients.Contains(l.Client) && l.To > l.From)])
            .Select(l => new JsonObject
        {
            ["kind"] = "lane", ["panel"] = panel, ["row"] = Row(run, l.Client, l.Side), ["x"] = span.Place(l.From),
                ["x2"] = span.Place(l.To),
            ["state"] = Words.Of(l.State), ["time"] = $"{Time(l.From)} to {Time(l.To)}",
        });

    private static IEnumerable<JsonObject> Marks(string panel, RunResult run, int[] clients, Span span) =>
        Thinning.Of([.. run.Marks.Where(m => clients.Contains(m.Client))], Thinning.MostMarks)
            .Select(m => new JsonObject
        {
            ["kind"] = "mark", ["panel"] = panel, ["row"] = Row(run, m.Client, m.Side), ["x"] = span.Place(m.At),
                ["family"] = Words.Family(m.Mechanism),
            ["alarm"] = m.FalseAlarm ? FalseAlarm : Right, ["mechanism"] = Words.Of(m.Mechanism),
            ["claim"] = Words.Of(m.Claim), ["time"] = Time(m.At),
        });

    private static string Time(Instant at) => Units.Format(at.TotalSeconds, Unit.Seconds);

    private static JsonObject[] Layers((string Panel, RunResult Run)[] shown, string[] rows, Span span)
    {
        JsonObject X() => VegaLite.Quantity("x", $"time ({span.Unit.Symbol})", new JsonObject
        {
            ["nice"] = false, ["domain"] = VegaLite.Numbers([0, TimeAxis.Round(span.Seconds / span.Unit.Divisor)]),
        });
        JsonObject Y()
        {
            JsonObject y = VegaLite.Name("row");
            y["sort"] = VegaLite.Strings(rows);
            y["scale"] = new JsonObject { ["domain"] = VegaLite.Strings(rows) };
            y["axis"] = new JsonObject { ["labelLimit"] = 150 };
            return y;
        }
        JsonObject Coloured(string field, string title, IEnumerable<(string, string)> entries)
        {
            JsonObject channel = VegaLite.Name(field, title);
            channel["scale"] = Palette.Scale(entries);
            return channel;
        }
        FaultKind[] kinds =
            [.. shown.SelectMany(r => r.Run.Faults).Select(f => f.Kind).Distinct().OrderBy(FaultKinds.Place)];
        string[] states = [.. shown.SelectMany(r => r.Run.Lanes).Select(l => Words.Of(l.State)).Distinct()];
        string[] families = [.. Words.Families
            .Where(f => shown.Any(r => r.Run.Marks.Any(m => Words.Family(m.Mechanism) == f)))];
        JsonObject shape = VegaLite.Name("family", "given up by");
        shape["scale"] = Symbols(families);
        JsonObject Band(double share) => new() { ["band"] = share };
        JsonObject[] layers =
        [
            VegaLite.Layer("fault", new JsonObject { ["type"] = "rect", ["opacity"] = 0.26, ["height"] = Band(1),
                ["clip"] = true },
                ("x", X()), ("x2", new JsonObject { ["field"] = "x2" }), ("y", Y()),
                ("fill", Coloured("fault", "fault", kinds.Select(k => (k.Word, k.Colour)))),
                ("tooltip", VegaLite.Tooltip(("fault", "fault"), ("time", "time")))),
            VegaLite.Layer("lane", new JsonObject { ["type"] = "rect", ["height"] = Band(0.5), ["clip"] = true },
                ("x", X()), ("x2", new JsonObject { ["field"] = "x2" }), ("y", Y()),
                ("color", Coloured("state", "connection", Palette.States.Where(s => states.Contains(s.Word)))),
                ("tooltip", VegaLite.Tooltip(("row", "side"), ("state", "connection"), ("time", "time")))),
            VegaLite.Layer("mark", new JsonObject { ["type"] = "point", ["size"] = 55, ["fill"] = MarkFill,
                ["opacity"] = 1, ["clip"] = true },
                ("x", X()), ("y", Y()), ("shape", shape),
                ("stroke", Coloured("alarm", "verdict", [(Right, "#222222"), (FalseAlarm, "#EE1111")])),
                ("strokeWidth", new JsonObject
                {
                    ["condition"] = new JsonObject { ["test"] = $"datum.alarm === '{FalseAlarm}'", ["value"] = 2.5 },
                        ["value"] = 1.2,
                }),
                ("tooltip", VegaLite.Tooltip(("row", "side"), ("mechanism", "by"), ("claim", "claim"),
                    ("alarm", "verdict"), ("time", "at")))),
        ];
        // a legend without entries spoils the layout of the whole
        layers = [.. layers.Where((_, i) => i == 0 ? kinds.Length > 0 : i == 1 || families.Length > 0)];
        layers[0].With(VegaLite.Zoom("x"));
        return layers;
    }

    /// <summary>A symbol for each way of giving up, the same in all figures.</summary>
    public static JsonObject Symbols(string[] families)
    {
        string[] symbols = ["circle", "square", "diamond", "triangle-up", "triangle-down", "cross"];
        return new JsonObject
        {
            ["domain"] = VegaLite.Strings(families),
            ["range"] = VegaLite.Strings(families.Select(f => symbols[Words.Families.ToList().IndexOf(f)])),
        };
    }
}
