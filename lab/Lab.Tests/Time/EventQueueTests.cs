using Lab.Network;

namespace Lab.Tests;

public sealed class EventQueueTests
{
    public static TheoryData<string> Kinds => ["plain heap", "whole run", "small", "tiny ring", "slots of 1 ns"];

    [Theory, MemberData(nameof(Kinds))]
    public void Events_run_by_time_and_equal_times_in_insertion_order(string kind)
    {
        (QueueKind queue, Recorder recorder) = New(kind);
        long[] times = [5, 3, 5, 0, 200_000_000_000, 3, 5, 1_000_000, 200_000_000_000, 0];
        for (int i = 0; i < times.Length; i++) queue.At(new(times[i]), 0, i);
        while (queue.RunNext()) { }
        Assert.Equal([3, 9, 1, 5, 0, 2, 6, 7, 4, 8], recorder.Ran.Select(r => r.Argument));
        Assert.Equal(times.Order(), recorder.Ran.Select(r => r.At.Nanoseconds));
        Assert.Equal((0, Instant.Never, new Instant(200_000_000_000)), (queue.Count, queue.Next, queue.Now));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void An_event_for_this_very_moment_runs_after_those_already_waiting_for_it(string kind)
    {
        (QueueKind queue, Recorder recorder) = New(kind);
        recorder.Then = (now, argument) =>
        {
            if (argument == 0) queue.At(now, 0, 9);
        };
        for (int i = 0; i < 3; i++) queue.At(new(70), 0, i);
        while (queue.RunNext()) { }
        Assert.Equal([0, 1, 2, 9], recorder.Ran.Select(r => r.Argument));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void An_event_between_two_that_share_a_slot_finds_its_place(string kind)
    {
        (QueueKind queue, Recorder recorder) = New(kind);
        recorder.Then = (now, argument) =>
        {
            if (argument == 0) queue.At(now + new Duration(10), 0, 1);
        };
        queue.At(new(5_000_000), 0, 0);
        queue.At(new(5_000_020), 0, 2);
        while (queue.RunNext()) { }
        Assert.Equal([0, 1, 2], recorder.Ran.Select(r => r.Argument));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_cancelled_event_does_not_run_and_cannot_be_cancelled_twice(string kind)
    {
        (QueueKind queue, Recorder recorder) = New(kind);
        Ticket[] tickets = [.. Enumerable.Range(0, 8).Select(i => queue.At(new(i * 40_000_000_000L), 0, i))];
        Assert.True(queue.Cancel(tickets[0]) && queue.Cancel(tickets[3]) && queue.Cancel(tickets[7]));
        Assert.False(queue.Cancel(tickets[3]) || queue.Cancel(Ticket.None));
        Assert.Equal((5, new Instant(40_000_000_000L)), (queue.Count, queue.Next));
        while (queue.RunNext()) { }
        Assert.Equal([1, 2, 4, 5, 6], recorder.Ran.Select(r => r.Argument));
        Assert.False(queue.Cancel(tickets[1]));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Running_until_a_moment_includes_it_and_stands_there(string kind)
    {
        (QueueKind queue, Recorder recorder) = New(kind);
        for (int i = 0; i < 5; i++) queue.At(new(i * 1000), 0, i);
        queue.RunUntil(new(2000));
        Assert.Equal((3, new Instant(2000), 2), (recorder.Ran.Count, queue.Now, queue.Count));
        queue.RunUntil(new(2500));
        Assert.Equal(new(2500), queue.Now);
        Assert.Throws<InvalidOperationException>(() => queue.At(new(2499), 0));
        queue.At(new(2500), 0, 7);
        Assert.True(queue.RunNext());
        Assert.Equal(7, recorder.Ran[^1].Argument);
    }

    [Fact]
    public void An_event_at_Never_is_not_scheduled_and_an_unknown_target_is_a_bug()
    {
        var queue = new EventQueue();
        queue.Register(new Recorder());
        Assert.Equal(Ticket.None, queue.At(Instant.Never, 0));
        Assert.Equal(0, queue.Count);
        Assert.False(queue.RunNext() || queue.Cancel(default));
        Assert.Throws<ArgumentOutOfRangeException>(() => queue.At(new(1), 1));
    }

    /// <summary>
    /// Two queues are driven alike, from outside and from inside events, over all regions: now, the present slot, the
    /// ring, beyond it; with ties, idle jumps, peeks, moves and cancels of whatever is pending or was.
    /// </summary>
    [Theory]
    [InlineData("whole run", 20)]
    [InlineData("small", 28)]
    [InlineData("tiny ring", 10)]
    [InlineData("slots of 1 ns", 0)]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Whatever_is_done_the_order_is_that_of_a_plain_heap(string kind, int slotBits)
    {
        Fuzz.Try(25, seed =>
        {
            var chance = RandomStream.Root(seed).Fork(kind);
            (QueueKind tested, Recorder testedRan) = New(kind);
            (QueueKind oracle, Recorder oracleRan) = New("plain heap");
            var tickets = new List<(Ticket Tested, Ticket Oracle)>();
            int label = 0, reach = 1 << (int)chance.Below(8); // of some seeds many pend, of others few
            Duration? again = null;
            testedRan.Then = (now, argument) => Again(tested, now, argument);
            oracleRan.Then = (now, argument) => Again(oracle, now, argument);

            for (int n = 0; n < 2_000; n++)
            {
                switch (chance.Below(10))
                {
                    case < 4:
                        Instant when = tested.Now + Ahead();
                        tickets.Add((tested.At(when, 0, ++label), oracle.At(when, 0, label)));
                        break;
                    case < 6 when tickets.Count > 0:
                        int recent = Math.Min(tickets.Count, reach);
                        int place = tickets.Count - 1 - (int)chance.Below((ulong)recent);
                        (Ticket one, Ticket other) = tickets[place];
                        if (chance.Below(2) == 0) Assert.Equal(oracle.Cancel(other), tested.Cancel(one));
                        else
                        {
                            Instant moved = tested.Now + Ahead();
                            Assert.Equal(oracle.Move(ref other, moved), tested.Move(ref one, moved));
                            tickets[place] = (one, other);
                        }
                        break;
                    case 6 when chance.Below(4) == 0:
                        Instant end = tested.Now + Ahead();
                        tested.RunUntil(end);
                        oracle.RunUntil(end);
                        break;
                    case 7:
                        Assert.Equal(oracle.Next, tested.Next);
                        break;
                    default:
                        again = chance.Below(2) == 0 ? Ahead() : null;
                        bool ran = tested.RunNext();
                        Assert.Equal(ran, oracle.RunNext());
                        again = null;
                        break;
                }
                Assert.Equal((oracle.Now, oracle.Count), (tested.Now, tested.Count));
            }
            while (tested.RunNext()) oracle.RunNext();
            Assert.Equal(oracleRan.Ran, testedRan.Ran);
            Assert.Equal(0, oracle.Count);

            Duration Ahead()
            {
                ulong slot = 1UL << slotBits;
                return new((long)(ulong)(chance.Below(6) switch
                {
                    0 => 0UL,
                    1 => chance.Below(3),
                    2 => chance.Below(slot),
                    3 => chance.Below(8) * slot,
                    4 => chance.Below(100) * slot + chance.Below(2),
                    _ => chance.Below(1UL << (int)chance.Below((ulong)slotBits + 24)),
                }));
            }

            void Again(QueueKind queue, Instant now, int argument)
            {
                if (again is { } ahead) queue.At(now + ahead, 0, -argument);
            }
        });
    }

    [Fact]
    public void Steady_state_allocates_nothing_and_cancelling_leaves_nothing_behind()
    {
        var queue = new EventQueue();
        var chance = RandomStream.Root(3);
        var pending = new Ticket[5000];
        queue.Register(new Recorder { Keep = false });
        Work(400_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Work(400_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024); // a slot busier than any before
        int left = queue.Count;
        Assert.Equal(left, pending.Count(queue.Cancel));
        Assert.Equal((0, Instant.Never), (queue.Count, queue.Next));

        void Work(int times)
        {
            for (int i = 0; i < times; i++)
            {
                ref Ticket ticket = ref pending[chance.Below((ulong)pending.Length)];
                queue.Cancel(ticket);
                ticket = queue.At(queue.Now + chance.Exponential(Duration.FromSeconds(60)), 0);
                if (i % 4 == 0) queue.RunNext();
            }
        }
    }

    [Fact]
    public void A_small_queue_takes_two_kibibytes_and_one_for_a_run_less_than_700()
    {
        _ = EventQueue.Small();
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = EventQueue.Small();
        long between = GC.GetAllocatedBytesForCurrentThread();
        _ = new EventQueue();
        Assert.InRange(between - before, 0, 2 * 1024);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - between, 512 * 1024, 700 * 1024);
    }

    [Fact]
    public void Running_until_Never_runs_everything_and_stands_at_the_last_event()
    {
        (QueueKind queue, Recorder recorder) = New("whole run");
        for (int i = 0; i < 3; i++) queue.At(new(i * 1_000_000_000_000), 0, i);
        queue.RunUntil(Instant.Never);
        Assert.Equal((3, new Instant(2_000_000_000_000)), (recorder.Ran.Count, queue.Now));
    }

    [Fact]
    public void After_so_many_events_it_stands_and_goes_on_later_as_if_it_had_not()
    {
        var queue = new EventQueue();
        var recorder = new Recorder();
        queue.Register(recorder);
        for (int i = 0; i < 10; i++) queue.At(new(i / 5 * 1_000_000_000), 0, i);
        Assert.True(queue.RunUntil(new(2_000_000_000), mostEvents: 4));
        Assert.Equal((4, new Instant(0)), (recorder.Ran.Count, queue.Now));
        Assert.True(queue.RunUntil(new(2_000_000_000), mostEvents: 4));
        Assert.Equal((8, new Instant(1_000_000_000)), (recorder.Ran.Count, queue.Now));
        Assert.True(queue.RunUntil(new(2_000_000_000), mostEvents: 4));
        Assert.Equal(new Instant(2_000_000_000), queue.Now);
        Assert.Equal(Enumerable.Range(0, 10), recorder.Ran.Select(r => r.Argument));
    }

    [Fact]
    public void Events_at_one_instant_are_counted_across_calls()
    {
        var queue = new EventQueue();
        queue.Register(new Recorder());
        for (int i = 0; i < 10; i++) queue.At(new(7), 0, i);
        Assert.True(queue.RunUntil(new(9), mostAtOnce: 6, mostEvents: 4));
        Assert.False(queue.RunUntil(new(9), mostAtOnce: 6, mostEvents: 4));
        Assert.Equal(new Instant(7), queue.Now);
    }

    private static (QueueKind, Recorder) New(string kind)
    {
        QueueKind queue = QueueKind.Named(kind);
        var recorder = new Recorder();
        Assert.Equal(0, queue.Register(recorder));
        return (queue, recorder);
    }

    private sealed class Recorder : EventTarget
    {
        public bool Keep { get; init; } = true;
        public List<(Instant At, int Argument)> Ran { get; } = [];
        public Action<Instant, int>? Then { get; set; }

        public override void OnEvent(Instant now, int argument)
        {
            if (Keep) Ran.Add((now, argument));
            Then?.Invoke(now, argument);
        }
    }
}
