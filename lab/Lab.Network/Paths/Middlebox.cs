using System.Runtime.CompilerServices;

namespace Lab.Network;

/// <summary>
/// A NAT, a firewall or a balancer: it knows connections, and forgets those that are silent.
/// </summary>
/// <remarks>
/// Theory of operation. A SYN makes a connection known, as opening; the first segment after the SYN of the other side
/// makes it established; a FIN or a RST makes it closing. It is forgotten when nothing that refreshes it has come by
/// for as long as its state allows, at that very moment. Data is unacknowledged from the segment that carries it first
/// until an acknowledgement of all of it comes the other way, as in Linux (nf_conntrack_proto_tcp.c,
/// IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED). A connection number stands for addresses and ports on both sides; one that is
/// picked up under another port goes on under that one, which no far end knows, so that the RST comes from there.
/// A RST that it sends by itself has the number that its receiver expects next.
/// Leaves out: checks of sequence numbers (a RST out of the window is believed), and that hosts who share an address
/// compete for ports.
/// </remarks>
/// <param name="table">The places of all that share it; absent = as many as the spec says, of this path alone.</param>
public sealed class Middlebox(MiddleboxSpec spec, MiddleboxTable? table = null) : PathElement
{
    private const int PortsOfOne = 8;                                // 31 elements of a path share a byte
    private readonly MiddleboxTable? table = table ?? (spec.Places > 0 ? new MiddleboxTable(spec.Places) : null);
    private Entry? newest;
    private Queue<(Direction Way, Segment Segment)>? unsaid;         // few ever say anything
    private Instant checkAt = Instant.Never, sayAt = Instant.Never;
    private int rebound;

    internal enum Phase : byte { Opening, Established, Closing }

    /// <summary>What one end of a connection has sent, as far as it was seen.</summary>
    internal struct End
    {
        public uint Next;                                             // after the last byte that it sent
        public uint Expects;                                          // what it acknowledged
        public bool HasSent, HasAcknowledged, Unacknowledged;
    }

    internal sealed class Entry(int connection, byte inner, byte outer)
    {
        public readonly int Connection = connection;
        public readonly byte Inner = inner, Outer = outer;            // its ports on either side
        public Phase Phase;
        public bool IsRebound => Inner != Outer;
        public Entry? Older;
        public MiddleboxTable.Place? Place;
        public Instant RefreshedAt;
        public End Near, Far;
    }

    /// <summary>How many connections it knows.</summary>
    public int Known { get; private set; }

    public override bool Keeps => false;
    public override Instant NextChange => Instant.Min(checkAt, sayAt);

    public override void Foresee() => Prefetch.Object(newest, 96);

    public override Fate Offer(Instant now, Direction way, in Segment segment, out Segment answer)
    {
        Instant before = NextChange;
        Fate fate = Judge(now, way, in segment, out answer);
        if (NextChange != before) TellChange();
        return fate;
    }

