using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

// From the first byte to an authenticated stream, both sides: headers, features, STARTTLS, SASL EXTERNAL, bidi
// (RFC 6120 sections 4.2, 4.3, 4.7, 5, 6; XEP-0178; XEP-0288).
public sealed partial class Federation
{
    internal void OnElement(FederationStream stream, Element element)
    {
        First first = Firsts.Of(element, Namespaces.Server);
        switch ((stream.Outbound ? PeerTable.Opener : PeerTable.Taker)[(int)stream.Step, first])
        {
            case PeerMove.TakeStanza:
                OnStanza(stream, element);
                break;
            case PeerMove.SayCount:
                stream.Write(Traffic.Acks).Count(stream.Acks!);
                break;
            case PeerMove.TakeCount:
                stream.TakeCount(element);
                break;
            case PeerMove.TakeDialback:
                OnDialback(stream, element, result: first == First.DialbackResult);
                break;
            case PeerMove.ReadFeatures:
                OnFeatures(stream, element);
                break;
            case PeerMove.BeginTls when stream.Outbound || TakesTls(stream):
                stream.BeginTls();
                break;
            case PeerMove.BeginTls or PeerMove.RefuseTls:
                stream.RefuseTls();
                break;
            case PeerMove.LeaveWithoutTls:
                stream.LeaveWithoutTls();
                break;
            case PeerMove.TakeAuth:
                OnAuth(stream, element);
                break;
            case PeerMove.TakeSuccess:
                stream.Authenticated = true;
                stream.Reopen();
                break;
            case PeerMove.CloseWithoutSasl:
                stream.Close(Claim.None, Mechanism.ProtocolError);
                break;
            case PeerMove.NoteBidi:
                stream.Bidi = stream.Settings.Bidi && MayAuthenticate(stream);
                break;
            case PeerMove.Enable:
                OnEnable(stream);
                break;
            case PeerMove.RefuseSecondEnable:
                stream.Fail(StreamErrorCondition.PolicyViolation);                                     // SM-03
                break;
            case PeerMove.RefuseEnable:
                stream.Write(Traffic.Handshake).AckRefusal(StanzaError.UnexpectedRequest);
                break;
            case PeerMove.RefuseResume:
                stream.Write(Traffic.Handshake).AckRefusal(StanzaError.FeatureNotImplemented);
                break;
            case PeerMove.TakeEnabled:
                stream.Liveness.EnableAcks(Now);
                break;
            case PeerMove.GoOnWithoutAcks:
                stream.Acks?.Release();
                stream.Acks = null;
                break;
            case PeerMove.TakeError:
                stream.TakeError(element);
                break;
            case PeerMove.RefuseUnproven:
                stream.Fail(StreamErrorCondition.NotAuthorized);
                break;
            case PeerMove.RefuseElement:
                stream.Fail(StreamErrorCondition.UnsupportedStanzaType);
                break;
        }
    }

    // from always: a server is a public entity, and dialback needs it.
    internal void WriteInitialHeader(FederationStream stream)
    {
        HeaderKind kind = stream.Secured ? HeaderKind.ServerInitialSecure : HeaderKind.ServerInitial;
        StreamHeaders.Write(stream.Write(Traffic.Handshake), kind, new StreamHeader
        {
            From = settings.Domains[stream.Local], To = stream.To, Language = settings.Languages[0],
            Version = StreamVersion.V10, ContentNamespace = "jabber:server", DeclaresDialback = true,
        });
    }

    internal void WriteResponseHeader(FederationStream stream, StreamHeader? initial)
    {
        stream.Id = NewId();
        StreamHeader header = StreamHeaders.Reply(initial, "jabber:server", names[stream.Local], stream.Id,
            settings.Languages, declaresDialback: true);
        StreamHeaders.Write(stream.Write(Traffic.Handshake), HeaderKind.ServerResponse, header);
    }

