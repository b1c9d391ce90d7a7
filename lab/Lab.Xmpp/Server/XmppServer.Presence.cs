using System.Buffers.Text;
using Lab.Network;

namespace Lab.Xmpp;

// Presence (RFC 6121 section 4): what clients say of themselves, and what they are told of others. All that a client is
// told goes through Tell.
public sealed partial class XmppServer
{
    /// <summary>
    /// A contact of the account, of the server itself, changes its presence: told to every available resource, kept for
    /// none.
    /// </summary>
    public void SendPresence(Instant now, int account, int contact, bool away, int statusBytes)
    {
        Begin(now);
        for (Session? session = sessions[account]; session is not null; session = session.Next)
        {
            if (!session.Available) continue;
            reply.Clear();
            reply.Raw("<presence from='contact-"u8).Number(contact).Raw("@"u8).Raw(domains[session.Domain])
                .Raw("/home'"u8).Attribute(Names.To, session.FullJid).Raw(">"u8);
            if (away) reply.Raw("<show>away</show>"u8);
            reply.Raw("<status>"u8).Filler(statusBytes).Raw("</status></presence>"u8);
            Tell(session, reply.Written);
        }
        Finish();
    }

    /// <summary>Presence on its way to a client.</summary>
    private void Tell(Session session, ReadOnlySpan<byte> presence) =>
        Deliver(session, presence, Traffic.Presence, Now);

    private void OnPresence(ServerStream stream, Session session, Element presence)
    {
        ReadOnlySpan<byte> type = presence.Attribute(Names.Type);
        bool unavailable = type.SequenceEqual("unavailable"u8);
        if (type.SequenceEqual("subscribe"u8)) OnSubscription(stream, session, presence);
        if (!type.IsEmpty && !unavailable) return;                     // probes, and answers to what is never asked
        if (presence.TryAttribute(Names.To, out ReadOnlySpan<byte> to))
        {
            DirectPresence(stream, session, presence, to);
            return;
        }
        if (unavailable)
        {
            if (!session.Available) return;
            session.Available = false;
            ObserveSession(ActionKind.Unavailable, session);
            Broadcast(stream, session, presence);
            TakeLeave(session);
            return;
        }
        bool initial = !session.Available, received = session.Available && session.Priority >= 0;
        session.Available = true;
        ReadOnlySpan<byte> priority = presence.Child("priority"u8, Namespaces.Client).Text;
        bool given = Utf8Parser.TryParse(priority, out sbyte value, out int used) && used == priority.Length;
        session.Priority = given ? value : 0;
        if (initial)
        {
            session.Since = ++availabilities;
            ObserveSession(ActionKind.Available, session);
        }
        Broadcast(stream, session, presence);
        if (initial) IntroduceOthers(session);
        if (!received && session.Priority >= 0) DeliverOffline(session);
    }

    /// <summary>
    /// To every available resource of the account, the sending one included (RFC 6121 section 4.2.2).
    /// </summary>
    private void Broadcast(ServerStream stream, Session session, Element presence)
    {
        for (Session? other = sessions[session.Account]; other is not null; other = other.Next)
        {
            if (!other.Available || other.Domain != session.Domain) continue;
            scratch.Clear();
            Restamp(scratch, presence, session.FullJid, other.FullJid, stream.Language);
            Tell(other, scratch.Written);
        }
    }

    private void IntroduceOthers(Session session)
    {
        for (Session? other = sessions[session.Account]; other is not null; other = other.Next)
        {
            if (!other.Available || other == session || other.Domain != session.Domain) continue;
            reply.Clear();
            reply.Raw("<presence"u8).Attribute(Names.From, other.FullJid).Attribute(Names.To, session.FullJid)
                .Raw("><priority>"u8).Number(other.Priority).Raw("</priority></presence>"u8);
            Tell(session, reply.Written);
        }
    }

    private void SayUnavailable(Session gone)
    {
        for (Session? other = sessions[gone.Account]; other is not null; other = other.Next)
        {
            if (!other.Available || other.Domain != gone.Domain) continue;
            reply.Clear();
            reply.Raw("<presence"u8).Attribute(Names.From, gone.FullJid).Attribute(Names.To, other.FullJid)
                .Raw(" type='unavailable'/>"u8);
            Tell(other, reply.Written);
        }
        TakeLeave(gone);
    }

    /// <summary>Who got directed presence hears as well that it is unavailable (RFC 6121 section 4.6.3).</summary>
    private void TakeLeave(Session gone)
    {
        foreach (byte[] to in gone.Greeted ?? [])
        {
            scratch.Clear();
            scratch.Raw("<presence"u8).Attribute(Names.From, gone.FullJid).Attribute(Names.To, to)
                .Raw(" type='unavailable'/>"u8);
            SendDirected(gone, to);
        }
        gone.Greeted = null;
    }

    private void DirectPresence(ServerStream stream, Session session, Element presence, ReadOnlySpan<byte> to)
    {
        if (!Jid.TryParse(to, out Jid target) || target.Local.IsEmpty) return;
        if (EntersRoom(session, presence, target)) return;
        scratch.Clear();
        Restamp(scratch, presence, session.FullJid, default, stream.Language);
        Remember(session, to, unavailable: !presence.Attribute(Names.Type).IsEmpty);
        SendDirected(session, to);
    }

    private static void Remember(Session session, ReadOnlySpan<byte> to, bool unavailable)
    {
        List<byte[]> greeted = session.Greeted ??= [];
        byte[] whom = to.ToArray();
        int at = greeted.FindIndex(known => Jid.SameText(known, whom));
        if (unavailable && at >= 0) greeted.RemoveAt(at);
        else if (!unavailable && at < 0 && greeted.Count < MaxContacts) greeted.Add(whom);
    }

    /// <summary>Hands the presence in scratch to whom it is for, here or at another server.</summary>
    private void SendDirected(Session from, ReadOnlySpan<byte> to)
    {
        if (!Jid.TryParse(to, out Jid target)) return;
        int domain = domains.Find(target.Domain);
        if (domain >= 0) DeliverPresence(target, domain);
        else if (settings.Federates) SendRemote(from.FullJid, to, scratch.Written);
    }

    /// <summary>Hands the presence in scratch to the resources that it names.</summary>
    private void DeliverPresence(in Jid target, int domain)
    {
        int account = store.Find(target.Local);
        if (account < 0) return;
        for (Session? other = sessions[account]; other is not null; other = other.Next)
        {
            bool meant = target.Resource.IsEmpty ? other.Available : other.Resource.SequenceEqual(target.Resource);
            if (meant && other.Domain == domain) Tell(other, scratch.Written);
        }
    }
}
