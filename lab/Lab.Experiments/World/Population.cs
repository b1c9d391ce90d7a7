using System.Globalization;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>One client of the run, resolved from its group; what a group has in common is shared.</summary>
internal sealed record Member(
    int Index, string Name, string Local, string Domain, ClientSpec Spec, string LinkName, LinkSpec Up, LinkSpec Down,
    Policy Policy, string Password)
{
    public string BareJid => $"{Local}@{Domain}";
}

/// <summary>
/// A place in the pool of streams from one server to another (named a.example->b.example#2), with the path of its
/// connections. Up is from the server that opens them; Policy is that server's towards the other, FarPolicy the
/// other's. Index is its number as a host of the journal and as a path.
/// </summary>
internal sealed record Route(
    int Index, string Name, int From, int To, int Slot, S2sSpec Spec, string LinkName, LinkSpec Up, LinkSpec Down,
    Policy Policy, Policy FarPolicy);

/// <summary>
/// Who takes part: members of groups in file order, then servers, then routes between servers. Names as users write
/// them are looked up here.
/// </summary>
internal sealed class Population
{
    private readonly Dictionary<string, Member[]> groups = [];
    private readonly Dictionary<string, Member> members = [];
    private readonly Dictionary<string, int[]> servers = [];
    private readonly List<string> domains = [];
    private readonly List<ServerSpec> specs = [];
    private readonly List<Route> routes = [];
    private readonly List<Route>[] routesOf;

    public Population(Topology topology)
    {
        foreach ((string name, ServerSpec spec) in topology.Servers) AddServers(name, spec);
        var all = new List<Member>();
        foreach ((string group, ClientSpec spec) in topology.Clients)
        {
            (string linkName, LinkSpec up, LinkSpec down) = LinkOf(spec.Link, topology);
            int[] homes = servers[spec.Server];
            string password = spec.Password ?? specs[homes[0]].Password ?? World.Password;
            var mine = new Member[spec.Count];
            for (int i = 0; i < spec.Count; i++)
            {
                bool alone = spec.Count == 1;
                string name = alone ? group : $"{group}[{i}]", local = alone ? group : $"{group}-{i}";
                mine[i] = new Member(
                    all.Count, name, local, domains[homes[i % homes.Length]], spec, linkName, up, down,
                    spec.Policy?.Inline ?? Policy.Nothing, password);
                members[name] = mine[i];
                all.Add(mine[i]);
            }
            groups[group] = mine;
        }
        Members = all;
        routesOf = [.. domains.Select(_ => new List<Route>())];
        foreach (S2sSpec spec in topology.S2s)
            foreach (int a in servers[spec.Between[0]])
                foreach (int b in servers[spec.Between[1]])
                    if (spec.Between[0] == spec.Between[1] ? a < b : a != b) AddRoutes(spec, a, b, topology);
    }

    public IReadOnlyList<Member> Members { get; }

    /// <summary>Server i is host Members.Count + i in the journal; routes follow.</summary>
    public IReadOnlyList<string> Domains => domains;

    /// <summary>By server.</summary>
    public IReadOnlyList<ServerSpec> Specs => specs;

    public IReadOnlyList<Route> Routes => routes;

    /// <summary>How many numbers of paths there are; servers' own are not used.</summary>
    public int Paths => FirstRoute + routes.Count;

    public int FirstRoute => Members.Count + domains.Count;

    public Route RouteAt(int path) => routes[path - FirstRoute];

    /// <summary>Where the dialback keys of that server are verified: itself, or its authority.</summary>
    public int AuthorityOf(int server) => specs[server].Authority is { } other ? ServerOf(other) : server;

    public int ServerOf(string domain) => servers[domain][0];

    /// <summary>The server of that domain, or -1.</summary>
    public int FindServer(string name) => servers.TryGetValue(name, out int[]? found) ? found[0] : -1;

    /// <summary>The servers that a domain, or one with a count, stands for; empty when it is neither.</summary>
    public IReadOnlyList<int> FindServers(string name) => servers.GetValueOrDefault(name, []);

    public IEnumerable<Member> MembersOf(int server) => Members.Where(m => m.Domain == domains[server]);

    /// <summary>Whether that host of the journal is a server with streams to others.</summary>
    public bool Federates(int host) => routesOf[host - Members.Count].Count > 0;

