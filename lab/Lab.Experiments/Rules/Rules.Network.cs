using System.Globalization;

namespace Lab.Experiments;

/// <summary>What must hold in a topology: names, who is connected to whom.</summary>
public sealed partial class Rules
{
    private const long MostClients = 1_000_000, MostServers = 10_000, MostStreams = 1_000_000;

    /// <summary>Whether so much can be counted at all; what fits into memory, who runs it knows.</summary>
    private bool CheckSizes(Topology topology)
    {
        long CountOf(string server) => topology.Servers.TryGetValue(server, out ServerSpec? spec) ? spec.Count : 1;
        long StreamsOf(S2sSpec s) => 2 * s.Streams * (s.Between[0] == s.Between[1]
            ? CountOf(s.Between[0]) * (CountOf(s.Between[0]) - 1) / 2 : CountOf(s.Between[0]) * CountOf(s.Between[1]));
        int before = findings.Count;
        void Check(string property, string what, long count, long most)
        {
            if (count > most)
                Fail(new Spot(topology, property), string.Create(CultureInfo.InvariantCulture,
                    $"these are {count} {what} together; a run takes {most} at most"));
        }
        Check(nameof(topology.Clients), "clients", topology.Clients.Values.Sum(c => (long)c.Count), MostClients);
        Check(nameof(topology.Servers), "servers", topology.Servers.Values.Sum(s => (long)s.Count), MostServers);
        Check(nameof(topology.S2s), "streams between servers", Pairs(topology).Sum(StreamsOf), MostStreams);
        return findings.Count == before;
    }

    private void CheckNetwork(Topology topology)
    {
        if (servers.Count == 0)
            Fail(new Spot(topology, nameof(topology.Servers)),
                "a topology needs at least one server, as in servers: {example.org: {}}");
        if (clients.Count == 0)
            Fail(new Spot(topology, nameof(topology.Clients)),
                "a topology needs at least one client, as in clients: {phone: {server: example.org}}");
        foreach ((string domain, ServerSpec server) in topology.Servers)
        {
            CheckDomain(topology, domain);
            CheckPolicy(server, nameof(server.Policy), server.Policy);
            CheckAuthority(topology, domain, server);
            CheckMiddleboxes(topology, server, nameof(server.Behind), server.Behind);
        }
        foreach ((string group, ClientSpec client) in topology.Clients)
        {
            CheckGroup(topology, group);
            if (cast.FindServers(client.Server).Count == 0)
                Fail(new Spot(client, nameof(client.Server)),
                    $"there is no server '{client.Server}', {Known(servers, "servers")}"
                        + Words.Hint(client.Server, servers), new Spot(topology, nameof(topology.Servers)));
            CheckLink(topology, client, nameof(client.Link), client.Link);
            CheckLinks(topology, client);
            foreach (LinkChoice? link in client.Links.Values.Prepend(client.Link)) CheckThrough(topology, link?.Inline);
            CheckLength(topology, client);
            CheckDevice(topology, group, client);
            CheckPush(topology, client);
            CheckPolicy(client, nameof(client.Policy), client.Policy);
        }
        foreach (LinkProfile link in topology.Links.Values) CheckThrough(topology, link);
        CheckAccounts(topology);
        CheckPairs(topology);
        foreach (string link in topology.Links.Keys)
        {
            var at = new Spot(topology, nameof(topology.Links), link);
            if (cast.FindServers(link).Count > 0)
                Fail(at, $"'{link}' is also the name of a server; faults could not tell them apart");
            else if (link.Length == 0 || Target.Parse(link) is not Target.Named)
                Fail(at, $"'{link}' is no name for a link; faults could not tell it from another target");
        }
    }

    private void CheckDomain(Topology topology, string domain)
    {
        var at = new Spot(topology, nameof(topology.Servers), domain);
        if (domain.Length == 0 || domain.Any(c => "@/[]:#".Contains(c) || char.IsWhiteSpace(c) || char.IsControl(c))
            || domain.Contains("->", StringComparison.Ordinal))
            Fail(at, $"'{domain}' is no XMPP domain; write a name such as example.org");
        foreach ((string other, ServerSpec many) in topology.Servers.Where(s => s.Value.Count > 1 && s.Key != domain))
            if (ServerSpec.Domains(other, many.Count).Contains(domain))
                Fail(at, $"'{domain}' is also a member of {other}, which has count {many.Count}");
    }

