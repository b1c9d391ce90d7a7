using System.Diagnostics;

namespace Lab.Network;

/// <summary>What became of a unit offered to a link, or of a segment offered to a path: then it may also be answered,
/// and by an element of the path changed.</summary>
public enum Fate : byte { Inside, Delivered, Lost, Overflowed, Answered, Changed }

/// <summary>A unit that left the link: delivered at its far end, or lost on the way.</summary>
public record struct Passage<T>
{
    /// <summary>A field, to be used without a copy.</summary>
    public T Unit;
    public Fate Fate;
    public Instant OfferedAt;
}

/// <summary>
/// Conservation: Offered = Delivered + Lost + Overflowed + Inside, in units and in bytes, at every moment.
/// </summary>
public readonly record struct LinkCounters(long Offered, long Delivered, long Lost, long Overflowed, long Inside);

/// <summary>
/// One direction of a path: queue, rate, delay, jitter, loss, outages, cut. First in, first out: jitter never reorders.
/// Driving rule: after Offer, Change or a taken unit look at NextTime and call TryTake at that moment until false.
/// Times never go back; a call that breaks either rule throws (the second only in debug builds).
/// </summary>
/// <remarks>
/// Theory of operation. A unit meets, in this order: a cut or an outage (lost), the loss of the channel's present state
/// (lost), the queue (overflowed when the bytes still waiting for the rate leave no room; the unit being sent does not
/// wait), the rate (bytes * 8 / rate, rounded up to a nanosecond, after the unit before it), the delay with its jitter,
/// and the unit before it once more (it never arrives earlier than that one). A trace stands for the rate, and for
/// loss, delay and outages where it tells of them. All of this is decided at the offer; the link keeps the time of
/// arrival and needs one event per unit. What is inside when the link is cut is lost at its arrival. A lost unit uses
/// neither queue nor rate, as in netem (net/sched/sch_netem.c, netem_enqueue).
/// Leaves out: reordering, duplication, corruption, queues other than drop-tail, other people's traffic.
/// </remarks>
public sealed class Link<T>
{
    private readonly RandomStream random, sky;
    private readonly Transit<T> transit;
    private RandomStream? lossRandom, jitterRandom;
    private Weather? weather;
    private DelayModel? delays;      // of a link that has more than one
    private LinkSpec spec;
    private Instant now, rateFreeAt, lastArrival;
    private Tally offered, delivered, lost, overflowed, inside;
    private long waitingBytes;
    private int first, last, firstWaiting, cuts, doomed;

    /// <param name="random">Forked into "loss", "jitter", "delay" and "concealed".</param>
    /// <param name="transit">Shared by the links of a run; absent = one of its own.</param>
    /// <param name="sky">
    /// Forked into "channel", "outages" and "place"; links that share it have the same weather. Absent = random.
    /// </param>
    public Link(LinkSpec spec, RandomStream random, Transit<T>? transit = null, RandomStream? sky = null)
    {
        this.spec = spec;
        this.random = random;
        this.sky = sky ?? random;
        this.transit = transit ?? new Transit<T>();
        if (Weather.IsNeeded(spec)) weather = new Weather(Instant.Zero, spec, this.sky, Instant.Zero);
        Vary();
    }

    public LinkCounters Units =>
        new(offered.Units, delivered.Units, lost.Units, overflowed.Units, inside.Units);

    public LinkCounters Bytes =>
        new(offered.Bytes, delivered.Bytes, lost.Bytes, overflowed.Bytes, inside.Bytes);

    /// <summary>Prefetches what an offer will touch, once the link itself is in the cache.</summary>
    public void Foresee()
    {
        Prefetch.Object(lossRandom, 32);
        Prefetch.Object(jitterRandom, 32);
    }

    /// <summary>When the first unit inside arrives; Never when empty.</summary>
    public Instant NextTime => first == 0 ? Instant.Never : transit.Seats[first].ArrivesAt;

