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
    private const int RingEntries = 8, MostTold = 3;           // a power of two

    /// <summary>By bit: kinds that are looked at also while every process runs and nothing is cut.</summary>
    private static readonly ulong Telling = Bits(
        EntryKind.PathChanged, EntryKind.ProcessChanged, EntryKind.FaultEnded, EntryKind.ConnectAttempt,
        EntryKind.FarAccepted, EntryKind.NearTransportEnded, EntryKind.FarTransportEnded, EntryKind.ClientOnline,
        EntryKind.ClientOffline, EntryKind.ServerAvailable, EntryKind.ServerOffline, EntryKind.MemberReady,
        EntryKind.MemberEnded, EntryKind.MessageSent, EntryKind.MessageReceived, EntryKind.MessageBounced,
        EntryKind.MessageAccepted, EntryKind.MessageStored, EntryKind.MessageAbandoned, EntryKind.MessageHeld,
        EntryKind.MessageAcknowledged, EntryKind.MessageHanded);

    private readonly RunSpec spec;
    private readonly EntryNames names;
    private readonly WorldRules world;
    private readonly StreamRules streams;
    private readonly MessageRules messages;
    private readonly Entry[] ring = new Entry[RingEntries];
    private readonly List<string> doubts = [];
    private ulong watched = Telling;
    private Instant last;
    private long seen;

    public Invariants(RunSpec spec, Cast cast)
    {
        this.spec = spec;
        names = new EntryNames(spec);
        world = new WorldRules(cast, spec.Scenario.Faults);
        streams = new StreamRules(cast.Members.Count);
        messages = new MessageRules(cast);
    }

    public void On(in Entry e)
    {
        ring[(int)seen++ & (RingEntries - 1)] = e;
        if (e.At >= last && (watched >> (int)e.Kind & 1) == 0) last = e.At;
        else Check(in e);
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

    private void Check(in Entry e)
    {
        if (e.At < last) Doubt($"time runs back from {last}");
        last = e.At;
        string? broken = e.Kind is >= EntryKind.PacketSent and <= EntryKind.PacketOverflowed ? world.OnPacket(in e)
            : world.On(in e) ?? streams.On(in e) ?? messages.On(in e);
        if (broken is not null) Doubt(broken);
        watched = world.IsCalm ? Telling : ulong.MaxValue;
    }

    private static ulong Bits(params ReadOnlySpan<EntryKind> kinds)
    {
        ulong bits = 0;
        foreach (EntryKind kind in kinds) bits |= 1UL << (int)kind;
        return bits;
    }

    private void Doubt(string broken)
    {
        if (doubts.Count >= MostTold) return;
        IEnumerable<string> around = Enumerable.Range(0, (int)Math.Min(seen, RingEntries)).Reverse()
            .Select(back => EntryFields.Text(in ring[(int)(seen - 1 - back) & (RingEntries - 1)], names));
        string settings = string.Concat(spec.Point.Select(s => $", {s.Path}={s.Value}"));
        doubts.Add(string.Create(CultureInfo.InvariantCulture,
            $"the lab is at fault: {broken}. Seed {spec.Seed}, {spec.Network.Word()}{settings}. "
                + $"The journal up to there: {string.Join("; ", around)}"));
    }
}
