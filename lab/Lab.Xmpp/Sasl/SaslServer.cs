using System.Security.Cryptography;
using System.Text;

namespace Lab.Xmpp;

/// <summary>What the server sends next: a challenge, success or failure.</summary>
public readonly record struct SaslReply(SaslReplyKind Kind, byte[]? Data = null, SaslFailure Failure = SaslFailure.None)
{
    public static SaslReply Fail(SaslFailure failure) => new(SaslReplyKind.Failure, null, failure);
}

public enum SaslReplyKind : byte { Challenge, Success, Failure }

/// <summary>
/// The server's side of one SASL exchange (RFC 6120 section 6.4), sans IO; data is without base64.
/// Driving rule: one object per auth element; Begin once, then Continue with each response until success or failure.
/// Malformed data is malformed-request; a wrong password, proof or nonce and an unknown user are not-authorized; acting
/// for another is invalid-authzid. PLAIN is checked against the keys of SCRAM-SHA-256. Whether a mechanism is offered,
/// and whether TLS is there for PLAIN, is decided before this (invalid-mechanism, encryption-required).
/// </summary>
public sealed class SaslServer
{
    private enum Phase : byte { Begin, First, Final, Done }

    private readonly SaslMechanism mechanism;
    private readonly string domain, nonce;
    private readonly ScramCache cache;
    private readonly Func<SaslMechanism, string, ScramKeys?> keysOf;
    private readonly string? certified;
    private Phase phase;
    private ScramKeys? keys;
    private byte[] gs2 = [], firstMessages = [], joinedNonce = [];

    /// <param name="mechanism">What the client asked for.</param>
    /// <param name="domain">The domain of the account.</param>
    /// <param name="nonce">Fresh for this exchange (<see cref="Scram.NewNonce"/>); used by SCRAM only.</param>
    /// <param name="cache">The salted passwords of the run; used by PLAIN only.</param>
    /// <param name="keysOf">The keys of an account for a SCRAM mechanism, by localpart; null = no such account.</param>
    /// <param name="certified">The identity that TLS proved (bare JID or domain), for EXTERNAL; null = none.</param>
    public SaslServer(
        SaslMechanism mechanism, string domain, string nonce, ScramCache cache,
        Func<SaslMechanism, string, ScramKeys?> keysOf, string? certified = null)
    {
        this.mechanism = mechanism;
        this.domain = domain;
        this.nonce = nonce;
        this.cache = cache;
        this.keysOf = keysOf;
        this.certified = certified;
    }

    /// <summary>
    /// The localpart that authenticates, known from the first message on; for EXTERNAL the proven identity.
    /// </summary>
    public string? User { get; private set; }

    /// <summary>Takes the initial response, null when auth had none: then an empty challenge asks for it.</summary>
    public SaslReply Begin(byte[]? initial)
    {
        if (phase != Phase.Begin) throw new InvalidOperationException($"Begin in phase {phase}");
        phase = Phase.First;
        return initial is null ? new SaslReply(SaslReplyKind.Challenge, []) : Continue(initial);
    }

    /// <summary>Takes a response; null data counts as none.</summary>
    public SaslReply Continue(byte[]? response)
    {
        ReadOnlySpan<byte> data = response;
        if (phase is Phase.Begin or Phase.Done) throw new InvalidOperationException($"Continue in phase {phase}");
        SaslReply reply = phase == Phase.Final ? Prove(data) : mechanism switch
        {
            SaslMechanism.Plain => Plain(data),
            SaslMechanism.External => External(data),
            _ => Challenge(data),
        };
        phase = reply.Kind == SaslReplyKind.Challenge ? Phase.Final : Phase.Done;
        return reply;
    }

    private SaslReply Plain(ReadOnlySpan<byte> data)
    {
        int first = data.IndexOf((byte)0), second = first < 0 ? -1 : data[(first + 1)..].IndexOf((byte)0) + first + 1;
        if (first < 0 || second == first || data[(second + 1)..].Contains((byte)0)
            || !System.Text.Unicode.Utf8.IsValid(data)
            || second == first + 1 || second + 1 == data.Length) return SaslReply.Fail(SaslFailure.MalformedRequest);
        User = Encoding.UTF8.GetString(data[(first + 1)..second]);
        if (!MayActAs(Encoding.UTF8.GetString(data[..first]))) return SaslReply.Fail(SaslFailure.InvalidAuthzid);
        ScramKeys? stored = keysOf(SaslMechanism.ScramSha256, User);
        return stored is not null && stored.Match(cache, Encoding.UTF8.GetString(data[(second + 1)..]))
            ? new SaslReply(SaslReplyKind.Success) : SaslReply.Fail(SaslFailure.NotAuthorized);
    }

