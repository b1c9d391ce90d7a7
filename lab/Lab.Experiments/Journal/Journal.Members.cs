using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

// Streams between servers: near is who opened the connection, far who took it.
public sealed partial class Journal
{
    /// <param name="sends">Whether that side sends stanzas on it.</param>
    public void MemberReady(Instant now, int route, PathEnd side, bool sends, int connection) =>
        Add(now, route, EntryKind.MemberReady, (long)side | (sends ? 2L : 0), connection);

    public void MemberEnded(Instant now, int route, PathEnd side, StreamEnd end, int connection) =>
        Add(now, route, EntryKind.MemberEnded, MemberEndEntry.Pack(side, end), connection);

    public void MemberBlamed(Instant now, int route, PathEnd side, StreamEnd end, int connection) =>
        Add(now, route, EntryKind.MemberBlamed, MemberEndEntry.Pack(side, end), connection);

    public void MemberCheckSent(Instant now, int route, PathEnd side, Traffic check, int connection) =>
        Add(now, route, EntryKind.MemberCheckSent, MemberCheckEntry.Pack(side, check), connection);

    public void MemberCheckAnswered(Instant now, int route, PathEnd side, Traffic check, int connection) =>
        Add(now, route, EntryKind.MemberCheckAnswered, MemberCheckEntry.Pack(side, check), connection);

    public void StanzaQueued(Instant now, int route, long number, int connection) =>
        Add(now, route, EntryKind.StanzaQueued, number, connection);

    public void StanzaPassed(Instant now, int route, long number, int connection) =>
        Add(now, route, EntryKind.StanzaPassed, number, connection);

    public void StanzaReturned(Instant now, int server, long number, StanzaError error) =>
        Add(now, server, EntryKind.StanzaReturned, number, (long)error);
}

/// <summary>Of MemberReady.</summary>
public readonly record struct MemberReadyEntry(PathEnd Side, bool Sends, int Connection)
{
    public static MemberReadyEntry Of(in Entry e) => new((PathEnd)(e.A & 1), (e.A & 2) != 0, (int)e.B);
}

/// <summary>Of MemberEnded and MemberBlamed.</summary>
public readonly record struct MemberEndEntry(PathEnd Side, StreamEnd End, int Connection)
{
    public static MemberEndEntry Of(in Entry e) =>
        new((PathEnd)((e.A >> 32) & 1), StreamEnd.Unpack(e.A), (int)e.B);

    internal static long Pack(PathEnd side, StreamEnd end) => end.Packed | ((long)side << 32);
}

/// <summary>Of MemberCheckSent and MemberCheckAnswered.</summary>
public readonly record struct MemberCheckEntry(PathEnd Side, Traffic Check, int Connection)
{
    public static MemberCheckEntry Of(in Entry e) =>
        new((PathEnd)((e.A >> 32) & 1), (Traffic)(e.A & 0xFF), (int)e.B);

    internal static long Pack(PathEnd side, Traffic check) => (long)check | ((long)side << 32);
}

/// <summary>Of StanzaQueued and StanzaPassed.</summary>
public readonly record struct StanzaEntry(long Number, int Connection)
{
    public static StanzaEntry Of(in Entry e) => new(e.A, (int)e.B);
}

/// <summary>Of StanzaReturned.</summary>
public readonly record struct StanzaReturnedEntry(long Number, StanzaError Error)
{
    public static StanzaReturnedEntry Of(in Entry e) => new(e.A, (StanzaError)e.B);
}
