using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Files;

/// <summary>
/// What is probably not meant in a scenario that can run: definitions that nobody uses, faults that outlast the run,
/// expectations that nothing can fail. Each is told only where it holds of every point.
/// </summary>
internal sealed class Advice(Mapping root, IReadOnlyList<RunSpec> points, Problems problems)
{
    public static void Give(Mapping root, IReadOnlyList<RunSpec> plan, Problems problems)
    {
        RunSpec[] points = [.. plan.Where((r, i) => i == 0 || !ReferenceEquals(r.Scenario, plan[i - 1].Scenario))];
        var advice = new Advice(root, points, problems);
        advice.Unused();
        advice.Faults();
        advice.Middleboxes();
        advice.Logins();
        advice.Expectations();
    }

    private void Unused()
    {
        var policies = new HashSet<string>();
        var links = new HashSet<string>();
        var boxes = new HashSet<string>();
        void Add(HashSet<string> used, string? name)
        {
            if (name is not null) used.Add(name);
        }
        foreach (Topology topology in points.Select(p => p.Topology))
        {
            foreach (ServerSpec server in topology.Servers.Values)
            {
                Add(policies, server.Policy?.Name);
                boxes.UnionWith(server.Behind);
            }
            foreach (LinkProfile link in LinksOf(topology)) boxes.UnionWith(link.Through);
            foreach (ClientSpec client in topology.Clients.Values)
            {
                Add(policies, client.Policy?.Name);
                foreach (LinkChoice? link in client.Links.Values.Prepend(client.Link)) Add(links, link?.Name);
            }
            foreach (S2sSpec spec in topology.S2s)
            {
                Add(policies, spec.Policy?.Name);
                Add(policies, spec.SecondPolicy?.Name);
                Add(links, spec.Link?.Name);
            }
        }
        // a link may also be what a fault makes of another
        Collect(root["faults"], links);
        Collect(root["journeys"], links);
        Collect(root["vary"], links);
        Tell(root["policies"], policies, "policy");
        Tell((root["topology"] as Mapping)?["links"], links, "link");
        Tell((root["topology"] as Mapping)?["middleboxes"], boxes, "middlebox");
    }

    private static IEnumerable<LinkProfile> LinksOf(Topology topology) =>
        topology.Clients.Values.SelectMany(c => c.Links.Values.Prepend(c.Link))
            .Concat(topology.S2s.Select(s => s.Link)).Select(l => l?.Inline).OfType<LinkProfile>()
            .Concat(topology.Links.Values);

    /// <summary>Whether a middlebox has anything to forget, and anything ever keeps it from that.</summary>
    private void Middleboxes()
    {
        if (points.All(p => !p.Topology.HasMiddleboxes))
            foreach (Mapping fault in ((root["faults"] as Sequence)?.Items ?? []).OfType<Mapping>())
                if (fault[FaultKinds.Forget.Word] is { } target)
                    problems.Note(target, "nothing forgets here: no path leads through a middlebox, and no server is "
                        + "behind one");
        foreach (Entry box in ((root["topology"] as Mapping)?["middleboxes"] as Mapping)?.Entries ?? [])
            if ((box.Value as Mapping)?["shared"] is { } shared && points.All(p => p.Topology.Middleboxes
                .GetValueOrDefault(box.Key.Text) is { Shared: true, Places: 0, Drawn.Count: 0 }))
                problems.Note(shared, $"nothing of '{box.Key.Text}' is shared: it has as many places as it likes, and "
                    + "draws nothing");
        foreach ((string group, ClientSpec client) in points[0].Topology.Clients)
            if (points.All(p => IsForgotten(p, group)))
                problems.Note((((root["topology"] as Mapping)?["clients"] as Mapping)?.Key(group) as Node) ?? root,
                    $"nothing is ever sent for {group} once it is online, in either direction, so its middlebox "
                        + "forgets every connection");
    }

    private static bool IsForgotten(RunSpec run, string group) =>
        run.Topology.Clients.TryGetValue(group, out ClientSpec? client)
        && run.Topology.MiddleboxesOf(client).Any(b => b.Established is not null || b.Drawn.Count > 0)
        && run.Scenario.Workload.Count == 0
        && !Sends(client.Policy) && !Sends(run.Topology.Servers.GetValueOrDefault(client.Server)?.Policy);

