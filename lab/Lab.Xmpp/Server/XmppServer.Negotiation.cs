using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

// From the first byte to the bound resource: headers, features, STARTTLS, bind (RFC 6120 sections 4.2, 4.3, 5, 7).
public sealed partial class XmppServer
{
    private const int MaxLanguageBytes = 35;

    private void Read(ServerStream stream, ReadOnlySpan<byte> bytes)
    {
        while (stream.Reads)
        {
            WireEvent read = stream.Reader.Read(ref bytes);
            // After an error of ours nothing counts but the closing tag.
            if (stream.Failed && read is WireEvent.Element or WireEvent.Whitespace) continue;
            switch (read)
            {
                case WireEvent.NeedMore:
                    if (stream.Reader.BufferedBytes > 0) stream.Liveness.Received(now, Heard.Bytes);
                    return;
                case WireEvent.Whitespace:
                    stream.Liveness.Received(now, Heard.Whitespace);
                    break;
                case WireEvent.StreamOpened:
                    OnHeader(stream, stream.Reader.Header);
                    break;
                case WireEvent.Element:
                    stream.Liveness.Received(now, Heard.Element);
                    OnElement(stream, stream.Reader.Element);
                    break;
                case WireEvent.StreamClosed:
                    OnStreamClosed(stream);
                    break;
                case WireEvent.Failed:
                    OnUnreadable(stream);
                    return;
            }
        }
    }

    private void OnElement(ServerStream stream, Element element)
    {
        ReadOnlySpan<byte> ns = element.Namespace;
        if (ns.SequenceEqual(Namespaces.Client) && Names.IsStanza(element.Name))
        {
            if (stream.Session is { } session) OnStanza(stream, session, element);
            else if (stream.Account >= 0 && element.Name.SequenceEqual(Names.Iq)) OnBind(stream, element);
            else Fail(stream, StreamErrorCondition.NotAuthorized);
        }
        else if (ns.SequenceEqual(Namespaces.Acks)) OnAckElement(stream, element);
        else if (ns.SequenceEqual(Namespaces.Tls) && element.Name.SequenceEqual(Names.StartTls)) OnStartTls(stream);
        else if (ns.SequenceEqual(Namespaces.Sasl) && stream.Account < 0) OnSasl(stream, element);
        else if (element.Is(Names.Error, Namespaces.Streams)) OnPeerError(stream, element);
        else Fail(stream, StreamErrorCondition.UnsupportedStanzaType);
    }

    /// <summary>What cannot be read ends the stream; a header at fault is answered with one of ours first
    /// (ERR-02).</summary>
    private void OnUnreadable(ServerStream stream)
    {
        if (stream.Phase == StreamPhase.Opening)
        {
            WriteHeader(stream, stream.Reader.HasHeader ? stream.Reader.Header : null);
            stream.Phase = StreamPhase.Negotiating;
        }
        StreamErrorCondition error = stream.Reader.Error;
        bool tooBig = error == StreamErrorCondition.PolicyViolation;
        Fail(stream, error, detail: tooBig ? "<stanza-too-big xmlns='urn:xmpp:errors'/>"u8 : default);
        stream.Deaf = true;
    }

    private void OnHeader(ServerStream stream, StreamHeader header)
    {
        StreamErrorCondition problem = Judge(stream, header);
        WriteHeader(stream, header);
        stream.Phase = StreamPhase.Negotiating;
        if (problem != StreamErrorCondition.None)
        {
            Fail(stream, problem);
            return;
        }
        stream.Language = header.Language is { } language ? Encoding.UTF8.GetBytes(language) : [];
        stream.Liveness.Open(now);
        WriteFeatures(stream);
    }

    // Sections 4.7, 4.9.1.3, 4.9.3. What a header says after SASL must agree with who was authenticated (SAS-11).
    private StreamErrorCondition Judge(ServerStream stream, StreamHeader header)
    {
        if (header.ContentNamespace != "jabber:client") return StreamErrorCondition.InvalidNamespace;
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
        if (!Jid.TryParse(from, out Jid user) || user.Local.IsEmpty || domains.Find(user.Domain) != domain)
            return StreamErrorCondition.InvalidFrom;
        stream.Claimed = user.Local.ToArray();
        return stream.Account >= 0 && !Jid.SameText(user.Local, store[stream.Account].Local)
            ? StreamErrorCondition.NotAuthorized : StreamErrorCondition.None;
    }

