namespace Lab.Network;

/// <summary>
/// A link each way whose near end is a phone's radio: packets wait on either side of it until the radio lets them pass,
/// and then go over the link as over any other.
/// </summary>
public sealed class RadioLink : LinkElement
{
    private readonly Radio radio;
    private readonly Queue<Passage<Segment>> up = new(), down = new();
    private Instant watched = Instant.Never;
    private (int State, bool Waking, SegmentUse Use, byte Mark) told;

    /// <param name="random">As of a link, and forked into "radio".</param>
    public RadioLink(RadioSpec spec, LinkSpec upward, LinkSpec downward, RandomStream random, Transit<Segment> transit)
        : base(upward, downward, random, transit) => radio = new Radio(spec, random.Fork("radio"));

    public override Instant NextChange => Instant.Min(base.NextChange, radio.NextTime);

    public override Fate Offer(Instant now, Direction way, in Segment segment, out Segment answer)
    {
        radio.Advance(now);
        Queue<Passage<Segment>> waiting = Waiting(way);
        bool passes = waiting.Count == 0 && radio.Passes(way, in segment);
        Tell(now);
        if (passes) return base.Offer(now, way, in segment, out answer);
        answer = default;
        waiting.Enqueue(new Passage<Segment> { Unit = segment, OfferedAt = now });
        return Fate.Inside;
    }

    /// <summary>Segments go over the link in the order in which they came; one that is lost there leaves at
    /// once.</summary>
    public override bool TryTake(Instant now, Direction way, out Passage<Segment> passage)
    {
        radio.Advance(now);
        Queue<Passage<Segment>> waiting = Waiting(way);
        Fate fate = Fate.Inside;
        passage = default;
        while (fate == Fate.Inside && waiting.TryPeek(out passage) && radio.Passes(way, in passage.Unit))
        {
            waiting.Dequeue();
            fate = base.Offer(now, way, in passage.Unit, out _);
        }
        Tell(now);
        if (fate == Fate.Inside) return base.TryTake(now, way, out passage);
        passage.Fate = fate;
        return true;
    }

    public override Instant NextTime(Direction way) => Waiting(way).Count == 0 ? base.NextTime(way)
        : Instant.Min(base.NextTime(way), radio.OpensAt(way));

    /// <summary>Another program of the same phone sends or receives something.</summary>
    public void Use(Instant now, in Segment packet)
    {
        radio.Advance(now);
        radio.Passes(Direction.Up, in packet);
        Tell(now);
    }

    /// <summary>It says nothing, but changes by itself.</summary>
    public override bool TrySay(Instant now, out Direction way, out Segment segment)
    {
        radio.Advance(now);
        Tell(now);
        return base.TrySay(now, out way, out segment);
    }

    private Queue<Passage<Segment>> Waiting(Direction way) => way == Direction.Up ? up : down;

    private void Tell(Instant now)
    {
        if (radio.NextTime != watched)
        {
            watched = radio.NextTime;
            TellChange();
        }
        (int, bool, SegmentUse, byte) news = (radio.State, radio.IsWaking, radio.Account.Use, radio.Account.Mark);
        if (news == told) return;
        told = news;
        TellRadio(now, radio);
    }
}
