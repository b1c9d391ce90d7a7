using System.Globalization;
using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// What holds in every run, whatever its scenario: time and counters never run back; each end of a stream begins and
/// ends once; a client has one attempt at a time; who is stopped or without power does nothing; nothing comes through a
/// cut; each message that was sent has one fate, and it is the one that the journal tells; shares are shares. Where one
/// does not hold the lab is at fault, not what it measures, and the run says nothing.
/// </summary>
internal sealed class Invariants : IJournalReader
{
    private const int RingEntries = 8, MostTold = 3;
    private readonly RunSpec spec;
    private readonly IReadOnlyList<string> names;
    private readonly WorldRules world;
    private readonly StreamRules streams;
    private readonly MessageRules messages;
    private readonly Entry[] ring = new Entry[RingEntries];
    private readonly List<string> doubts = [];
    private Instant last;
    private long seen;

    public Invariants(RunSpec spec, Cast cast)
    {
        this.spec = spec;
        names = [.. cast.Members.Select(m => m.Name), .. cast.Domains, .. cast.Routes.Select(r => r.Name)];
        world = new WorldRules(cast, spec.Scenario.Faults);
        streams = new StreamRules(cast.Members.Count);
        messages = new MessageRules();
    }

    public void On(in Entry e)
    {
        ring[seen++ % RingEntries] = e;
        string? broken = e.At < last ? $"time runs back from {last}" : null;
        last = e.At;
        broken ??= world.On(in e);
        if (e.Kind is not (EntryKind.PacketSent or EntryKind.PacketDelivered))
            broken ??= streams.On(in e) ?? messages.On(in e);
        if (broken is not null) Doubt(broken);
    }

    /// <summary>Why the run cannot be trusted, in sentences; none when all held.</summary>
    public IReadOnlyList<string> Finish(RunResult result)
    {
        if (messages.Finish(result.Messages) is { } wrong) Doubt(wrong);
        foreach (Measure m in result.Measures)
            if (Catalogue.Find(m.Metric) is { Unit: Unit.Share } && m.Value is < 0 or > 1)
                Doubt(string.Create(CultureInfo.InvariantCulture, $"{m.Metric} is {m.Value}, which is no share"));
        return doubts;
    }

    private void Doubt(string broken)
    {
        if (doubts.Count >= MostTold) return;
        IEnumerable<string> around = Enumerable.Range(0, (int)Math.Min(seen, RingEntries)).Reverse()
            .Select(back => EntryFields.Text(in ring[(seen - 1 - back) % RingEntries], names));
        string settings = string.Concat(spec.Point.Select(s => $" --set {s.Path}={s.Value}"));
        doubts.Add(string.Create(CultureInfo.InvariantCulture,
            $"the lab is at fault: {broken}. Seed {spec.Seed}; again with lab run {spec.ScenarioName}.yaml --seed "
                + $"{spec.Seed}{settings}. The journal up to there: {string.Join("; ", around)}"));
    }
}
