using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// What holds in a topology though nobody wrote it and no key of a file could say it: hosts without a policy, stream
/// management for those who ask, numbers of the systems that hosts run. Everything else has its default in run.yaml.
/// </summary>
public static class DefaultsInForce
{
    /// <summary>Sentences without their full stop, of all topologies among these runs; each once.</summary>
    public static IEnumerable<string> Of(IEnumerable<RunSpec> runs) =>
        runs.Select(r => r.Topology).Distinct().SelectMany(Of).Distinct();

    /// <summary>Sentences without their full stop; what varies is told as in this one.</summary>
    public static IReadOnlyList<string> Of(Topology topology)
    {
        List<string> told = [];
        string[] free = [.. topology.Clients.Where(c => c.Value.Policy is null
            && c.Value.Software == ClientSoftware.Lab).Select(c => c.Key)];
        if (free.Length > 0) told.Add($"{Words.List(free)} without a policy: {NoPolicy()}");
        string[] servers = [.. topology.Servers.Where(s => s.Value.Software == ServerSoftware.Lab
            && s.Value.Policy?.Inline?.Acks is null).Select(s => s.Key)];
        if (servers.Length > 0)
            told.Add($"{Words.List(servers)} without acks of its own: a client that enables stream management is "
                + "served it, with 5m to resume, an ack request for each stanza, and no verdict from silence");
        string[] calm = [.. topology.Servers.Where(s => s.Value.Software == ServerSoftware.Lab
            && s.Value.Policy is null).Select(s => s.Key)];
        if (calm.Length > 0)
            told.Add($"{Words.List(calm)} without a policy: no client is checked and no stream closed");
        if (topology.S2s.Any(s => s.Policy is null))
            told.Add("servers without a policy for each other check no stream between them");
        foreach (SystemProfile system in SystemProfile.All)
            if (Hosts(topology, system.Os) is { Length: > 0 } hosts)
                told.Add($"{Words.List(hosts)} on {system.Os.ToString().ToLowerInvariant()}: "
                    + string.Join("; ", system.Facts.Select(f => $"{f.What} {f.Value}").Concat(system.Unknown)));
        return told;
    }

    private static string NoPolicy()
    {
        ConnectPolicy connect = Policy.Nothing.Connect;
        ReconnectPolicy reconnect = Policy.Nothing.Reconnect;
        return $"nothing is checked; connecting may take {connect.Tcp} for TCP, {connect.Tls} for TLS, {connect.Step} "
            + $"for each step and {connect.Total} in all; a new attempt after {Words.Kebab(reconnect.Kind.ToString())} "
            + $"backoff, first {reconnect.First}, doubling to {reconnect.Max}";
    }

    private static string[] Hosts(Topology topology, Os os) =>
    [
        .. topology.Clients.Where(c => c.Value.Os == os && c.Value.Software == ClientSoftware.Lab).Select(c => c.Key),
        .. topology.Servers.Where(s => s.Value.Os == os && s.Value.Software == ServerSoftware.Lab).Select(s => s.Key),
    ];
}
