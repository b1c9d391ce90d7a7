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
        Await(Policy.Connect.Tls, Mechanism.TlsTimeout);
        Secure();
    }

    private void OpenStream(Step step)
    {
        Restart();
        // Before TLS anyone may listen: the account is named only after it (RFC 6120 section 4.7.1).
        var header = new StreamHeader
        {
            From = Secured ? settings.BareJid : null, To = settings.BareJid[(settings.BareJid.IndexOf('@') + 1)..],
            Language = settings.Language, Version = StreamVersion.V10, ContentNamespace = ContentNamespace,
        };
        HeaderKind kind = Secured ? HeaderKind.ClientInitialSecure : HeaderKind.ClientInitial;
        StreamHeaders.Write(Write(Traffic.Handshake), kind, header);
        Liveness.Open(now);
        AwaitStep(step);
    }

    /// <summary>Something was asked; its answer may take as long as a step.</summary>
    private void AwaitStep(Step step)
    {
        Reach(step);
        Await(Policy.Connect.Step, Mechanism.StepTimeout);
    }

    internal override StreamErrorCondition Judge(StreamHeader header) =>
        header.Version is { Major: >= 1 } ? StreamErrorCondition.None : StreamErrorCondition.UnsupportedVersion;

    /// <summary>Its own header went first.</summary>
    internal override void Answer(StreamHeader? header)
    {
    }

    /// <summary>The features follow.</summary>
    internal override void OnOpened(StreamHeader header)
    {
    }

    internal override void OnElement(Element element)
    {
        First first = Firsts.Of(element, Namespaces.Client);
        switch (ClientTable.Cells[(int)Step, first])
        {
            case ClientMove.TakeStanza:
                TakeStanza(element, first);
                break;
            case ClientMove.SayCount:
                if (acking) Write(Traffic.Acks).Count(unacked);
                break;
            case ClientMove.TakeCount:
                TakeCount(element);
                break;
            case ClientMove.ReadFeatures:
                OnFeatures(element);
                break;
            case ClientMove.BeginTls:
                Reach(Step.ProceedReceived);
                BeginTls();
                break;
            case ClientMove.LeaveWithoutTls:
                Leave(Mechanism.ProtocolError);
                break;
            case ClientMove.AnswerChallenge:
                AnswerChallenge(element);
                break;
            case ClientMove.TakeSuccess:
                TakeSuccess(element);
                break;
            case ClientMove.TakeSaslFailure:
                TakeSaslFailure(element);
                break;
            case ClientMove.ReadBindAnswer:
                bool asked = element.Attribute(Names.Id).SequenceEqual("bind"u8);
                if (asked && IsAnswer(element)) OnBindAnswer(element);
                break;
            case ClientMove.TakeEnabled:
                TakeEnabled(element);
                break;
            case ClientMove.GoOnWithoutAcks:
                counting = false;
                unacked.Release();
                GetOnline(resumed: false);
                break;
            case ClientMove.TakeResumed:
                TakeResumed(element);
                break;
            case ClientMove.BindInstead:
                if (AckElements.TryCount(element, out uint h)) Acknowledge(h);
                LoseSession();
                Bind();
                break;
            case ClientMove.TakeError:
                TakeError(element);
                break;
        }
    }

    private void OnFeatures(Element features)
    {
        switch (Step)
        {
            case Step.HeaderSent:
                Reach(Step.FeaturesReceived);
                Element offer = features.Child(Names.StartTls, Namespaces.Tls);
                bool demanded = !offer.Child(Names.Required, Namespaces.Tls).IsNone;
                if (settings.Tls == TlsMode.StartTls)
                {
                    AskForTls();
                    AwaitStep(Step.StartTlsSent);
                }
                else if (demanded) Fail(StreamErrorCondition.UnsupportedFeature);
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
                else Fail(StreamErrorCondition.UnsupportedFeature);
                break;
        }
    }

    private void Bind()
    {
        if (sessionId is not null) LoseSession();
        if (login is not null) login.Stage = LoginStage.None;
        bindTries++;
        XmppWriter w = Write(Traffic.Handshake)
            .Raw("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'"u8);
        if (askForOwnResource && settings.Resource is { } resource)
            w.Raw("><resource>"u8).Text(Encoding.UTF8.GetBytes(resource)).Raw("</resource></bind></iq>"u8);
        else w.Raw("/></iq>"u8);
        AwaitStep(Step.BindSent);
    }

    private void OnBindAnswer(Element iq)
    {
        if (iq.Attribute(Names.Type).SequenceEqual("result"u8))
        {
            ReadOnlySpan<byte> jid = iq.Child(Names.Bind, Namespaces.Bind).Child(Names.Jid, Namespaces.Bind).Text;
            if (jid.IsEmpty) Fail(StreamErrorCondition.BadFormat);
            else OnBound(Encoding.UTF8.GetString(jid));
            return;
        }
        // Taken, not allowed or malformed: the server may choose. Too many resources: come back later (section 7.7.2).
        Element error = iq.Child(Names.Error, Namespaces.Client);
        bool wait = !error.Child("resource-constraint"u8, Namespaces.StanzaErrors).IsNone;
        Refusal = Encoding.UTF8.GetString(error.FirstChild.Name);
        bool other = askForOwnResource && settings.Resource is not null;
        askForOwnResource = false;
        if (!wait && other && bindTries < BindTries) Bind();
        else Close(Claim.None, Mechanism.ProtocolError);
    }

    private void OnBound(string jid)
    {
        FullJid = jid;
        bound = true;
        if (Policy.Acks is not null && acksOffered) Enable();
        if (settings.Login is not { RosterBytes: > 0 }) Presence();
        if (!counting) GetOnline(resumed: false);
    }

    private void GoOnline(bool resumed)
    {
        totalEnd = Instant.Never;
        redirects = 0;
        backoff.Online();
        Establish();
        Step = Step.Online;
        outbound.Add(new XmppAction(ActionKind.Online, A: resumed ? 1 : 0));
        SendOutbox();
        if (login is not null) LoadTheRest();
    }
}
