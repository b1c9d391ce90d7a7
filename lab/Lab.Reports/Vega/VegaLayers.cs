using System.Text.Json.Nodes;

namespace Lab.Reports;

/// <summary>
/// The layers of a panel as views of Vega-Lite over data of their own. Fields: x and y, u and v for the other end,
/// k0 and so on the place of the word in its key, h0 and so on what is told on hovering.
/// </summary>
internal sealed class VegaLayers(VegaKeys keys, JsonObject datasets)
{
    private const string Neutral = "#808080";
    private const double NeutralStrength = 0.16;

    public IEnumerable<JsonObject> Of(Layer layer, Panel panel) => layer switch
    {
        Lines lines => Curves(lines, panel),
        Marks marks => ByHover(marks.Items, m => m.Hover).Select(items => Symbols(marks, items, panel)),
        Segments segments => ByHover(segments.Items, s => s.Hover).Select(items => Rules(segments, items, panel)),
        Boxes boxes => ByHover(boxes.Items, b => b.Hover).Select(items => Rectangles(boxes, items, panel)),
        Labels labels => Texts(labels, panel),
        _ => throw new ArgumentOutOfRangeException(nameof(layer), layer, null),
    };

    /// <summary>Items that tell the same names on hovering share a view; without items there is one, too, so that
    /// charts of the same kind have the same views.</summary>
    private static IEnumerable<T[]> ByHover<T>(IReadOnlyList<T> items, Func<T, Hover?> hover) => items.Count == 0
        ? [[]]
        : items.GroupBy(i => hover(i) is { } h ? string.Join('\n', h.Lines.Select(l => l.Name)) : "")
            .Select(g => g.ToArray());

    private IEnumerable<JsonObject> Curves(Lines lines, Panel panel)
    {
        (int Line, string Word, Place At)[] points =
            [.. lines.Items.SelectMany((line, i) => line.Points.Select(p => (i, line.Word, p)))];
        if (points.Length == 0) yield break;
        Columns<(int Line, string Word, Place At)> data = new(points);
        data.Number("x", p => p.At.X, panel.X).Number("y", p => p.At.Y, panel.Y)
            .Index("i", p => p.Line).Index(keys.Field(lines.Key), p => keys.PlaceOf(lines.Key, p.Word));
        bool told = Tell(data, points, p => p.At.Hover);
        string name = Add(data.Json);
        JsonObject mark = new()
        {
            ["type"] = "line", ["clip"] = true, ["strokeWidth"] = lines.Width, ["stroke"] = keys.Colour(lines.Key),
        };
        if (lines.Steps) mark["interpolate"] = "step-after";
        if (keys.DashOf(lines.Key) is { } dash) mark["strokeDash"] = dash;
        yield return View(name, mark, ("detail", new JsonObject { ["field"] = "i" }),
            ("order", new JsonObject { ["value"] = null }), ("opacity", keys.Opacity(lines.Key)));
        if (told)
            yield return View(name, new JsonObject { ["type"] = "point", ["size"] = 90, ["clip"] = true },
                ("opacity", new JsonObject { ["value"] = 0 }), ("tooltip", new JsonArray()));
    }

    private JsonObject Symbols(Marks marks, Mark[] items, Panel panel)
    {
        Columns<Mark> data = new(items);
        data.Number("x", m => m.X, panel.X).Number("y", m => m.Y, panel.Y)
            .Index(keys.Field(marks.Key), m => keys.PlaceOf(marks.Key, m.Word));
        JsonObject mark = new()
        {
            ["type"] = "point", ["clip"] = true, ["size"] = Math.Round(marks.Pixels * marks.Pixels),
            ["shape"] = keys.Shape(marks.Key),
        };
        if (marks.Outline is { } outline)
        {
            data.Index(keys.Field(outline), m => keys.PlaceOf(outline, m.Outline!));
            mark["fill"] = VegaKeys.MarkFill;
            mark["stroke"] = keys.Colour(outline);
            mark["strokeWidth"] = keys.OutlineWidth(outline);
            mark["cursor"] = VegaKeys.Expression("datum.to ? 'pointer' : null");
        }
        else
        {
            mark["fill"] = keys.Colour(marks.Key);
            mark["strokeWidth"] = 0;
        }
        if (items.Any(m => m.Link is not null)) data.Text("to", m => m.Link ?? "");
        Tell(data, items, m => m.Hover);
        JsonObject opacity = keys.Opacity(marks.Key, marks.Opacity) ?? new() { ["value"] = 1 };
        return View(Add(data.Json), mark, ("opacity", opacity), ("tooltip", new JsonArray()));
    }

