using System.Text;

namespace Lab.Network;

/// <summary>
/// One named source of chance. A fork depends on the root seed and the path of names alone, never on draws
/// made elsewhere: adding a client changes nobody else's luck. Every draw uses exactly one step of the stream
/// (Fill one per eight bytes), so two runs stay in step whatever the parameters.
/// Source of the generator: SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014). Not for secrets.
/// </summary>
public sealed class RandomStream
{
    /// <summary>Tail exponent of <see cref="Pareto"/>.</summary>
    public const int ParetoShape = 3;

    private const ulong Ln2 = 2_977_044_472, InverseLn2 = 6_196_328_019; // Q32

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
        Span<byte> utf8 = name.Length <= 100 ? stackalloc byte[300] : new byte[3 * name.Length];
        foreach (byte b in utf8[..Encoding.UTF8.GetBytes(name, utf8)]) hash = (hash ^ b) * 0x100000001B3;
        return new RandomStream(Mix(key ^ Mix(hash)));
    }

    /// <summary>64 uniform bits (SplitMix64).</summary>
    public ulong Next() => Mix(state += 0x9E3779B97F4A7C15);

    /// <summary>Uniform in [0, bound); bound 0 gives 0. Bias at most bound / 2^64.</summary>
    public ulong Below(ulong bound) => Math.BigMul(Next(), bound, out _);

    /// <summary>Uniform in [low, high).</summary>
    public Duration Between(Duration low, Duration high)
    {
        ulong draw = Below(high <= low ? 0 : (ulong)(high.Nanoseconds - low.Nanoseconds));
        return new(low.Nanoseconds + (long)draw);
    }

    /// <summary>True with the given probability.</summary>
    public bool Chance(Probability p) => Below(1_000_000_000) < (ulong)p.PartsPerBillion;

    /// <summary>Exponential with the given mean, at most 44 means; accurate to 2e-7 means.</summary>
    public Duration Exponential(Duration mean)
    {
        ulong nats = Math.BigMul(InverseTables.MinusLog2(Next()), Ln2, out ulong low) << 32 | low >> 32;
        ulong high = Math.BigMul((ulong)mean.Nanoseconds, nats, out low);
        return new(high >> 31 != 0 ? long.MaxValue : (long)(high << 32 | low >> 32));
    }

    /// <summary>Normal, rounded to the nearest integer; accurate to 1.3e-5 deviations, at most 6.3 of them.</summary>
    public long Normal(long mean, long standardDeviation)
    {
        Int128 spread = (Int128)InverseTables.Normal(Next()) * standardDeviation;
        return mean + (long)((spread + (1L << 31)) >> 32);
    }

    /// <summary>Normal, in time; negative results are possible.</summary>
    public Duration Normal(Duration mean, Duration standardDeviation) =>
        new(Normal(mean.Nanoseconds, standardDeviation.Nanoseconds));

    /// <summary>
    /// Lognormal: its logarithm is normal with <paramref name="sigmaPermille"/> / 1000; accurate to 1.3e-5 sigma.
    /// </summary>
    public Duration Lognormal(Duration median, int sigmaPermille)
    {
        Int128 nats = (Int128)InverseTables.Normal(Next()) * sigmaPermille / 1000;
        return new(InverseTables.TimesPowerOfTwo(median.Nanoseconds, (long)(nats * InverseLn2 >> 32)));
    }

    /// <summary>
    /// Weibull with the given mean and a shape of <paramref name="shapePermille"/> / 1000, 0.1 to 10: below 1 most are
    /// short and some very long, 1 is exponential. Accurate to 1e-5 of the value.
    /// </summary>
    public Duration Weibull(Duration mean, int shapePermille)
    {
        if (shapePermille == 1000) return Exponential(mean);
        ulong nats = Math.BigMul(InverseTables.MinusLog2(Next()), Ln2, out ulong low) << 32 | low >> 32;
        long log = (32L << 32) - (long)InverseTables.MinusLog2(Math.Max(1, nats));   // log2 of nats / 2^32
        long exponent = (long)((Int128)log * 1000 / shapePermille) - InverseTables.Log2OfFactorial(shapePermille);
        return new(InverseTables.TimesPowerOfTwo(mean.Nanoseconds, exponent));
    }

    /// <summary>
    /// Pareto of the second kind (Lomax) with <see cref="ParetoShape"/> 3: from zero, P(X > x) = (1 + x / 2 mean)^-3;
    /// accurate to 3e-7 of mean + x.
    /// </summary>
    public Duration Pareto(Duration mean)
    {
        long scale = checked(mean.Nanoseconds * (ParetoShape - 1));
        long exponent = (long)(InverseTables.MinusLog2(Next()) / ParetoShape);
        return new(InverseTables.TimesPowerOfTwo(scale, exponent) - scale);
    }

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
