namespace Lab.Network;

internal enum EventPlace { Free, Ring, Batch, Near, Far }

/// <summary>A pending event of an <see cref="EventQueue"/>, 32 bytes. Node 0 is nobody.</summary>
internal struct EventNode
{
    public long Time;
    public int Target, Argument;

    /// <summary>The next older event of the slot, or the next free node.</summary>
    public int Next;

    /// <summary>In a slot the next newer event; in a heap or the batch the index.</summary>
    public int Position;

    public uint Generation;
    public EventPlace Place;
}

/// <summary>
/// A 4-ary heap by (time, sequence) whose nodes know their place, so that any of them can be removed.
/// </summary>
internal struct EventHeap(EventPlace place)
{
    private Entry[] entries = [];

    public int Count { get; private set; }

    public readonly long TopTime => entries[0].Time;

    public void Push(EventNode[] nodes, long time, ulong sequence, int node)
    {
        if (Count == entries.Length) Array.Resize(ref entries, Math.Max(8, Count * 2));
        nodes[node].Place = place;
        Rise(nodes, Count++, new Entry(time, sequence, node));
    }

    public int Pop(EventNode[] nodes)
    {
        int node = entries[0].Node;
        RemoveAt(nodes, 0);
        return node;
    }

    public void RemoveAt(EventNode[] nodes, int index)
    {
        Entry moved = entries[--Count];
        if (index == Count) return;
        if (index > 0 && moved.IsBefore(entries[(index - 1) >> 2])) Rise(nodes, index, moved);
        else Sink(nodes, index, moved);
    }

    private readonly void Rise(EventNode[] nodes, int index, Entry entry)
    {
        while (index > 0)
        {
            int parent = (index - 1) >> 2;
            if (!entry.IsBefore(entries[parent])) break;
            Place(nodes, index, entries[parent]);
            index = parent;
        }
        Place(nodes, index, entry);
    }

    private readonly void Sink(EventNode[] nodes, int index, Entry entry)
    {
        while (true)
        {
            int child = 4 * index + 1;
            if (child >= Count) break;
            int earliest = child, end = Math.Min(child + 4, Count);
            while (++child < end)
                if (entries[child].IsBefore(entries[earliest])) earliest = child;
            if (!entries[earliest].IsBefore(entry)) break;
            Place(nodes, index, entries[earliest]);
            index = earliest;
        }
        Place(nodes, index, entry);
    }

    private readonly void Place(EventNode[] nodes, int index, Entry entry)
    {
        entries[index] = entry;
        nodes[entry.Node].Position = index;
    }

    private readonly record struct Entry(long Time, ulong Sequence, int Node)
    {
        public bool IsBefore(in Entry other) =>
            Time < other.Time || Time == other.Time && Sequence < other.Sequence;
    }
}
