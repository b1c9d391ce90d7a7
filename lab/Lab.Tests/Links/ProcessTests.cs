using Lab.Network;

namespace Lab.Tests;

public sealed class ProcessTests
{
    [Theory]
    [InlineData(500)]
    [InlineData(700)]
    [InlineData(1500)]
    [InlineData(3600)]
    public void A_Weibull_draw_has_its_mean_and_its_quantiles(int shapePermille)
    {
        RandomStream random = RandomStream.Root(7);
        Duration mean = Duration.FromSeconds(10);
        var drawn = new double[200_000];
        for (int i = 0; i < drawn.Length; i++) drawn[i] = random.Weibull(mean, shapePermille).TotalSeconds;
        Array.Sort(drawn);
        double k = shapePermille / 1000.0, scale = 10 / Gamma(1 + 1 / k);
        Assert.InRange(drawn.Average(), 9.8, 10.2);
        foreach (double p in new[] { 0.1, 0.5, 0.9, 0.99 })
        {
            double expected = scale * Math.Pow(-Math.Log(1 - p), 1 / k);
            Assert.InRange(drawn[(int)(p * drawn.Length)], 0.96 * expected, 1.04 * expected);
        }
    }

    [Fact]
    public void A_Weibull_of_shape_1_is_the_exponential_draw_by_draw()
    {
        RandomStream one = RandomStream.Root(3), other = RandomStream.Root(3);
        for (int i = 0; i < 1000; i++)
            Assert.Equal(one.Exponential(Duration.FromSeconds(1)), other.Weibull(Duration.FromSeconds(1), 1000));
    }

    [Theory]
    [InlineData(1000, 1000)]
    [InlineData(600, 2000)]
    public void A_channel_is_bad_for_its_share_of_time_whatever_the_shape_of_its_stays(int bad, int good)
    {
        Link<int> link = New(new()
        {
            Loss = new()
            {
                BadFor = Duration.FromSeconds(2), GoodFor = Duration.FromSeconds(8), WhenBad = Probability.Always,
                BadShapePermille = bad, GoodShapePermille = good,
            },
        });
        Assert.InRange(ShareDown(link, hours: 200), 0.19, 0.21);
    }

    [Fact]
    public void Outages_with_a_mean_last_that_long_and_come_as_often_as_they_should()
    {
        Link<int> link = New(new()
        {
            Outages = new()
            {
                Every = Duration.FromSeconds(57), EveryShapePermille = 700, Mean = Duration.FromSeconds(10),
                ShapePermille = 600,
            },
        });
        Assert.InRange(ShareDown(link, hours: 400), 10 / 67.0 - 0.012, 10 / 67.0 + 0.012);
    }

    [Fact]
    public void Two_links_under_one_sky_have_the_same_Weibull_weather_whatever_they_carry()
    {
        LinkSpec spec = new()
        {
            Outages = new() { Every = Duration.FromSeconds(5), Mean = Duration.FromSeconds(1), ShapePermille = 500 },
        };
        RandomStream sky = RandomStream.Root(5);
        Link<int> busy = new(spec, RandomStream.Root(1), null, sky), idle = new(spec, RandomStream.Root(2), null, sky);
        for (int ms = 0; ms < 600_000; ms += 10)
        {
            busy.Offer(At(ms), 0, 100);
            while (busy.TryTake(At(ms), out _)) { }
            if (ms % 1000 == 0) Assert.Equal(busy.IsDown(At(ms)), idle.IsDown(At(ms)));
        }
    }

    [Fact]
    public void A_concealed_loss_is_late_and_what_is_behind_it_comes_with_it()
    {
        LinkSpec spec = new()
        {
            Delay = Duration.FromMilliseconds(10),
            Concealed = new(new Probability(100_000_000), Duration.FromMilliseconds(8)),
        };
        Link<int> link = New(spec);
        List<(int Unit, long Late)> late = [];
        for (int i = 0; i < 1100; i++)
        {
            while (link.TryTake(At(i), out Passage<int> passage))
                late.Add((passage.Unit, (At(i) - At(passage.Unit)).Nanoseconds / 1_000_000 - 10));
            if (i < 1000) link.Offer(At(i), i, 100);
        }
        Assert.Equal(Enumerable.Range(0, 1000), late.Select(l => l.Unit));
        int[] repaired = [.. late.Where(l => l.Late == 8).Select(l => l.Unit)];
        Assert.InRange(repaired.Length, 70, 130);
        foreach (int unit in repaired)
            for (int behind = 1; behind < 8 && unit + behind < 1000; behind++)
                Assert.True(late[unit + behind].Late >= 8 - behind);   // nothing overtakes it
        Assert.All(late, l => Assert.InRange(l.Late, 0, 8));
    }

