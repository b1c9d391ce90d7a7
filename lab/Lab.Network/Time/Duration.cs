using System.Globalization;

namespace Lab.Network;

/// <summary>A span of time in nanoseconds; may be negative as a difference, not as a setting.</summary>
public readonly record struct Duration(long Nanoseconds) : IComparable<Duration>
{
    public static readonly Duration Zero = new(0);

    /// <summary>Longer than any run: "without limit".</summary>
    public static readonly Duration Forever = new(long.MaxValue);

    public static Duration FromMicroseconds(long n) => new(checked(n * 1_000));
    public static Duration FromMilliseconds(long n) => new(checked(n * 1_000_000));
    public static Duration FromSeconds(long n) => new(checked(n * 1_000_000_000));
    public static Duration FromMinutes(long n) => FromSeconds(checked(n * 60));
    public static Duration FromHours(long n) => FromSeconds(checked(n * 3600));

    public static Duration Min(Duration a, Duration b) => a.Nanoseconds <= b.Nanoseconds ? a : b;
    public static Duration Max(Duration a, Duration b) => a.Nanoseconds >= b.Nanoseconds ? a : b;

    public static Duration operator +(Duration a, Duration b) => new(a.Nanoseconds + b.Nanoseconds);
    public static Duration operator -(Duration a, Duration b) => new(a.Nanoseconds - b.Nanoseconds);
    public static Duration operator *(Duration a, long n) => new(checked(a.Nanoseconds * n));
    public static Duration operator /(Duration a, long n) => new(a.Nanoseconds / n);
    public static bool operator <(Duration a, Duration b) => a.Nanoseconds < b.Nanoseconds;
    public static bool operator >(Duration a, Duration b) => a.Nanoseconds > b.Nanoseconds;
    public static bool operator <=(Duration a, Duration b) => a.Nanoseconds <= b.Nanoseconds;
    public static bool operator >=(Duration a, Duration b) => a.Nanoseconds >= b.Nanoseconds;

    public int CompareTo(Duration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>For reports only; decisions use <see cref="Nanoseconds"/>.</summary>
    public double TotalSeconds => Nanoseconds / 1e9;

    /// <summary>The shortest exact form that a scenario file accepts: 250ms, 90s, 15m, 24h.</summary>
    public override string ToString()
    {
        if (this == Forever) return "forever";
        (long Unit, string Name)[] units =
            [(3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")];
        foreach ((long unit, string name) in units)
            if (Nanoseconds != 0 && Nanoseconds % unit == 0)
                return (Nanoseconds / unit).ToString(CultureInfo.InvariantCulture) + name;
        return Nanoseconds == 0 ? "0s"
            : (Nanoseconds / 1e9m).ToString("0.#########", CultureInfo.InvariantCulture) + "s";
    }
}
