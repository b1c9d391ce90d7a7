using System.Globalization;
using Lab.Network;

namespace Lab.Tests;

public sealed class TraceTests
{
    [Fact]
    public void A_unit_leaves_at_the_next_chance_and_never_at_one_in_the_millisecond_of_its_arrival()
    {
        Link<int> link = Over([5, 10]);
        link.Offer(At(5), 0, 1504);
        Assert.Equal(At(10), link.NextTime);
        link = Over([5, 10]);
        link.Offer(At(5) - new Duration(1), 0, 1504);
        Assert.Equal(At(5), link.NextTime);
    }

    [Fact]
    public void A_chance_carries_several_units_and_what_they_leave_is_lost()
    {
        Assert.Equal([10, 10, 10, 20], Sent([10, 20], (0, 500), (0, 500), (9, 504), (9, 1)));
        Assert.Equal([10, 20], Sent([10, 20], (0, 1), (10, 1)));
    }

    [Fact]
    public void A_unit_over_several_chances_leaves_with_its_last_byte_and_shares_that_one()
    {
        Assert.Equal([30, 30, 40], Sent([10, 20, 30, 40], (0, 3009), (0, 1503), (0, 1)));
        Assert.Equal([20, 20], Sent([20, 20, 20], (0, 1505), (0, 1503)));
    }

    [Fact]
    public void Rounds_follow_each_other_at_the_last_value_whatever_the_first_one_is()
    {
        int[] trace = [3, 7, 10];
        Assert.Equal([3, 7, 10, 13, 17, 20, 23], Sent(trace, [.. Enumerable.Repeat((0, 1504), 7)]));
        Assert.Equal([10_003], Sent(trace, (10_000, 1504)));
        Assert.Equal([10_000], Sent(trace, (9_999, 1504)));
        Assert.Equal([1, 2, 2, 3], Sent([0, 1], (0, 1504), (1, 1504), (1, 1504), (1, 1504)));   // 0 of round 3 is 2
    }

    [Fact]
    public void A_trace_of_one_line_is_one_chance_per_period() =>
        Assert.Equal([1, 2, 3, 1001], Sent([1], (0, 1504), (0, 1504), (0, 1504), (1000, 40)));

    [Fact]
    public void A_trace_without_a_loop_stops_for_ever_and_the_truth_says_so_from_its_last_chance_on()
    {
        Link<int> link = Over([10, 20], loops: false);
        Assert.Equal(Fate.Inside, link.Offer(At(0), 0, 1504));
        Assert.False(link.IsDown(At(0)));
        Assert.Equal(At(20), link.NextChange);
        Assert.Equal(Fate.Lost, link.Offer(At(0), 1, 1505));   // its last byte finds no chance any more
        Assert.Equal(Fate.Lost, link.Offer(At(0), 2, 1));      // and nothing overtakes it
        Assert.True(link.TryTake(At(10), out _));
        Assert.False(link.IsDown(At(20) - new Duration(1)));
        Assert.True(link.IsDown(At(20)));
        Assert.Equal(Instant.Never, link.NextChange);
        Assert.Equal(Fate.Lost, link.Offer(At(20), 3, 1));
        Assert.Equal(new LinkCounters(4, 1, 3, 0, 0), link.Units);
    }

    [Fact]
    public void The_queue_is_what_has_not_begun_to_leave()
    {
        var link = new Link<int>(
            new() { Trace = new OpportunityTrace([10, 20]), QueueBytes = 3000 }, RandomStream.Root(1));
        Assert.Equal(Fate.Inside, link.Offer(At(0), 0, 1600));
        Assert.Equal(Fate.Inside, link.Offer(At(1), 1, 1400));
        Assert.Equal(Fate.Overflowed, link.Offer(At(2), 2, 1));
        Assert.Equal(Fate.Inside, link.Offer(At(10), 3, 1600));   // the first has begun to leave at 10
        Assert.Equal(Fate.Overflowed, link.Offer(At(10), 4, 1));
    }

    [Fact]
    public void Another_rate_for_a_while_leaves_the_order_and_the_clock_of_the_trace_as_they_are()
    {
        LinkSpec own = new() { Trace = new OpportunityTrace([10]) };
        var link = new Link<int>(own, RandomStream.Root(1));
        link.Change(At(1), new LinkSpec { RateBitsPerSecond = 8_000 });
        link.Offer(At(1), 0, 34);                     // leaves at 35
        link.Change(At(2), own);
        link.Offer(At(2), 1, 100);
        link.Offer(At(2), 2, 1404);
        link.Offer(At(2), 3, 1);
        Assert.Equal([35, 40, 40, 50], Drain(link));
    }

    [Fact]
    public void Links_that_share_a_trace_play_it_each_for_itself()
    {
        LinkSpec spec = new() { Trace = new OpportunityTrace([10]) };
        Link<int> one = new(spec, RandomStream.Root(1)), other = new(spec, RandomStream.Root(2));
        for (int i = 0; i < 5; i++) one.Offer(At(0), i, 1504);
        other.Offer(At(0), 0, 1504);
        Assert.Equal([10, 20, 30, 40, 50], Drain(one));
        Assert.Equal([10], Drain(other));
    }

