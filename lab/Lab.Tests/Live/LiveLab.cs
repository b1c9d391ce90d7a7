using System.Net.Sockets;
using Lab.Experiments;
using Lab.Live;
using Lab.Network;
using Lab.Xmpp;
using Xunit.Abstractions;

namespace Lab.Tests;

/// <summary>
/// A world over real sockets whose loop runs on a thread of its own. Tests wait for what the journal shows, and act on
/// the loop; nothing waits longer than a generous limit.
/// </summary>
internal sealed class LiveLab : IJournalReader, IArrival, IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly string folder = Directory.CreateTempSubdirectory("lab-live-").FullName;
    private readonly ITestOutputHelper output;
    private readonly List<Entry> entries = [];   // but for most packets: a test may send a hundred thousand
    private readonly Dictionary<(EntryKind Kind, int Direction, SegmentUse Use), int> packets = [];
    private readonly List<(Func<bool> Met, TaskCompletionSource Told)> waiting = [];
    private readonly Queue<Action> asked = new();
    private readonly Lock gate = new();
    private readonly Thread thread;
    private readonly IDisposable stage;
    private readonly RealTimeLoop loop;
    private volatile bool stopped;
    private Exception? failure;

    /// <summary>With the lab's own clients and servers, or with a stage of the test's.</summary>
    public LiveLab(ITestOutputHelper output, RunSpec spec, RawStage? raw = null)
    {
        this.output = output;
        var live = raw is null ? new LiveStage(folder) : null;
        Run run = new(spec, (IStage?)raw ?? live!, new RunOptions { Reader = this });
        World = run.World;
        run.Start();
        (loop, Network) = raw is null ? (live!.Loop, live.Proxied) : (raw.Loop!, raw.Proxied!);
        stage = (IDisposable?)raw ?? live!;
        thread = new Thread(Run) { IsBackground = true };
        thread.Start();
    }

    public World World { get; }
    public ProxiedNetwork Network { get; }
    public RealTimeLoop Loop => loop;

    /// <summary>Waits until it is true on the loop, where it is asked after every event.</summary>
    public Task Until(Func<bool> met)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (failure is not null) return Task.FromException(failure);
            waiting.Add((met, told));
        }
        loop.Post(this, 0);
        return told.Task.WaitAsync(Limit);
    }

    /// <summary>Waits until entries of that kind, of that client, were written so often.</summary>
    public Task Until(EntryKind kind, int times = 1, int host = 0) => Until(() => Count(kind, host) >= times);

    /// <summary>Does it on the loop.</summary>
    public async Task<T> On<T>(Func<Instant, T> act)
    {
        T result = default!;
        bool done = false;
        lock (gate)
            asked.Enqueue(() =>
            {
                result = act(World.Queue.Now);
                done = true;
            });
        await Until(() => done);
        return result;
    }

    public Task On(Action<Instant> act) => On(now =>
    {
        act(now);
        return true;
    });

    public void On(in Entry entry)
    {
        lock (gate)
        {
            if (entry.Kind is >= EntryKind.PacketSent and <= EntryKind.PacketOverflowed)
            {
                PacketEntry packet = PacketEntry.Of(entry);
                var key = (entry.Kind, (int)packet.Direction, packet.Use);
                packets[key] = packets.GetValueOrDefault(key) + 1;
                if (entry.Kind != EntryKind.PacketLost && UseOf(entry) != SegmentUse.Retransmission) return;
            }
            entries.Add(entry);
        }
    }

    /// <summary>Packets of which that is said, up (0) or down (1), of all clients.</summary>
    public int Packets(EntryKind kind, int direction, SegmentUse? use = null)
    {
        lock (gate)
            return packets.Where(p => p.Key.Kind == kind && p.Key.Direction == direction
                && (use is null || p.Key.Use == use)).Sum(p => p.Value);
    }

    public static SegmentUse UseOf(in Entry packet) => PacketEntry.Of(in packet).Use;

    public IReadOnlyList<Entry> Of(EntryKind kind, int host = 0)
    {
        lock (gate) return [.. entries.Where(e => e.Kind == kind && e.Host == host)];
    }

    public int Count(EntryKind kind, int host = 0) => Of(kind, host).Count;

    /// <summary>How a client's streams ended, in order.</summary>
    public IReadOnlyList<Mechanism> Ends(EntryKind kind, int host = 0) =>
        [.. Of(kind, host).Select(e => OfflineEntry.Of(e).End.Mechanism)];

    /// <summary>How a side's transports ended, in order.</summary>
    public IReadOnlyList<TcpEnd> Transports(EntryKind kind, int host = 0) =>
        [.. Of(kind, host).Select(e => TransportEntry.Of(e).End)];

    /// <summary>A socket connected to a client's proxy.</summary>
    public async Task<Socket> ConnectAsync(int client = 0, int bufferBytes = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (bufferBytes > 0) (socket.SendBufferSize, socket.ReceiveBufferSize) = (bufferBytes, bufferBytes);
        await socket.ConnectAsync(Network.FrontOf(client)).WaitAsync(Limit);
        return socket;
    }

    void IArrival.Arrive(Instant now, int what)
    {
        while (true)
        {
            Action? next;
            lock (gate)
                if (!asked.TryDequeue(out next)) return;
            next();
        }
    }

    public void Dispose()
    {
        stopped = true;
        thread.Join();
        stage.Dispose();
        Directory.Delete(folder, recursive: true);
        output.WriteLine($"{loop.MaxLateness} late at most");
        foreach (Entry e in entries)
            if (e.Kind is < EntryKind.PacketSent or > EntryKind.PacketOverflowed) output.WriteLine(e.ToString());
    }

    private void Run()
    {
        try
        {
            while (!stopped) loop.RunUntil(World.Queue.Now + Duration.FromHours(1), Look);
        }
        catch (Exception e)
        {
            lock (gate)
            {
                failure = e;
                foreach ((_, TaskCompletionSource told) in waiting) told.TrySetException(e);
            }
        }
    }

    private bool Look()
    {
        lock (gate)
            for (int i = waiting.Count - 1; i >= 0; i--)
            {
                if (!waiting[i].Met()) continue;
                waiting[i].Told.TrySetResult();
                waiting.RemoveAt(i);
            }
        return stopped;
    }
}

