using System.Globalization;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Files;

/// <summary>A value, or why the text is none.</summary>
internal readonly record struct Parsed(object? Value, string? Error)
{
    public static Parsed Of(object value) => new(value, null);
    public static Parsed Fail(string error) => new(null, error);
}

/// <summary>
/// Numbers with units, read exactly (decimal, never floating point): 250ms, 1.5Mbit/s, 256KiB, 2%. The messages say
/// what to write instead.
/// </summary>
internal static class Quantities
{
    private static readonly (string Name, decimal Factor)[] Times =
        [("us", 1e3m), ("ms", 1e6m), ("s", 1e9m), ("m", 60e9m), ("h", 3600e9m), ("d", 86400e9m)];

    private static readonly (string Name, decimal Factor)[] Rates =
        [("bit/s", 1m), ("kbit/s", 1e3m), ("Mbit/s", 1e6m), ("Gbit/s", 1e9m)];

    private static readonly (string Name, decimal Factor)[] Sizes =
        [("B", 1m), ("kB", 1e3m), ("MB", 1e6m), ("GB", 1e9m), ("KiB", 1024m), ("MiB", 1048576m), ("GiB", 1073741824m)];

    private static readonly (string Name, decimal Factor)[] Powers = [("uW", 1m), ("mW", 1e3m), ("W", 1e6m)];

    private static readonly decimal LongestNs = 36500 * 86400e9m;

    public static Parsed Duration(string text)
    {
        if (!Split(text, out decimal number, out string unit))
            return NotANumber(text, "a time such as 250ms, 90s, 15m or 24h");
        if (Factor(Times, unit) is not { } factor)
        {
            if (unit.Length == 0 && number == 0) return Parsed.Of(Network.Duration.Zero);
            string near = Instead(
                unit, ("sec", "s"), ("secs", "s"), ("second", "s"), ("seconds", "s"),
                ("min", "m"), ("mins", "m"), ("minute", "m"), ("minutes", "m"),
                ("hour", "h"), ("hours", "h"), ("hr", "h"), ("day", "d"), ("days", "d"),
                ("msec", "ms"), ("µs", "us"), ("usec", "us"));
            return Parsed.Fail(unit.Length == 0 ? $"a time needs a unit: {text}s, {text}m, ..."
                : Unknown(text, unit, "us, ms, s, m, h or d", Number(text) + near, near));
        }
        if (number < 0) return Parsed.Fail($"a time cannot be negative: {text}");
        decimal ns = number > LongestNs / factor ? decimal.MaxValue : number * factor;
        if (ns > LongestNs) return Parsed.Fail($"{text} is longer than 100 years");
        return ns == decimal.Truncate(ns) ? Parsed.Of(new Duration((long)ns))
            : Parsed.Fail($"{text} is finer than a nanosecond");
    }

