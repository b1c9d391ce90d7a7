using System.Text.Json.Nodes;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Files;

/// <summary>Values that are written as text, as patterns: numbers with their units.</summary>
internal static class SchemaTexts
{
    private const string Number = @"\+?([0-9]+\.?[0-9]*|\.[0-9]+)", NotZero = @"(?!\+?0*\.?0* *[^0-9. ]*$)";
    private const string Time = "(us|ms|s|m|h|d)", Bytes = "(B|kB|MB|GB|KiB|MiB|GiB)";

    /// <summary>Any single value: names may look like numbers.</summary>
    public static JsonObject Text => new() { ["type"] = Plain };

    public static JsonArray Plain => new("string", "number", "boolean");

    /// <summary>A value of the type, within the limit as far as a pattern can say it.</summary>
    public static JsonNode Of(Type type, Limit? limit)
    {
        bool positive = limit?.IsPositive == true;
        if (type == typeof(Duration))
        {
            JsonObject time = Matching($"^{(positive ? NotZero : "")}{Number} *{Time}$");
            return positive ? time : Any(time, new JsonObject { ["const"] = 0 }, new JsonObject { ["const"] = "0" });
        }
        if (type == typeof(Rate)) return Matching($"^(unlimited|{NotZero}{Number} *[kMG]?bit/s)$");
        if (type == typeof(Power)) return Matching($"^{Number} *(uW|mW|W)$");
        if (type == typeof(Energy)) return Matching($"^{NotZero}{Number} *m?Wh$");
        if (type == typeof(Size))
            return Matching($"^({(positive ? "" : "unlimited|")}{NotZero}{Number} *{Bytes})$");
        if (type == typeof(Probability))
            return Matching(@"^\+?(0*100\.?0*|0*[0-9]{1,2}(\.[0-9]*)?|\.[0-9]+) *%$");
        return type == typeof(Quantity) ? Any([.. Enum.GetValues<Unit>().Select(Of)]) : Text;
    }

    /// <summary>A value of a metric in this unit; zero needs none.</summary>
    public static JsonObject Of(Unit unit)
    {
        string signed = "-?" + Number;
        var number = new JsonObject { ["type"] = "number" };
        JsonObject zero = new() { ["const"] = 0 };
        return unit switch
        {
            Unit.Seconds => Any(Matching($"^{signed} *{Time}$"), zero),
            Unit.Bytes => Any(Matching($"^{signed} *{Bytes}$"), zero),
            Unit.Share => Any(Matching($"^{signed} *%$"), zero),
            Unit.PerSecond => Any(Matching($"^{signed} */s$"), zero),
            Unit.PerHour => Any(Matching($"^{signed} */h$"), zero),
            Unit.BytesPerHour => Any(Matching($"^{signed} *{Bytes}/h$"), zero),
            Unit.SharePerDay => Any(Matching($"^{signed} *%/d$"), zero),
            Unit.JoulesPerHour => Any(Matching($"^{signed} *J/h$"), zero),
            _ => Any(number, Matching($"^{signed}$")),
        };
    }

    /// <summary>A time that is not zero.</summary>
    public static JsonObject SomeTime => Matching($"^{NotZero}{Number} *{Time}$");

    private static JsonObject Matching(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    private static JsonObject Any(params JsonNode[] choices) => new() { ["anyOf"] = new JsonArray(choices) };
}
