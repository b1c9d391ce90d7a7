namespace Lab.Network;

/// <summary>
/// In-order bytes that wait to be read, and what arrived ahead of a gap (RFC 9293 section 3.10.7.4). The ranges ahead
/// are kept most recent first, which is the order RFC 2018 section 4 asks of SACK blocks. What was accepted is never
/// thrown away again (no reneging).
///
/// Rule. A segment shorter than a third of a full one is packed in with its neighbours: its bytes take nothing of the
/// window, up to the longest that Linux lets the buffer grow. So an application that does not read still lets its
/// peer's small messages be acknowledged, and closes the window to large ones.
/// Source. Linux tcp_try_coalesce, tcp_clamp_window, as measured on 6.18: 200-byte messages never close it, those of
/// 500 bytes and more after 90 to 110 kB (150 kB where they come slowly).
/// </summary>
internal struct ReceiveBuffer
{
    /// <summary>tcp_rmem[2].</summary>
    private const int Longest = 6 << 20;

    private ByteQueue bytes;
    private int packed;
    private PooledQueue<Range> ahead;

    /// <summary>In-order bytes not read yet.</summary>
    public readonly int Count => bytes.Count;

    /// <summary>Bytes that may still come, where the buffer is so large. What came twice was packed in once.</summary>
    public readonly int Room(int size) =>
        Math.Max(0, Math.Min(size - bytes.Count + Math.Min(packed, bytes.Count), Longest - bytes.Count));

    public readonly bool HasGap => ahead.Count > 0;

    /// <summary>Stores bytes at sequence <paramref name="at"/> and returns the next sequence number expected.</summary>
    /// <param name="isSmall">It came in a small segment.</param>
    public uint Store(BufferPool pool, uint next, uint at, ReadOnlySpan<byte> more, bool isSmall)
    {
        if (isSmall) packed += more.Length;
        bytes.WriteAt(pool, bytes.Count + (int)(at - next), more);
        uint end = at + (uint)more.Length;
        if (at != next)
        {
            Remember(pool, at, end);
            return next;
        }
        if (ahead.Count > 0) end = TakeReached(pool, end);
        bytes.Count += (int)(end - next);
        return end;
    }

    public int Read(BufferPool pool, Span<byte> into)
    {
        int count = Math.Min(into.Length, bytes.Count);
        if (count == 0) return 0;
        bytes.CopyTo(0, into[..count]);
        packed -= (int)((long)packed * count / bytes.Count);
        bytes.Discard(pool, count);
        return count;
    }

    /// <summary>Whether all of these bytes are here, ahead of a gap.</summary>
    public readonly bool HasAll(uint left, uint right)
    {
        foreach (Range range in ahead.Items)
            if (Sequence.AtMost(range.Left, left) && Sequence.AtMost(right, range.Right)) return true;
        return false;
    }

    /// <summary>
    /// Up to three SACK blocks: first what came twice, if anything did (RFC 2883), then the most recent.
    /// </summary>
    public readonly void WriteSack(ref Segment segment, uint repeatedLeft, uint repeatedRight)
    {
        if (repeatedLeft != repeatedRight) AddBlock(ref segment, new Range(repeatedLeft, repeatedRight));
        foreach (Range range in ahead.Items) AddBlock(ref segment, range);
    }

    private static void AddBlock(ref Segment segment, Range range)
    {
        if (segment.SackCount == 0) (segment.SackLeft0, segment.SackRight0) = (range.Left, range.Right);
        else if (segment.SackCount == 1) (segment.SackLeft1, segment.SackRight1) = (range.Left, range.Right);
        else if (segment.SackCount == 2) (segment.SackLeft2, segment.SackRight2) = (range.Left, range.Right);
        else return;
        segment.SackCount++;
    }

    public void Release(BufferPool pool)
    {
        bytes.Release(pool);
        ahead.Release(pool);
        packed = 0;
    }

    private void Remember(BufferPool pool, uint left, uint right)
    {
        for (int i = ahead.Count - 1; i >= 0; i--)
        {
            Range other = ahead[i];
            if (Sequence.Before(other.Right, left) || Sequence.Before(right, other.Left)) continue;
            if (Sequence.Before(other.Left, left)) left = other.Left;
            right = Sequence.Later(right, other.Right);
            ahead.RemoveAt(pool, i);
        }
        ahead.AddFirst(pool, new Range(left, right));
    }

    /// <summary>
    /// Ranges never touch each other, so one forward step cannot join more than what it reaches; order is by age.
    /// </summary>
    private uint TakeReached(BufferPool pool, uint end)
    {
        for (int i = ahead.Count - 1; i >= 0; i--)
        {
            Range range = ahead[i];
            if (Sequence.Before(end, range.Left)) continue;
            ahead.RemoveAt(pool, i);
            if (Sequence.Before(end, range.Right))
            {
                end = range.Right;
                i = ahead.Count;
            }
        }
        return end;
    }

    private readonly record struct Range(uint Left, uint Right);
}
