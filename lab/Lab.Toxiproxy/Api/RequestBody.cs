using System.Text.Json;

namespace Lab.Toxiproxy;

/// <summary>
/// The members of a JSON object as Go's decoder reads them: names in any case, unknown names ignored, the last of
/// equal names counts, null means "as it was", numbers for whole numbers must be written as whole numbers, and what
/// follows the first value of the body is not looked at. The first mistake is kept and everything after it is absent.
/// </summary>
internal sealed class RequestBody
{
    private readonly JsonElement value;
    private readonly string path;

    private RequestBody(JsonElement value, string path) => (this.value, this.path) = (value, path);

    /// <summary>What is wrong, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>The first value of a body, or why there is none.</summary>
    public static JsonElement? Parse(ReadOnlySpan<byte> body, out string problem)
    {
        problem = "EOF";
        if (body.Trim(" \t\r\n"u8).IsEmpty) return null;
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { AllowMultipleValues = true });
            JsonElement value = JsonElement.ParseValue(ref reader);
            if (IsText(value)) return value;
            problem = "a text in it is no text: bytes that are not UTF-8, or half of a surrogate pair";
            return null;
        }
        catch (JsonException e)
        {
            problem = $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: this is not JSON";
            return null;
        }
    }

    // .NET finds bytes that are no text only where they are asked for
    private static bool IsText(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString() is not null,
                JsonValueKind.Array => value.EnumerateArray().All(IsText),
                JsonValueKind.Object => value.EnumerateObject().All(p => p.Name is not null && IsText(p.Value)),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>An object; anything else is noted as its problem.</summary>
    public static RequestBody Of(JsonElement value, string path = "")
    {
        var body = new RequestBody(value, path);
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            body.Problem = $"{(path.Length == 0 ? "" : path + ": ")}expected an object, found {Kind(value)}";
        return body;
    }

    public string? Text(string name) => Member(name, "a string", JsonValueKind.String)?.GetString();

    public bool? Flag(string name) =>
        Member(name, "true or false", JsonValueKind.True, JsonValueKind.False)?.GetBoolean();

    /// <summary>A 32-bit float, the precision that is given back.</summary>
    public float? Fraction(string name) => (float?)Fraction(name, float.MaxValue);

    /// <summary>A 64-bit float.</summary>
    public double? Number(string name) => Fraction(name, double.MaxValue);

    private double? Fraction(string name, double most)
    {
        if (Member(name, "a number", JsonValueKind.Number) is not { } member) return null;
        if (member.TryGetDouble(out double number) && Math.Abs(number) <= most) return number;
        Fail(name, "a number", member);
        return null;
    }

    /// <summary>The first member that has none of these names, or null.</summary>
    public string? Stranger(IEnumerable<string> names) => value.ValueKind != JsonValueKind.Object ? null
        : value.EnumerateObject().Select(p => p.Name)
            .FirstOrDefault(found => !names.Contains(found, StringComparer.OrdinalIgnoreCase));

    public long? Whole(string name)
    {
        if (Member(name, "a whole number", JsonValueKind.Number) is not { } member) return null;
        if (member.TryGetInt64(out long whole)) return whole;
        Fail(name, "a whole number", member);
        return null;
    }

    public RequestBody? Object(string name) =>
        Member(name, "an object", JsonValueKind.Object) is { } member ? Of(member, Path(name)) : null;

    private JsonElement? Member(string name, string expected, params ReadOnlySpan<JsonValueKind> kinds)
    {
        if (Problem is not null || value.ValueKind != JsonValueKind.Object) return null;
        JsonElement? found = null;
        foreach (JsonProperty property in value.EnumerateObject())
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) found = property.Value;
        if (found is not { ValueKind: not JsonValueKind.Null } member) return null;
        if (kinds.Contains(member.ValueKind)) return member;
        Fail(name, expected, member);
        return null;
    }

    private void Fail(string name, string expected, JsonElement found) =>
        Problem = $"{Path(name)}: expected {expected}, found {Kind(found)}";

    private string Path(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => value.GetRawText(),
        _ => value.GetRawText(),
    };
}
