using Lab.Network;

namespace Lab.Xmpp;

/// <summary>One stream with a client: what its negotiation and its session need; its server decides.</summary>
internal sealed class ServerStream : ListedStream
{
    private readonly XmppServer server;

    public ServerStream(XmppServer server, StreamMachine machine, XmppReader reader, in Liveness checks, bool secured)
        : base(machine, reader)
    {
        this.server = server;
        Liveness = checks;
        Begin(StreamPhase.Opening);
        Secured = secured;
        Expect(server.Connect.Total, Mechanism.TotalTimeout);
    }

    /// <summary>Index of the served domain that the header names.</summary>
    public int Domain;

    /// <summary>The authenticated account, or -1.</summary>
    public int Account { get; private set; } = -1;

    /// <summary>The bound or resumed session; null before, and after a resumption took it away.</summary>
    public Session? Session;

    public SaslServer? Sasl;
    public int SaslFailures, BindFailures;

    /// <summary>
    /// xml:lang of the client's header, put on its stanzas without one (STR-09); empty when it sent none.
    /// </summary>
    public byte[] Language = [];

    /// <summary>The local part that the client's header gives as its own; forgotten with each restart.</summary>
    public byte[] Claimed = [];

    /// <summary>Number of the ping that waits for its answer.</summary>
    public long Ping;

    public ServerStep Step =>
        Failed ? ServerStep.Failed
        : Phase == StreamPhase.Closing ? ServerStep.Closing
        : Session is { } session ? session.Acks is null ? ServerStep.Bound : ServerStep.Counted
        : Account >= 0 ? ServerStep.Authenticated
        : Secured ? ServerStep.Secured : ServerStep.Plain;

    /// <summary>The handshake is done.</summary>
    public void TlsDone()
    {
        Secured = true;
        Reopen();
    }

    /// <summary>After TLS and SASL nothing that was said before counts (STR-13).</summary>
    public void Reopen()
    {
        Language = Claimed = [];
        Restart();
    }

    /// <summary>Lets TLS begin.</summary>
    public void Proceed()
    {
        Write(Traffic.Handshake).Raw("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8);
        Sasl = null;
        Secure();
    }

    /// <summary>The client is who it says.</summary>
    public void Authenticate(int account)
    {
        Account = account;
        Trust();
        Reopen();
    }

    public void RefuseTls()
    {
        Write(Traffic.Handshake).Raw("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8);
        Leave(Mechanism.ProtocolError);
    }

    /// <summary>It carries the session from now on.</summary>
    public void Carry(Session session)
    {
        session.Stream = this;
        session.StreamNumber = Number;
        Session = session;
        Establish();
    }

    /// <summary>The session leaves it, or is gone.</summary>
    public void LetGo()
    {
        if (Session is not { } session) return;
        Session = null;
        session.Stream = null;
    }

    public void TakeCount(AckQueue queue, Element ack)
    {
        if (!AckElements.TryCount(ack, out uint h)) Fail(StreamErrorCondition.InvalidXml);
        else if (!queue.TryAcknowledge(h)) RefuseCount(queue, h);
        else if (Liveness.AckAnswered(Now, out Duration roundTrip)) TellAnswer(Traffic.Acks, roundTrip);
    }

    public void RefuseCount(AckQueue queue, uint h) => FailCount(h, queue.Sent);

    public void TellPing() => TellCheck(Traffic.Ping);

    public void TellPingAnswer(Duration roundTrip) => TellAnswer(Traffic.Ping, roundTrip);

    public void TakeError(Element error) => OnPeerError(error);

    public override XmppAction Stamp(in XmppAction action) => action with { Stream = Number, Account = Account };

    internal override string ContentNamespace => "jabber:client";
    internal override Duration ClosePatience => server.Connect.Close;
    internal override StreamErrorCondition LateError => StreamErrorCondition.PolicyViolation;
    internal override StreamErrorCondition Judge(StreamHeader header) => server.Judge(this, header);
    internal override void Answer(StreamHeader? header) => server.WriteHeader(this, header);
    internal override void OnOpened(StreamHeader header) => server.OnOpened(this, header);
    internal override void OnElement(Element element) => server.OnElement(this, element);
    internal override void SendPing() => server.SendPing(this);

    internal override void OnEnded(Parting how, Mechanism mechanism, StreamErrorCondition condition) =>
        server.OnEnded(this, how);

    internal override void OnOver()
    {
        base.OnOver();
        server.OnOver(this);
    }
}
