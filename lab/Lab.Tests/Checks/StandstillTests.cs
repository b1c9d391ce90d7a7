using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public sealed class StandstillTests
{
    private static RunSpec Spec(Duration delay, ReconnectPolicy reconnect) => new()
    {
        ScenarioName = "standstill", Seed = 1,
        Scenario = new Scenario
        {
            Topology = "t", Duration = Duration.FromMinutes(1),
            Faults =
            [
                new FaultSpec
                {
                    Kind = FaultKinds.Restart, Target = "example.org", At = Duration.FromSeconds(10),
                    For = Duration.FromSeconds(1),
                },
            ],
        },
        Topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
            Clients = new Dictionary<string, ClientSpec>
            {
                ["phone"] = new()
                {
                    Server = "example.org", Policy = new PolicyChoice(null, new Policy { Reconnect = reconnect }),
                    Link = new LinkChoice(null, new LinkProfile { Delay = delay }),
                },
            },
        },
    };

    private static readonly ReconnectPolicy AtOnce = new() { Kind = BackoffKind.AtOnce };

    [Fact]
    public void A_run_in_which_no_time_passes_ends_and_says_what_repeats()
    {
        var ended = Assert.Throws<StandstillException>(
            () => Simulation.Run(Spec(Duration.Zero, AtOnce), RunOptions.Default));
        Assert.StartsWith("no time passes after 10s: more than 1,00", ended.Message);
        Assert.Contains("phone ConnectAttempt (", ended.Message);
        Assert.Contains("phone ClientOffline (", ended.Message);
    }

    [Fact]
    public void A_run_in_which_no_time_passes_can_be_stopped_before_that()
    {
        int polls = 0;
        var options = new RunOptions { IsCancelled = () => ++polls >= 3 };
        Assert.Null(Simulation.Run(Spec(Duration.Zero, AtOnce), options));
        Assert.Equal(3, polls);
    }

    [Fact]
    public void With_a_delay_or_a_wait_the_same_run_goes_on_to_its_end()
    {
        Assert.NotNull(Simulation.Run(Spec(Duration.FromMilliseconds(1), AtOnce), RunOptions.Default));
        var wait = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Duration.FromMilliseconds(1) };
        Assert.NotNull(Simulation.Run(Spec(Duration.Zero, wait), RunOptions.Default));
    }
}
