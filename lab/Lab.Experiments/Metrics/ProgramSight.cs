namespace Lab.Experiments;

/// <summary>
/// What cannot be known of runs with real programs, which say nothing of what they think or keep. Such a metric is
/// unknown (NaN), never a number that looks like one. Each metric says why; see lab/MODELS.md, "Real programs".
/// </summary>
public static class ProgramSight
{
    /// <summary>Why that metric cannot be known for that run, in a sentence; null when it can.</summary>
    internal static string? Hidden(RunSpec run, Metric metric)
    {
        bool server = run.Topology.Servers.Values.Any(s => s.Software != ServerSoftware.Lab);
        bool client = run.Topology.Clients.Values.Any(c => c.Software != ClientSoftware.Lab);
        return server || client ? metric.Hidden(run) : null;
    }

    /// <summary>
    /// The result without the numbers that are hidden. What is missing at the end may lie in a real server's queues:
    /// lost and stored are known only while nothing is missing.
    /// </summary>
    public static RunResult Hide(RunResult result)
    {
        bool missing = result.Spec.Topology.Servers.Values.Any(s => s.Software != ServerSoftware.Lab)
            && result.Messages.Any(m => m.Fate == MessageFate.Lost);
        bool IsHidden(string name) => Catalogue.Find(name) is { } metric
            && (Hidden(result.Spec, metric) is not null || missing && metric.IsUnknownWithMissing);
        return result with
        {
            Messages = !missing ? result.Messages : [.. result.Messages.Select(m =>
                m.Fate == MessageFate.Lost ? m with { Fate = MessageFate.Unknown } : m)],
            Measures = [.. result.Measures.Select(m =>
                IsHidden(m.Metric) ? new Measure(m.Metric, double.NaN, m.Scope) : m)],
            Verdicts = IsHidden("misdiagnosis.wrong-claims") ? new Dictionary<string, int>() : result.Verdicts,
        };
    }
}
