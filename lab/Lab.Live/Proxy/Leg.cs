using System.Net;
using System.Net.Sockets;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>
/// One leg of a proxied connection: a real socket on one side, one end of the modelled connection on the other. Bytes
/// go both ways in order; the end of one direction, a reset, a peer that does not read are passed on as what they are.
/// A near end that ends its socket before the modelled handshake is done gives that up too, as close(2) does while the
/// kernel connects; what it wrote until then waits, for its own kernel let it believe that it was connected.
/// </summary>
internal sealed class Leg : ISocketUser
{
    private const int MostOutgoingBytes = 256 * 1024;
    private readonly ProxiedNetwork network;
    private readonly ProxyEnd end;
    private SimulatedPipe? pipe;
    private SocketChannel? channel;
    private bool opened, connected, socketEnded, pipeEnded, holds;

    public Leg(ProxiedNetwork network, ProxyEnd end, SimulatedPipe pipe)
    {
        (this.network, this.end, this.pipe) = (network, end, pipe);
        (Path, Connection, AtFar) = (pipe.Path, pipe.Connection, pipe.AtFar);
        pipe.Hold();   // until there is a socket to hand the bytes to
    }

    public int Path { get; }
    public int Connection { get; }

    /// <summary>At the far end of its path.</summary>
    public bool AtFar { get; }

    /// <summary>What the bytes from the socket are for; noted by an end of the lab's own.</summary>
    public TrafficLedger Ledger { get; } = new();

    public bool Runs => true;

    /// <summary>Neither side has anything left to say.</summary>
    public bool IsOver => pipe is null && channel is null;

    /// <summary>How the other end's side of the modelled connection ended; null while it has not.</summary>
    public TcpEnd? PeerEnd { get; private set; }

    /// <summary>The socket has been accepted (null), or is to be connected to there.</summary>
    public void Attach(Instant now, Socket socket, EndPoint? to)
    {
        if (pipe is null)
        {
            // the modelled connection failed first: refused, or reset
            Listener.Refuse(socket);
            return;
        }
        channel = new SocketChannel(network.Loop, this, socket, new TcpSettings(), ledger: null);
        channel.Open(to);
        pipe.Resume(now);
    }

    /// <summary>There is nothing behind this leg: the modelled connection is reset.</summary>
    public void GiveUp(Instant now)
    {
        SimulatedPipe? open = pipe;
        pipe = null;
        open?.Abort(now);
        end.Tidy(this);
    }

    /// <summary>The near end's socket is over; its connection may never have come here.</summary>
    public void Forsaken(Instant now)
    {
        if (channel is null) GiveUp(now);
    }

    // ---- what the socket says

    public void OnOpened(Instant now)
    {
        opened = true;
        if (AtFar) network.NoteDialled(Path, taken: true);
        end.SocketOpened(now, this);
    }

    public void OnSecured(Instant now) { }

    public void OnReceived(Instant now, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && pipe is not null)
        {
            (int part, Traffic traffic) = Ledger.Take(bytes.Length);
            pipe.Write(now, bytes[..part], traffic);
            bytes = bytes[part..];
        }
        if (pipe is { PendingBytes: > 0 }) channel!.Pause();
    }

    public void OnPeerClosed(Instant now)
    {
        socketEnded = true;
        end.SocketClosed(now, this);
        if (!connected)
        {
            channel!.Close();
            GiveUp(now);
            return;
        }
        pipe?.ShutdownWrite(now);
        CloseWhenBothEnded();
    }

    public void OnFlushed(Instant now)
    {
        if (!holds) return;
        holds = false;
        pipe?.Resume(now);
    }

    public void OnEnded(Instant now, TcpEnd why)
    {
        SimulatedPipe? open = pipe;
        (pipe, channel) = (null, null);
        if (AtFar && !opened && why == TcpEnd.Refused) network.NoteDialled(Path, taken: false);
        if (open is not null)
        {
            if (opened && !socketEnded) end.SocketClosed(now, this);
            if (why == TcpEnd.Closed) open.Close(now);
            else open.Abort(now);
        }
        end.Tidy(this);
    }

    // ---- what the modelled connection says

    public void PipeConnected() => connected = true;

    public void PipeReceived(ReadOnlySpan<byte> bytes)
    {
        channel?.Write(bytes, Traffic.Payload);
        if (channel is not { OutgoingBytes: > MostOutgoingBytes }) return;
        holds = true;
        pipe!.Hold();
    }

    public void PipeDrained() => channel?.Continue();

    public void PipeClosed()
    {
        pipeEnded = true;
        PeerEnd = TcpEnd.Closed;
        channel?.ShutdownWrite();
        CloseWhenBothEnded();
    }

    public void PipeEnded(TcpEnd why)
    {
        pipe = null;
        PeerEnd ??= why;
        if (why == TcpEnd.Refused) network.NoteDialled(Path, taken: false);
        if (why == TcpEnd.Closed) channel?.Close();
        else channel?.Reset();
        end.Tidy(this);
    }

    /// <summary>The machine of this end lost power: both are forgotten, and nobody is told.</summary>
    public void Vanish()
    {
        pipe = null;
        channel?.Reset();
        channel = null;
    }

    private void CloseWhenBothEnded()
    {
        if (socketEnded && pipeEnded) channel?.Close();
    }
}
