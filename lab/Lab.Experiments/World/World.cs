using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>Everything of one run: built from (scenario, topology, seed), run once, dropped.</summary>
internal sealed class World
{
    private const int None = ProcessEntry.ByItself;
    private Notices? notices;

    public World(RunSpec spec, Cast cast, Journal journal, IStage stage)
    {
        (Cast, Journal) = (cast, journal);
        Random = RandomStream.Root(spec.Seed);
        Secrets = stage.Secrets;
        Network = stage.Network(this);
        Servers = [.. Cast.Domains.Select((domain, i) =>
            stage.Server(this, Cast.Members.Count + i, domain, Cast.Specs[i], Cast.MembersOf(i)))];
        Clients = [.. Cast.Members.Select(m => stage.Client(this, m))];
        foreach (Member m in Cast.Members)
            Network.Join(m.Index, Clients[m.Index].Process, Servers[m.Server].Process,
                ServerTcp(m.Server, Cast.Specs[m.Server].Policy?.Inline ?? Policy.Nothing));
        foreach (Route r in Cast.Routes)
            Network.Join(r.Index, Servers[r.From].Process, Servers[r.To].Process, ServerTcp(r.To, r.FarPolicy));
    }

    public EventQueue Queue { get; } = new();
    public BufferPool Buffers { get; } = new();
    public ScramCache Scram { get; } = new();
    public TreePool Trees { get; } = new();
    public Journal Journal { get; }
    public Signals Signals { get; } = new();
    public RandomStream Random { get; }
    public Secrets? Secrets { get; }
    public Cast Cast { get; }
    public INetwork Network { get; }

    public Notices Notices => notices ??= new Notices(this);

    /// <summary>Who writes to whom; set when the run is started.</summary>
    public Workload? Workload { get; set; }

    public IReadOnlyList<IServerProgram> Servers { get; }
    public IReadOnlyList<IClientProgram> Clients { get; }

    /// <summary>Makes every program ready and plans when clients come, begin and go.</summary>
    public void Start()
    {
        foreach (IServerProgram server in Servers)
        {
            server.Process.Prepare(Queue.Now);
            server.Process.Launch(Queue.Now);
        }
        foreach (Member m in Cast.Members)
            if (m.Spec.Joins > Duration.Zero) Clients[m.Index].Process.Add(Queue.Now, ProcessCause.Absent, None);
            else Clients[m.Index].Process.Prepare(Queue.Now);
        var joins = new Errands(Queue, (now, c) => Clients[c].Process.Remove(now, ProcessCause.Absent, None));
        var launches = new Errands(Queue, (now, client) =>
        {
            Clients[client].Process.Launch(now);
            Signals.OnLaunched(now, client);
        });
        var leaves = new Errands(Queue, (now, client) =>
        {
            Clients[client].Process.Add(now, ProcessCause.Absent, None);
            Signals.OnLeft(now, client);
        });
        foreach (Member m in Cast.Members)
        {
            Instant from = Instant.Zero + m.Spec.Joins;
            if (from > Instant.Zero) joins.At(from, m.Index);
            RandomStream start = Random.Fork($"start/{m.Name}");
            launches.At(from + start.Between(Duration.Zero, m.Spec.StartWithin), m.Index);
            if (m.Spec.Leaves is { } left) leaves.At(Instant.Zero + left, m.Index);
        }
    }

    /// <summary>The run is over: machines say which messages they still hold.</summary>
    public void Finish(Instant now)
    {
        foreach (IClientProgram client in Clients) client.ReportHeld(now);
        foreach (IServerProgram server in Servers) server.ReportHeld(now);
    }

    public bool IsDirectTls(int client) => Cast.Members[client].Spec.Tls == TlsMode.Direct;

    /// <summary>
    /// The timers of a client's or a server's host, by its number in the journal; of a program beside them (-1)
    /// those of any Linux.
    /// </summary>
    public TimerWheel TimersOf(int host)
    {
        int server = host - Cast.Members.Count;
        (Os os, KernelSpec? kernel) = host < 0 ? (Os.Linux, null) : server < 0
            ? (Cast.Members[host].Spec.Os, Cast.Members[host].Spec.Kernel)
            : (Cast.Specs[server].Os, Cast.Specs[server].Kernel);
        return SystemProfile.Timers(os, kernel, Random.Fork($"ticks/{host}"));
    }

    /// <summary>What a client's sockets have: its program's options over its kernel's numbers.</summary>
    public static TcpSettings ClientTcp(Member member) =>
        SystemProfile.Settings(member.Spec.Os, member.Spec.Kernel, member.Policy.Tcp);

    /// <summary>The same of a server, for the sockets of that policy.</summary>
    public TcpSettings ServerTcp(int server, Policy policy) =>
        SystemProfile.Settings(Cast.Specs[server].Os, Cast.Specs[server].Kernel, policy.Tcp);
}
