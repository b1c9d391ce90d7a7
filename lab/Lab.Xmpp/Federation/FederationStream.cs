using Lab.Network;

namespace Lab.Xmpp;

internal enum FederationPhase : byte
{
    /// <summary>The transport is awaited.</summary>
    Connecting,

    /// <summary>The peer's header is awaited.</summary>
    Opening,

    /// <summary>Headers are exchanged; features, SASL or the first verdict are awaited.</summary>
    Negotiating,

    /// <summary>The TLS handshake runs.</summary>
    Securing,

    /// <summary>A pair of domains is validated: stanzas may flow.</summary>
    Established,

    /// <summary>The closing tag is out, the peer's is awaited.</summary>
    Closing,

    Over,
}

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

/// <summary>A key of an inbound stream that its authoritative server is asked about; due when the answer is
/// late.</summary>
internal sealed class Verification(DomainPair claim, string id, byte[] key) : Timed
{
    public readonly DomainPair Claim = claim;

    /// <summary>Of our response header on the claim's stream.</summary>
    public readonly string Id = id;

    public readonly byte[] Key = key;

    /// <summary>The connection to the authoritative server.</summary>
    public FederationStream? Over;
}

/// <summary>One connection between servers, from Connect or Accept until its transport is gone.</summary>
internal sealed class FederationStream(int number, bool outbound, XmppReader reader, XmppWriter output) : Timed
{
    public readonly int Number = number;

    /// <summary>This side opened it.</summary>
    public readonly bool Outbound = outbound;

    public readonly XmppReader Reader = reader;

    /// <summary>What the running call writes; empty between calls.</summary>
    public readonly XmppWriter Output = output;

    public readonly List<DomainPair> Pairs = [];

    /// <summary>A mutable struct: used in place.</summary>
    public Liveness Liveness;

    public required RemoteSettings Settings;
    public FederationPhase Phase;

    /// <summary>Opened only to verify a key.</summary>
    public bool VerifyOnly;

    public bool Secured, Authenticated, TlsAsked, Negotiated, Ready;

    /// <summary>A Write action is queued; to be looked after; the Ended observation is out; nothing more is read;
    /// closed with an error of ours.</summary>
    public bool WriteQueued, Touched, Ended, Deaf, Failed;

    /// <summary>XEP-0288 is agreed on.</summary>
    public bool Bidi;

    /// <summary>What the peer offers.</summary>
    public bool OffersDialback, OffersAcks, OffersBidi;

    public Traffic Cause;

    /// <summary>The domain of this side and of the peer, as the headers say; empty until an inbound one
    /// does.</summary>
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

    public Instant PhaseEnd = Instant.Never;

    /// <summary>When bytes were last received, when a stanza last passed either way.</summary>
    public Instant Heard, Busy;

    /// <summary>The idle rule's check: when it was sent.</summary>
    public Instant Verifying = Instant.Never;

    /// <summary>Number of the ping over this stream that waits for its answer; 0 = none.</summary>
    public long Ping;

    public bool Writes => Phase is FederationPhase.Opening or FederationPhase.Negotiating
        or FederationPhase.Established;

    public bool Reads => !Deaf && Phase is not
        (FederationPhase.Connecting or FederationPhase.Securing or FederationPhase.Over);

    public DomainPair? Pair(int local, ReadOnlySpan<byte> remote)
    {
        foreach (DomainPair pair in Pairs)
            if (pair.Is(local, remote)) return pair;
        return null;
    }

    /// <summary>Whether stanzas of the local domain may go out on it.</summary>
    public bool Carries(int local, ReadOnlySpan<byte> remote) =>
        Phase == FederationPhase.Established && (Outbound || Bidi) && Pair(local, remote) is { Valid: true };
}
