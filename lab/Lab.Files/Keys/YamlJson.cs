using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Lab.Files;

/// <summary>A node as the JSON value that others read from the same text: YAML 1.2's core schema.</summary>
internal static partial class YamlJson
{
    public static JsonNode? Of(Node node) => node switch
    {
        Sequence list => new JsonArray([.. list.Items.Select(Of)]),
        Mapping mapping => new JsonObject(mapping.Entries.Select(e => KeyValuePair.Create(e.Key.Text, Of(e.Value)))),
        Scalar { Quoted: false, Text: "" or "~" or "null" or "Null" or "NULL" } => null,
        Scalar { Quoted: false, Text: "true" or "True" or "TRUE" } => JsonValue.Create(true),
        Scalar { Quoted: false, Text: "false" or "False" or "FALSE" } => JsonValue.Create(false),
        Scalar { Quoted: false } s when Number().IsMatch(s.Text)
            && decimal.TryParse(s.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) =>
            JsonValue.Create(number),
        Scalar s => JsonValue.Create(s.Text),
        _ => null,
    };

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Number();
}