    private Fate Judge(Instant now, Direction way, in Segment segment, out Segment answer)
    {
        Expire(now);
        Unsafe.SkipInit(out answer);   // 100 bytes, which few packets need
        Entry? entry = Find(way, in segment);
        if (entry is null)
        {
            if ((segment.Flags & TcpFlags.Rst) != 0) return Fate.Lost;
            bool opens = (segment.Flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn;
            if (!opens && !PicksUp(way, segment.Flags)) return Refuse(in segment, out answer);
            entry = Admit(now, way, in segment, opens);
        }
        See(now, entry, way, in segment);
        if (!entry.IsRebound) return Fate.Delivered;
        answer = segment;
        answer.Port = way == Inward ? entry.Inner : entry.Outer;
        return Fate.Changed;
    }

    /// <summary>Nobody hears of that at once: it does not know whom to tell.</summary>
    public override void Forget(Instant now)
    {
        foreach (Entry entry in OldestFirst())
        {
            if (entry.Place is not null) table!.Leave(entry.Place);
            Tell(now, entry, PassageCause.Restarted);
        }
        (newest, Known, checkAt) = (null, 0, Instant.Never);
    }

    public override bool TrySay(Instant now, out Direction way, out Segment segment)
    {
        Expire(now);
        (Direction Way, Segment Segment) first = default;
        bool any = unsaid?.TryDequeue(out first) == true;
        if (unsaid is not { Count: > 0 }) sayAt = Instant.Never;
        (way, segment) = first;
        return any;
    }

    private Direction Inward => spec.FarIsInside ? Direction.Up : Direction.Down;

    private Entry? Find(Direction way, in Segment segment)
    {
        Entry? e = newest;
        while (e is not null && (e.Connection != segment.Connection
            || (way == Inward ? e.Outer : e.Inner) != segment.Port)) e = e.Older;
        return e;
    }

    private IEnumerable<Entry> OldestFirst()
    {
        var all = new List<Entry>(Known);
        for (Entry? e = newest; e is not null; e = e.Older) all.Add(e);
        all.Reverse();
        return all;
    }

    private void Remove(Entry gone)
    {
        Known--;
        if (gone.Place is not null) table!.Leave(gone.Place);
        if (newest == gone)
        {
            newest = gone.Older;
            return;
        }
        Entry newer = newest!;
        while (newer.Older != gone) newer = newer.Older!;
        newer.Older = gone.Older;
    }

    /// <summary>A SYN that answers one which it never saw is none of the middle.</summary>
    private bool PicksUp(Direction way, TcpFlags flags) => (flags & TcpFlags.Syn) == 0 && (
        spec.PickUp == PickUp.Always || spec.PickUp == PickUp.Outbound && way != Inward);

    private Fate Refuse(in Segment segment, out Segment answer)
    {
        answer = default;
        if (spec.Notice == Notice.Silent || TcpConnection.ResetFor(in segment) is not { } reset) return Fate.Lost;
        answer = reset;
        return Fate.Answered;
    }

    private Entry Admit(Instant now, Direction way, in Segment segment, bool opens)
    {
        table?.MakeRoom(now);
        bool rebinds = !opens && !spec.KeepsPort && way != Inward;
        Entry entry = new(segment.Connection, segment.Port, rebinds ? NextPort() : segment.Port)
        {
            Phase = opens ? Phase.Opening : Phase.Established, RefreshedAt = now,
            Older = newest,
        };
        newest = entry;
        Known++;
        entry.Place = table?.Take(this, entry);
        if (!rebinds) TellPassage(now, segment.Connection, upDead: false, downDead: false, PassageCause.None);
        Watch(entry);
        return entry;
    }

    /// <summary>Its place is another's.</summary>
    internal void Evict(Instant now, Entry entry)
    {
        Remove(entry);
        Tell(now, entry, PassageCause.Evicted);
    }

    /// <summary>One that no other middlebox of the path gives, and this one not soon again.</summary>
    private byte NextPort() => (byte)(1 + Place * PortsOfOne + rebound++ % PortsOfOne);

    /// <summary>What a segment changes of what is known.</summary>
    private void See(Instant now, Entry entry, Direction way, in Segment segment)
    {
        ref End from = ref way == Direction.Up ? ref entry.Near : ref entry.Far;
        ref End to = ref way == Direction.Up ? ref entry.Far : ref entry.Near;
        uint end = segment.Sequence + (uint)segment.Length
            + ((segment.Flags & (TcpFlags.Syn | TcpFlags.Fin)) != 0 ? 1u : 0);
        if (!from.HasSent || (int)(end - from.Next) > 0)
        {
            from.Unacknowledged |= segment.Length > 0;
            (from.Next, from.HasSent) = (end, true);
        }
        if ((segment.Flags & TcpFlags.Ack) != 0)
        {
            (from.Expects, from.HasAcknowledged) = (segment.Acknowledgement, true);
            if (segment.Acknowledgement == to.Next) to.Unacknowledged = false;
        }
        if ((segment.Flags & (TcpFlags.Fin | TcpFlags.Rst)) != 0) entry.Phase = Phase.Closing;
        else if (entry.Phase == Phase.Opening && (segment.Flags & TcpFlags.Syn) == 0) entry.Phase = Phase.Established;
        bool refreshes = spec.Refreshing == Refreshing.Both || spec.Refreshing == Refreshing.Inbound == (way == Inward);
        if (refreshes)
        {
            entry.RefreshedAt = now;
            if (entry.Place is not null) table!.Refresh(entry.Place);
        }
        Watch(entry);
    }

    private Instant ExpiresAt(Entry entry)
    {
        Duration limit = entry.Phase == Phase.Established ? spec.Established : spec.Transitory;
        if (entry.Near.Unacknowledged || entry.Far.Unacknowledged) limit = Duration.Min(limit, spec.Unacknowledged);
        return entry.RefreshedAt + limit;
    }

    private void Watch(Entry entry) => checkAt = Instant.Min(checkAt, ExpiresAt(entry));

    /// <summary>A check may come too early, for what refreshes a connection does not move it.</summary>
    private void Expire(Instant now)
    {
        if (now < checkAt) return;
        checkAt = Instant.Never;
        for (Entry? entry = newest; entry is not null; entry = entry.Older)
        {
            if (ExpiresAt(entry) > now)
            {
                Watch(entry);
                continue;
            }
            Remove(entry);
            Tell(now, entry, PassageCause.Expired);
            if (spec.Notice != Notice.ResetBoth) continue;
            Reset(entry, Direction.Down, in entry.Near);
            Reset(entry, Direction.Up, in entry.Far);
            if (unsaid is { Count: > 0 }) sayAt = now;
        }
    }

    private void Reset(Entry entry, Direction way, in End receiver)
    {
        if (!receiver.HasAcknowledged || entry.IsRebound) return;
        (unsaid ??= new()).Enqueue((way, new Segment
        {
            Use = SegmentUse.Reset, Flags = TcpFlags.Rst, Sequence = receiver.Expects, Connection = entry.Connection,
            Port = entry.Inner,
        }));
    }

    private void Tell(Instant now, Entry entry, PassageCause cause)
    {
        bool outDead = spec.PickUp == PickUp.Never || !spec.KeepsPort, inDead = spec.PickUp != PickUp.Always;
        (bool up, bool down) = spec.FarIsInside ? (inDead, outDead) : (outDead, inDead);
        bool rebinds = spec.PickUp != PickUp.Never && !spec.KeepsPort;
        if (!entry.IsRebound && (up || down))
            TellPassage(now, entry.Connection, up, down, rebinds ? PassageCause.Rebound : cause);
    }
}
