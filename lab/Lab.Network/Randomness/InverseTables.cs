using System.Numerics;

namespace Lab.Network;

/// <summary>
/// Rule: a draw from a distribution is its inverse applied to 64 uniform bits. Three inverses serve all of them: log2,
/// 2^x and the normal quantile, each a table with straight lines between its points. The tables are computed once with
/// integers alone, so every machine has the same bits. All values are Q32: units of 2^-32.
/// Accuracy (absolute, tested): -log2 2e-7; 2^x 6e-8 of the value; normal quantile 1.3e-5 up to 6.3 standard
/// deviations, flat beyond (one draw in 8 * 10^9).
/// Source: the bits of log2 by repeated squaring (D. Knuth, TAOCP vol. 1, exercise 1.2.2-25); the normal quantile by
/// Simpson's rule over exp(-z^2/2), whose values on an even grid need only multiplications.
/// </summary>
public static class InverseTables
{
    private const int StepBits = 10, Steps = 1 << StepBits;
    private const int OctaveBits = 6, OctaveSteps = 1 << OctaveBits, Octaves = 32;

    private static readonly ulong[] Log2Points = BuildLog2();
    private static readonly ulong[] PowerPoints = BuildPowers();
    private static readonly long[] NormalPoints = BuildNormal();

    /// <summary>-log2(u / 2^64) in Q32, from 0 to 64; u = 0 counts as the smallest fraction.</summary>
    public static ulong MinusLog2(ulong u)
    {
        u |= 1;
        int zeros = BitOperations.LeadingZeroCount(u);
        ulong fraction = u << zeros << 1;
        ulong low = Log2Points[fraction >> (64 - StepBits)];
        ulong high = Log2Points[(fraction >> (64 - StepBits)) + 1];
        ulong log = low + ((high - low) * (fraction << StepBits >> 32) >> 32);
        return ((ulong)(1 + zeros) << 32) - log;
    }

    /// <summary>value * 2^(exponent / 2^32), rounded down; stops at the largest long.</summary>
    public static long TimesPowerOfTwo(long value, long exponent)
    {
        uint fraction = (uint)exponent;
        ulong low = PowerPoints[fraction >> (32 - StepBits)];
        ulong high = PowerPoints[(fraction >> (32 - StepBits)) + 1];
        ulong power = low + (ulong)((UInt128)(high - low) * (fraction << StepBits) >> 32);
        long shift = 62 - (exponent >> 32);
        UInt128 product = (UInt128)(ulong)value * power;
        if (shift > 127) return 0;
        if (shift < 0 || product >> (int)shift > long.MaxValue) return long.MaxValue;
        return (long)(product >> (int)shift);
    }

    /// <summary>The standard normal quantile of a uniform u / 2^64, in Q32.</summary>
    public static long Normal(ulong u)
    {
        bool upper = u >> 63 == 1;
        ulong tail = (upper ? ~u : u) << 1;
        int octave = BitOperations.LeadingZeroCount(tail);
        long z = NormalPoints[0];
        if (octave < Octaves)
        {
            ulong fraction = tail << octave << 1;
            int i = (Octaves - 1 - octave) * OctaveSteps + (int)(fraction >> (64 - OctaveBits));
            long step = NormalPoints[i] - NormalPoints[i + 1];
            z = NormalPoints[i] - (long)((ulong)step * (fraction << OctaveBits >> 32) >> 32);
        }
        return upper ? z : -z;
    }