    [Fact]
    public void A_departure_beyond_what_times_can_say_is_none()
    {
        Link<int> link = Over([int.MaxValue]);
        Assert.Equal(Fate.Lost, link.Offer(At(0), 0, 16_000_000));
    }

    [Fact]
    public void Units_on_a_trace_allocate_nothing()
    {
        Link<int> link = Over([1, 2, 2, 9]);
        void Use(int from)
        {
            for (int i = from; i < from + 1000; i++)
            {
                link.Offer(At(i), i, 600);
                while (link.TryTake(At(i), out _)) { }
            }
        }
        Use(0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Use(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Random_traces_deliver_byte_for_byte_what_the_rules_of_the_format_say() => Fuzz.Try(300, seed =>
    {
        RandomStream random = RandomStream.Root(seed);
        int[] trace = new int[1 + (int)random.Below(40)];
        int time = (int)random.Below(4);
        for (int i = 0; i < trace.Length; i++) trace[i] = time += (int)random.Below(random.Below(4) == 0 ? 60u : 3u);
        if (trace[^1] == 0) trace[^1] = 1;
        Compare(trace, random.Below(3) > 0, Traffic(random, 3 * trace[^1] + 100, (int)random.Below(300)));
    });

    [RecordedTheory]
    [InlineData("ATT-LTE-driving-2016.down", 45_604, 120_002)]
    [InlineData("ATT-LTE-driving-2016.up", 19_101, 120_002)]
    [InlineData("TMobile-UMTS-driving.down", 156_262, 928_424)]
    [InlineData("TMobile-UMTS-driving.up", 73_197, 931_233)]
    public void Recorded_traces_deliver_byte_for_byte_what_the_rules_of_the_format_say(string file, int count, int last)
    {
        IEnumerable<string> lines = File.ReadLines(Path.Combine(RecordedTheoryAttribute.Folder, file));
        int[] trace = [.. lines.Select(l => int.Parse(l, CultureInfo.InvariantCulture))];
        Assert.Equal((count, last), (trace.Length, trace[^1]));
        Compare(trace, loops: true, Traffic(RandomStream.Root(1), last + last / 4, count / 2));
    }

    private static void Compare(int[] trace, bool loops, (Instant At, int Bytes)[] traffic)
    {
        var link = new Link<int>(
            new() { Trace = new OpportunityTrace(trace), TraceLoops = loops, QueueBytes = int.MaxValue },
            RandomStream.Root(1));
        var left = new long[traffic.Length];
        Array.Fill(left, -1);
        void Take(Instant until)
        {
            while (link.NextTime <= until)
            {
                Instant at = link.NextTime;
                Assert.True(link.TryTake(at, out Passage<int> passage));
                left[passage.Unit] = at.Nanoseconds;
            }
        }
        for (int i = 0; i < traffic.Length; i++)
        {
            Take(traffic[i].At);
            link.Offer(traffic[i].At, i, traffic[i].Bytes);
        }
        Take(new Instant(long.MaxValue - 1));
        Assert.Equal(PlainTrace.Departures(trace, loops, traffic).Select(d => d < 0 ? -1 : d * 1_000_000), left);
    }

    private static (Instant, int)[] Traffic(RandomStream random, int milliseconds, int units)
    {
        var times = new long[units];
        for (int i = 0; i < units; i++)   // bursts, and times on and beside the millisecond
            times[i] = i > 0 && random.Below(2) == 0 ? times[i - 1]
                : (long)random.Below((ulong)milliseconds) * 1_000_000 + (long)random.Below(3) * 400_000;
        Array.Sort(times);
        return [.. times.Select(t => (new Instant(t), 1 + (int)random.Below(random.Below(3) == 0 ? 4000u : 1504u)))];
    }

    private static Link<int> Over(int[] trace, bool loops = true) =>
        new(new() { Trace = new OpportunityTrace(trace), TraceLoops = loops }, RandomStream.Root(1));

    private static long[] Sent(int[] trace, params (int At, int Bytes)[] units)
    {
        Link<int> link = Over(trace);
        List<long> left = [];
        foreach ((int at, int bytes) in units)
        {
            left.AddRange(Drain(link, At(at)));
            Assert.Equal(Fate.Inside, link.Offer(At(at), 0, bytes));
        }
        return [.. left, .. Drain(link)];
    }

    private static List<long> Drain(Link<int> link, Instant? until = null)
    {
        List<long> left = [];
        while (link.NextTime <= (until ?? new Instant(long.MaxValue - 1)))
        {
            Instant at = link.NextTime;
            link.TryTake(at, out _);
            left.Add((at - Instant.Zero).Nanoseconds / 1_000_000);
        }
        return left;
    }

    private static Instant At(int milliseconds) => Instant.Zero + Duration.FromMilliseconds(milliseconds);
}
