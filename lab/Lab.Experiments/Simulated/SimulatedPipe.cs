using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>A pipe over one end of the TCP model, with TLS by its sizes.</summary>
internal sealed class SimulatedPipe : Pipe, ITlsOutput
{
    private readonly SimulatedNetwork network;
    private readonly BufferPool buffers;
    private TlsModel tls;
    private byte[]? pending;
    private Queue<(int Bytes, byte Mark)>? pendingMarks;                // what the pending bytes are for, in order
    private int pendingBytes, partlyFlushed;
    private bool pendingClose, pendingShutdown, held, heldPeerClosed, heldEnd, isTold;
    private Instant now;

    public SimulatedPipe(
        SimulatedNetwork network, Host owner, Line line, Line.Connection joint, bool atFar, TcpConnection tcp,
        Alarm alarm, int slot, BufferPool buffers) : base(line.Number, joint.Number, atFar)
    {
        (this.network, this.buffers, Owner, Home, Tcp, Alarm) = (network, buffers, owner, owner, tcp, alarm);
        (Line, Joint, Slot) = (line, joint, slot);
    }

    public Line Line { get; }

    /// <summary>On whose machine it is, also when nobody owns it any more.</summary>
    public Host Home { get; }

    /// <summary>Where both pipes of the connection meet.</summary>
    public Line.Connection Joint { get; }

    /// <summary>Its place in the network's list.</summary>
    public int Slot { get; }

    public TcpConnection Tcp { get; }
    public Alarm Alarm;

    /// <summary>It runs now, or waits for its turn.</summary>
    public bool IsPumped;

    /// <summary>Bytes that wait in the process because the send buffer is full.</summary>
    public int PendingBytes => pendingBytes;

    /// <summary>Nothing is left of it, TIME_WAIT included.</summary>
    public bool IsGone { get; private set; }

    public override void Write(Instant at, ReadOnlySpan<byte> bytes, Traffic traffic)
    {
        now = at;
        if (tls.IsOn) tls.Write(bytes, (byte)traffic, network.RecordBuffer, this);
        else WriteRaw(bytes, (byte)traffic);
        network.Pump(at, this);
    }

    public override void StartTls(Instant at)
    {
        now = at;
        tls.Start(AtFar, this);
        network.Pump(at, this);
    }

    public override void Close(Instant at)
    {
        now = at;
        if (tls.IsOn) tls.WriteClose((byte)Traffic.Closing, this);
        Owner = null;
        if (pendingBytes > 0) pendingClose = true;
        else Tcp.Close(at);
        network.Pump(at, this);
    }

    public override void Drop(Instant at)
    {
        now = at;
        Owner = null;
        DropPending();
        Tcp.Close(at);
        network.Pump(at, this);
    }

    /// <summary>FIN once everything written is sent; the owner goes on reading.</summary>
    public void ShutdownWrite(Instant at)
    {
        now = at;
        if (pendingBytes > 0) pendingShutdown = true;
        else Tcp.ShutdownWrite(at);
        network.Pump(at, this);
    }

    /// <summary>RST to the peer. The process forgets the pipe.</summary>
    public void Abort(Instant at)
    {
        now = at;
        Owner = null;
        DropPending();
        Tcp.Abort(at);
        network.Pump(at, this);
    }

    /// <summary>
    /// The owner takes no more bytes for now: they wait in the kernel, its window closes, and the peer's orderly end is
    /// told behind them.
    /// </summary>
    public override void Hold() => held = true;

    /// <summary>The owner takes bytes again.</summary>
    public override void Resume(Instant at)
    {
        held = false;
        now = at;
        ReadAll();
        if (heldPeerClosed && !held)
        {
            heldPeerClosed = false;
            Owner?.OnPeerClosed(at, this);
        }
        if (heldEnd && !held) End(TcpEnd.Closed);
        network.Pump(at, this);
    }