    private JsonObject Rules(Segments segments, Segment[] items, Panel panel)
    {
        Columns<Segment> data = new(items);
        data.Number("x", s => s.X1, panel.X).Number("y", s => s.Y1, panel.Y)
            .Number("u", s => s.X2, panel.X).Number("v", s => s.Y2, panel.Y);
        JsonObject mark = new() { ["type"] = "rule", ["clip"] = true, ["strokeWidth"] = segments.Width };
        if (segments.Key is { } key)
        {
            data.Index(keys.Field(key), s => s.Word is { } word ? keys.PlaceOf(key, word) : -1);
            mark["stroke"] = keys.Colour(key);
        }
        else
        {
            mark["stroke"] = Neutral;
        }
        Tell(data, items, s => s.Hover);
        return View(Add(data.Json), mark, Other("x2", "u"), Other("y2", "v"), ("opacity", keys.Opacity(segments.Key)),
            ("tooltip", new JsonArray()));
    }

    private JsonObject Rectangles(Boxes boxes, Box[] items, Panel panel)
    {
        Columns<Box> data = new(items);
        data.Number("x", b => b.X1, panel.X).Number("y", b => b.Y1, panel.Y)
            .Number("u", b => b.X2, panel.X).Number("v", b => b.Y2, panel.Y);
        JsonObject mark = new() { ["type"] = "rect", ["clip"] = true, ["fill"] = Neutral };
        double strength = 1;
        if (boxes.Key is { } key)
        {
            data.Index(keys.Field(key), b => keys.PlaceOf(key, b.Word!));
            mark["fill"] = keys.Colour(key);
        }
        else if (items.Any(b => b.Fill is not null))
        {
            data.Text("f", b => b.Fill ?? Neutral);
            mark["fill"] = VegaKeys.Expression("datum.f");
        }
        else
        {
            strength = NeutralStrength;
        }
        Tell(data, items, b => b.Hover);
        JsonObject opacity = keys.Opacity(boxes.Key, strength) ?? new() { ["value"] = 1 };
        return View(Add(data.Json), mark, Other("x2", "u"), Other("y2", "v"), ("opacity", opacity),
            ("tooltip", new JsonArray()));
    }

    /// <summary>Twice each, the halo behind. What stands at an end of the axis stays there when the rest is
    /// moved.</summary>
    private IEnumerable<JsonObject> Texts(Labels labels, Panel panel)
    {
        foreach (IGrouping<(Anchor Anchor, string? Colour, Edge Edge), Label> group in labels.Items.GroupBy(l =>
            (l.Anchor, l.Colour, l.X == panel.X.From ? Edge.Start : l.X == panel.X.To ? Edge.End : Edge.None)))
        {
            Columns<Label> data = new([.. group]);
            data.Number("x", l => l.X, panel.X).Number("y", l => l.Y, panel.Y).Text("t", l => l.Text);
            string name = Add(data.Json);
            bool halo = group.Key.Colour is null;
            foreach (string style in (string[])(halo ? ["halo", "label"] : ["label"]))
            {
                JsonObject mark = new()
                {
                    ["type"] = "text", ["style"] = style, ["baseline"] = "middle",
                    ["clip"] = group.Key.Edge == Edge.None,
                    ["align"] = group.Key.Anchor switch
                    {
                        Anchor.Start => "left", Anchor.End => "right", _ => "center",
                    },
                    ["dx"] = group.Key.Anchor switch { Anchor.Start => 5, Anchor.End => -5, _ => 0 },
                };
                if (!halo) mark["color"] = group.Key.Colour;
                JsonObject? x = group.Key.Edge switch
                {
                    Edge.Start => new() { ["value"] = 0 }, Edge.End => new() { ["value"] = "width" }, _ => null,
                };
                yield return View(name, mark, ("x", x), ("text", new JsonObject { ["field"] = "t" }));
            }
        }
    }

    private enum Edge { None, Start, End }

    private static (string, JsonNode?) Other(string channel, string field) =>
        (channel, new JsonObject { ["field"] = field });

    private string Add(JsonObject data)
    {
        string name = $"d{datasets.Count}";
        datasets[name] = data;
        return name;
    }

    /// <summary>Puts what is told on hovering into the data, with its names; charts.js fills the tooltips. False where
    /// nothing is told.</summary>
    private static bool Tell<T>(Columns<T> data, IReadOnlyList<T> items, Func<T, Hover?> hover)
    {
        if (items.Count == 0 || hover(items[0]) is not { } first) return false;
        data.Names(first.Lines.Select(l => l.Name));
        for (int i = 0; i < first.Lines.Count; i++)
        {
            int line = i;
            data.Text($"h{i}", item => hover(item) is { } h ? h.Lines[line].Text : "");
        }
        return true;
    }

    private static JsonObject View(
        string data, JsonObject mark, params (string Channel, JsonNode? Definition)[] channels)
    {
        JsonObject encoding = [];
        foreach ((string channel, JsonNode? definition) in channels)
            if (definition is not null) encoding[channel] = definition;
        return new() { ["data"] = new JsonObject { ["name"] = data }, ["mark"] = mark, ["encoding"] = encoding };
    }
}
