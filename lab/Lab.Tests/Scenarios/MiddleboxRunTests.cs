using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Whole runs of a phone whose connections a middlebox forgets, against what can be worked out by
/// hand.</summary>
public sealed class MiddleboxRunTests
{
    private static readonly Policy Pings = new()
    {
        Ping = new PingPolicy { Every = Seconds(300), Timeout = Seconds(20) },
        Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Seconds(1) },
    };

    private static Duration Seconds(double s) => Duration.FromMilliseconds((long)(s * 1000));

    private static RunResult Run(
        Policy policy, MiddleboxProfile box, bool atServer = false, WhenAway away = WhenAway.Pass,
        params FaultSpec[] faults)
    {
        string[] boxes = ["box"], none = [];
        RunResult result = Simulation.Run(new RunSpec
        {
            ScenarioName = "middleboxes", Seed = 1,
            Scenario = new Scenario { Topology = "t", Duration = Seconds(1000), Faults = faults },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec>
                {
                    ["example.org"] = new() { Behind = atServer ? boxes : none, WhenAway = away },
                },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = new()
                    {
                        Server = "example.org", Policy = new PolicyChoice(null, policy),
                        Link = new LinkProfile { Delay = Seconds(0.02), Through = atServer ? none : boxes },
                    },
                },
                Middleboxes = new Dictionary<string, MiddleboxProfile> { ["box"] = box },
            },
        }, RunOptions.Default)!;
        Assert.Empty(result.Doubts);
        return result;
    }

    /// <summary>Logged in at 0, 321, 642 and 963 s; each time forgotten after 100 s of silence, asked after 300 s and
    /// given up on after 320.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nobody_is_reachable_over_a_connection_that_a_middlebox_forgot(bool atServer)
    {
        RunResult run = Run(Pings, new MiddleboxProfile { Established = Seconds(100) }, atServer);
        Assert.Equal(3, run.Value("connections.forgotten"));
        Assert.InRange(1000 * run.Value("availability"), 330, 340);
        Assert.Equal((0, 0), (run.Value("misdiagnosis.false-alarms"), run.Value("misdiagnosis.wrong-claims")));
        Assert.All(run.Incidents, i => Assert.Equal(FaultKinds.Forget, i.Fault));
    }

    /// <summary>What a middlebox or a balancer sends is nobody's deed at the ends: not of a machine without power, not
    /// through a cut that it stands behind.</summary>
    [Theory]
    [InlineData("cut", "phone")]
    [InlineData("crash", "phone")]
    [InlineData("crash", "example.org")]
    [InlineData("restart", "example.org")]
    [InlineData("freeze", "example.org")]
    public void What_stands_on_the_way_may_speak_when_an_end_cannot(string fault, string target)
    {
        FaultSpec silent = new()
        {
            Kind = FaultKinds.Find(fault)!, Target = target, At = Seconds(150), For = Seconds(400),
        };
        foreach (Notice notice in Enum.GetValues<Notice>())
            foreach (WhenAway away in Enum.GetValues<WhenAway>())
                foreach (bool atServer in new[] { false, true })
                    foreach (FaultSpec[] also in new FaultSpec[][]
                        { [], [new() { Kind = FaultKinds.Forget, Target = "phone", At = Seconds(160) }] })
                        Run(Pings, new MiddleboxProfile
                        {
                            Established = Seconds(100), Transitory = Seconds(5), OnExpiry = notice,
                            PickUp = PickUp.Outbound, KeepsPort = atServer,
                        }, atServer, away, [silent, .. also]);
    }

    /// <summary>Forgotten while it opens, and made known again by the SYN that is sent again.</summary>
    [Fact]
    public void A_connection_that_is_made_known_again_is_no_dead_one()
    {
        RunResult run = Run(Pings, new MiddleboxProfile { Established = Seconds(400) }, faults:
        [
            new() { Kind = FaultKinds.Cut, Target = "phone", Direction = CutDirection.Down, For = Seconds(2) },
            new() { Kind = FaultKinds.Forget, Target = "phone", At = Seconds(0.5) },
        ]);
        Assert.Equal(0, run.Value("ghost.time"));
        Assert.InRange(run.Value("availability"), 0.99, 1);
    }

    /// <summary>A half-open connection is reset at the server, and a later SYN opens it there anew.</summary>
    [Fact]
    public void A_far_end_that_was_reset_before_anybody_took_it_may_begin_and_end_once_more() =>
        Run(Policy.Nothing with { Connect = new() { Tcp = Seconds(120), Total = Seconds(180) } },
            new MiddleboxProfile { Established = Seconds(10), Transitory = Seconds(3), OnExpiry = Notice.ResetBoth },
            faults: [new()
            {
                Kind = FaultKinds.Cut, Target = "phone", Direction = CutDirection.Down, For = Seconds(40),
            }]);

    /// <summary>It takes new ones; of those that the server had it knows nothing.</summary>
    [Theory]
    [InlineData(WhenAway.Hold)]
    [InlineData(WhenAway.Close)]
    public void A_balancer_does_not_reset_what_the_server_had_when_it_went(WhenAway away)
    {
        RunResult run = Run(Pings, new MiddleboxProfile(), atServer: true, away,
            new FaultSpec { Kind = FaultKinds.Crash, Target = "example.org", At = Seconds(100), For = Seconds(500) });
        Incident first = run.Incidents.First(i => i.Side == Side.Client);
        Assert.Equal(Mechanism.PingTimeout, first.Mechanism);
        Assert.InRange(first.Elapsed.TotalSeconds, 219, 221);                    // asked at 300, given up on at 320
    }

    [Fact]
    public void Who_hears_a_reset_from_a_middlebox_knows_with_the_first_packet_and_not_before()
    {
        RunResult run = Run(
            Pings, new MiddleboxProfile { Established = Seconds(100), OnExpiry = Notice.ResetSender });
        Incident first = run.Incidents.First(i => i.Side == Side.Client);
        Assert.Equal(Mechanism.Reset, first.Mechanism);
        Assert.InRange(first.Elapsed.TotalSeconds, 199.8, 200.2);                // forgotten at 100, asked at 300
        run = Run(Pings, new MiddleboxProfile { Established = Seconds(100), OnExpiry = Notice.ResetBoth });
        Assert.All(run.Incidents.Where(i => i.Detected), i => Assert.InRange(i.Elapsed.TotalSeconds, 0, 0.1));
    }

    /// <summary>Away from 100 to 200 s: refused clients try each second, one that is held waits for its own limit of
    /// 150 s.</summary>
    [Theory]
    [InlineData(WhenAway.Pass, 200, 203)]
    [InlineData(WhenAway.Close, 200, 203)]
    [InlineData(WhenAway.Hold, 250, 254)]
    public void A_balancer_that_holds_connections_keeps_clients_from_a_server_that_is_back(
        WhenAway away, double least, double most)
    {
        Policy patient = Pings with { Connect = new ConnectPolicy { Total = Seconds(150), Step = Seconds(150) } };
        RunResult run = Run(patient, new MiddleboxProfile(), atServer: true, away, new FaultSpec
        {
            Kind = FaultKinds.Restart, Target = "example.org", At = Seconds(100), For = Seconds(100),
        });
        Assert.InRange(200 + run.Value("recovery.time"), least, most);
    }

    private sealed class Forgotten : IJournalReader
    {
        public readonly List<int> Paths = [];

        public void On(in Entry e)
        {
            if (e.Kind == EntryKind.PassageChanged && PassageEntry.Of(in e) is { IsDead: true, IsForgotten: true })
                Paths.Add(e.Host);
        }
    }

    /// <summary>Phones that send spaces at different intervals, or nothing, behind one NAT, written in either order:
    /// how often each is forgotten.</summary>
    private static SortedDictionary<string, int> Shared(MiddleboxProfile box, bool turned, ulong seed = 1)
    {
        (string Name, double Every)[] phones = [("a", 30), ("b", 50), ("c", 70), ("d", 0)];
        if (turned) Array.Reverse(phones);
        var forgotten = new Forgotten();
        RunResult run = Simulation.Run(new RunSpec
        {
            ScenarioName = "shared", Seed = seed,
            Scenario = new Scenario { Topology = "t", Duration = Seconds(1000) },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
                Clients = phones.ToDictionary(p => p.Name, p => new ClientSpec
                {
                    Server = "example.org", StartWithin = Seconds(20), Link = new LinkChoice("carrier", null),
                    Policy = new PolicyChoice(null, p.Every == 0 ? Policy.Nothing : Policy.Nothing with
                    {
                        Whitespace = new WhitespacePolicy { Every = Seconds(p.Every) },
                    }),
                }),
                Links = new Dictionary<string, LinkProfile>
                {
                    ["carrier"] = new() { Delay = Seconds(0.02), Through = ["nat"] },
                },
                Middleboxes = new Dictionary<string, MiddleboxProfile> { ["nat"] = box },
            },
        }, RunOptions.Default with { Reader = forgotten })!;
        Assert.Empty(run.Doubts);
        return new(phones.Index().ToDictionary(
            p => p.Item.Name, p => forgotten.Paths.Count(path => path == p.Index)));
    }

    /// <summary>The silent one's place goes to whoever comes when all are taken, so that it is the one that is
    /// forgotten.</summary>
    [Fact]
    public void Clients_that_share_a_middlebox_take_its_places_from_whoever_was_silent_longest()
    {
        var three = new MiddleboxProfile { Places = 3, Shared = true };
        SortedDictionary<string, int> forgotten = Shared(three, turned: false);
        Assert.Equal(1, forgotten.Values.Sum());
        Assert.Equal(forgotten, Shared(three, turned: true));
        Assert.Equal(0, Shared(three with { Places = 4 }, turned: false).Values.Sum());
        Assert.Equal(0, Shared(three with { Shared = false, Places = 1 }, turned: false).Values.Sum());
    }

    /// <summary>Of its own each draws another limit; a shared one draws once, and then all live or all die.</summary>
    [Fact]
    public void A_shared_middlebox_draws_once_in_a_run()
    {
        var drawn = new MiddleboxProfile
        {
            Shared = true,
            Drawn =
            [
                new Band { Share = new Probability(500_000_000), From = Seconds(20), To = Seconds(25) },
                new Band { Share = new Probability(500_000_000), From = Seconds(2000), To = Seconds(2500) },
            ],
        };
        int[] together = [.. Enumerable.Range(1, 12).Select(s => Shared(drawn, s % 2 == 0, (ulong)s).Values.Sum())];
        Assert.All(together, n => Assert.True(n is 0 or 4, $"{n} of 4"));
        Assert.Equal(2, together.Distinct().Count());
        Assert.Contains(Enumerable.Range(1, 12), s =>
            Shared(drawn with { Shared = false }, turned: false, (ulong)s).Values.Sum() is > 0 and < 4);
    }
}
