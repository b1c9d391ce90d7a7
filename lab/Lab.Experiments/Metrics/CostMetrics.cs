namespace Lab.Experiments;

/// <summary>What crosses the clients' links, per client and hour.</summary>
internal static class CostMetrics
{
    public static readonly IReadOnlyList<Metric> All =
    [
        new("cost.bytes", Unit.BytesPerHour,
            "bytes on the client's link, both directions, IP headers included, per client and hour",
            "packets offered to the links", "none",
            Better.Lower, Joining.Mean, f => Sample.Of(f.Recorder.Costs.Sum(c => c.Bytes), f.ClientHours), Sight.Costs),
        new("cost.packets", Unit.PerHour,
            "packets on the client's link, both directions, per client and hour",
            "packets offered to the links", "none",
            Better.Lower, Joining.Mean,
            f => Sample.Of(f.Recorder.Costs.Sum(c => c.Packets), f.ClientHours), Sight.Costs),
        new("cost.upkeep", Unit.BytesPerHour,
            "the part of cost.bytes that is neither payload nor handshake",
            "packets offered to the links", "none",
            Better.Lower, Joining.Mean, f => Sample.Of(Upkeep(f), f.ClientHours), Sight.Costs)
        {
            Hidden = _ => "a real program does not say what its bytes are for",
        },
        new("cost.wakeups", Unit.PerHour,
            "bursts of packets after 10 s or more of silence, per client and hour",
            "packets offered to or delivered by the client's link", "none",
            Better.Lower, Joining.Mean, f => Sample.Of(f.Recorder.WakeUps, f.ClientHours), Sight.Costs),
    ];

    private static long Upkeep(RunFacts facts) =>
        Enumerable.Range(0, Causes.Count).Where(Causes.IsUpkeep).Sum(i => facts.Recorder.Costs[i].Bytes);
}
