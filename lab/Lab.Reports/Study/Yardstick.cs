using Lab.Experiments;

namespace Lab.Reports;

/// <summary>What variants are held against: a metric of the whole run, or of a part of it that an expectation
/// names.</summary>
internal readonly record struct Yardstick(Metric Metric, Scope Scope = default)
{
    public static implicit operator Yardstick(Metric metric) => new(metric);

    // a metric is known by its name
    public bool Equals(Yardstick other) => Metric?.Name == other.Metric?.Name && Scope == other.Scope;

    public override int GetHashCode() => HashCode.Combine(Metric?.Name, Scope);

    /// <summary>"ghost.time of phone from 30m".</summary>
    public override string ToString() => Metric.Name + Scope;
}

/// <summary>
/// What a scenario asks, the most asked first: by the expectations that name a metric, and by the words of its
/// description and of what to look at. The description is the question, so its words count more.
/// </summary>
internal static class Asked
{
    private const int OfExpectation = 3, OfDescription = 6, OfLook = 2;

    // stems of words with which scenarios ask, and the metrics that answer
    private static readonly (string[] Stems, string[] Metrics)[] Questions =
    [
        (["notic", "detect", "who sees"], ["detection.client.p95"]),
        (["lost", "lose", "losing", "missing"], ["messages.lost"]),
        (["doubled", "twice"], ["messages.doubled"]),
        (["late", "delay"], ["messages.delay.p95"]),
        (["bounc"], ["messages.bounced"]),
        (["false alarm"], ["misdiagnosis.false-alarms"]),
        (["ghost"], ["ghost.time"]),
        (["how fast do they come back", "who is back"], ["recovery.time"]),
        (["all at once"], ["storm.peak"]),
        (["reconnect"], ["connects.online"]),
        (["resumed"], ["connects.resumed"]),
        (["bytes", "costs"], ["cost.bytes"]),
        (["wake", "battery"], ["cost.wakeups"]),
    ];

    // what anybody wants to know, where the scenario does not say
    private static readonly string[] Usual =
    [
        "detection.client.p95", "federation.missed", "recovery.time", "messages.lost", "messages.bounced",
        "misdiagnosis.false-alarms", "messages.delay.p95", "availability", "cost.bytes", "federation.bytes",
    ];

    /// <summary>What the expectations name, each once, then what the words of the scenario name; all of the catalogue
    /// and with a value in some run.</summary>
    public static IReadOnlyList<Yardstick> Of(Study study) => [.. Ranked(study).Where(a => a.Weight > 0)
        .Select(a => a.By)];

    /// <summary>The same, and after it what is usually wanted.</summary>
    public static IReadOnlyList<Yardstick> AndUsual(Study study) => [.. Ranked(study).Select(a => a.By)];

    private static IEnumerable<(Yardstick By, int Weight)> Ranked(Study study)
    {
        Scenario scenario = study.Sweep.Scenario;
        List<(Yardstick By, int Weight)> all = [];
        void Add(Metric? metric, Scope scope, int weight)
        {
            if (metric is null || !study.Has(new(metric, scope))) return;
            int place = all.FindIndex(a => a.By == new Yardstick(metric, scope));
            if (place < 0) all.Add((new(metric, scope), weight));
            else all[place] = (all[place].By, all[place].Weight + weight);
        }
        foreach (Expectation e in scenario.Expect) Add(Catalogue.Find(e.Metric), e.Scope, OfExpectation);
        foreach ((string[] stems, string[] metrics) in Questions)
        {
            int weight = (Says(scenario.Description, stems) ? OfDescription : 0)
                + (Says(scenario.Look, stems) ? OfLook : 0);
            if (weight == 0) continue;
            // where a metric of the same subject is expected the words are about that one
            (Yardstick By, int) kin = all.Find(a => metrics.Any(m => Subject(m) == Subject(a.By.Metric.Name)));
            if (kin.By.Metric is not null) Add(kin.By.Metric, kin.By.Scope, weight);
            else foreach (string metric in metrics) Add(Catalogue.Find(metric), default, weight);
        }
        foreach (string metric in Usual) Add(Catalogue.Find(metric), default, 0);
        return all.Index().OrderByDescending(a => a.Item.Weight).ThenBy(a => a.Index).Select(a => a.Item);
    }

    /// <summary>What a metric is about: quantiles of one time are about one thing.</summary>
    public static string Subject(string metric) => metric.Split('.') switch
    {
        ["detection", string side, ..] => $"detection.{side}",
        ["messages", "delay", ..] => "messages.delay",
        ["federation", "unnoticed", ..] or ["federation", "detected" or "missed"] => "federation.unnoticed",
        _ => metric,
    };

    private static bool Says(string? text, string[] stems) =>
        text is not null && stems.Any(s => text.Contains(s, StringComparison.OrdinalIgnoreCase));
}
