using System.Globalization;
using Lab.Network;

namespace Lab.Experiments;

/// <summary>What must hold in a scenario: whom workload and faults name, times, metrics and their units.</summary>
public sealed partial class Rules
{
    private void CheckPlan(Scenario scenario, Topology? topology)
    {
        var duration = new Spot(scenario, nameof(scenario.Duration));
        Duration end = scenario.Duration;
        if (scenario.Tail > Duration.Zero && scenario.Tail >= end)
            Fail(new Spot(scenario, nameof(scenario.Tail)),
                $"the tail ({scenario.Tail}) must be shorter than the duration ({end})", duration);
        foreach (WorkloadSpec work in scenario.Workload)
        {
            if (topology is not null) CheckParties(topology, work);
            if (work.Begin >= end)
                Fail(new Spot(work, nameof(work.Begin)), $"begins at {work.Begin}, but the run ends at {end}",
                    duration);
            for (int i = 0; i < work.At.Count; i++)
                if (work.At[i] > end)
                    Fail(new Spot(work, nameof(work.At), i), $"writes at {work.At[i]}, but the run ends at {end}",
                        duration);
        }
        if (topology is not null) CheckJourneys(scenario, topology);
        foreach (ClientSpec client in topology?.Clients.Values ?? [])
            if (client.Joins >= end && client.Joins > Duration.Zero)
                Fail(new Spot(client, nameof(client.Joins)), $"joins at {client.Joins}, but the run ends at {end}",
                    duration);
        foreach (FaultSpec fault in scenario.Faults)
        {
            if (topology is not null && CheckTarget(topology, fault)) CheckLinksOf(topology, fault);
            var at = new Spot(fault, nameof(fault.At));
            if (fault.At >= end) Fail(at, $"begins at {fault.At}, but the run ends at {end}", duration);
            else if (scenario.Tail > Duration.Zero && scenario.Tail < end && fault.At >= end - scenario.Tail)
                Fail(at, $"begins at {fault.At}, but the healed tail, in which no fault comes, begins at "
                    + $"{end - scenario.Tail}", duration, new Spot(scenario, nameof(scenario.Tail)));
            else if (fault.At + fault.Within > end)
                Fail(new Spot(fault, nameof(fault.Within)),
                    $"may begin as late as {fault.At + fault.Within}, but the run ends at {end}", duration, at);
        }
        foreach (Expectation expectation in scenario.Expect) CheckExpectation(expectation, scenario, topology);
    }

    private void CheckParties(Topology topology, WorkloadSpec work)
    {
        Spot from = new(work, nameof(work.From)), to = new(work, nameof(work.To));
        bool whole = CheckParty(topology, from, work.From) & CheckParty(topology, to, work.To);
        if (!whole) return;
        Meaning sender = cast.Resolve(work.From), receiver = cast.Resolve(work.To);
        if (work.On is { } occasion && sender.Kind == TargetKinds.Echo)
            Fail(new Spot(work, nameof(work.On)), $"{work.From} is an account of its server, which is always there: "
                + "nothing happens to it; give every or at", from);
        else if (work.On == Occasion.Open && sender.Kind == TargetKinds.Client
            && topology.ForegroundOf(work.From) is null)
            Fail(new Spot(work, nameof(work.On)), $"nobody ever opens the app of {work.From}; give it foreground, as "
                + "in foreground: {every: 2h, for: 3m}", from,
                new Spot(topology.Clients[sender.Groups[0]], nameof(ClientSpec.Foreground)));
        if (receiver.Kind == TargetKinds.Echo && work.Send == SendKind.Presence)
            Fail(to, "an echo account does nothing with presence; send it to a client", from,
                new Spot(work, nameof(work.Send)));
        else if (receiver.Kind == TargetKinds.Echo && sender.Kind == TargetKinds.Echo)
            Fail(to, "both ends are echo accounts of servers; one of them must be a client", from);
        else if (receiver.Kind == TargetKinds.Echo && receiver.Servers.Count > 1)
            Fail(to, $"{work.To} is at no one server; write echo@{cast.Domains[receiver.Servers[0]]}, for one of them");
        else if (sender.Kind == TargetKinds.Echo && receiver.Kind == TargetKinds.Client)
        {
            // an echo account pushes to the clients of its own server
            string group = receiver.Groups[0], server = topology.Clients[group].Server;
            var home = new Spot(topology.Clients[group], nameof(ClientSpec.Server));
            if (cast.FindServers(server) is { Count: > 0 } homes && !sender.Servers.All(homes.Contains))
                Fail(from, $"{work.From} pushes to clients of {((Target.Account)work.From).Domain}, but {group} is on "
                    + $"{server}; write echo@{server}", to, home);
        }
    }

