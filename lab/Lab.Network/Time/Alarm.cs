namespace Lab.Network;

/// <summary>
/// One wake-up that moves often: it keeps at most one queue entry and a deadline. Moving the deadline a little later
/// only changes a field, and the entry, when it fires early, queues itself again; moving it earlier, or much later,
/// replaces the entry, for by the time it fired its host would have left the processor's cache.
/// Driving rule: make it with its target (a default Alarm belongs to nobody); keep it in a field that is not readonly;
/// <see cref="Set"/> it whenever the deadline changes; in OnEvent of its target and argument, go on only when <see
/// cref="Due"/> says so. Among equal times it runs in the order in which its entry was queued, which is not always when
/// it was set.
/// </summary>
public struct Alarm(int target, int argument = 0)
{
    private static readonly Duration Little = Duration.FromSeconds(1);
    private Instant queuedFor = Instant.Never;
    private Ticket ticket;

    /// <summary>When it is due; Never when it is not set.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    /// <summary>
    /// Moves the deadline; Never switches it off. A deadline that has passed is due at once; an entry already queued
    /// stays in the queue until it fires or is replaced (<see cref="Clear"/> removes it).
    /// </summary>
    public void Set(EventQueue queue, Instant deadline)
    {
        Deadline = deadline;
        Instant at = Instant.Max(deadline, queue.Now);
        if (at >= queuedFor && (queuedFor == Instant.Never ? at == Instant.Never : at - queuedFor <= Little)) return;
        if (queuedFor == Instant.Never) Queue(queue, at);
        else queue.Move(ticket, at);
        queuedFor = at;
    }

    /// <summary>Switches it off and takes its entry out of the queue: for a host that goes away.</summary>
    public void Clear(EventQueue queue)
    {
        queue.Cancel(ticket);
        Deadline = queuedFor = Instant.Never;
    }

    /// <summary>
    /// To be asked once per event: true when the deadline has come (and is then unset), false when it was early.
    /// </summary>
    public bool Due(EventQueue queue, Instant now)
    {
        queuedFor = Instant.Never;
        if (Deadline <= now)
        {
            Deadline = Instant.Never;
            return true;
        }
        if (Deadline < Instant.Never) Queue(queue, Deadline);
        return false;
    }

    private void Queue(EventQueue queue, Instant at)
    {
        queuedFor = at;
        ticket = queue.At(at, target, argument);
    }
}
