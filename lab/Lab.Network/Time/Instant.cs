namespace Lab.Network;

/// <summary>A moment of the run, in nanoseconds since its start; never a wall-clock date.</summary>
public readonly record struct Instant(long Nanoseconds) : IComparable<Instant>
{
    public static readonly Instant Zero = new(0);

    /// <summary>Later than every moment a run can reach: "no deadline".</summary>
    public static readonly Instant Never = new(long.MaxValue);

    public static Instant Min(Instant a, Instant b) => a.Nanoseconds <= b.Nanoseconds ? a : b;
    public static Instant Max(Instant a, Instant b) => a.Nanoseconds >= b.Nanoseconds ? a : b;

    /// <summary>Never plus anything stays Never; other sums must not overflow (292 years).</summary>
    public static Instant operator +(Instant at, Duration by) =>
        at.Nanoseconds == long.MaxValue || by.Nanoseconds == long.MaxValue ? Never
            : new(at.Nanoseconds + by.Nanoseconds);

    public static Instant operator -(Instant at, Duration by) => new(at.Nanoseconds - by.Nanoseconds);
    public static Duration operator -(Instant a, Instant b) => new(a.Nanoseconds - b.Nanoseconds);
    public static bool operator <(Instant a, Instant b) => a.Nanoseconds < b.Nanoseconds;
    public static bool operator >(Instant a, Instant b) => a.Nanoseconds > b.Nanoseconds;
    public static bool operator <=(Instant a, Instant b) => a.Nanoseconds <= b.Nanoseconds;
    public static bool operator >=(Instant a, Instant b) => a.Nanoseconds >= b.Nanoseconds;

    public int CompareTo(Instant other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>For reports only; decisions use <see cref="Nanoseconds"/>.</summary>
    public double TotalSeconds => Nanoseconds / 1e9;

    public override string ToString() => this == Never ? "never" : new Duration(Nanoseconds).ToString();
}
