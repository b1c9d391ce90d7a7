using System.Text.Json.Nodes;

namespace Lab.Reports;

/// <summary>
/// The keys of a chart: lists of colours, symbols and dashes from which what is drawn takes its own, by expressions,
/// and a view of no height that has the legends, one below the other.
/// </summary>
internal sealed class VegaKeys
{
    /// <summary>What an outlined symbol is filled with: stands out from white and from black.</summary>
    public const string MarkFill = "#c4c4c4";
    private const double Faint = 0.12, LeastPatch = 0.5;

    private readonly Chart chart;
    private readonly List<Key> all = [];
    private readonly Dictionary<Key, Dictionary<string, int>> words = new(ReferenceEqualityComparer.Instance);

    public VegaKeys(Chart chart)
    {
        this.chart = chart;
        foreach (Key key in chart.Keys.Concat(Used().SelectMany(u => u.Keys)))
        {
            if (words.ContainsKey(key)) continue;
            words[key] = key.Entries.Select((e, i) => (e.Word, i)).ToDictionary(e => e.Word, e => e.i);
            all.Add(key);
        }
    }

    /// <summary>The lists: w0[place] is a word, c0 colours (or nothing: that of text), s0 symbols, e0 dashes,
    /// o0 opacities.</summary>
    public IEnumerable<JsonObject> Parameters => all.SelectMany((key, i) => ((string, JsonArray?)[])
    [
        ($"w{i}", chart.Keys.Contains(key) ? List(key, e => e.Word) : null),
        ($"c{i}", List(key, e => e.Colour)),
        ($"s{i}", key.Entries.Any(e => e.Symbol is not null) ? List(key, e => Word(e.Symbol ?? Symbol.Circle)) : null),
        ($"e{i}", key.Entries.Any(e => e.Dash != Dash.Solid) ? List(key, e => Pattern(e.Dash)) : null),
        ($"o{i}", key.Entries.Any(e => e.Opacity < 1) ? List(key, e => e.Opacity) : null),
    ]).Where(list => list.Item2 is not null)
        .Select(list => new JsonObject { ["name"] = list.Item1, ["value"] = list.Item2 });

    /// <summary>The field that holds the place of an item's word.</summary>
    public string Field(Key key) => $"k{IndexOf(key)}";

    public int PlaceOf(Key key, string word) => words[key][word];

    public JsonObject Colour(Key key) => Expression($"c{IndexOf(key)}[datum.{Field(key)}] || ink");

    /// <summary>Wide where the word has a colour, so that it stands out.</summary>
    public JsonObject OutlineWidth(Key key) => Expression($"c{IndexOf(key)}[datum.{Field(key)}] ? 2.5 : 1.2");

    public JsonNode Shape(Key key) => key.Entries.Any(e => e.Symbol is not null)
        ? Expression($"s{IndexOf(key)}[datum.{Field(key)}]") : JsonValue.Create("circle");

    /// <summary>Null where all lines are solid.</summary>
    public JsonObject? DashOf(Key key) => key.Entries.Any(e => e.Dash != Dash.Solid)
        ? Expression($"e{IndexOf(key)}[datum.{Field(key)}]") : null;

    /// <summary>The channel of opacity: faint where another word of the key is picked. Null at full strength.</summary>
    public JsonObject? Opacity(Key? key, double strength = 1)
    {
        JsonNode Strong(double share) => key is not null && key.Entries.Any(e => e.Opacity < 1)
            ? Expression(FormattableString.Invariant(
                $"o{IndexOf(key)}[datum.{Field(key)}] * {strength * share}"))
            : JsonValue.Create(Math.Round(strength * share, 4));
        if (key is { CanPick: true } && chart.Keys.Contains(key))
            return new()
            {
                ["condition"] = new JsonObject { ["param"] = Pick(key), ["value"] = Strong(1) },
                ["value"] = Strong(Faint),
            };
        return strength == 1 && (key is null || key.Entries.All(e => e.Opacity == 1)) ? null
            : new() { ["value"] = Strong(1) };
    }

    /// <summary>Null without a key to show.</summary>
    public JsonObject? Legends()
    {
        Key[] shown = [.. chart.Keys.Where(k => k.Entries.Count > 0)];
        if (shown.Length == 0) return null;
        // of every channel that a legend has; one that is shared would stand apart, before the others
        JsonObject Independent() => new(((string[])["color", "fill", "stroke", "shape", "strokeDash"]).Select(c =>
            KeyValuePair.Create<string, JsonNode?>(c, "independent")));
        return new()
        {
            ["height"] = 1, ["view"] = new JsonObject { ["stroke"] = null },
            ["layer"] = new JsonArray([.. shown.Select(Legend)]),
            ["resolve"] = new JsonObject { ["scale"] = Independent(), ["legend"] = Independent() },
        };
    }

