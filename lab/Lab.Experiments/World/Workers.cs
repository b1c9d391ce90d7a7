using Lab.Network;

namespace Lab.Experiments;

/// <summary>Who has work done: its pieces are done one after the other, in the order in which they came.</summary>
internal class Customer
{
    public readonly Queue<(Piece Piece, Instant Since)> Waiting = new();

    /// <summary>In the line, or with a worker.</summary>
    public bool IsListed;

    /// <summary>What a worker is busy with is for nothing, and nothing else of it is begun.</summary>
    public bool HasLeft;
}

/// <summary>A piece of work, and what is to be done when it is over.</summary>
internal readonly record struct Piece(Work Kind, Errand Errand = Errand.Hear, int Bytes = 0);

/// <summary>A piece of work that was begun; who takes it finds it over.</summary>
/// <param name="Waited">From when it was asked for to when a worker began it.</param>
/// <param name="Took">Of the worker's time.</param>
internal readonly record struct Served(Customer Customer, Piece Piece, Duration Waited, Duration Took);

/// <summary>
/// Workers and the line before them.
/// <para>
/// Rule. A customer with work stands in one line for all workers, first come, first served. A free worker takes the
/// first one's oldest piece, is busy with it for the time of its kind (as given, or drawn from an exponential
/// distribution about it, in whole microseconds), and takes the next; a customer with more work goes to the end of the
/// line. Who leaves does not give back what a worker has begun: it is finished, for nothing. What costs nothing waits,
/// too. With c workers, Poisson arrivals of one piece per customer and exponential times that is M/M/c; with one worker
/// and fixed times M/D/1.
/// </para>
/// <para>
/// Driving rule: Offer, Leave, Pause or Resume; then TryTake until it says no; then look at NextTime and TryTake again
/// at that moment, not before.
/// </para>
/// Leaves out: workers that slow each other down (caches, locks, a disk), priorities, and work that many customers
/// share.
/// </summary>
internal sealed class Workers(ServiceSpec spec, RandomStream random)
{
    private readonly PriorityQueue<Served, (Instant End, long Number)> running = new();
    private readonly Queue<Customer> line = new();
    private long begun;
    private Instant pausedAt = Instant.Never;

    /// <summary>When the next piece is over; Never while none is under way, or while they stand still.</summary>
    public Instant NextTime => pausedAt == Instant.Never
        && running.TryPeek(out _, out (Instant End, long Number) first) ? first.End : Instant.Never;

    public void Offer(Instant now, Customer customer, Piece piece)
    {
        customer.Waiting.Enqueue((piece, now));
        if (customer.IsListed) return;
        customer.IsListed = true;
        line.Enqueue(customer);
        Begin(now);
    }

    /// <summary>What it waits for is not begun any more.</summary>
    public void Leave(Customer customer)
    {
        customer.HasLeft = true;
        customer.Waiting.Clear();
    }

    /// <summary>All of them stand still, in the middle of what they do.</summary>
    public void Pause(Instant now) => pausedAt = now;

    /// <summary>They go on; what was under way takes the rest of its time.</summary>
    public void Resume(Instant now)
    {
        Duration still = now - pausedAt;
        pausedAt = Instant.Never;
        (Served Element, (Instant End, long Number) Priority)[] all = [.. running.UnorderedItems];
        running.Clear();
        foreach ((Served piece, (Instant end, long number)) in all) running.Enqueue(piece, (end + still, number));
        Begin(now);
    }

    /// <summary>The next piece that is over by now, in the order of their ends.</summary>
    public bool TryTake(Instant now, out Served served)
    {
        if (NextTime > now)
        {
            served = default;
            return false;
        }
        served = running.Dequeue();
        if (served.Customer.Waiting.Count > 0) line.Enqueue(served.Customer);
        else served.Customer.IsListed = false;
        Begin(now);
        return true;
    }

    private void Begin(Instant now)
    {
        while (pausedAt == Instant.Never && running.Count < spec.Workers && line.TryDequeue(out Customer? customer))
        {
            if (!customer.Waiting.TryDequeue(out (Piece Piece, Instant Since) next))
            {
                customer.IsListed = false;                             // it left
                continue;
            }
            Duration time = TimeOf(next.Piece.Kind);
            running.Enqueue(new Served(customer, next.Piece, now - next.Since, time), (now + time, begun++));
        }
    }

    private Duration TimeOf(Work kind)
    {
        Duration mean = spec.Mean(kind);
        if (spec.Spread == ServiceSpread.Fixed || mean == Duration.Zero) return mean;
        return Duration.FromMicroseconds((random.Exponential(mean).Nanoseconds + 500) / 1000);
    }
}
