using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

// From the first byte to an authenticated stream, both sides: headers, features, STARTTLS, SASL EXTERNAL, bidi
// (RFC 6120 sections 4.2, 4.3, 4.7, 5, 6; XEP-0178; XEP-0288).
public sealed partial class Federation
{
    private void Read(FederationStream stream, ReadOnlySpan<byte> bytes)
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
                    if (stream.Outbound) OnResponseHeader(stream, stream.Reader.Header);
                    else OnInitialHeader(stream, stream.Reader.Header);
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

    private void OnElement(FederationStream stream, Element element)
    {
        ReadOnlySpan<byte> ns = element.Namespace;
        if (ns.SequenceEqual(Namespaces.Server) && Names.IsStanza(element.Name)) OnStanza(stream, element);
        else if (ns.SequenceEqual(Namespaces.Dialback)) OnDialback(stream, element);
        else if (ns.SequenceEqual(Namespaces.Acks)) OnAckElement(stream, element);
        else if (element.Is(Names.Features, Namespaces.Streams) && stream.Outbound) OnFeatures(stream, element);
        else if (ns.SequenceEqual(Namespaces.Tls)) OnTls(stream, element);
        else if (ns.SequenceEqual(Namespaces.Sasl)) OnSasl(stream, element);
        else if (element.Is("bidi"u8, Namespaces.Bidi) && !stream.Outbound)
            stream.Bidi = stream.Settings.Bidi && MayAuthenticate(stream) && !stream.Ready;
        else if (element.Is(Names.Error, Namespaces.Streams)) OnPeerError(stream, element);
        else Fail(stream, StreamErrorCondition.UnsupportedStanzaType);
    }

    private void OnUnreadable(FederationStream stream)
    {
        if (stream.Phase == FederationPhase.Opening && !stream.Outbound)
        {
            WriteResponseHeader(stream, stream.Reader.HasHeader ? stream.Reader.Header : null);
            stream.Phase = FederationPhase.Negotiating;
        }
        StreamErrorCondition error = stream.Reader.Error;
        bool tooBig = error == StreamErrorCondition.PolicyViolation;
        Fail(stream, error, detail: tooBig ? "<stanza-too-big xmlns='urn:xmpp:errors'/>"u8 : default);
        stream.Deaf = true;
    }

    // from always: a server is a public entity, and dialback needs it.
    private void WriteInitialHeader(FederationStream stream)
    {
        HeaderKind kind = stream.Secured ? HeaderKind.ServerInitialSecure : HeaderKind.ServerInitial;
        StreamHeaders.Write(Write(stream, Traffic.Handshake), kind, new StreamHeader
        {
            From = settings.Domains[stream.Local], To = stream.To, Language = settings.Languages[0],
            Version = StreamVersion.V10, ContentNamespace = "jabber:server", DeclaresDialback = true,
        });
    }

    private void WriteResponseHeader(FederationStream stream, StreamHeader? initial)
    {
        stream.Id = NewId();
        StreamHeader header = StreamHeaders.Reply(initial, "jabber:server", names[stream.Local], stream.Id,
            settings.Languages, declaresDialback: true);
        StreamHeaders.Write(Write(stream, Traffic.Handshake), HeaderKind.ServerResponse, header);
    }

    private void OnInitialHeader(FederationStream stream, StreamHeader header)
    {
        StreamErrorCondition problem = Judge(stream, header);
        WriteResponseHeader(stream, header);
        stream.Phase = FederationPhase.Negotiating;
        if (problem != StreamErrorCondition.None)
        {
            Fail(stream, problem);
            return;
        }
        stream.Liveness = new Liveness(ChecksOf(stream.Settings) with { Acks = AcksFor(stream.Settings) });
        stream.Liveness.Open(now);
        if (header.Version is { Major: >= 1 }) WriteFeatures(stream);
        if (stream.Authenticated) Establish(stream, new DomainPair(stream, stream.Local, stream.Remote, stream.From!));
    }

    // Sections 4.7, 4.9.1.3, 4.9.3; of what it answers, MODELS.md has the table.
    private StreamErrorCondition Judge(FederationStream stream, StreamHeader header)
    {
        if (header.ContentNamespace != "jabber:server") return StreamErrorCondition.InvalidNamespace;
        if (!TryDomain(header.To, out byte[] to)) return StreamErrorCondition.ImproperAddressing;
        int local = hosts.Find(to);
        if (local < 0) return domains.Missing(to);
        stream.Local = local;
        bool moved = stream.To is not null && Text(to) != stream.To;
        stream.To = Text(to);
        if (string.IsNullOrEmpty(header.From))
        {
            bool needed = stream.Authenticated || stream.Secured && !settings.AcceptsMissingFrom;
            return needed || moved ? StreamErrorCondition.ImproperAddressing : StreamErrorCondition.None;
        }
        if (!TryDomain(header.From, out byte[] from)) return StreamErrorCondition.ImproperAddressing;
        if (domains.Find(from) >= 0) return StreamErrorCondition.InvalidFrom;
        moved |= stream.From is not null && Text(from) != stream.From;
        stream.From = Text(from);
        stream.Remote = from;
        stream.Settings = SettingsOf(stream.From);
        return moved ? StreamErrorCondition.ImproperAddressing : StreamErrorCondition.None;
    }

