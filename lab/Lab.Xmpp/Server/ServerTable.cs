namespace Lab.Xmpp;

/// <summary>How far a stream with a client has come, once headers are exchanged.</summary>
internal enum ServerStep : byte
{
    /// <summary>Nobody is authenticated, TLS is not there.</summary>
    Plain,

    /// <summary>Nobody is authenticated, TLS is there.</summary>
    Secured,

    /// <summary>A session may be bound or resumed.</summary>
    Authenticated,

    /// <summary>Stanzas flow; stream management is off.</summary>
    Bound,

    /// <summary>Stanzas flow and are counted.</summary>
    Counted,

    /// <summary>Our closing tag is out.</summary>
    Closing,

    /// <summary>The peer said a stream error: nothing counts any more but the closing tag.</summary>
    Failed,
}

/// <summary>What a server does with a first-level element of a client.</summary>
internal enum ServerMove : byte
{
    Ignore,

    /// <summary>not-authorized (FEA-08).</summary>
    RefuseStanza,

    /// <summary>unsupported-stanza-type.</summary>
    RefuseElement,

    /// <summary>Says proceed when it offers TLS, else as below.</summary>
    BeginTls,

    /// <summary>Says failure and leaves.</summary>
    RefuseTls,

    BeginSasl,
    ContinueSasl,
    AbortSasl,

    /// <summary>Gives the client its address, or refuses that one.</summary>
    Bind,

    /// <summary>Takes a stanza in its session and counts it where stream management is on.</summary>
    TakeStanza,

    Enable,

    /// <summary>policy-violation: it is on already (SM-03).</summary>
    RefuseSecondEnable,

    /// <summary>Continues an earlier session, or says that it cannot.</summary>
    Resume,

    /// <summary>failed with unexpected-request; the stream goes on.</summary>
    RefuseAcks,

    SayCount,
    TakeCount,

    /// <summary>Says the closing tag.</summary>
    TakeError,
}

/// <summary>
/// The negotiation of a server with a client (RFC 6120 sections 4.3, 5, 6, 7; XEP-0198 sections 3, 4, 5): all of it.
/// </summary>
internal static class ServerTable
{
    public static readonly NegotiationTable<ServerStep, ServerMove> Cells =
        new NegotiationTable<ServerStep, ServerMove>(ServerMove.Ignore)
            .At([ServerStep.Plain], ServerMove.BeginTls, First.StartTls)
            .At([ServerStep.Secured, ServerStep.Authenticated, ServerStep.Bound, ServerStep.Counted],
                ServerMove.RefuseTls, First.StartTls)
            .At([ServerStep.Plain, ServerStep.Secured], ServerMove.BeginSasl, First.Auth)
            .At([ServerStep.Plain, ServerStep.Secured], ServerMove.ContinueSasl, First.Response)
            .At([ServerStep.Plain, ServerStep.Secured], ServerMove.AbortSasl, First.Abort)
            .At([ServerStep.Plain, ServerStep.Secured], ServerMove.RefuseStanza,
                First.Message, First.Presence, First.Iq)
            .At([ServerStep.Authenticated], ServerMove.RefuseStanza, First.Message, First.Presence)
            .At([ServerStep.Authenticated], ServerMove.Bind, First.Iq)
            .At([ServerStep.Authenticated], ServerMove.Resume, First.Resume)
            .At([ServerStep.Plain, ServerStep.Secured, ServerStep.Authenticated], ServerMove.RefuseAcks, First.Enable)
            .At([ServerStep.Plain, ServerStep.Secured, ServerStep.Bound, ServerStep.Counted], ServerMove.RefuseAcks,
                First.Resume)
            .At([ServerStep.Plain, ServerStep.Secured, ServerStep.Authenticated, ServerStep.Bound],
                ServerMove.RefuseAcks, First.AckRequest, First.AckAnswer)
            .At([ServerStep.Bound], ServerMove.Enable, First.Enable)
            .At([ServerStep.Counted], ServerMove.RefuseSecondEnable, First.Enable)
            .At([ServerStep.Counted], ServerMove.SayCount, First.AckRequest)
            .At([ServerStep.Counted, ServerStep.Closing], ServerMove.TakeCount, First.AckAnswer)
            .At([ServerStep.Bound, ServerStep.Counted, ServerStep.Closing], ServerMove.TakeStanza,
                First.Message, First.Presence, First.Iq)
            .At([ServerStep.Plain, ServerStep.Secured, ServerStep.Authenticated, ServerStep.Bound, ServerStep.Counted,
                ServerStep.Closing], ServerMove.TakeError, First.Error)
            .Else(ServerStep.Plain, ServerMove.RefuseElement)
            .Else(ServerStep.Secured, ServerMove.RefuseElement)
            .Else(ServerStep.Authenticated, ServerMove.RefuseElement)
            .Else(ServerStep.Bound, ServerMove.RefuseElement)
            .Else(ServerStep.Counted, ServerMove.RefuseElement);
}
