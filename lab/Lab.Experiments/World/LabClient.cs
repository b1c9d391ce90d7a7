using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>The lab's client in the place of a member: all that it does and thinks is in the journal.</summary>
internal sealed class LabClient : ClientMachine, IClientProgram
{
    private readonly Member member;
    private readonly TcpSettings tcp;
    private int boots;
    private bool unheard;                                       // that the network has changed, while it was stopped

    public LastEnd? LastEnd { get; private set; }

    public LabClient(World world, Member member) : base(world, member.Index)
    {
        this.member = member;
        tcp = World.ClientTcp(member);
    }

    public override void Die(Instant now, Mechanism why)
    {
        if (Pipe is { StreamIsOver: false })
            World.Journal.ClientOffline(now, member.Index, new StreamEnd(why), Connection);
        unheard = false;
        base.Die(now, why);
    }

    public override void Stop(Instant now)
    {
        Machine.Stop(Own(now));
        Pump(now);
        // nobody waits for the server's goodbye
        if (Pipe is { StreamIsOver: false })
            World.Journal.ClientOffline(now, member.Index, new StreamEnd(Mechanism.Stopped), Connection);
        unheard = false;
        base.Stop(now);
    }

    /// <summary>A process that stands still hears of it when it goes on, one that is gone never.</summary>
    public void NetworkChanged(Instant now)
    {
        if (!Process.IsUp) return;
        unheard = !Runs;
        if (unheard) return;
        World.Journal.NetworkNoticed(now, member.Index);
        Machine.NetworkChanged(Own(now));
        Pump(now);
    }

    public override void Thaw(Instant now)
    {
        base.Thaw(now);
        if (unheard) NetworkChanged(now);
    }

    public Instant NextTimer => Process.IsUp ? NextTime : Instant.Never;

    public void Slept(Duration time)
    {
        if (member.Spec.Sleep is { Clock: SleepClock.Stops }) Behind += time;
    }

    public void Woken(Instant now)
    {
        if (!Runs || !Process.IsUp) return;
        Machine.ConnectNow(Own(now));
        Pump(now);
    }

    public override void ReportHeld(Instant now)
    {
        if (!IsListening) return;
        foreach (long number in Machine.HeldMessages())
            World.Journal.MessageHeld(now, member.Index, number);
    }

    public override bool Foresees => true;

    /// <summary>The client and its pipe first; then what these point at, up to the session at the server.</summary>
    public override void Foresee(int argument, int step)
    {
        if (step == 0)
        {
            Prefetch.Object(Machine, 384);
            Prefetch.Object(Pipe, 176);
        }
        else if (Pipe is not null) World.Network.Foresee(Pipe, step);
        if (step == 1) Machine.Foresee();
    }

    protected override XmppClient NewMachine()
    {
        var settings = new ClientSettings
        {
            BareJid = member.BareJid, Password = member.Password, Policy = member.Policy, Tls = member.Spec.Tls,
            Resource = member.Spec.Resource, Priority = member.Spec.Priority, Secrets = World.Secrets,
            Login = member.Spec.Login?.ToLoad(),
        };
        return new XmppClient(
            settings, World.Random.Fork($"client/{member.Name}/{boots++}"), World.Buffers, World.Scram, World.Trees);
    }

    protected override Pipe Connect(Instant now) => World.Network.Connect(now, member.Index, this, tcp);

    protected override void Observe(Instant now, in XmppAction a)
    {
        Journal journal = World.Journal;
        int index = member.Index;
        switch (a.Kind)
        {
            case ActionKind.Step:
                journal.StepReached(now, index, a.Step, Connection);
                World.Signals.OnStep(now, index, a.Step);
                break;
            case ActionKind.Online:
                journal.ClientOnline(now, index, resumed: a.A != 0, Connection);
                World.Signals.OnOnline(now, index, Connection, resumed: a.A != 0);
                break;
            case ActionKind.Loaded:
                journal.ClientReady(now, index, Connection);
                break;
            case ActionKind.Ended:
                if (Pipe is not null) Pipe.StreamIsOver = true;
                journal.ClientOffline(now, index, StreamEnd.Of(in a), Connection);
                LastEnd = new LastEnd(now, StreamEnd.Of(in a), Machine.Refusal);
                World.Signals.OnOffline(now, index, Connection);
                break;
            case ActionKind.MessageReceived:
                journal.MessageReceived(now, index, a.A);
                break;
            case ActionKind.MessageBounced:
                journal.MessageBounced(now, index, a.A);
                break;
            case ActionKind.MessageAcknowledged:
                journal.MessageAcknowledged(now, index, a.A);
                break;
            case ActionKind.MessageAbandoned:
                journal.MessageAbandoned(now, index, a.A);
                break;
            case ActionKind.CheckSent:
                journal.ClientCheckSent(now, index, a.Traffic);
                break;
            case ActionKind.CheckAnswered:
                journal.ClientCheckAnswered(now, index, a.Traffic, new Duration(a.A));
                break;
            case ActionKind.RetryScheduled:
                journal.RetryScheduled(now, index, new Duration(a.A), (int)a.B);
                break;
        }
    }
}
