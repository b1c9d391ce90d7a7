using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// An XMPP client that wants to be online, sans IO.
/// <para>
/// Rule: the initiating entity of RFC 6120 with XEP-0198 and XEP-0199, in the order of XEP-0170: STARTTLS (or direct
/// TLS, or none), SASL, then resumption instead of binding when a session may still live, else binding, stream
/// management, presence. The header names the account only under TLS (section 4.7.1). STARTTLS is asked for even when
/// it is not offered (RFC 7590 section 3.1). Checks and back-off are those of the policy; a phase that takes too long
/// drops the transport. Elements it does not know are ignored (section 4.8.4), requests it does not know get
/// service-unavailable.
/// </para>
/// <para>
/// Leaves out: roster, service discovery, the location a server prefers for resuming, the host a see-other-host names
/// (up to five in a row are followed by coming back at once, then the back-off holds), TLS session resumption.
/// </para>
/// Driving rule: make one call; then TryTake until false (a Write action's bytes are in Output until the next TryTake);
/// then look at NextTime and call Tick at that moment. After Close or Abort, or a report that it ended, a transport is
/// not the client's any more: report nothing of it.
/// </summary>
public sealed partial class XmppClient
{
    private readonly ClientSettings settings;
    private readonly BufferPool buffers;
    private readonly ScramCache scram;
    private readonly Secrets nonces;
    private readonly Backoff backoff;
    private readonly XmppReader reader;
    private readonly byte[] bareJid, domain;

    private ClientOutbound outbound;
    private Liveness liveness;
    private Instant now, phaseEnd = Instant.Never, totalEnd = Instant.Never, retryAt = Instant.Never;
    private Mechanism phaseMechanism;
    private bool wanted, secured, streamOpen, reading;

    /// <param name="trees">Shared by the machines of a run; absent = its own.</param>
    public XmppClient(
        ClientSettings settings, RandomStream random, BufferPool buffers, ScramCache scram, TreePool? trees = null)
    {
        this.settings = settings;
        this.buffers = buffers;
        this.scram = scram;
        nonces = (settings.Secrets ?? new RepeatableSecrets(random)).Fork("sasl");
        backoff = new Backoff(settings.Policy.Reconnect, random.Fork("backoff"));
        reader = new XmppReader(trees ?? new TreePool(), settings.MaxStanzaBytes);
        outbound = new ClientOutbound(buffers);
        unacked = new AckQueue(buffers, settings.Policy.Acks?.QueueStanzas ?? 1);
        outbox = new AckQueue(buffers, int.MaxValue);
        liveness = new Liveness(settings.Policy);
        int at = settings.BareJid.IndexOf('@');
        if (at <= 0 || at == settings.BareJid.Length - 1)
            throw new ArgumentException($"not local@domain: {settings.BareJid}", nameof(settings));
        bareJid = Encoding.UTF8.GetBytes(settings.BareJid);
        domain = Encoding.UTF8.GetBytes(settings.BareJid[(at + 1)..]);
    }

    public Step Step { get; private set; }

    /// <summary>The full JID, once bound.</summary>
    public string? FullJid { get; private set; }

    /// <summary>The same policy for sockets, read by whoever opens the transport.</summary>
    public Policy Policy => settings.Policy;

    /// <summary>
    /// Where the counters of new stream management sessions begin; other than 0 only to test their wrap.
    /// </summary>
    internal uint FirstStanzaCount { get; init; }

    public ReadOnlySpan<byte> Output => outbound.Bytes;

    public Instant NextTime =>
        Instant.Min(Instant.Min(retryAt, totalEnd), Instant.Min(phaseEnd, liveness.NextTime));

    /// <summary>Prefetches what a check will touch, once the client itself is in the cache.</summary>
    public void Foresee()
    {
        Prefetch.Object(reader, 128);
        if (acking) Prefetch.Object(unacked, 64);
    }

    public bool TryTake(out XmppAction action) => outbound.TryTake(out action);

    /// <summary>Wants to be online from now on.</summary>
    public void Start(Instant now)
    {
        Enter(now);
        bool resting = Step == Step.Offline && !wanted;
        wanted = true;
        retired = false;
        if (resting) Attempt();
    }

    /// <summary>
    /// Goes offline for good: closes the stream in an orderly way. Messages still waiting are given up.
    /// </summary>
    public void Stop(Instant now)
    {
        Enter(now);
        wanted = false;
        retryAt = Instant.Never;
        if (Step == Step.Offline) GiveUpMessages();
        else if (Step != Step.Closing) CloseStream(Claim.None, Mechanism.Stopped);
    }

    public void Connected(Instant now)
    {
        Enter(now);
        if (Step != Step.Connecting) return;
        backoff.Connected();
        liveness = new Liveness(Policy);
        secured = false;
        Reach(Step.TcpConnected);
        if (settings.Tls == TlsMode.Direct) BeginTls();
        else OpenStream(Step.HeaderSent);
    }

    public void TlsEstablished(Instant now)
    {
        Enter(now);
        if (Step is not (Step.ProceedReceived or Step.TcpConnected)) return;
        secured = true;
        Reach(Step.TlsEstablished);
        OpenStream(Step.SecureHeaderSent);
    }

