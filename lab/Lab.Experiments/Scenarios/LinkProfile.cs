using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// What lies between two hosts, in both directions: up is from client to server. Bad times come to both directions at
/// once.
/// </summary>
/// <example>{delay: 35ms, jitter: 10ms, up: 5Mbit/s, down: 20Mbit/s, queue: 256KiB, loss: 0.5%}</example>
public sealed record LinkProfile
{
    /// <summary>A preset (lab show links) whose numbers hold where no other key says them; absent = none.</summary>
    /// <example>lte-good</example>
    public string? Profile { get; init; }

    /// <summary>How long a packet travels, one way; {up: .., down: ..} where the ways differ.</summary>
    /// <example>35ms</example>
    public Ways<Duration> Delay { get; init; } = Duration.Zero;

    /// <summary>How much the delay of a packet varies; {up: .., down: ..} where the ways differ.</summary>
    /// <example>10ms</example>
    public Ways<Duration> Jitter { get; init; } = Duration.Zero;

    /// <summary>How the jitter is spread around the delay.</summary>
    public JitterShape JitterShape { get; init; } = JitterShape.Uniform;

    /// <summary>
    /// In place of the delay: percentiles of the delay one way, which packets or clients draw from; absent = delay
    /// says it.
    /// </summary>
    public DelayTableProfile? DelayTable { get; init; }

    /// <summary>Packets that the radio loses and repairs; absent = there are none.</summary>
    public ConcealedProfile? Concealed { get; init; }

    /// <summary>A longer delay at times that come by the clock; absent = there is none.</summary>
    public GridProfile? Grid { get; init; }

    /// <summary>Bits per second from client to server.</summary>
    /// <example>5Mbit/s</example>
    public Rate Up { get; init; }

    /// <summary>Bits per second from server to client.</summary>
    /// <example>20Mbit/s</example>
    public Rate Down { get; init; }

    /// <summary>How much may wait before the rate, in each direction; what comes on top is dropped.</summary>
    /// <example>256KiB</example>
    public Size Queue { get; init; }

    /// <summary>
    /// The share of packets that is lost, or a channel with good and bad times; {up: .., down: ..} where the ways
    /// differ; absent = nothing is lost.
    /// </summary>
    /// <example>0.5%</example>
    public Ways<LossProfile>? Loss { get; init; }

    /// <summary>Times without any passage that come by themselves; absent = there are none.</summary>
    public OutageProfile? Outages { get; init; }

    /// <summary>Rates, and perhaps more, as they were recorded; absent = they stay as they are.</summary>
    public TraceProfile? Trace { get; init; }

    /// <summary>
    /// Middleboxes behind it, by name, seen from the client, who is their inside and has each for itself; the first is
    /// next to the link.
    /// </summary>
    /// <example>[home-gateway]</example>
    public IReadOnlyList<string> Through { get; init; } = [];

    /// <summary>
    /// The radio of the client's at its near end, by name or in place; each client has one of its own. Absent = packets
    /// pass without waking anything, and no energy is counted.
    /// </summary>
    /// <example>lte</example>
    public RadioChoice? Radio { get; init; }

    public LinkSpec Upward() => Direction(Up, Delay.Up, Jitter.Up, Loss?.Up, Trace?.Upward);
    public LinkSpec Downward() => Direction(Down, Delay.Down, Jitter.Down, Loss?.Down, Trace?.Downward);

    private LinkSpec Direction(Rate rate, Duration delay, Duration jitter, LossProfile? loss, Trace? trace) => new()
    {
        Delay = delay, Jitter = jitter, Shape = JitterShape,
        RateBitsPerSecond = rate.BitsPerSecond, QueueBytes = checked((int)Queue.Bytes),
        Loss = loss?.ToSpec() ?? LossSpec.None,
        Outages = Outages?.ToSpec(),
        DelayTable = DelayTable?.ToTable(), DelayDraw = DelayTable?.Drawn ?? DelayDraw.PerPacket,
        Concealed = Concealed is { } c ? new ConcealedSpec(c.Share, c.Delay) : null,
        Grid = Grid is { } g ? new GridSpec(g.Every, g.Offset, g.Before, g.After, g.Extra) : null,
        Trace = trace, TraceLoops = Trace?.Loop ?? true,
    };
}

