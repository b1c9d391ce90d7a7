namespace Lab.Network;

/// <summary>SO_KEEPALIVE with its three Linux knobs.</summary>
public sealed record TcpKeepalive(Duration Idle, Duration Interval, int Probes);

/// <summary>
/// What Linux lets an administrator or a socket set, and what other systems have in its place. Defaults are Linux
/// 6.18's.
/// </summary>
public sealed record TcpSettings
{
    public Duration RtoMin { get; init; } = Duration.FromMilliseconds(200);
    public Duration RtoMax { get; init; } = Duration.FromSeconds(120);
    public Duration RtoInitial { get; init; } = Duration.FromSeconds(1);

    /// <summary>net.ipv4.tcp_retries2: turned into a time, as Linux does.</summary>
    public int Retries2 { get; init; } = 15;

    public int SynRetries { get; init; } = 6;

    /// <summary>Extra SYNs at 1 s spacing since Linux 6.5; 0 for older kernels.</summary>
    public int SynLinearTimeouts { get; init; } = 4;

    /// <summary>The longest that connecting takes, whatever the retries; zero: they alone decide.</summary>
    public Duration ConnectLimit { get; init; } = Duration.Zero;

    /// <summary>Data are given up after so many retransmissions; 0: after a time, by Retries2.</summary>
    public int DataRetransmissions { get; init; }

    public int SynAckRetries { get; init; } = 5;
    public int OrphanRetries { get; init; } = 8;
    public Duration FinTimeout { get; init; } = Duration.FromSeconds(60);
    public Duration TimeWait { get; init; } = Duration.FromSeconds(60);
    public Duration DelayedAckMin { get; init; } = Duration.FromMilliseconds(40);
    public Duration DelayedAckMax { get; init; } = Duration.FromMilliseconds(200);
    public bool TailLossProbe { get; init; } = true;
    public bool Sack { get; init; } = true;

    /// <summary>
    /// TCP_NODELAY. On here, since XMPP servers and clients set it; Linux leaves it off (Nagle, RFC 896).
    /// </summary>
    public bool NoDelay { get; init; } = true;

    public bool SlowStartAfterIdle { get; init; } = true;
    public int InitialWindowSegments { get; init; } = 10;
    public int MaximumSegmentBytes { get; init; } = 1448;

    /// <summary>
    /// Memory for what is unacknowledged or unsent (SO_SNDBUF, doubled as Linux does); 0: it grows with the congestion
    /// window (tcp_sndbuf_expand), from 46,080 bytes at ten segments.
    /// </summary>
    public int SendBufferBytes { get; init; }

    /// <summary>What a segment counts in that growth: 2 KiB and its head.</summary>
    internal const int SegmentMemory = 2048 + 256;

    /// <summary>Payload of large segments that an application may leave unread (see ReceiveBuffer).</summary>
    public int ReceiveBufferBytes { get; init; } = 90 * 1024;

    /// <summary>Off (null) unless the policy asks for it.</summary>
    public TcpKeepalive? Keepalive { get; init; }

    /// <summary>TCP_USER_TIMEOUT; zero = the system's rule.</summary>
    public Duration UserTimeout { get; init; } = Duration.Zero;
}
