namespace Lab.Experiments;

/// <summary>
/// What an <see cref="Entry"/> says; <see cref="EntryGuide"/> says what each means. Hosts are numbered: clients, then
/// servers, then routes (streams between servers). A path is a client's, or a route's; its near end opens the
/// connections. All that metrics, lanes and verdicts are made of is here: they read the journal and nothing else.
/// </summary>
public enum EntryKind : ushort
{
    None,

    // the world

    FaultBegan,
    FaultEnded,
    PathChanged,
    ProcessChanged,

    // packets on a path

    PacketSent,
    PacketDelivered,
    PacketLost,
    PacketOverflowed,

    // connections of a path

    ConnectAttempt,
    FarAccepted,
    NearTransportEnded,
    FarTransportEnded,

    // a client's stream

    StepReached,
    ClientOnline,
    ClientOffline,
    RetryScheduled,

    // the server's side of that client's account

    ServerAvailable,
    ServerHibernated,
    ServerUnavailable,
    ServerLost,
    ServerOffline,

    // messages; host -1 is the echo account

    MessageSent,
    MessageReceived,
    MessageBounced,
    MessageAccepted,
    MessageStored,
    MessageAbandoned,
    MessageHeld,
    MessageAcknowledged,

    // checks of a client's stream

    ClientCheckSent,
    ClientCheckAnswered,
    ServerCheckSent,
    ServerCheckAnswered,

    // streams between servers

    MemberReady,
    MemberEnded,
    MemberBlamed,
    MemberCheckSent,
    MemberCheckAnswered,
    StanzaQueued,
    StanzaPassed,
    StanzaReturned,

    // connections of a path, again

    PassageChanged,

    // clients that move

    LinkChanged,
    NetworkNoticed,

    // messages to accounts with several clients

    MessageHanded,

    // people

    AppOpened,
    AppClosed,

    // what a login loads

    ClientReady,

    // radios

    RadioChanged,

    // apps that sleep

    SleepChanged,
    PushSent,
    PushCame,

    // servers whose work takes time

    WorkDone,
    AcceptQueueFull,
}
