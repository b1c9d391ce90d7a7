namespace Lab.Network;

/// <summary>
/// What lies between two hosts: elements in a row, from the near end to the far one, at least one of them a link. Its
/// beginning may be several such rows, of which the near end uses one at a time (<see cref="Attachment"/>).
/// Driving rule: after Offer, OfferAnswer or a change of an element look at NextTime of both directions and call
/// TryTake at that moment until false. When a fate is Answered, call OfferAnswer before anything else.
/// </summary>
/// <remarks>
/// Theory of operation. A segment comes by each element in turn; each decides by itself (<see cref="PathElement"/>),
/// the path only carries. What one of them answers comes by those before it, on its way back. What was kept nowhere
/// still leaves by TryTake, at the same instant: nothing arrives within the call that sent it. A path of one link, the
/// usual one, calls that link and nothing else. Of several rows a connection keeps to the one that it was opened over;
/// when that is left, what the near end sends on it is lost at once, and what comes to it where it would enter the row,
/// or leave it.
/// Leaves out: routes that differ by direction, fragments.
/// </remarks>
public class NetworkPath
{
    private const int Outside = -1, Nowhere = -2;                       // places behind the ends
    private readonly Link<Segment>? up, down;                           // where one link is all that keeps segments
    private readonly (bool Up, bool Down) enters;                       // whether nothing lies before it
    private readonly int firstKeeper, lastKeeper;
    private readonly PathElement? beside;                               // the first that is no link
    private readonly PathElement[] elements;
    private readonly int[]? rows;                                       // where each begins, and what follows them all
    private Queue<Passage<Segment>>? leavingUp, leavingDown;            // few paths ever need them
    private Segment pendingAnswer;
    private Direction pendingWay;
    private int pendingAt = -1;

    public NetworkPath(params PathElement[] elements) : this([elements], [])
    {
    }

    /// <param name="rows">What lies at the near end, one of them at a time: each with a link of its own.</param>
    /// <param name="behind">What follows, whichever it is.</param>
    /// <param name="start">The row that it begins with.</param>
    public NetworkPath(IReadOnlyList<PathElement[]> rows, PathElement[] behind, int start = 0)
    {
        elements = [.. rows.SelectMany(r => r), .. behind];
        Links = [.. rows.Select(r => r.OfType<LinkElement>().FirstOrDefault()
            ?? throw new ArgumentException("a path needs a link", nameof(rows)))];
        if (rows.Count > 1)
        {
            this.rows = new int[rows.Count + 1];
            for (int i = 0; i < rows.Count; i++) this.rows[i + 1] = this.rows[i] + rows[i].Length;
            Attachment = new Attachment(start);
        }
        beside = elements.FirstOrDefault(e => e is not LinkElement);
        (firstKeeper, lastKeeper) =
            (Array.FindIndex(elements, e => e.Keeps), Array.FindLastIndex(elements, e => e.Keeps));
        HasRadio = elements.Any(e => e is RadioLink);
        if (firstKeeper < lastKeeper || HasRadio) return;
        (up, down) = (Link.Up, Link.Down);
        enters = (elements[0] == Link, elements[^1] == Link);
    }

    /// <summary>The ones that faults cut and degrade: of each row the first from the near end.</summary>
    public IReadOnlyList<LinkElement> Links { get; }

    /// <summary>Of a path with one row.</summary>
    public LinkElement Link => Links[0];

    /// <summary>Whether what passes one way may let something pass that waits the other way.</summary>
    public bool HasRadio { get; }

    /// <summary>Which row the near end uses; null where there is only one.</summary>
    public Attachment? Attachment { get; }

    /// <summary>The row that an element is in: of several the number of the link, -1 = behind them.</summary>
    public int RowOf(int place) => rows is null ? 0 : place >= rows[^1] ? -1
        : Array.FindLastIndex(rows, start => start <= place);

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
    public Fate Offer(Instant now, Direction way, in Segment segment)
    {
        if (way == Direction.Up ? enters.Up : enters.Down)
            return (way == Direction.Up ? up! : down!).Offer(now, in segment, segment.WireBytes);
        return Send(now, way, Entrance(way, segment.Connection), in segment);
    }

    /// <summary>Sends the answer that the last Answered fate left on its way back.</summary>
    public Fate OfferAnswer(Instant now, out Direction way, out Segment answer)
    {
        if (pendingAt < 0) throw new InvalidOperationException("nothing was answered");
        (way, answer, int from) = (pendingWay, pendingAnswer, pendingAt);
        pendingAt = -1;
        return Send(now, way, After(from, way, answer.Connection), in answer);
    }