/// <summary>Proxies before a server that the test plays itself, on a socket of its own.</summary>
internal sealed class RawStage : IStage, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lab-raw-").FullName;
    private Authority? authority;

    public RealTimeLoop? Loop { get; private set; }
    public ProxiedNetwork? Proxied { get; private set; }
    public RawServer? Played { get; private set; }
    public Secrets? Secrets => null;

    public INetwork Network(World world)
    {
        Loop = new RealTimeLoop(world.Queue);
        return Proxied = new ProxiedNetwork(world, Loop, authority = new Authority(folder));
    }

    public IServerProgram Server(
        World world, int host, string domain, ServerSpec spec, IReadOnlyList<Member> accounts) =>
        Played = new RawServer(world, host);

    public IClientProgram Client(World world, Member member) => new RawClient(world, member.Index);

    public void Dispose()
    {
        Proxied?.Dispose();
        Loop?.Dispose();
        authority?.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>A program that the test plays itself, on sockets of its own.</summary>
internal abstract class RawProgram(World world, int host) : HostProgram(world, host)
{
    public override bool Load(Instant now) => true;
    public override void Begin(Instant now) { }
    public override void Stop(Instant now) { }
    public override void Die(Instant now, Mechanism why) { }
    public override void ReportHeld(Instant now) { }
    public override void OnConnected(Instant now, Pipe pipe) { }
    public override void OnTlsEstablished(Instant now, Pipe pipe) { }
    public override void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes) { }
    public override void OnPeerClosed(Instant now, Pipe pipe) { }
    public override void OnEnded(Instant now, Pipe pipe, TcpEnd end) { }
    public override void OnEvent(Instant now, int argument) { }
}

/// <summary>A server of which the lab knows nothing but its address.</summary>
internal sealed class RawServer(World world, int host) : RawProgram(world, host), IServerProgram
{
    public override bool IsListening => Listens;
    public bool Listens { get; set; } = true;

    public void Send(Instant now, int client, long number, int bodyBytes) { }
    public void OnNameChanged(Instant now, int server, bool hidden) { }
    public void OnCertificateChanged(Instant now, int server, bool expired) { }
    public void OnDialbackChanged(Instant now, bool ignored) { }
}

internal sealed class RawClient(World world, int host) : RawProgram(world, host), IClientProgram
{
    public void Send(Instant now, string to, long number, int bodyBytes) { }
}

/// <summary>Worlds for live tests.</summary>
internal static class LiveSpecs
{
    public static Duration Milliseconds(long n) => Duration.FromMilliseconds(n);

    /// <summary>Quick to notice and to come back, slow enough for a loaded machine.</summary>
    public static readonly Policy Pings = new()
    {
        Ping = new PingPolicy { Every = Milliseconds(200), Timeout = Milliseconds(1500) },
        Reconnect = new ReconnectPolicy { First = Milliseconds(50), Max = Milliseconds(200) },
    };

    /// <summary>
    /// Clients named phone on example.org. The one fault stands for those that tests play themselves.
    /// </summary>
    public static RunSpec Spec(
        Policy? client = null, Policy? server = null, LinkProfile? link = null, TlsMode tls = TlsMode.StartTls,
        int clients = 1, FaultKind? kind = null, params WorkloadSpec[] workload) => new()
        {
            ScenarioName = "live", Seed = 1,
            Scenario = new Scenario
            {
                Topology = "t", Duration = Duration.FromHours(2), Workload = workload,
                Faults = [new FaultSpec { Kind = kind ?? FaultKinds.Cut, Target = "phone",
                    At = Duration.FromHours(1) }],
            },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec>
                {
                    ["example.org"] = new() { Policy = new PolicyChoice(null, server ?? Policy.Nothing) },
                },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = new()
                    {
                        Server = "example.org", Policy = new PolicyChoice(null, client ?? Policy.Nothing), Tls = tls,
                        Count = clients,
                        Link = new LinkChoice(null, link ?? new LinkProfile { Delay = Milliseconds(5) }),
                    },
                },
            },
        };
}
