using Lab.Network;

namespace Lab.Toxiproxy;

/// <summary>
/// What a toxic does with the one chunk in its hand. A machine without clock, threads or sockets. The driving rule:
/// Take only while <see cref="IsIdle"/>; after any call TryGive until false, then read <see cref="Ended"/> and
/// <see cref="NextTime"/>. Change puts new values; the hand is empty then, for <see cref="Release"/> came before.
/// </summary>
internal abstract class Behaviour
{
    /// <summary>A timer that fires late by up to this much is made good by the next wait.</summary>
    private static readonly Duration Lateness = Duration.FromMilliseconds(10);

    protected long[] Values { get; private set; } = [];
    protected Chunk Hand { get; set; }
    protected bool Holding { get; set; }
    protected Instant Due { get; set; } = Instant.Never;

    /// <summary>How the output ended; what is in the hand still leaves first.</summary>
    public Ending Ended { get; protected set; }

    /// <summary>The connection's end is decided; no other draw of the toxicity can undo it.</summary>
    public virtual bool IsCommitted => Ended != Ending.None;

    public virtual bool IsIdle(Instant now) => !Holding;

    /// <summary>When something happens without input.</summary>
    public virtual Instant NextTime => Due;

    /// <summary>Whether a chunk is still to be given.</summary>
    public bool HoldsChunk => Holding;

    /// <summary>Starts, or goes on with other values.</summary>
    public virtual void Change(Instant now, long[] values) => Values = values;

    public virtual void Take(Instant now, Chunk chunk) => (Hand, Holding, Due) = (chunk, true, now);

    public virtual bool TryGive(Instant now, out Chunk chunk)
    {
        chunk = default;
        if (!Holding || now < Due) return false;
        chunk = Hand;
        (Hand, Holding, Due) = (default, false, Instant.Never);
        return true;
    }

    /// <summary>The input has ended and the hand is empty. May be told again after Change.</summary>
    public virtual void End(Instant now, Ending how) => Ended = how;

    /// <summary>Time has passed.</summary>
    public virtual void Tick(Instant now) { }

    /// <summary>Gives up what is in the hand, as one chunk.</summary>
    public bool Release(out Chunk chunk)
    {
        chunk = Hand;
        bool held = Holding;
        (Hand, Holding, Due) = (default, false, Instant.Never);
        return held;
    }

    /// <summary>The toxic is taken away: how the connection ends by that, or None.</summary>
    public virtual Ending Remove() => Ended;

    /// <summary>The moment the next wait counts from: what a timer was late by is made good.</summary>
    protected static Instant Punctual(Instant due, Instant now) => due < now && now - due < Lateness ? due : now;

    /// <summary>Milliseconds of an attribute; negative ones are none, absurd ones a century.</summary>
    protected static Duration Milliseconds(long value) =>
        Duration.FromMilliseconds(Math.Clamp(value, 0, 100L * 366 * 86_400_000));
}

/// <summary>Hands on at once: noop, and every toxic whose toxicity did not hit.</summary>
internal sealed class PassOn : Behaviour;

/// <summary>
/// Each chunk leaves a drawn time after it came, never before the one in front of it. The end is not delayed: it
/// follows the last chunk. What leaves carries the time it left, so that two delays add up.
/// </summary>
internal abstract class Delay : Behaviour
{
    private Instant left = Instant.Zero;

    protected abstract Duration Draw(Chunk chunk);

    public override void Take(Instant now, Chunk chunk)
    {
        base.Take(now, chunk);
        Due = Instant.Max(left, chunk.At + Draw(chunk));
    }

    public override bool TryGive(Instant now, out Chunk chunk)
    {
        Instant due = Due;
        if (!base.TryGive(now, out chunk)) return false;
        left = due;
        chunk = chunk with { At = Instant.Max(chunk.At, due), Ready = due };
        return true;
    }
}

