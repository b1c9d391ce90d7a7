using Lab.Network;

namespace Lab.Xmpp;

// Where a stanza goes: RFC 6120 section 10, RFC 6121 section 8.5, XEP-0160. The table is in lab/MODELS.md.
public sealed partial class XmppServer
{
    /// <summary>Delivers, stores or returns a message for a served domain; the stanza is its final text.</summary>
    private void Route(in Letter letter, in Jid target, int domain, ReadOnlySpan<byte> stanza)
    {
        int account = target.Local.IsEmpty ? -1 : store.Find(target.Local);
        if (account < 0)
        {
            if (letter.Type != MessageType.Headline) Bounce(letter, StanzaError.ServiceUnavailable);
            return;
        }
        if (!target.Resource.IsEmpty)
        {
            if (FindSession(account, domain, target.Resource) is { } exact
                && Deliver(exact, stanza, Traffic.Payload, letter.First, NumberToKeep(letter))) return;
            bool returned = letter.Type is MessageType.Normal or MessageType.Groupchat;
            if (returned) Bounce(letter, StanzaError.ServiceUnavailable);
            if (letter.Type != MessageType.Chat) return;
        }
        else if (letter.Type == MessageType.Groupchat) Bounce(letter, StanzaError.ServiceUnavailable);
        else if (letter.Type == MessageType.Headline) DeliverToAll(letter, account, domain, stanza);
        if (letter.Type is not (MessageType.Chat or MessageType.Normal)) return;
        while (MostAvailable(account, domain) is { } best)
            if (Deliver(best, stanza, Traffic.Payload, letter.First, letter.Number)) return;
        Store(letter, account, domain, stanza);
    }

    private static long NumberToKeep(in Letter letter) => letter.Type == MessageType.Error ? -1 : letter.Number;

    /// <summary>
    /// Hands a stanza to a session: onto its stream, into its queue, or both. False: it is no target.
    /// </summary>
    private bool Deliver(Session target, ReadOnlySpan<byte> stanza, Traffic cause, Instant first, long number = -1)
    {
        if (target.Withdrawn) return false;
        if (target.Acks is { } queue)
        {
            if (target.Stream is null && queue.IsFull)
            {
                Retire(target);
                return false;
            }
            queue.Push(first, number, stanza);
            if (settings.TellsKept)
                ObserveMessage(ActionKind.MessageKept, target.Account, number, target.Stream is null ? 1 : 0);
        }
        if (number >= 0 && store[target.Account].IsShared)
            ObserveMessage(ActionKind.MessageHanded, target.Account, number, stream: target.StreamNumber);
        if (target.Stream is not { Writes: true } stream) return true;
        stream.Write(cause).Raw(stanza);
        if (target.Acks is not null) stream.Liveness.SentStanza(Now);
        return true;
    }

    private void DeliverToAll(in Letter letter, int account, int domain, ReadOnlySpan<byte> stanza)
    {
        for (Session? session = sessions[account]; session is not null; session = session.Next)
            if (session is { Available: true, Priority: >= 0 } && session.Domain == domain)
                Deliver(session, stanza, Traffic.Payload, letter.First, letter.Number);
    }

    /// <summary>The highest priority that is not negative; among equals the one that became available last.</summary>
    private Session? MostAvailable(int account, int domain)
    {
        Session? best = null;
        for (Session? session = sessions[account]; session is not null; session = session.Next)
        {
            if (!session.Available || session.Priority < 0 || session.Domain != domain) continue;
            bool equal = best is not null && session.Priority == best.Priority;
            if (best is null || session.Priority > best.Priority || equal && session.Since > best.Since) best = session;
        }
        return best;
    }

    private void Store(in Letter letter, int account, int domain, ReadOnlySpan<byte> stanza)
    {
        if (!letter.Storable) return;
        StoredAccount recipient = store[account];
        if (recipient.Offline.Count >= settings.OfflineMessages)
        {
            Bounce(letter, StanzaError.ServiceUnavailable);
            return;
        }
        reply.Clear();
        reply.Stamped(stanza, domains[domain], letter.First);
        recipient.Offline.Add(new OfflineMessage(reply.Written.ToArray(), letter.Number, domain, letter.First));
        ObserveMessage(ActionKind.MessageStored, account, letter.Number);
    }

    private void DeliverOffline(Session session)
    {
        List<OfflineMessage> waiting = store[session.Account].Offline;
        if (waiting.Count == 0) return;
        foreach (OfflineMessage message in waiting)
        {
            if (message.Domain != session.Domain) continue;
            Deliver(session, message.Stanza, Traffic.Payload, message.FirstAttempt, message.Number);
        }
        waiting.RemoveAll(message => message.Domain == session.Domain);
    }

    /// <summary>
    /// Returns a stanza as an error, addresses swapped; never answers an error (RFC 6120 section 8.3.1).
    /// </summary>
    private void Bounce(in Letter letter, StanzaError error)
    {
        if (letter.Type == MessageType.Error || BounceRemote(letter, error)) return;
        bool local = Jid.TryParse(letter.From, out Jid from) && !from.Local.IsEmpty && !IsEcho(from);
        int account = local ? store.Find(from.Local) : -1;
        Session? sender = account < 0 ? null : FindSession(account, domains.Find(from.Domain), from.Resource);
        ObserveMessage(ActionKind.MessageBounced, account, letter.Number, stream: sender?.StreamNumber ?? -1);
        if (sender is null) return;
        WriteBounce(letter, Jid.TryParse(letter.To, out _) ? letter.To : domains[sender.Domain], error);
        Deliver(sender, reply.Written, Traffic.Payload, Now);
    }

