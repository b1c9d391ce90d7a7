using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>A run in which nobody ever came online is in doubt, and says the last error.</summary>
public sealed class AbsenceTests
{
    private static RunSpec Spec(Duration wait, params FaultSpec[] faults) => new()
    {
        ScenarioName = "absence", Seed = 1,
        Scenario = new Scenario
        {
            Topology = "t", Duration = Duration.FromMinutes(wait.TotalSeconds > 60 ? 1 : 5), Faults = faults,
        },
        Topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
            Clients = new Dictionary<string, ClientSpec>
            {
                ["phone"] = new()
                {
                    Server = "example.org", Policy = new PolicyChoice(null, new Policy
                    {
                        Connect = new ConnectPolicy { Tcp = wait },
                    }),
                },
            },
        },
    };

    private static FaultSpec Fault(FaultKind kind, string target, Duration length) => new()
    {
        Kind = kind, Target = Target.Parse(target), At = Duration.Zero, For = length,
    };

    [Theory]
    [InlineData("crash", "example.org", 30, "connect timeout")]
    [InlineData("cut", "phone", 30, "connect timeout")]
    [InlineData("cut", "phone", 3600, "none was refused")]
    [InlineData("restart", "example.org", 30, "connection refused")]
    public void Nobody_online_is_a_doubt_with_its_reason(string kind, string target, int wait, string reason)
    {
        FaultSpec fault = Fault(FaultKinds.Find(kind)!, target, Duration.FromMinutes(5));
        RunResult result = Simulation.Run(Spec(Duration.FromSeconds(wait), fault), RunOptions.Default)!;
        Assert.StartsWith("no client ever came online", result.Doubts[0]);
        Assert.Contains(reason, result.Doubts[0]);
    }

    [Fact]
    public void One_that_came_online_is_enough()
    {
        FaultSpec fault = Fault(FaultKinds.Find("cut")!, "phone", Duration.FromMinutes(4));
        Assert.Empty(Simulation.Run(Spec(Duration.FromSeconds(30), fault), RunOptions.Default)!.Doubts);
    }
}
