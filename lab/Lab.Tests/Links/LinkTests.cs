using Lab.Network;

namespace Lab.Tests;

public sealed class LinkTests
{
    [Fact]
    public void A_unit_arrives_after_the_delay()
    {
        Link<int> link = New(new() { Delay = Ms(35) });
        Assert.Equal(Fate.Inside, link.Offer(At(10), 7, 100));
        Assert.Equal(At(45), link.NextTime);
        Assert.False(link.TryTake(At(44), out _));
        Assert.True(link.TryTake(At(45), out Passage<int> passage));
        Assert.Equal(new Passage<int> { Unit = 7, Fate = Fate.Delivered, OfferedAt = At(10) }, passage);
        Assert.False(link.TryTake(At(45), out _));
        Assert.Equal(Instant.Never, link.NextTime);
    }

    [Fact]
    public void A_thousand_bytes_at_8_kbit_per_second_take_one_second_each()
    {
        Link<int> link = New(new() { Delay = Ms(100), RateBitsPerSecond = 8_000 });
        for (int i = 0; i < 3; i++) link.Offer(At(0), i, 1000);
        Assert.Equal([At(1100), At(2100), At(3100)], Drain(link).Select(p => p.At));
    }

    [Theory]
    [InlineData(1, 3, 2_666_666_667)]
    [InlineData(1500, 10_000_000, 1_200_000)]
    [InlineData(65_535, 1_000_000_000_000, 525)]
    [InlineData(int.MaxValue, 8, 2_147_483_647_000_000_000)]
    public void Sending_time_is_rounded_up_to_a_nanosecond(int bytes, long bitsPerSecond, long nanoseconds)
    {
        Link<int> link = New(new() { RateBitsPerSecond = bitsPerSecond });
        link.Offer(At(0), 0, bytes);
        Assert.Equal(new Instant(nanoseconds), link.NextTime);
    }

    [Fact]
    public void The_queue_overflows_at_the_first_byte_too_many()
    {
        Link<int> link = New(new() { RateBitsPerSecond = 8_000, QueueBytes = 1000 });
        Assert.Equal(Fate.Inside, link.Offer(At(0), 0, 1000)); // being sent until 1 s, does not wait
        Assert.Equal(Fate.Inside, link.Offer(At(0), 1, 600));  // waits
        Assert.Equal(Fate.Overflowed, link.Offer(At(0), 2, 401));
        Assert.Equal(Fate.Inside, link.Offer(At(0), 3, 400));
        Assert.Equal(Fate.Overflowed, link.Offer(At(999), 4, 1));
        Assert.Single(Drain(link, At(1000)));
        Assert.Equal(Fate.Overflowed, link.Offer(At(1000), 5, 601)); // 600 are being sent now, 400 wait
        Assert.Equal(Fate.Inside, link.Offer(At(1000), 6, 600));
        Assert.Equal(new LinkCounters(7, 1, 0, 3, 3), link.Units);
        Assert.Equal([1, 3, 6], Drain(link).Select(p => p.Passage.Unit));
        Assert.Equal(new LinkCounters(1000 + 600 + 401 + 400 + 1 + 601 + 600, 2600, 0, 1003, 0), link.Bytes);
    }

    [Fact]
    public void A_queue_without_limit_holds_no_more_than_16_MiB()
    {
        Link<int> link = New(new() { RateBitsPerSecond = 1 });
        int taken = Enumerable.Range(0, 20).Count(i => link.Offer(At(0), i, 1 << 20) == Fate.Inside);
        Assert.Equal(1 + 16, taken);                                 // one is being sent
    }

    [Fact]
    public void A_unit_larger_than_the_queue_passes_an_idle_link()
    {
        Link<int> link = New(new() { RateBitsPerSecond = 8_000, QueueBytes = 10 });
        Assert.Equal(Fate.Inside, link.Offer(At(0), 0, 1000));
        Assert.Equal(Fate.Overflowed, link.Offer(At(0), 1, 1000));
    }