    private static bool TryDomain(string? text, out byte[] domain)
    {
        domain = Encoding.UTF8.GetBytes(text ?? "");
        return Jid.TryParse(domain, out Jid jid) && jid.Local.Length + jid.Resource.Length == 0;
    }

    private void OnResponseHeader(FederationStream stream, StreamHeader header)
    {
        bool addressed = string.IsNullOrEmpty(header.To)
            || TryDomain(header.To, out byte[] to) && Jid.SameText(to, domains[stream.Local]);
        stream.Phase = FederationPhase.Negotiating;
        if (header.ContentNamespace != "jabber:server") Fail(stream, StreamErrorCondition.InvalidNamespace);
        else if (!addressed) Fail(stream, StreamErrorCondition.ImproperAddressing);
        else if (string.IsNullOrEmpty(header.Id)) Fail(stream, StreamErrorCondition.BadFormat);
        else
        {
            stream.Id = header.Id;
            stream.Liveness.Open(now);
            if (header.Version is { Major: >= 1 }) return;
            stream.OffersDialback = header.DeclaresDialback;          // before 1.0 there are no features (STR-11)
            Authenticate(stream, external: false);
        }
    }

    private bool MayAuthenticate(FederationStream stream) =>
        stream.Secured || stream.Settings.Tls != FederationTls.Required;

    /// <summary>Towards a domain that is only vouched for nobody becomes anybody.</summary>
    private bool IsForUs(FederationStream stream) => stream.Local < settings.Domains.Count;

    private bool TakesCertificates(FederationStream stream) =>
        stream.Settings.Auth == FederationAuth.External && IsForUs(stream);

    private static bool Certifies(FederationStream stream, ReadOnlySpan<byte> domain)
    {
        foreach (string name in stream.Certified)
            if (Jid.SameText(Encoding.UTF8.GetBytes(name), domain)) return true;
        return false;
    }

    private void WriteFeatures(FederationStream stream)
    {
        RemoteSettings own = stream.Settings;
        XmppWriter writer = Write(stream, Traffic.Handshake).Raw("<stream:features>"u8);
        if (!stream.Secured && own.Tls != FederationTls.None)
            writer.Raw("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'"u8)
                .Raw(own.Tls == FederationTls.Required ? "><required/></starttls>"u8 : "/>"u8);
        if (MayAuthenticate(stream))
        {
            if (!stream.Authenticated && TakesCertificates(stream) && Certifies(stream, stream.Remote))
                SaslMechanisms.Write(writer, [SaslMechanism.External]);
            if (own.Auth == FederationAuth.Dialback)
                writer.Raw("<dialback xmlns='urn:xmpp:features:dialback'"u8)
                    .Raw(settings.DialbackErrors ? "><errors/></dialback>"u8 : "/>"u8);
            if (own.Bidi && !stream.Authenticated) writer.Raw("<bidi xmlns='urn:xmpp:features:bidi'/>"u8);
            if (AcksFor(own) is not null) writer.Raw("<sm xmlns='urn:xmpp:sm:3'/>"u8);
        }
        writer.Raw("</stream:features>"u8);
    }

