using System.Globalization;
using Lab.Experiments;

namespace Lab.Reports;

/// <summary>A unit that suits the size of the numbers, for a column or an axis: seconds as min, bytes per hour as
/// KiB/h.</summary>
internal readonly record struct DisplayUnit(double Divisor, string Symbol)
{
    public static DisplayUnit For(Unit unit, IEnumerable<double> values)
    {
        double[] sizes = [.. values.Where(v => double.IsFinite(v) && v != 0).Select(Math.Abs).Order()];
        double typical = sizes.Length == 0 ? 0 : sizes[sizes.Length / 2], largest = sizes.LastOrDefault();
        return unit switch
        {
            // Milliseconds would make long numbers of a column that also holds minutes.
            Unit.Seconds when typical is > 0 and < 1 && largest < 100 => new(1e-3, "ms"),
            Unit.Seconds when typical >= 36000 => new(3600, "h"),
            Unit.Seconds when typical >= 600 => new(60, "min"),
            Unit.Seconds => new(1, "s"),
            Unit.Share => new(0.01, "%"),
            Unit.Bytes => Binary(typical, "B"),
            Unit.BytesPerHour => Binary(typical, "B/h"),
            Unit.PerSecond => new(1, "1/s"),
            Unit.PerHour => new(1, "1/h"),
            _ => new(1, ""),
        };
    }

    /// <summary>Three significant digits in this unit, without the unit; "never" and "–" as words.</summary>
    public string Text(double value)
    {
        if (double.IsNaN(value)) return "–";
        if (double.IsInfinity(value)) return value > 0 ? "never" : "−never";
        double shown = value / Divisor, size = Math.Abs(shown);
        string format = shown == Math.Floor(shown) && size < 1e6 ? "0" : (size, Symbol) switch
        {
            (>= 10, "%") => "0.00", (_, "") => "0.##", (>= 100, _) => "0", (>= 10, _) => "0.0", (>= 1, _) => "0.00",
                (>= 0.01, _) => "0.000", _ => "0.0###",
        };
        string text = shown.ToString(format, CultureInfo.InvariantCulture);
        return text.StartsWith('-') ? "−" + text[1..] : text;
    }

    private static DisplayUnit Binary(double typical, string unit) => typical switch
    {
        < 1024 => new(1, unit),
        < 1024 * 1024 => new(1024, "Ki" + unit),
        < 1024.0 * 1024 * 1024 => new(1024 * 1024, "Mi" + unit),
        _ => new(1024.0 * 1024 * 1024, "Gi" + unit),
    };
}
