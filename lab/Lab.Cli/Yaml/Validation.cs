using System.Globalization;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Cli;

/// <summary>What must hold between the parts of a scenario and its topology: names that exist, times that fit, metrics
/// and units.</summary>
internal sealed class Validation
{
    private readonly Binder binder;
    private readonly Mapping root;
    private readonly Mapping? topology;
    private readonly Names names;
    private readonly HashSet<(string, string)> joined = [];
    private readonly IReadOnlyList<string> servers, groups, clients, links;

    private Validation(Binder binder, Mapping root)
    {
        (this.binder, this.root) = (binder, root);
        topology = root["topology"] as Mapping;
        names = new Names(root);
        groups = Keys(topology?["servers"]);
        servers = [.. groups, .. groups.SelectMany(g => ServerSpec.Domains(g, CountOf(g))).Except(groups)];
        clients = Keys(topology?["clients"]);
        links = Keys(topology?["links"]);
    }

    /// <summary>Notes what is wrong with a bound scenario; root holds the topology in place.</summary>
    public static void Check(Binder binder, Mapping root, Scenario scenario)
    {
        var check = new Validation(binder, root);
        if (check.topology is not null) check.Network();
        Duration? end = binder.Failed(root["duration"]) || scenario.Duration == Duration.Zero ? null
            : scenario.Duration;
        if (end is { } e && root["tail"] is { } tail && !binder.Failed(tail) && scenario.Tail >= e)
            binder.Fail(tail, $"the tail ({scenario.Tail}) must be shorter than the duration ({e})");
        foreach (Node item in Items(root["workload"])) check.Work(item, end);
        foreach (Node item in Items(root["faults"])) check.Fault(item, end);
        foreach (Node item in Items(root["expect"])) check.Expect(item);
    }

    /// <summary>Notes what is wrong with a topology on its own.</summary>
    public static void Check(Binder binder, Mapping topology) =>
        new Validation(binder, new Mapping(topology.Place,
            [new Entry(new Scalar(topology.Place, "topology"), topology)], false)).Network();

    /// <summary>Whether each when speaks of a varied path and one of its values. Vary as in the file, before
    /// --set.</summary>
    public static void When(Node? expect, IReadOnlyList<(string Path, IReadOnlyList<string> Values)> vary,
        Problems problems)
    {
        foreach (Mapping expectation in Items(expect).OfType<Mapping>())
        {
            if (expectation["when"] is not Mapping when) continue;
            foreach (Entry entry in when.Entries)
            {
                string[] paths = [.. vary.Select(v => v.Path)];
                int at = Array.IndexOf(paths, entry.Key.Text);
                if (at < 0)
                    problems.Add(entry.Key, $"'{entry.Key.Text}' does not vary in this scenario"
                        + (paths.Length == 0 ? ""
                        : $"{Words.OneOf(entry.Key.Text, paths)}"));
                else if (!vary[at].Values.Contains(YamlOut.Inline(entry.Value)))
                    problems.Add(entry.Value,
                        $"{entry.Key.Text} never is {YamlOut.Inline(entry.Value)}"
                            + $"{Words.OneOf(YamlOut.Inline(entry.Value), vary[at].Values)}");
            }
        }
    }

