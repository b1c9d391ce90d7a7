using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// What one part of a run tells another besides bytes: who waits for something to happen listens here. The journal only
/// records.
/// </summary>
internal sealed class Signals
{
    /// <summary>A client reached a step of negotiation.</summary>
    public event Action<Instant, int, Step>? StepReached;

    /// <summary>A path's near end opens a connection: path, number of the connection.</summary>
    public event Action<Instant, int, int>? Connecting;

    /// <summary>A client is online: client, connection, whether it resumed a session.</summary>
    public event Action<Instant, int, int, bool>? Online;

    /// <summary>A client's stream, or its attempt at one, is over for it: client, connection.</summary>
    public event Action<Instant, int, int>? Offline;

    /// <summary>The person opens a client's app.</summary>
    public event Action<Instant, int>? Opened;

    /// <summary>The person leaves a client's app.</summary>
    public event Action<Instant, int>? Closed;

    /// <summary>A client's program begins for the first time.</summary>
    public event Action<Instant, int>? Launched;

    /// <summary>
    /// A server keeps a message for an account (its first client, the message's number) until it comes to be there, or
    /// (false) until it acknowledges what was sent.
    /// </summary>
    public event Action<Instant, int, long, bool>? Kept;

    /// <summary>A push has come to a client's device.</summary>
    public event Action<Instant, int>? Pushed;

    /// <summary>A client is gone for good.</summary>
    public event Action<Instant, int>? Left;

    /// <summary>A side may use a stream between servers: route, connection, whether it sends stanzas on it.</summary>
    public event Action<Instant, int, int, bool>? MemberReady;

    public void OnStep(Instant now, int client, Step step) => StepReached?.Invoke(now, client, step);

    public void OnConnecting(Instant now, int path, int connection) => Connecting?.Invoke(now, path, connection);

    public void OnOnline(Instant now, int client, int connection, bool resumed) =>
        Online?.Invoke(now, client, connection, resumed);

    public void OnOffline(Instant now, int client, int connection) => Offline?.Invoke(now, client, connection);

    public void OnOpened(Instant now, int client) => Opened?.Invoke(now, client);

    public void OnClosed(Instant now, int client) => Closed?.Invoke(now, client);

    public void OnLaunched(Instant now, int client) => Launched?.Invoke(now, client);

    public void OnKept(Instant now, int account, long number, bool waits) => Kept?.Invoke(now, account, number, waits);

    public void OnPushed(Instant now, int client) => Pushed?.Invoke(now, client);

    public void OnLeft(Instant now, int client) => Left?.Invoke(now, client);

    public void OnMemberReady(Instant now, int route, int connection, bool sends) =>
        MemberReady?.Invoke(now, route, connection, sends);
}
