using Lab.Network;

namespace Lab.Tests;

public class SharedSkyTests
{
    private static readonly LinkSpec Rough = new()
    {
        Outages = new OutageSpec
        {
            Every = Duration.FromSeconds(30), Median = Duration.FromSeconds(4), SigmaPermille = 1000,
        },
    };

    [Fact]
    public void Two_directions_under_one_sky_are_down_at_the_same_times()
    {
        RandomStream path = RandomStream.Root(5).Fork("link/phone"), sky = path.Fork("sky");
        var up = new Link<int>(Rough, path.Fork("up"), null, sky);
        var down = new Link<int>(Rough with { RateBitsPerSecond = 1000 }, path.Fork("down"), null, sky);
        int seen = 0;
        for (Instant t = Instant.Zero; t.TotalSeconds < 3600; t += Duration.FromMilliseconds(100))
        {
            Assert.Equal(up.IsDown(t), down.IsDown(t));
            if (up.IsDown(t)) seen++;
        }
        Assert.InRange(seen, 1000, 20_000);
    }

    /// <summary>Up loses all in bad times, down a half: both are bad at once, half of the time.</summary>
    [Fact]
    public void Two_directions_are_bad_together_and_each_loses_its_own_share()
    {
        LossSpec up = new()
        {
            BadFor = Duration.FromMilliseconds(50), GoodFor = Duration.FromMilliseconds(50), WhenBad =
                Probability.Always,
        };
        var path = new LinkElement(
            new() { Loss = up }, new() { Loss = up with { WhenBad = new(500_000_000) } }, RandomStream.Root(5), new());
        int upLost = 0, downLost = 0, both = 0;
        for (int i = 0; i < 200_000; i++)
        {
            var now = new Instant(i * 300_000_000L);
            bool lostUp = path.Offer(now, Direction.Up, default, out _) == Fate.Lost;
            bool lostDown = path.Offer(now, Direction.Down, default, out _) == Fate.Lost;
            Assert.Equal(lostUp, path.IsDown(now, Direction.Up));
            path.TryTake(now, Direction.Up, out _);
            path.TryTake(now, Direction.Down, out _);
            if (lostUp) upLost++;
            if (lostDown) downLost++;
            if (lostUp && lostDown) both++;
        }
        Assert.InRange(upLost, 100_000 - 1_200, 100_000 + 1_200);
        Assert.InRange(downLost, upLost / 2 - 800, upLost / 2 + 800);
        Assert.Equal(downLost, both);
    }

    [Fact]
    public void Without_a_shared_sky_they_are_not()
    {
        RandomStream path = RandomStream.Root(5).Fork("link/phone");
        var up = new Link<int>(Rough, path.Fork("up"));
        var down = new Link<int>(Rough, path.Fork("down"));
        int differ = 0;
        for (Instant t = Instant.Zero; t.TotalSeconds < 3600; t += Duration.FromMilliseconds(100))
            if (up.IsDown(t) != down.IsDown(t)) differ++;
        Assert.True(differ > 1000, $"{differ} of 36000 moments differ");
    }
}
