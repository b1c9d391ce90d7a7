using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Whole runs of a phone that goes from Wi-Fi to LTE, against what can be worked out by hand.</summary>
public sealed class MovingTests
{
    private static readonly Policy Pings = new()
    {
        Ping = new PingPolicy { Every = Seconds(60), Timeout = Seconds(20) },
        Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Seconds(1) },
    };

    private static Duration Seconds(double s) => Duration.FromMilliseconds((long)(s * 1000));

    private static LinkChoice Over(int milliseconds) =>
        new LinkProfile { Delay = Duration.FromMilliseconds(milliseconds) };

    internal static Topology Net(Policy policy) => new()
    {
        Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
        Clients = new Dictionary<string, ClientSpec>
        {
            ["phone"] = new()
            {
                Server = "example.org", Resource = "phone", Policy = new PolicyChoice(null, policy),
                Links = new OrderedDictionary<string, LinkChoice> { ["wifi"] = Over(10), ["lte"] = Over(50) },
            },
        },
    };

    internal static FaultSpec To(string link, double at) => new()
    {
        Kind = FaultKinds.Handover, Target = "phone", At = Seconds(at), To = new LinkChoice(link, null),
    };

    internal static RunResult Run(Policy policy, int seconds, IJournalReader? reader, params FaultSpec[] faults)
    {
        RunResult result = Simulation.Run(new RunSpec
        {
            ScenarioName = "moving", Seed = 1, Topology = Net(policy),
            Scenario = new Scenario { Topology = "t", Duration = Seconds(seconds), Faults = faults },
        }, new RunOptions { Reader = reader })!;
        Assert.Empty(result.Doubts);
        return result;
    }

    private static IEnumerable<Incident> Of(RunResult run, Side side) => run.Incidents.Where(i => i.Side == side);

    [Fact]
    public void An_old_connection_dies_without_a_word_and_the_next_ping_finds_out()
    {
        RunResult run = Run(Pings, 600, null, To("lte", 100));
        Incident client = Assert.Single(Of(run, Side.Client)), server = Assert.Single(Of(run, Side.Server));
        Assert.Equal((FaultKinds.Handover, Mechanism.PingTimeout, Claim.Dead),
            (client.Fault, client.Mechanism, client.Claim));
        Assert.InRange(client.Elapsed.TotalSeconds, 39.9, 40.2);            // pings at 60 n; 120 + 20 - 100
        Assert.Equal((FaultKinds.Handover, Instant.Zero + Seconds(100)), (server.Fault, server.Began));
    }

    [Fact]
    public void Nobody_is_reachable_over_a_connection_whose_address_is_gone()
    {
        RunResult run = Run(Pings, 1000, null, To("lte", 100));
        double away = 1000 * (1 - run.Value("availability"));
        Assert.InRange(away, 41, 43);                           // 40 s until it notices, 1 s, and logging in twice
        run = Run(Pings, 1000, null, To("lte", 100) with { Linger = Seconds(30) },
            new FaultSpec { Kind = FaultKinds.Cut, Target = "lte", At = Seconds(105), For = Seconds(20) });
        Assert.InRange(1000 * (1 - run.Value("availability")), 71, 73);
    }

    [Fact]
    public void With_a_reset_the_client_knows_at_once_and_the_server_does_not()
    {
        RunResult run = Run(Pings, 600, null, To("lte", 100) with { Old = OldConnections.Reset });
        Incident client = Assert.Single(Of(run, Side.Client)), server = Assert.Single(Of(run, Side.Server));
        Assert.Equal((Mechanism.Reset, Duration.Zero), (client.Mechanism, client.Elapsed));
        Assert.InRange(server.Elapsed.TotalSeconds, 1, 2);                  // the new stream takes the resource's place
    }

    [Fact]
    public void After_a_gap_the_old_connection_stays_dead()
    {
        RunResult run = Run(Pings, 600, null, To("lte", 100) with { Gap = Seconds(5) });
        Incident client = Assert.Single(Of(run, Side.Client));
        Assert.Equal((FaultKinds.Handover, Mechanism.PingTimeout), (client.Fault, client.Mechanism));
        Assert.InRange(client.Elapsed.TotalSeconds, 39.9, 40.2);
    }

    [Fact]
    public void While_the_old_link_lingers_nothing_is_wrong_and_then_it_dies()
    {
        RunResult run = Run(Pings, 600, null, To("lte", 100) with { Linger = Seconds(30) });
        Incident client = Assert.Single(Of(run, Side.Client));
        Assert.Equal(Instant.Zero + Seconds(130), client.Began);            // the ping of 120 was answered
        Assert.InRange(client.Elapsed.TotalSeconds, 69.9, 70.2);            // the one of 180 was not: 200 - 130
    }

    [Fact]
    public void A_cut_of_the_new_link_is_no_harm_to_what_lingers_on_the_old_one()
    {
        FaultSpec cut = new()
        {
            Kind = FaultKinds.Cut, Target = "lte", At = Seconds(105), For = Seconds(20),
        };
        RunResult run = Run(Pings, 600, null, To("lte", 100) with { Linger = Seconds(30) }, cut);
        Assert.Equal(Instant.Zero + Seconds(130), Assert.Single(Of(run, Side.Client)).Began);
        run = Run(Pings, 600, null, To("lte", 100) with { Linger = Seconds(30) }, cut with { Target = "wifi" });
        Assert.Equal((Instant.Zero + Seconds(105), FaultKinds.Cut),
            (Of(run, Side.Client).First().Began, Of(run, Side.Client).First().Fault));
    }

    [Theory]
    [InlineData("phone", null, true)]
    [InlineData("phone", "wifi", true)]
    [InlineData("phone", "lte", false)]
    [InlineData("wifi", null, true)]
    [InlineData("lte", null, false)]
    [InlineData("example.org", null, true)]
    public void A_fault_hits_every_link_of_a_client_and_of_a_link_that_one(string target, string? on, bool hits)
    {
        FaultSpec cut = new()
        {
            Kind = FaultKinds.Cut, Target = target, On = on, At = Seconds(100), For = Seconds(100),
        };
        Assert.Equal(hits, Run(Pings, 600, null, cut).Incidents.Count > 0);
        FaultSpec reset = new() { Kind = FaultKinds.Reset, Target = target, On = on, At = Seconds(100) };
        var ends = new Ends();
        Run(Pings, 600, ends, reset);
        Assert.Equal(hits, ends.Count > 0);
        if (target == "example.org") return;                                // a server takes no degrade
        FaultSpec degrade = cut with
        {
            Kind = FaultKinds.Degrade,
            To = new LinkProfile { Loss = new LossProfile { LossWhenGood = Probability.Always } },
        };
        Assert.Equal(hits, Run(Pings, 600, null, degrade).Incidents.Count > 0);
    }

    private sealed class Ends : IJournalReader
    {
        public int Count;

        public void On(in Entry e) => Count += e.Kind == EntryKind.NearTransportEnded ? 1 : 0;
    }

    [Fact]
    public void Overlapping_handovers_end_where_the_last_one_goes()
    {
        var links = new Links();
        Run(Pings, 600, links, To("lte", 100) with { Gap = Seconds(10) }, To("wifi", 105) with { Gap = Seconds(2) },
            To("lte", 200) with { Linger = Seconds(30) }, To("wifi", 210));
        Assert.Equal([(100, -1), (107, 0), (200, 1), (210, 0)], links.Changes);
    }

    [Theory]
    [InlineData(NetworkChangeAction.Nothing, 40)]               // the ping of 120 and its 20 s
    [InlineData(NetworkChangeAction.Ping, 7)]                   // 2 s until it is told, and 5 s
    [InlineData(NetworkChangeAction.Reconnect, 2)]
    public void A_notice_makes_the_client_find_out_sooner(NetworkChangeAction then, double seconds)
    {
        Policy policy = Pings with { OnNetworkChange = new NetworkChangePolicy { Then = then, Timeout = Seconds(5) } };
        RunResult run = Run(policy, 600, null, To("lte", 100) with { Notices = [Seconds(2), Seconds(2.5)] });
        Assert.InRange(Assert.Single(Of(run, Side.Client)).Elapsed.TotalSeconds, seconds - 0.01, seconds + 0.2);
    }

    [Fact]
    public void A_notice_for_a_process_that_stands_still_is_heard_when_it_goes_on()
    {
        var noticed = new Noticed();
        FaultSpec freeze = new() { Kind = FaultKinds.Freeze, Target = "phone", At = Seconds(90), For = Seconds(40) };
        Run(Pings, 600, noticed, freeze, To("lte", 100) with { Notices = [Duration.Zero, Seconds(1), Seconds(50)] });
        Assert.Equal([130, 150], noticed.At);
        noticed.At.Clear();
        Run(Pings, 600, noticed, freeze with { Kind = FaultKinds.Crash },
            To("lte", 100) with { Notices = [Duration.Zero, Seconds(50)], Gap = Seconds(3) });
        Assert.Equal([153], noticed.At);
        noticed.At.Clear();
        Run(Pings, 600, noticed, To("lte", 100) with { Notices = [] });
        Assert.Empty(noticed.At);
    }

    [Fact]
    public void What_was_not_yet_told_of_an_older_change_is_replaced_by_a_newer_one()
    {
        var noticed = new Noticed();
        FaultSpec first = To("lte", 100) with { Notices = [Seconds(1), Seconds(20), Seconds(30)] };
        Run(Pings, 600, noticed, first, To("wifi", 110) with { Notices = [Seconds(2)], Gap = Seconds(15) });
        Assert.Equal([101, 127], noticed.At);                   // the second begins at 110 and has its link at 125
        noticed.At.Clear();
        Run(Pings, 600, noticed, first, To("wifi", 110) with { Notices = [] });
        Assert.Equal([101], noticed.At);
        noticed.At.Clear();
        Run(Pings, 600, noticed, first, To("wifi", 131));
        Assert.Equal([101, 120, 130, 131], noticed.At);
    }

    /// <summary>8 uJ for each byte that passes on LTE, from 100 to 300 s, and nothing on Wi-Fi or for states.</summary>
    [Fact]
    public void What_passes_is_on_the_radio_of_the_link_that_the_phone_is_on()
    {
        var passed = new Passed();
        Topology net = Net(Pings);
        LinkChoice With(int milliwatts) => new LinkProfile
        {
            Radio = new RadioChoice(null, new RadioProfile
            {
                States = new Dictionary<string, RadioStateProfile> { ["on"] = new() { Carries = new Size(0) } },
                PerMbit = new Power(milliwatts * 1000),
            }),
        };
        RunResult run = Simulation.Run(new RunSpec
        {
            ScenarioName = "moving", Seed = 1,
            Topology = net with
            {
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = net.Clients["phone"] with
                    {
                        Links = new OrderedDictionary<string, LinkChoice> { ["wifi"] = With(0), ["lte"] = With(1000) },
                    },
                },
            },
            Scenario = new Scenario
            {
                Topology = "t", Duration = Seconds(600), Faults = [To("lte", 100), To("wifi", 300)],
            },
        }, new RunOptions { Reader = passed })!;
        Assert.True(passed.Bytes > 1000);
        Assert.Equal(passed.Bytes * 8e-6, run.Energies.Sum(e => e.Joules), 9);
    }

    private sealed class Passed : IJournalReader
    {
        public long Bytes;

        public void On(in Entry e)
        {
            Direction? counts = e.Kind switch
            {
                EntryKind.PacketSent => Direction.Up, EntryKind.PacketDelivered => Direction.Down, _ => null,
            };
            if (counts == PacketEntry.Of(in e).Direction && (e.At - Instant.Zero).TotalSeconds is > 100 and < 300)
                Bytes += PacketEntry.Of(in e).Bytes;
        }
    }

    private sealed class Noticed : IJournalReader
    {
        public readonly List<double> At = [];

        public void On(in Entry e)
        {
            if (e.Kind == EntryKind.NetworkNoticed) At.Add((e.At - Instant.Zero).TotalSeconds);
        }
    }

    private sealed class Links : IJournalReader
    {
        public readonly List<(double Second, int Link)> Changes = [];

        public void On(in Entry e)
        {
            if (e.Kind == EntryKind.LinkChanged)
                Changes.Add(((e.At - Instant.Zero).TotalSeconds, LinkEntry.Of(in e).Link));
        }
    }
}