    // a client group, a member, or echo@domain
    private bool CheckParty(Topology topology, Spot at, Target name)
    {
        int before = findings.Count;
        if (name is not Target.Account account)
        {
            if (!CheckClient(topology, at, name))
                Fail(at, $"there is no client '{GroupOf(name)}'"
                    + Words.OneOf(name.Text, [.. clients, .. servers.Select(s => "echo@" + s)]),
                    new Spot(topology, nameof(topology.Clients)));
        }
        else if (!servers.Contains(account.Domain))
            Fail(at, $"there is no server '{account.Domain}', {Known(servers, "servers")}"
                + Words.Hint(account.Domain, servers), new Spot(topology, nameof(topology.Servers)));
        else if (!account.IsEcho)
            Fail(at, $"the one account of a server is echo@{account.Domain}; clients are named by their group, such as "
                + (clients.Count > 0 ? clients[0] : "phone"));
        return findings.Count == before;
    }

    private bool CheckTarget(Topology topology, FaultSpec fault)
    {
        int before = findings.Count;
        CheckTargetOf(topology, fault);
        return findings.Count == before;
    }

    // that whoever is hit has the link that the fault speaks of
    private void CheckLinksOf(Topology topology, FaultSpec fault)
    {
        bool moves = fault.Kind == FaultKinds.Handover;
        if ((moves ? fault.To?.Name : fault.On) is not { } name) return;
        var at = new Spot(fault, moves ? nameof(fault.To) : nameof(fault.On));
        var target = new Spot(fault, nameof(fault.Target));
        IReadOnlyList<string> groups = cast.Resolve(fault.Target).Groups;
        if (groups.Count == 0) Fail(at, $"'{fault.Target}' is no client, and only clients have several links", target);
        foreach (string group in groups)
        {
            ClientSpec client = topology.Clients[group];
            Spot[] from = [target, new Spot(client, nameof(client.Links)), new Spot(client, nameof(client.Link))];
            if (client.Links.Count == 0)
                Fail(at, $"{group} has one link only; give it links, as in links: {{wifi: wifi-home, lte: lte-good}}",
                    from);
            else if (!client.Links.Any(l => l.Key == name || l.Value.Name == name))
                Fail(at, $"{group} has no link '{name}'{Words.OneOf(name, [.. client.Links.Keys])}", from);
        }
    }

    private void CheckTargetOf(Topology topology, FaultSpec fault)
    {
        string verb = fault.Kind.Word;
        TargetKinds takes = fault.Kind.Targets;
        Target target = fault.Target;
        var at = new Spot(fault, nameof(fault.Target));
        if (target is Target.Streams streams)
        {
            CheckStreams(topology, at, streams, fault);
            return;
        }
        string[] all =
        [
            .. takes.HasFlag(TargetKinds.Client) ? clients : [], .. takes.HasFlag(TargetKinds.Link) ? links : [],
            .. takes.HasFlag(TargetKinds.Server) ? servers : [],
        ];
        TargetKinds kind = cast.Resolve(target).Kind;
        if (CheckClient(topology, at, target)) kind = TargetKinds.Client;
        string noun = kind.ToString().ToLowerInvariant();
        if (kind is TargetKinds.None or TargetKinds.Echo)
            Fail(at, (fault.Kind.IsBetweenServers ? $"there is no server '{target}' for {verb}"
                : $"there is no '{GroupOf(target)}' to {verb}") + Words.OneOf(target.Text, all),
                new Spot(topology, nameof(topology.Clients)), new Spot(topology, nameof(topology.Servers)),
                new Spot(topology, nameof(topology.Links)));
        else if (!takes.HasFlag(kind))
            Fail(at, $"{verb} does not go with a {noun}, expected one of {Words.List(all)}");
        else if (fault.Kind.IsBetweenServers && !Pairs(topology).SelectMany(s => s.Between)
            .SelectMany(cast.FindServers).Any(cast.Resolve(target).Names))
            Fail(at, $"{verb} is about streams with other servers, and s2s gives {target} none",
                [.. topology.S2s.Select(s => new Spot(s, nameof(s.Between)))]);
        else if (fault.After is not null && kind != TargetKinds.Client)
            Fail(at, $"after waits for a step of a client, but '{target}' is a {noun}");
    }

