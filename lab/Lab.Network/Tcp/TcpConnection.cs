namespace Lab.Network;

public enum TcpState : byte
{
    Closed, SynSent, SynReceived, Established, FinWait1, FinWait2, CloseWait, Closing, LastAck, TimeWait,
}

/// <summary>Why a connection is over.</summary>
public enum TcpEnd : byte
{
    /// <summary>Not over yet.</summary>
    None,

    /// <summary>Both sides said FIN and both were acknowledged (or TIME_WAIT began).</summary>
    Closed,

    /// <summary>RST from the peer of an established connection (ECONNRESET).</summary>
    Reset,

    /// <summary>RST in answer to the SYN (ECONNREFUSED).</summary>
    Refused,

    /// <summary>SYN or SYN+ACK retransmissions ran out (ETIMEDOUT).</summary>
    ConnectTimeout,

    /// <summary>tcp_retries2 ran out with data unacknowledged (ETIMEDOUT).</summary>
    RetransmissionLimit,

    /// <summary>TCP_USER_TIMEOUT passed (ETIMEDOUT).</summary>
    UserTimeout,

    /// <summary>Keepalive probes went unanswered (ETIMEDOUT).</summary>
    KeepaliveTimeout,

    /// <summary>Window probes went unanswered (ETIMEDOUT).</summary>
    WindowProbeTimeout,

    /// <summary>An orphan (closed by the application) gave up sending what was left.</summary>
    OrphanTimeout,

    /// <summary>Abort was called here.</summary>
    Aborted,
}

public enum TcpEventKind : byte
{
    /// <summary>The handshake is done; data may flow.</summary>
    Connected,

    /// <summary>In-order bytes wait to be read.</summary>
    Readable,

    /// <summary>Send-buffer space is free again after a short <see cref="TcpConnection.Write"/>.</summary>
    Writable,

    /// <summary>The peer's FIN arrived and all its data was delivered before it.</summary>
    PeerClosed,

    /// <summary>The connection is over; nothing follows.</summary>
    Ended,
}

public readonly record struct TcpEvent(TcpEventKind Kind, TcpEnd End = TcpEnd.None);

/// <summary>What TCP_INFO would say.</summary>
public readonly record struct TcpInfo(
    TcpState State, Duration SmoothedRtt, Duration RttVariation, Duration Rto, int CongestionWindowBytes, int SlowStartThresholdBytes,
    int UnacknowledgedBytes, int UnsentBytes, int Retransmissions, Instant LastReceived);

/// <summary>
/// One end of a TCP connection, sans IO.
/// Driving rule: make one call (Connect, Accept, Receive, Tick, Write, Read, Close, Abort); then TryTransmit and TryTake
/// until both say false; then look at NextTime and call Tick at that moment, not before.
/// </summary>
public sealed class TcpConnection
{
    public TcpConnection(TcpSettings settings, BufferPool buffers) => throw new NotImplementedException();

    /// <summary>Active open: the first SYN is ready to transmit.</summary>
    public void Connect(Instant now, uint initialSequence) => throw new NotImplementedException();

    /// <summary>Passive open on a SYN that reached a listener.</summary>
    public void Accept(Instant now, in Segment syn, uint initialSequence) => throw new NotImplementedException();

    /// <summary>A segment arrived. Its payload is copied; the caller still returns the buffer.</summary>
    public void Receive(Instant now, in Segment segment) => throw new NotImplementedException();

    /// <summary>Runs what is due at <paramref name="now"/>.</summary>
    public void Tick(Instant now) => throw new NotImplementedException();

    /// <summary>Takes as many bytes as the send buffer holds and returns that number; <paramref name="mark"/> labels them.</summary>
    public int Write(Instant now, ReadOnlySpan<byte> bytes, byte mark) => throw new NotImplementedException();

    /// <summary>Takes in-order bytes; opens the window again when it had closed.</summary>
    public int Read(Instant now, Span<byte> into) => throw new NotImplementedException();

    /// <summary>close(2): FIN after what is queued. What arrives later is refused with RST, as Linux does; the rest is an orphan's life.</summary>
    public void Close(Instant now) => throw new NotImplementedException();

    /// <summary>shutdown(SHUT_WR): FIN after what is queued, still reading.</summary>
    public void ShutdownWrite(Instant now) => throw new NotImplementedException();

    /// <summary>Linger-0 close: RST now, buffers gone.</summary>
    public void Abort(Instant now) => throw new NotImplementedException();

    /// <summary>The next segment to send now; its payload belongs to the caller (see <see cref="Segment"/>).</summary>
    public bool TryTransmit(Instant now, out Segment segment) => throw new NotImplementedException();

    public bool TryTake(out TcpEvent e) => throw new NotImplementedException();

    /// <summary>When Tick is due; <see cref="Instant.Never"/> when nothing is.</summary>
    public Instant NextTime => throw new NotImplementedException();

    public TcpInfo Info => throw new NotImplementedException();

    public TcpState State => throw new NotImplementedException();

    /// <summary>Returns every buffer; call when the connection is forgotten.</summary>
    public void Release() => throw new NotImplementedException();

    /// <summary>The RST that a host without this connection answers; null for a RST (RFC 9293 section 3.10.7.1).</summary>
    public static Segment? ResetFor(in Segment unexpected) => throw new NotImplementedException();
}
