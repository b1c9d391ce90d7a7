using System.Security.Cryptography;
using System.Text;

namespace Lab.Xmpp;

/// <summary>
/// Dialback keys (XEP-0185 section 3): HMAC-SHA256 over "Receiving Originating StreamID" in lower-case hexadecimal. The
/// HMAC key is the hexadecimal text of SHA256(secret), not its 32 bytes.
/// </summary>
internal sealed class DialbackKey(string secret)
{
    private readonly byte[] hashed = Encoding.ASCII.GetBytes(
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret))));

    public byte[] Of(string receiving, string originating, string streamId) =>
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(
            HMACSHA256.HashData(hashed, Encoding.UTF8.GetBytes($"{receiving} {originating} {streamId}"))));

    /// <summary>Compared in constant time.</summary>
    public bool Fits(ReadOnlySpan<byte> key, string receiving, string originating, string streamId) =>
        CryptographicOperations.FixedTimeEquals(key, Of(receiving, originating, streamId));
}
