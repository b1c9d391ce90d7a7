using System.Numerics;

namespace Lab.Network;

/// <summary>
/// The byte buffers of one run, in size classes of powers of two from 64 bytes to 1 MiB; longer ones are made for the
/// occasion. Single-threaded; what comes back last goes out first, so that a busy buffer stays in the processor's
/// cache.
/// </summary>
public sealed class BufferPool
{
    private const int SmallestLog2 = 6, LargestLog2 = 20;

    private readonly Stack<byte[]>[] shelves =
        [.. Enumerable.Range(SmallestLog2, LargestLog2 - SmallestLog2 + 1).Select(_ => new Stack<byte[]>())];

    /// <summary>Buffers handed out and not yet returned.</summary>
    public int Outstanding { get; private set; }

    /// <summary>At least <paramref name="length"/> bytes, with whatever they held before.</summary>
    public byte[] Rent(int length)
    {
        Outstanding++;
        int shelf = Shelf(length);
        if (shelf >= shelves.Length) return new byte[length];
        return shelves[shelf].TryPop(out byte[]? buffer) ? buffer : new byte[1 << (shelf + SmallestLog2)];
    }

    /// <summary>
    /// Gives a buffer back; the caller must not touch it again. A buffer from elsewhere is a bug and throws.
    /// </summary>
    public void Return(byte[] buffer)
    {
        int shelf = Shelf(buffer.Length);
        if (Outstanding == 0 || shelf < shelves.Length && buffer.Length != 1 << (shelf + SmallestLog2))
            throw Foreign(buffer);
        Outstanding--;
        if (shelf < shelves.Length) shelves[shelf].Push(buffer);
    }

    private ArgumentException Foreign(byte[] buffer) =>
        new($"a buffer of {buffer.Length} bytes is not of this pool, {Outstanding} are out");

    private static int Shelf(int length) =>
        Math.Max(0, 32 - BitOperations.LeadingZeroCount((uint)Math.Max(0, length - 1)) - SmallestLog2);
}