    // a.example->b.example, with #2 or #any
    private void CheckStreams(Topology topology, Spot at, Target.Streams target, FaultSpec fault)
    {
        if (!fault.Kind.Targets.HasFlag(TargetKinds.Streams))
            Fail(at, $"{fault.Kind.Word} goes with a process; '{target}' names streams, which take cut, degrade and "
                + "reset");
        else if (fault.After is not null)
            Fail(at, $"after waits for a step of a client, but '{target}' names streams");
        else CheckPools(topology, at, target);
    }

    private bool CheckPools(Topology topology, Spot at, Target.Streams target)
    {
        int before = findings.Count;
        Spot[] from = [.. topology.S2s.SelectMany(s =>
            new[] { new Spot(s, nameof(s.Between)), new Spot(s, nameof(s.Streams)) })];
        int streams = !target.Readable ? 0
            : Pairs(topology).Where(s => Joins(s, target)).Select(s => s.Streams).DefaultIfEmpty(0).Min();
        string pool = $"{target.From}->{target.To}";
        if (!target.Readable)
            Fail(at, $"'{target}' names no streams; write a.example->b.example, with #2 for one of them or #any for "
                + "one that is drawn");
        else if (streams == 0)
            Fail(at, $"there are no streams {pool}"
                + Words.OneOf(pool, [.. Pairs(topology).SelectMany(Halves).Take(20)]), from);
        else if (target.Slot >= streams)
            Fail(at, string.Create(CultureInfo.InvariantCulture,
                $"there is no {target}: the pool has {streams}, so the last one is #{streams - 1}"), from);
        return findings.Count == before;
    }

    private bool Joins(S2sSpec spec, Target.Streams target)
    {
        IReadOnlyList<int> from = cast.FindServers(target.From), to = cast.FindServers(target.To);
        bool Either(string a, string b) =>
            cast.FindServers(a).Any(from.Contains) && cast.FindServers(b).Any(to.Contains)
            && (from.Count > 1 || to.Count > 1 || from[0] != to[0]);
        return Either(spec.Between[0], spec.Between[1]) || Either(spec.Between[1], spec.Between[0]);
    }

    private IEnumerable<string> Halves(S2sSpec spec)
    {
        foreach (int a in cast.FindServers(spec.Between[0]))
            foreach (int b in cast.FindServers(spec.Between[1]).Where(b => b != a))
            {
                yield return $"{cast.Domains[a]}->{cast.Domains[b]}";
                yield return $"{cast.Domains[b]}->{cast.Domains[a]}";
            }
    }

    /// <summary>Whether it names a group or a member of one; tells of a member that there is not.</summary>
    private bool CheckClient(Topology topology, Spot at, Target name)
    {
        string group = GroupOf(name);
        if (!topology.Clients.TryGetValue(group, out ClientSpec? spec)) return false;
        if (name is not Target.Member member) return name is Target.Named;
        if (member.Index is not { } index)
            Fail(at, $"'{name}' names no member; members are written {group}[0], {group}[1], ...");
        else if (index >= spec.Count)
            Fail(at, string.Create(CultureInfo.InvariantCulture,
                $"there is no {name}: {group} has count {spec.Count}, so the last member is {group}[{spec.Count - 1}]"),
                new Spot(spec, nameof(spec.Count)));
        return true;
    }

    private static string GroupOf(Target name) => name is Target.Member member ? member.Group : name.Text;
}
