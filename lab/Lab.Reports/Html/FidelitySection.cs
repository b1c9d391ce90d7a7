using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Reports;

/// <summary>How truly each network shows what this scenario uses; nothing where everything was simulated.</summary>
internal static class FidelitySection
{
    public static Html Of(Study study)
    {
        if (study.Networks is [NetworkKind.Simulated]) return Html.Empty;
        return $"""
            {Html.Join(study.Networks.Select(n => Network(study, n)))}
            """;
    }

    private static Html Network(Study study, NetworkKind network)
    {
        IEnumerable<IGrouping<Judgement, string>> groups =
            Used(study, network).GroupBy(u => u.Judgement, u => u.Name).OrderByDescending(g => g.Key.Fidelity);
        return $"""
            <h4>{network.Word()}</h4>
            <ul>
            {Html.Join(groups.Select(g => Html.Of(
                $"<li><b>{Words.Of(g.Key.Fidelity)}</b> {string.Join(", ", g)}: {g.Key.Reason}.</li>")))}
            </ul>
            """;
    }

    private static IEnumerable<(string Name, Judgement Judgement)> Used(Study study, NetworkKind network)
    {
        RunSpec[] specs = [.. study.Variants.Select(v => v.Runs[0].Spec).Where(s => s.Network == network)];
        foreach (FaultKind fault in specs.SelectMany(s => s.Scenario.Faults).Select(f => f.Kind).Distinct())
            yield return (fault.Word, fault.On(network));
        LinkProfile[] links = [.. specs.SelectMany(s => s.Topology.Clients.Values)
            .Select(c => c.Link?.Inline ?? study.Sweep.Topology.Links.GetValueOrDefault(c.Link?.Name ?? ""))
            .OfType<LinkProfile>()];
        foreach (LinkProperty property in Enum.GetValues<LinkProperty>().Where(p => links.Any(l => Has(l, p))))
            yield return (Words.Of(property), FidelityTable.Of(network, property));
        TcpPolicy[] tcp = [.. specs.SelectMany(Policies).Select(p => p.Tcp).OfType<TcpPolicy>()];
        List<Mechanism> mechanisms = [Mechanism.TcpRetransmissionLimit, Mechanism.TcpConnectTimeout];
        if (tcp.Any(t => t.Keepalive is not null)) mechanisms.Add(Mechanism.TcpKeepalive);
        if (tcp.Any(t => t.UserTimeout is not null)) mechanisms.Add(Mechanism.TcpUserTimeout);
        foreach (Mechanism mechanism in mechanisms)
            yield return (Words.Of(mechanism), FidelityTable.Of(network, mechanism));
    }

    private static IEnumerable<Policy> Policies(RunSpec spec) =>
        spec.Topology.Clients.Values.Select(c => c.Policy).Concat(spec.Topology.Servers.Values.Select(s => s.Policy))
            .Select(p => p?.Inline).OfType<Policy>();

    private static bool Has(LinkProfile link, LinkProperty property) => property switch
    {
        LinkProperty.Delay or LinkProperty.ConnectTime => link.Delay.Any(d => d > Duration.Zero),
        LinkProperty.Jitter => link.Jitter.Any(j => j > Duration.Zero),
        LinkProperty.Rate => link.Up.BitsPerSecond > 0 || link.Down.BitsPerSecond > 0,
        LinkProperty.Queue => link.Queue.Bytes > 0,
        LinkProperty.Loss => link.Loss is not null,
        LinkProperty.SynLoss => link.Loss is not null || link.Outages is not null,
        _ => link.Outages is not null,
    };
}
