using System.Numerics;

namespace Lab.Network;

/// <summary>Something that wants to be called at a moment it asked for.</summary>
public abstract class EventTarget
{
    /// <summary>Runs one event; <paramref name="argument"/> is what <see cref="EventQueue.At"/> was given.</summary>
    public abstract void OnEvent(Instant now, int argument);

    /// <summary>
    /// Told a few events ahead of <see cref="OnEvent"/>, step 0 first, so that it can <see cref="Prefetch"/> what the
    /// event will touch: in each step the objects that the step before made readable. It may change nothing.
    /// </summary>
    public virtual void Foresee(int argument, int step) { }

    /// <summary>Whether it wants to be told; looked at once, when it is registered.</summary>
    public virtual bool Foresees => false;
}

/// <summary>Names one pending event, so that it can be cancelled; stale tickets are recognised.</summary>
public readonly record struct Ticket(int Node, uint Generation)
{
    public static readonly Ticket None = new(-1, 0);
}

/// <summary>
/// The one queue of a run. Order: (time, insertion sequence); equal times run in insertion order. Steady state
/// allocates nothing; a cancelled event leaves nothing behind.
/// </summary>
/// <remarks>
/// Theory of operation. Time is cut into slots of 2^slotBits nanoseconds, and a ring of 2^ringBits slots lies ahead of
/// the present one. An event waits in its slot's list (newest first), in the far heap when it lies beyond the ring, or
/// in the near heap when it falls into the present slot. When the present slot is done, the next slot in use becomes
/// the present one: far events that the ring now reaches move into it, then the slot's list is sorted into the batch.
/// All of a batch was inserted before anything in the near heap, so at equal times the batch goes first; the list keeps
/// insertion order and far events enter a slot before any later insertion can, so the order is exactly that of one
/// plain heap.
/// Source: the calendar queue of R. Brown (CACM 31, 1988) with fixed days, and the timing wheel of G. Varghese and T.
/// Lauck (SOSP 1987); measured against heaps and exact wheels before it was chosen.
/// </remarks>
public sealed class EventQueue
{
    /// <summary>In the id of a target: it wants to be told of events ahead.</summary>
    private const int ForeseesBit = 1 << 30;
    private const int ForesightSlots = 24;
    private readonly int slotBits, ringMask;
    private readonly int[] ring;            // newest event of each slot, 0 = none
    private readonly ulong[] used, usedWords; // one bit per slot in use; one bit per word of these
    private EventNode[] nodes = new EventNode[16];
    private EventTarget[] targets = [];
    private Foresight? foresight;           // once a target foresees
    private EventHeap near = new(EventPlace.Near), far = new(EventPlace.Far);
    private ulong[] batch = new ulong[16];  // (time within the slot, insertion order), ascending
    private int[] batchNodes = new int[16]; // by insertion order, newest first; 0 = cancelled
    private Instant crowded;                      // where atOnce events ran after the first
    private long atOnce;
    private int batchNext, batchEnd, ringCount, free, lastNode, targetCount;
    private long presentSlot;
    private ulong sequence;