    private JsonObject Legend(Key key)
    {
        (JsonObject mark, string colours) = Look(key);
        JsonObject encoding = [];
        bool coloured = key.Entries.Any(e => e.Colour is not null);
        if (coloured) encoding[colours] = Channel(key, e => e.Colour ?? (JsonNode)Expression("ink"));
        bool isLine = mark["type"]!.GetValue<string>() == "line";
        if (!isLine && key.Entries.Any(e => e.Symbol is not null))
            encoding["shape"] = Channel(key, e => Word(e.Symbol ?? Symbol.Circle));
        if (isLine && DashOf(key) is not null) encoding["strokeDash"] = Channel(key, e => Pattern(e.Dash));
        JsonObject layer = new()
        {
            ["data"] = new JsonObject { ["values"] = new JsonArray() }, ["mark"] = mark, ["encoding"] = encoding,
        };
        if (key.CanPick)
            layer["params"] = new JsonArray(new JsonObject
            {
                ["name"] = Pick(key),
                ["select"] = new JsonObject { ["type"] = "point", ["fields"] = new JsonArray(Field(key)) },
                ["bind"] = "legend",
            });
        return layer;
    }

    /// <summary>As the key's items are drawn: a line, a symbol, an outline or a patch; and what its colours are
    /// of.</summary>
    private (JsonObject Mark, string Colours) Look(Key key)
    {
        Layer[] layers = [.. Used().Where(u => u.Keys.Contains(key)).Select(u => u.Layer)];
        if (layers.Any(l => l is Lines)) return (new() { ["type"] = "line", ["strokeWidth"] = 2 }, "color");
        if (layers.OfType<Marks>().Any(m => ReferenceEquals(m.Outline, key)))
            return (new() { ["type"] = "point", ["fill"] = MarkFill, ["opacity"] = 1 }, "stroke");
        if (layers.OfType<Marks>().FirstOrDefault(m => ReferenceEquals(m.Key, key)) is { } marks)
            return marks.Outline is null
                ? (new() { ["type"] = "point", ["filled"] = true, ["opacity"] = 1 }, "color")
                : (new() { ["type"] = "point", ["fill"] = MarkFill, ["stroke"] = Expression("ink"), ["opacity"] = 1 },
                    "fill");
        // an area that is faint in the panel must still be told by its patch
        return (new() { ["type"] = "rect", ["opacity"] = Math.Max(LeastPatch, key.Entries.Min(e => e.Opacity)) },
            "color");
    }

    private JsonObject Channel(Key key, Func<KeyEntry, JsonNode?> range) => new()
    {
        ["field"] = Field(key), ["type"] = "nominal",
        ["scale"] = new JsonObject
        {
            ["domain"] = new JsonArray([.. key.Entries.Select((_, i) => JsonValue.Create(i))]),
            ["range"] = List(key, range),
        },
        ["legend"] = new JsonObject
        {
            ["title"] = key.Title, ["labelExpr"] = $"w{IndexOf(key)}[datum.value]",
            // for charts.js, which knows the width
            ["columns"] = new JsonArray([.. key.Entries.Select(e => JsonValue.Create(e.Word.Length))]),
        },
    };

    private string Pick(Key key) => $"pick{IndexOf(key)}";

    private int IndexOf(Key key) => all.FindIndex(k => ReferenceEquals(k, key));

    private static JsonArray List(Key key, Func<KeyEntry, JsonNode?> entry) => new([.. key.Entries.Select(entry)]);

    private IEnumerable<(Layer Layer, Key[] Keys)> Used() => chart.Panels.SelectMany(p => p.Layers).Select(l => (l,
        ((Key?[])(l switch
        {
            Lines lines => [lines.Key],
            Marks marks => [marks.Key, marks.Outline],
            Segments segments => [segments.Key],
            Boxes boxes => [boxes.Key],
            _ => [],
        })).OfType<Key>().ToArray()));

    public static JsonObject Expression(string expression) => new() { ["expr"] = expression };

    private static string Word(Symbol symbol) => Words.Of(symbol);

    private static JsonArray Pattern(Dash dash) => dash switch
    {
        Dash.Solid => [1, 0],
        Dash.Long => [9, 3],
        Dash.Short => [4, 2],
        Dash.Mixed => [9, 3, 2, 3],
        _ => throw new ArgumentOutOfRangeException(nameof(dash)),
    };
}
