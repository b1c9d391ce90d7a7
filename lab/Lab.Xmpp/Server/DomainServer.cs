using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// A whole server, sans IO: its streams with clients and, where it has any, those with other servers, as one machine.
/// <para>
/// Driving rule: make one call; then TryTake until false (the bytes of a Write are in Output until the next TryTake);
/// then look at NextTime and call Tick at that moment. Only Unresolved may be said while actions are left. Calls with
/// actions left over, or with a time before the last one's, throw.
/// </para>
/// <para>
/// Order: a call is about one half, and what that half asks for comes first. Stanzas that one half has for the other
/// are handed over afterwards, one at a time and each as a call of its own, until nothing is left.
/// </para>
/// Streams with other servers have numbers from <see cref="FirstPeerStream"/> on, those with clients from 0 on.
/// </summary>
public sealed class DomainServer
{
    public const int FirstPeerStream = 1 << 30;

    private enum Errand : byte { None, Send, Deliver, Return, Unresolve, Tick, Shutdown }

    /// <summary>Stream: it came by that one, or it is the one whose domain nobody knows.</summary>
    private readonly record struct Parcel(
        Errand Errand, byte[] Stanza, byte[] Sender, byte[] Recipient, long Number, StanzaError Error, int Stream);

    private readonly XmppServer clients;
    private readonly Federation? peers;
    private readonly Queue<Parcel> parcels = new();
    private Instant now;
    private Errand last;                                               // what the peers' half does when nothing is left
    private int answering = -1;
    private bool ofPeers, busy;

    /// <param name="random">Of this process: with the one of its predecessor, nonces would repeat.</param>
    /// <param name="peersRandom">The same for the streams with other servers.</param>
    /// <param name="federation">Null = there are no other servers.</param>
    /// <param name="trees">Shared by the machines of a run; absent = its own.</param>
    public DomainServer(
        ServerSettings settings, FederationSettings? federation, ServerStore store, RandomStream random,
        RandomStream peersRandom, BufferPool buffers, ScramCache scram, TreePool? trees = null)
    {
        bool federates = federation is not null;
        clients = new XmppServer(settings with { Federates = federates }, store, random, buffers, scram, trees);
        if (federates) peers = new Federation(federation!, peersRandom, buffers, trees);
    }

    /// <summary>The bytes of the Write taken last.</summary>
    public ReadOnlySpan<byte> Output => ofPeers ? peers!.Output : clients.Output;

    public Instant NextTime => peers is null ? clients.NextTime : Instant.Min(clients.NextTime, peers.NextTime);

    /// <summary>The domain that a stream of this side's making leads to; null when it is over.</summary>
    public string? DomainOf(int stream) => peers!.DomainOf(stream - FirstPeerStream);

    /// <summary>Bad on purpose: what others ask by dialback is never answered.</summary>
    public bool IgnoresDialback
    {
        set
        {
            if (peers is not null) peers.IgnoresDialback = value;
        }
    }

    /// <summary>A client's transport was accepted; returns the number of its stream, never used before.</summary>
    public int Accept(Instant now, bool secured = false)
    {
        Enter(now);
        return clients.Accept(now, secured);
    }

    /// <summary>A server's transport was accepted; returns the number of its stream, never used before.</summary>
    public int AcceptPeer(Instant now)
    {
        Enter(now);
        return peers!.Accept(now) + FirstPeerStream;
    }

    /// <summary>The transport that Connect asked for is there.</summary>
    public void Connected(Instant now, int stream)
    {
        Enter(now);
        peers!.Connected(now, stream - FirstPeerStream);
    }

    /// <summary>The domain of a stream could not be resolved; may be said while actions are taken.</summary>
    public void Unresolved(int stream) =>
        parcels.Enqueue(new Parcel(Errand.Unresolve, [], [], [], -1, default, stream - FirstPeerStream));

    /// <param name="certified">Of a peer: the domains that its certificate is good for; none when it is not
    /// trusted.</param>
    public void TlsEstablished(Instant now, int stream, IReadOnlyList<string> certified)
    {
        Enter(now);
        if (stream < FirstPeerStream) clients.TlsEstablished(now, stream);
        else peers!.TlsEstablished(now, stream - FirstPeerStream, certified);
    }

    public void Receive(Instant now, int stream, ReadOnlySpan<byte> bytes)
    {
        Enter(now);
        if (stream < FirstPeerStream) clients.Receive(now, stream, bytes);
        else peers!.Receive(now, stream - FirstPeerStream, bytes);
    }