    /// <summary>From and to that server.</summary>
    public IReadOnlyList<Route> RoutesOf(int server) => routesOf[server];

    /// <summary>
    /// The members that a group name, a member name or a link name stands for; empty when it is neither.
    /// </summary>
    public IReadOnlyList<Member> Find(string name)
    {
        if (groups.TryGetValue(name, out Member[]? group)) return group;
        if (members.TryGetValue(name, out Member? one)) return [one];
        return [.. Members.Where(m => m.LinkName == name)];
    }

    /// <summary>
    /// The routes that a name stands for: a->b, a->b#2, a->b#any (one of each pool, drawn), a link, or a server (to and
    /// from it).
    /// </summary>
    public IReadOnlyList<Route> FindRoutes(string name, RandomStream chance)
    {
        if (RouteName.Parse(name) is not { } pool)
        {
            IReadOnlyList<int> here = FindServers(name);
            return [.. routes.Where(r => r.LinkName == name || here.Contains(r.From) || here.Contains(r.To))];
        }
        IReadOnlyList<int> from = FindServers(pool.From), to = FindServers(pool.To);
        IEnumerable<Route> all = routes.Where(r => from.Contains(r.From) && to.Contains(r.To));
        if (!pool.Any) return [.. all.Where(r => pool.Slot < 0 || r.Slot == pool.Slot)];
        return [.. all.GroupBy(r => (r.From, r.To)).Select(p => p.ElementAt((int)chance.Below((ulong)p.Count())))];
    }

    /// <summary>echo@domain, the account that answers.</summary>
    public bool IsEcho(string name) => name.StartsWith("echo@", StringComparison.Ordinal) && FindServer(name[5..]) >= 0;

    private void AddServers(string name, ServerSpec spec)
    {
        var mine = new List<int>();
        foreach (string domain in ServerSpec.Domains(name, spec.Count))
        {
            mine.Add(domains.Count);
            servers[domain] = [domains.Count];
            domains.Add(domain);
            specs.Add(spec);
        }
        servers[name] = [.. mine];
    }

    private void AddRoutes(S2sSpec spec, int a, int b, Topology topology)
    {
        (string linkName, LinkSpec up, LinkSpec down) = LinkOf(spec.Link, topology);
        Policy first = spec.Policy?.Inline ?? Policy.Nothing, second = spec.SecondPolicy?.Inline ?? first;
        foreach ((int from, int to) in new[] { (a, b), (b, a) })
            for (int slot = 0; slot < spec.Streams; slot++)
            {
                bool forth = from == a;
                string name = string.Create(CultureInfo.InvariantCulture, $"{domains[from]}->{domains[to]}#{slot}");
                var route = new Route(
                    FirstRoute + routes.Count, name, from, to, slot, spec, linkName, forth ? up : down,
                    forth ? down : up, forth ? first : second, forth ? second : first);
                routes.Add(route);
                routesOf[from].Add(route);
                routesOf[to].Add(route);
            }
    }

    private static (string Name, LinkSpec Up, LinkSpec Down) LinkOf(LinkChoice? choice, Topology topology)
    {
        LinkProfile link = choice?.Inline ?? (choice?.Name is { } n ? topology.Links[n] : new LinkProfile());
        return (choice?.Name ?? "", link.Upward(), link.Downward());
    }
}

/// <summary>a.example->b.example: the streams that one server opens to another; with #2 one of them, with #any one that
/// is drawn.</summary>
public readonly record struct RouteName(string From, string To, int Slot, bool Any)
{
    /// <summary>Null when the text has no arrow, or a member that is no number.</summary>
    public static RouteName? Parse(string text)
    {
        int arrow = text.IndexOf("->", StringComparison.Ordinal);
        if (arrow < 0) return null;
        string to = text[(arrow + 2)..];
        int mark = to.IndexOf('#'), slot = -1;
        string member = mark < 0 ? "" : to[(mark + 1)..];
        bool any = member == "any";
        if (mark >= 0 && !any && !int.TryParse(member, NumberStyles.None, CultureInfo.InvariantCulture, out slot))
            return null;
        return new RouteName(text[..arrow], mark < 0 ? to : to[..mark], slot, any);
    }
}
