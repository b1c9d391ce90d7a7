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
            Unit.SharePerDay => new(0.01, "%/d"),
            Unit.JoulesPerHour => new(1, "J/h"),
            Unit.PerSecond => new(1, "1/s"),
            Unit.PerHour => new(1, "1/h"),
            _ => new(1, ""),
        };
    }

    /// <summary>The digits of Units in this unit, without the unit; "never" and "–" as words.</summary>
    public string Text(double value)
    {
        if (double.IsNaN(value)) return "–";
        if (double.IsInfinity(value)) return value > 0 ? "never" : "−never";
        string text = Symbol == "%" ? Units.Percent(value / Divisor) : Units.Digits(value / Divisor);
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
