using System.Text.Json.Nodes;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Reports;

/// <summary>
/// The streams between servers, moment by moment, for one seed: a row per place in a pool, above what the server that
/// opens its connections takes it for, below what is true, and a symbol where a verdict landed, whoever gave it.
/// </summary>
internal static class StreamsFigure
{
    private const string Name = "streams", Heading = "Streams between servers over time";
    private const int RowPixels = 20, MostRows = 128;
    private const string Belief = "belief", Truth = "truth";
    private const string Right = "right", Wrong = "blamed wrongly", MarkFill = "#c4c4c4";

    /// <summary>Null when no run has such streams: then the report does not speak of them.</summary>
    public static Figure? Of(Study study)
    {
        ulong seed = study.ShownSeed;
        (string Panel, RunResult Run, FederationResult Streams)[] shown =
            [.. study.Variants.Take(Thinning.MostPanels).Select(v => (v.Label, Run: v.Run(seed)))
            .Where(r => r.Run?.Streams is not null).Select(r => (r.Label, r.Run!, r.Run!.Streams!))];
        if (shown.Length == 0) return null;
        // the same rows in every panel: those of the largest pools hold the others'
        string[] all = [.. shown.MaxBy(r => (r.Run.Spec.Topology.S2s.Max(s => s.Streams), r.Streams.Names.Count))
            .Streams.Names];
        string[] rows = [.. all.Take(Math.Clamp(MostRows / shown.Length, 8, 32))];
        DisplayUnit unit = DisplayUnit.For(Unit.Seconds, [study.DurationSeconds]);
        double Place(Instant at) =>
            TimeAxis.Round(Math.Clamp(at.TotalSeconds, 0, study.DurationSeconds) / unit.Divisor);
        IEnumerable<JsonObject> data = shown.SelectMany(r => Rows(r.Panel, r.Streams, rows, Place));
        int left = Math.Min(230, 16 + rows.Max(r => r.Length) * 6);
        Layout layout = new(1, 300, left, Words.Families.Max(f => f.Length), rows.Length * RowPixels);
        JsonObject spec = VegaLite.Panels(study, Heading, $"seed {seed}", [.. shown.Select(r => r.Panel)], layout, data,
            Layers(shown.Select(r => r.Streams), rows, unit, study.DurationSeconds));
        string fewer = rows.Length < all.Length ? $" The first {rows.Length} places are shown." : "";
        string panels = shown.Length < study.Variants.Count
            ? $" The first {shown.Length} of {study.Variants.Count} variants are shown." : "";
        return new(Name, Heading,
            "A row is one place in the pool of streams that the first server opens to the second. Its upper half is " +
            "what the first one takes it for, its lower half what is true (blank: it lives). Symbols stand where " +
            "either server gave up a stream, and how it learned; a red outline is wrong blame: that stream and its " +
            $"peer were alive.{fewer}{panels}" + Thinning.Bands(shown.Select(r => r.Streams.Faults.Count))
            + Thinning.Lanes(shown.Select(r => (r.Streams.Lanes.Count, r.Streams.Marks.Count))), spec);
    }

    private static IEnumerable<JsonObject> Rows(
        string panel, FederationResult streams, string[] rows, Func<Instant, double> place)
    {
        JsonObject Row(string kind, int route, string part, Instant from, Instant to) => new()
        {
            ["kind"] = kind, ["panel"] = panel, ["row"] = streams.Names[route], ["part"] = part, ["x"] = place(from),
            ["x2"] = place(to), ["time"] = from == to ? Time(from) : $"{Time(from)} to {Time(to)}",
        };
        bool IsShown(int route) => rows.Contains(streams.Names[route]);
        foreach (LaneSegment lane in Thinning.Longest(
            [.. streams.Lanes.Where(l => IsShown(l.Client) && l.To > l.From)]))
        {
            JsonObject row = Row("lane", lane.Client, Belief, lane.From, lane.To);
            row["state"] = Words.Of(lane.State);
            yield return row;
        }
        foreach (FaultBand band in Thinning.Of([.. streams.Faults.Where(b => IsShown(b.Client))],
            Thinning.MostBands))
        {
            JsonObject row = Row("fault", band.Client, Truth, band.From, band.To);
            row["fault"] = band.Kind.Word;
            yield return row;
        }
        foreach (LaneMark mark in Thinning.Of(
            [.. streams.Marks.Where(m => IsShown(m.Client) && m.Claim != Claim.None)], Thinning.MostMarks))
        {
            JsonObject row = Row("mark", mark.Client, Belief, mark.At, mark.At);
            row["family"] = Words.Family(mark.Mechanism);
            row["mechanism"] = Words.Of(mark.Mechanism);
            row["claim"] = Words.Of(mark.Claim);
            row["verdict"] = mark.FalseAlarm ? Wrong : Right;
            string[] ends = streams.Names[mark.Client].Split('#')[0].Split("->");
            row["by"] = ends[(int)mark.Side];
            yield return row;
        }
    }

