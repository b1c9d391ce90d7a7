namespace Lab.Network;

/// <summary>
/// What the application wrote and the peer has not acknowledged, with the mark of every byte. Runs of one mark are
/// kept only where the mark changes, so that the usual single message costs nothing extra.
/// </summary>
internal struct SendBuffer
{
    private ByteQueue bytes;
    private PooledQueue<Run> earlierRuns;
    private byte lastMark;

    public readonly int Count => bytes.Count;

    /// <summary>Appends bytes whose first has sequence number <paramref name="at"/>.</summary>
    public void Append(BufferPool pool, uint at, ReadOnlySpan<byte> more, byte mark)
    {
        if (bytes.Count > 0 && mark != lastMark) earlierRuns.Add(pool, new Run(at, lastMark));
        lastMark = mark;
        bytes.Append(pool, more);
    }

    public readonly void CopyTo(int offset, Span<byte> into) => bytes.CopyTo(offset, into);

    public readonly byte MarkAt(uint sequence)
    {
        ReadOnlySpan<Run> runs = earlierRuns.Items;
        int low = 0, high = runs.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Sequence.Before(sequence, runs[middle].End)) high = middle;
            else low = middle + 1;
        }
        return low < runs.Length ? runs[low].Mark : lastMark;
    }

    /// <summary>Forgets acknowledged bytes; the next byte kept has sequence number <paramref name="upTo"/>.</summary>
    public void Discard(BufferPool pool, int count, uint upTo)
    {
        bytes.Discard(pool, count);
        if (earlierRuns.Count == 0) return;
        int done = 0;
        foreach (Run run in earlierRuns.Items)
        {
            if (Sequence.Before(upTo, run.End)) break;
            done++;
        }
        earlierRuns.RemoveFirst(pool, done);
    }

    public void Release(BufferPool pool)
    {
        bytes.Release(pool);
        earlierRuns.Release(pool);
    }

    private readonly record struct Run(uint End, byte Mark);
}
