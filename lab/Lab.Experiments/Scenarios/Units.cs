using System.Globalization;

namespace Lab.Experiments;

public enum Unit { Count, Seconds, Bytes, Share, PerSecond, PerHour, BytesPerHour, JoulesPerHour, SharePerDay }

/// <summary>How numbers are shown to people: three significant digits and a unit that fits the size.</summary>
public static class Units
{
    private const int MostDecimals = 9;
    private static readonly string Decimals = "0." + new string('#', MostDecimals);

    public static string Symbol(Unit unit) => unit switch
    {
        Unit.Seconds => "s",
        Unit.Bytes => "B",
        Unit.Share => "%",
        Unit.PerSecond => "1/s",
        Unit.PerHour => "1/h",
        Unit.BytesPerHour => "B/h",
        Unit.JoulesPerHour => "J/h",
        Unit.SharePerDay => "%/d",
        _ => "",
    };

    /// <summary>How a value of this unit is written in expectations, for messages.</summary>
    public static string Example(Unit unit) => unit switch
    {
        Unit.Seconds => "a time such as 90s",
        Unit.Bytes => "a size such as 10KiB",
        Unit.Share => "a share such as 2%",
        Unit.PerSecond => "a rate such as 5/s",
        Unit.PerHour => "a rate such as 120/h",
        Unit.BytesPerHour => "a size per hour such as 10KiB/h",
        Unit.JoulesPerHour => "an energy per hour such as 50J/h",
        Unit.SharePerDay => "a share per day such as 3%/d",
        _ => "a plain number such as 0",
    };

    public static string Format(double value, Unit unit)
    {
        if (double.IsNaN(value)) return "-";
        if (double.IsInfinity(value)) return value > 0 ? "never" : "-never";
        return unit switch
        {
            Unit.Seconds => Seconds(value),
            Unit.Share => Percent(value * 100) + " %",
            Unit.Bytes => Scaled(value, "B"),
            Unit.BytesPerHour => Scaled(value, "B/h"),
            Unit.JoulesPerHour => Digits(value) + " J/h",
            Unit.SharePerDay => Digits(value * 100) + " %/d",
            Unit.PerSecond => Digits(value) + " /s",
            Unit.PerHour => Digits(value) + " /h",
            _ => Digits(value),
        };
    }

    private static string Seconds(double s) => Math.Abs(s) switch
    {
        0 => "0 s",
        < 0.001 => Digits(s * 1e6) + " us",
        < 1 => Digits(s * 1e3) + " ms",
        < 600 => Digits(s) + " s",
        < 36000 => Digits(s / 60) + " min",
        _ => Digits(s / 3600) + " h",
    };

    private static string Scaled(double value, string unit) => Math.Abs(value) switch
    {
        < 1024 => Digits(value) + " " + unit,
        < 1024 * 1024 => Digits(value / 1024) + " Ki" + unit,
        < 1024 * 1024 * 1024 => Digits(value / 1024 / 1024) + " Mi" + unit,
        _ => Digits(value / 1024 / 1024 / 1024) + " Gi" + unit,
    };

    /// <summary>Three significant digits, or all those of a whole number; without zeros at the end.</summary>
    public static string Digits(double value)
    {
        int decimals = value == Math.Floor(value) ? 0 : 2;
        for (double left = Math.Abs(value); left >= 10 && decimals > 0; left /= 10) decimals--;
        for (double left = Math.Abs(value); left < 1 && decimals is > 0 and < MostDecimals; left *= 10) decimals++;
        return value.ToString(Decimals[..(2 + decimals)].TrimEnd('.'), CultureInfo.InvariantCulture);
    }

    /// <summary>A share of 0 to 100 in the same digits; near the whole with two decimals, for what is missing is the
    /// number then, and with more where that would be none: nearly all is not all.</summary>
    public static string Percent(double percent)
    {
        if (percent is <= 99 or >= 100) return Digits(percent);
        int decimals = 2;
        for (double missing = (100 - percent) * 100; missing < 1 && decimals < MostDecimals; missing *= 10) decimals++;
        return percent.ToString(Decimals[..(2 + decimals)], CultureInfo.InvariantCulture);
    }
}
