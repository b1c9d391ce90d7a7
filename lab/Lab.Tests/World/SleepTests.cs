using Lab.Experiments;
using Lab.Network;

namespace Lab.Tests;

/// <summary>When systems let apps run, against the published schedules in seconds.</summary>
public sealed class SleepTests
{
    private static readonly DozeProfile Light = new()
    {
        After = Minutes(4), Idle = Minutes(5), LongestIdle = Minutes(15), Window = Minutes(1),
    };

    private static readonly DozeProfile Deep = new()
    {
        After = Minutes(65), Idle = Minutes(60), LongestIdle = Minutes(360), Window = Minutes(5),
        LongestWindow = Minutes(10),
    };

    private static Duration Minutes(long n) => Duration.FromSeconds(60 * n);

    private static Instant At(long second) => Instant.Zero + Duration.FromSeconds(second);

    /// <summary>What changes until then, in seconds; at each change of Doze the person does what is asked.</summary>
    private static List<(long At, SleepState State, WakeCause Cause)> Until(
        long end, Sleep sleep, params (long At, Action<Sleep, Instant> What)[] inputs)
    {
        var seen = new List<(long, SleepState, WakeCause)>();
        var waiting = new Queue<(long At, Action<Sleep, Instant> What)>(inputs);
        sleep.Begin(Instant.Zero);
        SleepState last = sleep.State;
        while (true)
        {
            Instant input =
                waiting.TryPeek(out (long At, Action<Sleep, Instant> What) next) ? At(next.At) : Instant.Never;
            Instant now = Instant.Min(sleep.NextTime, input);
            if (now > At(end)) return seen;
            if (input == now) waiting.Dequeue().What(sleep, now);
            else sleep.Tick(now);
            Assert.True(sleep.NextTime > now, $"it has not moved on at {now}");
            if (sleep.State == last) continue;
            last = sleep.State;
            seen.Add(((now - Instant.Zero).Nanoseconds / 1_000_000_000, last,
                last == SleepState.Awake ? sleep.Cause : WakeCause.None));
        }
    }

    private static (long, SleepState, WakeCause) Asleep(long at, SleepState state) => (at, state, WakeCause.None);

    private static (long, SleepState, WakeCause) Awake(long at, WakeCause why) => (at, SleepState.Awake, why);

    [Fact]
    public void Deep_Doze_has_longer_and_longer_idle_periods_with_windows_between_them()
    {
        const SleepState deep = SleepState.DeepIdle;
        const WakeCause window = WakeCause.Window;
        Assert.Equal(
        [
            Asleep(3900, deep), Awake(7500, window),            // 65 min, then 1 h
            Asleep(7800, deep), Awake(15000, window),           // 5 min, 2 h
            Asleep(15600, deep), Awake(30000, window),          // 10 min, 4 h
            Asleep(30600, deep), Awake(52200, window),          // 10 min, 6 h
            Asleep(52800, deep), Awake(74400, window), Asleep(75000, deep),
        ], Until(80_000, new Sleep(new SleepProfile { Deep = Deep })));
    }

    [Fact]
    public void Light_Doze_comes_first_and_ends_when_the_deep_one_begins()
    {
        const SleepState light = SleepState.LightIdle;
        const WakeCause window = WakeCause.Window;
        Assert.Equal(
        [
            Asleep(240, light), Awake(540, window), Asleep(600, light), Awake(1200, window),
            Asleep(1260, light), Awake(2160, window), Asleep(2220, light), Awake(3120, window),
            Asleep(3180, light), Asleep(3900, SleepState.DeepIdle), Awake(7500, window),
            Asleep(7800, SleepState.DeepIdle),
        ], Until(8000, new Sleep(new SleepProfile { Light = Light, Deep = Deep })));
    }

    [Fact]
    public void Who_opens_the_app_begins_all_anew()
    {
        Assert.Equal(
        [
            Asleep(3900, SleepState.DeepIdle), Awake(4000, WakeCause.Opened), Asleep(8000, SleepState.DeepIdle),
            Awake(11600, WakeCause.Window), Asleep(11900, SleepState.DeepIdle),
        ], Until(12_000, new Sleep(new SleepProfile { Deep = Deep }),
            (4000, (s, now) => s.Open(now)), (4100, (s, now) => s.Leave(now))));
    }

    [Fact]
    public void A_suspended_app_loses_its_sockets_once_and_runs_when_it_is_opened()
    {
        var sleep = new Sleep(
            new SleepProfile { SuspendsAfter = Duration.FromSeconds(30), ReclaimsAfter = Minutes(10) });
        Assert.Equal(
        [
            Asleep(30, SleepState.Suspended), Awake(1000, WakeCause.Opened), Asleep(1090, SleepState.Suspended),
        ], Until(1200, sleep, (630, (s, now) =>
            {
                s.Tick(now);
                Assert.True(s.TakesSockets);
                s.Tick(now);
                Assert.False(s.TakesSockets);
            }), (1000, (s, now) => s.Open(now)), (1060, (s, now) => s.Leave(now))));
    }

    [Theory]
    [InlineData(1, 540, "3960 4500 5040 5580")]                 // one per 9 min: of timers at 3960, 4020, ...
    [InlineData(7, 3600, "3960 4020 4080 4140 4200 4260 4320 7560")]
    public void Alarms_are_let_through_as_often_as_is_allowed(int most, int per, string expected)
    {
        var sleep = new Sleep(new SleepProfile
        {
            Deep = new DozeProfile { After = Minutes(65), Idle = Minutes(600), Window = Minutes(1) },
            Alarms = new AlarmProfile { AtMost = most, Per = Duration.FromSeconds(per) },
        });
        List<string> woken = [];
        sleep.Begin(Instant.Zero);
        SleepState last = SleepState.Awake;
        for (Instant now; (now = sleep.NextTime) <= At(7600) && woken.Count < expected.Split(' ').Length;)
        {
            sleep.Tick(now);
            long second = (now - Instant.Zero).Nanoseconds / 1_000_000_000;
            if (sleep.State != last && sleep.State != SleepState.Awake) sleep.Wants(At((second / 60 + 1) * 60));
            if (sleep.State != last && sleep.State == SleepState.Awake) woken.Add($"{second}");
            last = sleep.State;
        }
        Assert.Equal(expected, string.Join(" ", woken));
    }
}
