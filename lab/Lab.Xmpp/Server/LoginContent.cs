using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// Contacts, archived messages and rooms of a size that is asked for, as they are on the wire: what real ones carry in
/// names, texts, encryption and capabilities is filler. Each is as long as is said, but never shorter than its tags and
/// addresses.
/// </summary>
internal static class LoginContent
{
    /// <summary>A contact as it stands in a list of many, with its name and a group or two.</summary>
    private const int ContactBytes = 120;

    /// <summary>A short message in its result, forwarded and stamped.</summary>
    public const int ArchivedBytes = 800;

    /// <summary>Presence of an occupant with capabilities; a message of a room.</summary>
    private const int OccupantBytes = 400, SaidBytes = 600;

    /// <summary>How many messages an archive of that size has; all are equally long, give or take a byte.</summary>
    public static int ArchivedMessages(int archiveBytes) => Math.Max(1, archiveBytes / ArchivedBytes);

    public static void WriteContacts(XmppWriter writer, int bytes, ReadOnlySpan<byte> domain)
    {
        ReadOnlySpan<byte> tail = "' subscription='both'/>"u8;
        for (int i = 0, end = writer.Length + bytes; writer.Length < end; i++)
        {
            int start = writer.Length, left = end - start;
            writer.Raw("<item jid='contact-"u8).Number(i).Raw("@"u8).Raw(domain).Raw("' name='"u8);
            int least = Math.Max(ContactBytes, writer.Length - start + tail.Length);
            writer.Fill(start, left >= 2 * least ? least : left, tail);
        }
    }

    /// <param name="number">From 0 on; also its id in the archive.</param>
    public static void WriteArchived(
        XmppWriter writer, int number, int archiveBytes, Session to, ReadOnlySpan<byte> domain,
        ReadOnlySpan<byte> query)
    {
        int count = ArchivedMessages(archiveBytes);
        int bytes = archiveBytes / count + (number < archiveBytes % count ? 1 : 0), start = writer.Length;
        writer.Raw("<message"u8).Attribute(Names.From, to.BareJid).Attribute(Names.To, to.FullJid)
            .Raw("><result xmlns='urn:xmpp:mam:2'"u8).Attribute("queryid"u8, query).Raw(" id='"u8).Number(number)
            .Raw("'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='"u8)
            .Moment(Instant.Zero).Raw("'/><message xmlns='jabber:client' type='chat' from='contact-"u8)
            .Number(number % 10).Raw("@"u8).Raw(domain).Raw("'"u8).Attribute(Names.To, to.BareJid).Raw("><body>"u8);
        writer.Fill(start, bytes, "</body></message></forwarded></result></message>"u8);
    }

    /// <summary>
    /// All that a room says to who enters it (XEP-0045 section 7.2): who is there, that one's own presence, what was
    /// said, half of the bytes each, and the subject. Stanzas are handed over one by one, the writer is used again.
    /// </summary>
    public static void SayRoom(
        XmppWriter writer, int bytes, ReadOnlySpan<byte> room, ReadOnlySpan<byte> nick, ReadOnlySpan<byte> to,
        Action<XmppWriter> say)
    {
        int left = bytes - Size(writer.Subject(room, to, 0));
        left -= Size(writer.Occupant(room, nick, to, isSelf: true, 0));
        int occupant = Math.Max(OccupantBytes, Size(writer.Occupant(room, "occupant-9999"u8, to, isSelf: false, 0)));
        int said = Math.Max(SaidBytes, Size(writer.Said(room, "occupant-9"u8, to, 0)));
        for (int present = left / 2 / occupant, i = 0; i < present; i++, left -= occupant)
            say(writer.Occupant(room, Name(i), to, isSelf: false, occupant));
        say(writer.Occupant(room, nick, to, isSelf: true, 0));
        for (int i = 0; left >= said; i++)
        {
            XmppWriter message = writer.Said(room, Name(i % 10), to, left >= 2 * said ? said : left);
            left -= message.Length;
            say(message);
        }
        say(writer.Subject(room, to, left));
    }

    private static byte[] Name(int i) => System.Text.Encoding.UTF8.GetBytes(
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"occupant-{i}"));

    private static int Size(XmppWriter written) => written.Length;

    private static XmppWriter Occupant(
        this XmppWriter w, ReadOnlySpan<byte> room, ReadOnlySpan<byte> nick, ReadOnlySpan<byte> to, bool isSelf,
        int bytes)
    {
        w.Clear();
        w.Raw("<presence from='"u8).Text(room).Raw("/"u8).Text(nick).Raw("'"u8).Attribute(Names.To, to)
            .Raw("><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='member' role='participant'/>"u8);
        if (isSelf) w.Raw("<status code='110'/>"u8);
        return w.Raw("</x><status>"u8).Fill(0, bytes, "</status></presence>"u8);
    }

    private static XmppWriter Said(
        this XmppWriter w, ReadOnlySpan<byte> room, ReadOnlySpan<byte> nick, ReadOnlySpan<byte> to, int bytes)
    {
        w.Clear();
        w.Raw("<message type='groupchat' from='"u8).Text(room).Raw("/"u8).Text(nick).Raw("'"u8)
            .Attribute(Names.To, to).Raw("><delay xmlns='urn:xmpp:delay' from='"u8).Text(room).Raw("' stamp='"u8)
            .Moment(Instant.Zero).Raw("'/><body>"u8);
        return w.Fill(0, bytes, "</body></message>"u8);
    }

    /// <param name="more">How much longer than an empty one.</param>
    private static XmppWriter Subject(this XmppWriter w, ReadOnlySpan<byte> room, ReadOnlySpan<byte> to, int more)
    {
        w.Clear();
        ReadOnlySpan<byte> tail = "</subject></message>"u8;
        w.Raw("<message type='groupchat' from='"u8).Text(room).Raw("'"u8).Attribute(Names.To, to).Raw("><subject>"u8);
        return w.Fill(0, w.Length + tail.Length + more, tail);
    }

    /// <summary>Appends filler and the tail, so that it is so long from start on.</summary>
    private static XmppWriter Fill(this XmppWriter writer, int start, int bytes, ReadOnlySpan<byte> tail) =>
        writer.Filler(bytes - (writer.Length - start) - tail.Length).Raw(tail);
}
