using Lab.Network;

namespace Lab.Tests;

/// <summary>
/// Loss, jitter and weather against their known values; bounds are 5 sigma unless a line says otherwise.
/// </summary>
public sealed class LinkStatisticsTests
{
    [Theory]
    [InlineData(20_000_000)]   // 2 %
    [InlineData(300_000_000)]  // 30 %
    public void Independent_loss_takes_its_share_of_a_million_units(int partsPerBillion)
    {
        const int units = 1_000_000;
        var loss = new Probability(partsPerBillion);
        Link<int> link = New(new() { Loss = new() { WhenGood = loss } });
        int[] runs = new int[3];
        int lost = 0, length = 0;
        for (int i = 0; i < units; i++)
        {
            bool isLost = Pass(link, new(i)) == Fate.Lost;
            if (isLost) lost++;
            length = isLost ? length + 1 : 0;
            if (length is 1 or 2) runs[length]++;
        }
        double p = loss.Ratio;
        Assert.InRange(lost - units * p, -5 * Math.Sqrt(units * p), 5 * Math.Sqrt(units * p));
        // Independent: a loss follows a loss as often as any loss.
        Assert.InRange(runs[2] - runs[1] * p, -5 * Math.Sqrt(runs[1] * p + 1), 5 * Math.Sqrt(runs[1] * p + 1));
    }

