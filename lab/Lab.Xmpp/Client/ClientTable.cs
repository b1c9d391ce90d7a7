namespace Lab.Xmpp;

/// <summary>What a client does with a first-level element.</summary>
internal enum ClientMove : byte
{
    /// <summary>Passes over it (RFC 6120 section 4.8.4).</summary>
    Ignore,

    /// <summary>Chooses among what is offered.</summary>
    ReadFeatures,

    /// <summary>Begins the TLS handshake.</summary>
    BeginTls,

    /// <summary>Leaves a server that refuses TLS.</summary>
    LeaveWithoutTls,

    AnswerChallenge,

    /// <summary>Checks the server's proof and opens the stream anew.</summary>
    TakeSuccess,

    /// <summary>Tries the next mechanism, or closes.</summary>
    TakeSaslFailure,

    /// <summary>Is bound, asks for another resource, or closes.</summary>
    ReadBindAnswer,

    /// <summary>Is online, resumable when the server says so.</summary>
    TakeEnabled,

    /// <summary>Is online without stream management.</summary>
    GoOnWithoutAcks,

    /// <summary>Sends again what was not acknowledged, and is online.</summary>
    TakeResumed,

    /// <summary>Gives the session up and binds a new one.</summary>
    BindInstead,

    /// <summary>Takes a stanza, and counts it where stream management is on.</summary>
    TakeStanza,

    /// <summary>Says how many stanzas it handled.</summary>
    SayCount,

    /// <summary>Drops from its queue what the server handled.</summary>
    TakeCount,

    /// <summary>Says the closing tag and waits for the server's.</summary>
    TakeError,
}

/// <summary>
/// The negotiation of a client (RFC 6120 sections 4.3, 5, 6, 7; XEP-0198 sections 3, 4, 5): all of it. No element
/// arrives at the steps that are not named: there the client waits for the transport, or goes on within the same call.
/// </summary>
internal static class ClientTable
{
    public static readonly NegotiationTable<Step, ClientMove> Cells =
        new NegotiationTable<Step, ClientMove>(ClientMove.Ignore)
            .At([Step.HeaderSent, Step.SecureHeaderSent, Step.FinalHeaderSent], ClientMove.ReadFeatures, First.Features)
            .At([Step.StartTlsSent], ClientMove.BeginTls, First.Proceed)
            .At([Step.StartTlsSent], ClientMove.LeaveWithoutTls, First.TlsFailure)
            .At([Step.AuthSent, Step.ChallengeReceived], ClientMove.AnswerChallenge, First.Challenge)
            .At([Step.AuthSent, Step.ChallengeReceived], ClientMove.TakeSuccess, First.Success)
            .At([Step.AuthSent, Step.ChallengeReceived], ClientMove.TakeSaslFailure, First.SaslFailure)
            .At([Step.BindSent], ClientMove.ReadBindAnswer, First.Iq)
            .At([Step.ResumeSent], ClientMove.TakeResumed, First.Resumed)
            .At([Step.ResumeSent], ClientMove.BindInstead, First.AckFailed)
            .At([Step.EnableSent], ClientMove.TakeEnabled, First.Enabled)
            .At([Step.EnableSent], ClientMove.GoOnWithoutAcks, First.AckFailed)
            .At([Step.EnableSent, Step.RosterSent, Step.Online, Step.Closing], ClientMove.TakeStanza,
                First.Message, First.Presence, First.Iq)
            .At([Step.RosterSent, Step.Online], ClientMove.SayCount, First.AckRequest)
            .At([Step.RosterSent, Step.Online, Step.Closing], ClientMove.TakeCount, First.AckAnswer)
            .At([Step.HeaderSent, Step.StartTlsSent, Step.SecureHeaderSent, Step.AuthSent, Step.ChallengeReceived,
                Step.FinalHeaderSent, Step.ResumeSent, Step.BindSent, Step.EnableSent, Step.RosterSent, Step.Online],
                ClientMove.TakeError, First.Error);
}
