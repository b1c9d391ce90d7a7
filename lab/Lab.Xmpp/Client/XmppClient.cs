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
public sealed partial class XmppClient : XmppStream
{
    private readonly ClientSettings settings;
    private readonly BufferPool buffers;
    private readonly ScramCache scram;
    private readonly Secrets nonces;
    private readonly Backoff backoff;
    private readonly byte[] bareJid, domain;

    private ClientOutbound outbound;
    private Instant now, totalEnd = Instant.Never, retryAt = Instant.Never;
    private bool wanted;

    /// <param name="trees">Shared by the machines of a run; absent = its own.</param>
    public XmppClient(
        ClientSettings settings, RandomStream random, BufferPool buffers, ScramCache scram, TreePool? trees = null)
        : base(new XmppReader(trees ?? new TreePool(), settings.MaxStanzaBytes))
    {
        this.settings = settings;
        this.buffers = buffers;
        this.scram = scram;
        nonces = (settings.Secrets ?? new RepeatableSecrets(random)).Fork("sasl");
        backoff = new Backoff(settings.Policy.Reconnect, random.Fork("backoff"));
        outbound = new ClientOutbound(buffers);
        unacked = new AckQueue(buffers, settings.Policy.Acks?.QueueStanzas ?? 1);
        outbox = new AckQueue(buffers, int.MaxValue);
        Liveness = new Liveness(settings.Policy);
        int at = settings.BareJid.IndexOf('@');
        if (at <= 0 || at == settings.BareJid.Length - 1)
            throw new ArgumentException($"not local@domain: {settings.BareJid}", nameof(settings));
        bareJid = Encoding.UTF8.GetBytes(settings.BareJid);
        domain = Encoding.UTF8.GetBytes(settings.BareJid[(at + 1)..]);
        if (settings.Login is not null) login = new LoginProgress();
    }

    public Step Step { get; private set; }

    /// <summary>The full JID, once bound.</summary>
    public string? FullJid { get; private set; }

    /// <summary>
    /// The condition with which the server refused the last attempt or stream: a SASL failure, a stream error, a bind's
    /// error; null when it said none.
    /// </summary>
    public string? Refusal { get; private set; }

    /// <summary>The same policy for sockets, read by whoever opens the transport.</summary>
    public Policy Policy => settings.Policy;

    /// <summary>
    /// Where the counters of new stream management sessions begin; other than 0 only to test their wrap.
    /// </summary>
    internal uint FirstStanzaCount { get; init; }

    public ReadOnlySpan<byte> Output => outbound.Bytes;

    public Instant NextTime => Instant.Min(
        Instant.Min(Instant.Min(retryAt, PhaseEnd), networkAt), Liveness.NextTime);

    /// <summary>Prefetches what a check will touch, once the client itself is in the cache.</summary>
    public void Foresee()
    {
        PrefetchReader();
        if (acking) Prefetch.Object(unacked, 64);
    }

    public bool TryTake(out XmppAction action) => outbound.TryTake(out action);

    /// <summary>Wants to be online from now on.</summary>
    public void Start(Instant now)
    {
        Enter(now);
        bool resting = Phase == StreamPhase.Over && !wanted;
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
        if (Phase == StreamPhase.Over) GiveUpMessages();
        else Close(Claim.None, Mechanism.Stopped);
    }

    public void Connected(Instant now)
    {
        Enter(now);
        if (Phase != StreamPhase.Connecting) return;
        backoff.Connected();
        Liveness = new Liveness(Policy);
        Reach(Step.TcpConnected);
        if (settings.Tls == TlsMode.Direct) BeginTls();
        else OpenStream(Step.HeaderSent);
    }

    public void TlsEstablished(Instant now)
    {
        Enter(now);
        if (Phase != StreamPhase.Securing) return;
        Secured = true;
        Reach(Step.TlsEstablished);
        OpenStream(Step.SecureHeaderSent);
    }

    public void Receive(Instant now, ReadOnlySpan<byte> bytes)
    {
        Enter(now);
        if (probeEnd != Instant.Never) ProbeAnswered();
        Hear(bytes);
        Check();
    }

    /// <summary>The peer's FIN: nothing more will be received; what was asked to be sent may still go.</summary>
    public void PeerClosed(Instant now)
    {
        Enter(now);
        HearFin();
    }

    /// <summary>The transport is over, or the attempt failed.</summary>
    public void Disconnected(Instant now, TransportEnd end)
    {
        Enter(now);
        Lose(end);
    }

    public void Tick(Instant now)
    {
        Enter(now);
        if (retryAt <= now) Attempt();
        else if (PhaseEnd <= now) EndPhase();
        if (networkAt <= now) ReactToNetwork();
        Check();
    }

    /// <summary>
    /// Sends a chat message of that many body bytes with id m{number}; offline, it waits in the outbox until online,
    /// or is given up when the client does not come back.
    /// </summary>
    public void SendMessage(Instant now, string to, long number, int bodyBytes)
    {
        Enter(now);
        if (Phase == StreamPhase.Established) WriteMessage(Write(Traffic.Payload), to, number, bodyBytes);
        else if (retired) Tell(ActionKind.MessageAbandoned, number);
        else KeepForLater(to, number, bodyBytes);
        Check();
    }

    /// <summary>
    /// Sends directed presence with a status of that many bytes (RFC 6121 section 4.6); offline, nobody is told.
    /// </summary>
    public void SendPresence(Instant now, string to, int statusBytes)
    {
        Enter(now);
        if (Phase == StreamPhase.Established) WritePresence(to, statusBytes);
        Check();
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
        Refusal = null;
        totalEnd = now + (Policy.Connect.Total ?? Duration.Forever);
        Begin(StreamPhase.Connecting);
        Await(Policy.Connect.Tcp, Mechanism.ConnectTimeout);
        Reach(Step.Connecting);
        outbound.Add(new XmppAction(ActionKind.Connect));
    }

    private void Tell(ActionKind kind, long number) => outbound.Add(new XmppAction(kind, A: number));

    private void Reach(Step step)
    {
        Step = step;
        outbound.Add(new XmppAction(ActionKind.Step, Step: step));
    }

    /// <summary>How long the next answer may take, within what is left for getting online.</summary>
    private void Await(Duration? within, Mechanism otherwise)
    {
        Instant end = now + (within ?? Duration.Forever);
        if (end <= totalEnd) Expect(end, otherwise);
        else Expect(totalEnd, Mechanism.TotalTimeout);
    }

    // ---- what its stream asks

    internal override Instant Now => now;
    internal override string ContentNamespace => "jabber:client";
    internal override Duration ClosePatience => Policy.Connect.Close;

    /// <summary>A server that does not answer is not told.</summary>
    internal override StreamErrorCondition LateError => StreamErrorCondition.None;

    internal override XmppWriter Write(Traffic cause)
    {
        Liveness.Sent(now);
        return outbound.Write(cause);
    }

    internal override void Add(in XmppAction action) => outbound.Add(action);

    /// <summary>Each call ends with its checks.</summary>
    internal override void Touch()
    {
    }
}
