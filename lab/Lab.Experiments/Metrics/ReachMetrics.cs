using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>What is claimed of a peer, and whether it can be reached, against the truth.</summary>
internal static class ReachMetrics
{
    private const string Silent = "a real program does not say whether it takes its peer for dead, broken or idle";

    public static readonly IReadOnlyList<Metric> All =
    [
        new("misdiagnosis.false-alarms", Unit.Count,
            "streams torn down by a verdict of dead or broken while path and peer were alive",
            "verdicts of clients, and of servers on clients", "none",
            Better.Lower, Joining.Count, f => f.Verdicts.Count(v => v.IsFalseAlarm), Sight.AsFaults)
        {
            Hidden = _ => Silent,
        },
        new("misdiagnosis.wrong-claims", Unit.Count,
            "verdicts whose claim (dead, broken, idle) differs from the truth",
            "as misdiagnosis.false-alarms", "none",
            Better.Lower, Joining.Count, f => f.Verdicts.Count(v => !v.IsRight), Sight.AsFaults)
        {
            Hidden = _ => Silent,
        },
        new("misdiagnosis.idle-closings", Unit.Count,
            "streams closed by an idle rule while path and peer were alive: right about the silence, and still an end",
            "as misdiagnosis.false-alarms", "none",
            Better.Lower, Joining.Count,
            f => f.Verdicts.Count(v => v is { Claim: Claim.Idle, Truth: Silence.Idle }), Sight.AsFaults)
        {
            Hidden = _ => Silent,
        },
        new("ghost.time", Unit.Seconds,
            "time during which the server called a client available that no stanza could reach, mean over clients",
            "clients", "none",
            Better.Lower, Joining.Mean, f => Sample.Of(f.GhostSeconds, f.Chosen.Present),
            Sight.AsFaults)
        {
            Hidden = run => KeepsSessions(run.Topology)
                ? "a real server does not say how long it keeps a session that may be resumed" : null,
        },
        new("availability", Unit.Share,
            "share of time in which a stanza could pass both ways, mean over clients",
            "clients", "none",
            Better.Higher, Joining.Mean,
            f => Sample.Of(f.ReachableSeconds, f.Chosen.ClientSeconds),
            Sight.AsFaults),
    ];

    private static bool KeepsSessions(Topology topology) => topology.Clients.Values.Any(c =>
        topology.Servers[c.Server].Software != ServerSoftware.Lab && c.Policy?.Inline?.Acks is not null);
}
