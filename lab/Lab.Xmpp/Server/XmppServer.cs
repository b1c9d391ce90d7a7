using Lab.Network;

namespace Lab.Xmpp;

/// <summary>What to do when a resource is asked for that is in use (RFC 6120 section 7.7.2.2).</summary>
public enum ConflictPolicy : byte { GenerateResource, RefuseNew, CloseOld }

public sealed record ServerSettings
{
    /// <summary>Domains served; the first is the server's own name.</summary>
    public required IReadOnlyList<string> Domains { get; init; }

    /// <summary>Domains once served here: host-gone.</summary>
    public IReadOnlyList<string> FormerDomains { get; init; } = [];

    public Policy Policy { get; init; } = Policy.Nothing;
    public ConflictPolicy Conflict { get; init; } = ConflictPolicy.GenerateResource;
    public bool OffersTls { get; init; } = true;
    public bool RequiresTls { get; init; } = true;
    public IReadOnlyList<SaslMechanism> Mechanisms { get; init; } = [SaslMechanism.ScramSha256, SaslMechanism.ScramSha1, SaslMechanism.Plain];
    public int ScramIterations { get; init; } = 4096;
    public IReadOnlyList<string> Languages { get; init; } = ["en"];
    public int MaxStanzaBytes { get; init; } = 262_144;
    public int MaxResources { get; init; } = 10;
    public int SaslRetries { get; init; } = 3;
    public int BindRetries { get; init; } = 5;

    /// <summary>Messages kept per account that is away; beyond it they bounce with service-unavailable (XEP-0160).</summary>
    public int OfflineMessages { get; init; } = 1000;

    /// <summary>Whether the account echo@domain answers each message with one of the same body.</summary>
    public bool Echo { get; init; } = true;
}

public enum ServerActionKind : byte
{
    /// <summary>Write <see cref="XmppServer.Output"/> to Stream, charged to Traffic.</summary>
    Write,

    /// <summary>Answer the TLS handshake on Stream.</summary>
    StartTls,

    /// <summary>Close the transport of Stream in an orderly way.</summary>
    Close,

    /// <summary>Drop the transport of Stream.</summary>
    Abort,

    // observations

    /// <summary>Account is available to others through Stream. A = 1 when a session was resumed.</summary>
    Available,

    /// <summary>Account lost its transport; its session waits to be resumed and still counts as available.</summary>
    Hibernated,

    /// <summary>Account is unavailable to others: closed, expired or replaced.</summary>
    Unavailable,

    /// <summary>Stream is over for this side: Claim, Mechanism; A = the stream error condition sent or received, or 0.</summary>
    Ended,

    /// <summary>The server took responsibility for a message: A = its number, Account = the sender or -1.</summary>
    MessageAccepted,

    /// <summary>The echo account sent a message: A = its number, B = the number it answers, Account = the recipient.</summary>
    MessageEchoed,

    /// <summary>A message was put into the offline store: A = its number.</summary>
    MessageStored,

    /// <summary>A message was returned to its sender as an error: A = its number.</summary>
    MessageBounced,

    CheckSent,
    CheckAnswered,
}

public readonly record struct ServerAction(
    ServerActionKind Kind, int Stream = -1, int Account = -1, Traffic Traffic = Traffic.Handshake, Claim Claim = Claim.None,
    Mechanism Mechanism = Mechanism.None, long A = 0, long B = 0);

/// <summary>What survives a restart of the server's process: accounts, offline messages, and for each lost stream
/// management session its id and last h (what Prosody keeps).</summary>
public sealed class ServerStore
{
    /// <summary>Adds local@ each served domain and returns the account's number, counting from 0.</summary>
    public int AddAccount(string local, string password) => throw new NotImplementedException();
}

/// <summary>
/// An XMPP server with all its streams, sans IO.
/// Driving rule: make one call; then TryTake until false (a Write action's bytes are in Output until the next TryTake);
/// then look at NextTime and call Tick at that moment.
/// </summary>
public sealed class XmppServer
{
    /// <summary>An echo's number is the number it answers plus this.</summary>
    public const long EchoOffset = 1L << 40;

    public XmppServer(ServerSettings settings, ServerStore store, RandomStream random, BufferPool buffers, ScramCache scram) =>
        throw new NotImplementedException();

    /// <summary>A transport was accepted; returns the number of its stream, never used before by this server.</summary>
    public int Accept(Instant now, bool secured = false) => throw new NotImplementedException();

    public void TlsEstablished(Instant now, int stream) => throw new NotImplementedException();
    public void Receive(Instant now, int stream, ReadOnlySpan<byte> bytes) => throw new NotImplementedException();
    public void PeerClosed(Instant now, int stream) => throw new NotImplementedException();
    public void Disconnected(Instant now, int stream, TransportEnd end) => throw new NotImplementedException();
    public void Tick(Instant now) => throw new NotImplementedException();

    /// <summary>Sends a message from echo@domain to an account, as a push would be.</summary>
    public void SendMessage(Instant now, int account, long number, int bodyBytes) => throw new NotImplementedException();

    /// <summary>Says system-shutdown to every stream and closes it.</summary>
    public void Shutdown(Instant now) => throw new NotImplementedException();

    public bool TryTake(out ServerAction action) => throw new NotImplementedException();
    public ReadOnlySpan<byte> Output => throw new NotImplementedException();
    public Instant NextTime => throw new NotImplementedException();
    public Policy Policy => throw new NotImplementedException();

    /// <summary>Numbers of the messages that wait in sessions' queues and in the offline store.</summary>
    public IEnumerable<long> HeldMessages() => throw new NotImplementedException();
}
