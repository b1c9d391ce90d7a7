using Lab.Network;

namespace Lab.Experiments;

/// <summary>What the metrics of a run are measured on: all that was recorded, once it is over.</summary>
internal sealed class RunFacts(RunSpec spec, Cast cast, Recorder recorder, IReadOnlyList<MessageRecord> messages)
{
    private readonly Dictionary<Side, IReadOnlyList<Observation>> detection = [];
    private IReadOnlyList<Observation>? delays;

    public Recorder Recorder => recorder;
    public FederationRecord Federation => recorder.Federation;
    public IReadOnlyList<ClientRecord> Clients => recorder.Clients;
    public Cast Cast => cast;
    public IReadOnlyList<MessageRecord> Messages => messages;
    public Duration Duration => spec.Scenario.Duration;

    /// <summary>Of all clients together.</summary>
    public double ClientHours => Clients.Count * Duration.TotalSeconds / 3600;

    /// <summary>
    /// How long each incident took that side to notice, or for how long there was something to notice.
    /// </summary>
    public IReadOnlyList<Observation> DetectionTimes(Side side)
    {
        if (!detection.TryGetValue(side, out IReadOnlyList<Observation>? times))
            detection[side] = times =
            [
                .. recorder.Incidents.Where(i => i.Side == side).Select(i => i.Observed),
            ];
        return times;
    }

    /// <summary>Of delivered messages.</summary>
    public IReadOnlyList<Observation> Delays => delays ??=
    [
        .. messages.Where(m => m.Copies > 0).Select(m => new Observation(m.Delay.TotalSeconds, Outcome.Noticed)),
    ];

    public int Fated(MessageFate fate) => messages.Count(m => m.Fate == fate);
}
