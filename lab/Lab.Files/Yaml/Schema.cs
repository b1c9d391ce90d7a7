using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Files;

/// <summary>
/// The JSON Schemas (draft 7, which editors know best) of scenario and topology files, from the same shapes that bind
/// them.
/// </summary>
internal sealed class Schema
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
        JsonObject record = Record(type);
        if (type == typeof(Scenario)) AddFileKeys(record);
        var schema = new JsonObject { ["$schema"] = "http://json-schema.org/draft-07/schema#", ["title"] = title };
        foreach ((string key, JsonNode? value) in record) schema[key] = value?.DeepClone();
        schema["definitions"] = definitions;
        return schema.ToJsonString(Layout).ReplaceLineEndings("\n");
    }

    private void AddFileKeys(JsonObject record)
    {
        JsonObject properties = record["properties"]!.AsObject();
        properties["topology"] = Any(Text("The name of a file in topologies/, without .yaml"),
            Reference(typeof(Topology)));
        properties["name"] = Text("The scenario's name; the file's name when absent");
        properties["seeds"] = Any(new JsonObject { ["type"] = "integer", ["minimum"] = 1,
            ["description"] = "How many: 20 means the seeds 1 to 20" },
            new JsonObject { ["type"] = "array", ["minItems"] = 1,
                ["items"] = new JsonObject { ["type"] = "integer", ["minimum"] = 0 } });
        var network = new JsonObject { ["enum"] = new JsonArray([.. NetworkWords.All.Select(n => (JsonNode)n)]) };
        properties["network"] = Any(network.DeepClone(),
            new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = network });
        var value = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") };
        properties["baseline"] = Any(value, new JsonObject { ["type"] = "object",
            ["additionalProperties"] = value.DeepClone() });
        properties["vary"] = new JsonObject
        {
            ["type"] = "object", ["description"] = "Paths with lists of values; the first path varies slowest",
            ["additionalProperties"] = new JsonObject { ["type"] = "array", ["minItems"] = 1 },
        };
    }

    private JsonNode Of(Type type)
    {
        if (Unions.EachWay(type) is { } way)
            return Any(Of(way), new JsonObject
            {
                ["type"] = "object", ["additionalProperties"] = false, ["required"] = new JsonArray("up", "down"),
                ["properties"] = new JsonObject { ["up"] = Of(way), ["down"] = Of(way) },
            });
        if (type == typeof(LossProfile)) return Any(Scalar(typeof(Probability)), Reference(type));
        if (type == typeof(PolicyChoice) || type == typeof(Policy))
            return Any(Text("The name of a policy or preset"), Reference(typeof(Policy)));
        if (type == typeof(LinkChoice) || type == typeof(LinkProfile))
            return Any(Text("The name of a link or preset"), Reference(typeof(LinkProfile)));
        if (type.IsEnum)
            return new JsonObject { ["enum"] = new JsonArray([.. Shapes.Values(type).Select(v => (JsonNode)v)]) };
        if (Shapes.ScalarOf(type) is not null) return Scalar(type);
        if (Shapes.IsList(type, out Type item)) return new JsonObject { ["type"] = "array", ["items"] = Of(item) };
        if (Shapes.IsMap(type, out Type value))
            return new JsonObject
            {
                ["type"] = "object", ["additionalProperties"] = value == typeof(string) ? true : Of(value),
            };
        return Reference(type);
    }

    private JsonObject Reference(Type type)
    {
        string name = Words.Kebab(type.Name);
        if (!definitions.ContainsKey(name))
        {
            definitions[name] = new JsonObject();   // taken, so that a record may hold itself
            definitions[name] = Record(type);
        }
        return new JsonObject { ["$ref"] = "#/definitions/" + name };
    }

    private JsonObject Record(Type type)
    {
        var properties = new JsonObject();
        IReadOnlyList<KeyShape> keys = Shapes.Keys(type);
        bool fault = type == typeof(FaultSpec);
        if (fault)
            foreach (string verb in FaultKinds.Words)
                properties[verb] = Text(Targets(FaultKinds.Find(verb)!));
        foreach (KeyShape key in keys)
        {
            if (fault && key.Name is "kind" or "target") continue;
            JsonNode value = key.Permille ? new JsonObject { ["type"] = "number", ["minimum"] = 0 } : Of(key.Type);
            JsonArray words = [.. new[] { (Shapes.TakesNone(key), "none"),
                (Shapes.AbsentMeansForever(key.Property), "forever") }.Where(w => w.Item1)
                .Select(w => (JsonNode)w.Item2)];
            properties[key.Name] = words.Count > 0 ? Any(value, new JsonObject { ["enum"] = words }) : value;
        }
        var record = new JsonObject { ["type"] = "object", ["additionalProperties"] = false,
            ["properties"] = properties };
        string[] required = [.. keys.Where(k => k.Required && !(fault && k.Name is "kind" or "target"))
            .Select(k => k.Name)];
        if (required.Length > 0) record["required"] = new JsonArray([.. required.Select(r => (JsonNode)r)]);
        if (fault)
            record["oneOf"] = new JsonArray([.. FaultKinds.Words
                .Select(v => (JsonNode)new JsonObject { ["required"] = new JsonArray(v) })]);
        return record;
    }

    private static JsonObject Scalar(Type type)
    {
        if (type == typeof(string) || type == typeof(Target)) return new JsonObject { ["type"] = "string" };
        if (type == typeof(bool)) return new JsonObject { ["type"] = "boolean" };
        if (type == typeof(int) || type == typeof(long) || type == typeof(ulong))
            return new JsonObject { ["type"] = "integer" };
        ScalarShape shape = Shapes.ScalarOf(type)!;
        var pattern = new JsonObject { ["type"] = "string", ["pattern"] = shape.Pattern,
            ["description"] = shape.Words };
        return type == typeof(Quantity) ? Any(new JsonObject { ["type"] = "number" }, pattern)
            : type == typeof(Duration) ? Any(pattern, new JsonObject { ["const"] = 0 }) : pattern;
    }

    // what a fault of that kind takes
    private static string Targets(FaultKind kind)
    {
        string[] names =
        [
            .. kind.Targets.HasFlag(TargetKinds.Client) ? (string[])["a client", "a member such as phone[3]"] : [],
            .. kind.Targets.HasFlag(TargetKinds.Link) ? (string[])["a link"] : [],
            .. kind.Targets.HasFlag(TargetKinds.Server) ? (string[])["a server"] : [],
            .. kind.Targets.HasFlag(TargetKinds.Streams) ? (string[])["streams such as a.example->b.example#2"] : [],
        ];
        return string.Join(", ", names) + (kind.IsBetweenServers ? ", with s2s" : "");
    }

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    private static JsonObject Any(params JsonNode[] choices) => new() { ["anyOf"] = new JsonArray(choices) };
}
