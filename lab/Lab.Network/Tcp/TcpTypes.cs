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

    /// <summary>RST from the peer of a connection that had begun (ECONNRESET).</summary>
    Reset,

    /// <summary>RST in answer to the SYN (ECONNREFUSED).</summary>
    Refused,

    /// <summary>SYN or SYN+ACK retransmissions ran out (ETIMEDOUT).</summary>
    ConnectTimeout,

    /// <summary>tcp_retries2 ran out with data unacknowledged (ETIMEDOUT).</summary>
    RetransmissionLimit,

    /// <summary>
    /// TCP_USER_TIMEOUT passed (ETIMEDOUT), whichever timer noticed: data, keepalive, window probe or SYN.
    /// </summary>
    UserTimeout,

    /// <summary>Keepalive probes went unanswered (ETIMEDOUT).</summary>
    KeepaliveTimeout,

    /// <summary>Window probes went unanswered (ETIMEDOUT).</summary>
    WindowProbeTimeout,

    /// <summary>
    /// An orphan (closed by the application) gave up sending what was left, or waiting for the peer's FIN.
    /// </summary>
    OrphanTimeout,

    /// <summary>Abort was called here, or Close with data unread or still coming; the peer gets a RST.</summary>
    Aborted,

    /// <summary>On real sockets only: TLS above it refused the peer (certificate, version, garbage).</summary>
    TlsFailed,

    /// <summary>
    /// On real sockets only: no route, no descriptor, or another error that says nothing of the peer.
    /// </summary>
    LocalError,
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
    TcpState State, Duration SmoothedRtt, Duration RttVariation, Duration Rto,
    int CongestionWindowBytes, int SlowStartThresholdBytes,
    int UnacknowledgedBytes, int UnsentBytes, int Retransmissions, Instant LastReceived);
