using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Whole runs of clients whose systems let them sleep, against times worked out by hand.</summary>
public sealed class DeviceTests
{
    private static readonly SleepProfile Phone = new() { SuspendsAfter = Seconds(30) };

    private static readonly SleepProfile Dozing = new()
    {
        Deep = new DozeProfile { After = Seconds(100), Idle = Seconds(1000), Window = Seconds(50) },
    };

    private static readonly Policy Asks = new()
    {
        Ping = new PingPolicy { Every = Seconds(60), Timeout = Seconds(20) }, OnDead = Reaction.Error,
    };

    private static Duration Seconds(double s) => Duration.FromMilliseconds((long)(s * 1000));

    private sealed class Seen : IJournalReader
    {
        public readonly List<Entry> All = [];

        public void On(in Entry e) => All.Add(e);

        public double[] Times(EntryKind kind) =>
            [.. All.Where(e => e.Kind == kind).Select(e => Math.Round((e.At - Instant.Zero).TotalSeconds, 1))];

        public Entry First(EntryKind kind) => All.First(e => e.Kind == kind);
    }

    private static (RunResult Run, Seen Seen) Play(
        SleepProfile sleep, int seconds, Policy? client = null, Policy? server = null, ForegroundSpec? open = null,
        double? written = null, params FaultSpec[] faults)
    {
        var seen = new Seen();
        RunResult result = Simulation.Run(new RunSpec
        {
            ScenarioName = "sleep", Seed = 1,
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec>
                {
                    ["example.org"] = new() { Policy = new PolicyChoice(null, server ?? Policy.Nothing) },
                },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = new()
                    {
                        Server = "example.org", Resource = "phone", Sleep = sleep, Foreground = open,
                        Policy = new PolicyChoice(null, client ?? Policy.Nothing),
                        Link = new LinkProfile { Delay = Seconds(0.05) },
                    },
                },
            },
            Scenario = new Scenario
            {
                Topology = "t", Duration = Seconds(seconds), Faults = faults,
                Workload = written is not { } at ? [] :
                    [new WorkloadSpec { From = "echo@example.org", To = "phone", At = [Seconds(at)] }],
            },
        }, new RunOptions { Reader = seen, TellsStories = true })!;
        Assert.Empty(result.Doubts);
        return (result, seen);
    }

    [Fact]
    public void A_suspended_app_is_broken_and_not_dead_and_no_fault()
    {
        (RunResult run, Seen seen) = Play(Phone, 300, server: Asks);
        Assert.Equal(30, Assert.Single(seen.Times(EntryKind.SleepChanged)));
        Entry end = seen.First(EntryKind.ServerOffline);
        Assert.Equal(Claim.Broken, OfflineEntry.Of(in end).End.Claim);
        // online after half a second, asked a minute later, given up 20 s after that
        Assert.InRange((end.At - Instant.Zero).TotalSeconds, 80, 81.5);
        Assert.Equal(0, run.Value("misdiagnosis.false-alarms"));
        Assert.Equal(0, run.Value("misdiagnosis.wrong-claims"));
        Assert.Empty(run.Incidents);
        Assert.Equal(1, run.Verdicts["broken/broken"]);
        Assert.Equal(0.1, run.Value("sleep.awake"), 6);
    }

    [Fact]
    public void Its_kernel_acknowledges_what_it_reads_when_it_is_opened()
    {
        (RunResult run, Seen seen) = Play(
            Phone, 1000, written: 200, open: new ForegroundSpec { At = [Seconds(600)], For = Seconds(60) });
        Assert.Equal([30, 600, 690], seen.Times(EntryKind.SleepChanged));
        Assert.Equal([600], seen.Times(EntryKind.MessageReceived));
        Assert.DoesNotContain(seen.All, e => e.Kind == EntryKind.PacketSent
            && PacketEntry.Of(in e).Use == SegmentUse.Retransmission);
        Assert.Equal(0.12, run.Value("sleep.awake"), 6);             // 30 + 90 of 1000
        Assert.Equal(3.6, run.Value("sleep.wakings.opened"), 6);
        Assert.Equal(3.6, run.Value("sleep.wakings"), 6);
    }

    [Fact]
    public void When_its_sockets_are_reclaimed_what_comes_is_reset()
    {
        (RunResult run, Seen seen) = Play(Phone with { ReclaimsAfter = Seconds(100) }, 1000, written: 200,
            client: new Policy { Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Seconds(1) } },
            open: new ForegroundSpec { At = [Seconds(600)], For = Seconds(60) });
        Assert.Equal(130, seen.Times(EntryKind.NearTransportEnded)[0]);
        Entry end = seen.First(EntryKind.ServerOffline);
        Assert.Equal(Mechanism.Reset, OfflineEntry.Of(in end).End.Mechanism);
        Assert.Equal(200.1, Math.Round((end.At - Instant.Zero).TotalSeconds, 1));
        Assert.Equal(600, seen.Times(EntryKind.ClientOffline)[0]);
        Assert.InRange(seen.Times(EntryKind.ClientOnline)[1], 600.1, 601);   // its back-off does not count
        Assert.Empty(run.Incidents);
    }

    [Fact]
    public void While_it_dozes_nothing_passes_and_what_was_sent_comes_in_the_window()
    {
        (RunResult run, Seen seen) = Play(Dozing, 2000, written: 500);
        Assert.Equal([100, 1100, 1150], seen.Times(EntryKind.SleepChanged));
        double received = Assert.Single(seen.Times(EntryKind.MessageReceived));
        Assert.InRange(received, 1100, 1150);                    // as soon as the server's TCP tries again
        Assert.DoesNotContain(seen.All, e => e.Kind == EntryKind.PacketSent && e.At > Instant.Zero + Seconds(101)
            && e.At < Instant.Zero + Seconds(1100) && PacketEntry.Of(in e).Direction == Direction.Up);
        Assert.Contains(seen.All, e => e.Kind == EntryKind.PacketSent
            && PacketEntry.Of(in e).Use == SegmentUse.Retransmission);
        Assert.Equal((100 + 50) / 2000.0, run.Value("sleep.awake"), 6);
        Assert.Equal(1.8, run.Value("sleep.wakings.window"), 6);
        Assert.Empty(run.Incidents);
    }

    [Fact]
    public void A_server_that_takes_who_dozes_for_dead_is_right()
    {
        (RunResult run, _) = Play(Dozing, 1000, server: Asks with { OnDead = Reaction.Drop });
        Assert.Equal(1, run.Verdicts["dead/dead"]);
        Assert.Equal(0, run.Value("misdiagnosis.wrong-claims"));
    }

    [Theory]
    [InlineData(SleepClock.Runs, 600.0)]                         // due at 60 n since it was online: at once
    [InlineData(SleepClock.Stops, 630.0)]                        // 29.5 of its 60 s had passed
    public void A_timer_that_came_due_in_its_sleep_depends_on_its_clock(SleepClock clock, double expected)
    {
        (_, Seen seen) = Play(Phone with { Clock = clock }, 700, client: Asks,
            open: new ForegroundSpec { At = [Seconds(600)], For = Seconds(90) });
        Assert.InRange(seen.Times(EntryKind.ClientCheckSent)[0], expected, expected + 1);
    }

    [Fact]
    public void Its_timers_wake_it_as_often_as_is_allowed()
    {
        (RunResult run, Seen seen) = Play(
            Dozing with { Alarms = new AlarmProfile { Per = Seconds(540) } }, 1100, client: Asks);
        Assert.Equal([100, 120, 130, 660, 670], seen.Times(EntryKind.SleepChanged)
            .Select(t => Math.Floor(t / 10) * 10).Take(5));
        Assert.Equal(2 * 3600 / 1100.0, run.Value("sleep.wakings.alarm"), 6);
        Assert.Equal(0, run.Value("misdiagnosis.false-alarms"));
    }

    [Fact]
    public void A_freeze_that_ends_while_the_system_sleeps_wakes_nobody()
    {
        FaultSpec freeze = new() { Kind = FaultKinds.Freeze, Target = "phone", At = Seconds(20), For = Seconds(100) };
        (RunResult run, Seen seen) = Play(Phone, 300, written: 200, faults: freeze);
        Assert.Empty(seen.Times(EntryKind.MessageReceived));
        Assert.Equal(FaultKinds.Freeze, Assert.Single(run.Incidents).Fault);
    }

    [Fact]
    public void No_story_is_told_of_sleep_alone()
    {
        Assert.Empty(Play(Dozing, 4000).Run.Stories);
        Assert.Contains(Play(Phone, 300, server: Asks).Run.Stories.SelectMany(s => s.Lines),
            l => l.Text.Contains("is suspended by its system", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, null, "nothing says when it sleeps")]
    [InlineData(null, 10.0, "only the sockets of an app that is suspended are reclaimed")]
    public void A_system_that_says_nothing_is_refused(double? suspends, double? reclaims, string expected)
    {
        var topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
            Clients = new Dictionary<string, ClientSpec>
            {
                ["phone"] = new()
                {
                    Server = "example.org", Sleep = new SleepProfile
                    {
                        SuspendsAfter = suspends is { } s ? Seconds(s) : null,
                        ReclaimsAfter = reclaims is { } r ? Seconds(r) : null,
                    },
                },
            },
        };
        Assert.Contains(Rules.Check(topology), f => f.Message.Contains(expected, StringComparison.Ordinal));
    }
}
