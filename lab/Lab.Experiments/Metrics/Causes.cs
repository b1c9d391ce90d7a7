using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>Why bytes were on the wire, in words for tables and plots.</summary>
internal static class Causes
{
    private static readonly string[] Names =
    [
        "tcp handshake", "tls handshake", "negotiation", "whitespace", "ping", "acks", "payload", "presence", "closing",
        "tcp acks", "tcp probes", "retransmission", "tcp teardown", "unseen", "login",
        "other programs",
    ];

    public static int Count => Names.Length;

    /// <summary>Of the causes that a run had.</summary>
    public static IReadOnlyList<CauseCost> Table(IReadOnlyList<(long Packets, long Bytes)> costs) =>
    [
        .. Names.Select((name, i) => new CauseCost(name, costs[i].Packets, costs[i].Bytes)).Where(c => c.Packets > 0),
    ];

    /// <summary>Of those that drew anything, rest the last.</summary>
    public static IReadOnlyList<CauseEnergy> Table(IReadOnlyList<double> joules) =>
    [
        .. Names.Append("rest").Zip(joules, (name, j) => new CauseEnergy(name, j)).Where(e => e.Joules > 0),
    ];

    /// <summary>Whether it is upkeep: what neither carries messages nor establishes or ends a stream.</summary>
    public static bool IsUpkeep(int cause) => cause is 3 or 4 or 5 or 9 or 10 or 11;

    /// <summary>The cause of a packet; a segment's is that of its first byte, its headers included.</summary>
    public static int Of(SegmentUse use, Traffic mark) => use switch
    {
        SegmentUse.Handshake => 0,
        SegmentUse.Acknowledgement => 9,
        SegmentUse.KeepaliveProbe or SegmentUse.WindowProbe => 10,
        SegmentUse.Retransmission => 11,
        SegmentUse.Teardown or SegmentUse.Reset => 12,
        _ => mark switch
        {
            Traffic.Tls => 1, Traffic.Handshake => 2, Traffic.Whitespace => 3, Traffic.Ping => 4, Traffic.Acks => 5,
            Traffic.Payload => 6, Traffic.Presence => 7, Traffic.Unseen => 13,
            Traffic.Login => 14, Traffic.Others => 15, _ => 8,
        },
    };
}
