using Lab.Network;

namespace Lab.Tests;

public sealed class AlarmTests
{
    [Fact]
    public void An_alarm_moved_later_a_thousand_times_keeps_one_entry_and_fires_once_at_the_last_deadline()
    {
        var host = new Host();
        for (int i = 1; i <= 1000; i++) host.Set(Ms(i));
        Assert.Equal(1, host.Queue.Count);
        host.Run();
        Assert.Equal([Ms(1000)], host.Fired);
        Assert.Equal(2, host.Queue.Executed); // one early
    }

    [Fact]
    public void An_alarm_moved_earlier_fires_at_the_earlier_deadline_alone()
    {
        var host = new Host();
        host.Set(Ms(50));
        host.Set(Ms(20));
        Assert.Equal(1, host.Queue.Count);
        host.Run();
        Assert.Equal([Ms(20)], host.Fired);
        Assert.Equal(1, host.Queue.Executed);
    }

    [Fact]
    public void An_alarm_switched_off_does_not_fire_and_a_cleared_one_leaves_the_queue()
    {
        var host = new Host();
        host.Set(Ms(50));
        host.Set(Instant.Never);
        host.Run();
        Assert.Empty(host.Fired);
        host.Set(Ms(80));
        host.Clear();
        Assert.Equal(0, host.Queue.Count);
    }

    [Fact]
    public void A_deadline_that_has_passed_is_due_at_once()
    {
        var host = new Host();
        host.Queue.RunUntil(Ms(10));
        host.Set(Ms(3));
        host.Set(Ms(4));
        host.Run();
        Assert.Equal([Ms(10)], host.Fired);
    }

    [Fact]
    public void An_alarm_may_be_set_again_while_it_fires()
    {
        var host = new Host { Again = Duration.FromMilliseconds(10) };
        host.Set(Ms(10));
        host.Queue.RunUntil(Ms(35));
        Assert.Equal([Ms(10), Ms(20), Ms(30)], host.Fired);
        Assert.Equal(1, host.Queue.Count);
    }

    /// <summary>Against the obvious rule: fire when the deadline last set comes.</summary>
    [Fact]
    public void However_it_is_moved_it_fires_exactly_at_its_deadlines()
    {
        var chance = RandomStream.Root(5);
        var host = new Host();
        var expected = new List<Instant>();
        Instant deadline = Instant.Never, now = Instant.Zero;
        for (int n = 0; n < 20_000; n++)
        {
            Instant next = now + new Duration((long)chance.Below(20));
            if (deadline <= next)
            {
                expected.Add(Instant.Max(deadline, now));
                deadline = Instant.Never;
            }
            host.Queue.RunUntil(next);
            now = next;
            Assert.Equal(expected.Count, host.Fired.Count);
            deadline = chance.Below(5) == 0 ? Instant.Never : now + new Duration((long)chance.Below(60) - 5);
            host.Set(deadline);
            Assert.InRange(host.Queue.Count, 0, 1);
        }
        Assert.Equal(expected, host.Fired);
    }

    private static Instant Ms(long n) => Instant.Zero + Duration.FromMilliseconds(n);

    private sealed class Host : EventTarget
    {
        private Alarm alarm;

        public Host() => alarm = new Alarm(Queue.Register(this), argument: 3);

        public EventQueue Queue { get; } = EventQueue.Small();
        public Duration Again { get; init; }
        public List<Instant> Fired { get; } = [];

        public void Set(Instant deadline) => alarm.Set(Queue, deadline);
        public void Clear() => alarm.Clear(Queue);

        public void Run()
        {
            while (Queue.RunNext()) { }
        }

        public override void OnEvent(Instant now, int argument)
        {
            Assert.Equal(3, argument);
            if (!alarm.Due(Queue, now)) return;
            Fired.Add(now);
            if (Again > Duration.Zero) alarm.Set(Queue, now + Again);
        }
    }
}
