using System.Globalization;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>One client of the run, resolved from its group; what a group has in common is shared.</summary>
internal sealed record Member(
    int Index, string Name, string Local, int Server, string Domain, ClientSpec Spec, IReadOnlyList<MemberLink> Links,
    int Start, Policy Policy, string Password)
{
    /// <summary>The names of what lies before its server, whichever link it is on.</summary>
    public IReadOnlyList<string> Behind { get; init; } = [];

    /// <summary>The index of the first client with its account: itself, unless an earlier one has the same.</summary>
    public int Account { get; init; } = Index;

    public string BareJid => $"{Local}@{Domain}";

    /// <summary>Of the link that it starts on: its name in the topology, else the client's own for it.</summary>
    public string LinkName => Links[Start] is { Name.Length: > 0 } named ? named.Name : Links[Start].Key;

    /// <summary>The number of its link of that name, of its own or the topology's; -1 = it has none.</summary>
    public int LinkOf(string name)
    {
        for (int i = 0; i < Links.Count; i++)
            if (Links[i].Key == name) return i;
        for (int i = 0; i < Links.Count; i++)
            if (Links[i].Name == name) return i;
        return -1;
    }

    /// <summary>What of its path goes over links of that name.</summary>
    public IEnumerable<Stretch> StretchesOver(string name) => Links.Count == 1 ? [new Stretch(Index)]
        : Enumerable.Range(0, Links.Count).Where(i => Links[i].Key == name || Links[i].Name == name)
            .Select(i => new Stretch(Index, i));
}

/// <summary>
/// A way of a client to its server: what the client calls it, where it has several, and the topology, where it is
/// defined there; with the names of what lies behind it.
/// </summary>
internal sealed record MemberLink(
    string Key, string Name, LinkSpec Up, LinkSpec Down, IReadOnlyList<string> Through, RadioSpec? Radio);

/// <summary>A path, with every link that its near end has, or one of them by its number.</summary>
internal readonly record struct Stretch(int Path, int? Link = null)
{
    public static implicit operator Stretch(int path) => new(path);
}

/// <summary>
/// A place in the pool of streams from one server to another (named a.example->b.example#2), with the path of its
/// connections. Up is from the server that opens them; Policy is that server's towards the other, FarPolicy the
/// other's. Index is its number as a host of the journal and as a path.
/// </summary>
internal sealed record Route(
    int Index, string Name, int From, int To, int Slot, S2sSpec Spec, string LinkName, LinkSpec Up, LinkSpec Down,
    Policy Policy, Policy FarPolicy)
{
    /// <summary>The names of what lies behind its link, seen from the near end.</summary>
    public IReadOnlyList<string> Through { get; init; } = [];
}

/// <summary>
/// What a target stands for. Groups are those of the clients it reaches, whole or in part, in file order; servers are
/// those it names, of streams those that open them, with Others at the far end.
/// </summary>
internal sealed record Meaning(Target Target, TargetKinds Kind)
{
    public IReadOnlyList<string> Groups { get; init; } = [];
    public IReadOnlyList<int> Servers { get; init; } = [];
    public IReadOnlyList<int> Others { get; init; } = [];

    public bool Names(int server) => Kind == TargetKinds.Server && Servers.Contains(server);

    public bool IsLink(string? name) => Kind == TargetKinds.Link && Target.Text == name;
}

/// <summary>
/// Who takes part: members of groups in file order, then servers, then routes between servers. What names mean is told
/// here, also in a topology with mistakes; its members and routes are made when first asked for.
/// </summary>
internal sealed class Cast
{
    /// <summary>Of every account that has no other; PBKDF2 is then paid once per run and salt.</summary>
    public const string DefaultPassword = "correct horse battery staple";

    private readonly Topology topology;
    private readonly Dictionary<string, int[]> servers = [];
    private readonly List<string> domains = [];
    private readonly List<ServerSpec> specs = [];
    private readonly OrderedDictionary<string, List<string>> links = [];
    private Crew? crew;
    private Roads? roads;

    /// <summary>The members, found by group, by link and by server.</summary>
    private sealed class Crew
    {
        public readonly List<Member> All = [];
        public readonly Dictionary<string, Member[]> Groups = [];
        public readonly Dictionary<string, List<Member>> Links = [];
        public required List<Member>[] AtServer;

