namespace Lab.Network;

/// <summary>
/// In-order bytes that wait to be read, and what arrived ahead of a gap (RFC 9293 section 3.10.7.4). The ranges ahead
/// are kept most recent first, which is the order RFC 2018 section 4 asks of SACK blocks. What was accepted is never
/// thrown away again (no reneging).
/// </summary>
internal struct ReceiveBuffer
{
    private ByteQueue bytes;
    private PooledQueue<Range> ahead;

    /// <summary>In-order bytes not read yet.</summary>
    public readonly int Count => bytes.Count;

    public readonly bool HasGap => ahead.Count > 0;

    /// <summary>Stores bytes at sequence <paramref name="at"/> and returns the next sequence number expected.</summary>
    public uint Store(BufferPool pool, uint next, uint at, ReadOnlySpan<byte> more)
    {
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
        bytes.Discard(pool, count);
        return count;
    }

    /// <summary>Up to three SACK blocks, the most recent first.</summary>
    public readonly void WriteSack(ref Segment segment)
    {
        ReadOnlySpan<Range> ranges = ahead.Items;
        segment.SackCount = (byte)Math.Min(3, ranges.Length);
        if (ranges.Length > 0) (segment.SackLeft0, segment.SackRight0) = (ranges[0].Left, ranges[0].Right);
        if (ranges.Length > 1) (segment.SackLeft1, segment.SackRight1) = (ranges[1].Left, ranges[1].Right);
        if (ranges.Length > 2) (segment.SackLeft2, segment.SackRight2) = (ranges[2].Left, ranges[2].Right);
    }

    public void Release(BufferPool pool)
    {
        bytes.Release(pool);
        ahead.Release(pool);
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
