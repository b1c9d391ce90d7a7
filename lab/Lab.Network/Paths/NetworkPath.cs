namespace Lab.Network;

/// <summary>
/// What lies between two hosts: elements in a row, from the near end to the far one, at least one of them a link.
/// Driving rule: after Offer, OfferAnswer or a change of an element look at NextTime of both directions and call
/// TryTake at that moment until false. When a fate is Answered, call OfferAnswer before anything else.
/// </summary>
/// <remarks>
/// Theory of operation. A segment comes by each element in turn; each decides by itself (<see cref="PathElement"/>),
/// the path only carries. What one of them answers comes by those before it, on its way back. What was kept nowhere
/// still leaves by TryTake, at the same instant: nothing arrives within the call that sent it. A path of one link, the
/// usual one, calls that link and nothing else. Leaves out: routes that differ by direction, fragments.
/// </remarks>
public class NetworkPath
{
    private readonly Link<Segment>? up, down;                           // of a path that is one link
    private readonly PathElement[] elements;
    private readonly Queue<Passage<Segment>>? leavingUp, leavingDown;  // of any other
    private Segment pendingAnswer;
    private Direction pendingWay;
    private int pendingAt = -1;

    public NetworkPath(params PathElement[] elements)
    {
        this.elements = elements;
        Link = elements.OfType<LinkElement>().FirstOrDefault()
            ?? throw new ArgumentException("a path needs a link", nameof(elements));
        if (elements.Length == 1) (up, down) = (Link.Up, Link.Down);
        else (leavingUp, leavingDown) = (new(), new());
    }

    /// <summary>The one that faults cut and degrade: the first from the near end.</summary>
    public LinkElement Link { get; }

    /// <summary>Whether more than a link lies on it.</summary>
    public bool HasMore => up is null;

    /// <summary>When <see cref="IsDown"/> may next change by itself, in either direction.</summary>
    public Instant NextChange
    {
        get
        {
            Instant next = Instant.Never;
            foreach (PathElement element in elements) next = Instant.Min(next, element.NextChange);
            return next;
        }
    }

    /// <summary>
    /// Inside, or what ended it: Lost, Overflowed or Answered, and then its payload is still the caller's.
    /// </summary>
    public Fate Offer(Instant now, Direction way, in Segment segment) => up is not null
        ? (way == Direction.Up ? up : down!).Offer(now, in segment, segment.WireBytes)
        : Carry(now, way, way == Direction.Up ? 0 : elements.Length - 1, in segment);

    /// <summary>Sends the answer that the last Answered fate left on its way back.</summary>
    public Fate OfferAnswer(Instant now, out Direction way, out Segment answer)
    {
        if (pendingAt < 0) throw new InvalidOperationException("nothing was answered");
        (way, answer, int from) = (pendingWay, pendingAnswer, pendingAt);
        pendingAt = -1;
        return Carry(now, way, from + Step(way), in answer);
    }

    /// <summary>Sends the next thing that an element says by itself, with what became of it.</summary>
    public bool TrySay(Instant now, out Direction way, out Segment segment, out Fate fate)
    {
        for (int i = 0; i < elements.Length; i++)
            if (elements[i].TrySay(now, out way, out segment))
            {
                fate = Carry(now, way, i + Step(way), in segment);
                return true;
            }
        (way, segment, fate) = (default, default, default);
        return false;
    }

    /// <summary>
    /// The next segment that leaves the path in that direction: Delivered at its end, or what ended it.
    /// </summary>
    public bool TryTake(Instant now, Direction way, out Passage<Segment> passage)
    {
        if (up is not null) return (way == Direction.Up ? up : down!).TryTake(now, out passage);
        for (int i = 0; i < elements.Length; i++)
            while (elements[i].TryTake(now, way, out passage))
            {
                if (passage.Fate == Fate.Delivered) passage.Fate = Carry(now, way, i + Step(way), in passage.Unit);
                if (passage.Fate != Fate.Inside) return true;
            }
        return Leaving(way).TryDequeue(out passage);
    }

    /// <summary>When TryTake will have something to do; Never while nothing is on its way.</summary>
    public Instant NextTime(Direction way)
    {
        if (up is not null) return (way == Direction.Up ? up : down!).NextTime;
        Instant next = Leaving(way).TryPeek(out Passage<Segment> first) ? first.OfferedAt : Instant.Never;
        foreach (PathElement element in elements) next = Instant.Min(next, element.NextTime(way));
        return next;
    }

    /// <summary>The truth: is every segment that enters now lost on the way?</summary>
    public bool IsDown(Instant now, Direction way)
    {
        bool isDown = false;
        foreach (PathElement element in elements) isDown |= element.IsDown(now, way);
        return isDown;
    }

    /// <summary>Every element loses what it remembers of connections.</summary>
    public void Forget(Instant now)
    {
        foreach (PathElement element in elements) element.Forget(now);
    }

    /// <summary>Prefetches what an offer will touch (steps 0 and 1), once the path itself is in the cache.</summary>
    public void Foresee(int step)
    {
        if (step == 0)
        {
            Prefetch.Object(up, 208);
            Prefetch.Object(down, 208);
        }
        else
        {
            up?.Foresee();
            down?.Foresee();
        }
    }

    private static int Step(Direction way) => way == Direction.Up ? 1 : -1;

    private static Direction Opposite(Direction way) => way == Direction.Up ? Direction.Down : Direction.Up;

    private Queue<Passage<Segment>> Leaving(Direction way) => way == Direction.Up ? leavingUp! : leavingDown!;

    private Fate Carry(Instant now, Direction way, int at, in Segment offered)
    {
        Segment segment = offered;
        for (; at >= 0 && at < elements.Length; at += Step(way))
        {
            Fate fate = elements[at].Offer(now, way, in segment, out Segment answer);
            if (fate == Fate.Delivered) continue;
            if (fate == Fate.Changed)
            {
                segment = answer;
                continue;
            }
            if (fate == Fate.Answered)
            {
                answer.Connection = segment.Connection;
                (pendingAnswer, pendingWay, pendingAt) = (answer, Opposite(way), at);
            }
            return fate;
        }
        Leaving(way).Enqueue(new Passage<Segment> { Unit = segment, Fate = Fate.Delivered, OfferedAt = now });
        return Fate.Inside;
    }
}