    /// <summary>Whether a contact list can come at all in the time that the policy gives it.</summary>
    private void Logins()
    {
        foreach ((string group, ClientSpec client) in points[0].Topology.Clients)
        {
            if (client.Login?.Roster is null) continue;
            string?[] reasons = [.. points.Select(p => Overdue(p, group))];
            Mapping? at = ((root["topology"] as Mapping)?["clients"] as Mapping)?[group] as Mapping;
            if (reasons.All(r => r is not null))
                problems.Note((at?["login"] as Mapping)?["roster"] ?? at?["login"] ?? root, reasons[0]!);
        }
    }

    private static string? Overdue(RunSpec run, string group)
    {
        if (!run.Topology.Clients.TryGetValue(group, out ClientSpec? client)
            || client.Login?.Roster is not { } roster) return null;
        Member member = new Cast(run.Topology).Members.First(m => ReferenceEquals(m.Spec, client));
        if (member.Links.Any(l => l.Down.RateBitsPerSecond == 0 || l.Down.Trace is not null)) return null;
        var rate = new Rate(member.Links.Max(l => l.Down.RateBitsPerSecond));
        var takes = Duration.FromSeconds(roster.Bytes * 8 / rate.BitsPerSecond);
        ConnectPolicy connect = member.Policy.Connect;
        (Duration? limit, string key) = connect.Total is { } total && !(connect.Step < total)
            ? (connect.Total, "total") : (connect.Step, "step");
        return !(takes > limit) ? null : $"{roster} take more than {takes} at {rate}, and connect.{key} lets {group} "
            + $"wait {limit}: it never comes online";
    }

    private static bool Sends(PolicyChoice? choice) => choice?.Inline is { Whitespace: not null } or { Ping: not null }
        or { Acks.Every: not null } or { Tcp.Keepalive: not null } or { Idle: not null };

    private static void Collect(Node? node, HashSet<string> words)
    {
        if (node is Scalar scalar) words.Add(scalar.Text);
        foreach (Node item in (node as Sequence)?.Items ?? []) Collect(item, words);
        foreach (Entry entry in (node as Mapping)?.Entries ?? []) Collect(entry.Value, words);
    }

    private void Tell(Node? definitions, HashSet<string> used, string what)
    {
        foreach (Scalar name in (definitions as Mapping)?.Entries.Select(e => e.Key) ?? [])
            if (!used.Contains(name.Text)) problems.Note(name, $"nobody uses the {what} '{name.Text}'");
    }

    private void Faults()
    {
        IReadOnlyList<Node> nodes = (root["faults"] as Sequence)?.Items ?? [];
        for (int i = 0; i < nodes.Count; i++)
        {
            if (!points.All(p => Ends(p.Scenario.Faults[i]) is { } end && end > p.Scenario.Duration)) continue;
            Scenario scenario = points[0].Scenario;
            problems.Note((nodes[i] as Mapping)?["for"] ?? nodes[i], $"this fault would last until "
                + $"{Ends(scenario.Faults[i])}, but the run ends at {scenario.Duration}");
        }
    }

    private static Duration? Ends(FaultSpec fault) =>
        fault is { For: { } length, Every: null, After: null } ? fault.At + length : null;

    private void Expectations()
    {
        IReadOnlyList<Node> nodes = (root["expect"] as Sequence)?.Items ?? [];
        for (int i = 0; i < nodes.Count && i < points[0].Scenario.Expect.Count; i++)
        {
            Expectation e = points[0].Scenario.Expect[i];
            if (Catalogue.Find(e.Metric) is not { } metric) continue;
            string? reason = HoldsAlways(e, metric.Unit) ? metric.Unit == Unit.Share
                    ? "a share is between 0% and 100%" : "it is never below 0"
                : e.Metric.StartsWith("messages.", StringComparison.Ordinal)
                    && points.All(p => p.Scenario.Workload.All(w => w.Send == SendKind.Presence))
                    ? "there is no workload of messages, so none is sent"
                : null;
            if (reason is not null)
                problems.Note((nodes[i] as Mapping)?["metric"] ?? nodes[i], $"nothing can fail this: {reason}");
        }
    }

    private static bool HoldsAlways(Expectation e, Unit unit) => e.EqualTo is null
        && (e.Above is not { } above || above.Value < 0) && (e.AtLeast is not { } least || least.Value <= 0)
        && (e.Below is not { } below || unit == Unit.Share && below.Value > 1)
        && (e.AtMost is not { } most || unit == Unit.Share && most.Value >= 1);
}
