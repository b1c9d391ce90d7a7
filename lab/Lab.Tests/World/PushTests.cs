using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Whole runs of a suspended phone that pushes wake, against times worked out by hand.</summary>
public sealed class PushTests
{
    private static readonly Policy Acks = new()
    {
        Acks = new AckPolicy { Resume = Seconds(300) },
        Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Seconds(1) },
    };

    private static Duration Seconds(double s) => Duration.FromMilliseconds((long)(s * 1000));

    private sealed class Seen : IJournalReader
    {
        public readonly List<Entry> All = [];

        public void On(in Entry e) => All.Add(e);

        public double[] Times(EntryKind kind) =>
            [.. All.Where(e => e.Kind == kind).Select(e => (e.At - Instant.Zero).TotalSeconds)];

        public PushFate[] Fates =>
            [.. All.Where(e => e.Kind == EntryKind.PushSent).Select(e => PushEntry.Of(in e).Fate)];
    }

    private static (RunResult Run, Seen Seen) Play(
        PushProfile push, Policy client, Policy server, params double[] written)
    {
        var seen = new Seen();
        RunResult result = Simulation.Run(new RunSpec
        {
            ScenarioName = "push", Seed = 1,
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec>
                {
                    ["example.org"] = new() { Policy = new PolicyChoice(null, server) },
                },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = new()
                    {
                        Server = "example.org", Resource = "phone", Push = push,
                        Sleep = new SleepProfile { SuspendsAfter = Seconds(30) },
                        Policy = new PolicyChoice(null, client), Link = new LinkProfile { Delay = Seconds(0.05) },
                    },
                },
            },
            Scenario = new Scenario
            {
                Topology = "t", Duration = Seconds(3600),
                Workload = [new WorkloadSpec
                {
                    From = "echo@example.org", To = "phone", At = [.. written.Select(Seconds)],
                }],
            },
        }, new RunOptions { Reader = seen })!;
        Assert.Empty(result.Doubts);
        return (result, seen);
    }

    [Fact]
    public void A_message_that_is_not_acknowledged_is_pushed_and_read_at_once()
    {
        (RunResult run, Seen seen) = Play(new PushProfile(), Acks, Acks, 200);
        Assert.Equal(230, Assert.Single(seen.Times(EntryKind.PushSent)));
        double came = Assert.Single(seen.Times(EntryKind.PushCame));
        Assert.InRange(came, 230, 245);
        Assert.Equal(came, Assert.Single(seen.Times(EntryKind.MessageReceived)));
        Assert.Equal([30, came, came + 30], seen.Times(EntryKind.SleepChanged));
        Assert.Equal(1, run.Value("sleep.wakings.push"), 6);
        Assert.Equal(1, run.Value("push.sent"), 6);
    }

    [Fact]
    public void A_message_that_is_stored_is_pushed_at_once_and_delivered_after_a_login()
    {
        Policy asks = Policy.Nothing with
        {
            Ping = new PingPolicy { Every = Seconds(60), Timeout = Seconds(20) }, OnDead = Reaction.Close,
        };
        (_, Seen seen) = Play(new PushProfile(), Acks with { Acks = null }, asks, 200);
        Assert.Equal(200, Assert.Single(seen.Times(EntryKind.PushSent)));
        double came = seen.Times(EntryKind.PushCame)[0];
        Assert.InRange(Assert.Single(seen.Times(EntryKind.MessageReceived)), came + 0.1, came + 1);
    }

    [Fact]
    public void The_service_refuses_what_is_beyond_its_quota()
    {
        (RunResult run, Seen seen) = Play(
            new PushProfile { AtMost = 1, Per = Seconds(1000) }, Acks, Acks, 200, 600, 1300);
        Assert.Equal([PushFate.UnderWay, PushFate.Refused, PushFate.UnderWay], seen.Fates);
        Assert.Equal([230, 630, 1330], seen.Times(EntryKind.PushSent));
        Assert.Equal(3, seen.Times(EntryKind.MessageReceived).Length);       // the second with the third
        Assert.Equal(1, run.Value("push.refused"), 6);
    }

    [Fact]
    public void A_push_that_is_lost_wakes_nobody()
    {
        (RunResult run, Seen seen) = Play(new PushProfile { Loss = Probability.Always }, Acks, Acks, 200);
        Assert.Equal([PushFate.Lost], seen.Fates);
        Assert.Empty(seen.Times(EntryKind.PushCame));
        Assert.Empty(seen.Times(EntryKind.MessageReceived));
        Assert.Equal(1, run.Value("push.lost"), 6);
    }
}
