using System.Globalization;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

// Property names in kebab-case are the keys of the YAML files: QueueBytes is a C# habit, "queue" what users write, so
// the records here use the users' words (Queue, Up, Down) and typed quantities instead of unit suffixes.

/// <summary>Bits per second; 0 = unlimited.</summary>
public readonly record struct Rate(long BitsPerSecond)
{
    /// <summary>Exact, in the largest unit that leaves no fraction, as files have it.</summary>
    public override string ToString() => BitsPerSecond == 0 ? "unlimited" : Words.Scaled(
        BitsPerSecond, (1_000_000_000, "Gbit/s"), (1_000_000, "Mbit/s"), (1000, "kbit/s"), (1, "bit/s"));
}

/// <summary>Bytes; 0 = unlimited, where that may be.</summary>
public readonly record struct Size(long Bytes)
{
    /// <summary>Exact, in the largest unit that leaves no fraction, as files have it.</summary>
    public override string ToString() => Bytes == 0 ? "unlimited" : Words.Scaled(
        Bytes, (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B"));
}

/// <summary>Who is connected to whom, over what.</summary>
/// <example>{servers: {example.org: {}}, clients: {phone: {server: example.org}}}</example>
public sealed record Topology
{
    /// <summary>What the topology shows, in a line; absent = nothing is said.</summary>
    /// <example>One phone on a mobile link, one server</example>
    public string? Description { get; init; }

    /// <summary>The servers, by XMPP domain; {} is one with defaults.</summary>
    /// <example>{example.org: {}}</example>
    public IReadOnlyDictionary<string, ServerSpec> Servers { get; init; } = new Dictionary<string, ServerSpec>();

    /// <summary>The clients, by group; a group of count 10 has the members phone[0] to phone[9].</summary>
    /// <example>{phone: {server: example.org, link: mobile}}</example>
    public IReadOnlyDictionary<string, ClientSpec> Clients { get; init; } = new Dictionary<string, ClientSpec>();

    /// <summary>Which servers talk to each other; others are unknown to them.</summary>
    /// <example>[{between: [a.example, b.example]}]</example>
    public IReadOnlyList<S2sSpec> S2s { get; init; } = [];

    /// <summary>Links by name, for clients and pairs of servers; the name of a preset stands for it.</summary>
    /// <example>{mobile: {delay: 35ms, up: 5Mbit/s}, train: train-4g}</example>
    public IReadOnlyDictionary<string, LinkProfile> Links { get; init; } = new Dictionary<string, LinkProfile>();

    /// <summary>NATs, firewalls and balancers by name; the name of a preset stands for it.</summary>
    /// <example>{home: linux-conntrack, carrier: {established: 5m, on-expiry: reset-sender}}</example>
    public IReadOnlyDictionary<string, MiddleboxProfile> Middleboxes { get; init; } =
        new Dictionary<string, MiddleboxProfile>();

    /// <summary>Radios of phones by name; the name of a preset stands for it.</summary>
    /// <example>{mine: lte, old: {profile: umts, per-mbit: 0mW}}</example>
    public IReadOnlyDictionary<string, RadioProfile> Radios { get; init; } = new Dictionary<string, RadioProfile>();

    /// <summary>Every middlebox that the packets of these clients may come by.</summary>
    public IEnumerable<MiddleboxProfile> MiddleboxesOf(ClientSpec client) =>
        client.Links.Values.Prepend(client.Link).SelectMany(Through)
            .Concat(Servers.GetValueOrDefault(client.Server)?.Behind ?? []).Select(name => Middleboxes[name]);

    /// <summary>For how long clients are there in a run so long, all together; in seconds.</summary>
    public double ClientSeconds(Duration run) =>
        Clients.Values.Sum(c => c.Count * c.Presence(Duration.Zero, run).TotalSeconds);

    /// <summary>When the person has that client's app open; null = never, or it is no client.</summary>
    public ForegroundSpec? ForegroundOf(Target client) =>
        Clients.GetValueOrDefault(client is Target.Member one ? one.Group : client.Text)?.Foreground;

    /// <summary>Whether anything on a path may forget connections.</summary>
    public bool HasMiddleboxes => Clients.Values.SelectMany(MiddleboxesOf).Any()
        || S2s.SelectMany(s => Through(s.Link)).Any();

    private IReadOnlyList<string> Through(LinkChoice? link) =>
        (link?.Inline ?? Links.GetValueOrDefault(link?.Name ?? ""))?.Through ?? [];

    /// <summary>The names of the journal's hosts, by number: clients, servers, streams between servers.</summary>
    public IReadOnlyList<string> HostNames()
    {
        var cast = new Cast(this);
        return
        [
            .. cast.Members.Select(m => m.Name), .. cast.Domains, .. cast.Routes.Select(r => r.Name),
        ];
    }
}

/// <summary>The name of a policy of the scenario or of a preset, or a policy written in place.</summary>
public sealed record PolicyChoice(string? Name, Policy? Inline);

/// <summary>The name of a link of the topology or of a preset, or a link written in place.</summary>
public sealed record LinkChoice(string? Name, LinkProfile? Inline)
{
    public static implicit operator LinkChoice(LinkProfile inline) => new(null, inline);
}

/// <summary>Whether a server has its clients use TLS (RFC 6120 section 5).</summary>
public enum TlsUse
{
    /// <summary>Nothing but STARTTLS is offered before TLS.</summary>
    Required,

    /// <summary>A client may use STARTTLS.</summary>
    Offered,

    /// <summary>There is no TLS.</summary>
    None,
}

/// <summary>
/// Who serves a domain: the lab's own server, Prosody that a run starts, or whatever runs at an address.
/// </summary>
public enum ServerSoftware
{
    /// <summary>The lab's own server.</summary>
    Lab,

    /// <summary>Prosody, which a run starts and ends.</summary>
    Prosody,

    /// <summary>A server that runs already, at the address.</summary>
    External,
}

/// <summary>What runs on a client's device.</summary>
public enum ClientSoftware
{
    /// <summary>The lab's own client.</summary>
    Lab,

    /// <summary>A script on Python's slixmpp, which a run starts and ends.</summary>
    Slixmpp,
}

/// <summary>A server, or several alike.</summary>
/// <example>{policy: prosody, conflict: close-old}</example>
public sealed record ServerSpec
{
    /// <summary>What serves the domain; anything but lab needs the proxied network.</summary>
    public ServerSoftware Software { get; init; } = ServerSoftware.Lab;

    /// <summary>For software: external, where it listens; absent = it is not external.</summary>
    /// <example>127.0.0.1:5222</example>
    public string? Address { get; init; }

    /// <summary>
    /// The password of its accounts, where a client has none of its own; absent = one that the lab chooses.
    /// </summary>
    /// <example>sesame</example>
    public string? Password { get; init; }

    /// <summary>How many servers alike: node.example of count 10 is node-0.example to node-9.example.</summary>
    /// <value>servers</value>
    /// <example>3</example>
    public int Count { get; init; } = 1;

    /// <summary>
    /// Middleboxes before it, by name, on the way of every client; the last is next to it, and it is their inside.
    /// </summary>
    /// <example>[aws-nlb]</example>
    public IReadOnlyList<string> Behind { get; init; } = [];

    /// <summary>What a balancer before it does with a new connection while the server is not there.</summary>
    public WhenAway WhenAway { get; init; } = WhenAway.Pass;

    /// <summary>What its host runs, for whose TCP it has; lab show os tells what is known of each.</summary>
    public Os Os { get; init; } = Os.Linux;

    /// <summary>What its administrator set; absent = the system's own numbers.</summary>
    public KernelSpec? Kernel { get; init; }

    /// <summary>
    /// Another server that others ask whether this one's dialback keys are genuine (XEP-0220); absent = this one
    /// itself.
    /// </summary>
    /// <example>keys.example</example>
    public string? Authority { get; init; }

    /// <summary>
    /// How it checks its streams with clients: the name of a policy or preset, or a policy in place; absent = not at
    /// all.
    /// </summary>
    /// <example>prosody</example>
    public PolicyChoice? Policy { get; init; }

    /// <summary>What becomes of a resource that is asked for while it is in use (RFC 6120 section 7.7.2.2).</summary>
    public ConflictPolicy Conflict { get; init; } = ConflictPolicy.CloseOld;

    /// <summary>Whether its clients use TLS.</summary>
    public TlsUse Tls { get; init; } = TlsUse.Required;

    /// <summary>Messages kept for an account that is away (XEP-0160); beyond it they bounce.</summary>
    /// <value>messages per account</value>
    /// <example>100</example>
    public int OfflineMessages { get; init; } = 1000;

    /// <summary>What its work costs it; absent = no time at all.</summary>
    public ServiceSpec? Service { get; init; }

    /// <summary>node.example of count 3 is node-0.example, node-1.example and node-2.example.</summary>
    public static IEnumerable<string> Domains(string name, int count)
    {
        if (count == 1) return [name];
        int dot = name.IndexOf('.') is >= 0 and int at ? at : name.Length;
        return Enumerable.Range(0, count).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{name[..dot]}-{i}{name[dot..]}"));
    }
}

/// <summary>
/// A client, or a group of clients alike, each with a link of its own, and with an account of its own unless another
/// group names the same.
/// </summary>
/// <example>{server: example.org, link: mobile, policy: conversations}</example>
public sealed record ClientSpec
{
    /// <summary>The domain of its server; of a server with a count the members take turns.</summary>
    /// <example>example.org</example>
    public required string Server { get; init; }

    /// <summary>What runs on its device; anything but lab needs the proxied network.</summary>
    public ClientSoftware Software { get; init; } = ClientSoftware.Lab;

    /// <summary>
    /// The local part of its account's address; of a group of count 10 the members have alice-0 to alice-9. Groups that
    /// name the same share accounts, member by member: a phone and a laptop of one person; absent = the group's name.
    /// </summary>
    /// <example>alice</example>
    public string? Account { get; init; }

    /// <summary>The password of its account; absent = the server's.</summary>
    /// <example>sesame</example>
    public string? Password { get; init; }

    /// <summary>
    /// Of its presence (RFC 6121 section 4.7.2.3): of the devices of an account the one with the highest gets the
    /// messages, among equals the one that came online last; one that is negative gets none.
    /// </summary>
    /// <value>number</value>
    /// <example>5</example>
    public int Priority { get; init; }

    /// <summary>
    /// Its way to the server: the name of a link or preset, or a link in place; absent = one without delay or limits.
    /// </summary>
    /// <example>mobile</example>
    public LinkChoice? Link { get; init; }

    /// <summary>
    /// Its ways to the server by names of its own, instead of link, for a client that moves between them (handover);
    /// each is the name of a link or preset, or a link in place. It starts on the first, or on start; empty = it has
    /// one, its link.
    /// </summary>
    /// <example>{wifi: wifi-home, lte: {delay: 35ms}}</example>
    public IReadOnlyDictionary<string, LinkChoice> Links { get; init; } = new Dictionary<string, LinkChoice>();

    /// <summary>Which of its links it starts on; absent = the first.</summary>
    /// <example>lte</example>
    public string? Start { get; init; }

    /// <summary>How many clients alike.</summary>
    /// <value>clients</value>
    /// <example>100</example>
    public int Count { get; init; } = 1;

    /// <summary>
    /// How it checks its stream and comes back: the name of a policy or preset, or a policy in place; absent = it
    /// checks nothing and comes back as RFC 6120 says.
    /// </summary>
    /// <example>conversations</example>
    public PolicyChoice? Policy { get; init; }

    /// <summary>What its device runs, for whose TCP it has; lab show os tells what is known of each.</summary>
    public Os Os { get; init; } = Os.Linux;

    /// <summary>What its device's administrator set; absent = the system's own numbers.</summary>
    public KernelSpec? Kernel { get; init; }

    /// <summary>How it comes to TLS.</summary>
    public TlsMode Tls { get; init; } = TlsMode.StartTls;

    /// <summary>What each new session is loaded with; absent = nothing.</summary>
    public LoginSpec? Login { get; init; }

    /// <summary>The resource to ask for (RFC 6120 section 7); absent = the server chooses.</summary>
    /// <example>home</example>
    public string? Resource { get; init; }

    /// <summary>What other programs on its device do with its radio; empty = nothing.</summary>
    /// <example>[{every: 15m, arrivals: poisson, for: 20s}]</example>
    public IReadOnlyList<OtherTrafficSpec> OtherTraffic { get; init; } = [];

    /// <summary>The battery that its radios draw from; absent = it is not asked how long that lasts.</summary>
    /// <example>15.4Wh</example>
    public Energy? Battery { get; init; }

    /// <summary>The members of a group start spread evenly over this long.</summary>
    /// <example>30s</example>
    public Duration StartWithin { get; init; } = Duration.Zero;

    /// <summary>
    /// It is not there before: its start, with what start-within draws, is counted from then. Messages to it wait in
    /// the server's offline store.
    /// </summary>
    /// <example>10m</example>
    public Duration Joins { get; init; } = Duration.Zero;

    /// <summary>It says goodbye then, and does not come back; absent = it stays.</summary>
    /// <example>2h</example>
    public Duration? Leaves { get; init; }

    /// <summary>Whether it is there, from joins to leaves.</summary>
    public bool IsThere(Duration at) => at >= Joins && !(at >= Leaves);

    /// <summary>How much of that time of the run it is there.</summary>
    public Duration Presence(Duration from, Duration to)
    {
        Duration first = Duration.Max(from, Joins), last = Duration.Min(to, Leaves ?? to);
        return last > first ? last - first : Duration.Zero;
    }

    /// <summary>When the person has the app open; absent = never.</summary>
    public ForegroundSpec? Foreground { get; init; }

    /// <summary>When its system lets the app run that nobody has open; absent = always.</summary>
    public SleepProfile? Sleep { get; init; }

    /// <summary>How pushes come that wake an app while it sleeps; absent = nothing wakes it from outside.</summary>
    public PushProfile? Push { get; init; }
}
