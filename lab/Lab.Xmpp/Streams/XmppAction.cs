using System.Runtime.InteropServices;

namespace Lab.Xmpp;

public enum ActionKind : byte
{
    // what to do with the transport of Stream; a client has but one

    /// <summary>
    /// Open a transport: a client's to its server, with exactly one attempt in flight; a server's to the domain that
    /// it says, then Connected, Unresolved or Disconnected, A = the place in the pool that it is for, or -1 to verify a
    /// key.
    /// </summary>
    Connect,

    /// <summary>
    /// Write the machine's Output: everything that one call has for this stream. Charged to Traffic, the first cause
    /// when there were several (a message with its ack request is Payload, a ping with its own is Ping, enable with the
    /// presence behind it is Handshake). What a login asks for and gets begins a Write of its own.
    /// </summary>
    Write,

    /// <summary>Begin the TLS handshake, as its client where this side opened the transport.</summary>
    StartTls,

    /// <summary>
    /// Close the transport in an orderly way: close_notify, FIN. Nothing is to be reported of it any more.
    /// </summary>
    Close,

    /// <summary>
    /// Drop the transport: nothing more is written, buffers are thrown away. Nothing is to be reported of it any more.
    /// </summary>
    Abort,

    // stanzas between the streams of clients and those of servers, in the machine's Output

    /// <summary>
    /// A stanza for a domain that is not served, from <see cref="XmppServer.RemoteSender"/> to
    /// <see cref="XmppServer.RemoteRecipient"/>: A = its number, or -1.
    /// </summary>
    Remote,

    /// <summary>A stanza for a served domain, from a validated one; it came by Stream.</summary>
    Deliver,

    /// <summary>A stanza that goes back to its local sender with Error: A = its number.</summary>
    Returned,

    // observations of every stream, for the journal and the metrics

    /// <summary>
    /// Stream, or the attempt at one, is over for this side: Claim, Mechanism; A = the stream error condition sent or
    /// received, or 0.
    /// </summary>
    Ended,

    /// <summary>A check was sent: Traffic says which.</summary>
    CheckSent,

    /// <summary>A check was answered: Traffic says which, A = its round trip in nanoseconds.</summary>
    CheckAnswered,

    // observations of a client

    /// <summary>A step of negotiation was reached (Step).</summary>
    Step,

    /// <summary>Stanzas may flow. A = 1 when a session was resumed.</summary>
    Online,

    /// <summary>What a new session is loaded with has come; of one that is resumed, it had come before.</summary>
    Loaded,

    /// <summary>A message arrived: A = its number, B = bytes of its body.</summary>
    MessageReceived,

    /// <summary>
    /// A message was returned as an error, to the client that says it or by the server that says it: A = its number,
    /// Account = the sender where a server knows it.
    /// </summary>
    MessageBounced,

    /// <summary>A message was acknowledged by the server (XEP-0198): A = its number.</summary>
    MessageAcknowledged,

    /// <summary>The client had to give a message up (no resumption, no resend): A = its number.</summary>
    MessageAbandoned,

    /// <summary>
    /// The next attempt is due: A = delay in nanoseconds, B = attempt number since the last reset, from 1.
    /// </summary>
    RetryScheduled,

    // observations of a server about its clients

    /// <summary>Account is available to others through Stream. A = 1 when a session was resumed.</summary>
    Available,

    /// <summary>Account lost its transport; its session waits to be resumed and still counts as available.</summary>
    Hibernated,

    /// <summary>
    /// Account is unavailable to others: closed, expired or replaced. Stream is the session's last one.
    /// </summary>
    Unavailable,

    /// <summary>The server took responsibility for a message: A = its number, Account = the sender or -1.</summary>
    MessageAccepted,

    /// <summary>
    /// The echo account sent a message: A = its number, B = the number it answers, Account = the recipient.
    /// </summary>
    MessageEchoed,

    /// <summary>A message was put into the offline store: A = its number, Account = the recipient.</summary>
    MessageStored,

    /// <summary>
    /// A message was put into the queue of a session of Account (XEP-0198): A = its number, B = 1 while no stream
    /// carries that session, else 0.
    /// </summary>
    MessageKept,

    /// <summary>
    /// A message was handed to one of the sessions of an account that is shared: A = its number, Stream = the session's
    /// last one. Written, or put into its queue, or both; told each time.
    /// </summary>
    MessageHanded,

    // observations of a server about its peers

    /// <summary>
    /// Stream may carry stanzas between its domains: A = its place in the pool, or -1 for one that only brings them.
    /// </summary>
    Ready,

    /// <summary>A check found Stream at fault: Claim, Mechanism. What follows is up to the settings.</summary>
    Blamed,

    /// <summary>A stanza waits for Stream: A = its number, B = stanzas that wait for the same domain now.</summary>
    Queued,

    /// <summary>A stanza was written to Stream: A = its number, B = the place of Stream in the pool.</summary>
    Passed,
}

/// <summary>What a machine asks for or saw; Stream and Account are -1 where there is none.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct XmppAction(
    ActionKind Kind, int Stream = -1, int Account = -1, Traffic Traffic = Traffic.Handshake, Step Step = Step.Offline,
    Claim Claim = Claim.None, Mechanism Mechanism = Mechanism.None, StanzaError Error = default, long A = 0,
    long B = 0);
