using System.Buffers.Text;

namespace Lab.Xmpp;

/// <summary>
/// What a new session is loaded with, in bytes of whole stanzas as they are written: the answer with the contact list;
/// the archived messages together; what one room says when it is entered. Zero = not asked for.
/// </summary>
public sealed record LoginLoad
{
    public int RosterBytes { get; init; }
    public int ArchiveBytes { get; init; }

    /// <summary>Messages that the client asks for at once (XEP-0059).</summary>
    public int PageMessages { get; init; } = 50;

    public int Rooms { get; init; }
    public int RoomBytes { get; init; }

    /// <summary>The name under which the rooms of a domain are served.</summary>
    internal static ReadOnlySpan<byte> RoomHost => "rooms."u8;

    /// <summary>Reads the n of the local part room-n.</summary>
    internal static bool TryRoom(ReadOnlySpan<byte> local, out int room)
    {
        room = -1;
        ReadOnlySpan<byte> prefix = "room-"u8;
        return local.StartsWith(prefix) && Utf8Parser.TryParse(local[prefix.Length..], out room, out int used)
            && used == local.Length - prefix.Length && room >= 0;
    }
}
