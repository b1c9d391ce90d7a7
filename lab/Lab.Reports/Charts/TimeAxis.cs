using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// An axis of times in seconds. Logarithmic where the span asks for it (longest over shortest more than 50), with marks
/// at round times (1 s, 10 s, 1 min); else linear in the unit that suits. Times below the start of a logarithmic axis
/// are drawn at it.
/// </summary>
internal sealed class TimeAxis
{
    private static readonly double[] Marks =
    [
        1e-6, 1e-5, 1e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600,
        1200, 1800, 3600, 7200, 18000, 36000,
        86400, 172800, 432000, 864000,
    ];

    private const string MarkText =
        "datum.value < 0.001 ? format(datum.value * 1e6, '~g') + ' µs' : " +
        "datum.value < 1 ? format(datum.value * 1000, '~g') + ' ms' : " +
        "datum.value < 60 ? format(datum.value, '~g') + ' s' : " +
        "datum.value < 3600 ? format(datum.value / 60, '~g') + ' min' : " +
        "datum.value < 172800 ? format(datum.value / 3600, '~g') + ' h' : format(datum.value / 86400, '~g') + ' d'";

    private readonly DisplayUnit unit;

    public TimeAxis(IEnumerable<double> seconds, bool mayBeLogarithmic = true)
    {
        double[] known = [.. seconds.Where(double.IsFinite)];
        double[] positive = [.. known.Where(s => s > 0)];
        double shortest = positive.Length == 0 ? 1 : positive.Min();
        Longest = positive.Length == 0 ? 1 : positive.Max();
        Logarithmic = mayBeLogarithmic && Longest / shortest > 50;
        unit = Logarithmic ? new(1, "s") : DisplayUnit.For(Unit.Seconds, [Longest]);
        Shortest = Logarithmic ? Marks.LastOrDefault(m => m <= Math.Max(shortest, Longest / 1e7), shortest) : 0;
    }

    public bool Logarithmic { get; }
    public double Shortest { get; }
    public double Longest { get; }

    public double Place(double seconds) => Round(Math.Max(seconds, Shortest) / unit.Divisor);

    public string Title(string what) => Logarithmic ? what : $"{what} ({unit.Symbol})";

    public JsonObject Scale(double longest) => new()
    {
        ["type"] = Logarithmic ? "log" : "linear", ["nice"] = false,
            ["domain"] = VegaLite.Numbers([Place(Shortest), Place(longest)]),
    };

    public JsonObject Axis(double longest)
    {
        if (!Logarithmic) return new JsonObject { ["labelOverlap"] = "greedy" };
        return new JsonObject
        {
            ["values"] = VegaLite.Numbers(Marks.Where(m => m >= Shortest && m <= longest)),
            ["labelExpr"] = MarkText, ["labelOverlap"] = "greedy", ["labelSeparation"] = 6,
        };
    }

    /// <summary>Four decimals of the leading digits are more than a pixel can show.</summary>
    public static double Round(double value) =>
        value == 0 || !double.IsFinite(value) ? value
        : double.Parse(value.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
