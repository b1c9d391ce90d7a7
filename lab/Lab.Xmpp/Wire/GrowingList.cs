namespace Lab.Xmpp;

/// <summary>A list of plain structs whose items are used in place; emptied, it keeps its memory.</summary>
internal struct GrowingList<T>() where T : unmanaged
{
    private T[] items = new T[8];

    public int Count { get; private set; }

    /// <summary>Valid until the next Add; an index outside the list is a bug and throws.</summary>
    public readonly ref T this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count) throw Outside(index);
            return ref items[index];
        }
    }

    /// <summary>Appends an item of zeros.</summary>
    public ref T Add()
    {
        if (Count == items.Length) Array.Resize(ref items, 2 * Count);
        ref T item = ref items[Count++];
        item = default;
        return ref item;
    }

    public void Truncate(int count) => Count = Math.Min(Count, count);

    // Apart, so that the rest is small enough to be compiled into its callers.
    private readonly InvalidOperationException Outside(int index) => new($"index {index} of {Count}");
}

/// <summary>Growing bytes; emptied, they keep their memory.</summary>
internal struct GrowingBytes()
{
    private byte[] buffer = new byte[256];

    public int Count { get; private set; }

    public readonly Span<byte> Span => buffer.AsSpan(0, Count);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Count += bytes.Length;
    }

    /// <summary>Room behind the bytes; what is written there counts after <see cref="Commit"/>.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (buffer.Length - Count < bytes) Array.Resize(ref buffer, Math.Max(Count + bytes, 2 * Count));
        return buffer.AsSpan(Count);
    }

    public void Commit(int bytes) => Count += bytes;

    public void Truncate(int count) => Count = Math.Min(Count, count);
}
