using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lab.Xmpp;

/// <summary>
/// The client's side of one SASL exchange (RFC 6120 section 6.4), sans IO; data is without base64.
/// Driving rule: send Initial with auth; answer each challenge with TryAnswer; end with TryFinish on success. False
/// means that the server cannot be trusted or understood (Problem says why): abort.
/// SCRAM: RFC 5802 and 7677 without channel binding ("n,,"); PLAIN: RFC 4616; EXTERNAL: RFC 4422 appendix A.
/// </summary>
public sealed class SaslClient
{
    /// <summary>More than this a server may not ask for, so that a hostile one cannot stop the run.</summary>
    public const int MaxIterations = 10_000_000;

    private readonly ScramCache cache;
    private readonly string user, password, nonce;
    private byte[]? serverSignature;
    private bool verified;

    /// <param name="mechanism">What was chosen.</param>
    /// <param name="user">The localpart.</param>
    /// <param name="password">Unused by EXTERNAL.</param>
    /// <param name="nonce">Fresh for this exchange (<see cref="Scram.NewNonce"/>); used by SCRAM only.</param>
    /// <param name="cache">The salted passwords of the run.</param>
    public SaslClient(SaslMechanism mechanism, string user, string password, string nonce, ScramCache cache)
    {
        Mechanism = mechanism;
        this.user = user;
        this.password = password;
        this.nonce = nonce;
        this.cache = cache;
        verified = mechanism is SaslMechanism.Plain or SaslMechanism.External;
    }

    public SaslMechanism Mechanism { get; }

    /// <summary>Why the last call gave false; for people.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>The initial response; of no bytes for EXTERNAL.</summary>
    public byte[] Initial => Encoding.UTF8.GetBytes(Mechanism switch
    {
        SaslMechanism.Plain => $"\0{user}\0{password}",
        SaslMechanism.External => "",
        _ => "n,," + FirstBare,
    });

    private string FirstBare => $"n={Scram.Escape(user)},r={nonce}";

    /// <summary>Answers a challenge.</summary>
    public bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] response)
    {
        response = [];
        if (Mechanism is SaslMechanism.Plain or SaslMechanism.External) return Fail("a challenge where none belongs");
        if (serverSignature is not null) return Verify(challenge);
        return TryProve(challenge, out response);
    }

    /// <summary>Takes the additional data of success, null when there was none.</summary>
    public bool TryFinish(byte[]? data)
    {
        if (verified) return data is null or [] || Fail("data with a success that needs none");
        if (data is null) return Fail("success without the server's signature");
        return Verify(data);
    }

    private bool TryProve(ReadOnlySpan<byte> serverFirst, out byte[] response)
    {
        response = [];
        ReadOnlySpan<byte> rest = serverFirst;
        if (!Scram.TryField(ref rest, (byte)'r', out ReadOnlySpan<byte> joined) || !Scram.IsNonce(joined)
            || !Scram.TryField(ref rest, (byte)'s', out ReadOnlySpan<byte> saltText)
            || !SaslData.TryBase64(saltText, out byte[] salt)
            || !Scram.TryField(ref rest, (byte)'i', out ReadOnlySpan<byte> count) || !Scram.AreExtensions(rest)
            || salt.Length == 0
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int iterations)
            || iterations < 1)
            return Fail("malformed server-first-message");
        if (iterations > MaxIterations)
            return Fail($"{iterations} iterations asked for, at most {MaxIterations} are done");
        byte[] own = Encoding.UTF8.GetBytes(nonce);
        if (!joined.StartsWith(own) || joined.Length == own.Length)
            return Fail("the server's nonce does not extend the client's");
        string withoutProof = "c=biws,r=" + Encoding.ASCII.GetString(joined);
        byte[] message = [.. Encoding.UTF8.GetBytes(FirstBare + ","), .. serverFirst,
            .. Encoding.UTF8.GetBytes("," + withoutProof)];
        byte[] salted = cache.SaltedPassword(Mechanism, password, salt, iterations);
        byte[] clientKey = Scram.Mac(Mechanism, salted, "Client Key"u8);
        byte[] signature = Scram.Mac(Mechanism, Scram.Digest(Mechanism, clientKey), message);
        serverSignature = Scram.Mac(Mechanism, Scram.Mac(Mechanism, salted, "Server Key"u8), message);
        response = Encoding.UTF8.GetBytes(
            $"{withoutProof},p={Convert.ToBase64String(Scram.Xor(clientKey, signature))}");
        return true;
    }

    private bool Verify(ReadOnlySpan<byte> serverFinal)
    {
        if (serverSignature is null || verified) return Fail("a server-final-message out of turn");
        ReadOnlySpan<byte> rest = serverFinal;
        if (!Scram.TryField(ref rest, (byte)'v', out ReadOnlySpan<byte> text)
            || !SaslData.TryBase64(text, out byte[] signature)
            || !Scram.AreExtensions(rest))
            return Fail("malformed server-final-message");
        verified = CryptographicOperations.FixedTimeEquals(signature, serverSignature);
        return verified || Fail("the server's signature is wrong: it does not know the password");
    }

    private bool Fail(string problem)
    {
        Problem = problem;
        return false;
    }
}
