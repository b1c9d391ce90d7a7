namespace Lab.Network;

/// <summary>Which way a segment goes: up is from the near end of a path, which opens the connections, to the far
/// one.</summary>
public enum Direction : byte { Up, Down }

/// <summary>
/// One thing on a path that segments come by, either way: a link, a middlebox. It lets a segment pass at once, keeps it
/// for a while, loses it, or answers it; what it remembers of a connection is its own.
/// Driving rule: as of a link (<see cref="Link{T}"/>), for each direction.
/// </summary>
public abstract class PathElement
{
    private IPassageWatcher? watcher;
    private int path;

    /// <summary>Where it lies on its path, from the near end.</summary>
    protected int Place { get; private set; }

    /// <summary>Who hears of <see cref="TellPassage"/>, and as what; nobody otherwise.</summary>
    public void Attach(IPassageWatcher watcher, int path, int place) =>
        (this.watcher, this.path, Place) = (watcher, path, place);

    /// <summary>
    /// What becomes of a segment that comes by. Delivered: it goes on at once. Inside: it will leave by
    /// <see cref="TryTake"/>. Lost, Overflowed: it ends here. Answered: so too, and <paramref name="answer"/>, which
    /// has no payload, goes back from here. Changed: <paramref name="answer"/> goes on in its place, with its payload.
    /// Whoever offered it owns its payload, unless it is inside.
    /// </summary>
    public abstract Fate Offer(Instant now, Direction way, in Segment segment, out Segment answer);

    /// <summary>The next segment in that direction whose time has come: Delivered goes on, Lost does not.</summary>
    public virtual bool TryTake(Instant now, Direction way, out Passage<Segment> passage)
    {
        passage = default;
        return false;
    }

    /// <summary>Whether TryTake ever has a segment.</summary>
    public virtual bool Keeps => true;

    /// <summary>When TryTake will have a segment; Never while it holds none.</summary>
    public virtual Instant NextTime(Direction way) => Instant.Never;

    /// <summary>The truth: would every segment offered now be lost here?</summary>
    public virtual bool IsDown(Instant now, Direction way) => false;

    /// <summary>When <see cref="IsDown"/> may next change by itself, in either direction; moves at that time, or when
    /// the element is changed from without, or else it tells (<see cref="TellChange"/>).</summary>
    public virtual Instant NextChange => Instant.Never;

    /// <summary>Prefetches what an offer will touch, once the element itself is in the cache.</summary>
    public virtual void Foresee() { }

    /// <summary>What it says by itself, without having been offered anything, and which way that goes; at
    /// <see cref="NextChange"/>, or after <see cref="Forget"/>.</summary>
    public virtual bool TrySay(Instant now, out Direction way, out Segment segment)
    {
        (way, segment) = (default, default);
        return false;
    }

    /// <summary>It loses what it remembers of connections, if it does at all.</summary>
    public virtual void Forget(Instant now) { }

    /// <summary>What passes of one connection has changed here; by itself, then at <see cref="NextChange"/>.</summary>
    protected void TellPassage(Instant now, int connection, bool upDead, bool downDead, PassageCause cause) =>
        watcher?.PassageChanged(now, path, Place, connection, upDead, downDead, cause);

    /// <summary>An offer has moved <see cref="NextChange"/>.</summary>
    protected void TellChange() => watcher?.NextChangeMoved(path);

    /// <summary>The state of a radio has changed, or on whose account it is in it.</summary>
    protected void TellRadio(Instant now, Radio radio) => watcher?.RadioChanged(now, path, Place, radio);
}
