using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lab.Network;

namespace Lab.Xmpp;

/// <summary>A growing list of plain structs in a buffer of the run's pool; empty, it holds no memory.</summary>
internal struct PooledList<T> where T : unmanaged
{
    private byte[]? buffer;

    public int Count { get; private set; }

    /// <summary>Valid until the next Add; an index outside the list is a bug and throws.</summary>
    public readonly ref T this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count) throw Outside(index);
            return ref Unsafe.Add(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(buffer!)), index);
        }
    }

    /// <summary>Appends an item of zeros.</summary>
    public ref T Add(BufferPool buffers)
    {
        if (buffer is null || (Count + 1) * Unsafe.SizeOf<T>() > buffer.Length) Grow(buffers);
        Count++;
        ref T item = ref this[Count - 1];
        item = default;
        return ref item;
    }

    public void Release(BufferPool buffers)
    {
        if (buffer is not null) buffers.Return(buffer);
        this = default;
    }

    // Apart, so that the rest is small enough to be compiled into its callers.
    private readonly InvalidOperationException Outside(int index) => new($"index {index} of {Count}");

    private void Grow(BufferPool buffers)
    {
        byte[] larger = buffers.Rent(Math.Max(8 * Unsafe.SizeOf<T>(), 2 * Count * Unsafe.SizeOf<T>()));
        if (buffer is not null)
        {
            buffer.AsSpan(0, Count * Unsafe.SizeOf<T>()).CopyTo(larger);
            buffers.Return(buffer);
        }
        buffer = larger;
    }
}