    /// <summary>The peer's FIN.</summary>
    public void PeerClosed(Instant now, int stream)
    {
        Enter(now);
        if (stream < FirstPeerStream) clients.PeerClosed(now, stream);
        else peers!.PeerClosed(now, stream - FirstPeerStream);
    }

    /// <summary>The transport is over, or never came to be.</summary>
    public void Disconnected(Instant now, int stream, TransportEnd end)
    {
        Enter(now);
        if (stream < FirstPeerStream) clients.Disconnected(now, stream, end);
        else peers!.Disconnected(now, stream - FirstPeerStream, end);
    }

    /// <summary>The certificate of a stream's peer ran out (RFC 6120 section 13.7.2.3).</summary>
    public void CertificateExpired(Instant now, int stream)
    {
        Enter(now);
        peers!.CertificateExpired(now, stream - FirstPeerStream);
    }

    public void Tick(Instant now)
    {
        Enter(now);
        if (peers is not null && peers.NextTime <= now) last = Errand.Tick;
        if (clients.NextTime <= now) clients.Tick(now);
    }

    /// <summary>Sends a message from echo@domain to an account, as a push would be.</summary>
    public void SendMessage(Instant now, int account, long number, int bodyBytes)
    {
        Enter(now);
        clients.SendMessage(now, account, number, bodyBytes);
    }

    /// <summary>A contact of an account changes its presence: told to its available resources, kept for none.</summary>
    public void SendPresence(Instant now, int account, int contact, bool away, int statusBytes)
    {
        Enter(now);
        clients.SendPresence(now, account, contact, away, statusBytes);
    }

    /// <summary>Says system-shutdown to everybody and closes every stream; what waits for other servers is
    /// returned.</summary>
    public void Shutdown(Instant now)
    {
        Enter(now);
        if (peers is not null) last = Errand.Shutdown;
        clients.Shutdown(now);
    }

    /// <summary>Prefetches a client's stream that bytes will come for (step 0), then what it points at.</summary>
    public void Foresee(int stream, int step) => clients.Foresee(stream, step);

    /// <summary>Numbers of the messages that wait in sessions' queues and in the offline store.</summary>
    public IEnumerable<long> HeldMessages() => clients.HeldMessages();

    /// <summary>Numbers of the stanzas that wait for other servers, or for their acknowledgement.</summary>
    public IEnumerable<long> HeldStanzas() => peers?.HeldStanzas() ?? [];

    public bool TryTake(out XmppAction action)
    {
        while (true)
        {
            ofPeers = false;
            if (clients.TryTake(out action))
            {
                if (action.Kind != ActionKind.Remote) return true;
                parcels.Enqueue(new Parcel(
                    Errand.Send, clients.Output.ToArray(), clients.RemoteSender.ToArray(),
                    clients.RemoteRecipient.ToArray(), action.A, default, answering));
            }
            else if (peers is not null && peers.TryTake(out action))
            {
                ofPeers = true;
                if (action.Kind == ActionKind.Deliver) Hand(Errand.Deliver, in action);
                else
                {
                    if (action.Kind == ActionKind.Returned) Hand(Errand.Return, in action);
                    if (action.Stream >= 0) action = action with { Stream = action.Stream + FirstPeerStream };
                    return true;
                }
            }
            else if (!Carry())
            {
                busy = false;
                return false;
            }
        }
    }

    private void Hand(Errand errand, in XmppAction action) =>
        parcels.Enqueue(new Parcel(errand, peers!.Output.ToArray(), [], [], action.A, action.Error, action.Stream));

    /// <summary>One parcel to where it belongs; false when nothing is left to do.</summary>
    private bool Carry()
    {
        answering = -1;
        if (!parcels.TryDequeue(out Parcel parcel))
        {
            parcel = parcel with { Errand = last };
            last = Errand.None;
        }
        switch (parcel.Errand)
        {
            case Errand.Send:
                peers!.Send(now, parcel.Sender, parcel.Recipient, parcel.Stanza, parcel.Number, parcel.Stream);
                return true;
            case Errand.Deliver:
                answering = parcel.Stream;
                clients.ReceiveRemote(now, parcel.Stanza);
                return true;
            case Errand.Return:
                clients.ReturnRemote(now, parcel.Stanza, parcel.Error);
                return true;
            case Errand.Unresolve:
                peers!.Unresolved(now, parcel.Stream);
                return true;
            case Errand.Tick:
                peers!.Tick(now);
                return true;
            case Errand.Shutdown:
                peers!.Shutdown(now);
                return true;
            default:
                return false;
        }
    }

    private void Enter(Instant at)
    {
        if (busy) throw new InvalidOperationException($"a call at {at} before every action of the last was taken");
        (busy, now) = (true, at);
    }
}
