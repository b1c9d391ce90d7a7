using Lab.Network;

namespace Lab.Xmpp;

// Stanzas from a client: whose they are, what the server answers itself (RFC 6120 section 8).
public sealed partial class XmppServer
{
    private void OnStanza(ServerStream stream, Session session, Element stanza)
    {
        if (stanza.TryAttribute(Names.From, out ReadOnlySpan<byte> from) && !IsOwn(session, from))
        {
            stream.Fail(StreamErrorCondition.InvalidFrom);
            return;
        }
        if (stanza.Name.SequenceEqual(Names.Message)) OnMessage(stream, session, stanza);
        else if (stanza.Name.SequenceEqual(Names.Iq)) OnIq(stream, session, stanza);
        else OnPresence(stream, session, stanza);
        session.Acks?.CountHandled();                                  // routed, stored or answered by now (SM-12)
    }

    private static bool IsOwn(Session session, ReadOnlySpan<byte> from)
    {
        if (from.SequenceEqual(session.FullJid)) return true;
        int slash = from.IndexOf((byte)'/');
        return Jid.SameText(slash < 0 ? from : from[..slash], session.BareJid)
            && (slash < 0 || from[(slash + 1)..].SequenceEqual(session.Resource));
    }

    private void OnMessage(ServerStream stream, Session session, Element message)
    {
        Letter letter = Letter.Of(message, session.FullJid, session.BareJid, Now);
        if (letter.Type != MessageType.Error)
            ObserveMessage(ActionKind.MessageAccepted, session.Account, letter.Number, stream: stream.Number);
        if (!Jid.TryParse(letter.To, out Jid target)) Bounce(letter, StanzaError.JidMalformed);
        else if (domains.Find(target.Domain) is var domain && domain < 0) OnForeign(stream, letter, message);
        else if (IsEcho(target)) OnMessageToEcho(session, letter, message);
        else
        {
            scratch.Clear();
            Restamp(scratch, message, session.FullJid, default, stream.Language);
            Route(letter, target, domain, scratch.Written);
        }
    }

    private bool IsEcho(in Jid jid) => settings.Echo && Jid.SameText(jid.Local, "echo"u8);

    private void OnMessageToEcho(Session? session, in Letter letter, Element message)
    {
        Element body = message.Child(Names.Body, message.Namespace);
        if (letter.Type == MessageType.Groupchat) Bounce(letter, StanzaError.ServiceUnavailable);
        if (letter.Type is not (MessageType.Chat or MessageType.Normal) || body.IsNone) return;
        scratch.Clear();
        scratch.Raw("<message"u8).Attribute(Names.From, letter.To).Attribute(Names.To, letter.From);
        scratch.Raw(" type='chat'"u8);
        if (letter.Number >= 0) scratch.Raw(" id='m"u8).Number(letter.Number + EchoOffset).Raw("'"u8);
        else if (!letter.Id.IsEmpty) scratch.Attribute(Names.Id, letter.Id);
        scratch.Raw(">"u8).Raw(body.Raw).Raw("</message>"u8);
        long number = letter.Number < 0 ? -1 : letter.Number + EchoOffset;
        ObserveMessage(ActionKind.MessageEchoed, session?.Account ?? -1, number, letter.Number,
            session?.StreamNumber ?? -1);
        if (session is null)
        {
            SendRemote(letter.To, letter.From, scratch.Written, number);
            return;
        }
        if (Deliver(session, scratch.Written, Traffic.Payload, Now, number)) return;
        Letter echo = new()
        {
            From = letter.To, To = session.FullJid, Type = MessageType.Chat, Number = number, First = Now,
            Storable = true,
        };
        Jid.TryParse(session.FullJid, out Jid back);
        Route(echo, back, session.Domain, scratch.Written);
    }

    private void Push(int account, long number, int bodyBytes)
    {
        scratch.Clear();
        scratch.Raw("echo@"u8).Raw(domains[0]);
        int from = scratch.Length;
        scratch.Raw(store[account].Local).Raw("@"u8).Raw(domains[0]);
        byte[] addresses = scratch.Written.ToArray();
        scratch.Clear();
        scratch.Raw("<message"u8).Attribute(Names.From, addresses.AsSpan(0, from));
        scratch.Attribute(Names.To, addresses.AsSpan(from));
        scratch.Raw(" type='chat' id='m"u8).Number(number).Raw("'><body>"u8);
        Span<byte> filler = stackalloc byte[256];
        filler.Fill((byte)'x');
        for (int left = bodyBytes; left > 0; left -= filler.Length)
            scratch.Raw(filler[..Math.Min(left, filler.Length)]);
        scratch.Raw("</body></message>"u8);
        ObserveMessage(ActionKind.MessageAccepted, -1, number);
        Letter letter = new()
        {
            From = addresses.AsSpan(0, from), To = addresses.AsSpan(from), Type = MessageType.Chat, Number = number,
            First = Now, Storable = true,
        };
        Jid.TryParse(letter.To, out Jid target);
        Route(letter, target, 0, scratch.Written);
    }

