using Lab.Network;

namespace Lab.Toxiproxy;

/// <summary>
/// One toxic on one direction of one connection: chunks that wait in front of it, the behaviour that holds one, and
/// chunks that an interruption let go. Driving rule as for <see cref="Behaviour"/>: Put only while there is room, then
/// TryTake until false, then <see cref="Ended"/> and <see cref="NextTime"/>.
/// </summary>
internal sealed class ToxicStage
{
    private readonly Behaviour bite, pass = new PassOn();
    private readonly RandomStream toxicityDraws;
    private readonly float fixedDraw;
    private readonly bool strict;
    private readonly Queue<Chunk> released = new();
    private Queue<Chunk> waiting = new();
    private Toxic toxic;
    private Behaviour active;
    private Ending input, removedBy;
    private bool endTold;

    public ToxicStage(Toxic toxic, RandomStream chance, bool strict, Instant now)
    {
        (this.toxic, this.strict) = (toxic, strict);
        toxicityDraws = chance.Fork("toxicity");
        fixedDraw = Draw();
        bite = toxic.Kind.Create(chance.Fork("values"));
        pass.Change(now, []);
        bite.Change(now, toxic.Values);
        active = Chosen();
    }

    public string Name => toxic.Name;

    /// <summary>The toxic was taken away; the stage goes when it is empty.</summary>
    public bool Removed { get; private set; }

    public bool IsEmpty => released.Count == 0 && waiting.Count == 0 && !active.HoldsChunk;

    /// <summary>After a close by the toxic everything is taken and dropped.</summary>
    public bool HasRoom(Instant now) =>
        IsOver || released.Count == 0 && (waiting.Count < (Removed ? 0 : toxic.Kind.Waiting)
            || waiting.Count == 0 && active.IsIdle(now));

    public void Put(Instant now, Chunk chunk)
    {
        if (IsOver) return;
        waiting.Enqueue(chunk);
        Feed(now);
    }

    /// <summary>The input has ended; false when that was known.</summary>
    public bool End(Instant now, Ending how)
    {
        if (input != Ending.None) return false;
        input = how;
        Feed(now);
        return true;
    }

    public bool TryTake(Instant now, out Chunk chunk)
    {
        if (released.TryDequeue(out chunk)) return true;
        do
        {
            Feed(now);
            if (active.TryGive(now, out chunk)) return true;
        }
        while (waiting.Count > 0 && active.IsIdle(now));
        return false;
    }

    /// <summary>How the output ended, once everything in front of the end was taken.</summary>
    public Ending Ended => released.Count > 0 || active.HoldsChunk ? Ending.None
        : removedBy != Ending.None ? removedBy : active.Ended;

    public Instant NextTime => active.NextTime;

    /// <summary>
    /// The toxic has other values or another toxicity. As Toxiproxy does, the chunk in the hand leaves at once and the
    /// toxicity is drawn again; strict: the chunk is weighed anew, the draw stays.
    /// </summary>
    public void Change(Instant now, Toxic changed)
    {
        toxic = changed;
        if (active.Release(out Chunk held))
        {
            if (strict) waiting = new Queue<Chunk>([held, .. waiting]);
            else released.Enqueue(held);
        }
        bite.Change(now, changed.Values);
        Resume(now);
    }

    /// <summary>
    /// A toxic behind this one came or went: Toxiproxy restarts this one then. The chunk in the hand leaves, the
    /// toxicity is drawn again.
    /// </summary>
    public void Disturb(Instant now)
    {
        if (strict || Removed) return;
        if (active.Release(out Chunk held)) released.Enqueue(held);
        bite.Change(now, toxic.Values);
        Resume(now);
    }

    /// <summary>Everything held goes on at once; then the stage is empty and can go.</summary>
    public void Remove(Instant now)
    {
        removedBy = active.Remove();
        Removed = true;
        if (removedBy is Ending.Close or Ending.Reset && active.Ended == Ending.None) waiting.Clear();
        if (active.Release(out Chunk held)) released.Enqueue(held);
        while (waiting.TryDequeue(out Chunk next)) released.Enqueue(next);
        active = pass;
        Feed(now);
    }

    private bool IsOver => removedBy != Ending.None || active.Ended != Ending.None;

    private void Resume(Instant now)
    {
        if (!active.IsCommitted)
        {
            active = Chosen();
            endTold = false;
        }
        Feed(now);
    }

    /// <summary>Time has passed, or there is something to take.</summary>
    public void Feed(Instant now)
    {
        active.Tick(now);
        while (!IsOver && released.Count == 0 && active.IsIdle(now) && waiting.TryDequeue(out Chunk next))
        {
            active.Take(now, next);
            active.Tick(now);
        }
        if (IsOver) waiting.Clear();
        if (input == Ending.None || endTold || waiting.Count > 0 || released.Count > 0 || !active.IsIdle(now)) return;
        endTold = true;
        if (IsOver) return;
        active.End(now, input);
        active.Tick(now);
    }

    private Behaviour Chosen() => (strict ? fixedDraw : Draw()) < toxic.Toxicity ? bite : pass;

    // as fine as a float between 0 and 1 can be
    private float Draw() => (toxicityDraws.Next() >> 40) / (float)(1 << 24);
}