    /// <summary>
    /// log2 of Gamma(1 + 1000 / shapePermille), the mean of a Weibull with scale 1, in Q32; accurate to 1e-6. Rule: the
    /// factorial's recurrence down to [0, 1], there the polynomial of Abramowitz and Stegun 6.1.36 in decimal digits.
    /// </summary>
    internal static long Log2OfFactorial(int shapePermille)
    {
        decimal x = 1000m / Math.Clamp(shapePermille, 100, 10_000), product = 1;
        for (; x > 1; x--) product *= x;
        decimal[] a =
        [
            0.035868343m, -0.193527818m, 0.482199394m, -0.756704078m, 0.918206857m, -0.897056937m, 0.988205891m,
            -0.577191652m, 1,
        ];
        decimal gamma = 0;
        foreach (decimal coefficient in a) gamma = gamma * x + coefficient;
        // 2^32 of it is below 2^64: ten factorial is the largest
        return (32L << 32) - (long)MinusLog2((ulong)(gamma * product * 4294967296m));
    }

    private static ulong[] BuildLog2()
    {
        var points = new ulong[Steps + 1];
        for (int i = 0; i < Steps; i++)
        {
            ulong x = (1UL << 63) + ((ulong)i << (63 - StepBits)), log = 0;
            for (int bit = 0; bit < 33; bit++)
            {
                ulong square = Math.BigMul(x, x, out ulong rest);
                bool two = square >> 63 == 1;
                x = two ? square : (square << 1) | (rest >> 63);
                log = (log << 1) | (two ? 1UL : 0);
            }
            points[i] = (log + 1) >> 1;
        }
        points[Steps] = 1UL << 32;
        return points;
    }

    private static ulong[] BuildPowers()
    {
        BigInteger root = BigInteger.One << 121;
        for (int i = 0; i < StepBits; i++) root = SquareRoot(root << 120);
        var points = new ulong[Steps + 1];
        BigInteger power = BigInteger.One << 120;
        for (int i = 0; i <= Steps; i++, power = power * root >> 120) points[i] = (ulong)(power >> 58);
        return points;
    }

    private static BigInteger SquareRoot(BigInteger square)
    {
        BigInteger root = BigInteger.One << (int)(square.GetBitLength() / 2 + 1);
        while (true)
        {
            BigInteger next = (root + square / root) >> 1;
            if (next >= root) return root;
            root = next;
        }
    }

    // Point 64 row + j is the z whose upper tail is 2^(row-33) (1 + j/64); the last is the median, z = 0. The density
    // at z = i/256 follows from its left neighbour by the factor r, and r from its own by q = exp(-1/65536).
    private static long[] BuildNormal()
    {
        const int cells = 11 * 256, bits = 160;
        BigInteger q = ExpMinus(16, bits), r = ExpMinus(17, bits);
        var density = new BigInteger[cells + 1];
        density[0] = BigInteger.One << bits;
        for (int i = 0; i < cells; i++, r = r * q >> bits) density[i + 1] = density[i] * r >> bits;
        var tail = new BigInteger[cells + 1];
        for (int i = cells - 2; i >= 0; i -= 2)
            tail[i] = tail[i + 2] + (density[i] + 4 * density[i + 1] + density[i + 2]) / 3;

        var points = new long[Octaves * OctaveSteps + 1];
        int cell = cells - 2;
        for (int i = 0; i < points.Length - 1; i++)
        {
            BigInteger wanted = tail[0] * (OctaveSteps + i % OctaveSteps) >> (OctaveBits + Octaves - i / OctaveSteps);
            while (cell > 0 && tail[cell] < wanted) cell -= 2;
            int near = tail[cell] - wanted > wanted - tail[cell + 2] ? cell + 2 : cell;
            long step = (long)(((tail[near] - wanted) << 24) / density[near]);
            points[i] = ((long)near << 24) + step + (long)((Int128)near * step * step >> 41);
        }
        return points;
    }

    /// <summary>exp(-2^-shift) with the given number of fraction bits, by its series.</summary>
    private static BigInteger ExpMinus(int shift, int bits)
    {
        BigInteger term = BigInteger.One << bits, sum = term;
        for (int n = 1; !term.IsZero; n++)
        {
            term = (term >> shift) / n;
            sum += n % 2 == 1 ? -term : term;
        }
        return sum;
    }
}
