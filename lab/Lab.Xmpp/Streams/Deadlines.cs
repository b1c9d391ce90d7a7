using Lab.Network;

namespace Lab.Xmpp;

/// <summary>Something with one deadline: a stream, a session that waits to be resumed.</summary>
public abstract class Timed
{
    /// <summary>When it wants to be called; Never = not at all.</summary>
    internal Instant Due { get; set; } = Instant.Never;

    /// <summary>Its place in the heap, or -1.</summary>
    internal int Place { get; set; } = -1;
}

/// <summary>
/// The deadlines of one server: a binary heap by (time, order of arming) with one entry per item. Arming an item later
/// only moves its field; the entry follows when it comes to the top, so that traffic which pushes a timeout ahead costs
/// one store.
/// </summary>
internal sealed class Deadlines
{
    private Entry[] heap = new Entry[16];
    private int count;
    private ulong order;

    /// <summary>The earliest deadline, or Never.</summary>
    public Instant Next
    {
        get
        {
            Settle();
            return count == 0 ? Instant.Never : heap[0].Key;
        }
    }

    public void Arm(Timed item, Instant due)
    {
        item.Due = due;
        if (item.Place < 0)
        {
            if (due == Instant.Never) return;
            if (count == heap.Length) Array.Resize(ref heap, count * 2);
            Up(count++, new Entry(due, order++, item));
        }
        else if (due < heap[item.Place].Key) Up(item.Place, new Entry(due, order++, item));
    }

    public void Disarm(Timed item)
    {
        item.Due = Instant.Never;
        if (item.Place >= 0) RemoveAt(item.Place);
    }

    /// <summary>Takes the next item that is due at <paramref name="now"/>; it is disarmed.</summary>
    public bool TryTake(Instant now, out Timed item)
    {
        Settle();
        if (count == 0 || heap[0].Key > now)
        {
            item = null!;
            return false;
        }
        item = heap[0].Item;
        Disarm(item);
        return true;
    }

    // Brings an entry whose item moved ahead to where it belongs, until the top one is true.
    private void Settle()
    {
        while (count > 0 && heap[0].Item.Due > heap[0].Key)
        {
            if (heap[0].Item.Due == Instant.Never) RemoveAt(0);
            else Down(0, new Entry(heap[0].Item.Due, order++, heap[0].Item));
        }
    }

    private void RemoveAt(int place)
    {
        heap[place].Item.Place = -1;
        Entry last = heap[--count];
        heap[count] = default;
        if (place == count) return;
        if (place > 0 && last.Before(heap[(place - 1) / 2])) Up(place, last);
        else Down(place, last);
    }

    private void Up(int place, Entry entry)
    {
        while (place > 0 && entry.Before(heap[(place - 1) / 2]))
        {
            Put(place, heap[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        Put(place, entry);
    }

    private void Down(int place, Entry entry)
    {
        while (true)
        {
            int child = 2 * place + 1;
            if (child >= count) break;
            if (child + 1 < count && heap[child + 1].Before(heap[child])) child++;
            if (!heap[child].Before(entry)) break;
            Put(place, heap[child]);
            place = child;
        }
        Put(place, entry);
    }

    private void Put(int place, Entry entry)
    {
        heap[place] = entry;
        entry.Item.Place = place;
    }

    private readonly record struct Entry(Instant Key, ulong Order, Timed Item)
    {
        public bool Before(in Entry other) => Key != other.Key ? Key < other.Key : Order < other.Order;
    }
}
