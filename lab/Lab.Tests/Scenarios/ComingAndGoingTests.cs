using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Clients that join late and leave early: what is counted of them is what they were there for.</summary>
public sealed class ComingAndGoingTests
{
    private static readonly Policy Pings = new()
    {
        Ping = new PingPolicy { Every = Minutes(1), Timeout = Minutes(0.5) },
        Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Minutes(0.1) },
    };

    private static Duration Minutes(double n) => Duration.FromMilliseconds((long)(n * 60_000));

    private static double At(Instant time) => (time - Instant.Zero).TotalSeconds;

    private static FaultSpec Fault(FaultKind kind, double at, double? length) => new()
    {
        Kind = kind, Target = "phone", At = Minutes(at), For = length is { } time ? Minutes(time) : null,
    };

    /// <summary>An hour of a desk that stays and a phone that is there from 10 to 40 min.</summary>
    internal static RunSpec Hour(params FaultSpec[] faults) => new()
    {
        ScenarioName = "guests", Seed = 1,
        Scenario = new Scenario { Topology = "t", Duration = Minutes(60), Faults = faults },
        Topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec>
            {
                ["example.org"] = new() { Policy = new PolicyChoice(null, Pings) },
            },
            Clients = new OrderedDictionary<string, ClientSpec>
            {
                ["desk"] = Client,
                ["phone"] = Client with { Joins = Minutes(10), Leaves = Minutes(40) },
            },
        },
    };

    private static readonly ClientSpec Client = new()
    {
        Server = "example.org", Policy = new PolicyChoice(null, Pings),
        Link = new LinkProfile { Delay = Duration.FromMilliseconds(20) },
    };

    private static RunResult Run(RunSpec spec, params (string Metric, string Of)[] asked)
    {
        RunResult result = Simulation.Run(spec with
        {
            Scenario = spec.Scenario with
            {
                Expect = [.. asked.Select(a => new Expectation { Metric = a.Metric, Of = a.Of })],
            },
        }, new RunOptions { TellsStories = true })!;
        Assert.Empty(result.Doubts);
        return result;
    }

    private static double Of(RunResult run, string metric) =>
        run.Measures.Single(m => m.Metric == metric && m.Scope.Of is not null).Value;

    private static WorkloadSpec EachMinute(string from, string to) => new()
    {
        From = from, To = to, Every = Minutes(1), Count = 1,
    };

    [Fact]
    public void What_is_counted_of_a_client_is_the_time_that_it_is_there()
    {
        RunResult run = Run(Hour(), ("availability", "phone"), ("cost.packets", "phone"), ("ghost.time", "phone"));
        ClientResult phone = run.Clients[1];
        Assert.InRange(Of(run, "availability"), 0.999, 1);
        Assert.InRange(phone.ReachableSeconds, 1799, 1800);
        Assert.Equal(phone.Packets / 0.5, Of(run, "cost.packets"), 6);       // half an hour
        Assert.InRange(Of(run, "ghost.time"), 0, 0.2);                       // its goodbye takes 20 ms
        Assert.Equal((1, 1), (phone.Attempts, phone.Logins));
        Assert.Empty(run.Incidents);
        Assert.Equal(0, run.Value("misdiagnosis.false-alarms"));
        Assert.Empty(run.Stories);
    }

    [Fact]
    public void Messages_to_one_who_is_not_there_are_held_and_not_lost()
    {
        RunSpec spec = Hour();
        RunResult run = Run(spec with
        {
            Scenario = spec.Scenario with
            {
                Workload = [EachMinute("desk", "phone"), EachMinute("phone", "desk")],
            },
        });
        ILookup<int, MessageRecord> from = run.Messages.ToLookup(m => m.From);
        Assert.Equal(60, from[0].Count());
        foreach (MessageRecord m in from[0])
            Assert.Equal(m.SentAt < Instant.Zero + Minutes(40) ? MessageFate.Delivered : MessageFate.Stored, m.Fate);
        // those that waited are handed over at its first login
        Assert.All(from[0].Take(10), m => Assert.InRange(At(m.DeliveredAt), 600, 606));
        // who is not there writes nothing
        Assert.Equal(30, from[1].Count());
        Assert.All(from[1], m => Assert.InRange(At(m.SentAt), 600, 2400));
        Assert.Equal(0, run.Value("messages.lost"));
    }

    [Fact]
    public void Faults_do_not_reach_one_who_is_not_there_and_do_not_bring_it_back()
    {
        RunResult run = Run(Hour(
            Fault(FaultKinds.Crash, 2, 3), Fault(FaultKinds.Freeze, 6, 2), Fault(FaultKinds.Cut, 8, 1),
            Fault(FaultKinds.Crash, 42, 3), Fault(FaultKinds.Freeze, 46, 2), Fault(FaultKinds.Cut, 49, 1),
            Fault(FaultKinds.Reset, 51, null), Fault(FaultKinds.Crash, 39, 10)));
        Assert.DoesNotContain(run.Incidents, i => i.Began < Instant.Zero + Minutes(10));
        Assert.DoesNotContain(run.Incidents, i => i.Began >= Instant.Zero + Minutes(40));
        Assert.Equal(1, run.Clients[1].Logins);
        Assert.Equal(2, run.Value("connects.online"));
    }

    [Fact]
    public void A_goodbye_that_is_lost_leaves_a_ghost_which_the_server_notices()
    {
        RunResult run = Run(Hour(Fault(FaultKinds.Cut, 39.75, 5)), ("ghost.time", "phone"),
            ("availability", "phone"));
        Incident server = Assert.Single(run.Incidents, i => i.Side == Side.Server);
        Assert.True(server is { Detected: true, Mechanism: Mechanism.PingTimeout }, $"{server}");
        Incident client = Assert.Single(run.Incidents, i => i.Side == Side.Client);
        Assert.True(client is { Detected: false, Outlived: true }, $"{client}");
        Assert.Equal(server.Elapsed.TotalSeconds, Of(run, "ghost.time"), 0.2);
        Assert.Equal(29.75 / 30, Of(run, "availability"), 0.001);
        Assert.Equal(1, run.Clients[1].Logins);
    }

    [Fact]
    public void Recovery_waits_for_nobody_who_has_left_or_comes_later()
    {
        // the desk is back about 6 s after the reset of all; the phone joins later, and leaves
        FaultSpec reset = Fault(FaultKinds.Reset, 5, null) with { Target = "example.org" };
        Assert.InRange(Run(Hour(reset)).Value("recovery.time"), 5.9, 7);
        Assert.InRange(Run(Hour(reset with { At = Minutes(20) })).Value("recovery.time"), 5.9, 7);
        Assert.InRange(Run(Hour(reset with { At = Minutes(50) })).Value("recovery.time"), 5.9, 7);
    }

    [Fact]
    public void A_group_starts_within_its_time_from_when_it_joins()
    {
        RunSpec spec = Hour();
        RunResult run = Run(spec with
        {
            Topology = spec.Topology with
            {
                Clients = new OrderedDictionary<string, ClientSpec>
                {
                    ["phone"] = Client with { Count = 20, Joins = Minutes(10), StartWithin = Minutes(5) },
                },
            },
        });
        double[] online = [.. run.Lanes.Where(l => l is { Side: Side.Client, State: LaneState.Online })
            .Select(l => (l.From - Instant.Zero).TotalSeconds)];
        Assert.Equal(20, online.Length);
        Assert.InRange(online.Min(), 600, 660);
        Assert.InRange(online.Max(), 840, 901);
    }
}
