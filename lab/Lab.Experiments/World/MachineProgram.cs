using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// A program that is a state machine of the lab's: it takes the machine's actions, acts on each, and keeps one alarm
/// for the machine's next moment. Nothing happens while its process does not run.
/// </summary>
internal abstract class MachineProgram : HostProgram
{
    private Alarm alarm;

    protected MachineProgram(World world, int host) : base(world, host)
    {
        World = world;
        alarm = new Alarm(world.Queue.Register(this));
    }

    protected World World { get; }

    /// <summary>The moment at which the machine wants <see cref="Tick"/>.</summary>
    protected abstract Instant NextTime { get; }

    protected abstract bool TryTake(out XmppAction action);
    protected abstract void Act(Instant now, in XmppAction action);
    protected abstract void Tick(Instant now);

    /// <summary>To be called after every call to the machine.</summary>
    protected virtual void Pump(Instant now)
    {
        while (TryTake(out XmppAction action)) Act(now, in action);
        alarm.Set(World.Queue, NextTime);
    }

    public sealed override void OnEvent(Instant now, int argument)
    {
        if (alarm.Due(World.Queue, now) && Runs) TickIfDue(now);
    }

    /// <summary>What waited in the kernel is read first, then timers that passed meanwhile run.</summary>
    public override void Thaw(Instant now)
    {
        World.Network.Thaw(now, this);
        TickIfDue(now);
    }

    public override void Die(Instant now, Mechanism why) => alarm.Clear(World.Queue);

    public override void Stop(Instant now) => alarm.Clear(World.Queue);

    private void TickIfDue(Instant now)
    {
        if (NextTime <= now) Tick(now);
        Pump(now);
    }
}
