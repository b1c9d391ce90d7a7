using System.Runtime.InteropServices;

namespace Lab.Network;

/// <summary>Comparison of 32-bit sequence numbers that wrap (RFC 9293 section 3.4).</summary>
internal static class Sequence
{
    public static bool Before(uint a, uint b) => (int)(a - b) < 0;

    public static bool AtMost(uint a, uint b) => (int)(a - b) <= 0;

    public static uint Later(uint a, uint b) => Before(a, b) ? b : a;
}

/// <summary>
/// Bytes in order, followed by bytes that arrived ahead of a gap. Holds a buffer of the pool only while it holds bytes.
/// </summary>
internal struct ByteQueue
{
    private byte[]? bytes;
    private int head;
    private int extent;

    /// <summary>Bytes in order, counted from the head.</summary>
    public int Count;

    public void Append(BufferPool pool, ReadOnlySpan<byte> more)
    {
        WriteAt(pool, Count, more);
        Count += more.Length;
    }

    /// <summary>Puts bytes at a distance from the head without counting them as in order.</summary>
    public void WriteAt(BufferPool pool, int offset, ReadOnlySpan<byte> more)
    {
        int end = offset + more.Length;
        if (bytes is null || head + end > bytes.Length) MakeRoom(pool, end);
        more.CopyTo(bytes.AsSpan(head + offset));
        if (end > extent) extent = end;
    }

    public readonly void CopyTo(int offset, Span<byte> into) => bytes.AsSpan(head + offset, into.Length).CopyTo(into);

    public void Discard(BufferPool pool, int count)
    {
        head += count;
        Count -= count;
        extent -= count;
        if (extent == 0) Release(pool);
    }

    public void Release(BufferPool pool)
    {
        if (bytes is not null) pool.Return(bytes);
        this = default;
    }

    private void MakeRoom(BufferPool pool, int end)
    {
        if (bytes is not null && end <= bytes.Length / 2)
        {
            bytes.AsSpan(head, extent).CopyTo(bytes);
            head = 0;
            return;
        }
        byte[] larger = pool.Rent(end);
        if (bytes is not null)
        {
            bytes.AsSpan(head, extent).CopyTo(larger);
            pool.Return(bytes);
        }
        bytes = larger;
        head = 0;
    }
}

/// <summary>
/// A first-in first-out list of plain structs that lives in a buffer of the pool, and holds none when empty.
/// </summary>
internal struct PooledQueue<T> where T : unmanaged
{
    private byte[]? bytes;
    private int head;

    public int Count;

    public readonly Span<T> Items => Count == 0
        ? default
        : MemoryMarshal.Cast<byte, T>(bytes.AsSpan()).Slice(head, Count);

    public readonly ref T this[int index] => ref Items[index];

    public void Add(BufferPool pool, in T item)
    {
        MakeRoom(pool);
        Count++;
        Items[Count - 1] = item;
    }

    public void AddFirst(BufferPool pool, in T item)
    {
        T first = item;
        Add(pool, item);
        Span<T> items = Items;
        items[..^1].CopyTo(items[1..]);
        items[0] = first;
    }

    public void RemoveFirst(BufferPool pool, int count)
    {
        head += count;
        Count -= count;
        if (Count == 0) Release(pool);
    }

    public void RemoveAt(BufferPool pool, int index)
    {
        Span<T> items = Items;
        items[(index + 1)..].CopyTo(items[index..]);
        Count--;
        if (Count == 0) Release(pool);
    }

    public void Release(BufferPool pool)
    {
        if (bytes is not null) pool.Return(bytes);
        this = default;
    }

    private void MakeRoom(BufferPool pool)
    {
        int capacity = MemoryMarshal.Cast<byte, T>(bytes.AsSpan()).Length;
        if (head + Count < capacity) return;
        Span<T> items = Items;
        if (head > Count)
        {
            items.CopyTo(MemoryMarshal.Cast<byte, T>(bytes.AsSpan()));
        }
        else
        {
            byte[] larger = pool.Rent(bytes is null ? 1 : bytes.Length * 2);
            items.CopyTo(MemoryMarshal.Cast<byte, T>(larger.AsSpan()));
            if (bytes is not null) pool.Return(bytes);
            bytes = larger;
        }
        head = 0;
    }
}
