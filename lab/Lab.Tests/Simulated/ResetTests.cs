using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class ResetTests
{
    [Fact]
    public void A_client_that_connects_again_in_the_moment_of_the_reset_is_not_reset_again()
    {
        var policy = new Policy { Reconnect = new ReconnectPolicy { Kind = BackoffKind.None } };
        RunResult result = Simulation.Run(
            new RunSpec
            {
                ScenarioName = "reset", Seed = 1,
                Scenario = new Scenario
                {
                    Topology = "t", Duration = Duration.FromMinutes(2),
                    Faults =
                    [
                        new FaultSpec { Kind = FaultKind.Reset, Target = "phone", At = Duration.FromMinutes(1) },
                    ],
                },
                Topology = new Topology
                {
                    Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
                    Clients = new Dictionary<string, ClientSpec>
                    {
                        ["phone"] = new() { Server = "example.org", Policy = new PolicyChoice(null, policy) },
                    },
                },
            },
            RunOptions.Default)!;
        Assert.Equal(2, result.Value("connects.online"));
    }
}
