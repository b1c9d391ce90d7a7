namespace Lab.Experiments;

/// <summary>How clients come and come back, one by one and all at once.</summary>
internal static class ConnectMetrics
{
    /// <summary>Of what counts attempts, of clients or of servers.</summary>
    public static readonly Sight Attempts = Sight.ByFaults(new(Fidelity.Approximate,
        "a connect is accepted at once, so an attempt on a dead path fails in a later phase, by that phase's timeout"));

    private static readonly Sight AfterConnecting = Sight.ByFaults(new(Fidelity.Unsupported,
        "only the negotiation is seen: the proxy accepts the TCP connect at once"));

    public static readonly IReadOnlyList<Metric> All =
    [
        new("connects.attempts", Unit.PerHour,
            "connection attempts per client and hour",
            "attempts of clients", "none",
            Better.Lower, Joining.Mean,
            f => Sample.Of(f.Storm.Attempts(f.Chosen, f.Chosen.HasClient), f.ClientHours), Attempts),
        new("connects.online", Unit.Count,
            "times a client came online, resumed or bound",
            "clients", "none",
            Better.Neither, Joining.Count, f => f.Logins.Count(), Sight.AsFaults),
        new("connects.resumed", Unit.Share,
            "share of the times a client came back online that resumed the session",
            "returns of clients", "none",
            Better.Higher, Joining.Share, Resumed, Sight.AsFaults),
        new("connects.time.p50", Unit.Seconds,
            "median time from an attempt's start to stanzas flowing",
            "successful attempts", "none",
            Better.Lower, Joining.Quantile(0.5),
            f => Sample.Of(f.Logins.Select(l => l.Took.TotalSeconds)),
            AfterConnecting),
        Ready("p50", "median", 0.5), Ready("p95", "95th percentile of the", 0.95),
        new("logins.cut", Unit.Count,
            "streams that ended while their client was loading what its login asks for",
            "clients with a login", "none",
            Better.Lower, Joining.Count, f => f.CutLogins, Sight.AsFaults)
        {
            Applies = f => f.HasLogins,
        },
        new("connections.forgotten", Unit.Count,
            "connections in use that a middlebox on their way forgot",
            "connections that the client or the server uses", "none",
            Better.Lower, Joining.Count, f => f.Forgotten, Sight.AsFaults)
        {
            Applies = f => f.HasMiddleboxes,
        },
        new("storm.peak", Unit.PerSecond,
            "most connection attempts in any one second, but for each client's first of the run",
            "seconds of the run", "none",
            Better.Lower, Joining.Median,
            f => f.Storm.Peak(f.Chosen, f.Chosen.HasClient, withFirst: false), Attempts),
        new("recovery.time", Unit.Seconds,
            "time from the end of the last fault until every client is online",
            "the run", "never when some client stays away",
            Better.Lower, Joining.Median, f => f.Storm.RecoverySeconds(f.Chosen), Attempts),
    ];

    private static Metric Ready(string suffix, string which, double quantile) =>
        new($"connects.ready.{suffix}", Unit.Seconds,
            $"{which} time from an attempt's start to its client having all that its login asks for",
            "times that a client with a login was ready, resumed or bound", "none",
            Better.Lower, Joining.Quantile(quantile),
            f => Sample.Of(f.Loaded.Select(l => l.Took.TotalSeconds)), AfterConnecting)
        {
            Applies = f => f.HasLogins,
        };

    private static Sample Resumed(RunFacts facts) =>
        Sample.Of(facts.Logins.Count(l => l is { First: false, Resumed: true }), facts.Logins.Count(l => !l.First));
}
