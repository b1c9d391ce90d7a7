namespace Lab.Network;

/// <summary>
/// Theory of operation. Weather is what a link goes through whether or not anybody sends: a channel that is good or bad
/// in turn, and outages. Stays in the channel's states and times between outages are Weibull (shape 1: exponential);
/// outages last a lognormal or a Weibull time; a trace is weather, too. Each of the two processes draws its stays from
/// a stream of its own, one stay after the other from the start of the run, so the state at a moment depends on the
/// seed and the moment alone: two policies compared under one seed meet the same weather. Changes happen at the very
/// nanosecond that was drawn, so stays keep their distribution however short they are, and none is unseen. Up
/// and down of a path draw from equal streams and so are in the same state. The channel starts in its stationary
/// shares, outages start with a gap.
/// Sources: E. Gilbert (1960) and E. Elliott (1963) for the two states; lognormal outages fit the gaps in the public
/// logs of 3G, 4G and 5G journeys (Norway, Ghent, Ireland); Weibull stays were found right for UMTS (Karner et al., ICC
/// 2007). Leaves out: mixtures, and directions that go bad one without the other. The first stay of a channel is a
/// whole one, which with a shape other than 1 is not quite what one meets at a random moment.
/// </summary>
internal sealed class Weather
{
    // a stay beyond every run, whose end can still be told
    private static readonly Duration Longest = Duration.FromHours(24 * 36500);

    private Process channel, outages;
    private Trace? trace;
    private bool loops;

    /// <param name="sentUntil">A trace that begins now sends nothing at or before it.</param>
    public Weather(Instant now, LinkSpec spec, RandomStream random, Instant sentUntil)
    {
        channel = new(random.Fork("channel"));
        outages = new(random.Fork("outages"));
        channel.Begin(now, ChannelOf(spec), stationary: true);
        outages.Begin(now, OutagesOf(spec), stationary: false);
        Play(now, spec, sentUntil);
    }

    /// <summary>The trace that is played; null without one.</summary>
    public Playback? Playback { get; private set; }

    public bool Outage => outages.On || Playback is { Outage: true };
    public Instant NextChannelChange => channel.ChangesAt;

    public Instant NextOutageChange =>
        Playback is null ? outages.ChangesAt : Instant.Min(outages.ChangesAt, Playback.NextChange);

    public static bool IsNeeded(LinkSpec spec) =>
        ChannelOf(spec).Exists || OutagesOf(spec).Exists || spec.Trace is not null;

    /// <summary>The share that is lost now: the trace's, or that of the channel's state.</summary>
    public Probability Of(LossSpec loss) => Playback?.Loss ?? (channel.On ? loss.WhenBad : loss.WhenGood);

    public void Advance(Instant now)
    {
        if (channel.ChangesAt <= now) channel.Advance(now);
        if (outages.ChangesAt <= now) outages.Advance(now);
        Playback?.Advance(now);
    }

    /// <summary>
    /// A process whose numbers stay keeps its course; one with new numbers begins anew at this moment. A trace always
    /// plays as if from the start of the run.
    /// </summary>
    public void Change(Instant now, LinkSpec spec, Instant sentUntil)
    {
        if (!ReferenceEquals(spec.Trace, trace) || spec.TraceLoops != loops) Play(now, spec, sentUntil);
        if (channel.Kind != ChannelOf(spec)) channel.Begin(now, ChannelOf(spec), stationary: true);
        if (outages.Kind != OutagesOf(spec)) outages.Begin(now, OutagesOf(spec), stationary: false);
    }

    private void Play(Instant now, LinkSpec spec, Instant sentUntil)
    {
        (trace, loops) = (spec.Trace, spec.TraceLoops);
        Playback = trace?.Play(loops, sentUntil);
        Playback?.Advance(now);
    }

    private static Stays ChannelOf(LinkSpec spec) =>
        new(spec.Loss.GoodFor, spec.Loss.GoodShapePermille, spec.Loss.BadFor, spec.Loss.BadShapePermille, -1);

    private static Stays OutagesOf(LinkSpec spec) => spec.Outages is not { } o ? default
        : o.Mean > Duration.Zero ? new(o.Every, o.EveryShapePermille, o.Mean, o.ShapePermille, -1)
        : new(o.Every, o.EveryShapePermille, o.Median, 1000, o.SigmaPermille);

    /// <summary>
    /// Stays off are Weibull around their mean; stays on too (sigma -1), or lognormal around their median.
    /// </summary>
    private readonly record struct Stays(Duration Off, int OffShape, Duration On, int OnShape, int SigmaPermille)
    {
        public bool Exists => On > Duration.Zero && (Off > Duration.Zero || SigmaPermille < 0);
    }

    private struct Process(RandomStream random)
    {
        public Stays Kind { get; private set; }
        public bool On { get; private set; }

        public Instant ChangesAt { get; private set; } = Instant.Never;

        public void Begin(Instant now, Stays kind, bool stationary)
        {
            Kind = kind;
            On = kind.Exists && (kind.Off == Duration.Zero || stationary && StartsOn(kind));
            ChangesAt = now;
            Schedule();
        }

        public void Advance(Instant now)
        {
            while (ChangesAt <= now)
            {
                On = !On;
                Schedule();
            }
        }

        private readonly bool StartsOn(Stays kind) =>
            random.Below((ulong)(kind.On.Nanoseconds + kind.Off.Nanoseconds)) < (ulong)kind.On.Nanoseconds;

        private void Schedule()
        {
            if (!Kind.Exists || Kind.Off == Duration.Zero) ChangesAt = Instant.Never;
            else
                ChangesAt += Duration.Min(Longest, !On ? random.Weibull(Kind.Off, Kind.OffShape)
                    : Kind.SigmaPermille < 0 ? random.Weibull(Kind.On, Kind.OnShape)
                    : random.Lognormal(Kind.On, Kind.SigmaPermille));
        }
    }
}
