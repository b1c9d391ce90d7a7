using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Found by a random scenario: a slow path, and a dialback timeout that its round trips exceed.</summary>
public sealed class GivenUpAtOnceTests
{
    [Fact]
    public void A_stream_that_is_given_up_in_the_call_that_asked_for_it_opens_no_connection()
    {
        var link = new LinkProfile
        {
            Delay = Duration.FromMicroseconds(807_530),
            Loss = new LossProfile
            {
                BadFor = Duration.FromSeconds(3), GoodFor = Duration.FromSeconds(29),
                LossWhenBad = new Probability(460_000_000), LossWhenGood = new Probability(30_000_000),
            },
        };
        var topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec> { ["node.example"] = new(), ["localhost"] = new() },
            Clients = new Dictionary<string, ClientSpec> { ["phone"] = new() { Server = "localhost" } },
            S2s =
            [
                new S2sSpec
                {
                    Between = ["node.example", "localhost"], Link = new LinkChoice(null, link),
                    Tls = FederationTls.None, DialbackTimeout = Duration.FromSeconds(3),
                },
            ],
        };
        for (ulong seed = 1; seed <= 200; seed++)
            Assert.NotNull(Simulation.Run(
                new RunSpec
                {
                    ScenarioName = "given-up", Seed = seed, Topology = topology,
                    Scenario = new Scenario
                    {
                        Topology = "t", Duration = Duration.FromSeconds(60),
                        Workload =
                        [
                            new WorkloadSpec
                            {
                                From = "phone", To = "echo@node.example", Every = Duration.FromSeconds(20),
                                Arrivals = Arrivals.Poisson,
                            },
                        ],
                    },
                },
                RunOptions.Default));
    }
}
