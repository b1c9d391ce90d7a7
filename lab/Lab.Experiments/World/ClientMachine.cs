using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>An XMPP client of the lab's and its pipe. Who it is and what is noted of it is said by others.</summary>
internal abstract class ClientMachine(World world, int host)
    : MachineProgram(world, host)
{
    private XmppClient? machine;

    protected XmppClient Machine => machine!;
    protected Pipe? Pipe { get; private set; }

    /// <summary>The number of its present connection, or of its last one; -1 before the first.</summary>
    protected int Connection { get; private set; } = -1;

    /// <summary>How long its clock stood still: its machine lives in a time that is so much behind.</summary>
    protected Duration Behind { get; set; }

    protected sealed override Instant NextTime => machine!.NextTime + Behind;

    /// <summary>The time by its own clock.</summary>
    protected Instant Own(Instant now) => now - Behind;

    protected abstract XmppClient NewMachine();
    protected abstract Pipe Connect(Instant now);

    /// <summary>An action that asks for nothing.</summary>
    protected abstract void Observe(Instant now, in XmppAction a);

    public sealed override bool Load(Instant now)
    {
        machine = NewMachine();
        return true;
    }

    public sealed override void Begin(Instant now)
    {
        machine!.Start(Own(now));
        Pump(now);
    }

    public override void Die(Instant now, Mechanism why)
    {
        base.Die(now, why);
        Pipe = null;
    }

    public override void Stop(Instant now)
    {
        base.Stop(now);
        Pipe = null;
    }

    public void Send(Instant now, string to, long number, int bodyBytes)
    {
        machine!.SendMessage(Own(now), to, number, bodyBytes);
        Pump(now);
    }

    public void SendPresence(Instant now, string to, int statusBytes)
    {
        machine!.SendPresence(Own(now), to, statusBytes);
        Pump(now);
    }

    public override void OnConnected(Instant now, Pipe from)
    {
        machine!.Connected(Own(now));
        Pump(now);
    }

    public override void OnTlsEstablished(Instant now, Pipe from)
    {
        machine!.TlsEstablished(Own(now));
        Pump(now);
    }

    public override void OnReceived(Instant now, Pipe from, ReadOnlySpan<byte> bytes)
    {
        machine!.Receive(Own(now), bytes);
        Pump(now);
    }

    public override void OnPeerClosed(Instant now, Pipe from)
    {
        machine!.PeerClosed(Own(now));
        Pump(now);
    }

    public override void OnEnded(Instant now, Pipe from, TcpEnd end)
    {
        if (ReferenceEquals(from, Pipe)) Pipe = null;
        machine!.Disconnected(Own(now), TransportEnd.Of(end));
        Pump(now);
    }

    protected sealed override bool TryTake(out XmppAction action) => machine!.TryTake(out action);

    protected sealed override void Tick(Instant now) => machine!.Tick(Own(now));

    protected sealed override void Act(Instant now, in XmppAction a)
    {
        switch (a.Kind)
        {
            case ActionKind.Connect:
                Pipe = Connect(now);
                Connection = Pipe.Connection;
                break;
            case ActionKind.Write:
                Pipe!.Write(now, machine!.Output, a.Traffic);
                break;
            case ActionKind.StartTls:
                Pipe!.StartTls(now);
                break;
            case ActionKind.Close:
                Pipe!.Close(now);
                break;
            case ActionKind.Abort:
                Pipe!.Drop(now);
                break;
            default:
                Observe(now, in a);
                break;
        }
    }
}
