using System.Buffers.Binary;
using Lab.Network;

namespace Lab.Xmpp;

/// <summary>A stanza that was sent and not acknowledged yet; valid until its queue changes.</summary>
public readonly ref struct UnackedStanza(ReadOnlySpan<byte> bytes, long number, Instant firstSent)
{
    /// <summary>The stanza as it was written.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>Number of the message, <see cref="AckQueue.OfLogin"/>, or -1 for anything else.</summary>
    public long Number { get; } = number;

    /// <summary>When it was handed over for the first time; what a delay stamp says (SM-24).</summary>
    public Instant FirstSent { get; } = firstSent;
}

/// <summary>
/// One side of an XEP-0198 session: the stanzas it sent that the peer has not acknowledged, and the count of those it
/// handled. Rule (sections 4 and 5): h counts stanzas modulo 2^32; a new h acknowledges delta = (h - last h) mod 2^32
/// stanzas and is valid only when that many are outstanding, so that a stale h and one that is too high fail the same
/// test. A full queue forgets its oldest stanza: counters stay right, and the session is <see cref="Incomplete"/> until
/// the peer acknowledged what was forgotten. An empty queue holds no buffer; a steady state allocates nothing.
/// </summary>
public sealed class AckQueue(BufferPool buffers, int capacityStanzas)
{
    /// <summary>The number of what a login asks for and gets: of use to its session alone.</summary>
    public const long OfLogin = -2;

    // A record: length of the stanza, number, first sent, then the stanza. Records lie back to back in [head, tail).
    private const int RecordHeaderBytes = 4 + 8 + 8;

    private readonly int capacity = Math.Max(1, capacityStanzas);
    private byte[] buffer = [];
    private int head, tail, forgotten;

    /// <summary>Stanzas sent since the start, modulo 2^32.</summary>
    public uint Sent { get; private set; }

    /// <summary>The last valid h of the peer.</summary>
    public uint Acknowledged { get; private set; }

    /// <summary>Stanzas of the peer handled since the start, modulo 2^32: what goes out as h.</summary>
    public uint Handled { get; private set; }

    /// <summary>Unacknowledged stanzas held.</summary>
    public int Count { get; private set; }

    /// <summary>An unacknowledged stanza is not held any more, so the session cannot be resumed without loss.</summary>
    public bool Incomplete => forgotten > 0;

    /// <summary>Whether the next push makes the oldest stanza forgotten.</summary>
    public bool IsFull => Count >= capacity;

    /// <summary>Begins a session: nothing outstanding, all counters at the start, 0 but in tests of the wrap.</summary>
    public void Start(uint counter = 0)
    {
        Release();
        Sent = Acknowledged = Handled = counter;
    }

    /// <summary>Counts one stanza of the peer as handled (SM-12).</summary>
    public void CountHandled() => Handled = unchecked(Handled + 1);

    /// <summary>Counts a stanza as sent and keeps it until it is acknowledged.</summary>
    public void Push(Instant firstSent, long number, ReadOnlySpan<byte> stanza)
    {
        if (IsFull)
        {
            Pop();
            forgotten++;
        }
        Reserve(RecordHeaderBytes + stanza.Length);
        Span<byte> record = buffer.AsSpan(tail);
        BinaryPrimitives.WriteInt32LittleEndian(record, stanza.Length);
        BinaryPrimitives.WriteInt64LittleEndian(record[4..], number);
        BinaryPrimitives.WriteInt64LittleEndian(record[12..], firstSent.Nanoseconds);
        stanza.CopyTo(record[RecordHeaderBytes..]);
        tail += RecordHeaderBytes + stanza.Length;
        Count++;
        Sent = unchecked(Sent + 1);
    }

    /// <summary>
    /// Drops what <paramref name="h"/> acknowledges; false, and nothing changed, when that many were never sent.
    /// </summary>
    public bool TryAcknowledge(uint h)
    {
        uint delta = unchecked(h - Acknowledged);
        if (delta > (uint)(Count + forgotten)) return false;
        int known = Math.Max(0, (int)delta - forgotten);
        forgotten = Math.Max(0, forgotten - (int)delta);
        for (int i = 0; i < known; i++) Pop();
        if (Count == 0) ReturnBuffer();
        Acknowledged = h;
        return true;
    }

    /// <summary>
    /// The held stanzas that <paramref name="h"/> would acknowledge, oldest first; none when h is not valid.
    /// </summary>
    public Run AcknowledgedBy(uint h)
    {
        uint delta = unchecked(h - Acknowledged);
        return new Run(this, delta > (uint)(Count + forgotten) ? 0 : Math.Max(0, (int)delta - forgotten));
    }

    /// <summary>Everything held, oldest first: the order of sending again (SM-22).</summary>
    public Run.Enumerator GetEnumerator() => new Run(this, Count).GetEnumerator();

    /// <summary>Forgets what is held and gives the buffer back; counters stay.</summary>
    public void Release()
    {
        Count = 0;
        forgotten = 0;
        ReturnBuffer();
    }

    private void Pop()
    {
        head += RecordHeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(head));
        Count--;
    }

    private void Reserve(int bytes)
    {
        if (buffer.Length - tail >= bytes) return;
        int live = tail - head;
        if (live + bytes <= buffer.Length && live <= buffer.Length / 2) buffer.AsSpan(head, live).CopyTo(buffer);
        else
        {
            byte[] larger = buffers.Rent(Math.Max(live + bytes, Math.Min(2 * buffer.Length, live * 2)));
            buffer.AsSpan(head, live).CopyTo(larger);
            if (buffer.Length > 0) buffers.Return(buffer);
            buffer = larger;
        }
        head = 0;
        tail = live;
    }

    private void ReturnBuffer()
    {
        if (buffer.Length > 0) buffers.Return(buffer);
        buffer = [];
        head = tail = 0;
    }

    /// <summary>The oldest stanzas of a queue, for foreach; the queue must not change meanwhile.</summary>
    public readonly ref struct Run(AckQueue queue, int count)
    {
        public int Count { get; } = count;

        public Enumerator GetEnumerator() => new(queue.buffer, queue.head, Count);

        public ref struct Enumerator(byte[] buffer, int position, int left)
        {
            public UnackedStanza Current { get; private set; }

            public bool MoveNext()
            {
                if (left == 0) return false;
                ReadOnlySpan<byte> record = buffer.AsSpan(position);
                int length = BinaryPrimitives.ReadInt32LittleEndian(record);
                Current = new UnackedStanza(
                    record.Slice(RecordHeaderBytes, length), BinaryPrimitives.ReadInt64LittleEndian(record[4..]),
                    new Instant(BinaryPrimitives.ReadInt64LittleEndian(record[12..])));
                position += RecordHeaderBytes + length;
                left--;
                return true;
            }
        }
    }
}
