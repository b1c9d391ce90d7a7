using System.Runtime.CompilerServices;

namespace Lab.Network;

/// <summary>
/// A link each way. Cuts nest and count; of several other numbers for a while (degrade), those that came last are in
/// force, and its own when all have gone.
/// </summary>
public class LinkElement : PathElement
{
    private readonly LinkSpec upSpec, downSpec;
    private List<(long Number, LinkSpec Up, LinkSpec Down)>? degradations;   // few links ever have any

    /// <param name="random">Forked into "up" and "down", and into "sky", the weather of both.</param>
    /// <param name="transit">Shared by the links of a run.</param>
    public LinkElement(LinkSpec up, LinkSpec down, RandomStream random, Transit<Segment> transit)
    {
        (upSpec, downSpec) = (up, down);
        RandomStream sky = random.Fork("sky");   // a tunnel takes both directions away
        Up = new Link<Segment>(up, random.Fork("up"), transit, sky);
        Down = new Link<Segment>(down, random.Fork("down"), transit, sky);
    }

    public Link<Segment> Up { get; }
    public Link<Segment> Down { get; }
    public override Instant NextChange => Instant.Min(Up.NextChange, Down.NextChange);

    public Link<Segment> Of(Direction way) => way == Direction.Up ? Up : Down;

    public override Fate Offer(Instant now, Direction way, in Segment segment, out Segment answer)
    {
        Unsafe.SkipInit(out answer);   // 100 bytes, which only an answer needs
        return Of(way).Offer(now, in segment, segment.WireBytes);
    }

    public override bool TryTake(Instant now, Direction way, out Passage<Segment> passage) =>
        Of(way).TryTake(now, out passage);

    public override Instant NextTime(Direction way) => Of(way).NextTime;
    public override bool IsDown(Instant now, Direction way) => Of(way).IsDown(now);

    /// <summary>Other numbers until <see cref="Restore"/> is called with the same number, which is nobody
    /// else's.</summary>
    public void Degrade(Instant now, long number, LinkSpec up, LinkSpec down)
    {
        (degradations ??= []).Add((number, up, down));
        Apply(now);
    }

    public void Restore(Instant now, long number)
    {
        if (degradations?.RemoveAll(d => d.Number == number) is not 1)
            throw new InvalidOperationException($"degradation {number} is not in force");
        Apply(now);
    }

    private void Apply(Instant now)
    {
        (_, LinkSpec up, LinkSpec down) = degradations!.Count > 0 ? degradations[^1] : (0, upSpec, downSpec);
        Up.Change(now, up);
        Down.Change(now, down);
    }
}
