using System.Net;
using System.Net.Sockets;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>
/// One leg of a proxied connection: a real socket on one side, one end of the modelled connection on the other. Bytes go
/// both ways in order; the end of one direction, a reset, a peer that does not read are passed on as what they are.
/// </summary>
internal sealed class Leg : ISocketUser
{
    private const int MostOutgoingBytes = 256 * 1024;
    private readonly ProxiedNetwork network;
    private readonly ProxyEnd end;
    private readonly TrafficLedger? ledger;
    private SimulatedPipe? pipe;
    private SocketChannel? channel;
    private bool opened, connected, socketEnded, pipeEnded, holds;

    public Leg(ProxiedNetwork network, ProxyEnd end, SimulatedPipe pipe, TrafficLedger? ledger)
    {
        (this.network, this.end, this.pipe, this.ledger) = (network, end, pipe, ledger);
        (Client, Connection) = (pipe.Client, pipe.Connection);
    }

    public int Client { get; }
    public int Connection { get; }
    public bool Runs => true;

    /// <summary>The socket has been accepted (null), or is to be connected to there.</summary>
    public void Attach(Socket socket, EndPoint? to)
    {
        if (pipe is null && to is null)
        {
            // the modelled connection failed first: refused, or reset
            socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
            return;
        }
        channel = new SocketChannel(network.Loop, this, socket, new TcpSettings(), ledger: null);
        if (!connected) channel.Pause();
        channel.Open(to);
    }

    // ---- what the socket says

    public void OnOpened(Instant now)
    {
        opened = true;
        end.SocketOpened(now, this);
    }

    public void OnSecured(Instant now) { }

    public void OnReceived(Instant now, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && pipe is not null)
        {
            (int part, Traffic traffic) = ledger?.Take(bytes.Length) ?? (bytes.Length, Traffic.Payload);
            pipe.Write(now, bytes[..part], traffic);
            bytes = bytes[part..];
        }
        if (pipe is { PendingBytes: > 0 }) channel!.Pause();
    }

    public void OnPeerClosed(Instant now)
    {
        socketEnded = true;
        end.SocketClosed(now, this);
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
        bool wasOpen = opened;
        channel = null;
        if (pipe is not { } open) return;
        pipe = null;
        if (wasOpen) end.SocketClosed(now, this);
        if (why == TcpEnd.Closed) open.Close(now);
        else open.Abort(now);
    }

    // ---- what the modelled connection says

    public void PipeConnected()
    {
        connected = true;
        channel?.Continue();
    }

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
        channel?.ShutdownWrite();
        CloseWhenBothEnded();
    }

    public void PipeEnded(TcpEnd why)
    {
        pipe = null;
        if (why == TcpEnd.Closed) channel?.Close();
        else channel?.Reset();
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
