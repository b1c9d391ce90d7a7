namespace Lab.Xmpp;

/// <summary>How far a stream with another server has come, once headers are exchanged.</summary>
internal enum PeerStep : byte
{
    /// <summary>Taken from a peer that has proven nothing yet; TLS is not there.</summary>
    Plain,

    /// <summary>The same with TLS.</summary>
    Secured,

    /// <summary>Opened by this side: features are awaited.</summary>
    Greeted,

    /// <summary>Opened by this side: the answer to starttls is awaited.</summary>
    TlsAsked,

    /// <summary>Opened by this side: the answer to auth is awaited.</summary>
    AuthSent,

    /// <summary>Opened by this side: only a verdict is awaited, on its own keys or on one it asks about.</summary>
    Negotiated,

    /// <summary>Stanzas may flow; stream management is off.</summary>
    Established,

    /// <summary>Stanzas may flow and are counted.</summary>
    Counted,

    /// <summary>Our closing tag is out.</summary>
    Closing,

    /// <summary>The peer said a stream error: nothing counts any more but the closing tag.</summary>
    Failed,
}

/// <summary>What a server does with a first-level element of another one.</summary>
internal enum PeerMove : byte
{
    Ignore,

    /// <summary>unsupported-stanza-type.</summary>
    RefuseElement,

    /// <summary>not-authorized.</summary>
    RefuseUnproven,

    /// <summary>Chooses among what is offered.</summary>
    ReadFeatures,

    /// <summary>
    /// Begins the TLS handshake; the side that was asked says proceed, or failure where it has no TLS.
    /// </summary>
    BeginTls,

    /// <summary>Says failure and leaves.</summary>
    RefuseTls,

    /// <summary>Leaves a peer that refuses TLS.</summary>
    LeaveWithoutTls,

    /// <summary>Looks whether the certificate is good for the domain.</summary>
    TakeAuth,

    /// <summary>Opens the stream anew, authenticated.</summary>
    TakeSuccess,

    /// <summary>Closes the stream to a peer that refuses SASL, or says what was not asked.</summary>
    CloseWithoutSasl,

    /// <summary>Takes a key to verify or a verdict.</summary>
    TakeDialback,

    /// <summary>Notes that the peer wants to be answered on this connection.</summary>
    NoteBidi,

    /// <summary>Takes a stanza from a validated domain to a served one; all others are stream errors.</summary>
    TakeStanza,

    Enable,

    /// <summary>policy-violation: it is on already (SM-03).</summary>
    RefuseSecondEnable,

    /// <summary>failed with unexpected-request.</summary>
    RefuseEnable,

    /// <summary>failed with feature-not-implemented: there is nothing to resume between servers.</summary>
    RefuseResume,

    /// <summary>Asks for acks from now on.</summary>
    TakeEnabled,

    /// <summary>Goes on without stream management.</summary>
    GoOnWithoutAcks,

    SayCount,
    TakeCount,

    /// <summary>Says the closing tag.</summary>
    TakeError,
}

/// <summary>
/// The negotiation between servers (RFC 6120 sections 4.3, 5, 6; XEP-0178, 0198, 0220, 0288): all of it, for each side
/// of a connection.
/// </summary>
internal static class PeerTable
{
    /// <summary>Of the side that opened the connection.</summary>
    public static readonly NegotiationTable<PeerStep, PeerMove> Opener =
        Common(PeerStep.Greeted, PeerStep.TlsAsked, PeerStep.AuthSent, PeerStep.Negotiated)
            .At([PeerStep.Greeted, PeerStep.AuthSent, PeerStep.Negotiated], PeerMove.RefuseResume, First.Resume)
            .At([PeerStep.Greeted], PeerMove.ReadFeatures, First.Features)
            .At([PeerStep.TlsAsked, PeerStep.AuthSent, PeerStep.Negotiated, PeerStep.Established, PeerStep.Counted],
                PeerMove.Ignore, First.Features)
            .At([PeerStep.TlsAsked], PeerMove.BeginTls, First.Proceed)
            .At([PeerStep.TlsAsked], PeerMove.LeaveWithoutTls, First.TlsFailure)
            .At([PeerStep.AuthSent], PeerMove.TakeSuccess, First.Success)
            .At([PeerStep.AuthSent], PeerMove.CloseWithoutSasl, First.SaslFailure, First.Challenge)
            .At([PeerStep.Greeted, PeerStep.TlsAsked, PeerStep.Negotiated], PeerMove.CloseWithoutSasl,
                First.Success, First.SaslFailure, First.Challenge)
            .At([PeerStep.Established, PeerStep.Counted], PeerMove.Ignore,
                First.Success, First.SaslFailure, First.Challenge)
            .At([PeerStep.Counted], PeerMove.TakeEnabled, First.Enabled)
            .At([PeerStep.Established, PeerStep.Counted], PeerMove.GoOnWithoutAcks, First.AckFailed)
            .Rest();

