using System.Text;

namespace Lab.Xmpp;

// SASL, the server's side (RFC 6120 section 6). No white space leaves between auth and success: the stream's checks are
// held until the next header. Salt and iterations are the server's, not the account's, so that a run pays PBKDF2 once
// per password.
public sealed partial class XmppServer
{
    private bool MayAuthenticate(ServerStream stream) => stream.Secured || !settings.OffersTls || !settings.RequiresTls;

    /// <summary>PLAIN is neither offered nor taken without TLS (SAS-03); EXTERNAL is for servers.</summary>
    private List<SaslMechanism> OfferedTo(ServerStream stream) =>
    [
        .. settings.Mechanisms.Where(m => m != SaslMechanism.External && (stream.Secured || m != SaslMechanism.Plain)),
    ];

    private void OnResponse(ServerStream stream, Element response)
    {
        if (stream.Sasl is not { } exchange) Refuse(stream, SaslFailure.MalformedRequest);
        else if (!SaslData.TryRead(response.Text, out byte[]? data)) Refuse(stream, SaslFailure.IncorrectEncoding);
        else Answer(stream, exchange, exchange.Continue(data));
    }

    /// <summary>Begins an exchange; one that runs is given up for it (SAS-07).</summary>
    private void OnAuth(ServerStream stream, Element auth)
    {
        stream.Liveness.Hold();
        bool known = SaslMechanisms.TryParse(auth.Attribute("mechanism"u8), out SaslMechanism mechanism)
            && settings.Mechanisms.Contains(mechanism) && mechanism != SaslMechanism.External;
        if (!MayAuthenticate(stream) || known && !OfferedTo(stream).Contains(mechanism))
            Refuse(stream, SaslFailure.EncryptionRequired);
        else if (!known) Refuse(stream, SaslFailure.InvalidMechanism);
        else if (!SaslData.TryRead(auth.Text, out byte[]? data)) Refuse(stream, SaslFailure.IncorrectEncoding);
        else
        {
            string domain = settings.Domains[stream.Domain];
            var exchange = new SaslServer(mechanism, domain, Scram.NewNonce(nonces), scram, KeysOf);
            stream.Sasl = exchange;
            Answer(stream, exchange, exchange.Begin(data));
        }
    }

    private void Answer(ServerStream stream, SaslServer exchange, in SaslReply said)
    {
        if (said.Kind == SaslReplyKind.Failure)
        {
            Refuse(stream, said.Failure);
            return;
        }
        if (said.Kind == SaslReplyKind.Challenge)
        {
            XmppWriter challenge = stream.Write(Traffic.Handshake);
            challenge.Raw("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"u8);
            SaslData.Write(challenge, said.Data);
            challenge.Raw("</challenge>"u8);
            return;
        }
        int account = store.Find(Encoding.UTF8.GetBytes(exchange.User ?? ""));
        stream.Sasl = null;
        if (account < 0) throw new InvalidOperationException($"'{exchange.User}' authenticated without an account");
        if (stream.Secured && stream.Claimed.Length > 0 && !Jid.SameText(stream.Claimed, store[account].Local))
        {
            stream.Fail(StreamErrorCondition.NotAuthorized);          // SAS-11: the header said to be somebody else
            return;
        }
        XmppWriter writer = stream.Write(Traffic.Handshake).Raw("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"u8);
        if (said.Data is null) writer.Raw("/>"u8);
        else
        {
            writer.Raw(">"u8);
            SaslData.Write(writer, said.Data);
            writer.Raw("</success>"u8);
        }
        stream.Authenticate(account);
    }

    private void Refuse(ServerStream stream, SaslFailure failure)
    {
        stream.Sasl = null;
        SaslFailures.Write(stream.Write(Traffic.Handshake), failure);
        if (++stream.SaslFailures > settings.SaslRetries) stream.Fail(StreamErrorCondition.PolicyViolation);
    }

    private ScramKeys? KeysOf(SaslMechanism mechanism, string user)
    {
        int account = store.Find(Encoding.UTF8.GetBytes(user));
        if (account < 0) return null;
        StoredAccount stored = store[account];
        int at = stored.Keys.FindIndex(k => k.Mechanism == mechanism && k.Iterations == settings.ScramIterations);
        if (at >= 0) return stored.Keys[at];
        ScramKeys keys = ScramKeys.Derive(scram, mechanism, stored.Password, store.Salt, settings.ScramIterations);
        stored.Keys.Add(keys);
        return keys;
    }
}
