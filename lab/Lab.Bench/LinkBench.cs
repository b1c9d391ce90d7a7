using Lab.Network;

namespace Lab.Bench;

/// <summary>One unit offered and one taken, about ten of them inside; the unit is as large as a TCP segment.</summary>
internal static class LinkBench
{
    private static readonly LinkSpec Plain = new()
    {
        Delay = Duration.FromMilliseconds(50), RateBitsPerSecond = 10_000_000, QueueBytes = 100_000,
    };

    private static readonly LinkSpec Lossy = Plain with
    {
        Jitter = Duration.FromMilliseconds(5), Shape = JitterShape.Normal, Loss = new() { WhenGood = new(10_000_000) },
    };

    public static IEnumerable<Benchmark> All { get; } =
    [
        OfferAndTake("link, offer + take", 60, Plain),
        OfferAndTake("link, the same with 1 % loss and jitter", 80, Lossy),
        OfferAndTake("link, the same under weather", 90, Plain with
        {
            Jitter = Duration.FromMilliseconds(5), Shape = JitterShape.Normal,
            Loss = new()
            {
                WhenGood = new(1_000_000), GoodFor = Duration.FromSeconds(60),
                WhenBad = new(500_000_000), BadFor = Duration.FromSeconds(2),
            },
            Outages = new()
            {
                Every = Duration.FromMinutes(10), Median = Duration.FromSeconds(5), SigmaPermille = 1000,
            },
        }),
        OfferAndTake("link, the same on a trace", 90, Plain with
        {
            Trace = new OpportunityTrace([3, 5, 9, 14, 14, 20]),
        }),
        new Benchmark("link, memory when idle", () => IdleBytes("link, memory when idle")),
    ];

    /// <summary>What 10,000 links hold that have carried a unit and are empty again, with all they forked.</summary>
    private static Row IdleBytes(string name)
    {
        var links = new Link<Segment>[10_000];
        var transit = new Transit<Segment>();
        RandomStream root = RandomStream.Root(1);
        new Link<Segment>(Lossy, root, transit).Offer(Instant.Zero, default, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < links.Length; i++)
        {
            links[i] = new Link<Segment>(Lossy, root.Fork("link"), transit);
            links[i].Offer(Instant.Zero, default, 100);
            links[i].TryTake(links[i].NextTime, out _);
        }
        double bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)links.Length;
        GC.KeepAlive(links);
        return new(name, bytes, 300, "B");
    }

    private static OperationBenchmark OfferAndTake(string name, double nanoseconds, LinkSpec spec) =>
        new(name, nanoseconds, "ns", () =>
        {
            var link = new Link<Segment>(spec, RandomStream.Root(1));
            var gap = Duration.FromMilliseconds(5);
            var now = Instant.Zero;
            var unit = new Segment();
            return times =>
            {
                for (int i = 0; i < times; i++)
                {
                    now += gap;
                    while (link.NextTime <= now) link.TryTake(link.NextTime, out _);
                    unit.Sequence++;
                    link.Offer(now, in unit, 120);
                }
            };
        });
}
