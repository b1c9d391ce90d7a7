using System.Text;
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
        if (SaslMechanisms.Choose(settings.Mechanisms, offered!, Secured) is not { } mechanism)
        {
            Fail(StreamErrorCondition.UnsupportedFeature);
            return;
        }
        offered!.Remove(mechanism);
        string user = settings.BareJid[..settings.BareJid.IndexOf('@')];
        exchange = new SaslClient(mechanism, user, settings.Password, Scram.NewNonce(nonces), scram);
        XmppWriter w = Write(Traffic.Handshake).Raw("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"u8)
            .Attribute(Names.Mechanism, SaslMechanisms.Name(mechanism)).Raw(">"u8);
        SaslData.Write(w, exchange.Initial);
        w.Raw("</auth>"u8);
        Liveness.Hold();
        AwaitStep(Step.AuthSent);
    }

    private void AnswerChallenge(Element challenge)
    {
        if (!SaslData.TryRead(challenge.Text, out byte[]? data)
            || !exchange!.TryAnswer(data ?? [], out byte[] response))
        {
            DistrustServer();
            return;
        }
        XmppWriter w = Write(Traffic.Handshake).Raw("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"u8);
        SaslData.Write(w, response);
        w.Raw("</response>"u8);
        AwaitStep(Step.ChallengeReceived);
    }

    private void TakeSuccess(Element success)
    {
        if (!SaslData.TryRead(success.Text, out byte[]? data) || !exchange!.TryFinish(data))
        {
            DistrustServer();
            return;
        }
        exchange = null;
        offered = null;
        Trust();
        Reach(Step.AuthSucceeded);
        OpenStream(Step.FinalHeaderSent);
    }

    private void TakeSaslFailure(Element element)
    {
        SaslFailures.TryRead(element, out SaslFailure failure);
        Refusal = Encoding.UTF8.GetString(SaslFailures.Name(failure));
        exchange = null;
        bool another = SaslMechanisms.Choose(settings.Mechanisms, offered!, Secured) is not null;
        bool refused = failure is SaslFailure.InvalidMechanism or SaslFailure.MechanismTooWeak
            or SaslFailure.EncryptionRequired;
        if (refused && another) TryMechanism();
        else Close(Claim.None, Mechanism.ProtocolError);
    }

    // Its proof or its data is wrong: it does not know the password, or is not understood (RFC 5802 section 5).
    private void DistrustServer()
    {
        exchange = null;
        Close(Claim.None, Mechanism.ProtocolError);
    }
}
