using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// What each new session of a client is loaded with, in bytes of whole stanzas from the server; one that is resumed
/// needs none of it (XEP-0198).
/// </summary>
/// <example>{roster: 12KiB, archive: 200KiB, rooms: 4}</example>
public sealed record LoginSpec
{
    /// <summary>
    /// The contact list (RFC 6121), which comes before initial presence: the client is online when it has it, within
    /// the policy's connect.step and connect.total; absent = it is not asked for.
    /// </summary>
    /// <example>12KiB</example>
    public Size? Roster { get; init; }

    /// <summary>
    /// Archived messages of 800 bytes or a little more, all together (XEP-0313); absent = they are not asked for.
    /// </summary>
    /// <example>200KiB</example>
    public Size? Archive { get; init; }

    /// <summary>How many archived messages the client asks for at once (XEP-0059).</summary>
    /// <value>messages</value>
    /// <example>20</example>
    public int Page { get; init; } = 50;

    /// <summary>How many rooms the client enters (XEP-0045).</summary>
    /// <value>rooms</value>
    /// <example>4</example>
    public int Rooms { get; init; }

    /// <summary>What one room says to who enters: who is there, what was said, the subject.</summary>
    /// <example>20KiB</example>
    public Size Room { get; init; } = new(8192);

    /// <summary>The same for the machines of both sides.</summary>
    internal LoginLoad ToLoad() => new()
    {
        RosterBytes = (int)(Roster?.Bytes ?? 0), ArchiveBytes = (int)(Archive?.Bytes ?? 0), PageMessages = Page,
        Rooms = Rooms, RoomBytes = (int)Room.Bytes,
    };
}
