namespace Lab.Network;

/// <summary>A chance in parts per billion, so that draws are decided by integers.</summary>
public readonly record struct Probability(int PartsPerBillion)
{
    public static readonly Probability Never = new(0);
    public static readonly Probability Always = new(1_000_000_000);

    /// <summary>For reports only.</summary>
    public double Ratio => PartsPerBillion / 1e9;
}