    private static string Time(Instant at) => Units.Format(at.TotalSeconds, Unit.Seconds);

    private static JsonObject[] Layers(
        IEnumerable<FederationResult> streams, string[] rows, DisplayUnit unit, double seconds)
    {
        JsonObject X() => VegaLite.Quantity("x", $"time ({unit.Symbol})", new JsonObject
        {
            ["nice"] = false, ["domain"] = VegaLite.Numbers([0, TimeAxis.Round(seconds / unit.Divisor)]),
        });
        JsonObject Y()
        {
            JsonObject y = VegaLite.Name("row");
            y["sort"] = VegaLite.Strings(rows);
            y["scale"] = new JsonObject { ["domain"] = VegaLite.Strings(rows), ["paddingInner"] = 0.12 };
            y["axis"] = new JsonObject { ["labelLimit"] = 220 };
            return y;
        }
        JsonObject Part()
        {
            JsonObject part = VegaLite.Name("part");
            part["scale"] = new JsonObject { ["domain"] = VegaLite.Strings([Belief, Truth]) };
            return part;
        }
        JsonObject Coloured(string field, string title, IEnumerable<(string, string)> entries)
        {
            JsonObject channel = VegaLite.Name(field, title);
            channel["scale"] = Palette.Scale(entries);
            return channel;
        }
        FederationResult[] all = [.. streams];
        FaultKind[] kinds = [.. all.SelectMany(s => s.Faults).Select(f => f.Kind).Distinct().OrderBy(FaultKinds.Place)];
        string[] states = [.. all.SelectMany(s => s.Lanes).Select(l => Words.Of(l.State)).Distinct()];
        string[] families = [.. Words.Families
            .Where(f => all.Any(s => s.Marks.Any(m => m.Claim != Claim.None && Words.Family(m.Mechanism) == f)))];
        JsonObject shape = VegaLite.Name("family", "given up by");
        shape["scale"] = LanesFigure.Symbols(families);
        JsonObject[] layers =
        [
            VegaLite.Layer("lane", new JsonObject { ["type"] = "rect", ["clip"] = true },
                ("x", X()), ("x2", new JsonObject { ["field"] = "x2" }), ("y", Y()), ("yOffset", Part()),
                ("color", Coloured("state", "believed", Palette.States.Where(s => states.Contains(s.Word)))),
                ("tooltip", VegaLite.Tooltip(("row", "stream"), ("state", "believed"), ("time", "time"))))
                .With(VegaLite.Zoom("x")),
            VegaLite.Layer("fault", new JsonObject { ["type"] = "rect", ["clip"] = true },
                ("x", X()), ("x2", new JsonObject { ["field"] = "x2" }), ("y", Y()), ("yOffset", Part()),
                ("fill", Coloured("fault", "true", kinds.Select(k => (k.Word, k.Colour)))),
                ("tooltip", VegaLite.Tooltip(("row", "stream"), ("fault", "true"), ("time", "time")))),
            VegaLite.Layer("mark", new JsonObject { ["type"] = "point", ["size"] = 50, ["fill"] = MarkFill,
                ["opacity"] = 1, ["clip"] = true },
                ("x", X()), ("y", Y()), ("yOffset", Part()), ("shape", shape),
                ("stroke", Coloured("verdict", "blame", [(Right, "#222222"), (Wrong, "#EE1111")])),
                ("strokeWidth", new JsonObject
                {
                    ["condition"] = new JsonObject { ["test"] = $"datum.verdict === '{Wrong}'", ["value"] = 2.5 },
                    ["value"] = 1.2,
                }),
                ("tooltip", VegaLite.Tooltip(("row", "stream"), ("by", "given up by"), ("mechanism", "mechanism"),
                    ("claim", "claim"), ("verdict", "blame"), ("time", "at")))),
        ];
        // a legend without entries spoils the layout of the whole
        return [.. layers.Where((_, i) => i == 0 || (i == 1 ? kinds.Length > 0 : families.Length > 0))];
    }
}
