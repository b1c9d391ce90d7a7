using Lab.Experiments;
using Lab.Network;

namespace Lab.Tests;

/// <summary>Runs whose availability and ghost time can be told by hand.</summary>
public sealed class AvailabilityTests
{
    private static RunResult Run(int clients, int servers, params FaultSpec[] faults) => Simulation.Run(
        new RunSpec
        {
            ScenarioName = "t", Seed = 1,
            Scenario = new Scenario
            {
                Topology = "t", Duration = Duration.FromHours(1), Tail = Duration.Zero, Faults = [.. faults],
            },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec> { ["node.example"] = new() { Count = servers } },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = new() { Server = "node.example", Count = clients },
                },
            },
        },
        RunOptions.Default)!;

    private static FaultSpec Freeze(string target, int from, int minutes) => new()
    {
        Kind = FaultKinds.Freeze, Target = target, At = Duration.FromMinutes(from), For = Duration.FromMinutes(minutes),
    };

    /// <summary>Two thirds of the hour, less a login of milliseconds.</summary>
    [Theory]
    [InlineData("node.example")]
    [InlineData("phone")]
    public void A_freeze_of_twenty_minutes_takes_twenty_minutes_of_an_hour_at_whichever_end(string target)
    {
        RunResult run = Run(1, 1, Freeze(target, 10, 20));
        Assert.Equal(2 / 3.0, run.Value("availability"), 4);
        Assert.Equal(1200, run.Value("ghost.time"), 4);
    }

    [Fact]
    public void A_frozen_server_is_away_for_its_own_clients_only()
    {
        // six clients take turns at three servers; two of them lose twenty minutes
        RunResult run = Run(6, 3, Freeze("node-1.example", 10, 20));
        Assert.Equal((4 + 2 * 2 / 3.0) / 6, run.Value("availability"), 4);
        Assert.Equal(400, run.Value("ghost.time"), 4);
    }

    [Fact]
    public void A_freeze_that_lasts_to_the_end_takes_the_rest()
    {
        RunResult run = Run(2, 1, Freeze("node.example", 45, 60));
        Assert.Equal(0.75, run.Value("availability"), 4);
        Assert.Equal(900, run.Value("ghost.time"), 4);
    }
}