        /// <summary>The clients of each account that has several, by the first of them.</summary>
        public readonly Dictionary<int, List<Member>> Shared = [];

        /// <summary>By account, the first client of those that may be shared.</summary>
        public readonly Dictionary<(string Local, int Server), int> Owners = [];
    }

    /// <summary>The routes, found by link and by either server.</summary>
    private sealed class Roads
    {
        public readonly List<Route> All = [];
        public readonly Dictionary<string, List<Route>> Links = [];
        public required List<Route>[] AtServer;
    }

    public Cast(Topology topology)
    {
        this.topology = topology;
        foreach ((string name, ServerSpec spec) in topology.Servers)
        {
            int first = domains.Count;
            foreach (string domain in ServerSpec.Domains(name, spec.Count))
            {
                servers[domain] = [domains.Count];
                domains.Add(domain);
                specs.Add(spec);
            }
            servers[name] = [.. Enumerable.Range(first, domains.Count - first)];
        }
        foreach (string link in topology.Links.Keys.Concat(topology.S2s.Select(s => s.Link?.Name).OfType<string>()))
            links.TryAdd(link, []);
        foreach ((string group, ClientSpec spec) in topology.Clients)
            foreach (string link in NamesOf(spec).Distinct())
                if (!links.TryAdd(link, [group])) links[link].Add(group);
    }

    public IReadOnlyList<Member> Members => Everybody.All;

    /// <summary>Server i is host Members.Count + i in the journal; routes follow.</summary>
    public IReadOnlyList<string> Domains => domains;

    /// <summary>By server.</summary>
    public IReadOnlyList<ServerSpec> Specs => specs;

    public IReadOnlyList<Route> Routes => Everywhere.All;

    public MiddleboxProfile Middlebox(string name) => topology.Middleboxes[name];

    /// <summary>How many numbers of paths there are; servers' own are not used.</summary>
    public int Paths => FirstRoute + Routes.Count;

    public int FirstRoute => Members.Count + domains.Count;

    private Crew Everybody => crew ??= MakeMembers();
    private Roads Everywhere => roads ??= MakeRoutes();

    public Route RouteAt(int path) => Everywhere.All[path - FirstRoute];

    /// <summary>Where the dialback keys of that server are verified: itself, or its authority.</summary>
    public int AuthorityOf(int server) => specs[server].Authority is { } other ? ServerOf(other) : server;

    public int ServerOf(string domain) => servers[domain][0];

    /// <summary>The server of that domain, or -1.</summary>
    public int FindServer(string domain) => FindServers(domain) is [int first, ..] ? first : -1;

    /// <summary>The servers that a domain, or one with a count, stands for; empty when it is neither.</summary>
    public IReadOnlyList<int> FindServers(string name) => servers.GetValueOrDefault(name, []);

    public IReadOnlyList<Member> MembersOf(int server) => Everybody.AtServer[server];

    /// <summary>Whether that host of the journal is a server with streams to others.</summary>
    public bool Federates(int host) => Everywhere.AtServer[host - Members.Count].Count > 0;

    /// <summary>The clients with that client's account, itself included; one where it shares it with nobody.</summary>
    public IReadOnlyList<Member> DevicesOf(Member client) =>
        Everybody.Shared.TryGetValue(client.Account, out List<Member>? devices) ? devices : [client];

    /// <summary>Whether any account has several clients.</summary>
    public bool SharesAccounts => Everybody.Shared.Count > 0;

    /// <summary>From and to that server.</summary>
    public IReadOnlyList<Route> RoutesOf(int server) => Everywhere.AtServer[server];

