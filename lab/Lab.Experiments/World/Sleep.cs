using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// When a system lets its app run. Rule: while the person has the app open, and for a while after an alarm of its own
/// or a push woke it, it runs; else it sleeps in an idle period of Doze, the deep kind before the light one, and when
/// it was left so long ago that it is suspended. Deep Doze ends the light one when it begins. An alarm is let through
/// when its time has come and so many are allowed in the time before it. A pure machine: one call, then State,
/// TakesSockets and NextTime. Numbers and their sources: the presets (lab show sleep).
/// Leaves out: what else than the app a person does with the device, motion, the charger, standby buckets, a device
/// whose processor sleeps outside Doze.
/// </summary>
internal sealed class Sleep
{
    private readonly SleepProfile spec;
    private readonly Doze? light, deep;
    private readonly Queue<Instant> alarms = new();             // the last that were let through, as many as count
    private bool isOpen, hasBegun, isSuspended;
    private Instant suspends = Instant.Never, reclaims = Instant.Never, runsUntil = Instant.Never;
    private Instant alarm = Instant.Never;

    public Sleep(SleepProfile spec)
    {
        this.spec = spec;
        if (spec.Light is not null) light = new Doze(spec.Light);
        if (spec.Deep is not null) deep = new Doze(spec.Deep);
    }

    public SleepState State { get; private set; } = SleepState.Awake;

    /// <summary>What let it run, when it last slept; of one that never did nothing.</summary>
    public WakeCause Cause { get; private set; }

    /// <summary>The system takes its sockets now, once: the answer to the last call.</summary>
    public bool TakesSockets { get; private set; }

    public Instant NextTime
    {
        get
        {
            Instant next = Instant.Min(Instant.Min(suspends, runsUntil), Instant.Min(reclaims, alarm));
            next = Instant.Min(next, light?.NextTime ?? Instant.Never);
            return Instant.Min(next, deep?.NextTime ?? Instant.Never);
        }
    }

    /// <summary>The app is there: in the background, unless the person has opened it already.</summary>
    public void Begin(Instant now)
    {
        hasBegun = true;
        if (!isOpen) Count(now);
        Settle(now, WakeCause.None);
    }

    public void Open(Instant now)
    {
        isOpen = true;
        Forget();
        Settle(now, WakeCause.Opened);
    }

    public void Leave(Instant now)
    {
        isOpen = false;
        if (hasBegun) Count(now);
        Settle(now, WakeCause.None);
    }

    /// <summary>A push has come: the app runs for so long at least.</summary>
    public void Push(Instant now, Duration time)
    {
        if (!hasBegun || isOpen) return;
        runsUntil = runsUntil == Instant.Never ? now + time : Instant.Max(runsUntil, now + time);
        Settle(now, WakeCause.Push);
    }

    /// <summary>The app is gone for good: nothing sleeps any more.</summary>
    public void End(Instant now)
    {
        (hasBegun, isOpen) = (false, false);
        Forget();
        Settle(now, WakeCause.None);
    }

    /// <summary>It has just fallen asleep, and its next timer is due then.</summary>
    public void Wants(Instant timer)
    {
        if (spec.Alarms is not { } allowed || timer == Instant.Never) return;
        alarm = alarms.Count < allowed.AtMost ? timer : Instant.Max(timer, alarms.Peek() + allowed.Per);
    }

    public void Tick(Instant now)
    {
        deep?.Advance(now);
        if (deep is { IsIdle: true } or { IsWindow: true }) light?.Stop();
        light?.Advance(now);
        if (suspends <= now) (isSuspended, suspends) = (true, Instant.Never);
        if (runsUntil <= now) runsUntil = Instant.Never;
        bool sleeps = isSuspended || deep is { IsIdle: true } || light is { IsIdle: true };
        bool rings = alarm <= now && sleeps;                  // in a window it runs anyway
        if (rings) Ring(now, spec.Alarms!);
        Settle(now, rings ? WakeCause.Alarm : WakeCause.Window);
    }

    private void Ring(Instant now, AlarmProfile allowed)
    {
        if (alarms.Count == allowed.AtMost) alarms.Dequeue();
        alarms.Enqueue(now);
        (alarm, runsUntil) = (Instant.Never, now + allowed.For);
    }

    // nobody has it open from now on
    private void Count(Instant now)
    {
        if (spec.SuspendsAfter is { } time) suspends = now + time;
        light?.Start(now);
        deep?.Start(now);
    }

    private void Forget()
    {
        light?.Stop();
        deep?.Stop();
        (isSuspended, suspends, runsUntil) = (false, Instant.Never, Instant.Never);
    }

    private void Settle(Instant now, WakeCause why)
    {
        SleepState before = State;
        State = !hasBegun || isOpen || runsUntil != Instant.Never ? SleepState.Awake
            : deep is { IsIdle: true } ? SleepState.DeepIdle
            : light is { IsIdle: true } ? SleepState.LightIdle
            : isSuspended ? SleepState.Suspended : SleepState.Awake;
        TakesSockets = State == SleepState.Suspended && reclaims <= now;
        if (TakesSockets) reclaims = Instant.Never;
        if (State == before) return;
        reclaims = State == SleepState.Suspended && spec.ReclaimsAfter is { } time ? now + time : Instant.Never;
        if (State != SleepState.Awake) return;
        (Cause, alarm) = (why, Instant.Never);
    }
}
