using Lab.Network;

namespace Lab.Xmpp;

internal enum StreamPhase : byte
{
    /// <summary>There is no transport, or none any more.</summary>
    Over,

    /// <summary>The transport is awaited.</summary>
    Connecting,

    /// <summary>The peer's header is awaited, for the first time or after TLS or SASL.</summary>
    Opening,

    /// <summary>Headers are exchanged; features, SASL, binding or a verdict are awaited.</summary>
    Negotiating,

    /// <summary>The TLS handshake runs.</summary>
    Securing,

    /// <summary>Stanzas may flow.</summary>
    Established,

    /// <summary>The closing tag is out, the peer's is awaited; what arrives still counts (CLO-01).</summary>
    Closing,
}

/// <summary>How a stream ended for this side, which decides over the session it carried.</summary>
internal enum Parting : byte
{
    /// <summary>Without a word: the connection went, or was dropped.</summary>
    Lost,

    /// <summary>This side said the closing tag.</summary>
    Closed,

    /// <summary>This side said a stream error.</summary>
    Failed,

    /// <summary>The peer said the closing tag first.</summary>
    PeerClosed,

    /// <summary>The peer said a stream error.</summary>
    PeerFailed,
}

/// <summary>
/// One stream over one transport, from its first byte through all its restarts to its end, sans IO: what is the same
/// for a client, a server towards clients and a server towards servers.
/// <para>
/// Rule (RFC 6120 section 4). A stream opens with a header each way; TLS and SASL begin it anew on the same transport,
/// and nothing said before counts then. What cannot be read, and a header that is refused, is answered with an error;
/// the side that took the transport says its own header before that. A stream ends once for this side, and the role
/// learns how. After the closing tag nothing is written, but what arrives is still heard, until the peer's tag or the
/// end of patience; then the transport is closed, behind an error of ours at once. A verdict that the connection is
/// dead drops it without a word.
/// </para>
/// Driving rule: the role reports what happens to the transport (Hear, HearFin, Lose), calls Check at the end of each
/// of its own calls and EndPhase at PhaseEnd; the stream asks back for what its role decides: the abstract members.
/// </summary>
public abstract partial class XmppStream : Timed
{
    /// <summary>What a peer that has proven nothing may make this side hold; time has a limit of its own.</summary>
    internal const int StrangerBytes = 64 * 1024;

    private readonly XmppReader reader;
    private readonly int mostBytes;
    private Mechanism overdue;

    private protected XmppStream(XmppReader reader) => (this.reader, mostBytes) = (reader, reader.MaxElementBytes);

    /// <summary>A mutable struct: used in place.</summary>
    internal Liveness Liveness;

    internal StreamPhase Phase { get; private protected set; }
    internal bool Secured { get; private protected set; }

    /// <summary>Its end was told.</summary>
    internal bool Ended { get; private set; }

    /// <summary>The peer said a stream error.</summary>
    internal bool Failed { get; private set; }

    /// <summary>The starttls of this side waits for its answer: until then nothing may be said.</summary>
    internal bool TlsAsked { get; private protected set; }

    /// <summary>When the phase, or the step within it, has lasted too long.</summary>
    internal Instant PhaseEnd { get; private set; } = Instant.Never;

    internal bool Writes =>
        Phase is StreamPhase.Opening or StreamPhase.Negotiating or StreamPhase.Established && !TlsAsked;

    private bool Reads =>
        Phase is not (StreamPhase.Over or StreamPhase.Connecting or StreamPhase.Securing);

    // ---- what the role decides

    internal abstract Instant Now { get; }

    /// <summary>jabber:client or jabber:server.</summary>
    internal abstract string ContentNamespace { get; }

    /// <summary>How long the peer's closing tag is awaited.</summary>
    internal abstract Duration ClosePatience { get; }

    /// <summary>What a peer is told that began to talk and does not get on; None = nothing, it is dropped.</summary>
    internal abstract StreamErrorCondition LateError { get; }

    /// <summary>Where to append what the stream says; it counts as sent.</summary>
    internal abstract XmppWriter Write(Traffic cause);

    internal abstract void Add(in XmppAction action);

    /// <summary>Its checks and its deadline must be looked at before the running call is over.</summary>
    internal abstract void Touch();

    /// <summary>What forbids the peer's header, or None.</summary>
    internal abstract StreamErrorCondition Judge(StreamHeader header);

    /// <summary>Says the header that answers one, null when there is none that could be read; nothing where this side
    /// opened the transport and has said its own.</summary>
    internal abstract void Answer(StreamHeader? header);

    /// <summary>The peer's header was taken.</summary>
    internal abstract void OnOpened(StreamHeader header);

    internal abstract void OnElement(Element element);

    internal abstract void SendPing();

    /// <summary>What is said before the closing tag.</summary>
    internal virtual void SayLast()
    {
    }

    /// <summary>The checks found the peer silent.</summary>
    internal virtual void GiveUp(in Due due)
    {
        if (due.Reaction == Reaction.Drop) Drop(due.Claim, due.Mechanism);
        else if (due.Reaction == Reaction.Close) Close(due.Claim, due.Mechanism);
        else
            Fail(due.Claim == Claim.Idle ? StreamErrorCondition.PolicyViolation
                : StreamErrorCondition.ConnectionTimeout, due.Mechanism, due.Claim);
    }

    /// <summary>The stream ended for this side; its transport may live on for a while.</summary>
    internal abstract void OnEnded(Parting how, Mechanism mechanism, StreamErrorCondition condition);

    /// <summary>The transport is over, or not this side's any more.</summary>
    internal abstract void OnOver();

    // ---- what happens to the transport

