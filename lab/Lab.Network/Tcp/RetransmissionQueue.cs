namespace Lab.Network;

[Flags]
internal enum SentFlags : byte
{
    None = 0,
    Sacked = 1,

    /// <summary>Believed lost.</summary>
    Lost = 2,

    /// <summary>Lost and sent again; that copy is believed to be under way. Only ever together with Lost.</summary>
    Resent = 4,

    /// <summary>Was sent more than once: gives no round-trip sample by itself (Karn).</summary>
    EverResent = 8,

    /// <summary>Ends with the FIN.</summary>
    Fin = 16,
}

/// <summary>A segment under way.</summary>
internal struct SentSegment
{
    public Instant SentAt;
    public uint Start;

    /// <summary>Counts transmissions, so that those of one instant have an order too.</summary>
    public uint Order;

    public ushort Length;
    public SentFlags Flags;

    public readonly uint End => Start + Length + ((Flags & SentFlags.Fin) != 0 ? 1u : 0);

    public readonly bool Has(SentFlags flags) => (Flags & flags) != 0;

    public readonly bool WaitsToBeResent => (Flags & (SentFlags.Lost | SentFlags.Resent)) == SentFlags.Lost;
}

/// <summary>What one ACK delivered.</summary>
internal struct Delivery
{
    /// <summary>Segments newly acknowledged or SACKed.</summary>
    public int Segments;

    /// <summary>Some of them had been sent more than once.</summary>
    public bool Resent;

    /// <summary>The last byte of those that had not; meaningful with FirstSentAt.</summary>
    public uint FirstEndSentOnce;

    /// <summary>When the first of those sent only once was sent; Never if there is none.</summary>
    public Instant FirstSentAt;
}

/// <summary>
/// Segments under way, and which of them are lost.
///
/// Rule (RACK). A segment is lost when one sent later was delivered and a reordering window has passed since it should
/// have arrived: the round trip of that later one, plus min(minimum RTT / 4, SRTT). The window is zero once three
/// segments are SACKed or recovery has begun, which is the classic three-duplicate rule. It applies to retransmissions
/// too, so a retransmission lost in turn is found without a timeout.
/// Without SACK, three duplicate ACKs mark the first segment and each partial ACK the next (NewReno).
///
/// Source. RFC 8985 section 6 and Linux net/ipv4/tcp_recovery.c (reordering never seen: this lab's links keep order);
/// RFC 6582. Leaves out. The reordering window that grows where reordering was seen.
/// </summary>
internal struct RetransmissionQueue
{
    private PooledQueue<SentSegment> segments;
    private int sacked, lost, resent;
    private uint lastOrder, newestOrder;
    private Duration newestRtt;
    private Duration minimumRtt;
    private bool advanced;

    public readonly int Count => segments.Count;
    public readonly int SackedCount => sacked;

    /// <summary>Segments believed to be in the network.</summary>
    public readonly int InFlight => segments.Count - sacked - lost + resent;

    /// <summary>Lost segments whose turn to be sent again has not come.</summary>
    public readonly bool MustResend => lost > resent;

    /// <summary>Something sent later than all before was delivered since losses were looked for.</summary>
    public readonly bool HasNews => advanced;

    public readonly ref SentSegment First => ref segments[0];

    public void Add(BufferPool pool, SentSegment segment)
    {
        segment.Order = ++lastOrder;
        segments.Add(pool, segment);
    }

    /// <summary>The last segment, sent again as a tail probe.</summary>
    public SentSegment ProbeWithLast(Instant now)
    {
        ref SentSegment last = ref segments[segments.Count - 1];
        last.Flags |= SentFlags.EverResent;
        last.SentAt = now;
        last.Order = ++lastOrder;
        return last;
    }

    /// <summary>Removes what is acknowledged; a segment acknowledged in part keeps its rest.</summary>
    public void Acknowledge(BufferPool pool, uint acknowledgement, Instant now, ref Delivery delivery)
    {
        int done = 0;
        foreach (ref SentSegment segment in segments.Items)
        {
            if (Sequence.Before(acknowledgement, segment.End))
            {
                if (Sequence.Before(segment.Start, acknowledgement))
                {
                    segment.Length -= (ushort)(acknowledgement - segment.Start);
                    segment.Start = acknowledgement;
                }
                break;
            }
            if (segment.Has(SentFlags.Sacked)) sacked--;
            else Deliver(ref segment, now, ref delivery);
            if (segment.Has(SentFlags.EverResent)) delivery.Resent = true;
            done++;
        }
        segments.RemoveFirst(pool, done);
    }

