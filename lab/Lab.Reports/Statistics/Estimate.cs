namespace Lab.Reports;

/// <summary>What the two ends of an estimate are.</summary>
internal enum Ends
{
    /// <summary>Fewer than two values: no ends.</summary>
    None,

    /// <summary>Smallest and largest value: too few values for an interval.</summary>
    Range,

    /// <summary>95 % bootstrap interval.</summary>
    Interval,
}

/// <summary>A number taken from a sample, with its ends. NaN = no sample; infinite = "never".</summary>
internal readonly record struct Estimate(double Value, double Low, double High, Ends Ends, int Count)
{
    public static readonly Estimate None = new(double.NaN, double.NaN, double.NaN, Ends.None, 0);

    public bool Known => !double.IsNaN(Value);
}