    private void CheckGroup(Topology topology, string group)
    {
        var at = new Spot(topology, nameof(topology.Clients), group);
        if (group.Length == 0 || group.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
            Fail(at, $"'{group}' is no name for clients: letters, digits, - and _ only");
        string? both = cast.FindServers(group).Count > 0 ? "server" : topology.Links.ContainsKey(group) ? "link" : null;
        if (both is not null)
            Fail(at, $"'{group}' is also the name of a {both}; faults could not tell them apart");
    }

    // who vouches for a server's dialback keys
    private void CheckAuthority(Topology topology, string own, ServerSpec server)
    {
        if (server.Authority is not { } name) return;
        var at = new Spot(server, nameof(server.Authority));
        S2sSpec[] pairs = [.. Pairs(topology)];
        string[] asking = [.. pairs.Where(s => s.Between.Contains(own) && !s.Between.Contains(name))
            .SelectMany(s => s.Between).Where(s => s != own).Distinct()];
        if (cast.FindServers(name).Count != 1)
            Fail(at, $"there is no single server '{name}', {Known(servers, "servers")}{Words.Hint(name, servers)}",
                new Spot(topology, nameof(topology.Servers)));
        else if (name == own) Fail(at, $"{own} vouches for itself anyway; leave authority out");
        else if (cast.Specs[cast.ServerOf(name)].Authority is not null)
            Fail(at, $"{name} has an authority itself; name that one");
        else if (asking.FirstOrDefault(b => !pairs.Any(s => s.Between.Contains(b) && s.Between.Contains(name)))
            is { } blind)
            Fail(at, $"{blind} asks {name} about the keys of {own}, but s2s gives the two no streams",
                [.. topology.S2s.Select(s => new Spot(s, nameof(s.Between)))]);
    }

    // pairs of servers, or of groups of servers
    private void CheckPairs(Topology topology)
    {
        var joined = new SortedSet<(int, int)>();
        foreach (S2sSpec spec in topology.S2s)
        {
            CheckLink(topology, spec, nameof(spec.Link), spec.Link);
            CheckThrough(topology, spec.Link?.Inline);
            CheckWired(topology, spec);
            CheckPolicy(spec, nameof(spec.Policy), spec.Policy);
            CheckPolicy(spec, nameof(spec.SecondPolicy), spec.SecondPolicy);
            var between = new Spot(spec, nameof(spec.Between));
            if (spec.Between.Count != 2)
            {
                Fail(between, "between takes two servers, as in between: [a.example, b.example]");
                continue;
            }
            (string first, string second) = (spec.Between[0], spec.Between[1]);
            IReadOnlyList<int> from = cast.FindServers(first), to = cast.FindServers(second);
            for (int i = 0; i < 2; i++)
                if (cast.FindServers(spec.Between[i]).Count == 0)
                    Fail(between with { Entry = i },
                        $"there is no server '{spec.Between[i]}', {Known(servers, "servers")}"
                            + Words.Hint(spec.Between[i], servers), new Spot(topology, nameof(topology.Servers)));
            if (from.Count == 0 || to.Count == 0) continue;
            if (first == second && from.Count == 1)
                Fail(between with { Entry = 1 }, $"{second} does not need streams to itself; name another server, or "
                    + "give it a count for a full mesh");
            (int, int)[] mine = [.. from.SelectMany(a => to.Where(b => first == second ? a < b : a != b)
                .Select(b => (a, b)))];
            if (mine.FirstOrDefault(joined.Contains, (-1, -1)) is (>= 0 and int one, int other))
                Fail(between, $"{cast.Domains[one]} and {cast.Domains[other]} have their streams already");
            joined.UnionWith(mine.SelectMany(p => new[] { p, (p.Item2, p.Item1) }));
        }
    }

    // a client's own names for its links are names for faults, too
    private void CheckLinks(Topology topology, ClientSpec client)
    {
        foreach ((string own, LinkChoice choice) in client.Links)
        {
            var at = new Spot(client, nameof(client.Links), own);
            CheckLink(topology, client, nameof(client.Links), choice, own);
            if (own.Length == 0 || Target.Parse(own) is not Target.Named)
                Fail(at, $"'{own}' is no name for a link; faults could not tell it from another target");
            string? both = cast.FindServers(own).Count > 0 ? "a server" : topology.Clients.ContainsKey(own) ? "clients"
                : topology.Links.ContainsKey(own) && choice.Name != own ? "another link" : null;
            if (both is not null) Fail(at, $"'{own}' is also the name of {both}; faults could not tell them apart");
        }
    }

    private void CheckLink(
        Topology topology, object record, string property, LinkChoice? choice, object? entry = null)
    {
        if (choice is not { Name: { Length: > 0 } name, Inline: null } || topology.Links.ContainsKey(name)
            || library.Links.ContainsKey(name)) return;
        bool presets = library.Links.Count > 0;
        string where = presets ? "the topology or the presets" : "the topology";
        Fail(new Spot(record, property, entry), $"there is no link '{name}' in {where}"
            + Hint(name, topology.Links.Keys.Concat(library.Links.Keys), presets ? "links" : null),
            new Spot(topology, nameof(topology.Links)));
    }

    private void CheckLength(Topology topology, ClientSpec client)
    {
        int Length(LinkChoice? link) => 1 + (LinkOf(topology, link)?.Through.Count ?? 0);
        int length = (client.Links.Count > 0 ? client.Links.Values.Sum(Length) : Length(client.Link))
            + (topology.Servers.GetValueOrDefault(client.Server)?.Behind.Count ?? 0);
        if (length > Line.AttachmentPlace)
            Fail(new Spot(client, client.Links.Count > 0 ? nameof(client.Links) : nameof(client.Link)),
                $"its links and the middleboxes behind them are {length}; a path has at most {Line.AttachmentPlace}",
                new Spot(topology, nameof(topology.Links)), new Spot(topology, nameof(topology.Servers)));
    }

    private void CheckThrough(Topology topology, LinkProfile? link)
    {
        if (link is null) return;
        CheckMiddleboxes(topology, link, nameof(link.Through), link.Through);
        CheckRadio(topology, link);
    }

    private void CheckMiddleboxes(Topology topology, object record, string property, IReadOnlyList<string> names)
    {
        bool presets = library.Middleboxes.Count > 0;
        for (int i = 0; i < names.Count; i++)
            if (!topology.Middleboxes.ContainsKey(names[i]) && !library.Middleboxes.ContainsKey(names[i]))
                Fail(new Spot(record, property) { Entry = i }, $"there is no middlebox '{names[i]}' in the topology"
                    + (presets ? " or the presets" : "")
                    + Hint(names[i], topology.Middleboxes.Keys.Concat(library.Middleboxes.Keys),
                        presets ? "middleboxes" : null), new Spot(topology, nameof(topology.Middleboxes)));
    }

    private void CheckPolicy(object record, string property, PolicyChoice? choice)
    {
        if (choice is not { Name: { Length: > 0 } name, Inline: null } || policies.ContainsKey(name)
            || library.Policies.ContainsKey(name)) return;
        bool presets = library.Policies.Count > 0;
        string where = presets ? "the scenario or the presets" : "the scenario";
        var at = new Spot(record, property);
        if (scenario is null)
            findings.Add(new Finding(at, $"the policy '{name}' is none of the presets; a scenario that names this "
                + "topology has to define it") { IsNote = true });
        else
            Fail(at, $"there is no policy '{name}' in {where}"
                + Hint(name, policies.Keys.Concat(library.Policies.Keys), presets ? "presets" : null));
    }

    private static string Hint(string name, IEnumerable<string> known, string? shown) =>
        shown is null ? Words.Hint(name, known) : Words.HintOr(name, known, $"lab show {shown} lists those");

    private static IEnumerable<S2sSpec> Pairs(Topology topology) => topology.S2s.Where(s => s.Between.Count == 2);

    private static string Known(IReadOnlyList<string> names, string what) =>
        names.Count == 0 ? $"there are no {what}" : "expected one of " + Words.List(names);
}
