using System.Globalization;
using System.Text.Json.Nodes;

namespace Lab.Reports;

/// <summary>
/// Rows of a chart's data, written short: a list per field, a single value for a field that is the same in all rows,
/// and texts that come again as {of: texts, at: which}. charts.js makes the rows of it.
/// </summary>
internal sealed class Columns<T>(IReadOnlyList<T> rows)
{
    private readonly JsonObject columns = new() { ["n"] = rows.Count };

    public Columns<T> Number(string field, Func<T, double> value, Axis axis) =>
        Add(field, [.. rows.Select(r => Short(value(r), axis))], v => JsonValue.Create(v));

    public Columns<T> Index(string field, Func<T, int> value) => Add(field, [.. rows.Select(value)],
        v => JsonValue.Create(v));

    public Columns<T> Text(string field, Func<T, string> value)
    {
        string[] texts = [.. rows.Select(value)], words = [.. texts.Distinct()];
        if (words.Length < 2 || words.Length > texts.Length * 2 / 3) return Add(field, texts,
            v => JsonValue.Create(v)!);
        Dictionary<string, int> places = words.Select((w, i) => (w, i)).ToDictionary(w => w.w, w => w.i);
        columns[field] = new JsonObject
        {
            ["of"] = new JsonArray([.. words.Select(w => JsonValue.Create(w))]),
            ["at"] = new JsonArray([.. texts.Select(t => JsonValue.Create(places[t]))]),
        };
        return this;
    }

    public JsonObject Json => columns;

    private Columns<T> Add<TValue>(string field, TValue[] values, Func<TValue, JsonNode> node)
    {
        if (values.Length > 0) columns[field] = values.Distinct().Take(2).Count() == 1 ? node(values[0])
            : new JsonArray([.. values.Select(node)]);
        return this;
    }

    /// <summary>A thousandth of a panel's pixel is more than zooming can show; along a logarithmic axis, five
    /// digits.</summary>
    private static double Short(double value, Axis axis)
    {
        if (value == 0 || !double.IsFinite(value)) return value;
        if (axis.Logarithmic) return double.Parse(value.ToString("G5", CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture);
        double span = Math.Abs(axis.To - axis.From);
        int digits = span == 0 ? 4 : (int)Math.Ceiling(4.4 - Math.Log10(span));
        return digits <= 0 ? Math.Round(value) : Math.Round(value, Math.Min(15, digits));
    }
}
