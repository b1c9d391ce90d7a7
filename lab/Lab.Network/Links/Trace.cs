namespace Lab.Network;

/// <summary>
/// What one direction of a link went through, recorded or made up: its rate, and perhaps more. Never changes, so any
/// number of links may play it, each from the start of the run.
/// </summary>
public abstract class Trace
{
    /// <summary>For one link of its own.</summary>
    /// <param name="loops">Begins anew at its end; else the link stops, or stays as it was, for ever.</param>
    /// <param name="floor">The link sends nothing at or before it.</param>
    internal abstract Playback Play(bool loops, Instant floor);
}

/// <summary>
/// One link's place in a trace. Driving rule: Advance, then ask; times never go back. Nothing is allocated per unit.
/// </summary>
internal abstract class Playback
{
    /// <summary>What is offered at the last Advance is lost.</summary>
    public abstract bool Outage { get; }

    /// <summary>When <see cref="Outage"/> may next differ, seen from the last Advance.</summary>
    public abstract Instant NextChange { get; }

    /// <summary>The share lost at the last Advance; null = the trace does not say.</summary>
    public virtual Probability? Loss => null;

    /// <summary>Whether <see cref="Send"/> says when units leave; else the link's own rate does.</summary>
    public virtual bool HasRate => true;

    public abstract void Advance(Instant now);

    /// <summary>
    /// Sends the next unit: when its first byte starts and its last one leaves. Never when the trace ends before that;
    /// then nothing behind it leaves either.
    /// </summary>
    public abstract Instant Send(int bytes, out Instant start);

    /// <summary>The delay of what is sent at that moment, no earlier than the last one; null = the trace does not
    /// say.</summary>
    public virtual Duration? DelayAt(Instant departure) => null;
}
