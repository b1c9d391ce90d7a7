using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Files;

/// <summary>
/// The JSON Schemas (draft 7, which editors know best) of scenario and topology files, from the tree of keys. They say
/// what can be said of a value where it stands, and refuse nothing that lab check takes, but what only vary completes.
/// </summary>
internal sealed class Schema
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly IReadOnlyList<string> Kinds = ["scenario", "topology"];

    private readonly JsonObject definitions = [];

    /// <summary>The schema as text; null when there is no such kind of file.</summary>
    public static string? Of(string kind) => kind switch
    {
        "scenario" => new Schema().File(typeof(Scenario), "A scenario of the lab"),
        "topology" => new Schema().File(typeof(Topology), "A topology of the lab"),
        _ => null,
    };

    private string File(Type type, string title)
    {
        JsonObject record = Of(KeyTree.Of(type));
        var schema = new JsonObject { ["$schema"] = "http://json-schema.org/draft-07/schema#", ["title"] = title };
        foreach ((string key, JsonNode? value) in record) schema[key] = value?.DeepClone();
        schema["definitions"] = definitions;
        return schema.ToJsonString(Layout).ReplaceLineEndings("\n") + "\n";
    }

    private JsonObject Of(Part part)
    {
        var properties = new JsonObject();
        foreach (Key key in part.Keys) properties[key.Name] = Of(part, key);
        var record = new JsonObject
        {
            ["type"] = "object", ["description"] = part.Meaning, ["additionalProperties"] = false,
            ["properties"] = properties,
        };
        string[] required = [.. part.Keys.Where(k => k.Required).Select(k => k.Name)];
        if (part.Type == typeof(Topology)) required = ["servers", "clients"];
        if (required.Length > 0) record["required"] = Texts(required);
        foreach ((string word, JsonNode? rule) in SchemaRules.Of(part.Type)) record[word] = rule!.DeepClone();
        return record;
    }

    private JsonObject Of(Part part, Key key)
    {
        JsonNode value = FileKey(part, key) ?? Formed(part, key);
        if (key.Besides.Count > 0) value = Any(value, Enum(key.Besides));
        JsonObject described = value is JsonObject plain && plain["$ref"] is null ? plain
            : new JsonObject { ["allOf"] = new JsonArray(value) };
        var about = new JsonObject { ["description"] = Description(key) };
        if (key.Default is { } usual) about["default"] = Json(usual);
        about["examples"] = new JsonArray(Json(key.Example));
        foreach ((string word, JsonNode? rest) in described) about.TryAdd(word, rest?.DeepClone());
        return about;
    }

    private static string Description(Key key)
    {
        var text = new List<string> { key.Meaning };
        if (key.Unit.Length > 0) text.Add($"In {key.Unit switch
        {
            "time" => "us, ms, s, m, h or d", "size" => "B, kB, MB, GB, KiB, MiB or GiB",
            "rate" => "bit/s, kbit/s, Mbit/s or Gbit/s", "the metric's" => "the metric's unit", string unit => unit,
        }}.");
        if (key.Range.Length > 0)
            text.Add($"{char.ToUpperInvariant(key.Range[0])}{key.Range[1..]}.");
        if (!key.Required) text.Add($"Without it: {key.Otherwise}.");
        foreach (Allowed word in key.Allowed.Take(key.Name == "metric" ? 0 : int.MaxValue))
            text.Add($"\n- {word.Word}: {word.Meaning}");
        return string.Join(' ', text).Replace(" \n", "\n", StringComparison.Ordinal);
    }

    private JsonNode Formed(Part part, Key key)
    {
        JsonNode one = Value(part, key);
        if (key is { Form: Form.List, Type: var item } && item == typeof(Duration))
            return Any(one, new JsonObject { ["type"] = "array", ["items"] = one.DeepClone() });
        if (key.Form == Form.List)
            return new JsonObject { ["type"] = "array", ["items"] = one };
        if (key.Form == Form.Names)
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = one };
        if (key.Shape is { } shape && Unions.EachWay(shape.Type) is not null)
            return Any(one, new JsonObject
            {
                ["type"] = "object", ["additionalProperties"] = false, ["required"] = Texts(["up", "down"]),
                ["properties"] = new JsonObject { ["up"] = one.DeepClone(), ["down"] = one.DeepClone() },
            });
        return one;
    }

    private JsonNode Value(Part part, Key key)
    {
        Type type = key.Type;
        if (key.Allowed.Count > 0) return Enum(key.Allowed.Select(a => a.Word));
        if (key.Shape?.Permille == true || type == typeof(int)) return Number(key);
        if (type == typeof(bool)) return new JsonObject { ["type"] = "boolean" };
        if (part.Type == typeof(LinkProfile) && key.Name == "profile")
            return Enum(Presets.Links.Entries.Select(e => e.Key.Text));
        if (part.Type == typeof(RadioProfile) && key.Name == "profile")
            return Enum(Presets.Radios.Entries.Select(e => e.Key.Text));
        if (type == typeof(LossProfile)) return Any(SchemaTexts.Of(typeof(Probability), null), Reference(type));
        // the name of a preset only, where a name is given to something
        bool defines = key.Form == Form.Names && part.Type != typeof(ClientSpec);
        if (type == typeof(PolicyChoice) || type == typeof(Policy) && part.Type == typeof(Scenario))
            return Named(Presets.Policies, defines, typeof(Policy));
        if (type == typeof(LinkChoice) || type == typeof(LinkProfile))
            return Named(Presets.Links, defines, typeof(LinkProfile));
        if (type == typeof(MiddleboxProfile)) return Named(Presets.Middleboxes, defines, type);
        if (type == typeof(SleepProfile)) return Named(Presets.Sleep, only: true, type);
        if (type == typeof(RadioChoice) || type == typeof(RadioProfile))
            return Named(Presets.Radios, defines, typeof(RadioProfile));
        if (Unions.ItemOf(type) is { } item)
            return new JsonObject
            {
                ["type"] = "array", ["items"] = key.Part is null ? SchemaTexts.Of(item, null) : Reference(item),
            };
        return key.Part is not null ? Reference(type) : SchemaTexts.Of(type, Limits.Of(key.Shape!.Property));
    }

    private JsonObject Named(Mapping presets, bool only, Type type)
    {
        JsonObject preset = Enum(presets.Entries.Select(e => e.Key.Text));
        return only ? Any(preset, Reference(type)) : Any(preset, SchemaTexts.Text, Reference(type));
    }

    // keys that take more than their record has
    private JsonNode? FileKey(Part part, Key key) => (part.Name, key.Name) switch
    {
        (_, _) when key.Shape is null => SchemaTexts.Text.DeepClone(),
        ("scenario", "topology") => Any(SchemaTexts.Text, Reference(typeof(Topology))),
        ("scenario", "name") => new JsonObject
        {
            ["type"] = SchemaTexts.Plain, ["pattern"] = "^[A-Za-z0-9_-][A-Za-z0-9._-]*$",
        },
        ("scenario", "seeds") => Any(
            new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = SweepReader.MostRuns },
            List(new JsonObject { ["type"] = "integer", ["minimum"] = 0 })),
        ("scenario", "network") => Any(Enum(NetworkWords.All), List(Enum(NetworkWords.All))),
        ("scenario", "vary") => new JsonObject
        {
            ["type"] = "object", ["additionalProperties"] = List(JsonValue.Create(true)),
            ["propertyNames"] = new JsonObject
            {
                ["pattern"] = @"^(?!(topology|name|network|seeds|baseline|expect)([.[]|$))(?!.*\.password$).",
            },
        },
        ("scenario", "baseline") => Any(SchemaTexts.Text,
            new JsonObject { ["type"] = "object", ["additionalProperties"] = true }),
        (_, "when") => new JsonObject { ["type"] = "object", ["additionalProperties"] = SchemaTexts.Text.DeepClone() },
        ("topology", "servers") => Names(@"^(?!.*->)[^@/\[\]:#\s]+$", typeof(ServerSpec)),
        ("topology", "clients") => Names("^[A-Za-z0-9_-]+$", typeof(ClientSpec)),
        ("s2s", "between") => new JsonObject
        {
            ["type"] = "array", ["items"] = SchemaTexts.Text.DeepClone(), ["minItems"] = 2, ["maxItems"] = 2,
        },
        _ => null,
    };

    private JsonObject Names(string pattern, Type type) => new()
    {
        ["type"] = "object", ["additionalProperties"] = Reference(type), ["minProperties"] = 1,
        ["propertyNames"] = new JsonObject { ["pattern"] = pattern },
    };

    private static JsonObject List(JsonNode items) =>
        new() { ["type"] = "array", ["minItems"] = 1, ["uniqueItems"] = true, ["items"] = items };

    private static JsonObject Number(Key key)
    {
        bool permille = key.Shape!.Permille;
        var number = new JsonObject { ["type"] = permille ? "number" : "integer" };
        Limit? limit = Limits.Of(key.Shape.Property);
        if (limit?.Only is { Count: > 0 } only) number["enum"] = new JsonArray([.. only.Select(n => (JsonNode)n)]);
        if ((limit?.Least ?? (permille ? 0 : null)) is { } least) number["minimum"] = least;
        if ((limit?.Most ?? (permille ? 1_000_000 : null)) is { } most && most < int.MaxValue) number["maximum"] = most;
        return number;
    }

    private JsonObject Reference(Type type)
    {
        Part part = KeyTree.PartOf(type)!;
        if (!definitions.ContainsKey(part.Name))
        {
            definitions[part.Name] = new JsonObject();   // taken, so that a record may hold itself
            definitions[part.Name] = Of(part);
        }
        return new JsonObject { ["$ref"] = "#/definitions/" + part.Name };
    }

    // a value of YAML as the value of JSON that editors read it as
    private static JsonNode Json(string text) =>
        YamlText.ReadAny(new Source("value", text), new Problems()) is { } node ? YamlJson.Of(node)! : text;

    private static JsonArray Texts(IEnumerable<string> words) => [.. words.Select(w => (JsonNode)w)];

    private static JsonObject Enum(IEnumerable<string> words) => new() { ["enum"] = Texts(words) };

    private static JsonObject Any(params JsonNode[] choices) =>
        new() { ["anyOf"] = new JsonArray([.. choices.Select(c => c.DeepClone())]) };
}
