using System.Buffers.Text;

namespace Lab.Xmpp;

// What an account with a login load is loaded with: RFC 6121 section 2.1.4, XEP-0313 with pages of XEP-0059, XEP-0045
// section 7.2. It is made up when it is asked for, the same each time; nobody hears of who enters a room.
public sealed partial class XmppServer
{
    private const int MostMessages = 1000;

    private void AnswerWithContacts(Session session, in Letter letter, LoginLoad load)
    {
        ReadOnlySpan<byte> end = "</query></iq>"u8;
        reply.Clear();
        reply.Raw("<iq type='result'"u8).Attribute(Names.Id, letter.Id);
        if (letter.IsAddressed) reply.Attribute(Names.From, letter.To);
        reply.Attribute(Names.To, letter.From).Raw("><query xmlns='jabber:iq:roster'>"u8);
        foreach ((_, byte[] known) in store[session.Account].Roster) reply.Raw(known);
        LoginContent.WriteContacts(reply, load.RosterBytes - reply.Length - end.Length, domains[session.Domain]);
        Deliver(session, reply.Raw(end).Written, Traffic.Login, Now, AckQueue.OfLogin);
    }

    /// <summary>A page: its messages, and then the answer with where it ended.</summary>
    private void OnArchiveQuery(Session session, in Letter letter, Element query, LoginLoad load)
    {
        Element pages = query.Child("set"u8, Namespaces.Pages);
        ReadOnlySpan<byte> max = pages.Child("max"u8, Namespaces.Pages).Text;
        ReadOnlySpan<byte> after = pages.Child("after"u8, Namespaces.Pages).Text;
        int count = load.ArchiveBytes == 0 ? 0 : LoginContent.ArchivedMessages(load.ArchiveBytes), first = 0;
        if (!after.IsEmpty && !(IsNumber(after, out first) && ++first <= count))
        {
            Bounce(letter, StanzaError.ItemNotFound);
            return;
        }
        int end = Math.Min(count, first + (IsNumber(max, out int most) ? Math.Min(most, MostMessages) : MostMessages));
        for (int i = first; i < end; i++)
        {
            scratch.Clear();
            LoginContent.WriteArchived(
                scratch, i, load.ArchiveBytes, session, domains[session.Domain], query.Attribute("queryid"u8));
            Deliver(session, scratch.Written, Traffic.Login, Now, AckQueue.OfLogin);
        }
        reply.Clear();
        reply.Raw("<iq type='result'"u8).Attribute(Names.Id, letter.Id).Attribute(Names.To, session.FullJid)
            .Raw("><fin xmlns='urn:xmpp:mam:2'"u8).Raw(end == count ? " complete='true'"u8 : ""u8)
            .Raw("><set xmlns='http://jabber.org/protocol/rsm'>"u8);
        if (end > first)
            reply.Raw("<first index='"u8).Number(first).Raw("'>"u8).Number(first).Raw("</first><last>"u8)
                .Number(end - 1).Raw("</last>"u8);
        reply.Raw("<count>"u8).Number(count).Raw("</count></set></fin></iq>"u8);
        Deliver(session, reply.Written, Traffic.Login, Now, AckQueue.OfLogin);
    }

    /// <summary>True when presence was for a room, which has said all that it says.</summary>
    private bool EntersRoom(Session session, Element presence, in Jid target)
    {
        if (store[session.Account].Login is not { } load || target.Resource.IsEmpty
            || presence.Child("x"u8, Namespaces.Rooms).IsNone
            || !target.Domain.StartsWith(LoginLoad.RoomHost)
            || domains.Find(target.Domain[LoginLoad.RoomHost.Length..]) != session.Domain
            || !LoginLoad.TryRoom(target.Local, out int room) || room >= load.Rooms) return false;
        ReadOnlySpan<byte> to = presence.Attribute(Names.To);
        LoginContent.SayRoom(scratch, load.RoomBytes, to[..^(target.Resource.Length + 1)], target.Resource,
            session.FullJid, said => Deliver(session, said.Written, Traffic.Login, Now, AckQueue.OfLogin));
        return true;
    }

    private static bool IsNumber(ReadOnlySpan<byte> text, out int number) =>
        Utf8Parser.TryParse(text, out number, out int used) && used == text.Length && number >= 0
            && number < int.MaxValue;
}
