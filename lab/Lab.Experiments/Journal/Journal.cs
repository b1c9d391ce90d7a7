using System.Numerics;
using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// One thing that happened. A and B hold what its kind says; the views beside the writers (<see cref="PacketEntry"/>
/// and so on) read them, <see cref="EntryFields"/> names them.
/// </summary>
public readonly record struct Entry(Instant At, int Host, EntryKind Kind, long A, long B);

/// <summary>Reads the journal while it is written: metrics, a file, a test.</summary>
public interface IJournalReader
{
    void On(in Entry entry);
}

/// <summary>
/// The history of a run, in order. Two runs are the same when their hashes are. Entries are hashed and handed to the
/// readers, not kept: whoever wants them writes them down. Each kind of entry has one method that writes it.
/// </summary>
/// <remarks>
/// Rule: the four words of an entry, each under a key of its own, are folded in pairs by 64 x 64 to 128 bit products
/// (the mixing step of wyhash, Wang Yi), then one invertible step takes the result into the rolling state, so only that
/// step waits for the entry before. Leaves out: resistance to somebody who wants two journals to collide.
/// </remarks>
public sealed partial class Journal
{
    private IJournalReader[] readers = [];
    private ulong state = 0x9E3779B97F4A7C15;

    /// <summary>Rolling hash over every entry so far.</summary>
    public ulong Hash => Fold(state ^ 0xD6E8FEB86659FD93, (ulong)Count ^ 0xA0761D6478BD642F);

    /// <summary>Entries so far.</summary>
    public long Count { get; private set; }

    /// <summary>A reader sees every entry from here on, after the readers attached before it.</summary>
    public void Attach(IJournalReader reader) => readers = [.. readers, reader];

    internal void Add(Instant at, int host, EntryKind kind, long a = 0, long b = 0)
    {
        ulong who = ((ulong)(uint)host << 32) | (uint)kind;
        ulong word = Fold((ulong)at.Nanoseconds ^ 0xE7037ED1A0B428DB, who ^ 0x8EBC6AF09C88C6E3)
            + Fold((ulong)a ^ 0x589965CC75374CC3, (ulong)b ^ 0x1D8E4E27C47D124F);
        state = BitOperations.RotateLeft((state ^ word) * 0x9FB21C651E98DF25, 29);
        Count++;
        if (readers.Length == 0) return;
        var entry = new Entry(at, host, kind, a, b);
        foreach (IJournalReader reader in readers) reader.On(in entry);
    }

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
