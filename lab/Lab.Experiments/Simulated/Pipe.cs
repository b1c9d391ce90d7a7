using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>A machine with a process that holds pipes: a client's or a server's.</summary>
internal abstract class Host : EventTarget
{
    /// <summary>False while the process is stopped: its kernel goes on, its pipes deliver nothing.</summary>
    public abstract bool Runs { get; }

    public abstract void OnConnected(Instant now, Pipe pipe);
    public abstract void OnTlsEstablished(Instant now, Pipe pipe);
    public abstract void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes);
    public abstract void OnPeerClosed(Instant now, Pipe pipe);
    public abstract void OnEnded(Instant now, Pipe pipe, TcpEnd end);
}

/// <summary>
/// One end of a connection as an application sees it: bytes in, bytes out, TLS on request. Underneath is one end of the
/// TCP model. An owner that called Close or Abort hears nothing more of the pipe; its kernel finishes the rest.
/// </summary>
internal sealed class Pipe : ITlsOutput
{
    private readonly SimulatedNetwork network;
    private readonly BufferPool buffers;
    private Host? owner;
    private TlsModel tls;
    private byte[]? pending;
    private int pendingBytes;
    private bool pendingClose;
    private Instant now;

    public Pipe(
        SimulatedNetwork network, Host owner, int client, int connection, bool atServer, TcpConnection tcp, Alarm alarm,
        BufferPool buffers)
    {
        (this.network, this.owner, this.buffers) = (network, owner, buffers);
        (Client, Connection, AtServer, Tcp, Alarm) = (client, connection, atServer, tcp, alarm);
    }

    public TcpConnection Tcp { get; }
    public int Client { get; }
    public int Connection { get; }
    public bool AtServer { get; }

    /// <summary>The owner's own number for it: the server's stream.</summary>
    public int Tag { get; set; } = -1;

    public Host? Owner => owner;
    public Alarm Alarm;
    public bool IsQueued;

    /// <summary>Nothing is left of it, TIME_WAIT included.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Takes every byte; what the kernel's send buffer does not hold waits in the process.</summary>
    public void Write(Instant at, ReadOnlySpan<byte> bytes, Traffic traffic)
    {
        now = at;
        if (tls.IsOn) tls.Write(bytes, (byte)traffic, network.RecordBuffer, this);
        else WriteRaw(bytes, (byte)traffic);
        network.Pump(at, this);
    }

    public void StartTls(Instant at)
    {
        now = at;
        tls.Start(AtServer, this);
        network.Pump(at, this);
    }

    /// <summary>close_notify where TLS is on, then FIN. The process forgets the pipe.</summary>
    public void Close(Instant at)
    {
        now = at;
        if (tls.IsOn) tls.WriteClose((byte)Traffic.Closing, this);
        owner = null;
        if (pendingBytes > 0) pendingClose = true;
        else Tcp.Close(at);
        network.Pump(at, this);
    }

    /// <summary>
    /// The socket is closed without a word of TLS or XMPP. What waits in the process is gone; the kernel still tries to
    /// deliver what it has, and a FIN: that is what close(2) does.
    /// </summary>
    public void Drop(Instant at)
    {
        now = at;
        owner = null;
        DropPending();
        Tcp.Close(at);
        network.Pump(at, this);
    }

    /// <summary>A RST out of nowhere: what a middlebox does to both ends.</summary>
    public void Reset(Instant at, in Segment reset)
    {
        Tcp.Receive(at, in reset);
        network.Pump(at, this);
    }

    /// <summary>The host lost power: no FIN, no RST, no memory.</summary>
    public void Vanish()
    {
        owner = null;
        DropPending();
        Tcp.Release();
        IsGone = true;
    }

    /// <summary>
    /// Hands what TCP has to the owner, and what TCP wants sent to the network. Called by the network only.
    /// </summary>
    public void Run(Instant at)
    {
        now = at;
        bool again = true;
        while (again && !IsGone)
        {
            again = false;
            while (owner is null or { Runs: true } && Tcp.TryTake(out TcpEvent e))
            {
                Dispatch(e);
                again = true;
            }
            while (Tcp.TryTransmit(now, out Segment segment))
            {
                network.Send(now, this, in segment);
                again = true;
            }
        }
        if (!IsGone && Tcp.State == TcpState.Closed && owner is null)
        {
            Tcp.Release();
            IsGone = true;
        }
    }

    private void Dispatch(TcpEvent e)
    {
        switch (e.Kind)
        {
            case TcpEventKind.Connected:
                owner?.OnConnected(now, this);
                break;
            case TcpEventKind.Readable:
                ReadAll();
                break;
            case TcpEventKind.Writable:
                FlushPending();
                break;
            case TcpEventKind.PeerClosed:
                owner?.OnPeerClosed(now, this);
                break;
            case TcpEventKind.Ended:
                Host? told = owner;
                owner = null;
                network.Ended(now, this, e.End);
                told?.OnEnded(now, this, e.End);
                break;
        }
    }

    private void ReadAll()
    {
        Span<byte> scratch = network.Scratch;
        for (int n; owner is not null && (n = Tcp.Read(now, scratch)) > 0;) tls.Receive(scratch[..n], this);
    }

    public void ReadApplication(ReadOnlySpan<byte> bytes) => owner?.OnReceived(now, this, bytes);

    public void TlsEstablished() => owner?.OnTlsEstablished(now, this);

    public void WriteTls(ReadOnlySpan<byte> bytes) => WriteRaw(bytes, (byte)Traffic.Tls);

    public void WriteRaw(ReadOnlySpan<byte> bytes, byte mark)
    {
        int taken = pendingBytes > 0 ? 0 : Tcp.Write(now, bytes, mark);
        if (taken < bytes.Length) Keep(bytes[taken..]);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (pending is null || pending.Length - pendingBytes < bytes.Length)
        {
            byte[] larger = buffers.Rent(Math.Max(4096, 2 * (pendingBytes + bytes.Length)));
            pending.AsSpan(0, pendingBytes).CopyTo(larger);
            if (pending is not null) buffers.Return(pending);
            pending = larger;
        }
        bytes.CopyTo(pending.AsSpan(pendingBytes));
        pendingBytes += bytes.Length;
    }

    private void FlushPending()
    {
        if (pending is null) return;
        int taken = Tcp.Write(now, pending.AsSpan(0, pendingBytes), (byte)Traffic.Payload);
        pending.AsSpan(taken, pendingBytes - taken).CopyTo(pending);
        pendingBytes -= taken;
        if (pendingBytes > 0) return;
        DropPending();
        if (pendingClose) Tcp.Close(now);
    }

    private void DropPending()
    {
        if (pending is not null) buffers.Return(pending);
        (pending, pendingBytes) = (null, 0);
    }
}
