using Lab.Network;

namespace Lab.Toxiproxy;

/// <summary>
/// The toxics of one direction of one connection, in order, joined without buffers of their own: a chunk moves on when
/// the next stage has room, so a receiver that does not read is felt by the sender. Driven by (time, chunk), no clock,
/// no sockets: Offer only while there is room, TryTake until false, then <see cref="Ended"/> and NextTime.
/// </summary>
internal sealed class ToxicChain
{
    private static readonly Toxic Entrance = new("", ToxicKind.Find("noop")!, "", 1, []);

    private readonly List<ToxicStage> stages;
    private readonly RandomStream chance;
    private readonly bool strict;

    public ToxicChain(RandomStream chance, bool strict, Instant now)
    {
        (this.chance, this.strict) = (chance, strict);
        stages = [new ToxicStage(Entrance, chance, strict, now)];
    }

    /// <summary>No toxics and nothing held: bytes may as well pass by.</summary>
    public bool IsIdle => stages.Count == 1 && stages[0].IsEmpty && stages[0].Ended == Ending.None;

    public bool HasRoom(Instant now) => stages[0].HasRoom(now);

    public void Offer(Instant now, Chunk chunk) => stages[0].Put(now, chunk);

    public void End(Instant now, Ending how) => stages[0].End(now, how);

    public bool TryTake(Instant now, out Chunk chunk)
    {
        Advance(now);
        return stages[^1].TryTake(now, out chunk);
    }

    /// <summary>How this direction ended, once TryTake gave everything before the end.</summary>
    public Ending Ended => stages[^1].Ended;

    /// <summary>When to call again without input; a time that has passed waits for room, not for time.</summary>
    public Instant NextTime(Instant now)
    {
        Instant next = Instant.Never;
        foreach (ToxicStage stage in stages)
            if (stage.NextTime > now) next = Instant.Min(next, stage.NextTime);
        return next;
    }

    public void Add(Instant now, Toxic toxic)
    {
        Advance(now);
        stages[^1].Disturb(now);
        stages.Add(new ToxicStage(toxic, chance.Fork(toxic.Name), strict, now));
    }

    public void Change(Instant now, Toxic toxic)
    {
        Advance(now);
        Find(toxic.Name)?.Change(now, toxic);
    }

    public void Remove(Instant now, string name)
    {
        Advance(now);
        if (Find(name) is not { } stage) return;
        stages[stages.IndexOf(stage) - 1].Disturb(now);
        stage.Remove(now);
    }

    private ToxicStage? Find(string name) => stages.Find(s => s.Name == name && !s.Removed);

    private void Advance(Instant now)
    {
        for (bool moved = true; moved;)
        {
            moved = false;
            for (int i = stages.Count - 2; i >= 0; i--)
            {
                ToxicStage from = stages[i], to = stages[i + 1];
                from.Feed(now);
                while (to.HasRoom(now) && from.TryTake(now, out Chunk chunk))
                {
                    to.Put(now, chunk);
                    moved = true;
                }
                if (from.Ended != Ending.None) moved |= to.End(now, from.Ended);
                if (!from.Removed || !from.IsEmpty) continue;
                stages.RemoveAt(i);
                moved = true;
            }
        }
        if (stages[^1] is { Removed: true, IsEmpty: true, Ended: Ending.None }) stages.RemoveAt(stages.Count - 1);
    }
}
