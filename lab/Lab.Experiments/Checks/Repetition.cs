using System.Globalization;
using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// Where two histories that should be the same part: the first entry that differs, null where one has ended.
/// </summary>
public sealed record Divergence(long Index, Entry? First, Entry? Second)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
            $"entry {Index}: first run {Text(First)}; second run {Text(Second)}");

    private static string Text(Entry? e) => e is { } entry
        ? string.Create(CultureInfo.InvariantCulture,
            $"at {entry.At.Nanoseconds} ns host {entry.Host} {entry.Kind} A={entry.A} B={entry.B}")
        : "has ended";
}

/// <summary>
/// Proves that a run repeats. A first pass over both histories keeps one hash per block of entries; when a block
/// differs, both are run again and that block is compared entry by entry, so that a day's history needs little memory.
/// </summary>
public static class Repetition
{
    private const int BlockEntries = 4096;

    /// <summary>Makes both runs, each told whom to tell its entries; null when their histories are the same.</summary>
    public static Divergence? Compare(Action<IJournalReader> first, Action<IJournalReader> second)
    {
        var (a, b) = (new BlockHashes(), new BlockHashes());
        first(a);
        second(b);
        int block = FirstDifference(a.Finish(), b.Finish());
        if (block < 0) return null;
        var (left, right) = (new Excerpt(block), new Excerpt(block));
        first(left);
        second(right);
        for (int i = 0; i < Math.Max(left.Entries.Count, right.Entries.Count); i++)
        {
            Entry? l = i < left.Entries.Count ? left.Entries[i] : null;
            Entry? r = i < right.Entries.Count ? right.Entries[i] : null;
            if (l != r) return new Divergence((long)block * BlockEntries + i, l, r);
        }
        return new Divergence((long)block * BlockEntries, null, null);
    }

    private static int FirstDifference(List<ulong> a, List<ulong> b)
    {
        for (int i = 0; i < Math.Max(a.Count, b.Count); i++)
            if (i >= a.Count || i >= b.Count || a[i] != b[i]) return i;
        return -1;
    }

    private sealed class BlockHashes : IJournalReader
    {
        private readonly List<ulong> blocks = [];
        private Journal block = new();

        public void On(in Entry e)
        {
            block.Add(e.At, e.Host, e.Kind, e.A, e.B);
            if (block.Count == BlockEntries) Close();
        }

        public List<ulong> Finish()
        {
            Close();
            return blocks;
        }

        private void Close()
        {
            blocks.Add(block.Hash);
            block = new Journal();
        }
    }

    private sealed class Excerpt(int block) : IJournalReader
    {
        private long seen;

        public List<Entry> Entries { get; } = [];

        public void On(in Entry e)
        {
            if (seen++ / BlockEntries == block) Entries.Add(e);
        }
    }
}