    [Fact]
    public void Loss_of_nothing_and_loss_of_everything_are_certain()
    {
        Link<int> none = New(new()), all = New(new() { Loss = new() { WhenGood = Probability.Always } });
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(Fate.Delivered, Pass(none, new(i)));
            Assert.Equal(Fate.Lost, Pass(all, new(i)));
        }
        Assert.True(all.IsDown(new(1000)));
        Assert.Equal(Instant.Never, all.NextChange);
    }

    /// <summary>
    /// mean, then the share of units below each of (delay - jitter, delay, delay + jitter, delay + 3 jitters).
    /// </summary>
    public static TheoryData<JitterShape, double, double[]> Shapes => new()
    {
        { JitterShape.Uniform, 100, [0, 0.5, 1, 1] },
        { JitterShape.Normal, 100, [0.158655, 0.5, 0.841345, 0.998650] },
        { JitterShape.Exponential, 110, [0, 0, 0.632121, 0.950213] },
        { JitterShape.Pareto, 110, [0, 0, 0.703704, 0.936] },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Jitter_has_the_mean_and_the_shares_of_its_shape(JitterShape shape, double mean, double[] shares)
    {
        const int units = 200_000;
        Link<int> link = New(new() { Delay = Ms(100), Jitter = Ms(10), Shape = shape });
        double[] limits = [90, 100, 110, 130];
        int[] below = new int[4];
        double sum = 0, longest = 0;
        Instant now = Instant.Zero;
        for (int i = 0; i < units; i++)
        {
            link.Offer(now, i, 100);
            double took = (link.NextTime - now).Nanoseconds / 1e6;
            link.TryTake(now = link.NextTime, out _);
            sum += took;
            longest = Math.Max(longest, took);
            for (int n = 0; n < limits.Length; n++)
                if (took < limits[n]) below[n]++;
        }
        Assert.Equal(mean, sum / units, 0.15); // Pareto: sigma 17 ms / sqrt(units) = 0.03 ms
        for (int n = 0; n < limits.Length; n++)
            Assert.Equal(shares[n], below[n] / (double)units, 5 * Math.Sqrt(0.25 / units));
        if (shape == JitterShape.Normal) Assert.Equal(140, longest);
    }

    [Fact]
    public void Jitter_larger_than_the_delay_never_arrives_before_it_was_offered()
    {
        foreach (JitterShape shape in Enum.GetValues<JitterShape>())
        {
            Link<int> link = New(new() { Delay = Ms(1), Jitter = Ms(10), Shape = shape });
            Instant now = Instant.Zero;
            for (int i = 0; i < 1000; i++, now += Ms(1))
            {
                while (link.NextTime <= now) link.TryTake(link.NextTime, out _);
                link.Offer(now, i, 1);
                Assert.True(link.NextTime >= now);
            }
        }
    }

    /// <summary>100,000 stays each: their mean, and the share of them longer than half, one and two means.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(200)]
    [InlineData(2_000)]
    public void Stays_of_the_channel_have_their_means_and_are_exponential(int badMilliseconds)
    {
        Duration mean = Ms(badMilliseconds);
        Link<int> link = New(new() { Loss = Channel(mean, mean * 4) });
        (List<Duration> bad, List<Duration> good) = Stays(link, mean * 500_000);
        Assert.InRange(bad.Count, 98_500, 101_500);
        AssertExponential(bad, mean);
        AssertExponential(good, mean * 4);
        double isBad = bad.Sum(s => s.TotalSeconds);
        Assert.Equal(0.2, isBad / (isBad + good.Sum(s => s.TotalSeconds)), 0.0036);
    }

    /// <summary>
    /// The state now and a gap later are alike by exp(-gap / tau), tau = bad * good / (bad + good): so a loss follows a
    /// loss with 0.2 + 0.8 * exp(-gap / tau). 200,000 units, a quarter of a stay apart, and 10 stays apart.
    /// </summary>
    [Theory]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(200)]
    [InlineData(2_000)]
    public void A_channel_takes_its_share_of_the_units_and_a_loss_follows_a_loss_as_often_as_stays_say(
        int badMilliseconds)
    {
        Duration mean = Ms(badMilliseconds);
        foreach (double apart in (double[])[0.25, 10])
        {
            const int units = 200_000;
            Link<int> link = New(new() { Loss = Channel(mean, mean * 4) });
            int lost = 0, again = 0;
            bool was = false;
            for (int i = 0; i < units; i++)
            {
                bool isLost = Pass(link, new((long)(i * apart * mean.Nanoseconds))) == Fate.Lost;
                if (isLost) lost++;
                if (isLost && was) again++;
                was = isLost;
            }
            double alike = Math.Exp(-apart / 0.8), sigma = Math.Sqrt(0.16 / units * (1 + alike) / (1 - alike));
            Assert.Equal(0.2, lost / (double)units, 5 * sigma);
            double follows = 0.2 + 0.8 * alike;
            Assert.Equal(follows, again / (double)lost, 5 * Math.Sqrt(follows * (1 - follows) / lost));
        }
    }

    [Fact]
    public void A_channel_starts_in_its_stationary_shares_and_without_a_good_state_stays_bad()
    {
        var spec = new LinkSpec { Loss = Channel(Ms(3_000), Ms(7_000)) };
        int bad = Enumerable.Range(0, 20_000).Count(seed => New(spec, (ulong)seed).IsDown(Instant.Zero));
        Assert.InRange(bad, 6_000 - 325, 6_000 + 325);
        Assert.True(New(new() { Loss = Channel(Ms(1), Duration.Zero) }).IsDown(Instant.Zero + Duration.FromHours(1)));
    }

    [Fact]
    public void Loss_in_each_state_of_the_channel_is_that_of_the_state()
    {
        LossSpec loss = Channel(Ms(2_000), Ms(6_000)) with { WhenBad = new(400_000_000), WhenGood = new(10_000_000) };
        Link<int> link = New(new() { Loss = loss }), witness = New(new() { Loss = Channel(Ms(2_000), Ms(6_000)) });
        int[] units = new int[2], lost = new int[2];
        for (int i = 0; i < 1_000_000; i++)
        {
            var now = new Instant(i * Ms(20).Nanoseconds);
            int state = witness.IsDown(now) ? 1 : 0;
            units[state]++;
            if (Pass(link, now) == Fate.Lost) lost[state]++;
        }
        Assert.InRange(lost[0] / (double)units[0], 0.01 - 0.0006, 0.01 + 0.0006);
        Assert.InRange(lost[1] / (double)units[1], 0.40 - 0.005, 0.40 + 0.005);
        Assert.InRange(units[1] / 1e6, 0.22, 0.28); // 2,500 rounds of the channel: sigma 0.0053
    }

    [Fact]
    public void Outages_have_exponential_gaps_and_lognormal_lengths()
    {
        var spec = new LinkSpec { Outages = new() { Every = Ms(60_000), Median = Ms(3_000), SigmaPermille = 1000 } };
        (List<Duration> down, List<Duration> up) = Stays(New(spec), Duration.FromHours(200));
        AssertMean(up, 60, 60);
        AssertMean(down, 3 * Math.Exp(0.5), 3 * Math.Exp(0.5) * Math.Sqrt(Math.E - 1));
        AssertShare(down, s => s > Ms(3_000), 0.5);
        AssertShare(down, s => s > Ms(6_000), 1 - 0.755891); // Phi(ln 2)
        Assert.False(New(spec).IsDown(Instant.Zero));
    }

    [Fact]
    public void Outages_without_a_sigma_all_last_their_median()
    {
        var spec = new LinkSpec { Outages = new() { Every = Duration.FromSeconds(60), Median = Ms(3_000) } };
        (List<Duration> down, _) = Stays(New(spec), Duration.FromHours(10));
        Assert.All(down, s => Assert.Equal(Ms(3_000), s));
    }

    /// <summary>The rule of rules: what passes through a link does not change what the link goes through.</summary>
    [Fact]
    public void Two_traffic_patterns_under_one_seed_meet_the_same_weather()
    {
        for (ulong seed = 0; seed < 6; seed++)
        {
            var spec = new LinkSpec
            {
                Delay = Ms(30), Jitter = Ms(20), RateBitsPerSecond = 1_000_000, QueueBytes = 10_000,
                Loss = Channel(Ms(700), Ms(5_000)),
                Outages = new() { Every = Ms(40_000), Median = Ms(900), SigmaPermille = 900 },
            };
            var unchanged = Weather(New(spec, seed), null);
            Assert.Equal(unchanged, Weather(New(spec, seed), RandomStream.Root(seed).Fork("sparse"), 60_000));
            Assert.Equal(unchanged, Weather(New(spec, seed), RandomStream.Root(seed).Fork("dense"), 5));
            Assert.NotEqual(unchanged, Weather(New(spec, seed + 1), null));
        }

        // Down or not each 10 ms of four minutes, with or without units offered and taken at random times between.
        static List<bool> Weather(Link<int> link, RandomStream? traffic, int everyMilliseconds = 0)
        {
            var weather = new List<bool>();
            Instant next = Instant.Zero;
            for (int i = 0; i < 24_000; i++)
            {
                var now = new Instant(i * Ms(10).Nanoseconds);
                while (traffic != null && next < now)
                {
                    while (link.NextTime <= next) link.TryTake(link.NextTime, out _);
                    link.Offer(next, i, 500);
                    next += traffic.Exponential(Ms(everyMilliseconds)) + new Duration(1);
                }
                while (link.NextTime <= now) link.TryTake(link.NextTime, out _);
                weather.Add(link.IsDown(now));
            }
            return weather;
        }
    }

    [Fact]
    public void A_change_that_leaves_the_weathers_numbers_alone_leaves_the_weather_alone()
    {
        var spec = new LinkSpec
        {
            Loss = Channel(Ms(700), Ms(5_000)), Outages = new() { Every = Ms(40_000), Median = Ms(900) },
        };
        Link<int> still = New(spec), changed = New(spec);
        for (int i = 0; i < 60_000; i++)
        {
            var now = new Instant(i * Ms(10).Nanoseconds);
            if (i == 20_000)
                changed.Change(now, spec with { Delay = Ms(500), Loss = spec.Loss with { WhenGood = new(1) } });
            if (i == 40_000) changed.Change(now, spec);
            Assert.Equal(still.IsDown(now), changed.IsDown(now));
        }
    }

    [Fact]
    public void Weather_that_a_change_brings_begins_there_and_ends_with_the_change_back()
    {
        Link<int> link = New(new());
        Assert.Equal(Instant.Never, link.NextChange);
        link.Change(Instant.Zero + Ms(1_000), new() { Loss = Channel(Ms(1), Duration.Zero) });
        Assert.True(link.IsDown(Instant.Zero + Ms(1_000)));
        link.Change(Instant.Zero + Ms(2_000), new());
        Assert.False(link.IsDown(Instant.Zero + Ms(2_000)));
        Assert.Equal(Instant.Never, link.NextChange);
    }

    /// <summary>
    /// Follows NextChange through a time and returns how long the link was down and up, whole stays only.
    /// </summary>
    private static (List<Duration> Down, List<Duration> Up) Stays(Link<int> link, Duration length)
    {
        List<Duration> down = [], up = [];
        Instant since = Instant.Never;
        bool was = link.IsDown(Instant.Zero);
        while (link.NextChange < Instant.Zero + length)
        {
            Instant now = link.NextChange;
            bool isDown = link.IsDown(now);
            if (isDown == was) continue;
            if (since < Instant.Never) (was ? down : up).Add(now - since);
            (was, since) = (isDown, now);
        }
        return (down, up);
    }

    private static void AssertMean(List<Duration> stays, double seconds, double sigma) =>
        Assert.Equal(seconds, stays.Average(s => s.TotalSeconds), 5 * sigma / Math.Sqrt(stays.Count));

    private static void AssertExponential(List<Duration> stays, Duration mean)
    {
        AssertMean(stays, mean.TotalSeconds, mean.TotalSeconds);
        foreach (double means in (double[])[0.5, 1, 2])
            AssertShare(stays, s => s.TotalSeconds > means * mean.TotalSeconds, Math.Exp(-means));
    }

    private static void AssertShare(List<Duration> stays, Func<Duration, bool> that, double share)
    {
        double sigma = Math.Sqrt(share * (1 - share) / stays.Count);
        Assert.Equal(share, stays.Count(that) / (double)stays.Count, 5 * sigma);
    }

    /// <summary>Offers one unit and takes it at its arrival, if it has one.</summary>
    private static Fate Pass(Link<int> link, Instant now)
    {
        Fate fate = link.Offer(now, 0, 100);
        return fate == Fate.Inside && link.TryTake(now, out Passage<int> passage) ? passage.Fate : fate;
    }

    private static LossSpec Channel(Duration bad, Duration good) =>
        new() { WhenBad = Probability.Always, BadFor = bad, GoodFor = good };

    private static Link<int> New(LinkSpec spec, ulong seed = 1) => new(spec, RandomStream.Root(seed).Fork("link"));
    private static Duration Ms(long n) => Duration.FromMilliseconds(n);
}