    /// <summary>Sends the next thing that an element says by itself, with what became of it.</summary>
    public bool TrySay(Instant now, out Direction way, out Segment segment, out Fate fate)
    {
        for (int i = 0; i < elements.Length; i++)
            if (elements[i].TrySay(now, out way, out segment))
            {
                segment.Mark = Segment.PathMark;
                fate = Send(now, way, After(i, way, segment.Connection), in segment);
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
        if (way == Direction.Up ? enters.Down : enters.Up)
            return (way == Direction.Up ? up! : down!).TryTake(now, out passage);
        for (int i = firstKeeper; i <= lastKeeper; i++)
            while (elements[i].TryTake(now, way, out passage))
            {
                if (passage.Fate == Fate.Delivered)
                {
                    int next = After(i, way, passage.Unit.Connection);
                    passage.Fate = Leaving(way) is not { Count: > 0 } ? Carry(now, way, next, ref passage.Unit)
                        : Send(now, way, next, in passage.Unit);   // after those that leave already
                }
                if (passage.Fate != Fate.Inside) return true;
            }
        passage = default;
        return Leaving(way)?.TryDequeue(out passage) == true;
    }

    /// <summary>When TryTake will have something to do; Never while nothing is on its way.</summary>
    public Instant NextTime(Direction way)
    {
        Instant next = Leaving(way) is { Count: > 0 } leaving ? leaving.Peek().OfferedAt : Instant.Never;
        if (up is not null) return Instant.Min(next, (way == Direction.Up ? up : down!).NextTime);
        foreach (PathElement element in elements) next = Instant.Min(next, element.NextTime(way));
        return next;
    }

    /// <summary>The truth: is every segment of a connection that is opened now lost on the way?</summary>
    public bool IsDown(Instant now, Direction way) => IsDownOver(Attachment?.Row ?? 0, now, way);

    /// <summary>The same of a connection over that row; -1 = over none, and everything is lost.</summary>
    public bool IsDownOver(int row, Instant now, Direction way)
    {
        bool isDown = row < 0;
        for (int i = 0; i < elements.Length; i++)
        {
            bool here = elements[i].IsDown(now, way);       // asked of each, for the weather goes on in all
            isDown |= here && (RowOf(i) is var of && (of == row || of < 0));
        }
        return isDown;
    }

    /// <summary>Every element, or those of one row only, lose what they remember of connections.</summary>
    public void Forget(Instant now, int? row = null)
    {
        for (int i = 0; i < elements.Length; i++)
            if (row is null || RowOf(i) == row) elements[i].Forget(now);
    }

    /// <summary>Prefetches what an offer will touch (steps 0 and 1), once the path itself is in the cache.</summary>
    public void Foresee(int step)
    {
        if (step == 0)
        {
            Prefetch.Object(up, 208);
            Prefetch.Object(down, 208);
            if (beside is null) return;
            Prefetch.Object(beside, 128);
            Prefetch.Object(elements, 64);
        }
        else
        {
            up?.Foresee();
            down?.Foresee();
            beside?.Foresee();
        }
    }

    private static int Step(Direction way) => way == Direction.Up ? 1 : -1;

    private static Direction Opposite(Direction way) => way == Direction.Up ? Direction.Down : Direction.Up;

    private Queue<Passage<Segment>>? Leaving(Direction way) => way == Direction.Up ? leavingUp : leavingDown;

    private int Entrance(Direction way, int connection)
    {
        if (rows is null) return way == Direction.Up ? 0 : elements.Length - 1;
        if (way == Direction.Down) return rows[^1] < elements.Length ? elements.Length - 1 : LastOfRow(connection);
        return Attachment!.Enter(connection) is >= 0 and int row ? rows[row] : Nowhere;
    }

    private int LastOfRow(int connection) =>
        Attachment!.RowOf(connection) is >= 0 and int row ? rows![row + 1] - 1 : Nowhere;

    /// <summary>What follows that element.</summary>
    private int After(int at, Direction way, int connection)
    {
        int next = at + Step(way);
        if (rows is null) return next < elements.Length ? next : Outside;
        int row = RowOf(at);
        if (way == Direction.Up)
        {
            if (row >= 0 && next == rows[row + 1]) next = rows[^1];
            return next < elements.Length ? next : Outside;
        }
        if (row < 0) return next >= rows[^1] ? next : LastOfRow(connection);
        return next >= rows[row] ? next : Attachment!.RowOf(connection) == row ? Outside : Nowhere;
    }

    /// <summary>What comes through leaves by TryTake.</summary>
    private Fate Send(Instant now, Direction way, int at, in Segment segment)
    {
        for (; at >= 0; at = After(at, way, segment.Connection))
        {
            Fate fate = elements[at].Offer(now, way, in segment, out Segment answer);
            if (fate == Fate.Delivered) continue;
            if (fate == Fate.Changed) return Send(now, way, After(at, way, answer.Connection), in answer);
            if (fate == Fate.Answered) KeepAnswer(at, way, in segment, ref answer);
            return fate;
        }
        if (at == Nowhere) return Fate.Lost;
        ref Queue<Passage<Segment>>? leaving = ref leavingDown;
        if (way == Direction.Up) leaving = ref leavingUp;
        (leaving ??= new()).Enqueue(new Passage<Segment> { Unit = segment, Fate = Fate.Delivered, OfferedAt = now });
        return Fate.Inside;
    }

    /// <summary>Delivered when it has come to the end of the path, changed as elements changed it.</summary>
    private Fate Carry(Instant now, Direction way, int at, ref Segment segment)
    {
        for (; at >= 0; at = After(at, way, segment.Connection))
        {
            Fate fate = elements[at].Offer(now, way, in segment, out Segment answer);
            if (fate == Fate.Delivered) continue;
            if (fate == Fate.Changed)
            {
                segment = answer;
                continue;
            }
            if (fate == Fate.Answered) KeepAnswer(at, way, in segment, ref answer);
            return fate;
        }
        return at == Nowhere ? Fate.Lost : Fate.Delivered;
    }

    private void KeepAnswer(int at, Direction way, in Segment segment, ref Segment answer)
    {
        (answer.Connection, answer.Port, answer.Mark) = (segment.Connection, segment.Port, Segment.PathMark);
        (pendingAnswer, pendingWay, pendingAt) = (answer, Opposite(way), at);
    }
}
