namespace Lab.Network;

/// <summary>
/// Where the units inside the links of one run are kept: one array, one free list. Links that share it hold nothing of
/// their own while they are empty, and a unit that enters or leaves allocates nothing. Single-threaded.
/// </summary>
public sealed class Transit<T>
{
    internal Passenger<T>[] Seats = [];
    private int free;

    /// <summary>Units inside all links together.</summary>
    public int Count { get; private set; }

    /// <summary>Units it can hold before it grows; never shrinks.</summary>
    public int Capacity => Math.Max(0, Seats.Length - 1);

    /// <summary>A free seat; seat 0 means none.</summary>
    internal int Take()
    {
        if (free == 0) Grow();
        int seat = free;
        free = Seats[seat].Next;
        Count++;
        return seat;
    }

    internal void Return(int seat)
    {
        ref Passenger<T> left = ref Seats[seat];
        left.Unit = default!;
        left.Next = free;
        free = seat;
        Count--;
    }

    private void Grow()
    {
        int used = Math.Max(1, Seats.Length);
        Array.Resize(ref Seats, Seats.Length == 0 ? 5 : Seats.Length * 2 - 1);
        for (int i = Seats.Length - 1; i >= used; i--)
        {
            Seats[i].Next = free;
            free = i;
        }
    }
}

/// <summary>One unit inside a link.</summary>
internal struct Passenger<T>
{
    public T Unit;
    public Instant OfferedAt, StartsAt, ArrivesAt;
    public int Bytes, Next;
}
