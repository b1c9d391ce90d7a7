namespace Lab.Experiments;

/// <summary>What is claimed of a peer, and whether it can be reached, against the truth.</summary>
internal static class ReachMetrics
{
    private const string Silent = "a real program does not say whether it takes its peer for dead, broken or idle";

    public static readonly IReadOnlyList<Metric> All =
    [
        new("misdiagnosis.false-alarms", Unit.Count,
            "streams torn down by a verdict while path and peer were alive",
            "verdicts of both sides", "none",
            Better.Lower, Joining.Count, f => f.Recorder.FalseAlarms, Sight.AsFaults)
        {
            Hidden = _ => Silent,
        },
        new("misdiagnosis.wrong-claims", Unit.Count,
            "verdicts whose claim (dead, broken, idle) differs from the truth",
            "verdicts of both sides", "none",
            Better.Lower, Joining.Count, f => f.Recorder.WrongClaims, Sight.AsFaults)
        {
            Hidden = _ => Silent,
        },
        new("ghost.time", Unit.Seconds,
            "time during which the server called a client available that no stanza could reach, mean over clients",
            "clients", "none",
            Better.Lower, Joining.Mean, f => Sample.Of(f.Clients.Sum(c => c.GhostNanoseconds) / 1e9, f.Clients.Count),
            Sight.AsFaults)
        {
            Hidden = run => KeepsSessions(run.Topology)
                ? "a real server does not say how long it keeps a session that may be resumed" : null,
        },
        new("availability", Unit.Share,
            "share of time in which a stanza could pass both ways, mean over clients",
            "clients", "none",
            Better.Higher, Joining.Mean,
            f => Sample.Of(
                f.Clients.Sum(c => c.ReachableNanoseconds) / 1e9, f.Clients.Count * f.Duration.TotalSeconds),
            Sight.AsFaults),
    ];

    private static bool KeepsSessions(Topology topology) => topology.Clients.Values.Any(c =>
        topology.Servers[c.Server].Software != ServerSoftware.Lab && c.Policy?.Inline?.Acks is not null);
}
