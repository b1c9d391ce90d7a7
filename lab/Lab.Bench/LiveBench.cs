using System.Diagnostics;
using Lab.Experiments;
using Lab.Live;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Bench;

/// <summary>
/// The wall clock's loop, and so many clients over real sockets in one process: TLS, SASL, a ping every 60 s. When all
/// are online every path is reset at the same moment, and they come back. Each takes four sockets (client, two legs,
/// server) and a listener.
/// </summary>
internal static class LiveBench
{
    public static IEnumerable<Benchmark> All { get; } =
    [
        new("lateness of a timer under the wall clock", Lateness),
        new("2,000 live clients, back after a reset", () => Back(2000)),
    ];

    private sealed class Timers(RealTimeLoop loop) : EventTarget
    {
        public readonly List<double> Milliseconds = [];

        public override void OnEvent(Instant now, int argument) =>
            Milliseconds.Add((loop.Now - now).TotalSeconds * 1e3);
    }

    private static Row Lateness()
    {
        var queue = new EventQueue();
        using var loop = new RealTimeLoop(queue);
        var timers = new Timers(loop);
        int target = queue.Register(timers);
        for (int i = 1; i <= 1500; i++) queue.At(Instant.Zero + Duration.FromMicroseconds(i * 6_700), target);
        loop.RunUntil(Instant.Zero + Duration.FromSeconds(11), () => false);
        double[] sorted = [.. timers.Milliseconds.Order()];
        Console.Error.WriteLine(
            $"a timer runs {sorted[sorted.Length / 2]:0.00} ms late (median), {sorted[^15]:0.00} ms (99th percentile), "
            + $"{sorted[^1]:0.0} ms at most");
        return new Row("lateness of a timer, 99th percentile", sorted[^15], 5, "ms");
    }

    private sealed class Online : IJournalReader
    {
        public int Now;

        public void On(in Entry e)
        {
            if (e.Kind == EntryKind.ClientOnline) Now++;
            if (e.Kind == EntryKind.ClientOffline) Now--;
        }
    }

    private static Row Back(int clients)
    {
        string folder = Directory.CreateTempSubdirectory("lab-bench-").FullName;
        long before = GC.GetTotalMemory(forceFullCollection: true), resident = Environment.WorkingSet;
        var online = new Online();
        double back;
        using (var stage = new LiveStage(folder))
        {
            var run = new Run(Spec(clients), stage, new RunOptions { Reader = online });
            World world = run.World;
            run.Start();
            RealTimeLoop loop = stage.Loop;
            double login = Until(world, loop, () => online.Now == clients, out TimeSpan loginCpu);
            Duration late = loop.MaxLateness;
            long managed = GC.GetTotalMemory(forceFullCollection: true) - before;
            long whole = Environment.WorkingSet - resident;
            for (int i = 0; i < clients; i++) world.Network.ResetConnections(world.Queue.Now, i);
            back = Until(world, loop, () => online.Now == 0, out _);
            back += Until(world, loop, () => online.Now == clients, out TimeSpan backCpu);
            Console.Error.WriteLine(
                $"{clients:N0} clients: login {login:0.0} s ({loginCpu.TotalSeconds:0.0} s of processor), "
                + $"back {back:0.0} s ({backCpu.TotalSeconds:0.0} s); a client holds {managed / clients / 1024} KiB "
                + $"of the heap, {whole / clients / 1024} KiB resident; {late} late at most while logging in, "
                + $"{loop.MaxLateness} in all");
        }
        Directory.Delete(folder, recursive: true);
        return new Row($"{clients:N0} live clients, back after a reset", back, 60, "s");
    }

    private static double Until(World world, RealTimeLoop loop, Func<bool> met, out TimeSpan processor)
    {
        var watch = Stopwatch.StartNew();
        TimeSpan began = Environment.CpuUsage.TotalTime;
        if (loop.RunUntil(world.Queue.Now + Duration.FromMinutes(5), met))
            throw new InvalidOperationException("five minutes were not enough");
        processor = Environment.CpuUsage.TotalTime - began;
        return watch.Elapsed.TotalSeconds;
    }

    private static RunSpec Spec(int clients) => new()
    {
        ScenarioName = "bench", Seed = 1,
        Scenario = new Scenario { Topology = "bench", Duration = Duration.FromHours(1) },
        Topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
            Clients = new Dictionary<string, ClientSpec>
            {
                ["phone"] = new()
                {
                    Server = "example.org", Count = clients,
                    Link = new LinkChoice(null, new LinkProfile { Delay = Duration.FromMilliseconds(20) }),
                    Policy = new PolicyChoice(null, new Policy
                    {
                        Ping = new PingPolicy { Every = Duration.FromSeconds(60), Timeout = Duration.FromSeconds(20) },
                        Reconnect = new ReconnectPolicy
                        {
                            First = Duration.FromSeconds(1), Max = Duration.FromSeconds(10),
                        },
                    }),
                },
            },
        },
    };
}
