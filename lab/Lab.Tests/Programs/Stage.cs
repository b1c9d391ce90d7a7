using Lab.Experiments;
using Lab.Live;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>The runs of these tests: one phone and one server, a message every 300 ms that echo answers.</summary>
internal static class Stage
{
    public static readonly ReconnectPolicy Soon = new()
    {
        Kind = BackoffKind.Fixed, First = Duration.FromMilliseconds(300),
    };

    public static readonly Policy Patient = new() { Reconnect = Soon };

    /// <summary>Null = this machine has what the topology needs.</summary>
    public static string? Lacks(Topology topology) =>
        Tools.Missing(topology) is { Count: > 0 } missing ? string.Join("; ", missing) : null;

    public static Topology Topology(
        ServerSoftware server, ClientSoftware client, Policy? clientPolicy = null, Policy? serverPolicy = null) => new()
    {
        Servers = new Dictionary<string, ServerSpec>
        {
            ["example.org"] = new()
            {
                Software = server, Policy = new PolicyChoice(null, serverPolicy ?? Policy.Nothing),
            },
        },
        Clients = new Dictionary<string, ClientSpec>
        {
            ["phone"] = new()
            {
                Server = "example.org", Software = client, Policy = new PolicyChoice(null, clientPolicy ?? Patient),
                Link = new LinkChoice(null, new LinkProfile { Delay = Duration.FromMilliseconds(5) }),
            },
        },
    };

    /// <summary>A run that goes on for a minute unless it is ended.</summary>
    public static RunSpec Run(Topology topology, params FaultSpec[] faults) => new()
    {
        ScenarioName = "programs", Seed = 1, Network = NetworkKind.Proxied, Topology = topology,
        Scenario = new Scenario
        {
            Topology = "t", Duration = Duration.FromSeconds(60), Faults = faults,
            Workload = [Work("phone", "echo@example.org")],
        },
    };

    public static WorkloadSpec Work(string from, string to) =>
        new() { From = from, To = to, Every = Duration.FromMilliseconds(300) };

    public static FaultSpec Fault(
        FaultKind kind, string target, double at, double? length = null, double? every = null) =>
        new()
        {
            Kind = kind, Target = target, At = Seconds(at), For = length is { } l ? Seconds(l) : null,
            Every = every is { } e ? Seconds(e) : null,
        };

    public static Duration Seconds(double seconds) => Duration.FromMilliseconds((long)(seconds * 1000));
}
