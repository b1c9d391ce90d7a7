namespace Lab.Experiments;

/// <summary>
/// What cannot be known of runs with real programs, which say nothing of what they think or keep. Such a metric is
/// unknown (NaN), never a number that looks like one. The reasons are in lab/MODELS.md, "Real programs".
/// </summary>
public static class ProgramSight
{
    /// <summary>Why that metric cannot be known for that run, in a sentence; null when it can.</summary>
    public static string? Hidden(RunSpec run, string metric)
    {
        bool server = run.Topology.Servers.Values.Any(s => s.Software != ServerSoftware.Lab);
        bool client = run.Topology.Clients.Values.Any(c => c.Software != ClientSoftware.Lab);
        if (!server && !client) return null;
        return metric switch
        {
            "misdiagnosis.false-alarms" or "misdiagnosis.wrong-claims" =>
                "a real program does not say whether it takes its peer for dead, broken or idle",
            "cost.upkeep" => "a real program does not say what its bytes are for",
            "ghost.time" when KeepsSessions(run.Topology) =>
                "a real server does not say how long it keeps a session that may be resumed",
            _ => null,
        };
    }

    /// <summary>
    /// The result without the numbers that are hidden. What is missing at the end may lie in a real server's queues:
    /// lost and stored are known only while nothing is missing.
    /// </summary>
    public static RunResult Hide(RunResult result)
    {
        bool missing = result.Spec.Topology.Servers.Values.Any(s => s.Software != ServerSoftware.Lab)
            && result.Messages.Any(m => m.Fate == MessageFate.Lost);
        bool IsHidden(string metric) =>
            Hidden(result.Spec, metric) is not null || (missing && metric is ("messages.lost" or "messages.stored"));
        return result with
        {
            Messages = !missing ? result.Messages : [.. result.Messages.Select(m =>
                m.Fate == MessageFate.Lost ? m with { Fate = MessageFate.Unknown } : m)],
            Measures = [.. result.Measures.Select(m => IsHidden(m.Metric) ? m with { Value = double.NaN } : m)],
            Verdicts = Hidden(result.Spec, "misdiagnosis.wrong-claims") is null
                ? result.Verdicts : new Dictionary<string, int>(),
        };
    }

    private static bool KeepsSessions(Topology topology) => topology.Clients.Values.Any(c =>
        topology.Servers[c.Server].Software != ServerSoftware.Lab && c.Policy?.Inline?.Acks is not null);
}