    public void Sack(uint left, uint right, Instant now, ref Delivery delivery)
    {
        foreach (ref SentSegment segment in segments.Items)
        {
            if (Sequence.AtMost(right, segment.Start)) return;
            if (Sequence.Before(segment.Start, left) || Sequence.Before(right, segment.End)) continue;
            if (segment.Has(SentFlags.Sacked)) continue;
            Deliver(ref segment, now, ref delivery);
            segment.Flags |= SentFlags.Sacked;
            sacked++;
        }
    }

    /// <summary>Marks lost segments; returns how long until another might count as lost, zero if none might.</summary>
    public Duration FindLost(Instant now, Duration srtt, bool recovering)
    {
        Duration window = recovering || sacked >= 3 ? Duration.Zero : Duration.Min(minimumRtt / 4, srtt);
        Duration wait = Duration.Zero;
        advanced = false;
        foreach (ref SentSegment segment in segments.Items)
        {
            if (segment.Has(SentFlags.Sacked) || segment.WaitsToBeResent) continue;
            if (!Sequence.Before(segment.Order, newestOrder)) continue;
            Duration left = segment.SentAt + newestRtt + window - now;
            if (left <= Duration.Zero) MarkLost(ref segment);
            else wait = Duration.Max(wait, left);
        }
        return wait;
    }

    public void MarkFirstLost()
    {
        if (segments.Count > 0 && !First.Has(SentFlags.Sacked)) MarkLost(ref First);
    }

    /// <summary>
    /// Timeout: the first and whatever was not SACKed is lost, but for what left within the last round trip.
    /// </summary>
    public void MarkAllLost(Instant now)
    {
        int index = 0;
        foreach (ref SentSegment segment in segments.Items)
        {
            bool recent = index++ > 0 && segment.SentAt + newestRtt > now;
            if (!segment.Has(SentFlags.Sacked) && !recent) MarkLost(ref segment);
        }
    }

    /// <summary>The timeout was imaginary: nothing is lost.</summary>
    public void MarkNoneLost()
    {
        foreach (ref SentSegment segment in segments.Items) segment.Flags &= ~(SentFlags.Lost | SentFlags.Resent);
        lost = resent = 0;
    }

    /// <summary>
    /// The first lost segment that waits to be sent again, joined with the lost ones behind it while they fit in one
    /// (Linux tcp_retrans_collapse). It counts as resent from here on.
    /// </summary>
    public SentSegment TakeLost(BufferPool pool, Instant now, int maximumSegmentBytes, out bool isFirst)
    {
        int index = 0;
        while (!segments[index].WaitsToBeResent) index++;
        while (index + 1 < segments.Count)
        {
            ref SentSegment next = ref segments[index + 1];
            ref SentSegment one = ref segments[index];
            if (!next.WaitsToBeResent || one.Length + next.Length > maximumSegmentBytes) break;
            one.Length += next.Length;
            one.Flags |= next.Flags & SentFlags.Fin;
            lost--;
            segments.RemoveAt(pool, index + 1);
        }
        ref SentSegment segment = ref segments[index];
        segment.Flags |= SentFlags.Resent | SentFlags.EverResent;
        segment.SentAt = now;
        segment.Order = ++lastOrder;
        resent++;
        isFirst = index == 0;
        return segment;
    }

    public void Release(BufferPool pool)
    {
        segments.Release(pool);
        sacked = lost = resent = 0;
    }

    private void MarkLost(ref SentSegment segment)
    {
        if (!segment.Has(SentFlags.Lost)) lost++;
        if (segment.Has(SentFlags.Resent)) resent--;
        segment.Flags = (segment.Flags | SentFlags.Lost) & ~SentFlags.Resent;
    }

    private void Deliver(ref SentSegment segment, Instant now, ref Delivery delivery)
    {
        if (segment.Has(SentFlags.Lost)) lost--;
        if (segment.Has(SentFlags.Resent)) resent--;
        segment.Flags &= ~(SentFlags.Lost | SentFlags.Resent);
        delivery.Segments++;
        Duration rtt = now - segment.SentAt;
        bool once = !segment.Has(SentFlags.EverResent);
        if (once)
        {
            if (delivery.FirstSentAt == Instant.Never) delivery.FirstEndSentOnce = segment.End;
            delivery.FirstSentAt = Instant.Min(delivery.FirstSentAt, segment.SentAt);
            if (minimumRtt == Duration.Zero || rtt < minimumRtt) minimumRtt = rtt;
        }
        else if (rtt < minimumRtt) return;
        if (!Sequence.Before(newestOrder, segment.Order)) return;
        (newestOrder, newestRtt, advanced) = (segment.Order, rtt, true);
    }
}