/// <summary>latency ms plus a whole number of milliseconds in [-jitter, jitter); a negative sum is no wait.</summary>
internal sealed class Latency(RandomStream chance) : Delay
{
    protected override Duration Draw(Chunk chunk)
    {
        long jitter = Math.Clamp(Values[1], 0, int.MaxValue);
        long offset = jitter == 0 ? 0 : (long)chance.Below((ulong)jitter * 2) - jitter;
        return Milliseconds(Math.Clamp(Values[0], -int.MaxValue, int.MaxValue * 1000L) + offset);
    }
}

/// <summary>
/// What packet loss looks like above TCP: nothing vanishes, but what was lost waits until it is sent again, and all
/// behind it too. A chunk is one packet per 1,448 bytes; each is lost, and lost again, with the same chance; a wait of
/// recovery ms, doubled each time, as a retransmission timer does. The slowest packet holds the chunk.
/// </summary>
internal sealed class RecoveredLoss(RandomStream chance) : Delay
{
    private const int PacketBytes = 1448, MostLosses = 6;

    protected override Duration Draw(Chunk chunk)
    {
        int worst = 0;
        for (int packet = 0; packet < (chunk.Length + PacketBytes - 1) / PacketBytes; packet++)
        {
            int losses = 0;
            while (losses < MostLosses && chance.Below(1000) < (ulong)Values[0]) losses++;
            worst = Math.Max(worst, losses);
        }
        return Milliseconds(Math.Min(Values[1], int.MaxValue) * ((1L << worst) - 1));
    }
}

/// <summary>
/// Toxiproxy's packet_loss: a chunk is deleted with loss_rate, and behind one that was deleted with loss_rate +
/// correlation. Its bytes are missing from the stream for good, which nothing in TCP ever does.
/// </summary>
internal sealed class ChunkLoss(RandomStream chance) : Behaviour
{
    private bool lost;

    public override void Take(Instant now, Chunk chunk)
    {
        double share = Share(0) + (lost ? Share(1) : 0);
        lost = (chance.Next() >> 11) * (1.0 / (1UL << 53)) < share;
        if (!lost) base.Take(now, chunk);
    }

    private double Share(int attribute) => Math.Clamp(ToxicKind.Fraction(Values[attribute]), 0, 1);
}

/// <summary>
/// rate KB/s (1 KB = 1,000 bytes): a chunk leaves when its bytes have had their time, in pieces of 100 ms if it is
/// larger than that. The time counts from when the chunk before was due, so what timers and threads were late by is
/// made good, up to a piece: a receiver that did not read for long gets no burst. Rate 0 lets nothing pass.
/// </summary>
internal sealed class Bandwidth : Behaviour
{
    private static readonly Duration MostLate = Duration.FromMilliseconds(100);
    private Instant finished = Instant.Zero;

    private long Rate => Math.Min(Values[0], int.MaxValue);
    private int Piece => (int)Math.Min(Hand.Length, Rate * 100);

    public override void Change(Instant now, long[] values)
    {
        base.Change(now, values);
        finished = now;
    }

    public override void Take(Instant now, Chunk chunk)
    {
        base.Take(now, chunk);
        Due = Finished(Instant.Max(finished, chunk.Ready), now);
    }

    public override bool TryGive(Instant now, out Chunk chunk)
    {
        chunk = default;
        if (!Holding || now < Due) return false;
        int piece = Piece;
        finished = Due;
        chunk = Hand.First(piece) with { Ready = Due };
        Hand = Hand.From(piece);
        Holding = Hand.Length > 0;
        Due = Holding ? Finished(finished, now) : Instant.Never;
        return true;
    }

    private Instant Finished(Instant from, Instant now) => Rate == 0 ? Instant.Never
        : Instant.Max(from, now - MostLate) + new Duration(Piece * 1_000_000L / Rate);
}

/// <summary>The end of the stream is passed on delay ms late, in this direction.</summary>
internal sealed class SlowClose : Behaviour
{
    private Ending how;
    private Instant closing = Instant.Never;

    public override Instant NextTime => Instant.Min(Due, closing);

    public override void End(Instant now, Ending ending) =>
        (how, closing) = (ending, now + Milliseconds(Values[0]));

    public override void Tick(Instant now)
    {
        if (now >= closing) (Ended, closing) = (how, Instant.Never);
    }

