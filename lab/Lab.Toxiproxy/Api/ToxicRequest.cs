using System.Globalization;

namespace Lab.Toxiproxy;

/// <summary>A toxic as a configuration file asks for it.</summary>
public sealed record ToxicRequest
{
    public required string Type { get; init; }

    /// <summary>Absent = type_stream.</summary>
    public string? Name { get; init; }

    /// <summary>upstream or downstream.</summary>
    public string Stream { get; init; } = "downstream";

    /// <summary>The share of connections it has, as a number.</summary>
    public string Toxicity { get; init; } = "1";

    /// <summary>Numbers, as they are written.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>The name it will have.</summary>
    public string FullName => string.IsNullOrEmpty(Name) ? $"{Type}_{Stream}" : Name;

    /// <summary>What is wrong with it, or null.</summary>
    public string? Problem(bool isStrict)
    {
        TryMake(isStrict, out string problem);
        return problem.Length > 0 ? problem : null;
    }

    internal Toxic? TryMake(bool isStrict, out string problem)
    {
        ToxicKind? kind = ToxicKind.Find(Type);
        string? stranger = kind is null ? null : Attributes.Keys.FirstOrDefault(a =>
            !kind.Attributes.Contains(a, StringComparer.OrdinalIgnoreCase));
        problem = kind is null ? $"there is no toxic '{Type}', expected one of "
                + string.Join(", ", ToxicKind.All.Select(k => k.Name))
            : isStrict && kind.Deletes ? Refusal.Deletes.Text
            : !IsStream(Stream) ? Refusal.BadStream.Text
            : ProxyNames.Problem(FullName) is { } wrong ? wrong
            : stranger is not null ? Refusal.NoAttribute(kind, stranger).Text
            : !float.TryParse(Toxicity, NumberStyles.Float, CultureInfo.InvariantCulture, out float toxicity)
                || !float.IsFinite(toxicity) ? $"toxicity: expected a number, found '{Toxicity}'" : "";
        if (problem.Length > 0) return null;
        var values = new long[kind!.Attributes.Length];
        for (int i = 0; i < values.Length; i++)
        {
            string attribute = kind.Attributes[i];
            string? text = Attributes.LastOrDefault(a =>
                a.Key.Equals(attribute, StringComparison.OrdinalIgnoreCase)).Value;
            if (text is null || TryValue(kind, text, out values[i])) continue;
            problem = $"{attribute}: expected a {(kind.IsFractional ? "" : "whole ")}number, found '{text}'";
            return null;
        }
        problem = kind.Refuse(values) ?? "";
        return problem.Length > 0 ? null : new Toxic(FullName, kind, Stream, float.Parse(
            Toxicity, NumberStyles.Float, CultureInfo.InvariantCulture), values);
    }

    internal static bool IsStream(string stream) => stream.Equals("upstream", StringComparison.OrdinalIgnoreCase)
        || stream.Equals("downstream", StringComparison.OrdinalIgnoreCase);

    private static bool TryValue(ToxicKind kind, string text, out long value)
    {
        if (!kind.IsFractional)
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        bool read = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double fraction);
        value = BitConverter.DoubleToInt64Bits(fraction);
        return read && double.IsFinite(fraction);
    }
}