    private void OnFeatures(FederationStream stream, Element features)
    {
        if (stream.Phase != FederationPhase.Negotiating || stream.Negotiated) return;
        stream.OffersDialback = !features.Child("dialback"u8, Namespaces.DialbackFeature).IsNone;
        stream.OffersBidi = !features.Child("bidi"u8, Namespaces.BidiFeature).IsNone;
        stream.OffersAcks = !features.Child(Names.AckFeature, Namespaces.Acks).IsNone;
        Element tls = features.Child(Names.StartTls, Namespaces.Tls);
        if (!stream.Secured && !tls.IsNone && stream.Settings.Tls != FederationTls.None)
        {
            Write(stream, Traffic.Handshake).Raw("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8);
            stream.Liveness.Hold();
            stream.TlsAsked = true;
        }
        else if (!stream.Secured && !tls.Child(Names.Required, Namespaces.Tls).IsNone)
            Fail(stream, StreamErrorCondition.UnsupportedFeature);
        else
        {
            Element offer = features.Child(Names.Mechanisms, Namespaces.Sasl);
            Authenticate(stream, !offer.IsNone && SaslMechanisms.Read(offer).Contains(SaslMechanism.External));
        }
    }

    /// <summary>Nothing is left but to say who we are.</summary>
    private void Authenticate(FederationStream stream, bool external)
    {
        bool certificates = stream.Settings.Auth == FederationAuth.External;
        if (!MayAuthenticate(stream)) Fail(stream, StreamErrorCondition.PolicyViolation);
        else if (stream.VerifyOnly || stream.Authenticated) OnNegotiated(stream);
        else if (certificates && !(external && stream.Secured && Certifies(stream, stream.Remote)))
            CloseStream(stream, Claim.None, Mechanism.ProtocolError);          // neither side could know the other
        else if (!certificates && !stream.OffersDialback)
            CloseStream(stream, Claim.None, Mechanism.ProtocolError);
        else
        {
            if (stream.Settings.Bidi && stream.OffersBidi)
            {
                Write(stream, Traffic.Handshake).Raw("<bidi xmlns='urn:xmpp:bidi'/>"u8);
                stream.Bidi = true;
            }
            if (!certificates)
            {
                OnNegotiated(stream);
                return;
            }
            stream.Liveness.Hold();
            XmppWriter writer = Write(stream, Traffic.Handshake);
            writer.Raw("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>"u8);
            SaslData.Write(writer, domains[stream.Local]);
            writer.Raw("</auth>"u8);
        }
    }

    private void OnTls(FederationStream stream, Element element)
    {
        ReadOnlySpan<byte> name = element.Name;
        bool possible = stream.Phase == FederationPhase.Negotiating && !stream.Secured;
        if (stream.Outbound && stream.TlsAsked && possible && name.SequenceEqual(Names.Proceed))
            Secure(stream);
        else if (stream.Outbound && name.SequenceEqual(Names.Failure))
            CloseStream(stream, Claim.None, Mechanism.TlsFailure);
        else if (stream.Outbound || !name.SequenceEqual(Names.StartTls))
            Fail(stream, StreamErrorCondition.UnsupportedStanzaType);
        else if (possible && stream.Settings.Tls != FederationTls.None && stream.Pairs.Count == 0)
        {
            Write(stream, Traffic.Handshake).Raw("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8);
            Secure(stream);
        }
        else
        {
            if (stream.Writes)
                Write(stream, Traffic.Handshake).Raw("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8)
                    .Raw(StreamHeaders.Close);
            End(stream, Claim.None, Mechanism.ProtocolError, StreamErrorCondition.None);
            CloseTransport(stream);
        }
    }

    private void Secure(FederationStream stream)
    {
        Add(new XmppAction(ActionKind.StartTls, stream.Number));
        stream.Liveness.Hold();
        stream.Bidi = false;
        stream.Phase = FederationPhase.Securing;                       // what came behind is not ours to read (TLS-05)
    }

    /// <summary>After TLS and SASL the next byte begins a new stream; nothing said before counts (STR-13).</summary>
    private void Reopen(FederationStream stream)
    {
        stream.Phase = FederationPhase.Opening;
        stream.Id = "";
        stream.Reader.Restart();
        if (stream.Outbound) WriteInitialHeader(stream);
        else stream.Remote = [];
    }

    private void OnSasl(FederationStream stream, Element element)
    {
        if (stream.Phase != FederationPhase.Negotiating) return;
        ReadOnlySpan<byte> name = element.Name;
        if (stream.Outbound)
        {
            if (name.SequenceEqual(Names.Success) && stream.Settings.Auth == FederationAuth.External)
            {
                stream.Authenticated = true;
                Reopen(stream);
            }
            else CloseStream(stream, Claim.None, Mechanism.ProtocolError);
        }
        else if (name.SequenceEqual(Names.Auth) && !stream.Authenticated) OnAuth(stream, element);
        else Fail(stream, StreamErrorCondition.NotAuthorized);
    }

    private void OnAuth(FederationStream stream, Element auth)
    {
        stream.Liveness.Hold();
        bool known = auth.Attribute("mechanism"u8).SequenceEqual("EXTERNAL"u8);
        bool offered = stream.Secured && TakesCertificates(stream);
        if (!known || !offered) Refuse(stream, SaslFailure.InvalidMechanism);
        else if (!SaslData.TryRead(auth.Text, out byte[]? data)) Refuse(stream, SaslFailure.IncorrectEncoding);
        else if (data is { Length: > 0 } identity && !Jid.SameText(identity, stream.Remote))
            Refuse(stream, SaslFailure.InvalidAuthzid);
        else if (!Certifies(stream, stream.Remote)) Refuse(stream, SaslFailure.NotAuthorized);
        else if (IsOneTooMany(stream, stream.Local, stream.Remote)) Fail(stream, StreamErrorCondition.Conflict);
        else
        {
            Write(stream, Traffic.Handshake).Raw("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"u8);
            stream.Authenticated = true;
            Reopen(stream);
        }
    }

    private void Refuse(FederationStream stream, SaslFailure failure)
    {
        SaslFailures.Write(Write(stream, Traffic.Handshake), failure);
        if (++stream.SaslFailures > 3) Fail(stream, StreamErrorCondition.PolicyViolation);
    }
}
