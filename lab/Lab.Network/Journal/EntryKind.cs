namespace Lab.Network;

/// <summary>
/// What an <see cref="Entry"/> says. Host is a client's index unless said otherwise; servers follow the clients.
/// Everything that metrics, lanes and verdicts are made of is here: they read the journal and nothing else.
/// </summary>
public enum EntryKind : ushort
{
    None,

    // the world

    /// <summary>
    /// A fault takes hold. Host: its first target, or -1; A: index in the scenario; B: occurrence, from 0.
    /// </summary>
    FaultBegan,

    /// <summary>The fault is over. As <see cref="FaultBegan"/>.</summary>
    FaultEnded,

    /// <summary>
    /// The path of a client is open or dead. A: bit 0 = up is dead, bit 1 = down is dead; B: fault index, or -1 for
    /// weather.
    /// </summary>
    PathChanged,

    /// <summary>A process (of a client or a server) changed. A: 0 runs, 1 frozen, 2 gone; B: fault index.</summary>
    ProcessChanged,

    // packets on a client's link; A = direction (bit 0: 1 = down) | use &lt;&lt; 8 | mark &lt;&lt; 16; B = wire bytes

    PacketSent,
    PacketDelivered,
    PacketLost,
    PacketOverflowed,

    // connections; B = connection number

    /// <summary>A client opens a transport.</summary>
    ConnectAttempt,

    /// <summary>The server's process took a client's connection.</summary>
    ServerAccepted,

    /// <summary>A client's end of the transport is over. A: TcpEnd.</summary>
    ClientTransportEnded,

    /// <summary>The server's end of a client's transport is over. A: TcpEnd.</summary>
    ServerTransportEnded,

    // a client's stream

    /// <summary>A: Step; B: connection.</summary>
    StepReached,

    /// <summary>Stanzas may flow. A: 1 = resumed; B: connection.</summary>
    ClientOnline,

    /// <summary>
    /// The client's stream is over. A: mechanism | claim &lt;&lt; 8 | condition &lt;&lt; 16; B: connection.
    /// </summary>
    ClientOffline,

    /// <summary>A: delay in nanoseconds; B: attempt.</summary>
    RetryScheduled,

    // the server's side of that client's account

    /// <summary>The server calls the client available. A: 1 = resumed; B: connection.</summary>
    ServerAvailable,

    /// <summary>The session waits to be resumed.</summary>
    ServerHibernated,

    /// <summary>The session of that connection is over.</summary>
    ServerUnavailable,

    /// <summary>The server's process is gone and every session with it.</summary>
    ServerLost,

    /// <summary>The server's stream is over. A and B as <see cref="ClientOffline"/>.</summary>
    ServerOffline,

    // messages; A = number. Host: the client concerned, or -1 for the echo account

    /// <summary>An application wants a message sent. B: recipient's index, -1 = the echo account of the sender's
    /// server or, from an echo account, another server's client that had asked; -2 = the echo account of another
    /// server.</summary>
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

    /// <summary>At the end of the run somebody still holds it and would send it.</summary>
    MessageHeld,

    /// <summary>The sender's client got an acknowledgement for it (XEP-0198).</summary>
    MessageAcknowledged,

    // checks. A: Traffic

    ClientCheckSent,
    ClientCheckAnswered,
    ServerCheckSent,
    ServerCheckAnswered,

    // streams between servers. Host: the route; B: connection; side: 0 = opened it, 1 = took it

    /// <summary>A side may use the stream. A: side | 2 when that side sends stanzas on it.</summary>
    MemberReady,

    /// <summary>
    /// A side's stream is over. A: mechanism | claim &lt;&lt; 8 | condition &lt;&lt; 16 | side &lt;&lt; 32.
    /// </summary>
    MemberEnded,

    /// <summary>A check found the stream at fault. A as <see cref="MemberEnded"/>.</summary>
    MemberBlamed,

    /// <summary>A: Traffic | side &lt;&lt; 32.</summary>
    MemberCheckSent,
    MemberCheckAnswered,

    /// <summary>A message waits for the stream. A: number.</summary>
    StanzaQueued,

    /// <summary>A message was written to the stream. A: number.</summary>
    StanzaPassed,

    /// <summary>A message came back from the streams. Host: server; A: number; B: StanzaError.</summary>
    StanzaReturned,
}
