using Lab.Network;

namespace Lab.Xmpp;

/// <summary>A local and a remote domain on one stream; due when its verdict is late.</summary>
internal sealed class DomainPair(FederationStream stream, int local, byte[] remote, string domain) : Timed
{
    public readonly FederationStream Stream = stream;
    public readonly int Local = local;
    public readonly byte[] Remote = remote;

    /// <summary>The remote domain as text in lower case.</summary>
    public readonly string Domain = domain;

    /// <summary>False while its verdict is awaited.</summary>
    public bool Valid;

    public bool Is(int domain, ReadOnlySpan<byte> name) => Local == domain && Jid.SameText(Remote, name);
}

/// <summary>
/// A key of an inbound stream that its authoritative server is asked about; due when the answer is late.
/// </summary>
internal sealed class Verification(DomainPair claim, string id, byte[] key) : Timed
{
    public readonly DomainPair Claim = claim;

    /// <summary>Of our response header on the claim's stream.</summary>
    public readonly string Id = id;

    public readonly byte[] Key = key;

    /// <summary>The connection to the authoritative server.</summary>
    public FederationStream? Over;
}

/// <summary>
/// One connection between servers: the domains it carries, its place in a pool, and where its federation decides.
/// </summary>
internal sealed class FederationStream : ListedStream
{
    private readonly Federation federation;

    public FederationStream(
        Federation federation, StreamMachine machine, XmppReader reader, bool outbound, RemoteSettings settings)
        : base(machine, reader)
    {
        (this.federation, Outbound, Settings) = (federation, outbound, settings);
        Begin(outbound ? StreamPhase.Connecting : StreamPhase.Opening);
        if (outbound) Expect(settings.Policy.Connect.Tcp, Mechanism.ConnectTimeout);
        else Expect(settings.Policy.Connect.Total, Mechanism.TotalTimeout);
    }

    /// <summary>This side opened it.</summary>
    public readonly bool Outbound;

    public readonly List<DomainPair> Pairs = [];
    public RemoteSettings Settings;

    /// <summary>Opened only to verify a key.</summary>
    public bool VerifyOnly;

    public bool Authenticated, AuthSent, Negotiated, Ready;

    /// <summary>XEP-0288 is agreed on.</summary>
    public bool Bidi;

    /// <summary>What the peer offers.</summary>
    public bool OffersDialback, OffersAcks, OffersBidi;

    /// <summary>
    /// The domain of this side and of the peer, as the headers say; empty until an inbound one does.
    /// </summary>
    public int Local;
    public byte[] Remote = [];

    /// <summary>The same as texts of the initial header; null before it.</summary>
    public string? To, From;

    /// <summary>The id of the response header.</summary>
    public string Id = "";

    /// <summary>Domains of the peer's certificate.</summary>
    public IReadOnlyList<string> Certified = [];

    /// <summary>The pool and the place in it; -1 = in none.</summary>
    public Remote? Pool;
    public int Slot = -1;

    public AckQueue? Acks;
    public int SaslFailures;

    /// <summary>What its waiting stanzas are returned with when it ends before it is ready.</summary>
    public StanzaError Failure = StanzaError.RemoteServerTimeout;

    /// <summary>When bytes were last received, when a stanza last passed either way.</summary>
    public Instant HeardAt, Busy;

    /// <summary>The idle rule's check: when it was sent.</summary>
    public Instant Verifying = Instant.Never;

    /// <summary>Number of the ping over this stream that waits for its answer; 0 = none.</summary>
    public long Ping;

    public PeerStep Step =>
        Failed ? PeerStep.Failed
        : Phase == StreamPhase.Closing ? PeerStep.Closing
        : Ready ? Acks is null ? PeerStep.Established : PeerStep.Counted
        : !Outbound ? Secured ? PeerStep.Secured : PeerStep.Plain
        : TlsAsked ? PeerStep.TlsAsked
        : Negotiated ? PeerStep.Negotiated
        : AuthSent ? PeerStep.AuthSent : PeerStep.Greeted;

    public DomainPair? Pair(int local, ReadOnlySpan<byte> remote)
    {
        foreach (DomainPair pair in Pairs)
            if (pair.Is(local, remote)) return pair;
        return null;
    }

    /// <summary>Whether stanzas of the local domain may go out on it.</summary>
    public bool Carries(int local, ReadOnlySpan<byte> remote) =>
        Phase == StreamPhase.Established && (Outbound || Bidi) && Pair(local, remote) is { Valid: true };