/// <summary>
/// Files that a link's directions play from the start of the run, in place of the rate: packet-delivery traces of
/// Mahimahi, or, where the name ends in .csv, a table with the columns time, rate, delay, loss and up (1 or 0), of
/// which the last four may be missing.
/// </summary>
/// <example>{up: traces/hills.up, down: traces/hills.down, loop: true}</example>
public sealed record TraceProfile
{
    /// <summary>
    /// From client to server: a file, looked for beside the one that names it; absent = the rate stays.
    /// </summary>
    /// <example>traces/hills.up</example>
    public string? Up { get; init; }

    /// <summary>
    /// From server to client: a file, looked for beside the one that names it; absent = the rate stays.
    /// </summary>
    /// <example>traces/hills.down</example>
    public string? Down { get; init; }

    /// <summary>
    /// The SHA-256 of the file for up, as a run.yaml has it: another file is refused; absent = whatever it holds is
    /// played.
    /// </summary>
    /// <example>9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08</example>
    public string? UpDigest { get; init; }

    /// <summary>The SHA-256 of the file for down; absent = whatever it holds is played.</summary>
    /// <example>9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08</example>
    public string? DownDigest { get; init; }

    /// <summary>Whether it begins anew at its end; else a Mahimahi trace stops for ever, and a table's last row
    /// stays.</summary>
    public bool Loop { get; init; } = true;

    /// <summary>What is in the files, once they are read.</summary>
    internal Trace? Upward { get; init; }

    internal Trace? Downward { get; init; }
}

/// <summary>
/// Percentiles of the delay one way, smallest first, as many as are known; straight lines lie in between, and nothing
/// is below the first or above the last.
/// </summary>
/// <example>{p5: 22ms, p50: 42ms, p95: 100ms, drawn: per-client}</example>
public sealed record DelayTableProfile
{
    /// <summary>What draws: where percentiles are of packets, packets; where they are of places, clients.</summary>
    public DelayDraw Drawn { get; init; } = DelayDraw.PerPacket;

    /// <summary>The delay that 1% stay below; absent = not known.</summary>
    /// <example>20ms</example>
    public Duration? P1 { get; init; }

    /// <summary>The delay that 5% stay below; absent = not known.</summary>
    /// <example>22ms</example>
    public Duration? P5 { get; init; }

    /// <summary>The delay that 10% stay below; absent = not known.</summary>
    /// <example>25ms</example>
    public Duration? P10 { get; init; }

    /// <summary>The delay that 25% stay below; absent = not known.</summary>
    /// <example>31ms</example>
    public Duration? P25 { get; init; }

    /// <summary>The delay that half stay below; absent = not known.</summary>
    /// <example>42ms</example>
    public Duration? P50 { get; init; }

    /// <summary>The delay that 75% stay below; absent = not known.</summary>
    /// <example>59ms</example>
    public Duration? P75 { get; init; }

    /// <summary>The delay that 90% stay below; absent = not known.</summary>
    /// <example>83ms</example>
    public Duration? P90 { get; init; }

    /// <summary>The delay that 95% stay below; absent = not known.</summary>
    /// <example>100ms</example>
    public Duration? P95 { get; init; }

    /// <summary>The delay that 99% stay below; absent = not known.</summary>
    /// <example>200ms</example>
    public Duration? P99 { get; init; }

    /// <summary>Those that are known, with their shares in thousandths.</summary>
    public IEnumerable<(int Permille, Duration Delay, string Name)> Points
    {
        get
        {
            (int, Duration?, string)[] all =
            [
                (10, P1, nameof(P1)), (50, P5, nameof(P5)), (100, P10, nameof(P10)), (250, P25, nameof(P25)),
                (500, P50, nameof(P50)), (750, P75, nameof(P75)), (900, P90, nameof(P90)), (950, P95, nameof(P95)),
                (990, P99, nameof(P99)),
            ];
            foreach ((int permille, Duration? delay, string name) in all)
                if (delay is { } known) yield return (permille, known, name);
        }
    }

    internal DelayTable? ToTable() => Points.Select(p => (p.Permille, p.Delay)).ToArray() is { Length: > 0 } points
        ? new DelayTable(points) : null;
}

/// <summary>
/// Loss that the radio repairs: such a packet is delayed, and what is behind it arrives with it in a burst.
/// </summary>
/// <example>{share: 0.5%, delay: 8ms}</example>
public sealed record ConcealedProfile
{
    /// <summary>The share of packets.</summary>
    /// <example>0.5%</example>
    public required Probability Share { get; init; }

    /// <summary>How much later they come.</summary>
    /// <example>8ms</example>
    public required Duration Delay { get; init; }
}

