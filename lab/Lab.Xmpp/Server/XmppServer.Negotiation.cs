using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

// From the first byte to the bound resource: headers, features, STARTTLS, bind (RFC 6120 sections 4.2, 4.3, 5, 7).
public sealed partial class XmppServer
{
    private const int MaxLanguageBytes = 35;

    internal void OnElement(ServerStream stream, Element element)
    {
        First first = Firsts.Of(element, Namespaces.Client);
        switch (ServerTable.Cells[(int)stream.Step, first])
        {
            case ServerMove.TakeStanza:
                if (stream.Session is { } session) OnStanza(stream, session, element);
                break;
            case ServerMove.SayCount:
                stream.Write(Traffic.Acks).Count(stream.Session!.Acks!);
                break;
            case ServerMove.TakeCount:
                if (stream.Session?.Acks is { } queue) stream.TakeCount(queue, element);
                break;
            case ServerMove.BeginTls when settings.OffersTls:
                stream.Proceed();
                break;
            case ServerMove.BeginTls or ServerMove.RefuseTls:
                stream.RefuseTls();
                break;
            case ServerMove.BeginSasl:
                OnAuth(stream, element);
                break;
            case ServerMove.ContinueSasl:
                OnResponse(stream, element);
                break;
            case ServerMove.AbortSasl:
                Refuse(stream, SaslFailure.Aborted);
                break;
            case ServerMove.Bind:
                OnBind(stream, element);
                break;
            case ServerMove.Enable:
                OnEnable(stream, stream.Session!, element);
                break;
            case ServerMove.Resume:
                OnResume(stream, element);
                break;
            case ServerMove.RefuseAcks:
                stream.Write(Traffic.Handshake).AckRefusal(StanzaError.UnexpectedRequest);
                break;
            case ServerMove.RefuseSecondEnable:
                stream.Fail(StreamErrorCondition.PolicyViolation);                                     // SM-03
                break;
            case ServerMove.TakeError:
                stream.TakeError(element);
                break;
            case ServerMove.RefuseStanza:
                stream.Fail(StreamErrorCondition.NotAuthorized);
                break;
            case ServerMove.RefuseElement:
                stream.Fail(StreamErrorCondition.UnsupportedStanzaType);
                break;
        }
    }

    internal void OnOpened(ServerStream stream, StreamHeader header)
    {
        stream.Language = header.Language is { } language ? Encoding.UTF8.GetBytes(language) : [];
        stream.Liveness.Open(Now);
        WriteFeatures(stream);
    }

    // Sections 4.7, 4.9.1.3, 4.9.3. What a header says after SASL must agree with who was authenticated (SAS-11).
    // Before TLS anybody may have written who it is from, and a host's name, which some clients send, is no account
    // (STR-15).
    internal StreamErrorCondition Judge(ServerStream stream, StreamHeader header)
    {
        if (header.Version is not { Major: >= 1 }) return StreamErrorCondition.UnsupportedVersion;
        if (string.IsNullOrEmpty(header.To)) return StreamErrorCondition.ImproperAddressing;
        byte[] to = Encoding.UTF8.GetBytes(header.To);
        if (!Jid.TryParse(to, out Jid target) || target.Local.Length + target.Resource.Length > 0)
            return StreamErrorCondition.ImproperAddressing;
        int domain = domains.Find(target.Domain);
        if (domain < 0) return domains.Missing(target.Domain);
        if (stream.Account >= 0 && domain != stream.Domain) return StreamErrorCondition.NotAuthorized;
        stream.Domain = domain;
        if (header.Language is { Length: > MaxLanguageBytes }) return StreamErrorCondition.PolicyViolation;
        if (header.From is null) return StreamErrorCondition.None;
        byte[] from = Encoding.UTF8.GetBytes(header.From);
        bool trusted = stream.Secured || stream.Account >= 0;
        if (!Jid.TryParse(from, out Jid user) || !user.Local.IsEmpty && domains.Find(user.Domain) != domain)
            return trusted ? StreamErrorCondition.InvalidFrom : StreamErrorCondition.None;
        if (user.Local.IsEmpty) return StreamErrorCondition.None;
        stream.Claimed = user.Local.ToArray();
        return stream.Account >= 0 && !Jid.SameText(user.Local, store[stream.Account].Local)
            ? StreamErrorCondition.NotAuthorized : StreamErrorCondition.None;
    }