    /// <summary>Our header: a new id each time, addressed to the bare JID that the client named (STR-05,
    /// STR-07).</summary>
    private void WriteHeader(ServerStream stream, StreamHeader? initial)
    {
        string? from = initial?.From;
        bool named = Jid.TryParse(Encoding.UTF8.GetBytes(from ?? ""), out Jid user) && !user.Local.IsEmpty;
        string id = FormattableString.Invariant($"{streamIds.Next():x16}{streamIds.Next():x16}");
        string domain = settings.Domains[stream.Domain];
        StreamHeader header = StreamHeaders.Reply(initial, "jabber:client", domain, id, settings.Languages) with
        {
            To = named ? from!.Split('/')[0] : null,
        };
        StreamHeaders.Write(Write(stream, Traffic.Handshake), HeaderKind.ClientResponse, header);
    }

    private static void WriteError(XmppWriter writer, StreamErrorCondition condition, ReadOnlySpan<byte> detail) =>
        writer.Raw("<stream:error><"u8).Raw(StreamErrors.Name(condition)).Attribute("xmlns"u8, Namespaces.StreamErrors)
            .Raw("/>"u8).Raw(detail).Raw("</stream:error>"u8).Raw(StreamHeaders.Close);

    /// <summary>After TLS and SASL: the next byte begins a new stream, nothing said before counts (STR-13).</summary>
    private static void Reopen(ServerStream stream)
    {
        stream.Phase = StreamPhase.Opening;
        stream.Language = stream.Claimed = [];
        stream.Reader.Restart();
    }

    private void WriteFeatures(ServerStream stream)
    {
        XmppWriter writer = Write(stream, Traffic.Handshake).Raw("<stream:features>"u8);
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

    private void OnStartTls(ServerStream stream)
    {
        if (stream.Phase != StreamPhase.Negotiating || stream.Secured || stream.Account >= 0 || !settings.OffersTls)
        {
            if (!stream.Writes) return;
            Write(stream, Traffic.Handshake).Raw("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8)
                .Raw(StreamHeaders.Close);
            End(stream, Claim.None, Mechanism.ProtocolError, StreamErrorCondition.None, Fate.Retire);
            CloseTransport(stream);
            return;
        }
        Write(stream, Traffic.Handshake).Raw("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8);
        Add(new XmppAction(ActionKind.StartTls, stream.Number));
        stream.Liveness.Hold();
        stream.Sasl = null;
        stream.Phase = StreamPhase.Securing;                   // what came behind starttls is not ours to read (TLS-05)
    }

    private void OnBind(ServerStream stream, Element iq)
    {
        Element bind = iq.Child(Names.Bind, Namespaces.Bind);
        if (bind.IsNone || !iq.Attribute(Names.Type).SequenceEqual("set"u8) || iq.Attribute(Names.Id).IsEmpty)
        {
            Fail(stream, StreamErrorCondition.NotAuthorized);
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
        Attach(session, stream);
        Write(stream, Traffic.Handshake).Raw("<iq type='result'"u8).Attribute(Names.Id, id)
            .Raw("><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>"u8).Text(session.FullJid)
            .Raw("</jid></bind></iq>"u8);
    }

    /// <summary>The stream carries the session from now on; stanzas may flow.</summary>
    private void Attach(Session session, ServerStream stream)
    {
        session.Stream = stream;
        session.StreamNumber = stream.Number;
        stream.Session = session;
        stream.Phase = StreamPhase.Established;
        stream.PhaseEnd = Instant.Never;
        stream.Liveness.Establish(now);
    }

    private void RefuseBind(ServerStream stream, Element iq, StanzaError error)
    {
        Write(stream, Traffic.Handshake).Raw("<iq type='error'"u8).Attribute(Names.Id, iq.Attribute(Names.Id))
            .Raw(">"u8).Error(error).Raw("</iq>"u8);
        if (++stream.BindFailures > settings.BindRetries) Fail(stream, StreamErrorCondition.PolicyViolation);
    }

    /// <summary>Ends a session because another one takes its place.</summary>
    private void Replace(Session old)
    {
        if (old.Stream is { } stream) Fail(stream, StreamErrorCondition.Conflict, Mechanism.Replaced);
        else Retire(old);
    }
}
