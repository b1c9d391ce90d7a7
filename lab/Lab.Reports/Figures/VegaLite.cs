using System.Text.Json.Nodes;

namespace Lab.Reports;

/// <summary>How the panels of a figure share its width; charts.js fits them to the page.</summary>
/// <param name="Columns">Panels beside each other where there is room.</param>
/// <param name="Narrowest">Least useful width of a panel, px.</param>
/// <param name="Left">Width of the vertical axis with its labels, px.</param>
/// <param name="LegendCharacters">Longest legend label.</param>
internal sealed record Layout(int Columns, int Narrowest, int Left, int LegendCharacters, int Height);

/// <summary>The few Vega-Lite phrases that all figures use.</summary>
internal static class VegaLite
{
    public const string Schema = "https://vega.github.io/schema/vega-lite/v6.json";

    /// <summary>
    /// A title, the data, and layers that are repeated for each panel. Every layer takes its rows from the common data
    /// by a filter on "kind", because only common data is divided among panels.
    /// </summary>
    public static JsonObject Panels(
        Study study, string title, string? seeds, IReadOnlyList<string> panels, Layout layout,
        IEnumerable<JsonObject> rows,
        params JsonObject[] layers)
    {
        JsonObject plot = new() { ["width"] = 600, ["height"] = layout.Height, ["layer"] = new JsonArray([.. layers]) };
        JsonObject spec = new()
        {
            ["$schema"] = Schema,
            ["title"] = new JsonObject { ["text"] = title, ["subtitle"] = study.Subtitle(seeds) },
            ["data"] = new JsonObject { ["values"] = new JsonArray([.. rows]) },
        };
        if (panels.Count > 1)
        {
            spec["facet"] = new JsonObject
            {
                ["field"] = "panel", ["type"] = "nominal", ["sort"] = Strings(panels), ["title"] = null,
            };
            spec["columns"] = layout.Columns;
            spec["spec"] = plot;
            // Beside each other, the last row may be shorter than the others: then each panel needs its own axis below.
            if (layout.Columns > 1)
                spec["resolve"] = new JsonObject { ["axis"] = new JsonObject { ["x"] = "independent" } };
        }
        else
        {
            foreach (string key in (string[])["width", "height", "layer"])
            {
                JsonNode? value = plot[key];
                plot.Remove(key);
                spec[key] = value;
            }
        }
        spec["usermeta"] = new JsonObject
        {
            ["lab"] = new JsonObject
            {
                ["columns"] = panels.Count > 1 ? layout.Columns : 1, ["narrowest"] = layout.Narrowest,
                    ["left"] = layout.Left,
                ["legend"] = layout.LegendCharacters,
            },
        };
        return spec;
    }

    /// <summary>One layer: the rows of a kind, a mark, channels.</summary>
    public static JsonObject Layer(string kind, JsonNode mark, params (string Channel, JsonNode? Definition)[] channels)
    {
        JsonObject encoding = [];
        foreach ((string channel, JsonNode? definition) in channels) encoding[channel] = definition;
        return new JsonObject
        {
            ["transform"] = new JsonArray(new JsonObject { ["filter"] = new JsonObject { ["field"] = "kind",
                ["equal"] = kind } }),
            ["mark"] = mark,
            ["encoding"] = encoding,
        };
    }

    /// <summary>Adds a selection to a layer; the first layer of a figure carries it for all.</summary>
    public static JsonObject With(this JsonObject layer, params JsonObject[] parameters)
    {
        layer["params"] = new JsonArray([.. parameters]);
        return layer;
    }

    /// <summary>A click on a legend entry singles it out.</summary>
    public static JsonObject PickPolicy() => new()
    {
        ["name"] = "pick",
        ["select"] = new JsonObject { ["type"] = "point", ["fields"] = Strings(["policy"]) },
        ["bind"] = "legend",
    };

    /// <summary>Drag to pan, shift or ctrl and wheel to zoom: the plain wheel stays with the page.</summary>
    public static JsonObject Zoom(params string[] channels) => new()
    {
        ["name"] = "zoom",
        ["select"] = new JsonObject
        {
            ["type"] = "interval", ["encodings"] = Strings(channels),
                ["zoom"] = "wheel![event.shiftKey || event.ctrlKey]",
        },
        ["bind"] = "scales",
    };

    /// <summary>Full strength for what is picked, faint for the rest.</summary>
    public static JsonObject Picked() => new()
    {
        ["condition"] = new JsonObject { ["param"] = "pick", ["value"] = 1 }, ["value"] = 0.12,
    };

    public static JsonObject Quantity(string field, string? title, JsonObject? scale = null, JsonObject? axis = null)
    {
        JsonObject channel = new() { ["field"] = field, ["type"] = "quantitative", ["title"] = title };
        if (scale is not null) channel["scale"] = scale;
        if (axis is not null) channel["axis"] = axis;
        return channel;
    }

    public static JsonObject Name(string field, string? title = null) =>
        new() { ["field"] = field, ["type"] = "nominal", ["title"] = title };

    public static JsonObject Number(double value) => new() { ["value"] = value };

    /// <summary>Hover text: fields with their titles; shares are shown in percent.</summary>
    public static JsonArray Tooltip(params (string Field, string Title)[] fields) =>
        new([.. fields.Select(f => new JsonObject
        {
            ["field"] = f.Field, ["type"] = "nominal", ["title"] = f.Title,
        })]);

    public static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(v => JsonValue.Create(v))]);

    public static JsonArray Numbers(IEnumerable<double> values) => new([.. values.Select(v => JsonValue.Create(v))]);
}