    private void OnIq(ServerStream stream, Session session, Element iq)
    {
        Element payload = iq.FirstChild;
        Letter letter = Letter.Of(iq, session.FullJid, session.BareJid, Now);
        bool asks = letter.Iq is IqType.Get or IqType.Set, one = !payload.IsNone && payload.NextSibling.IsNone;
        if (letter.Iq == IqType.Unknown || letter.Id.IsEmpty || asks && !one)
            Bounce(letter, StanzaError.BadRequest);
        else if (!Jid.TryParse(letter.To, out Jid target)) Bounce(letter, StanzaError.JidMalformed);
        else if (domains.Find(target.Domain) is var domain && domain < 0) OnForeign(stream, letter, iq);
        else if (!target.Resource.IsEmpty && !target.Local.IsEmpty)
        {
            scratch.Clear();
            Restamp(scratch, iq, session.FullJid, default, stream.Language);
            bool delivered = FindSession(store.Find(target.Local), domain, target.Resource) is { } other
                && Deliver(other, scratch.Written, Traffic.Payload, Now);
            if (!delivered) Bounce(letter, StanzaError.ServiceUnavailable);
        }
        else if (asks) Answer(session, letter, target, payload);
        else OnAnswer(stream, letter.Id);
    }

    /// <summary>
    /// A request to the server, or to an account, for which the server answers; null = from another domain.
    /// </summary>
    private void Answer(Session? session, in Letter letter, in Jid target, Element payload)
    {
        bool gets = letter.Iq == IqType.Get;
        bool own = session is not null && Jid.SameText(letter.To, session.BareJid);
        bool exists = own || target.Local.IsEmpty || IsEcho(target) || store.Find(target.Local) >= 0;
        bool info = payload.Is(Names.Query, Namespaces.DiscoInfo);
        bool discovers = exists && gets && (info || payload.Is(Names.Query, Namespaces.DiscoItems));
        if (exists && gets && payload.Is(Names.Ping, Namespaces.Ping))
            WriteAnswer(session, letter, Traffic.Ping, default);
        else if (discovers && !payload.Attribute("node"u8).IsEmpty)
            Bounce(letter, StanzaError.ItemNotFound);                  // there are no nodes here (XEP-0030 section 7)
        else if (discovers)
            WriteAnswer(session, letter, Traffic.Payload,
                !info ? NoItems : target.Local.IsEmpty ? ServerInfo : AccountInfo);
        else if (own && payload.Is(Names.Query, Namespaces.Roster)) OnRoster(session!, letter, payload);
        else if (own && !gets && payload.Is(Names.Query, Namespaces.Archive)
            && store[session!.Account].Login is { } load) OnArchiveQuery(session, letter, payload, load);
        else if (!gets && payload.Is("session"u8, Namespaces.Session))
            WriteAnswer(session, letter, Traffic.Handshake, default);
        else Bounce(letter, StanzaError.ServiceUnavailable);
    }

    // The + joins UTF-8 literals when this is compiled.
    private static ReadOnlySpan<byte> ServerInfo =>
        "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='server' type='im' name='lab'/>"u8
        + "<feature var='http://jabber.org/protocol/disco#info'/>"u8
        + "<feature var='http://jabber.org/protocol/disco#items'/>"u8
        + "<feature var='msgoffline'/><feature var='urn:xmpp:ping'/></query>"u8;

    private static ReadOnlySpan<byte> AccountInfo =>
        "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='account' type='registered'/>"u8
        + "<feature var='http://jabber.org/protocol/disco#info'/><feature var='urn:xmpp:ping'/></query>"u8;

    private static ReadOnlySpan<byte> NoItems => "<query xmlns='http://jabber.org/protocol/disco#items'/>"u8;

    private void WriteAnswer(Session? session, in Letter letter, Traffic cause, ReadOnlySpan<byte> payload)
    {
        reply.Clear();
        reply.Raw("<iq type='result'"u8).Attribute(Names.Id, letter.Id);
        if (letter.IsAddressed) reply.Attribute(Names.From, letter.To);
        reply.Attribute(Names.To, letter.From);
        if (payload.IsEmpty) reply.Raw("/>"u8);
        else reply.Raw(">"u8).Raw(payload).Raw("</iq>"u8);
        if (session is null) SendRemote(letter.To, letter.From, reply.Written);
        else Deliver(session, reply.Written, cause, Now);
    }

    internal void SendPing(ServerStream stream)
    {
        if (stream.Session is not { } session) return;
        stream.Ping = ++pings;
        reply.Clear();
        reply.Raw("<iq type='get'"u8).Attribute(Names.From, domains[session.Domain])
            .Attribute(Names.To, session.FullJid).Raw(" id='p"u8).Number(stream.Ping)
            .Raw("'><ping xmlns='urn:xmpp:ping'/></iq>"u8);
        Deliver(session, reply.Written, Traffic.Ping, Now);
        stream.TellPing();
    }

    /// <summary>A result or an error for the server: both prove that the client lives.</summary>
    private void OnAnswer(ServerStream stream, ReadOnlySpan<byte> id)
    {
        bool known = AckElements.TryNumber(id, (byte)'p', out long number) && number == stream.Ping;
        if (known && stream.Liveness.PingAnswered(Now, out Duration roundTrip))
            stream.TellPingAnswer(roundTrip);
    }
}