    /// <summary>
    /// What a name means here; its kind is None when it means nothing. Where a name stands for more than one thing, a
    /// server goes before a group of clients, and that before a link; the rules refuse such a topology.
    /// </summary>
    public Meaning Resolve(Target target)
    {
        switch (target)
        {
            case Target.Named when servers.TryGetValue(target.Text, out int[]? named):
                return new Meaning(target, TargetKinds.Server) { Servers = named, Groups = GroupsAt(named) };
            case Target.Named when topology.Clients.ContainsKey(target.Text):
                return new Meaning(target, TargetKinds.Client) { Groups = [target.Text] };
            case Target.Named when links.TryGetValue(target.Text, out List<string>? over):
                return new Meaning(target, TargetKinds.Link) { Groups = over };
            case Target.Member { Index: { } index } one
                when topology.Clients.TryGetValue(one.Group, out ClientSpec? spec) && index < spec.Count:
                return new Meaning(target, TargetKinds.Client) { Groups = [one.Group] };
            case Target.Streams { Readable: true } streams
                when servers.TryGetValue(streams.From, out int[]? from)
                    && servers.TryGetValue(streams.To, out int[]? to):
                return new Meaning(target, TargetKinds.Streams) { Servers = from, Others = to };
            case Target.Account { IsEcho: true } account when servers.TryGetValue(account.Domain, out int[]? at):
                return new Meaning(target, TargetKinds.Echo) { Servers = at };
            default:
                return new Meaning(target, TargetKinds.None);
        }
    }

    /// <summary>The clients themselves, those on the link, or those of the servers (server by server).</summary>
    public IReadOnlyList<Member> MembersOf(Meaning meaning) => (meaning.Kind, meaning.Target) switch
    {
        (TargetKinds.Client, Target.Member { Index: { } i } one) => [Everybody.Groups[one.Group][i]],
        (TargetKinds.Client, _) => Everybody.Groups[meaning.Target.Text],
        (TargetKinds.Link, _) => Everybody.Links.GetValueOrDefault(meaning.Target.Text, []),
        (TargetKinds.Server, _) when meaning.Servers is [int only] => MembersOf(only),
        (TargetKinds.Server, _) => [.. meaning.Servers.SelectMany(MembersOf)],
        _ => [],
    };

    /// <summary>
    /// The routes on the link, to and from the servers, or of the streams, in their order. Of a pool of which any one
    /// is meant, that one is drawn.
    /// </summary>
    public IReadOnlyList<Route> RoutesOf(Meaning meaning, RandomStream chance)
    {
        switch (meaning.Kind)
        {
            case TargetKinds.Link:
                return Everywhere.Links.GetValueOrDefault(meaning.Target.Text, []);
            case TargetKinds.Server when meaning.Servers is [int only]:
                return RoutesOf(only);
            case TargetKinds.Server:
                return [.. meaning.Servers.SelectMany(RoutesOf).Distinct().OrderBy(r => r.Index)];
            case TargetKinds.Streams:
                return RoutesOf(meaning, (Target.Streams)meaning.Target, chance);
            default:
                return [];
        }
    }

    private Route[] RoutesOf(Meaning meaning, Target.Streams target, RandomStream chance)
    {
        var isOther = new bool[domains.Count];
        foreach (int server in meaning.Others) isOther[server] = true;
        IEnumerable<Route> all = meaning.Servers
            .SelectMany(from => RoutesOf(from).Where(r => r.From == from && isOther[r.To]))
            .OrderBy(r => r.Index);
        if (!target.Any) return [.. all.Where(r => target.Slot is null || r.Slot == target.Slot)];
        return [.. all.GroupBy(r => (r.From, r.To)).Select(p => p.ElementAt((int)chance.Below((ulong)p.Count())))];
    }

    private string[] GroupsAt(int[] named) =>
        [.. topology.Clients.Where(c => HomesOf(c.Value).Take(c.Value.Count).Any(named.Contains)).Select(c => c.Key)];

    /// <summary>What the account of a group of one is called, and how those of more begin.</summary>
    public static string AccountOf(string group, ClientSpec spec) => spec.Account ?? group;

    // members of a group take turns at these
    private int[] HomesOf(ClientSpec group) => servers.GetValueOrDefault(group.Server, []);

