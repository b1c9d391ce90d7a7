using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class FidelityTableTests
{
    private static readonly Policy Ping =
        new() { Ping = new() { Every = Duration.FromSeconds(60), Timeout = Duration.FromSeconds(20) } };

    private static RunSpec Spec(
        FaultKind fault, Policy? client, Policy? server = null, string target = "phone",
        NetworkKind network = NetworkKind.Proxied) => new()
    {
        ScenarioName = "x", Seed = 1, Network = network,
        Topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() { Policy = new(null, server) } },
            Clients = new Dictionary<string, ClientSpec>
            {
                ["phone"] = new() { Server = "example.org", Link = new("mobile", new()), Policy = new(null, client) },
                ["desktop"] = new() { Server = "example.org", Policy = new(null, Ping) },
            },
        },
        Scenario = new Scenario
        {
            Topology = "x", Duration = Duration.FromHours(1), Faults = [new() { Kind = fault, Target = target }],
        },
    };

    private static Fidelity Of(RunSpec spec, string metric) => Catalogue.Of(spec, metric).Fidelity;

    [Fact]
    public void Every_fault_property_mechanism_and_metric_has_a_judgement_with_a_reason()
    {
        foreach (NetworkKind network in Enum.GetValues<NetworkKind>())
        {
            IEnumerable<Judgement> all =
            [
                .. FaultKinds.All.Select(k => k.On(network)),
                .. Enum.GetValues<LinkProperty>().Select(p => FidelityTable.Of(network, p)),
                .. Enum.GetValues<Mechanism>().Select(m => FidelityTable.Of(network, m)),
                .. Catalogue.All.Select(m => m.On(network)),
            ];
            Assert.All(all, j => Assert.True(j.Reason.Length > 10 && !j.Reason.EndsWith('.'), j.Reason));
        }
    }

    [Fact]
    public void The_simulated_network_models_everything() =>
        Assert.All(Catalogue.All, m => Assert.Equal(Fidelity.Modelled,
            Of(Spec(FaultKinds.Cut, Policy.Nothing, network: NetworkKind.Simulated), m.Name)));

    private static readonly Policy Acks =
        new() { Acks = new() { Every = Duration.FromSeconds(60), Timeout = Duration.FromSeconds(20) } };

    private static readonly Policy Keepalive = new() { Tcp = new() { UserTimeout = Duration.FromSeconds(60) } };

    /// <summary>Streams between two servers: who checks, how large a pool, what is cut, how the metric fares.</summary>
    public static TheoryData<Policy?, int, string, string, Fidelity> Streams => new()
    {
        { Acks, 4, "a.example->b.example#1", "federation.unnoticed.max", Fidelity.Approximate },
        { Ping, 1, "a.example->b.example", "federation.unnoticed.max", Fidelity.Approximate },
        { Ping, 4, "a.example->b.example#1", "federation.unnoticed.max", Fidelity.Unsupported },   // sees one of four
        { Ping, 4, "a.example->b.example#1", "federation.missed", Fidelity.Approximate },
        { null, 1, "a.example->b.example", "federation.unnoticed.p50", Fidelity.Unsupported },
        { null, 1, "b.example->a.example", "federation.unnoticed.p50", Fidelity.Approximate },    // b asks for acks
        { null, 1, "b.example", "federation.unnoticed.p50", Fidelity.Unsupported },
        { null, 1, "phone", "federation.unnoticed.p50", Fidelity.Approximate },
        { null, 1, "a.example->b.example", "federation.missed", Fidelity.Approximate },
        { Keepalive, 1, "a.example->b.example", "federation.missed", Fidelity.Unsupported },
        { Acks, 1, "a.example->b.example", "federation.handshakes", Fidelity.Approximate },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void How_long_dead_streams_go_unnoticed_is_shown_only_where_a_check_above_TCP_sees_each(
        Policy? first, int streams, string cut, string metric, Fidelity fidelity)
    {
        RunSpec spec = Spec(FaultKinds.Cut, Ping, Ping, cut);
        Assert.Equal(fidelity, Of(spec with { Topology = spec.Topology with
        {
            Servers = new Dictionary<string, ServerSpec> { ["a.example"] = new(), ["b.example"] = new() },
            Clients = new Dictionary<string, ClientSpec> { ["phone"] = new() { Server = "a.example" } },
            S2s =
            [
                new() { Between = ["a.example", "b.example"], Streams = streams, Policy = new(null, first),
                    SecondPolicy = new(null, Acks) },
            ],
        } }, metric));
    }

    [Theory]
    [InlineData("a.example->n-1.example", Fidelity.Unsupported)]
    [InlineData("n.example", Fidelity.Unsupported)]
    [InlineData("n-1.example", Fidelity.Unsupported)]
    [InlineData("n-0.example", Fidelity.Approximate)]
    [InlineData("n.example->a.example", Fidelity.Approximate)]         // the one that asks for acks
    public void Streams_of_one_of_many_servers_are_judged_by_what_hits_that_one(string cut, Fidelity fidelity)
    {
        RunSpec spec = Spec(FaultKinds.Cut, Ping, Ping, cut);
        Assert.Equal(fidelity, Of(spec with { Topology = spec.Topology with
        {
            Servers = new Dictionary<string, ServerSpec> { ["a.example"] = new(), ["n.example"] = new() { Count = 3 } },
            Clients = new Dictionary<string, ClientSpec> { ["phone"] = new() { Server = "a.example" } },
            S2s = [new() { Between = ["a.example", "n-1.example"], SecondPolicy = new(null, Acks) }],
        } }, "federation.unnoticed.max"));
    }

    [Theory]
    [InlineData("cut", Fidelity.Approximate)]
    [InlineData("crash", Fidelity.Approximate)]
    [InlineData("freeze", Fidelity.Modelled)]
    [InlineData("reset", Fidelity.Modelled)]
    public void A_run_is_as_faithful_as_its_worst_fault_on_modelled_links(string fault, Fidelity fidelity) =>
        Assert.Equal(fidelity, FidelityTable.OfFaults(Spec(FaultKinds.Find(fault)!, Ping)).Fidelity);

    /// <summary>It forgets by itself: no fault of the scenario says so.</summary>
    [Theory]
    [InlineData(Notice.Silent, false, Fidelity.Unsupported)]
    [InlineData(Notice.Silent, true, Fidelity.Approximate)]
    [InlineData(Notice.ResetSender, false, Fidelity.Approximate)]
    public void A_middlebox_on_the_way_is_judged_as_a_fault_that_may_come(Notice notice, bool pings, Fidelity detection)
    {
        RunSpec spec = Spec(FaultKinds.Reset, pings ? Ping : Policy.Nothing);
        spec = spec with
        {
            Topology = spec.Topology with
            {
                Middleboxes = new Dictionary<string, MiddleboxProfile> { ["nat"] = new() { OnExpiry = notice } },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = spec.Topology.Clients["phone"] with
                    {
                        Link = new("mobile", new() { Through = ["nat"] }),
                    },
                },
            },
        };
        Assert.Equal(Fidelity.Approximate, FidelityTable.OfFaults(spec).Fidelity);
        Assert.Equal(detection, Of(spec, "detection.client.p95"));
        Assert.Contains(Showing.Of([spec], NetworkKind.Proxied), s => s.Name == "forget");
    }

    /// <summary>Probes end at the proxy: what hangs on them at a middlebox is not to be seen there.</summary>
    [Theory]
    [InlineData(60, 0, 300, Notice.Silent, Fidelity.Unsupported)]              // the probes would keep it known
    [InlineData(60, 50, 300, Notice.Silent, Fidelity.Approximate)]             // spaces do
    [InlineData(60, 200, 300, Notice.Silent, Fidelity.Approximate)]
    [InlineData(60, 400, 300, Notice.Silent, Fidelity.Unsupported)]            // spaces come too late
    [InlineData(600, 0, 300, Notice.Silent, Fidelity.Approximate)]             // it is forgotten before the first probe
    [InlineData(600, 0, 300, Notice.ResetSender, Fidelity.Unsupported)]        // whose answer tells
    [InlineData(600, 0, 300, Notice.ResetBoth, Fidelity.Approximate)]
    [InlineData(60, 0, 0, Notice.Silent, Fidelity.Approximate)]                // it forgets nothing by itself
    [InlineData(0, 0, 300, Notice.ResetSender, Fidelity.Approximate)]
    public void What_hangs_on_TCP_s_probes_at_a_middlebox_is_not_shown_between_proxies(
        int idle, int spaces, int established, Notice notice, Fidelity expected)
    {
        RunSpec spec = Spec(FaultKinds.Reset, new Policy
        {
            Tcp = idle > 0 ? new() { Keepalive = new(Duration.FromSeconds(idle)) } : null,
            Whitespace = spaces > 0 ? new() { Every = Duration.FromSeconds(spaces) } : null,
        });
        var nat = new MiddleboxProfile
        {
            Established = established > 0 ? Duration.FromSeconds(established) : null, OnExpiry = notice,
        };
        spec = spec with
        {
            Topology = spec.Topology with
            {
                Middleboxes = new Dictionary<string, MiddleboxProfile> { ["nat"] = nat },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = spec.Topology.Clients["phone"] with
                    {
                        Link = new("mobile", new() { Through = ["nat"] }),
                    },
                },
            },
        };
        Assert.Equal(expected, Of(spec, "connections.forgotten"));
        Assert.Equal(expected, Of(spec, "availability"));
        Assert.Equal(Fidelity.Modelled, Of(spec with { Network = NetworkKind.Simulated }, "connections.forgotten"));
        Assert.Equal(idle > 0, Showing.Of([spec], NetworkKind.Proxied).Any(s => s.Name == "probe-refresh"));
    }

    [Fact]
    public void Whitespace_and_stream_management_without_a_timeout_are_no_checks()
    {
        Policy[] unguarded =
        [
            Policy.Nothing, new() { Whitespace = new() { Every = Duration.FromSeconds(60) } }, new() { Acks = new() },
            new() { Tcp = new() { UserTimeout = Duration.FromSeconds(30) } },
        ];
        Policy[] guarded =
        [
            Ping, new() { Acks = new() { Timeout = Duration.FromSeconds(20) } },
            new() { Idle = new() { After = Duration.FromMinutes(5) } },
        ];
        Assert.All(unguarded, p =>
            Assert.Equal(Fidelity.Unsupported, Of(Spec(FaultKinds.Cut, p), "detection.client.p95")));
        Assert.All(guarded, p =>
            Assert.Equal(Fidelity.Approximate, Of(Spec(FaultKinds.Cut, p), "detection.client.p95")));
    }

    [Theory]
    [InlineData("cut", "phone", "detection.client.p50", Fidelity.Unsupported)]
    [InlineData("cut", "phone[0]", "detection.client.p50", Fidelity.Unsupported)]
    [InlineData("cut", "mobile", "detection.client.p50", Fidelity.Unsupported)]
    [InlineData("cut", "example.org", "detection.client.p50", Fidelity.Unsupported)]
    [InlineData("cut", "desktop", "detection.client.p50", Fidelity.Approximate)]
    [InlineData("cut", "desktop", "detection.server.p50", Fidelity.Unsupported)]
    [InlineData("crash", "example.org", "detection.client.p50", Fidelity.Unsupported)]
    [InlineData("crash", "example.org", "detection.server.p50", Fidelity.Approximate)]
    [InlineData("crash", "phone", "detection.client.p50", Fidelity.Approximate)]
    [InlineData("crash", "phone", "detection.server.p50", Fidelity.Unsupported)]
    [InlineData("freeze", "example.org", "detection.client.p50", Fidelity.Modelled)]
    public void Detection_is_unsupported_where_a_silent_fault_meets_an_end_that_only_TCP_could_warn(
        string fault, string target, string metric, Fidelity fidelity) =>
        Assert.Equal(fidelity, Of(Spec(FaultKinds.Find(fault)!, Policy.Nothing, target: target), metric));

    [Fact]
    public void Costs_are_modelled_until_an_end_relies_on_its_own_TCP()
    {
        Assert.Equal(Fidelity.Modelled, Of(Spec(FaultKinds.Cut, Ping), "cost.bytes"));
        Assert.Equal(Fidelity.Approximate, Of(Spec(FaultKinds.Cut, Policy.Nothing), "cost.bytes"));
        Policy both = Ping with { Tcp = new() { Keepalive = new(Duration.FromHours(2), Duration.FromSeconds(75), 9) } };
        Assert.Equal(Fidelity.Approximate, Of(Spec(FaultKinds.Freeze, both), "cost.bytes"));
    }
}
