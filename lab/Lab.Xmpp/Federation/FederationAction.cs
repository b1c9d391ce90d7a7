namespace Lab.Xmpp;

public enum FederationActionKind : byte
{
    /// <summary>Resolve Domain and open a transport for Stream; then Connected, Unresolved or Disconnected. A = the
    /// place in the pool that it is for, or -1 to verify a key.</summary>
    Connect,

    /// <summary>Write <see cref="Federation.Output"/> to Stream: everything that one call has for it.</summary>
    Write,

    /// <summary>Begin the TLS handshake on Stream, as a client where this side opened it, for Domain.</summary>
    StartTls,

    /// <summary>Close the transport of Stream in an orderly way.</summary>
    Close,

    /// <summary>Drop the transport of Stream.</summary>
    Abort,

    /// <summary>Output is a stanza for a served domain, from the validated domain Domain; it came by Stream.</summary>
    Deliver,

    /// <summary>Output is a stanza that goes back to its local sender with Error: A = its number.</summary>
    Returned,

    // observations

    /// <summary>Stream may carry stanzas to Domain: A = its place in the pool, or -1 for one that only brings
    /// them.</summary>
    Ready,

    /// <summary>Stream is over for this side: Claim, Mechanism; A = the stream error condition sent or received, or
    /// 0.</summary>
    Ended,

    /// <summary>A check was sent over Stream, of the kind that Traffic says.</summary>
    CheckSent,

    /// <summary>A check was answered: A = its round trip in nanoseconds; Stream is the one it was sent over.</summary>
    CheckAnswered,

    /// <summary>A check found Stream at fault: Claim, Mechanism. What follows is up to the settings.</summary>
    Blamed,

    /// <summary>A stanza waits for Stream: A = its number, B = stanzas that wait for Domain now.</summary>
    Queued,

    /// <summary>A stanza was written to Stream: A = its number, B = the place of Stream in the pool.</summary>
    Passed,
}

public readonly record struct FederationAction(
    FederationActionKind Kind, int Stream = -1, string? Domain = null, Traffic Traffic = Traffic.Handshake,
    Claim Claim = Claim.None, Mechanism Mechanism = Mechanism.None, StanzaError Error = default,
    long A = 0, long B = 0);