    public override Ending Remove() => closing == Instant.Never ? Ended : how;
}

/// <summary>
/// The toxic called timeout: swallows everything, and closes after timeout ms without a chunk (0: never). Taking it
/// away closes the connection, for its bytes are missing.
/// </summary>
internal sealed class Silence : Behaviour
{
    public override void Change(Instant now, long[] values)
    {
        base.Change(now, values);
        Restart(now);
    }

    public override void Take(Instant now, Chunk chunk) => Restart(now);

    public override void Tick(Instant now)
    {
        if (now >= Due) (Ended, Due) = (Ending.Close, Instant.Never);
    }

    public override Ending Remove() => Ending.Close;

    private void Restart(Instant now) => Due = Values[0] > 0 ? now + Milliseconds(Values[0]) : Instant.Never;
}

/// <summary>The first chunk, or the end, is dropped; timeout ms later the connection is reset on both sides.</summary>
internal sealed class ResetPeer : Behaviour
{
    private Instant? began;

    public override void Change(Instant now, long[] values)
    {
        base.Change(now, values);
        if (began is { } start) Due = start + Milliseconds(values[0]);
    }

    public override void Take(Instant now, Chunk chunk) => Begin(now);

    public override void End(Instant now, Ending how) => Begin(now);

    public override void Tick(Instant now)
    {
        if (now >= Due) (Ended, Due) = (Ending.Reset, Instant.Never);
    }

    public override bool IsCommitted => began is not null;

    public override Ending Remove() => began is null ? Ending.None : Ending.Reset;

    private void Begin(Instant now)
    {
        if (began is not null) return;
        began = now;
        Due = now + Milliseconds(Values[0]);
    }
}

/// <summary>
/// Halves a chunk until no part is larger than average_size + size_variation, the middle moved by up to size_variation;
/// delay microseconds after every part, the last one too.
/// </summary>
internal sealed class Slicer(RandomStream chance) : Behaviour
{
    private readonly Stack<int> cuts = new();   // lengths still to be given, larger ones to be halved on the way
    private Instant paused = Instant.Zero;

    public override bool IsIdle(Instant now) => !Holding && now >= paused;

    public override Instant NextTime => Holding ? Due : paused;

    public override void Take(Instant now, Chunk chunk)
    {
        base.Take(now, chunk);
        cuts.Clear();
        cuts.Push(chunk.Length);
    }

    public override void Change(Instant now, long[] values)
    {
        base.Change(now, values);
        paused = now;
    }

    public override bool TryGive(Instant now, out Chunk chunk)
    {
        chunk = default;
        if (!Holding || now < Due) return false;
        int length = NextCut();
        chunk = Hand.First(length) with { Ready = Due };
        Hand = Hand.From(length);
        paused = Punctual(Due, now) + Duration.FromMicroseconds(Math.Clamp(Values[2], 0, 1L << 50));
        Holding = Hand.Length > 0;
        Due = Holding ? paused : Instant.Never;
        return true;
    }

    private int NextCut()
    {
        long most = Math.Min(int.MaxValue, Values[0]) + Math.Min(int.MaxValue, Values[1]);
        int variation = (int)Math.Min(Values[1], 1 << 20);
        for (;;)
        {
            int length = cuts.Pop();
            if (length <= most) return length;
            int middle = length / 2 + (variation == 0 ? 0 : (int)chance.Below(2 * (ulong)variation) - variation);
            middle = Math.Clamp(middle, 1, length - 1);
            cuts.Push(length - middle);
            cuts.Push(middle);
        }
    }
}

/// <summary>Passes this many bytes, counted since the toxic came to the connection, then closes it.</summary>
internal sealed class LimitData : Behaviour
{
    private long passed;

    public override void Take(Instant now, Chunk chunk)
    {
        long left = Math.Max(0, Values[0] - passed);
        if (chunk.Length >= left) Ended = Ending.Close;
        if (left == 0) return;
        chunk = chunk.First((int)Math.Min(left, chunk.Length));
        passed += chunk.Length;
        base.Take(now, chunk);
    }
}
