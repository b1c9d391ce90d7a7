namespace Lab.Experiments;

/// <summary>
/// What an <see cref="Entry"/> says. Host is a client's index unless said otherwise; servers follow the clients, routes
/// between servers follow them. A path is a client's, or a route's; its near end opens the connections.
/// Everything that metrics, lanes and verdicts are made of is here: they read the journal and nothing else.
/// </summary>
public enum EntryKind : ushort
{
    None,

    // the world

    /// <summary>A fault takes hold. Host: its first target, or -1.</summary>
    FaultBegan,

    /// <summary>The fault is over. As <see cref="FaultBegan"/>.</summary>
    FaultEnded,

    /// <summary>A path is open or dead.</summary>
    PathChanged,

    /// <summary>A process (of a client or a server) changed.</summary>
    ProcessChanged,

    // packets on a path

    PacketSent,
    PacketDelivered,
    PacketLost,
    PacketOverflowed,

    // connections of a path

    /// <summary>The near end opens a transport.</summary>
    ConnectAttempt,

    /// <summary>The process at the far end took the connection.</summary>
    FarAccepted,

    /// <summary>The near end's transport is over.</summary>
    NearTransportEnded,

    /// <summary>The far end's transport is over.</summary>
    FarTransportEnded,

    // a client's stream

    StepReached,

    /// <summary>Stanzas may flow.</summary>
    ClientOnline,

    /// <summary>The client's stream is over.</summary>
    ClientOffline,

    RetryScheduled,

    // the server's side of that client's account

    /// <summary>The server calls the client available.</summary>
    ServerAvailable,

    /// <summary>The session waits to be resumed.</summary>
    ServerHibernated,

    /// <summary>The session of that connection is over.</summary>
    ServerUnavailable,

    /// <summary>The server's process is gone and every session with it.</summary>
    ServerLost,

    /// <summary>The server's stream is over.</summary>
    ServerOffline,

    // messages. Host: the client concerned, or -1 for the echo account

    /// <summary>An application wants a message sent.</summary>
    MessageSent,

    /// <summary>A copy reached the recipient's application.</summary>
    MessageReceived,

    /// <summary>The sender was told that it could not be delivered.</summary>
    MessageBounced,

    /// <summary>The server took responsibility for it.</summary>
    MessageAccepted,

    /// <summary>It lies in the offline store.</summary>
    MessageStored,

    /// <summary>The sender's own client gave it up.</summary>
    MessageAbandoned,

    /// <summary>At the end of the run somebody, a client or a server, still holds it and would send it.</summary>
    MessageHeld,

    /// <summary>The sender's client got an acknowledgement for it (XEP-0198).</summary>
    MessageAcknowledged,

    // checks of a client's stream

    ClientCheckSent,
    ClientCheckAnswered,
    ServerCheckSent,
    ServerCheckAnswered,

    // streams between servers. Host: the route

    /// <summary>A side may use the stream.</summary>
    MemberReady,

    /// <summary>A side's stream is over.</summary>
    MemberEnded,

    /// <summary>A check found the stream at fault.</summary>
    MemberBlamed,

    MemberCheckSent,
    MemberCheckAnswered,

    /// <summary>A message waits for the stream.</summary>
    StanzaQueued,

    /// <summary>A message was written to the stream.</summary>
    StanzaPassed,

    /// <summary>A message came back from the streams. Host: server.</summary>
    StanzaReturned,
}