    internal virtual void Hear(ReadOnlySpan<byte> bytes)
    {
        while (Reads)
        {
            WireEvent read = reader.Read(ref bytes);
            switch (read)
            {
                case WireEvent.NeedMore:
                    if (reader.BufferedBytes > 0) Liveness.Received(Now, Heard.Bytes);
                    return;
                case WireEvent.Whitespace:
                    Liveness.Received(Now, Heard.Whitespace);
                    break;
                case WireEvent.StreamOpened:
                    Liveness.Received(Now, Heard.Element);
                    OnHeader(reader.Header);
                    break;
                case WireEvent.Element:
                    Liveness.Received(Now, Heard.Element);
                    OnElement(reader.Element);
                    break;
                case WireEvent.StreamClosed:
                    OnStreamClosed();
                    break;
                case WireEvent.Failed:
                    OnUnreadable();
                    return;
            }
        }
    }

    /// <summary>The peer's FIN: without a closing tag before it, a session stays resumable (SM-26).</summary>
    internal void HearFin()
    {
        if (Phase == StreamPhase.Over) return;
        End(Claim.None, Mechanism.Fin, Parting.Lost);
        CloseTransport();
    }

    /// <summary>The transport is over, or never came to be.</summary>
    internal void Lose(TransportEnd end)
    {
        if (Phase == StreamPhase.Over) return;
        End(end.Claim, end.Mechanism, Parting.Lost);
        Forget();
    }

    /// <summary>
    /// PhaseEnd has come. A silent transport, or a handshake that hangs, is dropped; a peer that began to talk may be
    /// told why.
    /// </summary>
    internal void EndPhase()
    {
        if (Phase == StreamPhase.Closing) CloseTransport();                                    // CLO-03
        else if (Phase == StreamPhase.Negotiating && Writes && LateError != StreamErrorCondition.None)
            Fail(LateError, overdue, Claim.Broken);
        else Drop(Claim.Dead, overdue);
    }

    /// <summary>Does what the policy's checks demand by now.</summary>
    internal void Check()
    {
        while (Writes && Liveness.Take(Now) is { Kind: not DueKind.Nothing } due)
        {
            switch (due.Kind)
            {
                case DueKind.SendWhitespace:
                    Write(Traffic.Whitespace).Raw(" "u8);
                    TellCheck(Traffic.Whitespace);
                    break;
                case DueKind.SendPing:
                    SendPing();
                    break;
                case DueKind.RequestAck:
                    RequestAck();
                    break;
                case DueKind.GiveUp:
                    GiveUp(due);
                    break;
            }
        }
    }

    internal void PrefetchReader() => Prefetch.Object(reader, 128);

    // ---- what the role does with it

    /// <summary>A transport is there, or is awaited.</summary>
    private protected void Begin(StreamPhase first)
    {
        Phase = first;
        reader.MaxElementBytes = Math.Min(StrangerBytes, mostBytes);
        Ended = Failed = Secured = TlsAsked = false;
    }

    /// <summary>How long the phase, or a step within it, may last; null = for ever.</summary>
    private protected void Expect(Duration? within, Mechanism otherwise)
    {
        PhaseEnd = within is { } limit ? Now + limit : Instant.Never;
        overdue = otherwise;
    }

    private protected void Expect(Instant end, Mechanism otherwise) => (PhaseEnd, overdue) = (end, otherwise);

    /// <summary>
    /// At the beginning, and after TLS and SASL: a new stream begins (STR-13). What is behind SASL came in the clear of
    /// the same connection, so white space of the old stream may still come (STR-14); behind TLS nothing is left.
    /// </summary>
    private protected void Restart()
    {
        reader.Restart(behindElement: Phase == StreamPhase.Negotiating);
        Phase = StreamPhase.Opening;
        TlsAsked = false;
    }

    /// <summary>Asks for TLS; until the answer nothing is said.</summary>
    private protected void AskForTls()
    {
        Write(Traffic.Handshake).Raw("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8);
        Liveness.Hold();
        TlsAsked = true;
    }

    /// <summary>
    /// Begins the handshake. What came behind starttls or proceed was not protected: it is never read (TLS-05).
    /// </summary>
    private protected void Secure()
    {
        Add(new XmppAction(ActionKind.StartTls));
        Liveness.Hold();
        Phase = StreamPhase.Securing;
    }

    /// <summary>The peer has proven who it is: its elements may be as large as stanzas are.</summary>
    private protected void Trust() => reader.MaxElementBytes = mostBytes;

    /// <summary>Stanzas may flow.</summary>
    private protected void Establish()
    {
        Phase = StreamPhase.Established;
        Trust();
        PhaseEnd = Instant.Never;
        Liveness.Establish(Now);
    }

    private protected void RequestAck()
    {
        Write(Traffic.Acks).Raw("<r xmlns='urn:xmpp:sm:3'/>"u8);
        TellCheck(Traffic.Acks);
    }

    private protected void TellCheck(Traffic check) => Add(new XmppAction(ActionKind.CheckSent, Traffic: check));

    private protected void TellAnswer(Traffic check, Duration roundTrip) =>
        Add(new XmppAction(ActionKind.CheckAnswered, Traffic: check, A: roundTrip.Nanoseconds));

    private void OnHeader(StreamHeader header)
    {
        if (Phase != StreamPhase.Opening) return;
        StreamErrorCondition problem = header.ContentNamespace != ContentNamespace
            ? StreamErrorCondition.InvalidNamespace : Judge(header);
        Answer(header);
        Phase = StreamPhase.Negotiating;
        if (problem != StreamErrorCondition.None) Fail(problem);
        else OnOpened(header);
    }
}