    /// <summary>A RST out of nowhere: what a middlebox does to both ends.</summary>
    public void Reset(Instant at, in Segment reset)
    {
        Tcp.Receive(at, in reset);
        network.Pump(at, this);
    }

    /// <summary>
    /// Its host's system takes the socket: the owner hears of it when it runs, what comes is answered with RST.
    /// </summary>
    public void Reclaim(Instant at)
    {
        if (IsGone || Tcp.State == TcpState.Closed) return;
        now = at;
        DropPending();
        Tcp.Reclaim();
        if (Owner is not null) network.Ended(at, this, TcpEnd.Reset);
        isTold = true;
        network.Pump(at, this);
    }

    /// <summary>The host lost power: no FIN, no RST, no memory.</summary>
    public void Vanish()
    {
        Owner = null;
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
        while (!IsGone)
        {
            if (Owner is null or { Runs: true } && Tcp.TryTake(out TcpEvent e)) Dispatch(e);
            else if (Tcp.TryTransmit(now, out Segment segment)) network.Send(now, this, ref segment);
            else break;
        }
        if (!IsGone && Tcp.State == TcpState.Closed && Owner is null)
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
                Owner?.OnConnected(now, this);
                break;
            case TcpEventKind.Readable:
                ReadAll();
                break;
            case TcpEventKind.Writable:
                FlushPending();
                break;
            case TcpEventKind.PeerClosed:
                if (held) heldPeerClosed = true;
                else Owner?.OnPeerClosed(now, this);
                break;
            case TcpEventKind.Ended:
                if (held && e.End == TcpEnd.Closed) heldEnd = true;
                else End(e.End);
                break;
        }
    }

    private void End(TcpEnd why)
    {
        heldEnd = false;
        Host? told = Owner;
        Owner = null;
        if (!isTold) network.Ended(now, this, why);
        told?.OnEnded(now, this, why);
    }

    private void ReadAll()
    {
        Span<byte> scratch = network.Scratch;
        for (int n; Owner is not null && !held && (n = Tcp.Read(now, scratch)) > 0;) tls.Receive(scratch[..n], this);
    }

    public void ReadApplication(ReadOnlySpan<byte> bytes) => Owner?.OnReceived(now, this, bytes);

    public void TlsEstablished() => Owner?.OnTlsEstablished(now, this);

    public void WriteTls(ReadOnlySpan<byte> bytes) => WriteRaw(bytes, (byte)Traffic.Tls);

    public void WriteRaw(ReadOnlySpan<byte> bytes, byte mark)
    {
        int taken = pendingBytes > 0 ? 0 : Tcp.Write(now, bytes, mark);
        if (taken < bytes.Length) Keep(bytes[taken..], mark);
    }

    private void Keep(ReadOnlySpan<byte> bytes, byte mark)
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
        (pendingMarks ??= new()).Enqueue((bytes.Length, mark));
    }

    private void FlushPending()
    {
        if (pending is null) return;
        int flushed = 0;
        while (pendingMarks!.TryPeek(out (int Bytes, byte Mark) first))
        {
            int left = first.Bytes - partlyFlushed;
            int taken = Tcp.Write(now, pending.AsSpan(flushed, left), first.Mark);
            flushed += taken;
            partlyFlushed = taken < left ? partlyFlushed + taken : 0;
            if (taken < left) break;
            pendingMarks.Dequeue();
        }
        pending.AsSpan(flushed, pendingBytes - flushed).CopyTo(pending);
        pendingBytes -= flushed;
        if (pendingBytes > 0) return;
        DropPending();
        if (pendingClose) Tcp.Close(now);
        else if (pendingShutdown) Tcp.ShutdownWrite(now);
        else Owner?.OnDrained(now, this);
    }

    private void DropPending()
    {
        if (pending is not null) buffers.Return(pending);
        pendingMarks?.Clear();
        (pending, pendingBytes, partlyFlushed) = (null, 0, 0);
    }
}
