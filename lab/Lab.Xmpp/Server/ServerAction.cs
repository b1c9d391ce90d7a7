namespace Lab.Xmpp;

public enum ServerActionKind : byte
{
    /// <summary>
    /// Write <see cref="XmppServer.Output"/> to Stream: everything that one call has for it. Charged to Traffic, the
    /// first
    /// cause when there were several.
    /// </summary>
    Write,

    /// <summary>Answer the TLS handshake on Stream.</summary>
    StartTls,

    /// <summary>Close the transport of Stream in an orderly way.</summary>
    Close,

    /// <summary>Drop the transport of Stream.</summary>
    Abort,

    /// <summary>
    /// <see cref="XmppServer.Output"/> is a stanza for a domain that is not served, from
    /// <see cref="XmppServer.RemoteSender"/> to <see cref="XmppServer.RemoteRecipient"/>: A = its number, or -1.
    /// </summary>
    Remote,

    // observations

    /// <summary>Account is available to others through Stream. A = 1 when a session was resumed.</summary>
    Available,

    /// <summary>Account lost its transport; its session waits to be resumed and still counts as available.</summary>
    Hibernated,

    /// <summary>Account is unavailable to others: closed, expired or replaced. Stream is the session's last
    /// one.</summary>
    Unavailable,

    /// <summary>Stream is over for this side: Claim, Mechanism; A = the stream error condition sent or received, or
    /// 0.</summary>
    Ended,

    /// <summary>The server took responsibility for a message: A = its number, Account = the sender or -1.</summary>
    MessageAccepted,

    /// <summary>The echo account sent a message: A = its number, B = the number it answers, Account = the
    /// recipient.</summary>
    MessageEchoed,

    /// <summary>A message was put into the offline store: A = its number, Account = the recipient.</summary>
    MessageStored,

    /// <summary>A message was returned to its sender as an error: A = its number, Account = the sender or -1.</summary>
    MessageBounced,

    CheckSent,

    /// <summary>A check was answered: A = its round trip in nanoseconds.</summary>
    CheckAnswered,
}

public readonly record struct ServerAction(
    ServerActionKind Kind, int Stream = -1, int Account = -1, Traffic Traffic = Traffic.Handshake,
    Claim Claim = Claim.None, Mechanism Mechanism = Mechanism.None, long A = 0, long B = 0);
