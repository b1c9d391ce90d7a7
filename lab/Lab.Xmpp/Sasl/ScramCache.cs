namespace Lab.Xmpp;

/// <summary>Salted passwords of one run: PBKDF2 is paid once per (mechanism, password, salt, iterations), as real clients do.</summary>
public sealed class ScramCache
{
    /// <summary>Hi(password, salt, iterations) of RFC 5802 section 2.2.</summary>
    public byte[] SaltedPassword(SaslMechanism mechanism, string password, ReadOnlySpan<byte> salt, int iterations) =>
        throw new NotImplementedException();
}