    /// <summary>
    /// Offers a unit of <paramref name="bytes"/> on the wire. Lost or Overflowed: the caller still owns it.
    /// </summary>
    public Fate Offer(Instant now, in T unit, int bytes)
    {
        Advance(now);
        Debug.Assert(NextTime >= now, $"offer at {now.Nanoseconds} ns, a unit waits since {NextTime.Nanoseconds} ns");
        offered.Add(bytes);
        Fate fate = Judge(now, bytes);
        if (fate == Fate.Inside) fate = Admit(now, in unit, bytes);
        if (fate == Fate.Lost) lost.Add(bytes);
        else if (fate == Fate.Overflowed) overflowed.Add(bytes);
        AssertConservation();
        return fate;
    }

    /// <summary>The next unit whose time has come, with its fate.</summary>
    public bool TryTake(Instant now, out Passage<T> passage)
    {
        Advance(now);
        if (first == 0 || transit.Seats[first].ArrivesAt > now)
        {
            passage = default;
            return false;
        }
        int seat = first;
        ref Passenger<T> unit = ref transit.Seats[seat];
        if (firstWaiting == seat) Start(ref unit);
        passage.Unit = unit.Unit;
        passage.OfferedAt = unit.OfferedAt;
        passage.Fate = doomed > 0 ? Fate.Lost : Fate.Delivered;
        if (passage.Fate == Fate.Lost) lost.Add(unit.Bytes);
        else delivered.Add(unit.Bytes);
        if (doomed > 0) doomed--;
        inside.Remove(unit.Bytes);
        first = unit.Next;
        if (first == 0) last = 0;
        transit.Return(seat);
        AssertConservation();
        return true;
    }

    /// <summary>Other numbers from now on (degrade, heal); what is inside keeps its time of arrival.</summary>
    public void Change(Instant now, LinkSpec spec)
    {
        Advance(now);
        this.spec = spec;
        Vary();
        if (weather != null) weather.Change(now, spec, rateFreeAt);
        else if (Weather.IsNeeded(spec)) weather = new Weather(now, spec, sky, rateFreeAt);
    }

    /// <summary>
    /// Blackhole: what is inside and what comes is lost, until healed. Cuts nest: two cuts need two heals.
    /// </summary>
    public void Cut(Instant now)
    {
        Advance(now);
        cuts++;
        doomed = (int)inside.Units;
    }

    /// <summary>Ends one cut; more heals than cuts are a bug and throw.</summary>
    public void Heal(Instant now)
    {
        Advance(now);
        if (cuts == 0) throw new InvalidOperationException($"heal at {now.Nanoseconds} ns of a link that is not cut");
        cuts--;
    }

    /// <summary>The truth: would a packet offered now certainly be lost (cut, or the channel's own outage)?</summary>
    public bool IsDown(Instant now)
    {
        Advance(now);
        return cuts > 0 || weather is { Outage: true } || LossNow == Probability.Always;
    }

    /// <summary>
    /// When <see cref="IsDown"/> may next change by itself, seen from the last call: outages, a channel that loses
    /// everything in one state, what a trace tells. Never without them.
    /// </summary>
    public Instant NextChange
    {
        get
        {
            if (weather == null) return Instant.Never;
            bool channelCuts = (spec.Loss.WhenBad == Probability.Always) != (spec.Loss.WhenGood == Probability.Always);
            Instant channel = channelCuts ? weather.NextChannelChange : Instant.Never;
            return Instant.Min(channel, weather.NextOutageChange);
        }
    }

    private Probability LossNow => weather == null ? spec.Loss.WhenGood : weather.Of(spec.Loss);

    private Fate Judge(Instant now, int bytes)
    {
        if (cuts > 0 || weather is { Outage: true }) return Fate.Lost;
        Probability loss = LossNow;
        if (loss != Probability.Never && (lossRandom ??= random.Fork("loss")).Chance(loss)) return Fate.Lost;
        while (firstWaiting != 0 && transit.Seats[firstWaiting].StartsAt <= now)
            Start(ref transit.Seats[firstWaiting]);
        bool full = rateFreeAt > now
            && waitingBytes + bytes > (spec.QueueBytes > 0 ? spec.QueueBytes : LinkSpec.UnlimitedQueueBytes);
        return full ? Fate.Overflowed : Fate.Inside;
    }

