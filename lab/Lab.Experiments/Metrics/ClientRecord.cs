using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// What the journal has said of one client so far: the truth about its path, and what both sides believe.
/// </summary>
internal sealed class ClientRecord(int index, string name, int server)
{
    public readonly int Index = index;
    public readonly string Name = name;

    /// <summary>Host number of its server in the journal.</summary>
    public readonly int ServerHost = server;

    // truth
    public bool UpDead, DownDead;
    public ProcessState Process;

    // what both sides have; connections count from 0
    public int ClientConnection = -1;
    public bool ClientOnline;

    /// <summary>
    /// The sessions that the server calls available, oldest first: usually one, more when ghosts of earlier ones
    /// linger.
    /// </summary>
    public readonly List<ServerSession> Sessions = [];

    /// <summary>The connection whose client end still stands, or -1.</summary>
    public int OpenAtClient = -1;

    /// <summary>Connections whose server end still stands.</summary>
    public readonly List<int> OpenAtServer = [];

    /// <summary>Those of them on which a session became available.</summary>
    public readonly List<int> EstablishedAtServer = [];

    // time integrals, in nanoseconds
    public Instant Since;
    public long GhostNanoseconds, ReachableNanoseconds;

    public OpenIncident? AtClient, AtServer;
    public LaneState ClientLane, ServerLane;
    public Instant ClientLaneSince, ServerLaneSince;

    // connecting
    public Instant AttemptBegan;
    public int Attempts, TimesOnline, TimesResumed;
    public readonly List<Duration> ConnectTimes = [];

    /// <summary>The newest session, or one of connection -1.</summary>
    public ServerSession Session => Sessions.Count > 0 ? Sessions[^1] : ServerSession.None;

    public bool PathDead => UpDead || DownDead;

    public LaneState ClientState => ClientOnline ? LaneState.Online
        : OpenAtClient >= 0 ? LaneState.Connecting : LaneState.Offline;

    public LaneState ServerState => Session.Hibernates ? LaneState.Hibernating : Sessions.Count > 0 ? LaneState.Online
        : OpenAtServer.Count > 0 ? LaneState.Connecting : LaneState.Offline;
}

/// <summary>
/// A session at the server and the connection that carries it, or carried it before it was left to wait.
/// </summary>
internal readonly record struct ServerSession(int Connection, bool Hibernates)
{
    public static readonly ServerSession None = new(-1, false);
}

/// <summary>An incident that has not ended yet.</summary>
internal sealed record OpenIncident(Side Side, FaultKind Fault, Instant Began, int Connection);

/// <summary>Why bytes were on the wire, in words for tables and plots.</summary>
internal static class Causes
{
    private static readonly string[] Names =
    [
        "tcp handshake", "tls handshake", "negotiation", "whitespace", "ping", "acks", "payload", "presence", "closing",
        "tcp acks", "tcp probes", "retransmission", "tcp teardown", "unseen",
    ];

    public static int Count => Names.Length;

    public static string Name(int cause) => Names[cause];

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
            Traffic.Payload => 6, Traffic.Presence => 7, Traffic.Unseen => 13, _ => 8,
        },
    };
}
