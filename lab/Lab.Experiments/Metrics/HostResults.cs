using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// A client of a run, by its number: to whom it belonged, what crossed its link in both directions, and how it fared.
/// Link and policy are empty where they have no name.
/// </summary>
public readonly record struct ClientResult(
    string Name, string Group, string Server, string Link, string Policy, long Packets, long Bytes, long UpkeepBytes,
    long WakeUps, int Attempts, int Logins, int Resumed, double GhostSeconds, double ReachableSeconds);

/// <summary>
/// A place in a pool of streams between servers, by its number among these; what crossed its path in both directions.
/// </summary>
public readonly record struct RouteResult(
    string Name, string From, string To, int Place, string Link, long Packets, long Bytes);

/// <summary>What packets of one cause cost a client, by its number.</summary>
public readonly record struct ClientCost(int Client, CauseCost Cost);

/// <summary>Who took part in a run, with totals of the whole of it.</summary>
internal sealed class HostResults(Cast cast, Recorder recorder, Duration duration)
{
    private readonly Tally total = recorder.TallyAt(Instant.Zero + duration)!;

    public IReadOnlyList<ClientResult> Clients => [.. cast.Members.Select(Of)];

    public IReadOnlyList<string> Servers => [.. cast.Domains];

    public IReadOnlyList<RouteResult> Routes =>
    [
        .. cast.Routes.Select(r =>
        {
            (long packets, long bytes) = Cost(r.Index, _ => true);
            return new RouteResult(
                r.Name, cast.Domains[r.From], cast.Domains[r.To], r.Slot, r.LinkName, packets, bytes);
        }),
    ];

    /// <summary>By cause, of those whose lanes are kept.</summary>
    public IReadOnlyList<ClientCost> Costs =>
    [
        .. cast.Members.Take(Recorder.LaneClients).SelectMany(m => Causes
            .Table([.. Enumerable.Range(0, Causes.Count).Select(cause => total.Costs.Of(m.Index, cause))])
            .Select(cost => new ClientCost(m.Index, cost))),
    ];

    private ClientResult Of(Member m)
    {
        ClientRecord client = recorder.Clients[m.Index];
        (long packets, long bytes) = Cost(m.Index, _ => true);
        return new ClientResult(
            m.Name, m.Name.Split('[')[0], m.Domain, m.LinkName, m.Spec.Policy?.Name ?? "", packets, bytes,
            Cost(m.Index, Causes.IsUpkeep).Bytes, total.Costs.WakeUps(m.Index), client.Attempts, client.Logins.Count,
            client.Logins.Count(l => l.Resumed), total.Ghost[m.Index] / 1e9, total.Reachable[m.Index] / 1e9);
    }

    private (long Packets, long Bytes) Cost(int path, Func<int, bool> counts)
    {
        long packets = 0, bytes = 0;
        for (int cause = 0; cause < Causes.Count; cause++)
        {
            if (!counts(cause)) continue;
            (long some, long size) = total.Costs.Of(path, cause);
            (packets, bytes) = (packets + some, bytes + size);
        }
        return (packets, bytes);
    }
}
