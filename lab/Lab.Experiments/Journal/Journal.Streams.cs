using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

public sealed partial class Journal
{
    public void StepReached(Instant now, int client, Step step, int connection) =>
        Add(now, client, EntryKind.StepReached, (long)step, connection);

    public void ClientOnline(Instant now, int client, bool resumed, int connection) =>
        Add(now, client, EntryKind.ClientOnline, resumed ? 1 : 0, connection);

    public void ClientReady(Instant now, int client, int connection) =>
        Add(now, client, EntryKind.ClientReady, 0, connection);

    public void ClientOffline(Instant now, int client, StreamEnd end, int connection) =>
        Add(now, client, EntryKind.ClientOffline, end.Packed, connection);

    /// <param name="attempt">How many failed before.</param>
    public void RetryScheduled(Instant now, int client, Duration delay, int attempt) =>
        Add(now, client, EntryKind.RetryScheduled, delay.Nanoseconds, attempt);

    public void ServerAvailable(Instant now, int client, bool resumed, int connection) =>
        Add(now, client, EntryKind.ServerAvailable, resumed ? 1 : 0, connection);

    public void ServerHibernated(Instant now, int client, int connection) =>
        Add(now, client, EntryKind.ServerHibernated, 0, connection);

    public void ServerUnavailable(Instant now, int client, int connection) =>
        Add(now, client, EntryKind.ServerUnavailable, 0, connection);

    public void ServerLost(Instant now, int client) => Add(now, client, EntryKind.ServerLost);

    public void ServerOffline(Instant now, int client, StreamEnd end, int connection) =>
        Add(now, client, EntryKind.ServerOffline, end.Packed, connection);

    public void ClientCheckSent(Instant now, int client, Traffic check) =>
        Add(now, client, EntryKind.ClientCheckSent, (long)check);

    public void ClientCheckAnswered(Instant now, int client, Traffic check, Duration after) =>
        Add(now, client, EntryKind.ClientCheckAnswered, (long)check, after.Nanoseconds);

    public void ServerCheckSent(Instant now, int client, Traffic check) =>
        Add(now, client, EntryKind.ServerCheckSent, (long)check);

    public void ServerCheckAnswered(Instant now, int client, Traffic check, Duration after) =>
        Add(now, client, EntryKind.ServerCheckAnswered, (long)check, after.Nanoseconds);
}

/// <summary>Of StepReached.</summary>
public readonly record struct StepEntry(Step Step, int Connection)
{
    public static StepEntry Of(in Entry e) => new((Step)e.A, (int)e.B);
}

/// <summary>Of ClientOnline and ServerAvailable.</summary>
public readonly record struct OnlineEntry(bool Resumed, int Connection)
{
    public static OnlineEntry Of(in Entry e) => new(e.A != 0, (int)e.B);
}

/// <summary>Of ClientOffline and ServerOffline.</summary>
public readonly record struct OfflineEntry(StreamEnd End, int Connection)
{
    public static OfflineEntry Of(in Entry e) => new(StreamEnd.Unpack(e.A), (int)e.B);
}

/// <summary>Of RetryScheduled.</summary>
public readonly record struct RetryEntry(Duration Delay, int Attempt)
{
    public static RetryEntry Of(in Entry e) => new(new Duration(e.A), (int)e.B);
}

/// <summary>Of the checks of clients and servers; one that was sent has no answer yet, so After is zero.</summary>
public readonly record struct CheckEntry(Traffic Check, Duration After)
{
    public static CheckEntry Of(in Entry e) => new((Traffic)e.A, new Duration(e.B));
}