    /// <summary>
    /// Our header: a new id each time, addressed to the bare JID that the client named (STR-05, STR-07).
    /// </summary>
    internal void WriteHeader(ServerStream stream, StreamHeader? initial)
    {
        string? from = initial?.From;
        bool named = Jid.TryParse(Encoding.UTF8.GetBytes(from ?? ""), out Jid user) && !user.Local.IsEmpty;
        string id = FormattableString.Invariant($"{streamIds.Next():x16}{streamIds.Next():x16}");
        string domain = settings.Domains[stream.Domain];
        StreamHeader header = StreamHeaders.Reply(initial, "jabber:client", domain, id, settings.Languages) with
        {
            To = named ? from!.Split('/')[0] : null,
        };
        StreamHeaders.Write(stream.Write(Traffic.Handshake), HeaderKind.ClientResponse, header);
    }

    private void WriteFeatures(ServerStream stream)
    {
        XmppWriter writer = stream.Write(Traffic.Handshake).Raw("<stream:features>"u8);
        bool secures = !stream.Secured && settings.OffersTls;
        if (secures)
            writer.Raw("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'"u8)
                .Raw(settings.RequiresTls ? "><required/></starttls>"u8 : "/>"u8);
        if (stream.Account >= 0)
        {
            writer.Raw("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"u8);
            if (acks is not null) writer.Raw("<sm xmlns='urn:xmpp:sm:3'/>"u8);
        }
        else if (MayAuthenticate(stream)) SaslMechanisms.Write(writer, OfferedTo(stream));
        writer.Raw("</stream:features>"u8);
    }

    private void OnBind(ServerStream stream, Element iq)
    {
        Element bind = iq.Child(Names.Bind, Namespaces.Bind);
        if (bind.IsNone || !iq.Attribute(Names.Type).SequenceEqual("set"u8) || iq.Attribute(Names.Id).IsEmpty)
        {
            stream.Fail(StreamErrorCondition.NotAuthorized);
            return;
        }
        Element asked = bind.Child(Names.Resource, Namespaces.Bind);
        ReadOnlySpan<byte> resource = asked.IsNone ? default : asked.Text;
        if (!asked.IsNone && !resource.IsEmpty && !Jid.IsResource(resource))
        {
            RefuseBind(stream, iq, StanzaError.BadRequest);
            return;
        }
        if (!resource.IsEmpty && FindSession(stream.Account, stream.Domain, resource) is { } old)
        {
            // Refusing protects a client that is there; a session that waits has none.
            bool replaces = settings.Conflict == ConflictPolicy.CloseOld
                || settings.Conflict == ConflictPolicy.RefuseNew && old.Stream is null;
            if (replaces) Replace(old);
            else if (settings.Conflict == ConflictPolicy.GenerateResource) resource = default;
            else
            {
                RefuseBind(stream, iq, StanzaError.Conflict);
                return;
            }
        }
        if (CountSessions(stream.Account) >= settings.MaxResources)
        {
            RefuseBind(stream, iq, StanzaError.ResourceConstraint);
            return;
        }
        Bind(stream, iq.Attribute(Names.Id), resource);
    }

    private void Bind(ServerStream stream, ReadOnlySpan<byte> id, ReadOnlySpan<byte> resource)
    {
        scratch.Clear();
        scratch.Raw(store[stream.Account].Local).Raw("@"u8).Raw(domains[stream.Domain]);
        int bare = scratch.Length;
        scratch.Raw("/"u8);
        if (resource.IsEmpty) scratch.Hex(resources.Next());
        else scratch.Raw(resource);
        var session = new Session(stream.Account, stream.Domain, scratch.Written.ToArray(), bare);
        Link(session);
        stream.Carry(session);
        stream.Write(Traffic.Handshake).Raw("<iq type='result'"u8).Attribute(Names.Id, id)
            .Raw("><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>"u8).Text(session.FullJid)
            .Raw("</jid></bind></iq>"u8);
    }

    private void RefuseBind(ServerStream stream, Element iq, StanzaError error)
    {
        stream.Write(Traffic.Handshake).Raw("<iq type='error'"u8).Attribute(Names.Id, iq.Attribute(Names.Id))
            .Raw(">"u8).Error(error).Raw("</iq>"u8);
        if (++stream.BindFailures > settings.BindRetries) stream.Fail(StreamErrorCondition.PolicyViolation);
    }

    /// <summary>Ends a session because another one takes its place.</summary>
    private void Replace(Session old)
    {
        if (old.Stream is { } stream) stream.Fail(StreamErrorCondition.Conflict, Mechanism.Replaced);
        else Retire(old);
    }
}
