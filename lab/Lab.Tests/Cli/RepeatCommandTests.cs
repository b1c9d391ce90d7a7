using Lab.Cli;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Tests;

/// <summary>
/// lab repeat as a command: what it says of runs that repeat, differ or break, and with which exit code.
/// </summary>
public sealed class RepeatCommandTests : IDisposable
{
    private static readonly string[] Short = ["--set", "duration=1m", "--set", "faults=[]"];

    private readonly Laboratory lab = new();

    public void Dispose() => lab.Dispose();

    [Fact]
    public void Runs_repeat_here_and_in_another_process_with_what_was_set()
    {
        Assert.Equal(ExitCode.Pass, lab.Lab(["repeat", "scenarios/dead-link.yaml", .. Short]));
        Assert.Contains("dead-link: 2 of 2 runs repeat, here and in another process", lab.Output);
        Assert.Equal("", lab.Error);
    }

    [Fact]
    public void A_run_that_breaks_is_named_and_the_next_ones_are_still_compared()
    {
        lab.Write("scenarios/other.yaml", Laboratory.DeadLink);
        lab.Trace = (spec, options) =>
        {
            if (spec is { ScenarioName: "dead-link", Label: "ping" })
                throw new InvalidOperationException("queue is -1");
            Simulation.Run(spec, options);
        };
        Assert.Equal(ExitCode.Unknown,
            lab.Lab(["repeat", "scenarios/dead-link.yaml", "scenarios/other.yaml", .. Short]));
        Assert.Contains("A run broke inside the lab, so whether it repeats is unknown: queue is -1\n         lab run "
            + "scenarios/dead-link.yaml --network simulated --seed 1 --set duration=1m --set 'faults=[]' "
            + "--set clients.phone.policy=ping\n", lab.Error);
        Assert.Contains("dead-link: 1 of 2 runs repeat, here and in another process", lab.Output);
        Assert.Contains("; 1 broke\n", lab.Output);
        Assert.Contains("other: 2 of 2 runs repeat", lab.Output);
    }

    [Fact]
    public void A_run_that_breaks_in_the_other_process_alone_is_one_that_broke()
    {
        int runs = 0;
        lab.Trace = (spec, options) =>
        {
            // the other process finds no file
            if (++runs == 2) File.Delete(Path.Combine(lab.Folder, "scenarios/dead-link.yaml"));
            Simulation.Run(spec, options);
        };
        Assert.Equal(ExitCode.Unknown,
            lab.Lab(["repeat", "scenarios/dead-link.yaml", .. Short, "--set", "clients.phone.policy=ping"]));
        Assert.Contains("unknown: the other process ended with exit code 2\n", lab.Error);
    }

    [Fact]
    public void A_run_that_differs_is_worse_than_one_that_breaks()
    {
        int runs = 0;
        lab.Trace = (spec, options) =>
        {
            if (spec.Label == "ping") throw new InvalidOperationException("queue is -1");
            Simulation.Run(spec with
            {
                Scenario = spec.Scenario with { Duration = Duration.FromSeconds(60 * ++runs) },
            }, options);
        };
        Assert.Equal(ExitCode.Failed, lab.Lab(["repeat", "scenarios/dead-link.yaml", .. Short]));
        Assert.Contains("dead-link (acks), seed 1: the second run, in this process, differs at entry ", lab.Error);
        Assert.Contains("dead-link: 0 of 2 runs repeat", lab.Output);
    }

    [Fact]
    public void Stopping_half_way_says_nothing_of_differences()
    {
        lab.Trace = (spec, options) =>
        {
            lab.Stop.Cancel();
            Simulation.Run(spec, options);
        };
        Assert.Equal(ExitCode.Stopped, lab.Lab(["repeat", "scenarios/dead-link.yaml", .. Short]));
        Assert.Equal("", lab.Error + lab.Output);
    }

    [Fact]
    public void The_other_process_tells_of_a_run_that_broke_by_its_exit_code()
    {
        lab.Trace = (_, _) => throw new InvalidOperationException("queue is -1");
        Assert.Equal(ExitCode.Unknown, lab.Lab("repeat", "scenarios/dead-link.yaml", "--emit", "--seed", "1"));
        Assert.Contains("unknown: queue is -1\n", lab.Error);
    }
}