    internal void OnOpened(FederationStream stream, StreamHeader header)
    {
        if (stream.Outbound)
        {
            stream.Id = header.Id!;
            stream.Liveness.Open(Now);
            if (header.Version is { Major: >= 1 }) return;
            stream.OffersDialback = header.DeclaresDialback;          // before 1.0 there are no features (STR-11)
            Authenticate(stream, external: false);
            return;
        }
        stream.Liveness = new Liveness(ChecksOf(stream.Settings) with { Acks = AcksFor(stream.Settings) });
        stream.Liveness.Open(Now);
        if (header.Version is { Major: >= 1 }) WriteFeatures(stream);
        if (stream.Authenticated) Establish(stream, new DomainPair(stream, stream.Local, stream.Remote, stream.From!));
    }

    internal StreamErrorCondition Judge(FederationStream stream, StreamHeader header) =>
        stream.Outbound ? JudgeResponse(stream, header) : JudgeInitial(stream, header);

    private StreamErrorCondition JudgeResponse(FederationStream stream, StreamHeader header)
    {
        bool addressed = string.IsNullOrEmpty(header.To)
            || TryDomain(header.To, out byte[] to) && Jid.SameText(to, domains[stream.Local]);
        return !addressed ? StreamErrorCondition.ImproperAddressing
            : string.IsNullOrEmpty(header.Id) ? StreamErrorCondition.BadFormat : StreamErrorCondition.None;
    }

    // Sections 4.7, 4.9.1.3, 4.9.3; of what it answers, MODELS.md has the table.
    private StreamErrorCondition JudgeInitial(FederationStream stream, StreamHeader header)
    {
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
        XmppWriter writer = stream.Write(Traffic.Handshake).Raw("<stream:features>"u8);
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
        stream.OffersDialback = !features.Child("dialback"u8, Namespaces.DialbackFeature).IsNone;
        stream.OffersBidi = !features.Child("bidi"u8, Namespaces.BidiFeature).IsNone;
        stream.OffersAcks = !features.Child(Names.AckFeature, Namespaces.Acks).IsNone;
        Element tls = features.Child(Names.StartTls, Namespaces.Tls);
        if (!stream.Secured && !tls.IsNone && stream.Settings.Tls != FederationTls.None)
            stream.RequestTls();
        else if (!stream.Secured && !tls.Child(Names.Required, Namespaces.Tls).IsNone)
            stream.Fail(StreamErrorCondition.UnsupportedFeature);
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
        if (!MayAuthenticate(stream)) stream.Fail(StreamErrorCondition.PolicyViolation);
        else if (stream.VerifyOnly || stream.Authenticated) OnNegotiated(stream);
        else if (certificates && !(external && stream.Secured && Certifies(stream, stream.Remote)))
            stream.Close(Claim.None, Mechanism.ProtocolError);          // neither side could know the other
        else if (!certificates && !stream.OffersDialback)
            stream.Close(Claim.None, Mechanism.ProtocolError);
        else
        {
            if (stream.Settings.Bidi && stream.OffersBidi)
            {
                stream.Write(Traffic.Handshake).Raw("<bidi xmlns='urn:xmpp:bidi'/>"u8);
                stream.Bidi = true;
            }
            if (!certificates)
            {
                OnNegotiated(stream);
                return;
            }
            stream.Liveness.Hold();
            stream.AuthSent = true;
            XmppWriter writer = stream.Write(Traffic.Handshake);
            writer.Raw("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>"u8);
            SaslData.Write(writer, domains[stream.Local]);
            writer.Raw("</auth>"u8);
        }
    }

    private static bool TakesTls(FederationStream stream) =>
        stream.Settings.Tls != FederationTls.None && stream.Pairs.Count == 0;

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
        else if (IsOneTooMany(stream, stream.Local, stream.Remote)) stream.Fail(StreamErrorCondition.Conflict);
        else
        {
            stream.Write(Traffic.Handshake).Raw("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"u8);
            stream.Authenticated = true;
            stream.Reopen();
        }
    }

    private void Refuse(FederationStream stream, SaslFailure failure)
    {
        SaslFailures.Write(stream.Write(Traffic.Handshake), failure);
        if (++stream.SaslFailures > 3) stream.Fail(StreamErrorCondition.PolicyViolation);
    }
}
