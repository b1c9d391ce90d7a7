namespace Lab.Experiments;

/// <summary>How servers whose work takes time bear it; of runs in which one has a service.</summary>
internal static class ServiceMetrics
{
    public static readonly IReadOnlyList<Metric> All =
    [
        Of("service.busy", Unit.Share, "share of the time of all its workers in which a server's are busy",
            "the workers of servers with a service", Joining.Mean,
            f => Sample.Of(f.Service.Busy(f.Chosen).Busy, f.Service.Busy(f.Chosen).All)),
        Waits("service.wait.login.p50", "median", 0.5, login: true),
        Waits("service.wait.login.p95", "95th percentile", 0.95, login: true),
        Waits("service.wait.stanza.p50", "median", 0.5, login: false),
        Waits("service.wait.stanza.p95", "95th percentile", 0.95, login: false),
        Of("service.abandoned", Unit.Count,
            "logins for which the server worked and whose client was gone before it was online",
            "connections of clients", Joining.Count, f => f.Service.Abandoned(f.Chosen)),
        Of("service.wasted", Unit.Share, "share of the busy time of workers that went into abandoned logins",
            "work that was done", Joining.Mean,
            f => Sample.Of(f.Service.Wasted(f.Chosen), f.Service.Busy(f.Chosen).Busy)),
        Of("service.unanswered", Unit.Count,
            "SYNs and ends of handshakes that a server's kernel did not answer, because its accept queue was full",
            "packets that open connections", Joining.Count, f => f.Service.Unanswered(f.Chosen)),
    ];

    private static Metric Waits(string name, string which, double quantile, bool login) =>
        Of(name, Unit.Seconds, $"{which} of the time that "
            + (login ? "the work of a login (TLS, SASL, binding or resuming)" : "a stanza that came in")
            + " waits for a worker", "pieces of work that were done", Joining.Quantile(quantile),
            f => Sample.Of(f.Service.Waits(f.Chosen, w => w == Work.Stanza != login)));

    private static Metric Of(
        string name, Unit unit, string meaning, string population, Joining joining, Func<RunFacts, Sample> measure) =>
        new(name, unit, meaning, population, "none", Better.Lower, joining, measure, Sight.Service)
        {
            Applies = f => f.Service.HasService,
        };
}