    private SaslReply External(ReadOnlySpan<byte> data)
    {
        if (!System.Text.Unicode.Utf8.IsValid(data)) return SaslReply.Fail(SaslFailure.MalformedRequest);
        if (certified is null) return SaslReply.Fail(SaslFailure.NotAuthorized);
        User = certified;
        return data.IsEmpty || Encoding.UTF8.GetString(data) == certified
            ? new SaslReply(SaslReplyKind.Success) : SaslReply.Fail(SaslFailure.InvalidAuthzid);
    }

    /// <summary>
    /// client-first-message: gs2 header, then n= and r=. A binding (p=) needs a
    /// -PLUS mechanism, so it is malformed here.
    /// </summary>
    private SaslReply Challenge(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> rest = data;
        if (rest.Length < 3 || rest[0] is not ((byte)'n' or (byte)'y') || rest[1] != ',')
            return SaslReply.Fail(SaslFailure.MalformedRequest);
        rest = rest[2..];
        string authzid = "";
        if (rest[0] == ',') rest = rest[1..];
        else if (!Scram.TryField(ref rest, (byte)'a', out ReadOnlySpan<byte> name)
            || !Scram.TryUnescape(name, out authzid))
            return SaslReply.Fail(SaslFailure.MalformedRequest);
        gs2 = data[..(data.Length - rest.Length)].ToArray();
        ReadOnlySpan<byte> bare = rest;
        if (!Scram.TryField(ref rest, (byte)'n', out ReadOnlySpan<byte> user)
            || !Scram.TryUnescape(user, out string userName)
            || !Scram.TryField(ref rest, (byte)'r', out ReadOnlySpan<byte> clientNonce) || !Scram.IsNonce(clientNonce)
            || !Scram.AreExtensions(rest)) return SaslReply.Fail(SaslFailure.MalformedRequest);
        User = userName;
        if (!MayActAs(authzid)) return SaslReply.Fail(SaslFailure.InvalidAuthzid);
        keys = keysOf(mechanism, userName);
        if (keys is null) return SaslReply.Fail(SaslFailure.NotAuthorized);
        joinedNonce = [.. clientNonce, .. Encoding.ASCII.GetBytes(nonce)];
        string terms = FormattableString.Invariant($",s={Convert.ToBase64String(keys.Salt)},i={keys.Iterations}");
        byte[] challenge = [.. "r="u8, .. joinedNonce, .. Encoding.ASCII.GetBytes(terms)];
        firstMessages = [.. bare, (byte)',', .. challenge];
        return new SaslReply(SaslReplyKind.Challenge, challenge);
    }

    /// <summary>client-final-message: c=, r=, and p= last.</summary>
    private SaslReply Prove(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> rest = data;
        int last = data.LastIndexOf(",p="u8);
        if (last < 0 || !Scram.TryField(ref rest, (byte)'c', out ReadOnlySpan<byte> header)
            || !SaslData.TryBase64(header, out byte[] sent)
            || !Scram.TryField(ref rest, (byte)'r', out ReadOnlySpan<byte> joined)
            || !SaslData.TryBase64(data[(last + 3)..], out byte[] proof) || proof.Length != Scram.HashBytes(mechanism)
            || !Scram.AreExtensions(rest)) return SaslReply.Fail(SaslFailure.MalformedRequest);
        byte[] message = [.. firstMessages, (byte)',', .. data[..last]];
        byte[] clientKey = Scram.Xor(proof, Scram.Mac(mechanism, keys!.StoredKey, message));
        bool right = CryptographicOperations.FixedTimeEquals(Scram.Digest(mechanism, clientKey), keys.StoredKey)
            && sent.AsSpan().SequenceEqual(gs2) && joined.SequenceEqual(joinedNonce);
        if (!right) return SaslReply.Fail(SaslFailure.NotAuthorized);
        string signature = Convert.ToBase64String(Scram.Mac(mechanism, keys.ServerKey, message));
        return new SaslReply(SaslReplyKind.Success, Encoding.ASCII.GetBytes("v=" + signature));
    }

    private bool MayActAs(string authzid) => authzid.Length == 0 || authzid == $"{User}@{domain}";
}
