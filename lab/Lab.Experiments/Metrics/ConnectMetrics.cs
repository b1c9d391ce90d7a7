namespace Lab.Experiments;

/// <summary>How clients come and come back, one by one and all at once.</summary>
internal static class ConnectMetrics
{
    /// <summary>Of what counts attempts, of clients or of servers.</summary>
    public static readonly Sight Attempts = Sight.ByFaults(new(Fidelity.Approximate,
        "a connect is accepted at once, so an attempt on a dead path fails in a later phase, by that phase's timeout"));

    public static readonly IReadOnlyList<Metric> All =
    [
        new("connects.attempts", Unit.PerHour,
            "connection attempts per client and hour",
            "attempts of clients", "none",
            Better.Lower, Joining.Mean, f => Sample.Of(f.Clients.Sum(c => c.Attempts), f.ClientHours), Attempts),
        new("connects.online", Unit.Count,
            "times a client came online, resumed or bound",
            "clients", "none",
            Better.Neither, Joining.Count, f => f.Clients.Sum(c => c.TimesOnline), Sight.AsFaults),
        new("connects.resumed", Unit.Share,
            "share of those after the first that resumed the session",
            "returns of clients", "none",
            Better.Higher, Joining.Share, Resumed, Sight.AsFaults),
        new("connects.time.p50", Unit.Seconds,
            "median time from an attempt's start to stanzas flowing",
            "successful attempts", "none",
            Better.Lower, Joining.Quantile(0.5),
            f => Sample.Of(f.Clients.SelectMany(c => c.ConnectTimes).Select(t => t.TotalSeconds)),
            Sight.ByFaults(new(Fidelity.Unsupported,
                "only the negotiation is seen: the proxy accepts the TCP connect at once"))),
        new("storm.peak", Unit.PerSecond,
            "most connection attempts in any one second",
            "seconds of the run", "none",
            Better.Lower, Joining.Median, f => f.Recorder.Storm.Peak, Attempts),
        new("recovery.time", Unit.Seconds,
            "time from the end of the last fault until every client is online",
            "the run", "never when some client stays away",
            Better.Lower, Joining.Median, f => f.Recorder.Storm.RecoverySeconds, Attempts),
    ];

    private static Sample Resumed(RunFacts facts) => Sample.Of(
        facts.Clients.Sum(c => c.TimesResumed), facts.Clients.Sum(c => Math.Max(0, c.TimesOnline - 1)));
}