    [Fact]
    public void A_queue_filled_at_the_old_rate_still_drains_at_it_after_a_change()
    {
        Link<int> link = New(new() { RateBitsPerSecond = 8_000, QueueBytes = 2000 });
        for (int i = 0; i < 3; i++) link.Offer(At(0), i, 1000);
        link.Change(At(500), new() { RateBitsPerSecond = 80_000, QueueBytes = 2500 });
        Assert.Equal(Fate.Overflowed, link.Offer(At(500), 3, 501));
        Assert.Equal(Fate.Inside, link.Offer(At(500), 4, 500));
        Assert.Equal([At(1000), At(2000), At(3000), At(3050)], Drain(link).Select(p => p.At));
    }

    [Fact]
    public void A_shorter_delay_does_not_let_new_units_overtake()
    {
        Link<int> link = New(new() { Delay = Ms(500) });
        link.Offer(At(0), 0, 100);
        link.Change(At(100), new() { Delay = Ms(10) });
        link.Offer(At(100), 1, 100);
        Assert.Equal([(At(500), 0), (At(500), 1)], Drain(link).Select(p => (p.At, p.Passage.Unit)));
        link.Offer(At(600), 2, 100);
        Assert.Equal(At(610), link.NextTime);
    }

    [Fact]
    public void What_is_inside_at_a_cut_is_lost_at_its_arrival_even_when_healed_before()
    {
        Link<int> link = New(new() { Delay = Ms(100) });
        link.Offer(At(0), 0, 10);
        link.Cut(At(10));
        Assert.True(link.IsDown(At(11)));
        Assert.Equal(Fate.Lost, link.Offer(At(20), 1, 10));
        link.Heal(At(30));
        Assert.False(link.IsDown(At(31)));
        Assert.Equal(Fate.Inside, link.Offer(At(40), 2, 10));
        (Instant, Fate)[] expected = [(At(100), Fate.Lost), (At(140), Fate.Delivered)];
        Assert.Equal(expected, Drain(link).Select(p => (p.At, p.Passage.Fate)));
        Assert.Equal(new LinkCounters(3, 1, 2, 0, 0), link.Units);
    }

    [Fact]
    public void Two_cuts_need_two_heals_and_a_third_heal_is_a_bug()
    {
        Link<int> link = New(new());
        link.Cut(At(0));
        link.Cut(At(1));
        link.Heal(At(2));
        Assert.Equal(Fate.Lost, link.Offer(At(3), 0, 10));
        link.Heal(At(4));
        Assert.Equal(Fate.Inside, link.Offer(At(5), 0, 10));
        Assert.Throws<InvalidOperationException>(() => link.Heal(At(6)));
    }

    [Fact]
    public void Time_that_goes_back_is_a_bug()
    {
        Link<int> link = New(new());
        link.Offer(At(5), 0, 10);
        Assert.Throws<InvalidOperationException>(() => link.TryTake(At(4), out _));
    }

    [Fact]
    public void A_link_shares_its_transit_and_leaves_nothing_behind_in_it()
    {
        var transit = new Transit<string>();
        Link<string>[] links = [.. Enumerable.Range(0, 100).Select(i =>
            new Link<string>(new() { Delay = Ms(i + 1) }, RandomStream.Root((ulong)i), transit))];
        for (int i = 0; i < 1000; i++) links[i % 100].Offer(At(0), $"unit {i}", 10);
        Assert.Equal(1000, transit.Count);
        for (int i = 0; i < 100; i++)
        {
            string[] expected = [.. Enumerable.Range(0, 10).Select(n => $"unit {n * 100 + i}")];
            Assert.Equal(expected, Drain(links[i]).Select(p => p.Passage.Unit));
        }
        Assert.Equal(0, transit.Count);
        Assert.InRange(transit.Capacity, 1000, 2048);
    }

