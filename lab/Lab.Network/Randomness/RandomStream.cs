using System.Numerics;
using System.Text;

namespace Lab.Network;

/// <summary>A chance in parts per billion, so that draws are decided by integers.</summary>
public readonly record struct Probability(int PartsPerBillion)
{
    public static readonly Probability Never = new(0);
    public static readonly Probability Always = new(1_000_000_000);

    /// <summary>For reports only.</summary>
    public double Ratio => PartsPerBillion / 1e9;
}

/// <summary>
/// One named source of chance. A fork depends on the root seed and the path of names alone, never on draws
/// made elsewhere: adding a client changes nobody else's luck.
/// </summary>
public sealed class RandomStream
{
    private readonly ulong key;
    private ulong state;

    private RandomStream(ulong key)
    {
        this.key = key;
        state = key;
    }

    /// <summary>The root stream of a run.</summary>
    public static RandomStream Root(ulong seed) => new(Mix(seed + 0x9E3779B97F4A7C15));

    /// <summary>A child stream, the same for the same seed and path (link/phone-3/up/loss).</summary>
    public RandomStream Fork(string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name)) hash = (hash ^ b) * 0x100000001B3;
        return new RandomStream(Mix(key ^ Mix(hash)));
    }

    /// <summary>64 uniform bits (SplitMix64).</summary>
    public ulong Next() => Mix(state += 0x9E3779B97F4A7C15);

    /// <summary>Uniform in [0, bound); bound 0 gives 0.</summary>
    public ulong Below(ulong bound) => Math.BigMul(Next(), bound, out _);

    /// <summary>Uniform in [low, high).</summary>
    public Duration Between(Duration low, Duration high) =>
        high <= low ? low : new(low.Nanoseconds + (long)Below((ulong)(high.Nanoseconds - low.Nanoseconds)));

    /// <summary>True with the given probability.</summary>
    public bool Chance(Probability p) => Below(1_000_000_000) < (ulong)p.PartsPerBillion;

    /// <summary>Fills with uniform bytes.</summary>
    public void Fill(Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i += 8)
        {
            ulong word = Next();
            for (int j = i; j < Math.Min(i + 8, bytes.Length); j++, word >>= 8) bytes[j] = (byte)word;
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
