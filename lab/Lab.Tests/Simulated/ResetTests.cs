using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class ResetTests
{
    [Fact]
    public void A_client_that_connects_again_in_the_moment_of_the_reset_is_not_reset_again() =>
        Assert.Equal(2, Run(BackoffKind.AtOnce).Value("connects.online"));

    [Fact]
    public void A_client_that_never_reconnects_makes_no_attempt_after_the_end_of_its_stream()
    {
        RunResult result = Run(BackoffKind.Never, new WorkloadSpec
        {
            From = "phone", To = "echo@example.org", Every = Duration.FromSeconds(10),
        });
        Assert.Equal(1, result.Value("connects.online"));
        Assert.Equal(30, result.Value("connects.attempts"));           // one in two minutes
        Assert.Equal(0.5, result.Value("availability"), 0.01);
        Assert.True(result.Value("messages.lost") > 0, "messages of a client that stays away are given up");
    }

    private static RunResult Run(BackoffKind kind, params WorkloadSpec[] workload)
    {
        var policy = new Policy { Reconnect = new ReconnectPolicy { Kind = kind } };
        return Simulation.Run(
            new RunSpec
            {
                ScenarioName = "reset", Seed = 1,
                Scenario = new Scenario
                {
                    Topology = "t", Duration = Duration.FromMinutes(2), Workload = workload,
                    Faults =
                    [
                        new FaultSpec { Kind = FaultKinds.Reset, Target = "phone", At = Duration.FromMinutes(1) },
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
    }
}
