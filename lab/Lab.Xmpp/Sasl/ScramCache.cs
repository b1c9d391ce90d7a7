using System.Security.Cryptography;
using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

/// <summary>
/// Salted passwords of one run: PBKDF2 is paid once per (mechanism, password, salt, iterations), as real clients do.
/// </summary>
public sealed class ScramCache
{
    private readonly Dictionary<(SaslMechanism, string Password, string Salt, int Iterations), byte[]> salted = [];

    /// <summary>
    /// Hi(password, salt, iterations) of RFC 5802 section 2.2: 20 bytes for SHA-1, 32 for SHA-256; not to be changed.
    /// </summary>
    public byte[] SaltedPassword(SaslMechanism mechanism, string password, ReadOnlySpan<byte> salt, int iterations)
    {
        var key = (mechanism, password, Convert.ToBase64String(salt), iterations);
        if (salted.TryGetValue(key, out byte[]? known)) return known;
        HashAlgorithmName hash = Scram.Hash(mechanism);
        byte[] derived = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, hash,
            Scram.HashBytes(mechanism));
        salted.Add(key, derived);
        return derived;
    }
}

/// <summary>
/// What a server keeps of a password (RFC 5802 section 3): neither the password nor anything that logs in with it.
/// </summary>
public sealed record ScramKeys(SaslMechanism Mechanism, byte[] Salt, int Iterations, byte[] StoredKey, byte[] ServerKey)
{
    /// <summary>Bytes of salt that <see cref="NewSalt"/> draws.</summary>
    public const int SaltBytes = 16;

    public static byte[] NewSalt(RandomStream random)
    {
        byte[] salt = new byte[SaltBytes];
        random.Fill(salt);
        return salt;
    }

    public static ScramKeys Derive(ScramCache cache, SaslMechanism mechanism, string password, byte[] salt,
        int iterations)
    {
        byte[] salted = cache.SaltedPassword(mechanism, password, salt, iterations);
        byte[] clientKey = Scram.Mac(mechanism, salted, "Client Key"u8);
        return new(mechanism, salt, iterations, Scram.Digest(mechanism, clientKey),
            Scram.Mac(mechanism, salted, "Server Key"u8));
    }

    /// <summary>Whether these keys were derived from that password, for PLAIN.</summary>
    public bool Match(ScramCache cache, string password) =>
        CryptographicOperations.FixedTimeEquals(Derive(cache, Mechanism, password, Salt, Iterations).StoredKey,
            StoredKey);
}

/// <summary>
/// The pieces that both sides of SCRAM share (RFC 5802; RFC 7677 for SHA-256).
/// Leaves out: channel binding (the -PLUS mechanisms) and SASLprep: names and passwords are used as their UTF-8 bytes,
/// which is the same for ASCII.
/// </summary>
public static class Scram
{
    /// <summary>
    /// Characters of a nonce from <see cref="NewNonce"/>: 18 random bytes in base64. With both nonces of that size, a
    /// salt of 16 bytes and four digits of iterations, each exchange has the same four message sizes for one user name.
    /// </summary>
    public const int NonceChars = 24;

    public static string NewNonce(Secrets secrets)
    {
        byte[] bytes = new byte[NonceChars / 4 * 3];
        secrets.Fill(bytes);
        return Convert.ToBase64String(bytes);
    }

    internal static HashAlgorithmName Hash(SaslMechanism mechanism) => mechanism switch
    {
        SaslMechanism.ScramSha1 => HashAlgorithmName.SHA1,
        SaslMechanism.ScramSha256 => HashAlgorithmName.SHA256,
        _ => throw new ArgumentOutOfRangeException(nameof(mechanism), $"{mechanism} is not SCRAM"),
    };

    internal static int HashBytes(SaslMechanism mechanism) => Hash(mechanism) == HashAlgorithmName.SHA1 ? 20 : 32;

    internal static byte[] Digest(SaslMechanism mechanism, ReadOnlySpan<byte> data) =>
        CryptographicOperations.HashData(Hash(mechanism), data);

    internal static byte[] Mac(SaslMechanism mechanism, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data) =>
        CryptographicOperations.HmacData(Hash(mechanism), key, data);

    internal static byte[] Xor(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        byte[] result = a.ToArray();
        for (int i = 0; i < result.Length; i++) result[i] ^= b[i];
        return result;
    }

    /// <summary>Takes "x=value" and a following comma off the front; false when another field stands there.</summary>
    internal static bool TryField(ref ReadOnlySpan<byte> message, byte name, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (message.Length < 2 || message[0] != name || message[1] != '=') return false;
        int comma = message.IndexOf((byte)',');
        value = comma < 0 ? message[2..] : message[2..comma];
        message = comma < 0 ? default : message[(comma + 1)..];
        return true;
    }

    /// <summary>A nonce is printable ASCII without the comma.</summary>
    internal static bool IsNonce(ReadOnlySpan<byte> nonce)
    {
        foreach (byte b in nonce)
            if (b is < 0x21 or > 0x7E or (byte)',') return false;
        return !nonce.IsEmpty;
    }

    /// <summary>
    /// Whether what follows the known fields are optional extensions, each a letter, an equals sign and a value.
    /// </summary>
    internal static bool AreExtensions(ReadOnlySpan<byte> rest)
    {
        while (!rest.IsEmpty)
            if (!char.IsAsciiLetter((char)rest[0]) || !TryField(ref rest, rest[0], out ReadOnlySpan<byte> value)
                || value.IsEmpty) return false;
        return true;
    }

    internal static string Escape(string name) =>
        name.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);

    /// <summary>
    /// Undoes <see cref="Escape"/>; false when an equals sign stands for nothing, or the name is empty or no UTF-8.
    /// </summary>
    internal static bool TryUnescape(ReadOnlySpan<byte> text, out string name)
    {
        name = "";
        if (text.IsEmpty || text.Contains((byte)0) || !System.Text.Unicode.Utf8.IsValid(text)) return false;
        string raw = Encoding.UTF8.GetString(text);
        string plain = raw.Replace("=2C", ",", StringComparison.Ordinal);
        string rest = plain.Replace("=3D", "", StringComparison.Ordinal);
        if (rest.Contains('=', StringComparison.Ordinal)) return false;
        name = plain.Replace("=3D", "=", StringComparison.Ordinal);
        return true;
    }
}