    /// <summary>"train 45m", or "train".</summary>
    public static Parsed Leg(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is [var alone]) return Parsed.Of(new Leg(alone, null));
        if (words is not [var block, var time])
            return Parsed.Fail($"expected a part of a journey and how long, such as train 45m, found '{text}'");
        Parsed parsed = Duration(time);
        return parsed.Value is not Duration length ? parsed : length > Network.Duration.Zero
            ? Parsed.Of(new Leg(block, length)) : Parsed.Fail($"{block} must last longer than zero");
    }

    public static Parsed Rate(string text)
    {
        if (text == "unlimited") return Parsed.Of(new Rate(0));
        if (!Split(text, out decimal number, out string unit))
            return NotANumber(text, "a rate such as 64kbit/s or 1.5Mbit/s, or unlimited");
        if (Factor(Rates, unit) is not { } factor)
        {
            string near = Instead(
                unit, ("bps", "bit/s"), ("kbps", "kbit/s"), ("Mbps", "Mbit/s"), ("mbps", "Mbit/s"), ("Gbps", "Gbit/s"),
                ("kbit", "kbit/s"), ("mbit", "Mbit/s"), ("Mbit", "Mbit/s"), ("Gbit", "Gbit/s"),
                ("Kbit/s", "kbit/s"), ("mbit/s", "Mbit/s"), ("kb/s", "kbit/s"), ("Mb/s", "Mbit/s"));
            if (unit.Length == 0) return Parsed.Fail($"a rate needs a unit: {text}kbit/s, {text}Mbit/s, ...");
            if (unit.EndsWith("B/s", StringComparison.Ordinal))
                return Parsed.Fail($"{text} counts bytes; rates are in bits: bit/s, kbit/s, Mbit/s or Gbit/s");
            return Parsed.Fail(Unknown(text, unit, "bit/s, kbit/s, Mbit/s or Gbit/s", Number(text) + near, near));
        }
        if (number < 0) return Parsed.Fail($"a rate cannot be negative: {text}");
        if (number == 0)
            return Parsed.Fail("a rate of 0 is not a rate: write unlimited (or leave the key out), or use the fault "
                + "cut to stop traffic");
        if (number > 1e12m / factor) return Parsed.Fail($"{text} is more than 1000 Gbit/s; write unlimited");
        decimal bits = number * factor;
        return bits == decimal.Truncate(bits) ? Parsed.Of(new Rate((long)bits))
            : Parsed.Fail($"{text} is not a whole number of bits per second");
    }

    public static Parsed Size(string text)
    {
        if (text == "unlimited") return Parsed.Of(new Size(0));
        if (!Split(text, out decimal number, out string unit)) return NotANumber(text, "a size such as 200B or 256KiB");
        if (Factor(Sizes, unit) is not { } factor)
        {
            string near = Instead(
                unit, ("b", "B"), ("bytes", "B"), ("byte", "B"), ("KB", "kB"), ("kb", "kB"), ("k", "kB"), ("mb", "MB"),
                ("K", "KiB"), ("M", "MiB"), ("kib", "KiB"), ("mib", "MiB"), ("kiB", "KiB"));
            return Parsed.Fail(unit.Length == 0 ? $"a size needs a unit: {text}B, {text}kB, {text}KiB, ..."
                : Unknown(text, unit, "B, kB, MB, KiB or MiB", Number(text) + near, near));
        }
        if (number < 0) return Parsed.Fail($"a size cannot be negative: {text}");
        if (number == 0) return Parsed.Fail("a size cannot be 0 (for a queue without limit write unlimited)");
        if (number > 1e12m / factor) return Parsed.Fail($"{text} is more than 1000 GB");
        decimal bytes = number * factor;
        return bytes == decimal.Truncate(bytes) ? Parsed.Of(new Size((long)bytes))
            : Parsed.Fail($"{text} is not a whole number of bytes");
    }

    public static Parsed Power(string text)
    {
        if (!Split(text, out decimal number, out string unit)) return NotANumber(text, "a power such as 20mW or 1.2W");
        if (Factor(Powers, unit) is not { } factor)
        {
            string near = Instead(unit, ("w", "W"), ("mw", "mW"), ("MW", "mW"), ("µW", "uW"), ("uw", "uW"));
            return Parsed.Fail(unit.Length == 0 ? $"a power needs a unit: {text}mW, {text}W, ..."
                : Unknown(text, unit, "uW, mW or W", Number(text) + near, near));
        }
        if (number < 0) return Parsed.Fail($"a power cannot be negative: {text}");
        if (number > 1e9m / factor) return Parsed.Fail($"{text} is more than 1000 W");
        decimal microwatts = number * factor;
        return microwatts == decimal.Truncate(microwatts) ? Parsed.Of(new Power((long)microwatts))
            : Parsed.Fail($"{text} is finer than a microwatt");
    }

    public static Parsed Energy(string text)
    {
        if (!Split(text, out decimal number, out string unit))
            return NotANumber(text, "an energy such as 15.4Wh");
        if (unit is not ("Wh" or "mWh"))
            return Parsed.Fail(unit == "mAh" ? $"{text} is a charge; times the battery's voltage it is an energy: "
                    + $"at 3.85 V {Plain(decimal.Round(number * 3.85m / 1000, 2))}Wh"
                : unit.Length == 0 ? $"an energy needs a unit: {text}Wh" : Unknown(text, unit, "Wh or mWh",
                    $"{Number(text)}Wh", unit is "wh" or "WH" ? "Wh" : ""));
        if (number <= 0) return Parsed.Fail($"an energy must be more than zero: {text}");
        if (number > 1e6m) return Parsed.Fail($"{text} is more than 1000 kWh");
        decimal milli = unit == "Wh" ? number * 1000 : number;
        return milli == decimal.Truncate(milli) ? Parsed.Of(new Energy((long)milli))
            : Parsed.Fail($"{text} is finer than a milliwatt-hour");
    }

    public static Parsed Probability(string text)
    {
        if (!Split(text, out decimal number, out string unit)) return NotANumber(text, "a share such as 2% or 0.1%");
        if (unit != "%")
            return Parsed.Fail(unit.Length > 0 ? $"a share is written in percent: {Number(text)}%"
                : number is >= 0 and <= 1 ? $"a share is written in percent: {Plain(number * 100)}% instead of {text}"
                    : $"a share is written in percent: {text}%");
        if (number is < 0 or > 100) return Parsed.Fail($"{text} is not between 0% and 100%");
        decimal parts = number * 10_000_000;
        return parts == decimal.Truncate(parts) ? Parsed.Of(new Probability((int)parts))
            : Parsed.Fail($"{text} is finer than 0.0000001%");
    }

    /// <summary>A decimal kept in thousandths: 1.3 is 1300.</summary>
    public static Parsed Permille(string text)
    {
        if (!Split(text, out decimal number, out string unit) || unit.Length > 0)
            return NotANumber(text, "a plain number such as 1.3");
        if (number < 0) return Parsed.Fail($"cannot be negative: {text}");
        if (number > 1_000_000) return Parsed.Fail($"{text} is more than a million");
        decimal thousandths = number * 1000;
        return thousandths == decimal.Truncate(thousandths) ? Parsed.Of((int)thousandths)
            : Parsed.Fail($"{text} has more than three decimals");
    }

    /// <summary>A value of a metric, in any unit a metric may have.</summary>
    public static Parsed Quantity(string text)
    {
        if (!Split(text, out decimal number, out string unit))
            return NotANumber(text, "a number with the metric's unit, such as 90s, 0, 2%, 10KiB/h or 5/s");
        if (number is > 1e18m or < -1e18m) return Parsed.Fail($"{text} is too large");
        // the nearest double, which a cast from decimal is not always
        Quantity Of(decimal value, Unit kind) => new(double.Parse(Plain(value), CultureInfo.InvariantCulture), kind);
        if (unit.Length == 0) return Parsed.Of(Of(number, Unit.Count));
        if (unit == "%") return Parsed.Of(Of(number / 100, Unit.Share));
        if (unit == "/s") return Parsed.Of(Of(number, Unit.PerSecond));
        if (unit == "/h") return Parsed.Of(Of(number, Unit.PerHour));
        if (unit == "%/d") return Parsed.Of(Of(number / 100, Unit.SharePerDay));
        if (unit == "J/h") return Parsed.Of(Of(number, Unit.JoulesPerHour));
        if (Factor(Times, unit) is { } time) return Parsed.Of(Of(number * time / 1e9m, Unit.Seconds));
        if (Factor(Sizes, unit) is { } size) return Parsed.Of(Of(number * size, Unit.Bytes));
        if (unit.EndsWith("/h", StringComparison.Ordinal) && Factor(Sizes, unit[..^2]) is { } hourly)
            return Parsed.Of(Of(number * hourly, Unit.BytesPerHour));
        return Parsed.Fail($"unknown unit '{unit}' in '{text}'; metrics are in a plain count, a time (us, ms, s, m, "
            + "h), %, a size (B, kB, KiB), /s, /h, a size per hour (KiB/h), an energy per hour (J/h), or a "
            + "share per day (%/d)");
    }

    /// <summary>The text that reads back as this value, in the base unit.</summary>
    public static string Text(Quantity quantity)
    {
        // the shortest digits that tell this number from its neighbours
        decimal value = decimal.Parse(
            quantity.Value.ToString(CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture);
        return quantity.Unit switch
        {
            Unit.Seconds => Plain(value) + "s", Unit.Bytes => Plain(value) + "B",
            Unit.Share => Plain(value * 100) + "%", Unit.PerSecond => Plain(value) + "/s",
            Unit.PerHour => Plain(value) + "/h", Unit.BytesPerHour => Plain(value) + "B/h",
            Unit.JoulesPerHour => Plain(value) + "J/h", Unit.SharePerDay => Plain(value * 100) + "%/d",
            _ => Plain(value),
        };
    }

    public static Parsed Integer(string text, long least, ulong most)
    {
        if (!Split(text, out decimal number, out string unit) || number != decimal.Truncate(number))
            return NotANumber(text, "a whole number");
        if (unit.Length > 0 || text.Contains('.') || text.StartsWith('+'))
            return Parsed.Fail($"expected a plain whole number, found '{text}'");
        if (number < least || number > most)
            return Parsed.Fail(string.Create(CultureInfo.InvariantCulture,
                $"{text} is not between {least} and {most}"));
        return Parsed.Of(number);
    }

    // a sign, digits, perhaps a point and digits; then anything without a digit is the unit
    private static bool Split(string text, out decimal number, out string unit)
    {
        int end = Number(text).Length;
        unit = text[end..].Trim(' ');
        number = 0;
        return end > 0 && !unit.Any(char.IsDigit) && end <= 28
            && decimal.TryParse(text.AsSpan(0, end), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture, out number);
    }

    private static string Number(string text)
    {
        int i = 0;
        if (i < text.Length && text[i] is '-' or '+') i++;
        while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.')) i++;
        return text[..i];
    }

    private static decimal? Factor((string Name, decimal Factor)[] units, string unit)
    {
        foreach ((string name, decimal factor) in units)
            if (name == unit) return factor;
        return null;
    }

    private static string Instead(string unit, params (string Wrong, string Right)[] table)
    {
        foreach ((string wrong, string right) in table)
            if (string.Equals(wrong, unit, StringComparison.Ordinal)) return right;
        return "";
    }

    private static string Unknown(string text, string unit, string units, string instead, string near) =>
        $"unknown unit '{unit}' in '{text}', expected {units}{(near.Length > 0 ? $"; did you mean '{instead}'?" : "")}";

    private static Parsed NotANumber(string text, string expected) =>
        Parsed.Fail(text.Length == 0 ? $"a value is missing, expected {expected}"
            : $"expected {expected}, found '{Problem.Printable(text)}'"
                + (text.Contains(',') ? "; decimals take a point" : ""));

    /// <summary>Without exponent or needless zeros.</summary>
    public static string Plain(decimal value) =>
        value.ToString("0.############################", CultureInfo.InvariantCulture);
}
