using System.Buffers.Binary;

namespace Lab.Network;

/// <summary>
/// Where nonces, salts and identifiers come from that nobody may guess: in virtual time a repeatable stream, on real
/// sockets the operating system.
/// </summary>
public abstract class Secrets
{
    public abstract void Fill(Span<byte> bytes);

    /// <summary>A source of its own for one purpose.</summary>
    public abstract Secrets Fork(string name);

    public ulong Next()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }
}

/// <summary>The same for the same seed and name; worth nothing against an attacker.</summary>
public sealed class RepeatableSecrets(RandomStream random) : Secrets
{
    public override void Fill(Span<byte> bytes) => random.Fill(bytes);
    public override Secrets Fork(string name) => new RepeatableSecrets(random.Fork(name));
}