    [Fact]
    public void An_idle_link_weighs_less_than_300_bytes()
    {
        const int links = 1000;
        var spec = new LinkSpec { Delay = Ms(10), RateBitsPerSecond = 1_000_000, QueueBytes = 100_000 };
        var transit = new Transit<int>();
        var kept = new Link<int>[links];
        RandomStream root = RandomStream.Root(1);
        _ = new Link<int>(spec, root.Fork("warm-up"), transit);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < links; i++) kept[i] = new Link<int>(spec, root, transit);
        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / links;
        Assert.InRange(each, 100, 268); // and 32 for a stream of its own
    }

    [Fact]
    public void Steady_traffic_allocates_nothing()
    {
        Link<int> link = New(Busy);
        long at = 0;
        Send(20_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Send(50_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Send(int units)
        {
            for (int i = 0; i < units; i++)
            {
                at += 500_000;
                while (link.NextTime.Nanoseconds <= at) link.TryTake(link.NextTime, out _);
                link.Offer(new(at), i, 700);
            }
        }
    }

    /// <summary>Random operations: nothing is created, doubled, forgotten, reordered or late.</summary>
    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Whatever_is_done_to_a_link_units_are_conserved_and_stay_in_order()
    {
        Fuzz.Try(3, Operate);
    }

    private static void Operate(ulong seed)
    {
        RandomStream chance = RandomStream.Root(seed).Fork("operations");
        Link<int> link = New(Busy, seed);
        var inside = new Queue<(int Unit, int Bytes, Instant OfferedAt)>();
        long[] units = new long[4], bytes = new long[4];
        int cuts = 0;
        var now = Instant.Zero;
        for (int n = 0; n < 20_000; n++)
        {
            now += chance.Exponential(Ms(2));
            while (link.NextTime <= now) Take(link.NextTime);
            switch (chance.Below(100))
            {
                case 0: link.Change(now, Any()); break;
                case 1: link.Cut(now); cuts++; break;
                case < 5 when cuts > 0: link.Heal(now); cuts--; break;
                case < 90: Offer(n, (int)chance.Below(3000)); break;
                default: Assert.False(link.TryTake(now, out _)); break;
            }
            long offered = units.Sum() + inside.Count;
            Assert.Equal(new LinkCounters(offered, units[1], units[2], units[3], inside.Count), link.Units);
            Assert.Equal(bytes.Sum() + inside.Sum(u => u.Bytes), link.Bytes.Offered);
        }
        Assert.All(units[1..], n => Assert.True(n > 200, $"only {n} of a fate"));

        void Offer(int unit, int size)
        {
            bool down = link.IsDown(now);
            Fate fate = link.Offer(now, unit, size);
            Assert.True(!down || fate == Fate.Lost);
            if (fate == Fate.Inside) inside.Enqueue((unit, size, now));
            else Count(fate, size);
        }

        void Take(Instant at)
        {
            Assert.True(link.TryTake(at, out Passage<int> passage));
            (int unit, int size, Instant offeredAt) = inside.Dequeue();
            Assert.Equal((unit, offeredAt), (passage.Unit, passage.OfferedAt));
            Count(passage.Fate, size);
        }

        void Count(Fate fate, int size)
        {
            units[(int)fate]++;
            bytes[(int)fate] += size;
        }

        LinkSpec Any() => Busy with
        {
            Delay = chance.Between(Duration.Zero, Ms(50)), Jitter = chance.Between(Duration.Zero, Ms(50)),
            Shape = (JitterShape)chance.Below(4), RateBitsPerSecond = (long)chance.Below(3) * 4_000_000,
            QueueBytes = (int)chance.Below(3) * 5_000,
        };
    }

    private static LinkSpec Busy { get; } = new()
    {
        Delay = Ms(20), Jitter = Ms(10), Shape = JitterShape.Normal,
        RateBitsPerSecond = 10_000_000, QueueBytes = 20_000,
        Loss = new() { WhenGood = new(10_000_000), WhenBad = new(500_000_000), GoodFor = Ms(500), BadFor = Ms(100) },
        Outages = new() { Every = Duration.FromSeconds(10), Median = Ms(300), SigmaPermille = 700 },
    };

    private static Link<int> New(LinkSpec spec, ulong seed = 1) => new(spec, RandomStream.Root(seed).Fork("link"));
    private static Duration Ms(long n) => Duration.FromMilliseconds(n);
    private static Instant At(long milliseconds) => Instant.Zero + Ms(milliseconds);

    private static List<(Instant At, Passage<T> Passage)> Drain<T>(Link<T> link, Instant? until = null)
    {
        var taken = new List<(Instant, Passage<T>)>();
        while (link.NextTime < Instant.Never && link.NextTime <= (until ?? Instant.Never))
        {
            Instant at = link.NextTime;
            Assert.True(link.TryTake(at, out Passage<T> passage));
            taken.Add((at, passage));
        }
        return taken;
    }
}
