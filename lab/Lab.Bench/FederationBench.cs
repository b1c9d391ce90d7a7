using System.Diagnostics;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Bench;

/// <summary>
/// A hundred servers, every one with streams to every other, and ten users on each who write to anybody now and then: a
/// simulated day, logging in included.
/// </summary>
internal static class FederationBench
{
    private const int Servers = 100, Users = 10;

    public static IEnumerable<Benchmark> All { get; } =
    [
        new("a day of 100 servers fully meshed", () => Day("nobody checks", Policy.Nothing)),
        new("a day of 100 servers fully meshed, checked", () => Day("acks asked for every 5 min", Checked)),
    ];

    private static Policy Checked => new()
    {
        Acks = new AckPolicy { Every = Duration.FromMinutes(5), Timeout = Duration.FromSeconds(20) },
    };

    private static Row Day(string checks, Policy policy)
    {
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        RunResult run = Simulation.Run(Spec(policy), RunOptions.Default)!;
        double seconds = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        double lost = run.Value("messages.lost"), sent = run.Value("messages.sent");
        if (lost > 0 || sent < 1000) throw new InvalidOperationException($"{lost} of {sent} messages were lost");
        return new Row($"a day of {Servers} servers fully meshed, {checks}", seconds, 60, "CPU-s");
    }

    private static RunSpec Spec(Policy policy) => new()
    {
        ScenarioName = "bench", Seed = 1,
        Scenario = new Scenario
        {
            Topology = "bench", Duration = Duration.FromHours(24),
            Workload =
            [
                new WorkloadSpec
                {
                    From = "user", To = "user", Every = Duration.FromHours(1), Arrivals = Arrivals.Poisson,
                },
            ],
        },
        Topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec> { ["node.example"] = new() { Count = Servers } },
            Clients = new Dictionary<string, ClientSpec>
            {
                ["user"] = new()
                {
                    Server = "node.example", Count = Servers * Users, StartWithin = Duration.FromSeconds(60),
                    Link = Link(20),
                },
            },
            S2s =
            [
                new S2sSpec
                {
                    Between = ["node.example", "node.example"], Link = Link(40),
                    Policy = new PolicyChoice(null, policy),
                },
            ],
        },
    };

    private static LinkChoice Link(int milliseconds) =>
        new(null, new LinkProfile { Delay = Duration.FromMilliseconds(milliseconds) });
}
