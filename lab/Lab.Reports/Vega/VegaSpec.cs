using System.Text.Json.Nodes;

namespace Lab.Reports;

/// <summary>
/// A chart as a Vega-Lite specification, fitted to a page by charts.js. Every axis is quantitative, words stand as
/// ticks; each panel is a view with axes of its own. Legends stand in a view above the panels: what is drawn takes its
/// colours and symbols from lists (params) by the place of its word in its key, so that panels need no scale in common.
/// </summary>
internal sealed class VegaSpec
{
    private const string Schema = "https://vega.github.io/schema/vega-lite/v6.json";
    private const int CharacterPixels = 6, LeastLeft = 58;

    private readonly Chart chart;
    private readonly VegaKeys keys;
    private readonly JsonArray parameters = [];
    private readonly Dictionary<string, string> tickLists = [];

    private VegaSpec(Chart chart)
    {
        this.chart = chart;
        keys = new(chart);
        foreach (JsonNode list in keys.Parameters) parameters.Add(list);
    }

    public static JsonObject Of(Chart chart) => new VegaSpec(chart).Whole();

    /// <summary>
    /// A chart with others of as many panels, in usermeta.lab.others: of each its name and those members that differ
    /// from the chart's.
    /// </summary>
    public static JsonObject Of(Chart chart, IReadOnlyList<(string Name, Chart Chart)> alternatives)
    {
        JsonObject whole = Of(chart);
        if (alternatives.Count == 0) return whole;
        Dictionary<string, string> known = whole.ToDictionary(m => m.Key, m => m.Value!.ToJsonString());
        JsonArray others = [];
        foreach ((string name, Chart alternative) in alternatives)
        {
            JsonObject other = new() { ["name"] = name };
            foreach ((string key, JsonNode? value) in Of(alternative))
                if (value!.ToJsonString() != known.GetValueOrDefault(key)) other[key] = value.DeepClone();
            others.Add(other);
        }
        whole["usermeta"]!["lab"]!["others"] = others;
        return whole;
    }

    private JsonObject Whole()
    {
        JsonObject datasets = [];
        VegaLayers layers = new(keys, datasets);
        JsonArray panels = [.. chart.Panels.Select((p, i) => Panel(p, i, layers))];
        foreach (JsonNode zoom in Zooms()) parameters.Add(zoom);
        JsonArray views = [];
        if (keys.Legends() is { } legends) views.Add(legends);
        views.Add(new JsonObject { ["concat"] = panels });
        return new()
        {
            ["$schema"] = Schema,
            ["title"] = new JsonObject { ["text"] = chart.Title, ["subtitle"] = chart.Subtitle },
            ["description"] = chart.Description,
            ["usermeta"] = new JsonObject
            {
                ["lab"] = new JsonObject
                {
                    ["columns"] = Math.Min(chart.Columns, chart.Panels.Count), ["narrowest"] = chart.PanelWidth,
                    ["left"] = chart.Panels.Max(LeftPixels),
                    ["shown"] = Math.Min(chart.ShownPanels, chart.Panels.Count),
                },
            },
            ["params"] = parameters,
            ["datasets"] = datasets,
            ["vconcat"] = views,
        };
    }

    /// <summary>Room for a vertical axis.</summary>
    private static int LeftPixels(Panel panel)
    {
        int longest = panel.Y.Ticks is { Count: > 0 } ticks ? ticks.Max(t => t.Text.Length) : 0;
        return Math.Max(LeastLeft, 16 + longest * CharacterPixels + (panel.Y.Title is null ? 0 : 20));
    }

    private JsonObject Panel(Panel panel, int index, VegaLayers layers)
    {
        JsonObject view = [];
        if (panel.Title != "") view["title"] = panel.Title;
        view["height"] = panel.Height ?? chart.PanelHeight;
        view["encoding"] = new JsonObject { ["x"] = Channel("x", panel.X), ["y"] = Channel("y", panel.Y) };
        // carries the axes and the zoom, whatever is drawn
        JsonObject carrier = new()
        {
            ["name"] = Name(index), ["data"] = new JsonObject { ["values"] = new JsonArray() }, ["mark"] = "point",
        };
        view["layer"] = new JsonArray([carrier, .. panel.Layers.SelectMany(l => layers.Of(l, panel))]);
        return view;
    }

    private static string Name(int panel) => $"v{panel}";

    private JsonObject Channel(string field, Axis axis)
    {
        JsonObject scale = new() { ["domain"] = Numbers([axis.From, axis.To]), ["nice"] = false };
        scale[axis.Logarithmic ? "type" : "zero"] = axis.Logarithmic ? "log" : false;
        JsonObject marks = [];
        if (axis.Ticks is { } ticks)
        {
            string list = TickList(ticks);
            marks["values"] = new JsonObject { ["expr"] = $"{list}.v" };
            marks["labelExpr"] = $"{list}.t[indexof({list}.v, datum.value)]";
        }
        if (axis.Percent) marks["labelExpr"] = "format(datum.value * 100, '.3~f') + ' %'";
        if (!axis.Grid) marks["grid"] = false;
        if (axis.IsWords)
        {
            marks["ticks"] = false;
            marks["labelPadding"] = 5;
            marks["labelOverlap"] = false;
        }
        return new()
        {
            ["field"] = field, ["type"] = "quantitative", ["title"] = axis.Title, ["scale"] = scale, ["axis"] = marks,
        };
    }

    /// <summary>The name of the list of these ticks; equal ones are stated once.</summary>
    private string TickList(IReadOnlyList<Tick> ticks)
    {
        JsonObject list = new()
        {
            ["v"] = Numbers(ticks.Select(t => t.At)),
            ["t"] = new JsonArray([.. ticks.Select(t => JsonValue.Create(t.Text))]),
        };
        string text = list.ToJsonString();
        if (tickLists.TryGetValue(text, out string? known)) return known;
        string name = tickLists[text] = $"t{tickLists.Count}";
        parameters.Add(new JsonObject { ["name"] = name, ["value"] = list });
        return name;
    }

    /// <summary>Panels whose horizontal axes are equal move together; the plain wheel stays with the page.</summary>
    private IEnumerable<JsonObject> Zooms()
    {
        List<(Axis X, List<string> Views)> groups = [];
        for (int i = 0; i < chart.Panels.Count; i++)
        {
            Axis x = chart.Panels[i].X;
            if (x.IsWords) continue;
            if (groups.FirstOrDefault(g => g.X.SameScale(x)) is { Views: { } views }) views.Add(Name(i));
            else groups.Add((x, [Name(i)]));
        }
        return groups.Select((g, i) => new JsonObject
        {
            ["name"] = $"zoom{i}",
            ["select"] = new JsonObject
            {
                ["type"] = "interval", ["encodings"] = new JsonArray("x"),
                ["zoom"] = "wheel![event.shiftKey || event.ctrlKey]",
            },
            ["bind"] = "scales",
            ["views"] = new JsonArray([.. g.Views.Select(v => JsonValue.Create(v))]),
        });
    }

    private static JsonArray Numbers(IEnumerable<double> values) => new([.. values.Select(v => JsonValue.Create(v))]);
}