    /// <summary>The transport that was asked for is there.</summary>
    public void Connected()
    {
        Expect(Settings.Policy.Connect.Total, Mechanism.TotalTimeout);
        Reopen();
    }

    public void TlsDone(IReadOnlyList<string> certified)
    {
        Secured = true;
        Certified = certified;
        Reopen();
    }

    /// <summary>At the beginning, and after TLS and SASL, where nothing that was said before counts (STR-13).</summary>
    public void Reopen()
    {
        Restart();
        Id = "";
        AuthSent = false;
        if (Outbound) federation.WriteInitialHeader(this);
        else Remote = [];
    }

    public void RequestTls() => AskForTls();

    /// <summary>Begins the handshake, having said proceed where the peer asked for it.</summary>
    public void BeginTls()
    {
        if (!Outbound) Write(Traffic.Handshake).Raw("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8);
        Bidi = false;
        Secure();
    }

    public void RefuseTls()
    {
        Write(Traffic.Handshake).Raw("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8);
        Leave(Mechanism.ProtocolError);
    }

    public void LeaveWithoutTls() => Leave(Mechanism.TlsFailure);

    /// <summary>A pair of domains is valid: stanzas may flow.</summary>
    public void MakeReady()
    {
        Ready = true;
        HeardAt = Busy = Now;
        Establish();
    }

    public void TakeCount(Element ack)
    {
        if (Acks is not { } queue) return;
        if (!AckElements.TryCount(ack, out uint h)) Fail(StreamErrorCondition.InvalidXml);
        else if (!queue.TryAcknowledge(h)) FailCount(h, queue.Sent);
        else
        {
            Verifying = Instant.Never;
            if (Liveness.AckAnswered(Now, out Duration roundTrip)) TellAnswer(Traffic.Acks, roundTrip);
        }
    }

    public void TakeError(Element error) => OnPeerError(error);

    public void VerifyByAck() => RequestAck();

    public void TellPing() => TellCheck(Traffic.Ping);

    public void TellPingAnswer(Duration roundTrip) => TellAnswer(Traffic.Ping, roundTrip);

    // A stream with something on its way is not idle.
    public Instant IdleEnd =>
        Settings.Policy.Idle is not { } idle || Acks is { Count: > 0 } ? Instant.Never
        : Verifying != Instant.Never ? Verifying + idle.Timeout
        : Busy + idle.After;

    public Instant SilenceEnd => Settings.SilenceLimit is { } limit ? HeardAt + limit : Instant.Never;

    public override Instant NextTime => Phase != StreamPhase.Established ? base.NextTime
        : Instant.Min(base.NextTime, Instant.Min(SilenceEnd, IdleEnd));

    public override void LookAfter()
    {
        Check();
        if (Phase == StreamPhase.Established) federation.CheckQuiet(this);
    }

    internal override string ContentNamespace => "jabber:server";
    internal override Duration ClosePatience => Settings.Policy.Connect.Close;
    internal override StreamErrorCondition LateError => StreamErrorCondition.ConnectionTimeout;
    internal override StreamErrorCondition Judge(StreamHeader header) => federation.Judge(this, header);
    internal override void OnOpened(StreamHeader header) => federation.OnOpened(this, header);
    internal override void OnElement(Element element) => federation.OnElement(this, element);
    internal override void GiveUp(in Due due) => federation.Blame(this, due.Mechanism);

    internal override void Answer(StreamHeader? header)
    {
        if (!Outbound) federation.WriteResponseHeader(this, header);
    }

    internal override void Hear(ReadOnlySpan<byte> bytes)
    {
        HeardAt = Now;
        base.Hear(bytes);
    }

    internal override void SendPing()
    {
        if (Slot >= 0) federation.SendPing(this);
        else Liveness.PingAnswered(Now, out _);                // nothing can be asked over a stream that only brings
    }

    internal override void SayLast()
    {
        if (Acks is { } acks) Write(Traffic.Acks).Count(acks);
    }

    internal override void OnEnded(Parting how, Mechanism mechanism, StreamErrorCondition condition) =>
        federation.OnEnded(this, mechanism, condition);

    internal override void OnOver()
    {
        base.OnOver();
        if (Slot < 0) Acks?.Release();
    }
}
