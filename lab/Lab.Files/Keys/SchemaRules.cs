using System.Text.Json.Nodes;
using Lab.Experiments;
using Lab.Xmpp;

namespace Lab.Files;

/// <summary>
/// What must hold between the keys of one mapping, as far as a schema can say it; what Rules.Within and the rules of
/// expectations say with better words. A test holds the two against each other.
/// </summary>
internal static class SchemaRules
{
    private static readonly string[] Comparisons = ["below", "above", "at-most", "at-least", "equals"];

    /// <summary>Words to add to the schema of that record.</summary>
    public static JsonObject Of(Type type) =>
        type == typeof(FaultSpec) ? new JsonObject { ["oneOf"] = new JsonArray([.. FaultKinds.All.Select(Fault)]) }
        : type == typeof(Expectation) ? new JsonObject
        {
            ["anyOf"] = new JsonArray([.. Comparisons.Select(c => (JsonNode)Needs(c))]),
            ["allOf"] = new JsonArray([.. Enum.GetValues<Unit>().Select(Measured)]),
        }
        : type == typeof(ReconnectPolicy) ? new JsonObject
        {
            ["allOf"] = new JsonArray(
                OfKind("steps", "delays", Some, None), OfKind("random-tiers", "tiers", Some, None),
                OfKind("linear", "step", SchemaTexts.SomeTime, new JsonObject { ["not"] = SchemaTexts.SomeTime })),
        }
        : type == typeof(LossProfile) ? new JsonObject
        {
            ["allOf"] = new JsonArray(Together("bad-for", "good-for"), Together("good-for", "bad-for")),
        }
        : type == typeof(WorkloadSpec) ? Presence(OneOf("every", "at", "on"))
        : type == typeof(RadioProfile) ? new JsonObject
        {
            ["anyOf"] = new JsonArray(Given("profile"),
                With(Needs("states"), "states", new JsonObject { ["minProperties"] = 1 })),
        }
        : type == typeof(LoginSpec) ? new JsonObject
        {
            ["anyOf"] = new JsonArray(Given("roster"), Given("archive"),
                With(Needs("rooms"), "rooms", new JsonObject { ["minimum"] = 1 })),
        }
        : type == typeof(SleepProfile) ? new JsonObject
        {
            ["anyOf"] = new JsonArray(Given("profile"), Given("suspends-after"), Given("light"), Given("deep")),
            ["if"] = Given("reclaims-after"),
            ["then"] = new JsonObject { ["anyOf"] = new JsonArray(Given("profile"), Given("suspends-after")) },
        }
        : type == typeof(ServiceSpec) ? new JsonObject
        {
            ["anyOf"] = new JsonArray([.. new[] { "tls", "sasl", "login", "stanza" }.Select(k =>
                (JsonNode)With(Needs(k), k, SchemaTexts.SomeTime))]),
        }
        : type == typeof(ForegroundSpec) ? new JsonObject
        {
            ["allOf"] = new JsonArray(OneOf("every", "at"), With([], "between", new JsonObject
            {
                ["type"] = "array",
                ["anyOf"] = new JsonArray(None, new JsonObject { ["minItems"] = 2, ["maxItems"] = 2 }),
            })),
        }
        : [];

    private static JsonObject Some => new() { ["minItems"] = 1 };

    private static JsonObject None => new() { ["maxItems"] = 0 };

    // exactly one kind, with the keys that go with it
    private static JsonObject Fault(FaultKind kind)
    {
        var properties = new JsonObject();
        var none = new JsonObject { ["const"] = Shapes.None };
        properties["to"] = !kind.Has("to") ? none : kind == FaultKinds.Degrade
            ? new JsonObject { ["not"] = none.DeepClone() }
            : new JsonObject { ["type"] = "string", ["not"] = none.DeepClone() };
        if (!kind.Has("direction")) properties["direction"] = new JsonObject { ["const"] = "both" };
        foreach (string key in (string[])["on", "gap", "linger", "old", "notices"])
            if (!kind.Has(key)) properties[key] = false;
        var endless = new JsonObject { ["enum"] = new JsonArray(Shapes.Forever, Shapes.None) };
        if (kind.IsMomentary) properties["for"] = endless;
        JsonObject branch = Needs(kind.Has("to") ? [kind.Word, "to"] : [kind.Word]);
        branch["properties"] = properties;
        if (!kind.IsMomentary)
            branch["anyOf"] = new JsonArray(
                With([], "every", none.DeepClone().AsObject()),
                With(Needs("for"), "for", new JsonObject { ["not"] = endless }));
        return branch;
    }

    // a metric's number is in its unit
    private static JsonNode Measured(Unit unit) => new JsonObject
    {
        ["if"] = new JsonObject
        {
            ["required"] = new JsonArray("metric"),
            ["properties"] = new JsonObject
            {
                ["metric"] = new JsonObject
                {
                    ["enum"] = new JsonArray(
                        [.. Catalogue.All.Where(m => m.Unit == unit).Select(m => (JsonNode)m.Name)]),
                },
            },
        },
        ["then"] = new JsonObject
        {
            ["properties"] = new JsonObject(Comparisons.Select(c => KeyValuePair.Create(c, (JsonNode?)new JsonObject
            {
                ["anyOf"] = new JsonArray(SchemaTexts.Of(unit), new JsonObject { ["const"] = Shapes.None }),
            }))),
        },
    };

    // a key that belongs to one kind of reconnecting, and is needed by it
    private static JsonObject OfKind(string kind, string key, JsonObject with, JsonObject without) => new()
    {
        ["if"] = new JsonObject
        {
            ["required"] = new JsonArray("kind"),
            ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["const"] = kind } },
        },
        ["then"] = With(Needs(key), key, with), ["else"] = With([], key, without),
    };

    // what says when something comes: one of the keys, and arrivals with every only
    private static JsonObject OneOf(params string[] keys)
    {
        JsonNode Nothing(string key) => key == "at" ? new JsonObject { ["type"] = "array", ["maxItems"] = 0 }
            : new JsonObject { ["const"] = Shapes.None };
        return new JsonObject
        {
            ["oneOf"] = new JsonArray([.. keys.Select(chosen =>
            {
                JsonObject branch = Needs(chosen);
                var properties = new JsonObject(keys.Select(k => KeyValuePair.Create(k,
                    (JsonNode?)(k == chosen ? new JsonObject { ["not"] = Nothing(k) } : Nothing(k)))));
                if (chosen != "every") properties["arrivals"] = new JsonObject { ["const"] = "regular" };
                branch["properties"] = properties;
                return (JsonNode)branch;
            })]),
        };
    }

    // not to an echo account
    private static JsonObject Presence(JsonObject work)
    {
        work["if"] = With(Needs("send"), "send", new JsonObject { ["const"] = "presence" });
        work["then"] = With([], "to", new JsonObject { ["not"] = new JsonObject { ["pattern"] = "^echo@" } });
        return work;
    }

    private static JsonObject Given(string key) =>
        With(Needs(key), key, new JsonObject { ["not"] = new JsonObject { ["const"] = Shapes.None } });

    private static JsonObject Together(string key, string other) => new()
    {
        ["if"] = With(Needs(key), key, SchemaTexts.SomeTime),
        ["then"] = With(Needs(other), other, SchemaTexts.SomeTime),
    };

    private static JsonObject With(JsonObject schema, string key, JsonObject value)
    {
        schema["properties"] = new JsonObject { [key] = value };
        return schema;
    }

    private static JsonObject Needs(params string[] keys) =>
        new() { ["required"] = new JsonArray([.. keys.Select(k => (JsonNode)k)]) };
}
