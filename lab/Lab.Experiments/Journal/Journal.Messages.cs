using Lab.Network;

namespace Lab.Experiments;

// The client of each is the one concerned, or -1 for the echo account.
public sealed partial class Journal
{
    /// <param name="to">The recipient's index, or an echo account as in <see cref="SentEntry"/>.</param>
    public void MessageSent(Instant now, int client, long number, int to) =>
        Add(now, client, EntryKind.MessageSent, number, to);

    public void MessageReceived(Instant now, int client, long number) =>
        Add(now, client, EntryKind.MessageReceived, number);

    public void MessageBounced(Instant now, int client, long number) =>
        Add(now, client, EntryKind.MessageBounced, number);

    public void MessageAccepted(Instant now, int client, long number) =>
        Add(now, client, EntryKind.MessageAccepted, number);

    public void MessageStored(Instant now, int client, long number) =>
        Add(now, client, EntryKind.MessageStored, number);

    /// <param name="client">The one of its account's that gets it.</param>
    /// <param name="connection">The session's, or its last one's.</param>
    public void MessageHanded(Instant now, int client, long number, int connection) =>
        Add(now, client, EntryKind.MessageHanded, number, connection);

    public void MessageAbandoned(Instant now, int client, long number) =>
        Add(now, client, EntryKind.MessageAbandoned, number);

    /// <param name="host">The client or the server that holds it.</param>
    public void MessageHeld(Instant now, int host, long number) => Add(now, host, EntryKind.MessageHeld, number);

    public void MessageAcknowledged(Instant now, int client, long number) =>
        Add(now, client, EntryKind.MessageAcknowledged, number);
}

/// <summary>Of every kind of message. MessageHanded has a connection too: <see cref="StanzaEntry"/>.</summary>
public readonly record struct MessageEntry(long Number)
{
    public static MessageEntry Of(in Entry e) => new(e.A);
}

/// <summary>Of MessageSent.</summary>
public readonly record struct SentEntry(long Number, int To)
{
    /// <summary>
    /// As recipient: the echo account of the sender's server or, from an echo account, another server's client that had
    /// asked.
    /// </summary>
    public const int OwnEcho = -1;

    /// <summary>As recipient: the echo account of another server.</summary>
    public const int ForeignEcho = -2;

    public static SentEntry Of(in Entry e) => new(e.A, (int)e.B);
}
