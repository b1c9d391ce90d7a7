namespace Lab.Network;

/// <summary>Something that wants to be called at a moment it asked for.</summary>
public interface IEventTarget
{
    /// <summary>Runs one event; <paramref name="argument"/> is what <see cref="EventQueue.At"/> was given.</summary>
    void OnEvent(Instant now, int argument);
}

/// <summary>Names one pending event, so that it can be cancelled; stale tickets are recognised.</summary>
public readonly record struct Ticket(int Node, uint Generation)
{
    public static readonly Ticket None = new(-1, 0);
}

/// <summary>
/// The one queue of a run. Order: (time, insertion sequence); equal times run in insertion order.
/// Steady state allocates nothing; a cancelled event leaves nothing behind.
/// </summary>
public sealed class EventQueue
{
    private readonly List<IEventTarget> targets = [];
    private readonly PriorityQueue<(int Node, uint Generation), (long, ulong)> heap = new();
    private readonly List<(int Target, int Argument, uint Generation, bool Pending)> nodes = [];
    private readonly Stack<int> free = new();
    private ulong sequence;

    /// <summary>The time of the event that runs, or that ran last.</summary>
    public Instant Now { get; private set; }

    /// <summary>Pending events.</summary>
    public int Count { get; private set; }

    /// <summary>Events run so far.</summary>
    public long Executed { get; private set; }

    /// <summary>The time of the next event, or <see cref="Instant.Never"/>.</summary>
    public Instant Next
    {
        get
        {
            while (heap.TryPeek(out var top, out var key))
            {
                if (nodes[top.Node].Generation == top.Generation) return new Instant(key.Item1);
                heap.Dequeue();
            }
            return Instant.Never;
        }
    }

    /// <summary>Makes a target known; events name it by the returned id.</summary>
    public int Register(IEventTarget target)
    {
        targets.Add(target);
        return targets.Count - 1;
    }

    /// <summary>Schedules an event; a time before <see cref="Now"/> is a bug and throws.</summary>
    public Ticket At(Instant when, int target, int argument = 0)
    {
        if (when < Now) throw new InvalidOperationException($"event at {when.Nanoseconds} ns, now is {Now.Nanoseconds} ns");
        int node;
        if (free.TryPop(out int reused)) node = reused;
        else
        {
            node = nodes.Count;
            nodes.Add(default);
        }
        uint generation = nodes[node].Generation;
        nodes[node] = (target, argument, generation, true);
        heap.Enqueue((node, generation), (when.Nanoseconds, sequence++));
        Count++;
        return new Ticket(node, generation);
    }

    /// <summary>False when the event ran or was cancelled before.</summary>
    public bool Cancel(Ticket ticket)
    {
        if (ticket.Node < 0 || nodes[ticket.Node].Generation != ticket.Generation || !nodes[ticket.Node].Pending) return false;
        Release(ticket.Node);
        return true;
    }

    /// <summary>Runs the earliest event; false when none is pending.</summary>
    public bool RunNext()
    {
        Instant next = Next;
        if (next == Instant.Never) return false;
        (int node, _) = heap.Dequeue();
        (int target, int argument, _, _) = nodes[node];
        Release(node);
        Now = next;
        Executed++;
        targets[target].OnEvent(next, argument);
        return true;
    }

    /// <summary>Runs everything up to and including <paramref name="end"/>, then stands at <paramref name="end"/>.</summary>
    public void RunUntil(Instant end)
    {
        while (Next <= end) RunNext();
        Now = end;
    }

    private void Release(int node)
    {
        var n = nodes[node];
        nodes[node] = (n.Target, n.Argument, n.Generation + 1, false);
        free.Push(node);
        Count--;
    }
}
