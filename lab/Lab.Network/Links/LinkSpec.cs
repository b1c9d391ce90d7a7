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

    /// <summary>Shape of the stays, in thousandths: 1000 is exponential, others are Weibull with that mean.</summary>
    public int BadShapePermille { get; init; } = 1000;

    public int GoodShapePermille { get; init; } = 1000;
}

/// <summary>Outages that come and go by themselves; while one lasts, packets are dropped.</summary>
public sealed record OutageSpec
{
    /// <summary>Mean time between outages.</summary>
    public Duration Every { get; init; } = Duration.Zero;

    /// <summary>Shape of these times, in thousandths: 1000 is exponential, others are Weibull with that mean.</summary>
    public int EveryShapePermille { get; init; } = 1000;

    /// <summary>Median length; lengths are lognormal with <see cref="SigmaPermille"/>.</summary>
    public Duration Median { get; init; } = Duration.Zero;

    /// <summary>Sigma of the lognormal, in thousandths; 0 = always the median.</summary>
    public int SigmaPermille { get; init; }

    /// <summary>Mean length, in place of the median: lengths are Weibull.</summary>
    public Duration Mean { get; init; } = Duration.Zero;

    /// <summary>Shape of these lengths, in thousandths; 1000 is exponential.</summary>
    public int ShapePermille { get; init; } = 1000;
}

/// <summary>
/// Loss that the radio repairs: the unit comes later, and with it, in a burst, what was behind it.
/// </summary>
public sealed record ConcealedSpec(Probability Share, Duration Delay);

/// <summary>
/// A delay that comes by the clock: units that leave within Before and After of a multiple of Every, shifted by Offset,
/// take Extra longer.
/// </summary>
public sealed record GridSpec(Duration Every, Duration Offset, Duration Before, Duration After, Duration Extra);

/// <summary>What a delay from a table of percentiles belongs to.</summary>
public enum DelayDraw : byte
{
    /// <summary>Each packet has its own.</summary>
    PerPacket,

    /// <summary>Each client has its own, in both directions, as long as it runs.</summary>
    PerClient,
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

    /// <summary>In place of the delay; absent = the delay stands.</summary>
    public DelayTable? DelayTable { get; init; }

    public DelayDraw DelayDraw { get; init; } = DelayDraw.PerPacket;
    public ConcealedSpec? Concealed { get; init; }
    public GridSpec? Grid { get; init; }

    /// <summary>Played from the start of the run, in place of the rate; absent = the rate stays.</summary>
    public Trace? Trace { get; init; }

    /// <summary>Whether the trace begins anew at its end.</summary>
    public bool TraceLoops { get; init; } = true;
}
