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
