using System.Numerics;

namespace Lab.Network;

/// <summary>One thing that happened. What A and B mean is said at each <see cref="EntryKind"/>.</summary>
public readonly record struct Entry(Instant At, int Host, EntryKind Kind, long A, long B);

/// <summary>Reads the journal while it is written: metrics, a file, a test.</summary>
public interface IJournalReader
{
    void On(in Entry entry);
}

/// <summary>
/// The history of a run, in order. Two runs are the same when their hashes are. Entries are hashed and handed to the
/// readers, not kept: whoever wants them writes them down.
/// </summary>
public sealed class Journal
{
    private IJournalReader[] readers = [];

    /// <summary>Rolling hash over every entry so far.</summary>
    public ulong Hash { get; private set; } = 0x9E3779B97F4A7C15;

    /// <summary>Entries so far.</summary>
    public long Count { get; private set; }

    /// <summary>A reader sees every entry from here on, after the readers attached before it.</summary>
    public void Attach(IJournalReader reader) => readers = [.. readers, reader];

    public void Add(Instant at, int host, EntryKind kind, long a = 0, long b = 0)
    {
        ulong h = Hash;
        h = Step(h, (ulong)at.Nanoseconds);
        h = Step(h, ((ulong)(uint)host << 32) | (uint)kind);
        h = Step(h, (ulong)a);
        h = Step(h, (ulong)b);
        Hash = h;
        Count++;
        if (readers.Length == 0) return;
        var entry = new Entry(at, host, kind, a, b);
        foreach (IJournalReader reader in readers) reader.On(in entry);
    }

    private static ulong Step(ulong hash, ulong word) =>
        BitOperations.RotateLeft((hash ^ word) * 0x9FB21C651E98DF25, 29);
}
