using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>How truly a network shows what a scenario uses: faults, properties of links, mechanisms of TCP.</summary>
public static class Showing
{
    /// <summary>Each thing once, by its word in files; of the runs on that network.</summary>
    public static IReadOnlyList<(string Name, Judgement Judgement)> Of(IEnumerable<RunSpec> runs, NetworkKind network)
    {
        List<(string, Judgement)> shown = [];
        RunSpec[] specs = [.. runs.Where(r => r.Network == network)];
        foreach (FaultKind fault in specs.SelectMany(FidelityTable.KindsOf).Distinct())
            shown.Add((fault.Word, fault.On(network)));
        LinkProfile[] links = [.. specs.SelectMany(Links).OfType<LinkProfile>().Distinct()];
        foreach (LinkProperty property in Enum.GetValues<LinkProperty>().Where(p => links.Any(l => Has(l, p))))
            shown.Add((Words.Kebab($"{property}"), FidelityTable.Of(network, property)));
        if (specs.Any(s => s.Topology.Servers.Values.Any(o => o.Service is not null)))
            shown.Add(("service", FidelityTable.OfService(network)));
        TcpPolicy[] tcp = [.. specs.SelectMany(s => Policies(s.Topology)).Select(p => p?.Inline?.Tcp)
            .OfType<TcpPolicy>()];
        if (tcp.Any(t => t.Keepalive is not null) && specs.Any(s => s.Topology.HasMiddleboxes))
            shown.Add((Words.Kebab($"{LinkProperty.ProbeRefresh}"),
                FidelityTable.Of(network, LinkProperty.ProbeRefresh)));
        foreach (LinkProperty sleep in specs.SelectMany(s => FidelityTable.Sleep(s.Topology)).Distinct())
            shown.Add((Words.Kebab($"{sleep}"), FidelityTable.Of(network, sleep)));
        List<Mechanism> mechanisms = [Mechanism.TcpRetransmissionLimit, Mechanism.TcpConnectTimeout];
        if (tcp.Any(t => t.Keepalive is not null)) mechanisms.Add(Mechanism.TcpKeepalive);
        if (tcp.Any(t => t.UserTimeout is not null)) mechanisms.Add(Mechanism.TcpUserTimeout);
        foreach (Mechanism mechanism in mechanisms)
            shown.Add((Words.Kebab($"{mechanism}"), FidelityTable.Of(network, mechanism)));
        return shown;
    }

    private static IEnumerable<LinkProfile?> Links(RunSpec run)
    {
        Topology topology = run.Topology;
        return topology.Clients.Values.SelectMany(c => c.Links.Values.Prepend(c.Link))
            .Concat(topology.S2s.Select(s => s.Link)).Concat(run.Scenario.Faults.Select(f => f.To))
            .Select(l => l?.Inline ?? topology.Links.GetValueOrDefault(l?.Name ?? ""));
    }

    private static IEnumerable<PolicyChoice?> Policies(Topology topology) =>
    [
        .. topology.Clients.Values.Select(c => c.Policy), .. topology.Servers.Values.Select(s => s.Policy),
        .. topology.S2s.SelectMany(s => new[] { s.Policy, s.SecondPolicy }),
    ];

    private static bool Has(LinkProfile link, LinkProperty property) => property switch
    {
        LinkProperty.Delay or LinkProperty.ConnectTime =>
            link.Delay.Any(d => d > Duration.Zero) || link.DelayTable is not null || link.Trace is not null,
        LinkProperty.Jitter => link.Jitter.Any(j => j > Duration.Zero) || link.DelayTable is not null
            || link.Concealed is not null || link.Grid is not null,
        LinkProperty.Rate => link.Up.BitsPerSecond > 0 || link.Down.BitsPerSecond > 0 || link.Trace is not null,
        LinkProperty.Queue => link.Queue.Bytes > 0,
        LinkProperty.Loss => link.Loss is not null || link.Trace is not null,
        LinkProperty.ProbeRefresh or LinkProperty.Suspension or LinkProperty.Doze or LinkProperty.Reclaiming =>
            false,                                                           // told of others, see above
        LinkProperty.SynLoss => link.Loss is not null || link.Outages is not null || link.Trace is not null,
        _ => link.Outages is not null || link.Trace is not null,
    };
}
