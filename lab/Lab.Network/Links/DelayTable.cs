namespace Lab.Network;

/// <summary>
/// A distribution as its percentiles, in rising order: straight lines in between, nothing below the first or above the
/// last of them. Alike when the points are.
/// </summary>
/// <remarks>
/// Theory of operation. A draw is a uniform number looked up on the line through the points (the inverse of the
/// distribution), with integers alone; below the first percentile and above the last one it is that one's value.
/// Leaves out: tails beyond the table.
/// </remarks>
public sealed class DelayTable : IEquatable<DelayTable>
{
    private readonly (int Permille, Duration Delay)[] points;

    /// <param name="points">At least one; shares in thousandths, each above the one before, delays no smaller.</param>
    public DelayTable(params ReadOnlySpan<(int Permille, Duration Delay)> points)
    {
        if (points.Length == 0) throw new ArgumentException("a table needs a point", nameof(points));
        for (int i = 1; i < points.Length; i++)
            if (points[i].Permille <= points[i - 1].Permille || points[i].Delay < points[i - 1].Delay)
                throw new ArgumentException($"point {i} is out of order", nameof(points));
        this.points = points.ToArray();
    }

    /// <summary>The delay at a uniform u / 2^64.</summary>
    public Duration At(ulong u)
    {
        ulong billionths = Math.BigMul(u, 1_000_000_000, out _);
        if (billionths <= (ulong)points[0].Permille * 1_000_000) return points[0].Delay;
        for (int i = 1; i < points.Length; i++)
        {
            ulong from = (ulong)points[i - 1].Permille * 1_000_000, to = (ulong)points[i].Permille * 1_000_000;
            if (billionths > to) continue;
            long step = (points[i].Delay - points[i - 1].Delay).Nanoseconds;
            return points[i - 1].Delay + new Duration((long)((UInt128)(ulong)step * (billionths - from) / (to - from)));
        }
        return points[^1].Delay;
    }

    public bool Equals(DelayTable? other) => other is not null && points.AsSpan().SequenceEqual(other.points);

    public override bool Equals(object? obj) => Equals(obj as DelayTable);

    public override int GetHashCode() => points.Length;
}