    private void WriteBounce(in Letter letter, ReadOnlySpan<byte> from, StanzaError error)
    {
        reply.Clear();
        bool iq = letter.Iq != IqType.NoIq;
        reply.Raw(iq ? "<iq"u8 : "<message"u8).Raw(" type='error'"u8).Attribute(Names.From, from)
            .Attribute(Names.To, letter.From);
        if (!letter.Id.IsEmpty) reply.Attribute(Names.Id, letter.Id);
        reply.Raw(">"u8).Error(error).Raw(iq ? "</iq>"u8 : "</message>"u8);
    }

    /// <summary>
    /// The rest of a session that is gone: others hear that it is unavailable, and what it did not acknowledge is
    /// treated as sent to an unavailable resource, with the moment of the first attempt (SM-24).
    /// </summary>
    private void WindUp(Session session)
    {
        if (session.Farewell)
        {
            session.Farewell = false;
            SayUnavailable(session);
        }
        if (!session.Retired || session.Acks is not { } queue) return;
        foreach (UnackedStanza stanza in queue)
        {
            if (stanza.Number == AckQueue.OfLogin) continue;
            ReadOnlySpan<byte> text = stanza.Bytes;
            if (rereader.Read(ref text) != WireEvent.Element)
                throw new InvalidOperationException($"{stanza.Bytes.Length} queued bytes are not one stanza");
            Redirect(session, rereader.Element, stanza);
        }
        rereader.Release();
        queue.Release();
    }

    private void Redirect(Session gone, Element element, in UnackedStanza stanza)
    {
        Letter letter = Letter.Of(element, element.Attribute(Names.From), gone.FullJid, stanza.FirstSent);
        if (element.Name.SequenceEqual(Names.Iq))
        {
            Bounce(letter, StanzaError.ServiceUnavailable);
            return;
        }
        bool message = element.Name.SequenceEqual(Names.Message) && letter.Type != MessageType.Error;
        if (message && Jid.TryParse(letter.To, out Jid target))
        {
            scratch.Clear();
            scratch.Stamped(stanza.Bytes, domains[gone.Domain], stanza.FirstSent);
            Route(letter, target, gone.Domain, scratch.Written);
        }
    }

    /// <summary>
    /// Copies a stanza as it was received, with <paramref name="from"/> as its sender, <paramref name="to"/> unless
    /// empty as its recipient, and xml:lang where it has none. Prefixes declared on the stream header are not carried
    /// over.
    /// </summary>
    private static void Restamp(
        XmppWriter writer, Element stanza, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, ReadOnlySpan<byte> language)
    {
        writer.Raw("<"u8).Raw(stanza.Name).Attribute(Names.From, from);
        if (!to.IsEmpty) writer.Attribute(Names.To, to);
        ReadOnlySpan<byte> tag = stanza.Raw[(1 + stanza.Name.Length)..];
        bool speaks = false;
        while (TryAttribute(ref tag, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> whole))
        {
            if (name.SequenceEqual(Names.From) || name.SequenceEqual("xmlns"u8)) continue;
            if (name.SequenceEqual(Names.To) && !to.IsEmpty) continue;
            speaks |= name.SequenceEqual("xml:lang"u8);
            writer.Raw(" "u8).Raw(whole);
        }
        if (!speaks && !language.IsEmpty) writer.Attribute("xml:lang"u8, language);
        writer.Raw(">"u8).Raw(stanza.RawContent).Raw("</"u8).Raw(stanza.Name).Raw(">"u8);
    }

    /// <summary>Takes the next attribute off a start tag that is known to be well-formed.</summary>
    private static bool TryAttribute(
        ref ReadOnlySpan<byte> tag, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> whole)
    {
        name = whole = default;
        int start = tag.IndexOfAnyExcept(" \t\r\n"u8);
        if (tag[start] is (byte)'>' or (byte)'/') return false;
        tag = tag[start..];
        int equals = tag.IndexOf((byte)'=');
        int open = equals + 1 + tag[(equals + 1)..].IndexOfAny((byte)'\'', (byte)'"');
        int close = open + 1 + tag[(open + 1)..].IndexOf(tag[open]);
        name = tag[..equals].TrimEnd(" \t\r\n"u8);
        whole = tag[..(close + 1)];
        tag = tag[(close + 1)..];
        return true;
    }

    private Session? FindSession(int account, int domain, ReadOnlySpan<byte> resource)
    {
        if (account < 0) return null;
        for (Session? session = sessions[account]; session is not null; session = session.Next)
            if (session.Domain == domain && session.Resource.SequenceEqual(resource)) return session;
        return null;
    }

    private Session? FindSession(int account, int domain, UInt128 ackId)
    {
        for (Session? session = sessions[account]; session is not null; session = session.Next)
            if (session.Domain == domain && session.AckId != 0 && session.AckId == ackId) return session;
        return null;
    }

    private int CountSessions(int account)
    {
        int count = 0;
        for (Session? session = sessions[account]; session is not null; session = session.Next) count++;
        return count;
    }

    private void Link(Session session)
    {
        ref Session? place = ref sessions[session.Account];
        while (place is not null) place = ref place.Next;
        place = session;
    }

    private void Unlink(Session session)
    {
        ref Session? place = ref sessions[session.Account];
        while (place != session) place = ref place!.Next;
        place = session.Next;                          // its own Next stays, for whoever walks the list just now
    }
}
