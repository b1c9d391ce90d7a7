namespace Lab.Experiments;

/// <summary>
/// What crosses the clients' links, per client and hour; what crosses those between servers is in FederationMetrics.
/// </summary>
internal static class CostMetrics
{
    public static readonly IReadOnlyList<Metric> All =
    [
        new("cost.bytes", Unit.BytesPerHour,
            "bytes on the client's link, both directions, IP headers included, per client and hour",
            "packets offered to the links of clients; federation.bytes and its kin count those between servers", "none",
            Better.Lower, Joining.Mean,
            f => Sample.Of(f.Cost(betweenServers: false, _ => true).Bytes, f.ClientHours), Sight.Costs),
        new("cost.packets", Unit.PerHour,
            "packets on the client's link, both directions, per client and hour",
            "as cost.bytes", "none",
            Better.Lower, Joining.Mean,
            f => Sample.Of(f.Cost(betweenServers: false, _ => true).Packets, f.ClientHours), Sight.Costs),
        new("cost.upkeep", Unit.BytesPerHour,
            "the part of cost.bytes that keeps streams alive: whitespace, pings, acks, bare TCP, retransmissions",
            "as cost.bytes", "none",
            Better.Lower, Joining.Mean,
            f => Sample.Of(f.Cost(betweenServers: false, Causes.IsUpkeep).Bytes, f.ClientHours), Sight.Costs)
        {
            Hidden = _ => "a real program does not say what its bytes are for",
        },
        new("cost.wakeups", Unit.PerHour,
            "bursts of packets after 10 s or more of silence, per client and hour",
            "packets offered to or delivered by the client's link", "none",
            Better.Lower, Joining.Mean, f => Sample.Of(f.WakeUps, f.ClientHours), Sight.Costs),
    ];
}
