using Lab.Network;

namespace Lab.Xmpp;

/// <summary>How far a stream has come (RFC 6120 sections 4.3, 5, 6, 7), in the order of negotiation; later
/// ones at the end.</summary>
public enum Step : byte
{
    /// <summary>No connection, and no attempt.</summary>
    Offline,

    /// <summary>A SYN is out.</summary>
    Connecting,

    /// <summary>The TCP connection is up.</summary>
    TcpConnected,

    /// <summary>The first stream header is out.</summary>
    HeaderSent,

    /// <summary>The features came.</summary>
    FeaturesReceived,

    /// <summary>STARTTLS is asked for.</summary>
    StartTlsSent,

    /// <summary>The server agrees to TLS.</summary>
    ProceedReceived,

    /// <summary>The TLS handshake is done.</summary>
    TlsEstablished,

    /// <summary>The header within TLS is out.</summary>
    SecureHeaderSent,

    /// <summary>The features within TLS came.</summary>
    SecureFeaturesReceived,

    /// <summary>SASL has begun.</summary>
    AuthSent,

    /// <summary>The server's challenge came.</summary>
    ChallengeReceived,

    /// <summary>SASL succeeded.</summary>
    AuthSucceeded,

    /// <summary>The header after SASL is out.</summary>
    FinalHeaderSent,

    /// <summary>The features after SASL came.</summary>
    FinalFeaturesReceived,

    /// <summary>Resumption is asked for (XEP-0198).</summary>
    ResumeSent,

    /// <summary>A resource is asked for.</summary>
    BindSent,

    /// <summary>Stream management is asked for (XEP-0198).</summary>
    EnableSent,

    /// <summary>Stanzas may flow.</summary>
    Online,

    /// <summary>The stream is being closed.</summary>
    Closing,

    /// <summary>The contact list is asked for, before the client is online.</summary>
    RosterSent,
}

/// <summary>Why bytes were written, so that their cost can be charged; unseen: a real program does not tell; middlebox:
/// nobody at the ends wrote them.</summary>
public enum Traffic : byte
{
    Handshake, Whitespace, Ping, Acks, Payload, Presence, Closing, Tls, Unseen, Middlebox = Segment.PathMark,
    Login, Others,
}