    private Fate Admit(Instant now, in T unit, int bytes)
    {
        Instant start = Instant.Max(now, rateFreeAt);
        if (weather is { Playback: { HasRate: true } playback })
        {
            Instant sent = playback.Send(bytes, out start);
            if (sent == Instant.Never) return Fate.Lost;
            rateFreeAt = sent;
        }
        else if (spec.RateBitsPerSecond > 0) rateFreeAt = start + Serialization(bytes, spec.RateBitsPerSecond);
        Instant departure = Instant.Max(start, rateFreeAt);
        lastArrival = Instant.Max(lastArrival, departure + Flight(departure));

        int seat = transit.Take();
        ref Passenger<T> passenger = ref transit.Seats[seat];
        passenger.Unit = unit;
        passenger.OfferedAt = now;
        passenger.StartsAt = start;
        passenger.ArrivesAt = lastArrival;
        passenger.Bytes = bytes;
        passenger.Next = 0;
        if (last == 0) first = seat;
        else transit.Seats[last].Next = seat;
        last = seat;
        inside.Add(bytes);
        if (start > now)
        {
            waitingBytes += bytes;
            if (firstWaiting == 0) firstWaiting = seat;
        }
        return Fate.Inside;
    }

    private void Start(ref Passenger<T> unit)
    {
        waitingBytes -= unit.Bytes;
        firstWaiting = unit.Next;
    }

    private static Duration Serialization(int bytes, long bitsPerSecond)
    {
        (ulong whole, ulong rest) = Math.DivRem((ulong)bytes * 8_000_000_000, (ulong)bitsPerSecond);
        return new((long)whole + (rest == 0 ? 0 : 1));
    }

    private Duration Flight(Instant departure)
    {
        Duration delay = delays is null ? spec.Delay : delays.At(departure, weather?.Playback);
        return spec.Jitter == Duration.Zero ? delay : Jittered(delay, spec.Jitter);
    }

    private void Vary()
    {
        if (delays is not null || DelayModel.IsNeeded(spec)) (delays ??= new DelayModel(random, sky)).Change(spec);
    }

    private Duration Jittered(Duration delay, Duration jitter)
    {
        jitterRandom ??= random.Fork("jitter");
        return spec.Shape switch
        {
            JitterShape.Exponential => delay + jitterRandom.Exponential(jitter),
            JitterShape.Pareto => delay + jitterRandom.Pareto(jitter),
            JitterShape.Normal =>
                Duration.Max(Duration.Zero, delay + Within(jitter * 4, jitterRandom.Normal(Duration.Zero, jitter))),
            _ => Duration.Max(Duration.Zero, jitterRandom.Between(delay - jitter, delay + jitter)),
        };
    }

    private static Duration Within(Duration limit, Duration deviation) =>
        Duration.Max(Duration.Zero - limit, Duration.Min(limit, deviation));

    private void Advance(Instant to)
    {
        if (to < now) throw Backwards(to);
        now = to;
        weather?.Advance(to);
    }

    private InvalidOperationException Backwards(Instant to) =>
        new($"link called at {to.Nanoseconds} ns after {now.Nanoseconds} ns");

    [Conditional("DEBUG")]
    private void AssertConservation()
    {
        Debug.Assert(
            offered.Units == delivered.Units + lost.Units + overflowed.Units + inside.Units
            && offered.Bytes == delivered.Bytes + lost.Bytes + overflowed.Bytes + inside.Bytes,
            $"units: {Units}, bytes: {Bytes}");
        Debug.Assert(inside.Units >= doomed && waitingBytes >= 0 && (first == 0) == (inside.Units == 0),
            $"{inside.Units} inside, {doomed} of them doomed, {waitingBytes} bytes waiting");
    }

    private struct Tally
    {
        public long Units, Bytes;

        public void Add(int bytes)
        {
            Units++;
            Bytes += bytes;
        }

        public void Remove(int bytes)
        {
            Units--;
            Bytes -= bytes;
        }
    }
}