    [Theory]
    [InlineData(11_924, 10)]
    [InlineData(11_925, 35)]
    [InlineData(12_000, 35)]
    [InlineData(12_139, 35)]
    [InlineData(12_140, 10)]
    [InlineData(27_000, 35)]
    [InlineData(15_000, 10)]
    [InlineData(0, 10)]
    public void A_grid_delays_what_leaves_shortly_before_and_after_its_boundaries(int at, int delay)
    {
        Link<int> link = New(new()
        {
            Delay = Duration.FromMilliseconds(10),
            Grid = new(Duration.FromSeconds(15), Duration.FromSeconds(12), Duration.FromMilliseconds(75),
                Duration.FromMilliseconds(140), Duration.FromMilliseconds(25)),
        });
        link.Offer(At(at), 0, 100);
        Assert.Equal(At(at + delay), link.NextTime);
    }

    [Fact]
    public void A_table_of_percentiles_is_a_line_through_its_points_and_flat_outside()
    {
        var table = new DelayTable((50, Ms(20)), (500, Ms(40)), (950, Ms(100)));
        ulong U(double share) => (ulong)(share * ulong.MaxValue);
        Assert.Equal(Ms(20), table.At(0));
        Assert.Equal(Ms(20), table.At(U(0.05)));
        Assert.Equal(30, table.At(U(0.275)).Nanoseconds / 1e6, 3);
        Assert.Equal(40, table.At(U(0.5)).Nanoseconds / 1e6, 3);
        Assert.Equal(70, table.At(U(0.725)).Nanoseconds / 1e6, 3);
        Assert.Equal(Ms(100), table.At(ulong.MaxValue));
    }

    [Fact]
    public void A_table_of_packets_gives_each_its_own_delay_and_one_of_clients_the_same_both_ways()
    {
        var table = new DelayTable((50, Ms(20)), (500, Ms(40)), (950, Ms(100)));
        double[] packets = [.. Delays(New(new() { DelayTable = table }), 20_000).Order()];
        Assert.InRange(packets[10_000], 39, 41);
        Assert.InRange(packets[5_000], 28, 29.8);
        LinkSpec perClient = new() { DelayTable = table, DelayDraw = DelayDraw.PerClient };
        double[] clients =
        [
            .. Enumerable.Range(0, 2000).Select(c =>
            {
                RandomStream sky = RandomStream.Root((ulong)c);
                double[] both =
                [
                    .. Delays(new(perClient, RandomStream.Root(1), null, sky), 3),
                    .. Delays(new(perClient, RandomStream.Root(2), null, sky), 3),
                ];
                return Assert.Single(both.Distinct());
            }).Order(),
        ];
        Assert.InRange(clients[1000], 37, 43);
        Assert.Equal((20, 100), (clients[0], clients[^1]));
    }

    private static IEnumerable<double> Delays(Link<int> link, int units)
    {
        for (int i = 0; i < units; i++)
        {
            link.Offer(At(i * 1000), i, 100);
            Instant at = link.NextTime;
            link.TryTake(at, out _);
            yield return (at - At(i * 1000)).Nanoseconds / 1e6;
        }
    }

    private static double ShareDown(Link<int> link, int hours)
    {
        Instant end = Instant.Zero + Duration.FromHours(hours), now = Instant.Zero;
        double down = 0;
        while (now < end)
        {
            bool isDown = link.IsDown(now);
            Instant next = Instant.Min(end, link.NextChange);
            if (isDown) down += (next - now).TotalSeconds;
            now = next;
        }
        return down / (end - Instant.Zero).TotalSeconds;
    }

    private static double Gamma(double x)   // Stirling, after a few steps of the recurrence
    {
        double below = 1;
        for (; x < 20; x++) below *= x;
        return Math.Exp((x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + 1 / (12 * x)) / below;
    }

    private static Link<int> New(LinkSpec spec) => new(spec, RandomStream.Root(1));

    private static Duration Ms(long n) => Duration.FromMilliseconds(n);

    private static Instant At(int milliseconds) => Instant.Zero + Duration.FromMilliseconds(milliseconds);
}
