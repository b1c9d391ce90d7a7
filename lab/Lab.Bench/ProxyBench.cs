using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Lab.Bench;

/// <summary>
/// The fault proxy without toxics against Toxiproxy: this process is client and upstream, the proxy a child, all on one
/// processor (where waking another one costs more than the proxy does). With TOXIPROXY_SERVER naming its binary that
/// one is measured in turns, and the targets follow from it; else from its figures measured elsewhere, which a busy
/// machine does not reach: then compare the shares of what the same bytes do without a proxy.
/// </summary>
internal static class ProxyBench
{
    private const int Rounds = 5;

    // Toxiproxy 2.12.0 with all processes on one processor of a 2-core EPYC
    private const double IdleKibibytes = 75;
    private static readonly Known Bytes = new(881, 2_666), Trip = new(42, 14.3), Connecting = new(4_660, 15_860);

    private sealed record Known(double Toxiproxy, double Direct);

    public static IEnumerable<Benchmark> All { get; } =
    [
        Compared("proxy, bytes of one connection", "MiB/s", Bytes, 1.2, Throughput),
        Compared("proxy, 64 bytes there and back", "us", Trip, 1, RoundTrip),
        Compared("proxy, connect, one byte, close", "conn/s", Connecting, 1.1, Connects),
        new("proxy, memory of an idle connection", Idle),
    ];

    private static Benchmark Compared(string name, string unit, Known known, double factor,
        Func<IPEndPoint, double> measure) => new(name, () => Pinned(() =>
    {
        using var upstream = new Upstream();
        using var ours = Child.Lab(upstream.Address);
        using Child? theirs = Child.Toxiproxy(upstream.Address);
        var (direct, proxied, other) = (new List<double>(), new List<double>(), new List<double>());
        for (int round = 0; round <= Rounds; round++)
        {
            double[] now = [measure(upstream.Address), measure(ours.Proxy), theirs is null ? 0 : measure(theirs.Proxy)];
            if (round == 0) continue;   // the compiler is still at work
            direct.Add(now[0]);
            proxied.Add(now[1]);
            other.Add(now[2]);
        }
        double target = factor * (theirs is null ? known.Toxiproxy : Timing.Median(other));
        double share = Timing.Median(proxied.Zip(direct, (p, d) => p / d));
        double theirShare = theirs is null ? known.Toxiproxy / known.Direct
            : Timing.Median(other.Zip(direct, (p, d) => p / d));
        return new Row($"{name} (direct {Timing.Median(direct):#,0.#}; share {share:0.00}, Toxiproxy's "
            + $"{theirShare:0.00})", Timing.Median(proxied), target, unit);
    }));

    private static double Throughput(IPEndPoint address)
    {
        const int Mebibytes = 512;
        using Socket socket = Connect(address);
        byte[] buffer = new byte[64 * 1024];
        buffer[0] = Upstream.Swallow;
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < Mebibytes * 16; i++) socket.Send(buffer);
        socket.Shutdown(SocketShutdown.Send);
        socket.Receive(buffer);   // the end: everything was read there
        return Mebibytes / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static double RoundTrip(IPEndPoint address)
    {
        const int Times = 10_000;
        using Socket socket = Connect(address);
        byte[] buffer = new byte[64];
        var took = new double[Times];
        for (int i = 0; i < Times; i++)
        {
            long began = Stopwatch.GetTimestamp();
            socket.Send(buffer);
            for (int got = 0; got < 64;) got += socket.Receive(buffer);
            took[i] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
        }
        return Timing.Median(took);
    }

