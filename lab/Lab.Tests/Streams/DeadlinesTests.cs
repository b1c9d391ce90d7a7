using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class DeadlinesTests
{
    private sealed class Alarm(int number) : Timed
    {
        public int Number { get; } = number;
    }

    [Fact]
    public void Equal_times_come_in_the_order_of_arming()
    {
        var deadlines = new Deadlines();
        Alarm[] alarms = [.. Enumerable.Range(0, 20).Select(i => new Alarm(i))];
        foreach (Alarm alarm in alarms) deadlines.Arm(alarm, new Instant(5));
        Assert.Equal(alarms, Taken(deadlines, new Instant(5)));
        Assert.Equal(Instant.Never, deadlines.Next);
    }

    [Fact]
    public void Moving_a_deadline_ahead_does_not_call_early()
    {
        var deadlines = new Deadlines();
        var alarm = new Alarm(0);
        deadlines.Arm(alarm, new Instant(5));
        deadlines.Arm(alarm, new Instant(9));
        Assert.Equal(new Instant(9), deadlines.Next);
        Assert.False(deadlines.TryTake(new Instant(8), out _));
        deadlines.Arm(alarm, new Instant(3));
        Assert.Equal(new Instant(3), deadlines.Next);
        deadlines.Arm(alarm, Instant.Never);
        Assert.Equal(Instant.Never, deadlines.Next);
        Assert.Equal(-1, alarm.Place);
    }

    /// <summary>Against a plain scan of all deadlines.</summary>
    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Any_order_of_arming_and_disarming_takes_what_a_scan_takes()
    {
        Fuzz.Try(3, ArmAndDisarm);
    }

    private static void ArmAndDisarm(ulong seed)
    {
        RandomStream random = RandomStream.Root(seed);
        var deadlines = new Deadlines();
        Alarm[] alarms = [.. Enumerable.Range(0, 60).Select(i => new Alarm(i))];
        long now = 0;
        for (int step = 0; step < 20_000; step++)
        {
            Alarm alarm = alarms[random.Below(60)];
            switch (random.Below(5))
            {
                case 0:
                    deadlines.Disarm(alarm);
                    break;
                case 1:
                    now += (long)random.Below(20);
                    Alarm[] due = [.. alarms.Where(a => a.Due.Nanoseconds <= now)];
                    Assert.Equal(due, Taken(deadlines, new Instant(now)).OrderBy(a => a.Number));
                    break;
                default:
                    deadlines.Arm(alarm, new Instant(now + (long)random.Below(100)));
                    break;
            }
            Assert.Equal(alarms.Min(a => a.Due), deadlines.Next);
        }
    }

    private static List<Alarm> Taken(Deadlines deadlines, Instant now)
    {
        var taken = new List<Alarm>();
        while (deadlines.TryTake(now, out Timed item)) taken.Add((Alarm)item);
        return taken;
    }
}
