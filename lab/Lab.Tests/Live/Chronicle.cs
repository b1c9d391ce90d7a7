using Lab.Experiments;
using Lab.Live;
using Lab.Network;
using Xunit.Abstractions;

namespace Lab.Tests;

/// <summary>What a live run's journal has said so far, but for packets; a failed test shows it.</summary>
internal sealed class Chronicle(ITestOutputHelper output) : IJournalReader
{
    private const int MostShown = 300;
    private readonly List<Entry> entries = [];

    public IReadOnlyList<Entry> Entries => entries;

    public void On(in Entry e)
    {
        if (e.Kind is >= EntryKind.PacketSent and <= EntryKind.PacketOverflowed) return;
        entries.Add(e);
    }

    public IEnumerable<Entry> Of(EntryKind kind) => entries.Where(e => e.Kind == kind);

    public bool Has(EntryKind kind, Func<Entry, bool>? such = null) => Of(kind).Any(e => such is null || such(e));

    /// <summary>Such that a session was resumed, or that it is a new one.</summary>
    public static bool Resumed(Entry online) => OnlineEntry.Of(online).Resumed;

    public static bool Anew(Entry online) => !Resumed(online);

    /// <summary>Whether that kind came after the last entry of another.</summary>
    public bool HasAfter(EntryKind last, EntryKind kind, Func<Entry, bool>? such = null)
    {
        int from = entries.FindLastIndex(e => e.Kind == last);
        return from >= 0 && entries.Skip(from).Any(e => e.Kind == kind && (such is null || such(e)));
    }

    /// <summary>Runs until the journal shows it; fails when the run ends first.</summary>
    public void Until(RunSpec spec, string folder, Func<Chronicle, bool> shown)
    {
        RunOptions options = RunOptions.Default with { Reader = this, IsCancelled = () => shown(this) };
        LiveRun.Run(spec, options, folder);
        if (!shown(this))
            foreach (Entry e in entries.Where(e => e.Kind is < EntryKind.MessageSent).TakeLast(MostShown))
                output.WriteLine(e.ToString());
        Assert.True(shown(this), $"{spec.Scenario.Duration} went by without what was waited for");
    }
}
