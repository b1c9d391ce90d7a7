using Lab.Xmpp;

namespace Lab.Live;

/// <summary>
/// What the bytes of one direction of a connection are for, in order: an end of the lab's own notes each write, the
/// proxy that reads the same bytes (encrypted, so it could not tell) looks it up. Bytes nobody noted are a real
/// program's.
/// </summary>
internal sealed class TrafficLedger
{
    private readonly Lock gate = new();
    private readonly Queue<(int Bytes, Traffic Traffic)> notes = new();
    private int taken;   // of the first note

    public void Add(int bytes, Traffic traffic)
    {
        if (bytes == 0) return;
        lock (gate) notes.Enqueue((bytes, traffic));
    }

    /// <summary>What the next bytes are for, and how many of them, at most <paramref name="bytes"/>.</summary>
    public (int Bytes, Traffic Traffic) Take(int bytes)
    {
        lock (gate)
        {
            if (!notes.TryPeek(out (int Bytes, Traffic Traffic) first)) return (bytes, Traffic.Unseen);
            int part = Math.Min(bytes, first.Bytes - taken);
            taken += part;
            if (taken == first.Bytes)
            {
                notes.Dequeue();
                taken = 0;
            }
            return (part, first.Traffic);
        }
    }
}