    private void Network()
    {
        if (topology is null) return;
        if (servers.Count == 0 && !binder.Failed(topology["servers"]))
            binder.Fail(topology["servers"] ?? topology,
            "a topology needs at least one server, as in servers: {example.org: {}}");
        if (clients.Count == 0 && !binder.Failed(topology["clients"]))
            binder.Fail(topology["clients"] ?? topology,
            "a topology needs at least one client, as in clients: {phone: {server: example.org}}");
        foreach (Entry server in Entries(topology["servers"]))
        {
            if (server.Key.Text.Length == 0 || server.Key.Text.IndexOfAny(['@', '/', ' ', '[', ']', ':']) >= 0)
                binder.Fail(server.Key, $"'{server.Key.Text}' is no XMPP domain; write a name such as example.org");
            PolicyName((server.Value as Mapping)?["policy"]);
            Authority(server);
        }
        foreach (Entry client in Entries(topology["clients"]))
        {
            if (client.Key.Text.Length == 0 || client.Key.Text.Any(c =>
                !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
                binder.Fail(client.Key, $"'{client.Key.Text}' is no name for clients: letters, digits, - and _ only");
            string? both = servers.Contains(client.Key.Text) ? "server" : links.Contains(client.Key.Text) ? "link"
                : null;
            if (both is not null)
                binder.Fail(client.Key,
                $"'{client.Key.Text}' is also the name of a {both}; faults could not tell them apart");
            if (client.Value is not Mapping mapping) continue;
            if (mapping["server"] is Scalar { Text.Length: > 0 } s && !binder.Failed(s) && !servers.Contains(s.Text))
                binder.Fail(s, $"there is no server '{s.Text}', {Known(servers, "servers")}"
                    + $"{Words.Hint(s.Text, servers)}");
            LinkName(mapping["link"]);
            PolicyName(mapping["policy"]);
        }
        foreach (Node item in Items(topology["s2s"])) Between(item);
        foreach (string link in links.Where(servers.Contains))
            binder.Fail((topology["links"] as Mapping)!.Key(link)!,
                $"'{link}' is also the name of a server; faults could not tell them apart");
    }

    // who vouches for a server's dialback keys
    private void Authority(Entry server)
    {
        if ((server.Value as Mapping)?["authority"] is not Scalar other || binder.Failed(other)) return;
        string own = server.Key.Text, name = other.Text;
        string[] asking = [.. Pairs().Where(s => s.Between.Contains(own) && !s.Between.Contains(name))
            .SelectMany(s => s.Between).Where(s => s != own).Distinct()];
        if (!servers.Contains(name) || Members(name).Count > 1)
            binder.Fail(other, $"there is no single server '{name}', {Known(servers, "servers")}"
                + Words.Hint(name, servers));
        else if (name == own) binder.Fail(other, $"{own} vouches for itself anyway; leave authority out");
        else if (binder.Bound<ServerSpec>((topology!["servers"] as Mapping)![name])?.Authority is not null)
            binder.Fail(other, $"{name} has an authority itself; name that one");
        else if (asking.FirstOrDefault(b => !Pairs().Any(s => s.Between.Contains(b) && s.Between.Contains(name)))
            is { } blind)
            binder.Fail(other, $"{blind} asks {name} about the keys of {own}, but s2s gives the two no streams");
    }

    // a pair of servers, or of groups of servers
    private void Between(Node item)
    {
        if (item is not Mapping mapping) return;
        LinkName(mapping["link"]);
        PolicyName(mapping["policy"]);
        PolicyName(mapping["second-policy"]);
        if (mapping["between"] is not Sequence between || binder.Failed(between)) return;
        Scalar[] pair = [.. between.Items.OfType<Scalar>()];
        if (pair.Length != 2)
        {
            binder.Fail(between, "between takes two servers, as in between: [a.example, b.example]");
            return;
        }
        foreach (Scalar server in pair.Where(s => !servers.Contains(s.Text)))
            binder.Fail(server, $"there is no server '{server.Text}', {Known(servers, "servers")}"
                + Words.Hint(server.Text, servers));
        if (pair.Any(binder.Failed)) return;
        if (pair[0].Text == pair[1].Text && Members(pair[0].Text).Count == 1)
            binder.Fail(pair[1], $"{pair[1].Text} does not need streams to itself; name another server, or give it a "
                + "count for a full mesh");
        bool mesh = pair[0].Text == pair[1].Text;
        foreach (string a in Members(pair[0].Text))
            foreach (string b in Members(pair[1].Text).Where(b => mesh ? string.CompareOrdinal(a, b) < 0 : a != b))
                if (!joined.Add(string.CompareOrdinal(a, b) < 0 ? (a, b) : (b, a)))
                {
                    binder.Fail(between, $"{a} and {b} have their streams already");
                    return;
                }
    }

    private IReadOnlyList<string> Members(string server) =>
        groups.Contains(server) ? [.. ServerSpec.Domains(server, CountOf(server))] : [server];

    private int CountOf(string group) =>
        binder.Bound<ServerSpec>((topology?["servers"] as Mapping)?[group])?.Count is >= 1 and int n ? n : 1;

    private void LinkName(Node? node)
    {
        if (node is Scalar { Text.Length: > 0 } l && !binder.Failed(l) && names.Link(l.Text) is null)
            binder.Fail(l, $"there is no link '{l.Text}' in the topology or the "
                + $"presets{Words.Hint(l.Text, names.LinkNames)}; lab show links lists those");
    }

    private void PolicyName(Node? node)
    {
        if (node is Scalar { Text.Length: > 0 } name && !binder.Failed(name) && names.Policy(name.Text) is null)
            binder.Fail(name, $"there is no policy '{name.Text}' in the scenario or the "
                + $"presets{Words.Hint(name.Text, names.PolicyNames)}; lab show presets lists those");
    }

    private void Work(Node item, Duration? end)
    {
        if (item is not Mapping mapping) return;
        Party(mapping["from"]);
        Party(mapping["to"]);
        if (mapping["from"] is Scalar from && mapping["to"] is Scalar to
            && Target.Parse(from.Text) is Target.Account { IsEcho: true }
            && Target.Parse(to.Text) is Target.Account { IsEcho: true })
            binder.Fail(to, "both ends are echo accounts of servers; one of them must be a client");
        else Push(mapping);
        if (binder.Bound<WorkloadSpec>(item) is { } work && end is { } e && work.Begin >= e
            && mapping["begin"] is { } begin && !binder.Failed(begin))
            binder.Fail(begin, $"begins at {work.Begin}, but the run ends at {e}");
    }

    // an echo account pushes to the clients of its own server
    private void Push(Mapping work)
    {
        if (work["from"] is not Scalar from || work["to"] is not Scalar to || binder.Failed(from) || binder.Failed(to)
            || Target.Parse(from.Text) is not Target.Account { IsEcho: true, Domain: var domain }) return;
        string group = Group(to.Text);
        if (binder.Bound<ClientSpec>((topology?["clients"] as Mapping)?[group])?.Server is not { } server) return;
        if (server != domain && !Members(server).Contains(domain))
            binder.Fail(from, $"{from.Text} pushes to clients of {domain}, but {group} is on {server}; write "
                + $"echo@{server}");
    }

    // a client group, a member, or echo@domain
    private void Party(Node? node)
    {
        if (topology is null || node is not Scalar { Text.Length: > 0 } name || binder.Failed(name)) return;
        if (Target.Parse(name.Text) is not Target.Account account)
        {
            string[] all = [.. clients, .. servers.Select(s => "echo@" + s)];
            if (Client(name) is null)
                binder.Fail(name, $"there is no client '{Group(name.Text)}'{Words.OneOf(name.Text, all)}");
            return;
        }
        string domain = account.Domain;
        if (!servers.Contains(domain))
            binder.Fail(name, $"there is no server '{domain}', {Known(servers, "servers")}"
                + $"{Words.Hint(domain, servers)}");
        else if (!account.IsEcho)
            binder.Fail(name, $"the one account of a server is echo@{domain}; clients are named by their group, such "
                + $"as {clients.FirstOrDefault() ?? "phone"}");
    }

    private void Fault(Node item, Duration? end)
    {
        if (item is not Mapping mapping || binder.Bound<FaultSpec>(item) is not { } fault) return;
        string verb = Words.Kebab(fault.Kind.ToString());
        if (topology is not null && mapping[verb] is Scalar { Text.Length: > 0 } target && !binder.Failed(target))
            Aim(target, fault, verb);
        if (end is not { } e) return;
        if (mapping["at"] is { } at && !binder.Failed(at) && fault.At >= e)
            binder.Fail(at, $"begins at {fault.At}, but the run ends at {e}");
        else if (mapping["within"] is { } within && !binder.Failed(within) && fault.At + fault.Within > e)
            binder.Fail(within, $"may begin as late as {fault.At + fault.Within}, but the run ends at {e}");
    }

    private void Aim(Scalar target, FaultSpec fault, string verb)
    {
        bool betweenServers = fault.Kind.IsBetweenServers();
        bool toClients = fault.Kind != FaultKind.Restart && !betweenServers;
        bool toServers = fault.Kind != FaultKind.Degrade;
        bool toLinks = fault.Kind is FaultKind.Cut or FaultKind.Degrade or FaultKind.Reset;
        if (fault.Target is Target.Streams streams)
        {
            StreamName(target, streams, fault, verb);
            return;
        }
        string[] all = [.. toClients ? clients : [], .. toLinks ? links : [], .. toServers ? servers : []];
        string kind = servers.Contains(target.Text) ? "server" : links.Contains(target.Text) ? "link"
            : Client(target) is not null ? "client" : "";
        if (kind.Length == 0)
            binder.Fail(target, (betweenServers ? $"there is no server '{target.Text}' for {verb}"
                : $"there is no '{Group(target.Text)}' to {verb}") + Words.OneOf(target.Text, all));
        else if ((kind == "server" && !toServers) || (kind == "link" && !toLinks) || (kind == "client" && !toClients))
            binder.Fail(target, $"{verb} does not go with a {kind}, expected one of {Words.List(all)}");
        else if (betweenServers && !Pairs().SelectMany(s => s.Between).SelectMany(Members)
            .Intersect(Members(target.Text)).Any())
            binder.Fail(target, $"{verb} is about streams with other servers, and s2s gives {target.Text} none");
        else if (fault.After is not null && kind != "client")
            binder.Fail(target, $"after waits for a step of a client, but '{target.Text}' is a {kind}");
    }

    // a.example->b.example, with #2 or #any
    private void StreamName(Scalar target, Target.Streams name, FaultSpec fault, string verb)
    {
        if (fault.Kind is not (FaultKind.Cut or FaultKind.Degrade or FaultKind.Reset))
            binder.Fail(target, $"{verb} goes with a process; '{target.Text}' names streams, which take cut, degrade "
                + "and reset");
        else if (fault.After is not null)
            binder.Fail(target, $"after waits for a step of a client, but '{target.Text}' names streams");
        else if (!name.Readable)
            binder.Fail(target, $"'{target.Text}' names no streams; write a.example->b.example, with #2 for one of "
                + "them or #any for one that is drawn");
        else
        {
            IReadOnlyList<string> from = Members(name.From), to = Members(name.To);
            (string, int)[] halves = [.. Pairs().SelectMany(Halves)];
            int streams = halves.Where(h => from.Any(a => to.Any(b => h.Item1 == $"{a}->{b}")))
                .Select(h => h.Item2).DefaultIfEmpty(0).Min();
            if (streams == 0)
                binder.Fail(target, $"there are no streams {name.From}->{name.To}"
                    + Words.OneOf($"{name.From}->{name.To}", [.. halves.Select(h => h.Item1).Take(20)]));
            else if (name.Slot >= streams)
                binder.Fail(target, string.Create(CultureInfo.InvariantCulture,
                    $"there is no {target.Text}: the pool has {streams}, so the last one is #{streams - 1}"));
        }
    }

    private IEnumerable<S2sSpec> Pairs() =>
        Items(topology?["s2s"]).Select(i => binder.Bound<S2sSpec>(i)).OfType<S2sSpec>()
            .Where(s => s.Between.Count == 2);

    private IEnumerable<(string, int)> Halves(S2sSpec spec)
    {
        foreach (string a in Members(spec.Between[0]))
            foreach (string b in Members(spec.Between[1]).Where(b => b != a))
            {
                yield return ($"{a}->{b}", spec.Streams);
                yield return ($"{b}->{a}", spec.Streams);
            }
    }

    /// <summary>The group that a name or a member (phone[3]) belongs to; notes a member out of range; null when there
    /// is none.</summary>
    private string? Client(Scalar name)
    {
        string group = Group(name.Text);
        if (!clients.Contains(group)) return null;
        if (Target.Parse(name.Text) is not Target.Member member) return group;
        int count = binder.Bound<ClientSpec>((topology?["clients"] as Mapping)?[group])?.Count ?? int.MaxValue;
        if (member.Index is not { } index)
            binder.Fail(name, $"'{name.Text}' names no member; members are written {group}[0], {group}[1], ...");
        else if (index >= count)
            binder.Fail(name, string.Create(CultureInfo.InvariantCulture,
                $"there is no {name.Text}: {group} has count {count}, so the last member is {group}[{count - 1}]"));
        return group;
    }

    private void Expect(Node item)
    {
        if (item is not Mapping mapping) return;
        string[] comparisons = ["below", "above", "at-most", "at-least", "equals"];
        if (!comparisons.Any(c => mapping[c] is not null) && !mapping.Entries.Any(e => binder.Failed(e.Key)))
            binder.Fail(mapping, $"an expectation needs a comparison: one of {Words.List(comparisons)}");
        if (mapping["metric"] is not Scalar { Text.Length: > 0 } metric || binder.Failed(metric)) return;
        if (Catalogue.Find(metric.Text) is not { } definition)
        {
            binder.Fail(metric, $"there is no metric '{metric.Text}"
                + $"'{Words.Hint(metric.Text, Catalogue.All.Select(m => m.Name))}; lab show metrics lists them");
            return;
        }
        foreach (string comparison in comparisons)
        {
            if (mapping[comparison] is not Scalar { Text: not "none" } value || binder.Failed(value)) continue;
            if (Quantities.Quantity(value.Text).Value is not Quantity quantity || quantity.Unit == definition.Unit)
                continue;
            if (quantity is { Value: 0, Unit: Unit.Count }) continue;
            binder.Fail(value, $"{metric.Text} is {Measured(definition.Unit)}, write "
                + $"{Quantities.Example(definition.Unit)}, found '{value.Text}'");
        }
    }

    private static string Measured(Unit unit) => unit switch
    {
        Unit.Seconds => "a time", Unit.Bytes => "a size", Unit.Share => "a share", Unit.PerSecond =>
            "a number per second", Unit.PerHour => "a number per hour",
        Unit.BytesPerHour => "a size per hour", _ => "a count",
    };

    private static string Group(string name) => Target.Parse(name) is Target.Member member ? member.Group : name;

    private static string Known(IReadOnlyList<string> names, string what) =>
        names.Count == 0 ? $"there are no {what}" : "expected one of " + Words.List(names);

    private static IReadOnlyList<string> Keys(Node? map) => [.. Entries(map).Select(e => e.Key.Text)];

    private static IReadOnlyList<Entry> Entries(Node? map) => (map as Mapping)?.Entries ?? [];

    private static IReadOnlyList<Node> Items(Node? list) => (list as Sequence)?.Items ?? [];
}