/// <summary>
/// A longer delay for what leaves shortly before or after a multiple of a time, counted from the start of the run, as
/// when satellites are assigned anew.
/// </summary>
/// <example>{every: 15s, offset: 12s, before: 75ms, after: 140ms, extra: 25ms}</example>
public sealed record GridProfile
{
    /// <summary>From one boundary to the next.</summary>
    /// <example>15s</example>
    public required Duration Every { get; init; }

    /// <summary>When the first boundary comes.</summary>
    /// <example>12s</example>
    public Duration Offset { get; init; } = Duration.Zero;

    /// <summary>How long before a boundary the delay begins.</summary>
    /// <example>75ms</example>
    public Duration Before { get; init; } = Duration.Zero;

    /// <summary>How long after a boundary it ends.</summary>
    /// <example>140ms</example>
    public Duration After { get; init; } = Duration.Zero;

    /// <summary>How much longer packets take then.</summary>
    /// <example>25ms</example>
    public required Duration Extra { get; init; }
}

/// <summary>Loss in bursts: a channel that is good and bad in turn, for times that are exponential unless a shape says
/// otherwise. A share alone is a channel
/// that is always good.</summary>
/// <example>{bad-for: 2s, good-for: 60s, loss-when-bad: 80%, loss-when-good: 0.1%}</example>
public sealed record LossProfile
{
    /// <summary>How long the channel stays bad, on average; 0s = it never is.</summary>
    /// <example>2s</example>
    public Duration BadFor { get; init; } = Duration.Zero;

    /// <summary>How long the channel stays good in between, on average.</summary>
    /// <example>60s</example>
    public Duration GoodFor { get; init; } = Duration.Zero;

    /// <summary>Shape of the bad times: 1 is exponential, others are Weibull with that average; below 1 most are
    /// short and some very long.</summary>
    /// <value>number</value>
    /// <example>0.7</example>
    public int BadShapePermille { get; init; } = 1000;

    /// <summary>Shape of the good times: 1 is exponential, others are Weibull with that average.</summary>
    /// <value>number</value>
    /// <example>0.7</example>
    public int GoodShapePermille { get; init; } = 1000;

    /// <summary>The share of packets lost while the channel is bad.</summary>
    /// <example>80%</example>
    public Probability LossWhenBad { get; init; } = Probability.Always;

    /// <summary>The share of packets lost while the channel is good.</summary>
    /// <example>0.1%</example>
    public Probability LossWhenGood { get; init; } = Probability.Never;

    public LossSpec ToSpec() => new()
    {
        BadFor = BadFor, GoodFor = GoodFor, BadShapePermille = BadShapePermille, GoodShapePermille = GoodShapePermille,
        WhenBad = LossWhenBad, WhenGood = LossWhenGood,
    };
}

/// <summary>
/// Outages that come by themselves. Their lengths are lognormal (median and sigma) or Weibull (mean and shape).
/// </summary>
/// <example>{every: 5m, median: 4s, sigma: 1.2}</example>
public sealed record OutageProfile
{
    /// <summary>Time from the end of one outage to the next, on average.</summary>
    /// <example>5m</example>
    public required Duration Every { get; init; }

    /// <summary>Shape of these times: 1 is exponential, others are Weibull with that average.</summary>
    /// <value>number</value>
    /// <example>0.7</example>
    public int EveryShapePermille { get; init; } = 1000;

    /// <summary>Half of the outages are shorter than this; absent = mean says how long they are.</summary>
    /// <example>4s</example>
    public Duration? Median { get; init; }

    /// <summary>Spread around the median: sigma of the lognormal; 0 = all alike.</summary>
    /// <example>1.2</example>
    public int SigmaPermille { get; init; }

    /// <summary>
    /// How long outages last on average: a Weibull's scale times Gamma(1 + 1/shape); absent = median says it.
    /// </summary>
    /// <example>6s</example>
    public Duration? Mean { get; init; }

    /// <summary>Shape of lengths with a mean: 1 is exponential, below 1 most are short and some very long.</summary>
    /// <value>number</value>
    /// <example>0.7</example>
    public int ShapePermille { get; init; } = 1000;

    public OutageSpec ToSpec() => new()
    {
        Every = Every, EveryShapePermille = EveryShapePermille, Median = Median ?? Duration.Zero,
        SigmaPermille = SigmaPermille, Mean = Mean ?? Duration.Zero, ShapePermille = ShapePermille,
    };
}
