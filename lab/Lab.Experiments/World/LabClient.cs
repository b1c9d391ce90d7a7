using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>The device of one client: pumps bytes, timers and actions between the XMPP client and its pipe.</summary>
internal sealed class LabClient : ClientHost
{
    private const int TimerEvent = 0, StartEvent = 1;
    private readonly World world;
    private readonly Member member;
    private readonly TcpSettings tcp;
    private readonly int target, index;
    private XmppClient machine;
    private Pipe? pipe;
    private Alarm alarm;
    private int boots, connection = -1;

    public LabClient(World world, Member member)
    {
        (this.world, this.member, index) = (world, member, member.Index);
        tcp = World.TcpSettingsOf(member.Policy);
        machine = Boot();
        target = world.Queue.Register(this);
        alarm = new Alarm(target, TimerEvent);
    }

    public ProcessState State { get; private set; }
    public override bool Runs => State == ProcessState.Runs;

    public override void StartAt(Instant when) => world.Queue.At(when, target, StartEvent);

    public override void Send(Instant now, string to, long number, int bodyBytes)
    {
        machine.SendMessage(now, to, number, bodyBytes);
        Drain(now);
    }

    public override void Freeze(Instant now, int fault) => SetState(now, ProcessState.Frozen, fault);

    /// <summary>What waited in the kernel is read first, then timers that passed meanwhile run.</summary>
    public override void Thaw(Instant now, int fault)
    {
        SetState(now, ProcessState.Runs, fault);
        world.Network.Thaw(now, this);
        TickIfDue(now);
    }

    /// <summary>Power gone: nothing is said to anyone, memory is lost.</summary>
    public override void Crash(Instant now, int fault)
    {
        if (pipe is not null) RecordOffline(now, Claim.None, Mechanism.Crashed, 0);
        SetState(now, ProcessState.Gone, fault);
        world.Network.SetClientPower(index, powered: false);
        world.Network.LoseHost(now, index, null);
        pipe = null;
        alarm.Clear(world.Queue);
    }

    public override void Restart(Instant now, int fault)
    {
        world.Network.SetClientPower(index, powered: true);
        SetState(now, ProcessState.Runs, fault);
        machine = Boot();
        machine.Start(now);
        Drain(now);
    }

    /// <summary>Journals each message that would still be sent if the run went on.</summary>
    public override void ReportHeld(Instant now)
    {
        if (State == ProcessState.Gone) return;
        foreach (long number in machine.HeldMessages())
            world.Journal.MessageHeld(now, index, number);
    }

    public override void OnEvent(Instant now, int argument)
    {
        if (argument == StartEvent)
        {
            machine.Start(now);
            Drain(now);
            return;
        }
        if (alarm.Due(world.Queue, now) && Runs) TickIfDue(now);
    }

    public override bool Foresees => true;

    /// <summary>The client and its pipe first; then what these point at, up to the session at the server.</summary>
    public override void Foresee(int argument, int step)
    {
        if (step == 0)
        {
            Prefetch.Object(machine, 384);
            Prefetch.Object(pipe, 152);
        }
        else if (pipe is not null) world.Network.Foresee(pipe, step);
        if (step == 1) machine.Foresee();
    }

    public override void OnConnected(Instant now, Pipe from)
    {
        machine.Connected(now);
        Drain(now);
    }

    public override void OnTlsEstablished(Instant now, Pipe from)
    {
        machine.TlsEstablished(now);
        Drain(now);
    }

    public override void OnReceived(Instant now, Pipe from, ReadOnlySpan<byte> bytes)
    {
        machine.Receive(now, bytes);
        Drain(now);
    }

    public override void OnPeerClosed(Instant now, Pipe from)
    {
        machine.PeerClosed(now);
        Drain(now);
    }

    public override void OnEnded(Instant now, Pipe from, TcpEnd end)
    {
        if (ReferenceEquals(from, pipe)) pipe = null;
        machine.Disconnected(now, TransportEnd.Of(end));
        Drain(now);
    }

    private XmppClient Boot()
    {
        var settings = new ClientSettings
        {
            BareJid = member.BareJid, Password = member.Password, Policy = member.Policy, Tls = member.Spec.Tls,
            Resource = member.Spec.Resource, Secrets = world.Secrets,
        };
        return new XmppClient(
            settings, world.Random.Fork($"client/{member.Name}/{boots++}"), world.Buffers, world.Scram,
            world.Trees);
    }

    private void TickIfDue(Instant now)
    {
        if (machine.NextTime <= now) machine.Tick(now);
        Drain(now);
    }

    private void Drain(Instant now)
    {
        while (machine.TryTake(out XmppAction a)) Act(now, in a);
        alarm.Set(world.Queue, machine.NextTime);
    }

    private void Act(Instant now, in XmppAction a)
    {
        switch (a.Kind)
        {
            case ActionKind.Connect:
                pipe = world.Network.Connect(now, index, this, tcp);
                connection = pipe.Connection;
                break;
            case ActionKind.Write:
                pipe!.Write(now, machine.Output, a.Traffic);
                break;
            case ActionKind.StartTls:
                pipe!.StartTls(now);
                break;
            case ActionKind.Close:
                pipe!.Close(now);
                break;
            case ActionKind.Abort:
                pipe!.Drop(now);
                break;
            default:
                Observe(now, in a);
                break;
        }
    }

    private void Observe(Instant now, in XmppAction a)
    {
        Journal journal = world.Journal;
        switch (a.Kind)
        {
            case ActionKind.Step:
                journal.StepReached(now, index, a.Step, connection);
                break;
            case ActionKind.Online:
                journal.ClientOnline(now, index, resumed: a.A != 0, connection);
                break;
            case ActionKind.Ended:
                RecordOffline(now, a.Claim, a.Mechanism, a.A);
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

    private void RecordOffline(Instant now, Claim claim, Mechanism mechanism, long condition) =>
        world.Journal.ClientOffline(
            now, index, new StreamEnd(mechanism, claim, (StreamErrorCondition)condition), connection);

    private void SetState(Instant now, ProcessState state, int fault)
    {
        State = state;
        world.Journal.ProcessChanged(now, index, state, fault);
    }
}
