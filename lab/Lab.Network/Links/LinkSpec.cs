namespace Lab.Network;

/// <summary>How jitter is spread around the delay.</summary>
public enum JitterShape : byte
{
    /// <summary>Uniform in delay +- jitter.</summary>
    Uniform,

    /// <summary>Normal with the jitter as its standard deviation, cut at four of them and at zero delay.</summary>
    Normal,

    /// <summary>Delay plus an exponential extra whose mean is the jitter.</summary>
    Exponential,

    /// <summary>Delay plus a Pareto extra (shape 3) whose mean is the jitter: rare, long spikes.</summary>
    Pareto,
}

/// <summary>
/// Loss that is either independent per packet (Bad probabilities absent) or follows a good/bad channel in time.
/// </summary>
public sealed record LossSpec
{
    public static readonly LossSpec None = new();

    /// <summary>Loss of each packet while the channel is good (always, without a bad state).</summary>
    public Probability WhenGood { get; init; } = Probability.Never;

    /// <summary>Loss of each packet while the channel is bad.</summary>
    public Probability WhenBad { get; init; } = Probability.Never;

    /// <summary>
    /// Mean stay in the bad state; zero = there is none. Stays are exponential and pass with time, not with packets.
    /// </summary>
    public Duration BadFor { get; init; } = Duration.Zero;

    public Duration GoodFor { get; init; } = Duration.Zero;
}

/// <summary>Outages that come and go by themselves; while one lasts, packets are dropped.</summary>
public sealed record OutageSpec
{
    /// <summary>Mean time between outages (exponential).</summary>
    public Duration Every { get; init; } = Duration.Zero;

    /// <summary>Median length; lengths are lognormal with <see cref="SigmaPermille"/>.</summary>
    public Duration Median { get; init; } = Duration.Zero;

    /// <summary>Sigma of the lognormal, in thousandths; 0 = always the median.</summary>
    public int SigmaPermille { get; init; }
}

/// <summary>One direction of a link.</summary>
public sealed record LinkSpec
{
    /// <summary>
    /// What a queue without limit holds, so that a path that never drains cannot take all memory; beyond, it drops.
    /// </summary>
    public const int UnlimitedQueueBytes = 16 << 20;

    public Duration Delay { get; init; } = Duration.Zero;
    public Duration Jitter { get; init; } = Duration.Zero;
    public JitterShape Shape { get; init; } = JitterShape.Uniform;

    /// <summary>Bits per second on the wire; 0 = unlimited.</summary>
    public long RateBitsPerSecond { get; init; }

    /// <summary>Drop-tail queue in front of the rate, in bytes; 0 = unlimited.</summary>
    public int QueueBytes { get; init; }

    public LossSpec Loss { get; init; } = LossSpec.None;
    public OutageSpec? Outages { get; init; }
}
