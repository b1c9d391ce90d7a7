using System.Globalization;
using System.Text.Json.Nodes;

namespace Lab.Reports;

/// <summary>
/// Rows of a chart's data, written short: a list per field; a single value for a field that is the same in all rows;
/// and values that come again as {of: values, at: which, or the field that has the same order}. charts.js makes the
/// rows of it.
/// </summary>
internal sealed class Columns<T>(IReadOnlyList<T> rows)
{
    private readonly JsonObject columns = new() { ["n"] = rows.Count };
    private readonly List<(string Field, int[] At)> orders = [];

    public JsonObject Json => columns;

    public Columns<T> Number(string field, Func<T, double> value, Axis axis) =>
        Add(field, [.. rows.Select(r => Short(value(r), axis))], v => JsonValue.Create(v));

    public Columns<T> Index(string field, Func<T, int> value) =>
        Add(field, [.. rows.Select(value)], v => JsonValue.Create(v));

    public Columns<T> Text(string field, Func<T, string> value) =>
        Add(field, [.. rows.Select(value)], v => JsonValue.Create(v)!);

    /// <summary>Of the texts h0, h1 and so on.</summary>
    public void Names(IEnumerable<string> names) =>
        columns["tell"] = new JsonArray([.. names.Select(n => JsonValue.Create(n))]);

    private Columns<T> Add<TValue>(string field, TValue[] values, Func<TValue, JsonNode> node) where TValue : notnull
    {
        Dictionary<TValue, int> places = [];
        int[] at = [.. values.Select(v => places.TryGetValue(v, out int place) ? place : places[v] = places.Count)];
        if (places.Count == 1) columns[field] = node(values[0]);
        else if (places.Count > values.Length / 2) columns[field] = new JsonArray([.. values.Select(node)]);
        else columns[field] = new JsonObject
        {
            ["of"] = new JsonArray([.. places.Keys.Select(node)]), ["at"] = At(field, at),
        };
        return this;
    }

    private JsonNode At(string field, int[] at)
    {
        foreach ((string earlier, int[] order) in orders)
            if (at.AsSpan().SequenceEqual(order)) return JsonValue.Create(earlier)!;
        orders.Add((field, at));
        return new JsonArray([.. at.Select(i => JsonValue.Create(i))]);
    }

    /// <summary>Less than a tenth of a pixel of a wide panel, which zooming can show; along a logarithmic axis, four
    /// digits.</summary>
    private static double Short(double value, Axis axis)
    {
        if (value == 0 || !double.IsFinite(value)) return value;
        if (axis.Logarithmic) return double.Parse(value.ToString("G4", CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture);
        double span = Math.Abs(axis.To - axis.From);
        int digits = span == 0 ? 4 : (int)Math.Ceiling(4.2 - Math.Log10(span));
        return digits <= 0 ? Math.Round(value) : Math.Round(value, Math.Min(15, digits));
    }
}
