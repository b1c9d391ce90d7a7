using Lab.Network;

namespace Lab.Tests;

public class TimerWheelTests
{
    private static Duration Milliseconds(double ms) => new((long)Math.Round(ms * 1e6));

    /// <summary>A timer armed again when it runs sits on its granule's grid.</summary>
    [Theory]
    [InlineData(250, new[] { 1, 2, 4, 8, 10, 16, 30, 60, 75, 120, 300, 7200 },
        new[] { 1.024, 2.016, 4.096, 8.192, 10.24, 16.128, 30.72, 61.44, 75.776, 120.832, 311.296, 7208.96 })]
    [InlineData(1000, new[] { 1, 2, 4, 8, 10, 16, 30, 60, 75, 120, 300, 7200 },
        new[] { 1.024, 2.048, 4.032, 8.192, 10.24, 16.384, 30.208, 61.44, 77.824, 122.88, 327.68, 7340.032 })]
    public void A_chain_of_timers_locks_to_the_next_granule(int hz, int[] wishes, double[] seconds)
    {
        var wheel = new TimerWheel(hz, RandomStream.Root(7));
        for (int i = 0; i < wishes.Length; i++)
        {
            Instant first = wheel.After(new Instant(123_456_789), Duration.FromSeconds(wishes[i]));
            Instant second = wheel.After(first, Duration.FromSeconds(wishes[i]));
            Assert.Equal(seconds[i], (second - first).TotalSeconds, 6);
        }
    }

    /// <summary>From the two lines of the rule: the level is the smallest with d below 63 x 8^L jiffies.</summary>
    [Theory]
    [InlineData(250, 247, 4)]
    [InlineData(250, 253, 32)]
    [InlineData(250, 2_012, 32)]
    [InlineData(250, 2_017, 256)]
    [InlineData(250, 16_124, 256)]
    [InlineData(250, 16_129, 2_048)]
    [InlineData(250, 129_025, 16_384)]
    [InlineData(1000, 62, 1)]
    [InlineData(1000, 63, 8)]
    [InlineData(1000, 504, 64)]
    [InlineData(100, 620, 10)]
    [InlineData(100, 631, 80)]
    public void A_wait_is_late_by_up_to_the_granule_of_its_level_and_never_early(int hz, double ms, double granuleMs)
    {
        double tick = 1000.0 / hz, least = double.MaxValue, most = 0;
        for (int i = 0; i < 4000; i++)
        {
            var wheel = new TimerWheel(hz, RandomStream.Root((ulong)i));
            var now = new Instant((long)RandomStream.Root(5).Fork($"{i}").Below(1_000_000_000_000));
            double late = (wheel.After(now, Milliseconds(ms)) - now - Milliseconds(ms)).TotalSeconds * 1000;
            (least, most) = (Math.Min(least, late), Math.Max(most, late));
        }
        Assert.InRange(least, 0, 0.05 * granuleMs + tick);
        Assert.InRange(most, 0.95 * granuleMs, granuleMs + tick);
    }

    [Fact]
    public void Connections_of_one_host_share_a_phase_and_hosts_differ()
    {
        var one = new TimerWheel(250, RandomStream.Root(1));
        var other = new TimerWheel(250, RandomStream.Root(2));
        Instant now = new(5_000_000_001);
        Duration wait = Duration.FromSeconds(30);
        Duration later = Duration.FromMilliseconds(1);
        Assert.Equal(one.After(now, wait), one.After(now + later, wait - later));
        Assert.NotEqual(one.After(now, wait), other.After(now, wait));
    }

    /// <summary>Divided another way, near multiples of a tick and far out.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData(250)]
    [InlineData(300)]
    [InlineData(1000)]
    public void Jiffies_are_whole_ticks_however_far_the_run_has_gone(int hz)
    {
        long tick = 1_000_000_000 / hz;
        var wheel = new TimerWheel(hz, RandomStream.Root(3));
        foreach (long jiffies in (long[])[1, 2, 63, 64, 1_000_003, 1L << 32, 1L << 39])
            foreach (long off in (long[])[-1, 0, 1])
            {
                long wait = jiffies * tick + off;
                Assert.Equal((wait + tick - 1) / tick * tick, wheel.RoundUp(new Duration(wait)).Nanoseconds);
            }
    }

    [Fact]
    public void Without_ticks_timers_are_exact()
    {
        Instant now = new(17);
        Assert.Equal(now + Milliseconds(1.5), TimerWheel.Exact.After(now, Milliseconds(1.5)));
        Assert.Equal(Milliseconds(100.2), TimerWheel.Exact.RoundUp(Milliseconds(100.2)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(10_000)]
    public void Only_the_rates_that_kernels_have_exist(int hz) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TimerWheel(hz, RandomStream.Root(1)));

    [Fact]
    public void A_wait_in_jiffies_is_rounded_up_before_it_is_doubled() =>
        Assert.Equal(Milliseconds(304), new TimerWheel(250, RandomStream.Root(1)).RoundUp(Milliseconds(300.2)));
}