    private Crew MakeMembers()
    {
        var made = new Crew { AtServer = [.. domains.Select(_ => new List<Member>())] };
        ILookup<string, string> groupsOf = topology.Clients.ToLookup(c => AccountOf(c.Key, c.Value), c => c.Key);
        foreach ((string group, ClientSpec spec) in topology.Clients)
        {
            string account = AccountOf(group, spec);
            bool shares = groupsOf[account].Skip(1).Any();
            MemberLink[] ways = spec.Links.Count == 0 ? [WayOf("", spec.Link)]
                : [.. spec.Links.Select(l => WayOf(l.Key, l.Value))];
            int start = Math.Max(0, Array.FindIndex(ways, w => w.Key == (spec.Start ?? "")));
            int[] homes = HomesOf(spec);
            string password = spec.Password ?? specs[homes[0]].Password ?? DefaultPassword;
            var mine = new Member[spec.Count];
            for (int i = 0; i < spec.Count; i++)
            {
                bool alone = spec.Count == 1;
                string name = alone ? group : $"{group}[{i}]", local = alone ? account : $"{account}-{i}";
                int home = homes[i % homes.Length];
                mine[i] = new Member(
                    made.All.Count, name, local, home, domains[home], spec, ways, start,
                    spec.Policy?.Inline ?? Policy.Nothing, password) { Behind = specs[home].Behind };
                if (shares) mine[i] = Share(made, mine[i]);
                made.All.Add(mine[i]);
                made.AtServer[home].Add(mine[i]);
            }
            made.Groups[group] = mine;
            foreach (string link in ways.SelectMany(w => new[] { w.Key, w.Name }).Where(n => n.Length > 0).Distinct())
            {
                if (!made.Links.TryGetValue(link, out List<Member>? over)) made.Links[link] = over = [];
                over.AddRange(mine);
            }
        }
        return made;
    }

    /// <summary>The client with the number of its account's first, which may be itself.</summary>
    private static Member Share(Crew made, Member client)
    {
        if (made.Owners.TryAdd((client.Local, client.Server), client.Index)) return client;
        int owner = made.Owners[(client.Local, client.Server)];
        client = client with { Account = owner };
        if (!made.Shared.TryGetValue(owner, out List<Member>? devices))
            made.Shared[owner] = devices = [made.All[owner]];
        devices.Add(client);
        return client;
    }

    private Roads MakeRoutes()
    {
        var made = new Roads { AtServer = [.. domains.Select(_ => new List<Route>())] };
        foreach (S2sSpec spec in topology.S2s)
            foreach (int a in servers[spec.Between[0]])
                foreach (int b in servers[spec.Between[1]])
                    if (spec.Between[0] == spec.Between[1] ? a < b : a != b) AddRoutes(made, spec, a, b);
        return made;
    }

    private void AddRoutes(Roads made, S2sSpec spec, int a, int b)
    {
        MemberLink link = WayOf("", spec.Link);
        Policy first = spec.Policy?.Inline ?? Policy.Nothing, second = spec.SecondPolicy?.Inline ?? first;
        if (link.Name.Length > 0) made.Links.TryAdd(link.Name, []);
        foreach ((int from, int to) in new[] { (a, b), (b, a) })
            for (int slot = 0; slot < spec.Streams; slot++)
            {
                bool forth = from == a;
                string name = string.Create(CultureInfo.InvariantCulture, $"{domains[from]}->{domains[to]}#{slot}");
                var route = new Route(
                    FirstRoute + made.All.Count, name, from, to, slot, spec, link.Name,
                    forth ? link.Up : link.Down, forth ? link.Down : link.Up, forth ? first : second,
                    forth ? second : first) { Through = link.Through };
                made.All.Add(route);
                made.AtServer[from].Add(route);
                made.AtServer[to].Add(route);
                if (link.Name.Length > 0) made.Links[link.Name].Add(route);
            }
    }

    // what links of a client are called, by itself and in the topology
    private static IEnumerable<string> NamesOf(ClientSpec spec) =>
        [.. spec.Links.Keys, .. spec.Links.Values.Prepend(spec.Link).Select(l => l?.Name).OfType<string>()];

    private MemberLink WayOf(string key, LinkChoice? choice)
    {
        LinkProfile link = choice?.Inline ?? (choice?.Name is { } given ? topology.Links[given] : new LinkProfile());
        return new MemberLink(key, choice?.Name ?? "", link.Upward(), link.Downward(), link.Through,
            link.Radio?.Inline?.ToSpec());
    }
}
