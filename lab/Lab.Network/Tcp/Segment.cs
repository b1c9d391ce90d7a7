namespace Lab.Network;

[Flags]
public enum TcpFlags : byte { None = 0, Fin = 1, Syn = 2, Rst = 4, Psh = 8, Ack = 16 }

/// <summary>What a segment is for, so that its bytes can be charged to a cause.</summary>
public enum SegmentUse : byte
{
    /// <summary>SYN and SYN+ACK, however often, and the ACK that completes them.</summary>
    Handshake,

    /// <summary>Payload sent for the first time, with or without FIN.</summary>
    Data,

    /// <summary>Nothing but an ACK.</summary>
    Acknowledgement,

    /// <summary>Payload or FIN sent again, by timeout, recovery or tail-loss probe.</summary>
    Retransmission,

    KeepaliveProbe,
    WindowProbe,

    /// <summary>A FIN without payload, sent for the first time.</summary>
    Teardown,

    Reset,
}

/// <summary>
/// One TCP segment. Its payload, if any, is a buffer of the run's <see cref="BufferPool"/>: whoever takes a segment out
/// of the network (delivered or lost) returns <see cref="Payload"/> exactly once.
/// </summary>
public struct Segment
{
    /// <summary>
    /// IPv4 (20) + TCP (20) + timestamp option (12), in bytes; SACK blocks and SYN options come on top.
    /// </summary>
    public const int HeaderBytes = 52;

    public uint Sequence;
    public uint Acknowledgement;
    public TcpFlags Flags;
    public SegmentUse Use;

    /// <summary>As mark: none of the ends says it, but something on the path.</summary>
    public const byte PathMark = 9;

    /// <summary>What the application said of the first payload byte (see <see cref="TcpConnection.Write"/>).</summary>
    public byte Mark;

    public byte SackCount;

    /// <summary>Receive window in bytes, already scaled.</summary>
    public uint Window;

    /// <summary>Sender's clock and the echo of the peer's, in microseconds since the run began (RFC 7323).</summary>
    public uint Timestamp, TimestampEcho;

    /// <summary>Up to three SACK blocks, [left, right).</summary>
    public uint SackLeft0, SackRight0, SackLeft1, SackRight1, SackLeft2, SackRight2;

    public byte[]? Payload;
    public int Length;

    /// <summary>Set by a network whose links carry several connections: what addresses and ports are for.</summary>
    public int Connection;

    /// <summary>Of several ports under which the connection is known on the way: 0 = its own.</summary>
    public byte Port;

    /// <summary>Bytes on the wire, IP header included.</summary>
    public readonly int WireBytes => HeaderBytes + Length + (SackCount == 0 ? 0 : 4 + 8 * SackCount)
        + ((Flags & TcpFlags.Syn) != 0 ? 8 : 0);
}
