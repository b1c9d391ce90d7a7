using System.Diagnostics;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Bench;

/// <summary>
/// So many clients on one server, each with a XEP-0199 ping every 60 s that is answered: 50 ms each way, 1 % loss, the
/// whole of XMPP over the whole of TCP. Logging in is not timed; an hour of it is then as good as any other.
/// </summary>
internal static class SimulationBench
{
    public static IEnumerable<Benchmark> All { get; } =
    [
        new("10,000 clients, ping every 60 s", () => Speed(10_000, minutes: 12)),
        new("100 clients, ping every 60 s", () => Speed(100, minutes: 1200)),
        new("what invariants cost 10,000 clients", () => More("what invariants cost 10,000 clients", 3, 10_000,
            clients => LoggedIn(clients, checks: true))),
        new("what a NAT on each path costs 10,000 clients", () => More("what a NAT on each path costs 10,000 clients",
            15, 10_000, clients => LoggedIn(clients, nat: true))),
        new("what a radio in each phone costs 10,000 clients",
            () => More("what a radio in each phone costs 10,000 clients", 40, 10_000,
                clients => LoggedIn(clients, radio: "lte"))),
        new("faults on all clients, 20,000 against 2,000", FaultsOnGroups),
        new("memory of a client, both ends", () => Memory(10_000)),
    ];

    private const int Rounds = 5;
    private static readonly Duration WarmUp = Duration.FromMinutes(3);

    private static Row Speed(int clients, int minutes)
    {
        LoggedIn(100).Queue.RunUntil(Instant.Zero + Duration.FromHours(40));   // so that the compiler has done its work
        World world = LoggedIn(clients);
        var speeds = new double[Rounds];
        long allocated = GC.GetAllocatedBytesForCurrentThread(), events = world.Queue.Executed;
        for (int i = 0; i < Rounds; i++)
        {
            speeds[i] = clients * minutes / 60.0 / Seconds(world, minutes);
        }
        Array.Sort(speeds);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        events = world.Queue.Executed - events;
        return new Row(
            $"{clients:N0} clients, ping every 60 s", speeds[Rounds / 2], 5000, "client-h/s",
            (double)allocated / events);
    }

    /// <summary>Percent that another run of the same clients takes longer: turn and turn about, so that both have the
    /// same machine.</summary>
    private static Row More(string name, double target, int clients, Func<int, World> another)
    {
        const int minutes = 3;
        another(100).Queue.RunUntil(Instant.Zero + Duration.FromHours(40));
        World[] worlds = [LoggedIn(clients), another(clients)];
        var more = new double[9 * Rounds];
        for (int i = 0; i < more.Length; i++)
        {
            double first = Seconds(worlds[i & 1], minutes), second = Seconds(worlds[~i & 1], minutes);
            more[i] = 100 * ((i & 1) == 0 ? second / first - 1 : first / second - 1);
        }
        Array.Sort(more);
        return new Row(name, more[more.Length / 2], target, "%");
    }

    /// <summary>A fault costs what it hits: per client, many times as many clients cost about the same.</summary>
    private static Row FaultsOnGroups()
    {
        PerClient(2_000);
        double few = Timing.Median(Enumerable.Range(0, Rounds).Select(_ => PerClient(2_000)));
        double many = Timing.Median(Enumerable.Range(0, 3).Select(_ => PerClient(20_000)));
        return new Row("faults on all clients, 20,000 against 2,000", many / few, 2, "times per client");
    }

    /// <summary>Seconds of the processor for each client when all are frozen, go on, and are reset.</summary>
    private static double PerClient(int clients)
    {
        World world = LoggedIn(clients, late: FaultKinds.Freeze);
        Instant now = world.Queue.Now;
        TimeSpan before = ProcessorTime();
        foreach (IClientProgram client in world.Clients) client.Process.Add(now, ProcessCause.Frozen, 0);
        foreach (IClientProgram client in world.Clients) client.Process.Remove(now, ProcessCause.Frozen, 0);
        foreach (Member m in world.Cast.Members) world.Network.ResetConnections(now, m.Index);
        return (ProcessorTime() - before).TotalSeconds / clients;
    }

    private static double Seconds(World world, int minutes)
    {
        TimeSpan before = ProcessorTime();
        world.Queue.RunUntil(world.Queue.Now + Duration.FromMinutes(minutes));
        return (ProcessorTime() - before).TotalSeconds;
    }

    private static Row Memory(int clients)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        World world = LoggedIn(clients);
        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(world);
        return new Row(
            $"memory of a client, both ends, of {clients:N0}", (after - before) / 1024.0 / clients, 16, "KiB");
    }

    /// <param name="late">A fault that the run names, at a time that nobody waits for.</param>
    private static World LoggedIn(int clients, bool checks = false, FaultKind? late = null, bool nat = false,
        string? radio = null)
    {
        var link = new LinkProfile
        {
            Delay = Duration.FromMilliseconds(50), Up = new Rate(10_000_000), Down = new Rate(10_000_000),
            Queue = new Size(64 * 1024),
            Loss = new LossProfile { LossWhenGood = new Probability(10_000_000) }, Through = nat ? ["nat"] : [],
            Radio = radio is null ? null : new RadioChoice(null, Presets.Radio(radio)),
        };
        var policy = new Policy
        {
            Ping = new PingPolicy { Every = Duration.FromSeconds(60), Timeout = Duration.FromSeconds(55) },
        };
        var spec = new RunSpec
        {
            ScenarioName = "bench", Seed = 1,
            Scenario = new Scenario
            {
                Topology = "bench", Duration = Duration.FromHours(24),
                Faults = late is null ? []
                    : [new FaultSpec { Kind = late, Target = "phone", At = Duration.FromHours(23) }],
            },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
                Middleboxes = new Dictionary<string, MiddleboxProfile>
                {
                    ["nat"] = new() { Established = Duration.FromMinutes(30), Transitory = Duration.FromMinutes(4) },
                },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = new()
                    {
                        Server = "example.org", Count = clients, StartWithin = Duration.FromSeconds(60),
                        Policy = new PolicyChoice(null, policy), Link = new LinkChoice(null, link),
                    },
                },
            },
        };
        var run = new Run(spec, new SimulatedStage(), new RunOptions { ChecksInvariants = checks });
        run.Start();
        run.World.Queue.RunUntil(Instant.Zero + WarmUp);
        return run.World;
    }

    private static TimeSpan ProcessorTime() => Process.GetCurrentProcess().TotalProcessorTime;
}
