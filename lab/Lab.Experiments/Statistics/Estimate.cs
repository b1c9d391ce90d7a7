namespace Lab.Experiments;

/// <summary>What the two ends of an estimate are.</summary>
public enum Ends
{
    /// <summary>Fewer than two runs, or a number that has no interval: no ends.</summary>
    None,

    /// <summary>Smallest and largest value of single runs: too few of them for an interval.</summary>
    Range,

    /// <summary>95 % bootstrap interval.</summary>
    Interval,
}

/// <summary>
/// A number taken from so many runs, with its ends. NaN = no run has a population; infinite = "never".
/// </summary>
public readonly record struct Estimate(double Value, double Low, double High, Ends Ends, int Runs)
{
    public static readonly Estimate None = new(double.NaN, double.NaN, double.NaN, Ends.None, 0);

    public bool Known => !double.IsNaN(Value);
}
