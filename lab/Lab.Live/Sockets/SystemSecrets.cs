using System.Security.Cryptography;
using Lab.Network;

namespace Lab.Live;

/// <summary>The operating system's random bytes.</summary>
internal sealed class SystemSecrets : Secrets
{
    public override void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
    public override Secrets Fork(string name) => this;
}
