using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// Whole runs against what can be worked out by hand: a phone 50 ms away (round trip 100 ms, first RTO R = 300 ms),
/// nobody talks, the path dies at a phase drawn over one minute. Detection must lie in [least, most] in every run, and
/// the mean of forty runs near the middle when the phase decides.
/// </summary>
public class OracleTests
{
    /// <summary>
    /// tcp_retries2 = 15 at this round trip: 993.6 s with exact timers (the table of GiveUpTests), and 1.1 % for the
    /// ticks of the host's timers, give or take 0.4 % with its phase and with what jitter does to the first timeout.
    /// </summary>
    private const double GiveUp = 1004.5, GiveOrTake = 4;

    private static Duration Seconds(long n) => Duration.FromSeconds(n);

    private static readonly Policy Spaces = new() { Whitespace = new WhitespacePolicy { Every = Seconds(60) } };
    private static readonly Policy Pings =
        new() { Ping = new PingPolicy { Every = Seconds(60), Timeout = Seconds(20) } };

    private static readonly Policy Requests = new()
    {
        Acks = new AckPolicy { Every = Seconds(60), Timeout = Seconds(20), Resume = Seconds(300) },
    };

    private static readonly KeepaliveOption Fast = new(Seconds(60), Seconds(10), 6);
    private static readonly Policy Keepalive = new() { Tcp = new TcpPolicy { Keepalive = Fast } };
    private static readonly Policy Limited = Spaces with { Tcp = new TcpPolicy { UserTimeout = Seconds(30) } };
    private static readonly Policy Trapped = Spaces with { Tcp = new TcpPolicy { Keepalive = Fast } };

    public static TheoryData<string, double, double> Dead => new()
    {
        { nameof(Spaces), GiveUp - GiveOrTake, GiveUp + 60 + GiveOrTake },   // O1: the next space starts TCP's clock
        { nameof(Limited), 30.6, 30.6 + 60 },                 // O2: 2 R + TCP_USER_TIMEOUT
        { nameof(Pings), 20, 80 },                            // O3: independent of TCP
        { nameof(Requests), 20, 80 },                         // O3 by XEP-0198
        { nameof(Trapped), GiveUp - GiveOrTake, GiveUp + 60 + GiveOrTake }, // O6: data in flight suspends SO_KEEPALIVE
    };

    private static Policy Named(string name) => name switch
    {
        nameof(Spaces) => Spaces, nameof(Limited) => Limited, nameof(Pings) => Pings, nameof(Requests) => Requests,
        nameof(Trapped) => Trapped, _ => Keepalive,
    };

    private static IReadOnlyList<Incident> Run(Policy policy, FaultSpec fault, ulong seed) =>
    [
        .. Simulation.Run(
            new RunSpec
            {
                ScenarioName = "oracle", Seed = seed,
                Scenario = new Scenario { Topology = "t", Duration = Duration.FromHours(4), Faults = [fault] },
                Topology = new Topology
                {
                    Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
                    Clients = new Dictionary<string, ClientSpec>
                    {
                        ["phone"] = new()
                        {
                            Server = "example.org", Policy = new PolicyChoice(null, policy),
                            Link = new LinkChoice(null, new LinkProfile { Delay = Duration.FromMilliseconds(50) }),
                        },
                    },
                },
            },
            RunOptions.Default)!.Incidents.Where(i => i.Side == Side.Client),
    ];

    private static readonly FaultSpec Cut = new()
    {
        Kind = FaultKinds.Cut, Target = "phone", At = Duration.FromHours(1), Within = Seconds(60),
    };

    [Rule("O1")]
    [Rule("O2")]
    [Rule("O3")]
    [Rule("O6")]
    [Theory]
    [MemberData(nameof(Dead))]
    public void A_dead_path_is_noticed_when_theory_says(string policy, double least, double most)
    {
        List<double> times = [];
        for (ulong seed = 1; seed <= 40; seed++)
        {
            Incident incident = Assert.Single(Run(Named(policy), Cut, seed));
            Assert.True(incident.Detected, $"seed {seed} noticed nothing");
            times.Add(incident.Elapsed.TotalSeconds);
        }
        Assert.All(times, t => Assert.InRange(t, least * 0.97, most * 1.03));
        // the mean of forty phases, uniform over 60 s: its standard error is 60 / sqrt(12 * 40) = 2.7 s
        Assert.InRange(times.Average(), (least + most) / 2 - 10, (least + most) / 2 + 10);
    }

    [Rule("O5")]
    [Fact]
    public void Alone_SO_KEEPALIVE_notices_after_idle_and_all_its_probes()
    {
        // the last byte came an hour ago and probes have been answered every minute since:
        // between 60 and 120 s are left
        for (ulong seed = 1; seed <= 20; seed++)
            Assert.InRange(Assert.Single(Run(Keepalive, Cut, seed)).Elapsed.TotalSeconds, 60 * 0.97, 120 * 1.03);
    }

    [Rule("O7")]
    [Theory]
    [InlineData(nameof(Spaces), false)]
    [InlineData(nameof(Limited), false)]
    [InlineData(nameof(Keepalive), false)]
    [InlineData(nameof(Pings), true)]
    [InlineData(nameof(Requests), true)]
    public void Only_a_question_to_the_XMPP_layer_finds_a_frozen_process(string policy, bool found)
    {
        var freeze = new FaultSpec
        {
            Kind = FaultKinds.Freeze, Target = "example.org", At = Duration.FromHours(1), Within = Seconds(60),
        };
        for (ulong seed = 1; seed <= 5; seed++)
            Assert.Equal(found, Assert.Single(Run(Named(policy), freeze, seed)).Detected);
    }

    [Rule("O9")]
    [Fact]
    public void An_outage_shorter_than_any_check_goes_unnoticed()
    {
        FaultSpec brief = Cut with
        {
            Within = Duration.Zero, At = Duration.FromMinutes(60) + Seconds(10), For = Seconds(5),
        };
        Incident incident = Assert.Single(Run(Pings, brief, 1));
        Assert.True(incident is { Detected: false, Outlived: true });
    }

    [Rule("O8")]
    [Theory]
    [InlineData(CutDirection.Up)]
    [InlineData(CutDirection.Down)]
    public void A_path_that_is_dead_one_way_is_found_like_one_that_is_dead(CutDirection direction)
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            Incident incident = Assert.Single(Run(Pings, Cut with { Direction = direction }, seed));
            Assert.InRange(incident.Elapsed.TotalSeconds, 20 * 0.97, 80 * 1.03);
        }
    }
}