    /// <summary>Of the side that took the connection.</summary>
    public static readonly NegotiationTable<PeerStep, PeerMove> Taker =
        Common(PeerStep.Plain, PeerStep.Secured)
            .At([PeerStep.Plain, PeerStep.Secured], PeerMove.RefuseResume, First.Resume)
            .At([PeerStep.Plain], PeerMove.BeginTls, First.StartTls)
            .At([PeerStep.Secured, PeerStep.Established, PeerStep.Counted], PeerMove.RefuseTls, First.StartTls)
            .At([PeerStep.Plain, PeerStep.Secured], PeerMove.TakeAuth, First.Auth)
            .At([PeerStep.Plain, PeerStep.Secured], PeerMove.RefuseUnproven, First.Response, First.Abort)
            .At([PeerStep.Established, PeerStep.Counted], PeerMove.Ignore, First.Auth, First.Response, First.Abort)
            .At([PeerStep.Plain, PeerStep.Secured], PeerMove.NoteBidi, First.Bidi)
            .At([PeerStep.Established, PeerStep.Counted], PeerMove.Ignore, First.Bidi)
            .At([PeerStep.Plain, PeerStep.Secured], PeerMove.RefuseEnable, First.Enable)
            .At([PeerStep.Established], PeerMove.Enable, First.Enable)
            .At([PeerStep.Counted], PeerMove.RefuseSecondEnable, First.Enable)
            .Rest();

    /// <summary>What both sides do, before a pair of domains is valid and after.</summary>
    private static NegotiationTable<PeerStep, PeerMove> Common(params ReadOnlySpan<PeerStep> before) =>
        new NegotiationTable<PeerStep, PeerMove>(PeerMove.Ignore)
            .At(before, PeerMove.RefuseUnproven, First.Message, First.Presence, First.Iq)
            .At(before, PeerMove.TakeDialback, First.DialbackResult, First.DialbackVerify)
            .At(before, PeerMove.TakeError, First.Error)
            .At([PeerStep.Established, PeerStep.Counted], PeerMove.TakeDialback,
                First.DialbackResult, First.DialbackVerify)
            .At([PeerStep.Established, PeerStep.Counted, PeerStep.Closing], PeerMove.TakeStanza,
                First.Message, First.Presence, First.Iq)
            .At([PeerStep.Established, PeerStep.Counted], PeerMove.RefuseResume, First.Resume)
            .At([PeerStep.Counted], PeerMove.SayCount, First.AckRequest)
            .At([PeerStep.Counted, PeerStep.Closing], PeerMove.TakeCount, First.AckAnswer)
            .At([PeerStep.Established, PeerStep.Counted, PeerStep.Closing], PeerMove.TakeError, First.Error);

    private static NegotiationTable<PeerStep, PeerMove> Rest(this NegotiationTable<PeerStep, PeerMove> table)
    {
        foreach (PeerStep step in Enum.GetValues<PeerStep>())
            if (step < PeerStep.Closing) table.Else(step, PeerMove.RefuseElement);
        return table;
    }
}
