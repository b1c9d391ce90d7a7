namespace Lab.Xmpp;

/// <summary>What a side claims of its silent peer when it ends a stream (RFC 6120 section 4.6).</summary>
public enum Claim : byte
{
    /// <summary>No claim: the end was asked for, or the peer announced it.</summary>
    None,

    /// <summary>The connection is gone.</summary>
    Dead,

    /// <summary>The connection lives, the peer's XMPP layer does not answer.</summary>
    Broken,

    /// <summary>The peer lives and has nothing to say.</summary>
    Idle,
}

/// <summary>By which means a side learned that a stream is over, or decided so.</summary>
public enum Mechanism : byte
{
    None,

    // verdicts of the XMPP layer
    PingTimeout, AckTimeout, IdleRule, ConnectTimeout, TlsTimeout, StepTimeout, TotalTimeout,

    // verdicts of the TCP layer
    TcpRetransmissionLimit, TcpUserTimeout, TcpKeepalive, TcpWindowProbe, TcpConnectTimeout,

    // news from the other side
    Reset, Refused, Fin, StreamError, StreamClose,

    // own acts
    Stopped, Replaced, Crashed, ProtocolError,

    // only on real sockets: TLS refused the peer; this machine failed; a real program that does not say why
    TlsFailure, LocalFailure, Unseen,

    // an own act, again: the client's system said that the network has changed
    NetworkChange,
}

/// <summary>How a transport ended, as the XMPP layer hears it.</summary>
public readonly record struct TransportEnd(Mechanism Mechanism)
{
    /// <summary>Dead when TCP gave up on its own.</summary>
    public Claim Claim => Mechanism is >= Mechanism.TcpRetransmissionLimit and <= Mechanism.TcpConnectTimeout
        ? Claim.Dead : Claim.None;

    public static TransportEnd Of(Network.TcpEnd end) => new(end switch
    {
        Network.TcpEnd.RetransmissionLimit or Network.TcpEnd.OrphanTimeout => Mechanism.TcpRetransmissionLimit,
        Network.TcpEnd.UserTimeout => Mechanism.TcpUserTimeout,
        Network.TcpEnd.KeepaliveTimeout => Mechanism.TcpKeepalive,
        Network.TcpEnd.WindowProbeTimeout => Mechanism.TcpWindowProbe,
        Network.TcpEnd.ConnectTimeout => Mechanism.TcpConnectTimeout,
        Network.TcpEnd.Reset => Mechanism.Reset,
        Network.TcpEnd.Refused => Mechanism.Refused,
        Network.TcpEnd.Closed => Mechanism.Fin,
        Network.TcpEnd.TlsFailed => Mechanism.TlsFailure,
        Network.TcpEnd.LocalError => Mechanism.LocalFailure,
        _ => Mechanism.Stopped,
    });
}
