using System.Runtime.CompilerServices;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

public enum PathEnd : byte { Near, Far }

// A packet is most of a run's entries, so its writers take what a segment has and are inlined.
public sealed partial class Journal
{
    /// <param name="bytes">On the wire, headers included.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PacketSent(Instant now, int path, Direction direction, SegmentUse use, Traffic mark, int bytes) =>
        Add(now, path, EntryKind.PacketSent, PacketEntry.Pack(direction, use, mark), bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PacketDelivered(
        Instant now, int path, Direction direction, SegmentUse use, Traffic mark, int bytes) =>
        Add(now, path, EntryKind.PacketDelivered, PacketEntry.Pack(direction, use, mark), bytes);

    public void PacketLost(Instant now, int path, Direction direction, SegmentUse use, Traffic mark, int bytes) =>
        Add(now, path, EntryKind.PacketLost, PacketEntry.Pack(direction, use, mark), bytes);

    public void PacketOverflowed(
        Instant now, int path, Direction direction, SegmentUse use, Traffic mark, int bytes) =>
        Add(now, path, EntryKind.PacketOverflowed, PacketEntry.Pack(direction, use, mark), bytes);

    public void ConnectAttempt(Instant now, int path, int connection) =>
        Add(now, path, EntryKind.ConnectAttempt, 0, connection);

    public void FarAccepted(Instant now, int path, int connection) =>
        Add(now, path, EntryKind.FarAccepted, 0, connection);

    public void TransportEnded(Instant now, int path, PathEnd at, TcpEnd end, int connection) =>
        Add(
            now, path, at == PathEnd.Near ? EntryKind.NearTransportEnded : EntryKind.FarTransportEnded, (long)end,
            connection);
}

/// <summary>Of the four kinds of packets; the mark says why the first of its bytes was written.</summary>
public readonly record struct PacketEntry(Direction Direction, SegmentUse Use, Traffic Mark, int Bytes)
{
    /// <summary>It began behind the link of the near end, and goes away from it.</summary>
    public bool IsBehindLink => Mark == Traffic.Middlebox && Direction == Direction.Up;

    public static PacketEntry Of(in Entry e) =>
        new((Direction)(e.A & 0xFF), (SegmentUse)((e.A >> 8) & 0xFF), (Traffic)((e.A >> 16) & 0xFF), (int)e.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Pack(Direction direction, SegmentUse use, Traffic mark) =>
        (uint)direction | ((uint)use << 8) | ((uint)mark << 16);
}

/// <summary>
/// The number of the connection that an entry is about: of every kind that says nothing else, and of those of streams.
/// </summary>
public readonly record struct ConnectionEntry(int Connection)
{
    public static ConnectionEntry Of(in Entry e) => new((int)e.B);
}

/// <summary>Of NearTransportEnded and FarTransportEnded.</summary>
public readonly record struct TransportEntry(TcpEnd End, int Connection)
{
    public static TransportEntry Of(in Entry e) => new((TcpEnd)e.A, (int)e.B);
}
