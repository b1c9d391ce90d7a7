namespace Lab.Network;

/// <summary>What became of a unit offered to a link.</summary>
public enum Fate : byte { Inside, Delivered, Lost, Overflowed }

/// <summary>A unit that left the link: delivered at its far end, or lost on the way.</summary>
public readonly record struct Passage<T>(T Unit, Fate Fate, Instant OfferedAt);

/// <summary>Conservation: Offered = Delivered + Lost + Overflowed + Inside, in units and in bytes, at every moment.</summary>
public readonly record struct LinkCounters(long Offered, long Delivered, long Lost, long Overflowed, long Inside);

/// <summary>
/// One direction of a path: queue, rate, delay, jitter, loss, outages, cut. First in, first out: jitter never reorders.
/// Driving rule: after Offer, Change or a taken unit look at NextTime and call TryTake at that moment until false.
/// </summary>
public sealed class Link<T>
{
    public Link(LinkSpec spec, RandomStream random) => throw new NotImplementedException();

    /// <summary>Offers a unit of <paramref name="bytes"/> on the wire. Lost or Overflowed: the caller still owns it.</summary>
    public Fate Offer(Instant now, in T unit, int bytes) => throw new NotImplementedException();

    /// <summary>The next unit whose time has come, with its fate.</summary>
    public bool TryTake(Instant now, out Passage<T> passage) => throw new NotImplementedException();

    public Instant NextTime => throw new NotImplementedException();

    /// <summary>Other numbers from now on (degrade, heal); what is inside keeps its time of arrival.</summary>
    public void Change(Instant now, LinkSpec spec) => throw new NotImplementedException();

    /// <summary>Blackhole: what is inside and what comes is lost, until healed. Cuts nest: two cuts need two heals.</summary>
    public void Cut(Instant now) => throw new NotImplementedException();

    public void Heal(Instant now) => throw new NotImplementedException();

    /// <summary>The truth: would a packet offered now certainly be lost (cut, or the channel's own outage)?</summary>
    public bool IsDown(Instant now) => throw new NotImplementedException();

    /// <summary>When <see cref="IsDown"/> next changes by itself (outages); Never without outages.</summary>
    public Instant NextChange => throw new NotImplementedException();

    public LinkCounters Units => throw new NotImplementedException();
    public LinkCounters Bytes => throw new NotImplementedException();
}