    public void Receive(Instant now, ReadOnlySpan<byte> bytes)
    {
        Enter(now);
        bool heard = false;
        while (reading)
        {
            WireEvent e = reader.Read(ref bytes);
            if (e == WireEvent.NeedMore) break;
            heard = true;
            if (e == WireEvent.Whitespace) liveness.Received(now, Heard.Whitespace);
            else if (e != WireEvent.Failed) liveness.Received(now, Heard.Element);
            if (e == WireEvent.StreamOpened) OnHeader(reader.Header);
            else if (e == WireEvent.Element) OnElement(reader.Element);
            else if (e == WireEvent.StreamClosed) OnStreamClosed();
            else if (e == WireEvent.Failed) Refuse(reader.Error);
        }
        if (!heard) liveness.Received(now, Heard.Bytes);
        RunChecks();
    }

    /// <summary>The peer's FIN: nothing more will be received; what was asked to be sent may still go.</summary>
    public void PeerClosed(Instant now)
    {
        Enter(now);
        if (Step == Step.Offline) return;
        Report(Claim.None, Mechanism.Fin);
        Finish(ActionKind.Close);
    }

    /// <summary>The transport is over, or the attempt failed.</summary>
    public void Disconnected(Instant now, TransportEnd end)
    {
        Enter(now);
        if (Step == Step.Offline) return;
        Report(end.Claim, end.Mechanism);
        Finish(null);
    }

    public void Tick(Instant now)
    {
        Enter(now);
        if (retryAt <= now) Attempt();
        else if (phaseEnd <= now && Step == Step.Closing) Finish(ActionKind.Close);
        else if (phaseEnd <= now && phaseEnd <= totalEnd) Drop(Claim.Dead, phaseMechanism);
        else if (totalEnd <= now) Drop(Claim.Dead, Mechanism.TotalTimeout);
        RunChecks();
    }

    /// <summary>
    /// Sends a chat message of that many body bytes with id m{number}; offline, it waits in the outbox until online,
    /// or is given up when the client does not come back.
    /// </summary>
    public void SendMessage(Instant now, string to, long number, int bodyBytes)
    {
        Enter(now);
        if (Step == Step.Online) WriteMessage(outbound.Write(Traffic.Payload), to, number, bodyBytes);
        else if (retired) Tell(ActionKind.MessageAbandoned, number);
        else KeepForLater(to, number, bodyBytes);
        RunChecks();
    }

    /// <summary>
    /// Numbers of the messages it would still send: outbox and unacknowledged ones of a session that can be resumed or
    /// resent.
    /// </summary>
    public IEnumerable<long> HeldMessages()
    {
        List<long> held = [];
        if (sessionId is not null || Policy.Acks is { ResendAfterFailedResume: true })
            foreach (UnackedStanza stanza in unacked)
                if (stanza.Number >= 0) held.Add(stanza.Number);
        foreach (UnackedStanza stanza in outbox) held.Add(stanza.Number);
        return held;
    }

    private void Enter(Instant at)
    {
        if (outbound.Waiting > 0 || at < now) throw Misuse(at);
        now = at;
    }

    private InvalidOperationException Misuse(Instant at) => new(outbound.Waiting > 0
        ? $"{outbound.Waiting} actions were not taken before the next call"
        : $"call at {at.Nanoseconds} ns after one at {now.Nanoseconds} ns");

    private void Attempt()
    {
        retryAt = Instant.Never;
        totalEnd = now + (Policy.Connect.Total ?? Duration.Forever);
        Expect(Policy.Connect.Tcp, Mechanism.ConnectTimeout);
        Reach(Step.Connecting);
        outbound.Add(new XmppAction(ActionKind.Connect));
    }

    /// <summary>
    /// Writes are possible: a header went out, no TLS handshake runs, the closing tag did not go out.
    /// </summary>
    private bool CanWrite =>
        streamOpen && Step is not (Step.StartTlsSent or Step.ProceedReceived or Step.Closing or Step.Offline);

    private void RunChecks()
    {
        while (CanWrite)
        {
            Due due = liveness.Take(now);
            switch (due.Kind)
            {
                case DueKind.SendWhitespace:
                    outbound.Write(Traffic.Whitespace).Raw(" "u8);
                    NoteCheck(Traffic.Whitespace);
                    break;
                case DueKind.SendPing:
                    SendPing();
                    break;
                case DueKind.RequestAck:
                    outbound.Write(Traffic.Acks).Raw("<r xmlns='urn:xmpp:sm:3'/>"u8);
                    NoteCheck(Traffic.Acks);
                    break;
                case DueKind.GiveUp:
                    GiveUp(due);
                    return;
                default:
                    return;
            }
        }
    }

    private void Tell(ActionKind kind, long number) => outbound.Add(new XmppAction(kind, A: number));

    private void NoteCheck(Traffic check) => outbound.Add(new XmppAction(ActionKind.CheckSent, Traffic: check));

    private void Reach(Step step)
    {
        Step = step;
        outbound.Add(new XmppAction(ActionKind.Step, Step: step));
    }

    private void Expect(Duration? within, Mechanism mechanism)
    {
        phaseEnd = now + (within ?? Duration.Forever);
        phaseMechanism = mechanism;
    }
}
