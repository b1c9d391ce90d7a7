using System.Text;

namespace Lab.Xmpp;

// Contacts (RFC 6121 sections 2, 3), as far as a client of a person's needs them to go on: its list is kept and told to
// its resources. Nobody is ever subscribed: who asks is refused at once, so every contact says subscription='none'.
public sealed partial class XmppServer
{
    private const int MaxContacts = 1000, MaxContactBytes = 4096;
    private long pushes;

    private void OnRoster(Session session, in Letter letter, Element query)
    {
        StoredAccount account = store[session.Account];
        if (letter.Iq == IqType.Get)
        {
            session.WantsRoster = true;
            if (account.Login is { RosterBytes: > 0 } load)
            {
                AnswerWithContacts(session, letter, load);
                return;
            }
            scratch.Clear();
            foreach ((_, byte[] known) in account.Roster) scratch.Raw(known);
            AnswerRoster(session, letter, scratch.Written);
            return;
        }
        Element item = query.FirstChild;
        bool one = item.Is(Names.Item, Namespaces.Roster) && item.NextSibling.IsNone;
        ReadOnlySpan<byte> jid = one ? item.Attribute(Names.Jid) : default;
        int place = account.Roster.FindIndex(Named(jid));
        bool removes = one && item.Attribute("subscription"u8).SequenceEqual("remove"u8);
        if (!Jid.TryParse(jid, out Jid contact) || !contact.Resource.IsEmpty) Bounce(letter, StanzaError.BadRequest);
        else if (removes && place < 0) Bounce(letter, StanzaError.ItemNotFound);
        else if (place < 0 && account.Roster.Count >= MaxContacts) Bounce(letter, StanzaError.ResourceConstraint);
        else
        {
            WriteContact(item, jid, removes);
            byte[] written = scratch.Written.ToArray();
            if (written.Length > MaxContactBytes)
            {
                Bounce(letter, StanzaError.NotAcceptable);
                return;
            }
            if (removes) account.Roster.RemoveAt(place);
            else if (place >= 0) account.Roster[place] = (jid.ToArray(), written);
            else account.Roster.Add((jid.ToArray(), written));
            WriteAnswer(session, letter, Traffic.Payload, default);
            PushContact(session, written);
        }
    }

    private static Predicate<(byte[] Jid, byte[] Item)> Named(ReadOnlySpan<byte> jid)
    {
        byte[] name = jid.ToArray();
        return known => Jid.SameText(known.Jid, name);
    }

    private void AnswerRoster(Session session, in Letter letter, ReadOnlySpan<byte> items)
    {
        string query = "<query xmlns='jabber:iq:roster'";
        WriteAnswer(session, letter, Traffic.Payload, items.IsEmpty ? Encoding.UTF8.GetBytes(query + "/>")
            : [.. Encoding.UTF8.GetBytes(query + ">"), .. items, .. "</query>"u8]);
    }

    /// <summary>A contact as it stands in the list; what a client says of subscriptions does not count.</summary>
    private void WriteContact(Element item, ReadOnlySpan<byte> jid, bool removes)
    {
        scratch.Clear();
        scratch.Raw("<item"u8).Attribute(Names.Jid, jid);
        if (!removes && item.TryAttribute("name"u8, out ReadOnlySpan<byte> name)) scratch.Attribute("name"u8, name);
        scratch.Raw(removes ? " subscription='remove'>"u8 : " subscription='none'>"u8);
        for (Element child = item.FirstChild; !removes && !child.IsNone; child = child.NextSibling)
            if (child.Is("group"u8, Namespaces.Roster))
                scratch.Raw("<group>"u8).Text(child.Text).Raw("</group>"u8);
        scratch.Raw("</item>"u8);
    }

    private void PushContact(Session changer, ReadOnlySpan<byte> item)
    {
        for (Session? session = sessions[changer.Account]; session is not null; session = session.Next)
        {
            if (!session.WantsRoster || session.Domain != changer.Domain) continue;
            reply.Clear();
            reply.Raw("<iq type='set'"u8).Attribute(Names.To, session.FullJid).Raw(" id='r"u8).Number(++pushes)
                .Raw("'><query xmlns='jabber:iq:roster'>"u8).Raw(item).Raw("</query></iq>"u8);
            Deliver(session, reply.Written, Traffic.Payload, Now);
        }
    }

    /// <summary>A client asks for somebody's presence: its own server answers, or the other one.</summary>
    private void OnSubscription(ServerStream stream, Session session, Element presence)
    {
        ReadOnlySpan<byte> to = presence.Attribute(Names.To);
        if (!Jid.TryParse(to, out Jid target)) RefusePresence(session, presence, StanzaError.JidMalformed);
        else if (domains.Find(target.Domain) >= 0)
        {
            WriteUnsubscribed(to, session.BareJid);
            Tell(session, reply.Written);
        }
        else if (!settings.Federates) RefusePresence(session, presence, StanzaError.RemoteServerNotFound);
        else
        {
            scratch.Clear();
            Restamp(scratch, presence, session.BareJid, default, stream.Language);
            SendRemote(session.BareJid, to, scratch.Written);
        }
    }

    private void OnRemotePresence(Element presence, ReadOnlySpan<byte> from, in Jid target, int domain)
    {
        ReadOnlySpan<byte> type = presence.Attribute(Names.Type), to = presence.Attribute(Names.To);
        if (type.SequenceEqual("subscribe"u8))
        {
            WriteUnsubscribed(to, from);
            SendRemote(to, from, reply.Written);
        }
        else if (type.IsEmpty || type.SequenceEqual("unavailable"u8) || type.SequenceEqual("unsubscribed"u8)
            || type.SequenceEqual("error"u8)) DeliverPresence(target, domain);
    }

    /// <summary>A request that cannot be had from another domain; other presence is nobody's loss.</summary>
    private void ReturnPresence(Element presence, in Jid sender, int domain, StanzaError error)
    {
        if (!presence.Attribute(Names.Type).SequenceEqual("subscribe"u8)) return;
        scratch.Clear();
        WriteRefusal(scratch, presence, presence.Attribute(Names.To), presence.Attribute(Names.From), error);
        DeliverPresence(sender, domain);
    }

    private void RefusePresence(Session session, Element presence, StanzaError error)
    {
        reply.Clear();
        ReadOnlySpan<byte> to = presence.Attribute(Names.To);
        WriteRefusal(reply, presence, Jid.TryParse(to, out _) ? to : domains[session.Domain], session.FullJid, error);
        Tell(session, reply.Written);
    }

    private void WriteUnsubscribed(ReadOnlySpan<byte> contact, ReadOnlySpan<byte> user)
    {
        int slash = contact.IndexOf((byte)'/');
        reply.Clear();
        reply.Raw("<presence type='unsubscribed'"u8).Attribute(Names.From, slash < 0 ? contact : contact[..slash])
            .Attribute(Names.To, user).Raw("/>"u8);
    }

    private static void WriteRefusal(
        XmppWriter writer, Element presence, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, StanzaError error)
    {
        writer.Raw("<presence type='error'"u8).Attribute(Names.From, from).Attribute(Names.To, to);
        if (presence.TryAttribute(Names.Id, out ReadOnlySpan<byte> id)) writer.Attribute(Names.Id, id);
        writer.Raw(">"u8).Error(error).Raw("</presence>"u8);
    }
}
