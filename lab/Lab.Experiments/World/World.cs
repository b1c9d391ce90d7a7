using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>Everything of one run: built from (scenario, topology, seed), run once, dropped.</summary>
internal sealed class World
{
    /// <summary>Of every account that has no other; PBKDF2 is then paid once per run and salt.</summary>
    public const string Password = "correct horse battery staple";

    public World(RunSpec spec, Journal journal, IStage stage, IJournalReader? reader)
    {
        Journal = journal;
        Random = RandomStream.Root(spec.Seed);
        Cast = new Cast(spec.Topology);
        Recorder = new Recorder(Cast, spec.Scenario);
        journal.Attach(Recorder);
        if (reader is not null) journal.Attach(reader);
        IReadOnlyList<Member> members = Cast.Members;
        Secrets = stage.Secrets;
        Network = stage.Network(this);
        Servers = [.. Cast.Domains.Select((domain, i) =>
            stage.Server(this, members.Count + i, domain, Cast.Specs[i], Cast.MembersOf(i)))];
        Clients = [.. members.Select(m => stage.Client(this, m))];
        foreach (Member m in members)
        {
            RandomStream start = Random.Fork($"start/{m.Name}");
            Clients[m.Index].StartAt(Instant.Zero + start.Between(Duration.Zero, m.Spec.StartWithin));
        }
        Faults = new FaultPlan(this, spec.Scenario);
        Workload = new Workload(this, spec.Scenario);
    }

    public EventQueue Queue { get; } = new();
    public BufferPool Buffers { get; } = new();
    public ScramCache Scram { get; } = new();
    public TreePool Trees { get; } = new();
    public Journal Journal { get; }
    public Recorder Recorder { get; }
    public RandomStream Random { get; }
    public Secrets? Secrets { get; }
    public Cast Cast { get; }
    public INetwork Network { get; }
    public IReadOnlyList<ServerHost> Servers { get; }
    public IReadOnlyList<ClientHost> Clients { get; }
    public FaultPlan Faults { get; }
    public Workload Workload { get; }

    /// <summary>The run is over: machines say which messages they still hold.</summary>
    public void Finish(Instant now)
    {
        foreach (ClientHost client in Clients) client.ReportHeld(now);
        foreach (ServerHost server in Servers) server.ReportHeld(now);
    }

    public bool IsDirectTls(int client) => Cast.Members[client].Spec.Tls == TlsMode.Direct;

    public static TcpSettings TcpSettingsOf(Policy policy) => new()
    {
        Keepalive = policy.Tcp?.Keepalive,
        UserTimeout = policy.Tcp?.UserTimeout ?? Duration.Zero,
    };
}
