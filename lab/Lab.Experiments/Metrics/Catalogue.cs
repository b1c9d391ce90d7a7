namespace Lab.Experiments;

/// <summary>Every metric there is; lab/MODELS.md explains them, lab show metrics prints them.</summary>
public static class Catalogue
{
    public static readonly IReadOnlyList<Metric> All =
    [
        .. DetectionMetrics.All, .. ReachMetrics.All, .. MessageMetrics.All, .. CostMetrics.All,
        .. EnergyMetrics.All, .. SleepMetrics.All, .. ConnectMetrics.All, .. ServiceMetrics.All,
        .. FederationMetrics.All,
    ];

    /// <summary>What is usually wanted of a run besides, when servers talk to each other.</summary>
    public static readonly IReadOnlyList<string> BetweenServers =
    [
        "messages.bounced", "federation.missed", "federation.unnoticed.max", "federation.blamed-wrongly",
        "federation.senders.losing", "federation.handshakes", "federation.bytes",
    ];

    private static readonly Dictionary<string, Metric> ByName = All.ToDictionary(m => m.Name);

    /// <summary>The quantile of the time to detection: that of 0.5 or of 0.95.</summary>
    public static Metric Detection(Side side, double quantile) =>
        ByName[$"detection.{(side == Side.Client ? "client" : "server")}.{(quantile == 0.5 ? "p50" : "p95")}"];

    public static Metric? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>How truly a run shows the metric of that name, which has to be one.</summary>
    public static Judgement Of(RunSpec run, string metric) => ByName[metric].In(run);

    /// <summary>
    /// One number per metric that the run can have, of the whole run, then those that its scenario expects something
    /// of for less than that.
    /// </summary>
    internal static IReadOnlyList<Measure> Measure(Scenario scenario, Func<Scope, RunFacts> of) =>
    [
        .. Measure(of(default), All),
        .. scenario.Expect.Where(e => e.Scope != default).Select(e => (e.Metric, e.Scope)).Distinct()
            .GroupBy(e => e.Scope).SelectMany(g => Measure(of(g.Key), g.Select(e => ByName[e.Metric]))),
    ];

    private static IEnumerable<Measure> Measure(RunFacts facts, IEnumerable<Metric> metrics) =>
        metrics.Where(m => m.Applies(facts)).Select(m => m.Measure(facts));
}
