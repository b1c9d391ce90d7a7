using Lab.Network;

namespace Lab.Xmpp;

internal enum StreamPhase : byte
{
    /// <summary>No header exchanged since the transport, TLS or SASL began the stream anew.</summary>
    Opening,

    /// <summary>Headers and features are exchanged; a feature is awaited.</summary>
    Negotiating,

    /// <summary>The TLS handshake runs.</summary>
    Securing,

    /// <summary>Bound or resumed: stanzas may flow.</summary>
    Established,

    /// <summary>The closing tag is out, the peer's is awaited; inbound data still counts (RFC 6120 section
    /// 4.4).</summary>
    Closing,

    Over,
}

/// <summary>One stream of the server: a transport from Accept until it is closed, through all its restarts.</summary>
internal sealed class ServerStream(int number, XmppReader reader, in Liveness liveness) : Timed
{
    public readonly int Number = number;
    public readonly XmppReader Reader = reader;

    /// <summary>What the running call writes: there from the first write until its action is taken.</summary>
    public XmppWriter? Output;

    /// <summary>A mutable struct: used in place.</summary>
    public Liveness Liveness = liveness;

    public StreamPhase Phase;
    public bool Secured;

    /// <summary>In the list of streams to look after at the end of the running call.</summary>
    public bool Touched;

    /// <summary>The Ended observation is out.</summary>
    public bool Ended;

    /// <summary>The reader failed: nothing more is read.</summary>
    public bool Deaf;

    /// <summary>Closed with an error of ours: nothing counts any more but the closing tag.</summary>
    public bool Failed;

    public Traffic Cause;

    /// <summary>End of the current phase: of negotiation, of waiting for the closing tag.</summary>
    public Instant PhaseEnd = Instant.Never;

    /// <summary>Index of the served domain that the header names.</summary>
    public int Domain;

    /// <summary>The authenticated account, or -1.</summary>
    public int Account = -1;

    /// <summary>The bound or resumed session; null before, and after a resumption took it away.</summary>
    public Session? Session;

    public SaslServer? Sasl;
    public int SaslFailures, BindFailures;

    /// <summary>xml:lang of the client's header, put on its stanzas without one (STR-09); empty when it sent
    /// none.</summary>
    public byte[] Language = [];

    /// <summary>The local part that the client's header gives as its own; forgotten with each restart.</summary>
    public byte[] Claimed = [];

    /// <summary>Number of the ping that waits for its answer.</summary>
    public long Ping;

    public bool Writes => Phase is StreamPhase.Opening or StreamPhase.Negotiating or StreamPhase.Established;
    public bool Reads => !Deaf && Phase is not (StreamPhase.Securing or StreamPhase.Over);
}
