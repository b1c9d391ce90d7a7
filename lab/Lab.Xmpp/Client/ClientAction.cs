using Lab.Network;

namespace Lab.Xmpp;

public enum ClientActionKind : byte
{
    /// <summary>Open a transport to the server; exactly one attempt is in flight.</summary>
    Connect,

    /// <summary>
    /// Write <see cref="XmppClient.Output"/>: everything one call has to say, charged to the Traffic that began it (a
    /// message with its ack request is Payload, a ping with its own is Ping, enable with the presence behind it is
    /// Handshake).
    /// </summary>
    Write,

    /// <summary>Begin the TLS handshake on the transport.</summary>
    StartTls,

    /// <summary>
    /// Close the transport in an orderly way: close_notify, FIN. Nothing is to be reported of it any more.
    /// </summary>
    Close,

    /// <summary>
    /// Drop the transport: nothing more is written, buffers are thrown away. Nothing is to be reported of it any more.
    /// </summary>
    Abort,

    // observations, for the journal and the metrics

    /// <summary>A step of negotiation was reached (Step).</summary>
    Step,

    /// <summary>Stanzas may flow. A = 1 when a session was resumed.</summary>
    Online,

    /// <summary>
    /// The stream, or the attempt at one, is over for this side: Claim, Mechanism; A = the stream error condition sent
    /// or received, or 0.
    /// </summary>
    Offline,

    /// <summary>A message arrived: A = its number, B = bytes of its body.</summary>
    MessageReceived,

    /// <summary>A message came back as an error: A = its number.</summary>
    MessageBounced,

    /// <summary>A message was acknowledged by the server (XEP-0198): A = its number.</summary>
    MessageAcknowledged,

    /// <summary>The client had to give a message up (no resumption, no resend): A = its number.</summary>
    MessageAbandoned,

    /// <summary>A check was sent: Traffic says which.</summary>
    CheckSent,

    /// <summary>A check was answered: Traffic says which, A = its round trip in nanoseconds.</summary>
    CheckAnswered,

    /// <summary>
    /// The next attempt is due: A = delay in nanoseconds, B = attempt number since the last reset, from 1.
    /// </summary>
    RetryScheduled,
}

public readonly record struct ClientAction(
    ClientActionKind Kind, Traffic Traffic = Traffic.Handshake, Step Step = Step.Offline, Claim Claim = Claim.None,
    Mechanism Mechanism = Mechanism.None, long A = 0, long B = 0);

/// <summary>
/// What a client asks for, in order, with the bytes of its writes. Pieces written in one call become one write, charged
/// to the kind of the first, unless a transport action lies between them. Drained, it holds no memory.
/// </summary>
internal struct ClientOutbound(BufferPool buffers)
{
    private readonly XmppWriter writer = new(buffers);
    private PooledList<ClientAction> actions;
    private int taken, start, length;
    private int openWrite = -1;

    /// <summary>Actions not taken yet.</summary>
    public readonly int Waiting => actions.Count - taken;

    /// <summary>The bytes of the Write taken last.</summary>
    public readonly ReadOnlySpan<byte> Bytes => writer.Written.Slice(start, length);

    /// <summary>What was appended from that place on.</summary>
    public readonly ReadOnlySpan<byte> Since(int place) => writer.Written[place..];

    public readonly int Place => writer.Length;

    public void Add(in ClientAction action)
    {
        if (action.Kind <= ClientActionKind.Abort) Seal();
        actions.Add(buffers) = action;
    }

    /// <summary>Where to append bytes of that kind.</summary>
    public XmppWriter Write(Traffic traffic)
    {
        if (openWrite < 0)
        {
            openWrite = actions.Count;
            actions.Add(buffers) = new ClientAction(ClientActionKind.Write, traffic, A: writer.Length);
        }
        return writer;
    }

    public bool TryTake(out ClientAction action)
    {
        Seal();
        if (taken == actions.Count)
        {
            actions.Release(buffers);
            writer.Release();
            taken = start = length = 0;
            action = default;
            return false;
        }
        action = actions[taken++];
        if (action.Kind == ClientActionKind.Write)
        {
            (start, length) = ((int)action.A, (int)action.B);
            action = action with { A = 0, B = 0 };
        }
        return true;
    }

    private void Seal()
    {
        if (openWrite < 0) return;
        ref ClientAction write = ref actions[openWrite];
        write = write with { B = writer.Length - write.A };
        openWrite = -1;
    }
}
