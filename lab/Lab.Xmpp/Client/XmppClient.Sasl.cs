using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// SASL from the initiating side (RFC 6120 section 6): the client's own order of mechanisms, PLAIN under TLS alone, the
/// server's proof checked before it is trusted. A mechanism the server refuses as such is followed by the next one of
/// the list; any other failure closes the stream, and the client tries again after the back-off.
/// </summary>
public sealed partial class XmppClient
{
    private SaslClient? exchange;
    private List<SaslMechanism>? offered;

    private void Authenticate(Element features)
    {
        Element mechanisms = features.Child(Names.Mechanisms, Namespaces.Sasl);
        offered = mechanisms.IsNone ? [] : SaslMechanisms.Read(mechanisms);
        TryMechanism();
    }

    private void TryMechanism()
    {
        if (SaslMechanisms.Choose(settings.Mechanisms, offered!, secured) is not { } mechanism)
        {
            Refuse(StreamErrorCondition.UnsupportedFeature);
            return;
        }
        offered!.Remove(mechanism);
        string user = settings.BareJid[..settings.BareJid.IndexOf('@')];
        exchange = new SaslClient(mechanism, user, settings.Password, Scram.NewNonce(nonces), scram);
        XmppWriter w = outbound.Write(Traffic.Handshake).Raw("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"u8)
            .Attribute(Names.Mechanism, SaslMechanisms.Name(mechanism)).Raw(">"u8);
        SaslData.Write(w, exchange.Initial);
        w.Raw("</auth>"u8);
        liveness.Hold();
        liveness.Sent(now);
        Reach(Step.AuthSent);
        Expect(Policy.Connect.Step, Mechanism.StepTimeout);
    }

    private void OnSaslElement(Element element)
    {
        if (exchange is null || Step is not (Step.AuthSent or Step.ChallengeReceived)) return;
        ReadOnlySpan<byte> name = element.Name;
        if (SaslFailures.TryRead(element, out SaslFailure failure)) OnSaslFailure(failure);
        else if (!name.SequenceEqual(Names.Challenge) && !name.SequenceEqual(Names.Success)) return;
        else if (!SaslData.TryRead(element.Text, out byte[]? data)) DistrustServer();
        else if (name.SequenceEqual(Names.Challenge)) OnChallenge(data ?? []);
        else if (exchange.TryFinish(data)) OnAuthenticated();
        else DistrustServer();
    }

    private void OnChallenge(byte[] challenge)
    {
        if (!exchange!.TryAnswer(challenge, out byte[] response))
        {
            DistrustServer();
            return;
        }
        XmppWriter w = outbound.Write(Traffic.Handshake).Raw("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"u8);
        SaslData.Write(w, response);
        w.Raw("</response>"u8);
        liveness.Sent(now);
        Reach(Step.ChallengeReceived);
        Expect(Policy.Connect.Step, Mechanism.StepTimeout);
    }

    private void OnAuthenticated()
    {
        exchange = null;
        offered = null;
        Reach(Step.AuthSucceeded);
        OpenStream(Step.FinalHeaderSent);
    }

    private void OnSaslFailure(SaslFailure failure)
    {
        exchange = null;
        bool another = SaslMechanisms.Choose(settings.Mechanisms, offered!, secured) is not null;
        bool refused = failure is SaslFailure.InvalidMechanism or SaslFailure.MechanismTooWeak
            or SaslFailure.EncryptionRequired;
        if (refused && another) TryMechanism();
        else CloseStream(Claim.None, Mechanism.ProtocolError);
    }

    // Its proof or its data is wrong: it does not know the password, or is not understood (RFC 5802 section 5).
    private void DistrustServer()
    {
        exchange = null;
        CloseStream(Claim.None, Mechanism.ProtocolError);
    }
}