    private static double Connects(IPEndPoint address)
    {
        const int Threads = 8, Each = 400;
        long began = Stopwatch.GetTimestamp();
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            byte[] one = [Upstream.Once];
            for (int i = 0; i < Each; i++)
            {
                using Socket socket = Connect(address);
                socket.Send(one);
                if (socket.Receive(one) != 1) throw new InvalidOperationException("no echo");
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return Threads * Each / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static Row Idle() => Pinned(() =>
    {
        using var upstream = new Upstream();
        using var ours = Child.Lab(upstream.Address);
        using Child? theirs = Child.Toxiproxy(upstream.Address);
        double target = 0.4 * (theirs is null ? IdleKibibytes : KibibytesEach(theirs));
        return new Row("proxy, memory of an idle connection", KibibytesEach(ours), target, "KiB");
    });

    private static double KibibytesEach(Child child)
    {
        const int Held = 1_000;
        byte[] one = new byte[1];
        Socket Talked()
        {
            Socket socket = Connect(child.Proxy);
            socket.Send(one);
            socket.Receive(one);
            return socket;
        }

        for (int i = 0; i < 20; i++) Talked().Dispose();
        long before = child.ResidentBytes;
        Socket[] held = [.. Enumerable.Range(0, Held).Select(_ => Talked())];
        long after = child.ResidentBytes;
        foreach (Socket socket in held) socket.Dispose();
        return (after - before) / 1024.0 / Held;
    }

    private static Socket Connect(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(address);
        return socket;
    }

    private static Row Pinned(Func<Row> measure)
    {
        string all = Affinity(null);
        Affinity("0");
        try
        {
            return measure();
        }
        finally
        {
            Affinity(all);
        }
    }

    // all threads of this process; children start with the same. Answers what it was.
    private static string Affinity(string? processors)
    {
        string[] set = processors is null ? ["-cp"] : ["-acp", processors];
        using Process process = Process.Start(new ProcessStartInfo("taskset",
            [.. set, Environment.ProcessId.ToString()]) { RedirectStandardOutput = true })!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return said.Split(':')[^1].Trim();
    }

    /// <summary>Echoes, or swallows or ends after one echo when the first byte says so.</summary>
    private sealed class Upstream : IDisposable
    {
        public const byte Swallow = 1, Once = 2;
        private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public Upstream()
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(2048);
            for (int i = 0; i < 4; i++) new Thread(Accept) { IsBackground = true }.Start();
        }

        public IPEndPoint Address => (IPEndPoint)listener.LocalEndPoint!;

        public void Dispose() => listener.Dispose();

        private void Accept()
        {
            try
            {
                for (;;)
                {
                    Socket socket = listener.Accept();
                    socket.NoDelay = true;
                    byte[] first = new byte[64];
                    int length = socket.Receive(first);
                    if (length > 0 && first[0] == Once)
                    {
                        socket.Send(first, length, SocketFlags.None);
                        socket.Receive(first);
                        socket.Dispose();
                    }
                    else new Thread(() => Serve(socket, first, length), 128 * 1024) { IsBackground = true }.Start();
                }
            }
            catch (SocketException)
            {
            }
        }

        private static void Serve(Socket socket, byte[] buffer, int length)
        {
            using Socket mine = socket;
            if (length > 0 && buffer[0] == Swallow) buffer = new byte[256 * 1024];
            try
            {
                for (; length > 0; length = socket.Receive(buffer))
                    if (buffer.Length == 64) socket.Send(buffer, length, SocketFlags.None);
            }
            catch (SocketException)
            {
            }
        }
    }

    /// <summary>A proxy in a process of its own, with one proxy before the upstream.</summary>
    private sealed class Child : IDisposable
    {
        private readonly Process process;

        private Child(Process process, Uri api, IPEndPoint upstream)
        {
            this.process = process;
            Proxy = new IPEndPoint(IPAddress.Loopback, FreePort());
            using var http = new HttpClient { BaseAddress = api };
            string body = $$"""{"name":"bench","listen":"{{Proxy}}","upstream":"{{upstream}}"}""";
            for (int attempt = 0; ; attempt++)
            {
                try
                {
                    http.PostAsync("/proxies", new StringContent(body)).Result.EnsureSuccessStatusCode();
                    return;
                }
                catch (AggregateException) when (attempt < 50)
                {
                    Thread.Sleep(100);   // it is still starting
                }
            }
        }

        public IPEndPoint Proxy { get; }

        public long ResidentBytes
        {
            get
            {
                process.Refresh();
                return process.WorkingSet64;
            }
        }

        public static Child Lab(IPEndPoint upstream)
        {
            int port = FreePort();
            return new Child(Start(Path.Combine(AppContext.BaseDirectory, "lab"), "proxy", "--port", $"{port}"),
                new Uri($"http://127.0.0.1:{port}"), upstream);
        }

        public static Child? Toxiproxy(IPEndPoint upstream)
        {
            if (Environment.GetEnvironmentVariable("TOXIPROXY_SERVER") is not { Length: > 0 } binary) return null;
            int port = FreePort();
            return new Child(Start(binary, "-host", "127.0.0.1", "-port", $"{port}"),
                new Uri($"http://127.0.0.1:{port}"), upstream);
        }

        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        private static Process Start(string program, params string[] arguments)
        {
            Process process = Process.Start(new ProcessStartInfo(program, arguments)
                { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return process;
        }

        private static int FreePort()
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
    }
}
