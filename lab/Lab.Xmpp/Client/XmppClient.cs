using Lab.Network;

namespace Lab.Xmpp;

public enum TlsMode : byte { StartTls, Direct, None }

public enum SaslMechanism : byte { Plain, ScramSha1, ScramSha256, External }

public sealed record ClientSettings
{
    /// <summary>local@domain.</summary>
    public required string BareJid { get; init; }

    /// <summary>Resource to ask for; null = let the server choose.</summary>
    public string? Resource { get; init; }

    public required string Password { get; init; }
    public string Language { get; init; } = "en";
    public TlsMode Tls { get; init; } = TlsMode.StartTls;

    /// <summary>The client's own preference, best first (SAS-02).</summary>
    public IReadOnlyList<SaslMechanism> Mechanisms { get; init; } = [SaslMechanism.ScramSha256, SaslMechanism.ScramSha1, SaslMechanism.Plain];

    public required Policy Policy { get; init; }
    public int MaxStanzaBytes { get; init; } = 262_144;
}

public enum ClientActionKind : byte
{
    /// <summary>Open a transport to the server; exactly one attempt is in flight.</summary>
    Connect,

    /// <summary>Write <see cref="XmppClient.Output"/>, charged to Traffic.</summary>
    Write,

    /// <summary>Begin the TLS handshake on the transport.</summary>
    StartTls,

    /// <summary>Close the transport in an orderly way: close_notify, FIN.</summary>
    Close,

    /// <summary>Drop the transport: nothing more is written, buffers are thrown away.</summary>
    Abort,

    // observations, for the journal and the metrics

    /// <summary>A step of negotiation was reached (Step).</summary>
    Step,

    /// <summary>Stanzas may flow. A = 1 when a session was resumed.</summary>
    Online,

    /// <summary>The stream is over for this side: Claim, Mechanism; A = the stream error condition sent or received, or 0.</summary>
    Offline,

    /// <summary>A message arrived: A = its number.</summary>
    MessageReceived,

    /// <summary>A message came back as an error: A = its number.</summary>
    MessageBounced,

    /// <summary>A message was acknowledged by the server (XEP-0198): A = its number.</summary>
    MessageAcknowledged,

    /// <summary>The client had to give a message up (no resumption, no resend): A = its number.</summary>
    MessageAbandoned,

    /// <summary>A check was sent: Traffic says which.</summary>
    CheckSent,

    /// <summary>A check was answered: A = its round trip in nanoseconds.</summary>
    CheckAnswered,

    /// <summary>The next attempt is due: A = delay in nanoseconds, B = attempt number since the last reset.</summary>
    RetryScheduled,
}

public readonly record struct ClientAction(
    ClientActionKind Kind, Traffic Traffic = Traffic.Handshake, Step Step = Step.Offline, Claim Claim = Claim.None,
    Mechanism Mechanism = Mechanism.None, long A = 0, long B = 0);

/// <summary>
/// An XMPP client that wants to be online, sans IO.
/// Driving rule: make one call; then TryTake until false (a Write action's bytes are in Output until the next TryTake);
/// then look at NextTime and call Tick at that moment.
/// </summary>
public sealed class XmppClient
{
    public XmppClient(ClientSettings settings, RandomStream random, BufferPool buffers, ScramCache scram) => throw new NotImplementedException();

    /// <summary>Wants to be online from now on.</summary>
    public void Start(Instant now) => throw new NotImplementedException();

    /// <summary>Goes offline for good: closes the stream in an orderly way.</summary>
    public void Stop(Instant now) => throw new NotImplementedException();

    public void Connected(Instant now) => throw new NotImplementedException();
    public void TlsEstablished(Instant now) => throw new NotImplementedException();
    public void Receive(Instant now, ReadOnlySpan<byte> bytes) => throw new NotImplementedException();

    /// <summary>The peer's FIN: nothing more will be received; what was asked to be sent may still go.</summary>
    public void PeerClosed(Instant now) => throw new NotImplementedException();

    /// <summary>The transport is over, or the attempt failed.</summary>
    public void Disconnected(Instant now, TransportEnd end) => throw new NotImplementedException();

    public void Tick(Instant now) => throw new NotImplementedException();

    /// <summary>Sends a chat message of that many body bytes with id m{number}; offline, it waits in the outbox until online.</summary>
    public void SendMessage(Instant now, string to, long number, int bodyBytes) => throw new NotImplementedException();

    public bool TryTake(out ClientAction action) => throw new NotImplementedException();
    public ReadOnlySpan<byte> Output => throw new NotImplementedException();
    public Instant NextTime => throw new NotImplementedException();

    public Step Step => throw new NotImplementedException();

    /// <summary>The full JID, once bound.</summary>
    public string? FullJid => throw new NotImplementedException();

    /// <summary>The same policy for sockets, read by whoever opens the transport.</summary>
    public Policy Policy => throw new NotImplementedException();

    /// <summary>Numbers of the messages it would still send: outbox and unacknowledged ones of a session that can be resumed or resent.</summary>
    public IEnumerable<long> HeldMessages() => throw new NotImplementedException();
}
