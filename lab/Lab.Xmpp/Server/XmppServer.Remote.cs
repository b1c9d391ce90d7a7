using Lab.Network;

namespace Lab.Xmpp;

// Stanzas to and from other domains (RFC 6120 section 10.4, RFC 6121 section 8.5). The streams that carry them are
// Federation's.
public sealed partial class XmppServer
{
    // Sender and recipient lie back to back in remoteText.
    private readonly record struct RemoteText(int Start, int Sender, int Recipient);

    private readonly Queue<RemoteText> remotes = new();
    private readonly XmppWriter remoteText;
    private RemoteText remote;

    /// <summary>The sender of the Remote action's stanza.</summary>
    public ReadOnlySpan<byte> RemoteSender => remoteText.Written.Slice(remote.Start, remote.Sender);

    /// <summary>The recipient of the Remote action's stanza.</summary>
    public ReadOnlySpan<byte> RemoteRecipient =>
        remoteText.Written.Slice(remote.Start + remote.Sender, remote.Recipient);

    /// <summary>A stanza for a served domain came from another one, whose identity is proven. One that does not stand
    /// by itself, or is for another domain, is passed over.</summary>
    public void ReceiveRemote(Instant now, ReadOnlySpan<byte> stanza)
    {
        Begin(now);
        if (TryReread(stanza, out Element element))
        {
            ReadOnlySpan<byte> from = element.Attribute(Names.From), to = element.Attribute(Names.To);
            bool addressed = Jid.TryParse(from, out Jid sender) & Jid.TryParse(to, out Jid target);
            if (addressed && domains.Find(sender.Domain) < 0 && domains.Find(target.Domain) is >= 0 and var domain)
                OnRemote(element, from, target, domain);
        }
        rereader.Release();
        Finish();
    }

    /// <summary>
    /// A stanza from here could not be delivered to another domain: its sender gets it back as an error.
    /// </summary>
    public void ReturnRemote(Instant now, ReadOnlySpan<byte> stanza, StanzaError error)
    {
        Begin(now);
        if (TryReread(stanza, out Element element))
        {
            ReadOnlySpan<byte> from = element.Attribute(Names.From);
            int domain = Jid.TryParse(from, out Jid sender) ? domains.Find(sender.Domain) : -1;
            if (domain >= 0 && element.Name.SequenceEqual(Names.Presence))
                ReturnPresence(element, sender, domain, error);
            else if (domain >= 0) Bounce(Letter.Of(element, from, default, now), error);
        }
        rereader.Release();
        Finish();
    }

    private void OnRemote(Element stanza, ReadOnlySpan<byte> from, in Jid target, int domain)
    {
        scratch.Clear();
        Restamp(scratch, stanza, from, default, default);
        Letter letter = Letter.Of(stanza, from, default, Now);
        if (stanza.Name.SequenceEqual(Names.Message))
        {
            if (letter.Type != MessageType.Error)
                ObserveMessage(ActionKind.MessageAccepted, -1, letter.Number);
            if (IsEcho(target)) OnMessageToEcho(null, letter, stanza);
            else Route(letter, target, domain, scratch.Written);
        }
        else if (stanza.Name.SequenceEqual(Names.Iq)) OnRemoteIq(stanza, letter, target, domain);
        else OnRemotePresence(stanza, from, target, domain);
    }

    private void OnRemoteIq(Element iq, in Letter letter, in Jid target, int domain)
    {
        bool asks = letter.Iq is IqType.Get or IqType.Set;
        Element payload = iq.FirstChild;
        if (letter.Id.IsEmpty || asks && (payload.IsNone || !payload.NextSibling.IsNone))
            Bounce(letter, StanzaError.BadRequest);
        else if (!target.Resource.IsEmpty && !target.Local.IsEmpty)
        {
            bool delivered = FindSession(store.Find(target.Local), domain, target.Resource) is { } session
                && Deliver(session, scratch.Written, Traffic.Payload, Now);
            if (!delivered) Bounce(letter, StanzaError.ServiceUnavailable);
        }
        else if (asks) Answer(null, letter, target, payload);
    }

    private void OnForeign(ServerStream stream, in Letter letter, Element stanza)
    {
        if (!settings.Federates)
        {
            Bounce(letter, StanzaError.RemoteServerNotFound);
            return;
        }
        scratch.Clear();
        Restamp(scratch, stanza, letter.From, default, stream.Language);
        SendRemote(letter.From, letter.To, scratch.Written, letter.Number);
    }

    /// <summary>Returns a stanza to another domain as an error (RTE-06); false when its sender is local.</summary>
    private bool BounceRemote(in Letter letter, StanzaError error)
    {
        if (!settings.Federates || !Jid.TryParse(letter.From, out Jid from) || domains.Find(from.Domain) >= 0)
            return false;
        ObserveMessage(ActionKind.MessageBounced, -1, letter.Number);
        WriteBounce(letter, letter.To, error);
        SendRemote(letter.To, letter.From, reply.Written);
        return true;
    }

    private void SendRemote(
        ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, ReadOnlySpan<byte> stanza, long number = -1)
    {
        remotes.Enqueue(new RemoteText(remoteText.Length, from.Length, to.Length));
        remoteText.Raw(from).Raw(to);
        machine.Add(new XmppAction(ActionKind.Remote, A: number), stanza);
    }

    private void ForgetRemotes()
    {
        if (remoteText.Length == 0) return;
        remoteText.Release();
        remotes.Clear();
        remote = default;
    }

    private bool TryReread(ReadOnlySpan<byte> stanza, out Element element)
    {
        bool read = rereader.Read(ref stanza) == WireEvent.Element;
        if (!read) BeginRereading();
        element = read ? rereader.Element : default;
        return read;
    }

    /// <summary>Makes the reader ready for stanzas that stand by themselves.</summary>
    private void BeginRereading()
    {
        rereader.Restart();
        ReadOnlySpan<byte> header =
            "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"u8;
        if (rereader.Read(ref header) != WireEvent.StreamOpened)
            throw new InvalidOperationException($"a plain header was refused: {rereader.Error}");
        rereader.Release();
    }
}
