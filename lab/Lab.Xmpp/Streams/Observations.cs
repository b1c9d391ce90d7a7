namespace Lab.Xmpp;

/// <summary>How far a stream has come (RFC 6120 sections 4.3, 5, 6, 7), in the order of negotiation.</summary>
public enum Step : byte
{
    Offline, Connecting, TcpConnected, HeaderSent, FeaturesReceived, StartTlsSent, ProceedReceived, TlsEstablished,
    SecureHeaderSent, SecureFeaturesReceived, AuthSent, ChallengeReceived, AuthSucceeded, FinalHeaderSent,
    FinalFeaturesReceived, ResumeSent, BindSent, EnableSent, Online, Closing,
}

/// <summary>Why bytes were written, so that their cost can be charged; unseen: a real program does not tell.</summary>
public enum Traffic : byte { Handshake, Whitespace, Ping, Acks, Payload, Presence, Closing, Tls, Unseen }