    /// <summary>
    /// The defaults (slots of 1.05 ms, 137 s of them, about 0.6 MB) suit a whole run; <see cref="Small"/> a handful of
    /// timers.
    /// </summary>
    /// <param name="slotBits">log2 of a slot in nanoseconds, 0 to 31.</param>
    /// <param name="ringBits">log2 of the number of slots, 6 to 24.</param>
    public EventQueue(int slotBits = 20, int ringBits = 17)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slotBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slotBits, 31);
        ArgumentOutOfRangeException.ThrowIfLessThan(ringBits, 6);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ringBits, 24);
        this.slotBits = slotBits;
        ring = new int[1 << ringBits];
        ringMask = ring.Length - 1;
        used = new ulong[ring.Length / 64];
        usedWords = new ulong[Math.Max(1, used.Length / 64)];
    }

    /// <summary>A queue of few events in about 2 KiB.</summary>
    public static EventQueue Small() => new(slotBits: 28, ringBits: 6);

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
            long time = batchNext < batchEnd ? nodes[batchNodes[BatchIndex(batch[batchNext])]].Time : long.MaxValue;
            if (near.Count > 0) time = Math.Min(time, near.TopTime);
            if (time != long.MaxValue || Count == 0) return new(time);
            if (ringCount == 0) return new(far.TopTime);
            for (int node = ring[(int)NextSlot() & ringMask]; node != 0; node = nodes[node].Next)
                time = Math.Min(time, nodes[node].Time);
            return new(time);
        }
    }

    /// <summary>Makes a target known; events name it by the returned id.</summary>
    public int Register(EventTarget target)
    {
        if (targetCount == targets.Length) Array.Resize(ref targets, Math.Max(4, targetCount * 2));
        targets[targetCount] = target;
        if (target.Foresees) foresight ??= new Foresight();
        return targetCount++ | (target.Foresees ? ForeseesBit : 0);
    }

    /// <summary>
    /// Schedules an event; a time before <see cref="Now"/> is a bug and throws. At <see cref="Instant.Never"/> nothing
    /// is scheduled and the ticket is <see cref="Ticket.None"/>.
    /// </summary>
    public Ticket At(Instant when, int target, int argument = 0)
    {
        if (when < Now || (uint)(target & ~ForeseesBit) >= (uint)targetCount) throw Refusal(when, target);
        if (when == Instant.Never) return Ticket.None;
        if (free == 0) Grow();
        int id = free;
        ref EventNode node = ref nodes[id];
        free = node.Next;
        node.Target = target;
        node.Argument = argument;
        Count++;
        Insert(id, ref node, when);
        return new Ticket(id, node.Generation);
    }

    /// <summary>
    /// The same as to cancel an event and to schedule it anew, but its ticket stays good, unless it moves to <see
    /// cref="Instant.Never"/>. False when it ran or was cancelled before.
    /// </summary>
    public bool Move(Ticket ticket, Instant when)
    {
        if (when == Instant.Never) return Cancel(ticket);
        if (!IsPending(ticket)) return false;
        ref EventNode node = ref nodes[ticket.Node];
        if (when < Now) throw Refusal(when, node.Target);
        TakeOut(ref node);
        Insert(ticket.Node, ref node, when);
        return true;
    }

    /// <summary>False when the event ran or was cancelled before.</summary>
    public bool Cancel(Ticket ticket)
    {
        if (!IsPending(ticket)) return false;
        ref EventNode node = ref nodes[ticket.Node];
        TakeOut(ref node);
        Release(ticket.Node, ref node);
        return true;
    }

    /// <summary>Runs the earliest event; false when none is pending.</summary>
    public bool RunNext()
    {
        if (Count == 0) return false;
        if (IsSlotDone) TurnRing(ringCount > 0 ? NextSlot() : far.TopTime >> slotBits);
        int id = 0;
        if (batchNext < batchEnd)
        {
            id = batchNodes[BatchIndex(batch[batchNext])];
            if (near.Count > 0 && near.TopTime < nodes[id].Time) id = 0;
        }
        if (id == 0) id = near.Pop(nodes);
        else
        {
            batchNext++;
            SkipCancelled();
        }
        ref EventNode node = ref nodes[id];
        var now = new Instant(node.Time);
        int target = node.Target, argument = node.Argument;
        Release(id, ref node);
        Now = now;
        Executed++;
        targets[target & ~ForeseesBit].OnEvent(now, argument);
        return true;
    }

    /// <summary>
    /// Runs everything up to and including <paramref name="end"/>, then stands there; with <see cref="Instant.Never"/>
    /// at the last event. After <paramref name="mostEvents"/> it stands at the last of them, with others still to run.
    /// False when more than <paramref name="mostAtOnce"/> events ran at one instant, in this call and those before.
    /// </summary>
    public bool RunUntil(Instant end, long mostAtOnce = long.MaxValue, long mostEvents = long.MaxValue)
    {
        if (end < Now)
            throw new InvalidOperationException($"run until {end.Nanoseconds} ns, now is {Now.Nanoseconds} ns");
        long last = mostEvents > long.MaxValue - Executed ? long.MaxValue : Executed + mostEvents;
        while (IsDue(end))
        {
            if (Executed == last) return true;
            RunNext();
            if (Now != crowded) (crowded, atOnce) = (Now, 0);
            else if (++atOnce > mostAtOnce) return false;
        }
        if (end < Instant.Never) Now = end;
        return true;
    }

    private bool IsDue(Instant end)
    {
        if (Count == 0) return false;
        // A slot that ends in time is taken without a look at its events.
        if (!IsSlotDone || ringCount == 0 || ((NextSlot() + 1) << slotBits) > end.Nanoseconds) return Next <= end;
        TurnRing(NextSlot());
        return true;
    }

    /// <summary>Nothing of the present slot is left to run.</summary>
    private bool IsSlotDone => batchNext == batchEnd && near.Count == 0;

    private void TurnRing(long nextSlot)
    {
        long previousSlot = presentSlot;
        presentSlot = nextSlot;
        while (far.Count > 0 && (far.TopTime >> slotBits) - presentSlot <= ringMask)
        {
            int id = far.Pop(nodes);
            Link(id, ref nodes[id]);
        }

        int slot = (int)presentSlot & ringMask, count = 0;
        bool sorted = true;
        ulong previous = ulong.MaxValue;
        for (int id = ring[slot]; id != 0; count++)
        {
            if (count == batch.Length) GrowBatch();
            ref EventNode node = ref nodes[id];
            ulong key = (ulong)(node.Time - (presentSlot << slotBits)) << 32 | ~(uint)count;
            sorted &= key < previous;
            previous = key;
            batch[count] = key;
            batchNodes[count] = id;
            id = node.Next;
            node.Place = EventPlace.Batch;
            node.Position = count;
        }
        if (count > 1) batch.AsSpan(0, count).Reverse();
        if (!sorted) batch.AsSpan(0, count).Sort();
        ring[slot] = 0;
        ringCount -= count;
        MarkUnused(slot);
        batchNext = 0;
        batchEnd = count;
        if (foresight is not null) Foresee(foresight, presentSlot - previousSlot);
    }

    /// <summary>
    /// Looks at the slots that came into sight with the last turn, and shows their events to targets that foresee; the
    /// events of slots twice as far are themselves brought into the cache.
    /// </summary>
    private void Foresee(Foresight foresight, long turned)
    {
        foresight.Advance(targets);
        int fresh = (int)Math.Min(turned, ForesightSlots);
        ulong mask = (1UL << fresh) - 1, used = UsedAfter(presentSlot);
        int far = 2 * ForesightSlots - fresh, close = ForesightSlots - fresh;
        for (ulong slots = (used >> far) & mask; slots != 0; slots &= slots - 1)
            Prefetch.Item(nodes, ring[SlotAfter(far + BitOperations.TrailingZeroCount(slots))]);
        for (ulong slots = (used >> close) & mask; slots != 0; slots &= slots - 1)
        {
            int id = ring[SlotAfter(close + BitOperations.TrailingZeroCount(slots))];
            for (; id != 0; id = nodes[id].Next)
                if ((nodes[id].Target & ForeseesBit) != 0)
                    foresight.Add(targets, nodes[id].Target & ~ForeseesBit, nodes[id].Argument);
        }
    }

    private int SlotAfter(int distance) => (int)(presentSlot + 1 + distance) & ringMask;

    /// <summary>Which of the 64 slots after that one are in use.</summary>
    private ulong UsedAfter(long slot)
    {
        int start = (int)(slot + 1) & ringMask, word = start >> 6, shift = start & 63;
        ulong bits = used[word] >> shift;
        return shift == 0 ? bits : bits | used[(word + 1) & (used.Length - 1)] << (64 - shift);
    }

    private static int BatchIndex(ulong key) => (int)~(uint)key;

    private void SkipCancelled()
    {
        while (batchNext < batchEnd && batchNodes[BatchIndex(batch[batchNext])] == 0) batchNext++;
    }

    /// <summary>The first slot in use after the present one; there must be one.</summary>
    private long NextSlot()
    {
        int start = (int)(presentSlot + 1) & ringMask, word = start >> 6;
        ulong bits = used[word] & (ulong.MaxValue << (start & 63));
        if (bits == 0)
        {
            int group = word >> 6;
            ulong words = usedWords[group] & (ulong.MaxValue << (word & 63) << 1);
            while (words == 0)
            {
                if (++group == usedWords.Length) group = 0;
                words = usedWords[group];
            }
            word = (group << 6) + BitOperations.TrailingZeroCount(words);
            bits = used[word];
        }
        int found = (word << 6) + BitOperations.TrailingZeroCount(bits);
        return presentSlot + 1 + ((found - start) & ringMask);
    }

    private void Insert(int id, ref EventNode node, Instant when)
    {
        node.Time = when.Nanoseconds;
        long ahead = (when.Nanoseconds >> slotBits) - presentSlot;
        if (ahead <= 0) near.Push(nodes, when.Nanoseconds, sequence++, id);
        else if (ahead <= ringMask) Link(id, ref node);
        else far.Push(nodes, when.Nanoseconds, sequence++, id);
    }

    /// <summary>Takes a node out of where it waits; it keeps its number.</summary>
    private void TakeOut(ref EventNode node)
    {
        switch (node.Place)
        {
            case EventPlace.Ring: Unlink(ref node); break;
            case EventPlace.Near: near.RemoveAt(nodes, node.Position); break;
            case EventPlace.Far: far.RemoveAt(nodes, node.Position); break;
            default:
                batchNodes[node.Position] = 0;
                SkipCancelled();
                break;
        }
    }

    private bool IsPending(Ticket ticket) =>
        ticket.Node > 0 && ticket.Node <= lastNode && nodes[ticket.Node].Generation == ticket.Generation
        && nodes[ticket.Node].Place != EventPlace.Free;

    private void Link(int id, ref EventNode node)
    {
        int slot = (int)(node.Time >> slotBits) & ringMask;
        // A slot not in use is not read: it has not been touched for a whole turn of the ring and is in no cache.
        ulong bit = 1UL << (slot & 63);
        int older = (used[slot >> 6] & bit) == 0 ? 0 : ring[slot];
        node.Place = EventPlace.Ring;
        node.Next = older;
        node.Position = 0;
        ring[slot] = id;
        ringCount++;
        if (older != 0)
        {
            nodes[older].Position = id;
            return;
        }
        used[slot >> 6] |= bit;
        usedWords[slot >> 12] |= 1UL << ((slot >> 6) & 63);
    }

    private void Unlink(ref EventNode node)
    {
        ringCount--;
        if (node.Next != 0) nodes[node.Next].Position = node.Position;
        if (node.Position != 0)
        {
            nodes[node.Position].Next = node.Next;
            return;
        }
        int slot = (int)(node.Time >> slotBits) & ringMask;
        ring[slot] = node.Next;
        if (node.Next == 0) MarkUnused(slot);
    }

    private void MarkUnused(int slot)
    {
        ulong bits = used[slot >> 6] &= ~(1UL << (slot & 63));
        if (bits == 0) usedWords[slot >> 12] &= ~(1UL << ((slot >> 6) & 63));
    }

    private void Release(int id, ref EventNode node)
    {
        node.Place = EventPlace.Free;
        node.Generation++;
        node.Next = free;
        free = id;
        Count--;
    }

    // Messages are put together apart: they would cost every call of a method room on the stack, to be cleared.
    private Exception Refusal(Instant when, int target) => when < Now
        ? new InvalidOperationException($"event at {when.Nanoseconds} ns, now is {Now.Nanoseconds} ns")
        : new ArgumentOutOfRangeException(nameof(target), $"target {target}, {targetCount} are registered");

    private void Grow()
    {
        if (lastNode + 1 == nodes.Length) Array.Resize(ref nodes, nodes.Length * 2);
        free = ++lastNode;
    }

    private void GrowBatch()
    {
        Array.Resize(ref batch, batch.Length * 2);
        Array.Resize(ref batchNodes, batch.Length);
    }
}
