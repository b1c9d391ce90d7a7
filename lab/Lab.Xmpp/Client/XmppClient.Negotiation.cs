using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// Getting online: RFC 6120 sections 4.2, 4.3, 5, 6, 7 from the initiating side, then XEP-0198 sections 3 and 5.
/// </summary>
public sealed partial class XmppClient
{
    private const int BindTries = 5;
    private int bindTries;
    private bool askForOwnResource = true;

    private void BeginTls()
    {
        Expect(Policy.Connect.Tls, Mechanism.TlsTimeout);
        outbound.Add(new XmppAction(ActionKind.StartTls));
    }

    private void OpenStream(Step step)
    {
        reader.Restart();
        reading = streamOpen = true;
        // Before TLS anyone may listen: the account is named only after it (RFC 6120 section 4.7.1).
        var header = new StreamHeader
        {
            From = secured ? settings.BareJid : null, To = settings.BareJid[(settings.BareJid.IndexOf('@') + 1)..],
            Language = settings.Language, Version = StreamVersion.V10, ContentNamespace = "jabber:client",
        };
        HeaderKind kind = secured ? HeaderKind.ClientInitialSecure : HeaderKind.ClientInitial;
        StreamHeaders.Write(outbound.Write(Traffic.Handshake), kind, header);
        liveness.Open(now);
        liveness.Sent(now);
        Reach(step);
        Expect(Policy.Connect.Step, Mechanism.StepTimeout);
    }

    private void OnHeader(StreamHeader header)
    {
        if (Step == Step.Closing) return;
        if (header.ContentNamespace != "jabber:client") Refuse(StreamErrorCondition.InvalidNamespace);
        else if (header.Version is not { Major: >= 1 }) Refuse(StreamErrorCondition.UnsupportedVersion);
    }

    private void OnElement(Element element)
    {
        ReadOnlySpan<byte> ns = element.Namespace;
        if (ns.SequenceEqual(Namespaces.Client)) OnStanza(element);
        else if (ns.SequenceEqual(Namespaces.Acks)) OnAcksElement(element);
        else if (Step == Step.Closing) return;
        else if (ns.SequenceEqual(Namespaces.Streams))
        {
            if (element.Name.SequenceEqual(Names.Features)) OnFeatures(element);
            else if (element.Name.SequenceEqual(Names.Error)) OnStreamError(element);
        }
        else if (ns.SequenceEqual(Namespaces.Tls)) OnTlsElement(element);
        else if (ns.SequenceEqual(Namespaces.Sasl)) OnSaslElement(element);
    }

    private void OnFeatures(Element features)
    {
        switch (Step)
        {
            case Step.HeaderSent:
                Reach(Step.FeaturesReceived);
                Element offer = features.Child(Names.StartTls, Namespaces.Tls);
                bool demanded = !offer.Child(Names.Required, Namespaces.Tls).IsNone;
                if (settings.Tls == TlsMode.StartTls) AskForTls();
                else if (demanded) Refuse(StreamErrorCondition.UnsupportedFeature);
                else Authenticate(features);
                break;
            case Step.SecureHeaderSent:
                Reach(Step.SecureFeaturesReceived);
                Authenticate(features);
                break;
            case Step.FinalHeaderSent:
                Reach(Step.FinalFeaturesReceived);
                bindTries = 0;
                acksOffered = !features.Child(Names.AckFeature, Namespaces.Acks).IsNone;
                bool bindOffered = !features.Child(Names.Bind, Namespaces.Bind).IsNone;
                if (MayResume && acksOffered) AskToResume();
                else if (bindOffered) Bind();
                else Refuse(StreamErrorCondition.UnsupportedFeature);
                break;
        }
    }

    private void AskForTls()
    {
        outbound.Write(Traffic.Handshake).Raw("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8);
        liveness.Hold();
        Reach(Step.StartTlsSent);
        Expect(Policy.Connect.Step, Mechanism.StepTimeout);
    }

    private void OnTlsElement(Element element)
    {
        if (Step != Step.StartTlsSent) return;
        if (element.Name.SequenceEqual(Names.Proceed))
        {
            // What lies behind the proceed in the buffer was not protected by TLS: never read it (section 5.4.3.1).
            reading = false;
            Reach(Step.ProceedReceived);
            BeginTls();
        }
        else if (element.Name.SequenceEqual(Names.Failure))
        {
            Report(Claim.None, Mechanism.ProtocolError);
            Finish(ActionKind.Close);
        }
    }

    private void Bind()
    {
        if (sessionId is not null) LoseSession();
        bindTries++;
        XmppWriter w = outbound.Write(Traffic.Handshake)
            .Raw("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'"u8);
        if (askForOwnResource && settings.Resource is { } resource)
            w.Raw("><resource>"u8).Text(Encoding.UTF8.GetBytes(resource)).Raw("</resource></bind></iq>"u8);
        else w.Raw("/></iq>"u8);
        liveness.Sent(now);
        Reach(Step.BindSent);
        Expect(Policy.Connect.Step, Mechanism.StepTimeout);
    }

    private void OnBindAnswer(Element iq)
    {
        if (iq.Attribute(Names.Type).SequenceEqual("result"u8))
        {
            ReadOnlySpan<byte> jid = iq.Child(Names.Bind, Namespaces.Bind).Child(Names.Jid, Namespaces.Bind).Text;
            if (jid.IsEmpty) Refuse(StreamErrorCondition.BadFormat);
            else OnBound(Encoding.UTF8.GetString(jid));
            return;
        }
        // Taken, not allowed or malformed: the server may choose. Too many resources: come back later (section 7.7.2).
        Element error = iq.Child(Names.Error, Namespaces.Client);
        bool wait = !error.Child("resource-constraint"u8, Namespaces.StanzaErrors).IsNone;
        bool other = askForOwnResource && settings.Resource is not null;
        askForOwnResource = false;
        if (!wait && other && bindTries < BindTries) Bind();
        else CloseStream(Claim.None, Mechanism.ProtocolError);
    }

    private void OnBound(string jid)
    {
        FullJid = jid;
        bound = true;
        if (Policy.Acks is not null && acksOffered) Enable();
        Presence();
        if (!counting) GoOnline(resumed: false);
    }

    private void GoOnline(bool resumed)
    {
        phaseEnd = totalEnd = Instant.Never;
        redirects = 0;
        backoff.Online();
        liveness.Establish(now);
        Step = Step.Online;
        outbound.Add(new XmppAction(ActionKind.Online, A: resumed ? 1 : 0));
        SendOutbox();
    }
}
