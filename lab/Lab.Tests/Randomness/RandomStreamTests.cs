using Lab.Network;

namespace Lab.Tests;

public sealed class RandomStreamTests
{
    private static readonly Duration Mean = Duration.FromSeconds(1000);

    [Fact]
    public void The_same_seed_and_path_give_the_same_draws()
    {
        static ulong[] Draw(RandomStream s) => [.. Enumerable.Range(0, 5).Select(_ => s.Next())];
        RandomStream one = RandomStream.Root(7).Fork("link"), same = RandomStream.Root(7).Fork("link");
        Assert.Equal(Draw(one.Fork("up")), Draw(same.Fork("up")));
        Assert.NotEqual(Draw(RandomStream.Root(7).Fork("up")), Draw(RandomStream.Root(8).Fork("up")));
        Assert.NotEqual(Draw(RandomStream.Root(7).Fork("up")), Draw(RandomStream.Root(7).Fork("down")));
        Assert.NotEqual(Draw(RandomStream.Root(7).Fork("a").Fork("b")), Draw(RandomStream.Root(7).Fork("b").Fork("a")));
    }

    /// <summary>SplitMix64 from a state of zero, as its authors' reference program prints it.</summary>
    [Fact]
    public void The_generator_is_SplitMix64()
    {
        ulong state = 0;
        ulong[] reference = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC];
        foreach (ulong expected in reference) Assert.Equal(expected, SplitMix(ref state));

        state = 0;
        ulong key = SplitMix(ref state); // the root of seed 0 starts where the first draw from zero ends
        RandomStream root = RandomStream.Root(0);
        for (int i = 0; i < 4; i++) Assert.Equal(SplitMix(ref key), root.Next());
    }

    [Fact]
    public void A_fork_does_not_depend_on_draws_made_elsewhere()
    {
        RandomStream busy = RandomStream.Root(7), idle = RandomStream.Root(7);
        for (int i = 0; i < 1000; i++) busy.Fork("other").Normal(busy.Exponential(Mean), Mean);
        Assert.Equal(idle.Fork("phone").Next(), busy.Fork("phone").Next());
    }

    [Fact]
    public void Adding_a_client_changes_nobody_elses_draws()
    {
        Assert.Equal(Luck(["a", "b"])["b"], Luck(["a", "new", "b"])["b"]);

        static Dictionary<string, ulong[]> Luck(string[] clients)
        {
            RandomStream root = RandomStream.Root(11);
            var streams = clients.ToDictionary(c => c, c => root.Fork("client").Fork(c));
            var luck = clients.ToDictionary(c => c, _ => new ulong[100]);
            for (int i = 0; i < 100; i++)
                foreach (string client in clients) luck[client][i] = streams[client].Next();
            return luck;
        }
    }

    /// <summary>
    /// Correlation of two forks, and of a fork with its parent, bit by bit of the highest: within 5 sigma of none.
    /// </summary>
    [Fact]
    public void Forks_are_independent_of_each_other_and_of_their_parent()
    {
        const int draws = 100_000;
        RandomStream root = RandomStream.Root(3);
        RandomStream[] streams = [root, .. Enumerable.Range(0, 12).Select(i => root.Fork($"client-{i}"))];
        double[][] values =
        [
            .. streams.Select(s =>
                Enumerable.Range(0, draws).Select(_ => s.Next() / Math.Pow(2, 64) - 0.5).ToArray()),
        ];
        for (int i = 0; i < values.Length; i++)
            for (int j = 0; j < i; j++)
                for (int lag = 0; lag < 3; lag++)
                {
                    double product = 0;
                    for (int n = lag; n < draws; n++) product += values[i][n] * values[j][n - lag];
                    Assert.InRange(product / draws * 12 * Math.Sqrt(draws), -5, 5);
                }
    }

    [Fact]
    public void A_range_is_hit_evenly_and_a_chance_as_often_as_it_says()
    {
        RandomStream stream = RandomStream.Root(1);
        int[] counts = new int[10];
        for (int i = 0; i < 1_000_000; i++) counts[stream.Below(10)]++;
        Assert.All(counts, c => Assert.InRange(c, 100_000 - 1500, 100_000 + 1500)); // 5 sigma
        int hits = Enumerable.Range(0, 1_000_000).Count(_ => stream.Chance(new(20_000_000)));
        Assert.InRange(hits, 20_000 - 700, 20_000 + 700);
        Assert.DoesNotContain(Enumerable.Range(0, 1000), _ => stream.Chance(Probability.Never));
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(stream.Chance(Probability.Always)));
        for (int i = 0; i < 1000; i++) Assert.InRange(stream.Between(new(-3), new(4)).Nanoseconds, -3, 3);
        Assert.Equal(new Duration(9), stream.Between(new(9), new(9)));
    }

    [Theory] // quantile in percent, z: the standard normal's table
    [InlineData(50, 0)]
    [InlineData(75, 0.674490)]
    [InlineData(90, 1.281552)]
    [InlineData(97.5, 1.959964)]
    [InlineData(99, 2.326348)]
    [InlineData(99.9, 3.090232)]
    [InlineData(99.99, 3.719016)]
    [InlineData(99.9999, 4.753424)]
    [InlineData(99.9999999, 5.997807)]
    public void Normal_quantiles_are_those_of_the_table(double percent, double z)
    {
        ulong u = (ulong)((UInt128)(percent / 100 * (1UL << 53)) << 11);
        Assert.Equal(z, InverseTables.Normal(u) / Q32, 0.00002);
        Assert.Equal(-z, InverseTables.Normal(~u) / Q32, 0.00002);
    }

    /// <summary>The inverse tables against the floating-point functions they stand for, everywhere.</summary>
    [Fact]
    public void The_tables_are_as_accurate_as_they_say()
    {
        RandomStream stream = RandomStream.Root(4);
        double log = 0, power = 0;
        for (int i = 0; i < 200_000; i++)
        {
            ulong u = stream.Next() >> (int)stream.Below(60);
            log = Math.Max(log, Math.Abs(InverseTables.MinusLog2(u) / Q32 - (64 - Math.Log2(u | 1))));
            long exponent = (long)stream.Below(20UL << 32);
            double exact = 1e9 * Math.Pow(2, exponent / Q32);
            power = Math.Max(power, Math.Abs(InverseTables.TimesPowerOfTwo(1_000_000_000, exponent) - exact) / exact);
        }
        Assert.InRange(log, 0, 2e-7);
        Assert.InRange(power, 0, 6e-8);
        Assert.InRange(InverseTables.MinusLog2(ulong.MaxValue), 0UL, 1UL);
        Assert.Equal(64.0, InverseTables.MinusLog2(0) / Q32);
        Assert.Equal(long.MaxValue, InverseTables.TimesPowerOfTwo(1_000_000_000, 40L << 32));
        Assert.Equal(0, InverseTables.TimesPowerOfTwo(1_000_000_000, -80L << 32));
    }

    /// <summary>Each upper tail found by the table is put back through the integral of the density.</summary>
    [Fact]
    public void The_normal_table_inverts_the_integral_of_its_density()
    {
        double worst = 0, tail = 0, z = 9;
        RandomStream stream = RandomStream.Root(5);
        (double Tail, ulong U)[] asked = [.. Enumerable.Range(0, 5000)
            .Select(_ => stream.Next() >> 1 >> (int)stream.Below(32))
            .Where(u => u >= 1UL << 31).Select(u => (u / Math.Pow(2, 64), u)).Order()];
        foreach ((double wanted, ulong u) in asked)
        {
            while (tail < wanted) // midpoints of steps of 1e-4: relative error 1e-8
            {
                z -= 1e-4;
                tail += 1e-4 * Math.Exp(-(z + 5e-5) * (z + 5e-5) / 2) / Math.Sqrt(2 * Math.PI);
            }
            double exact = z + (tail - wanted) / Math.Exp(-z * z / 2) * Math.Sqrt(2 * Math.PI);
            worst = Math.Max(worst, Math.Abs(-InverseTables.Normal(u) / Q32 - exact));
        }
        Assert.InRange(worst, 0, 1.3e-5); // step^2 / 8 * z / density^2 at the first quartile: 1.27e-5
    }

    public static TheoryData<string, double, double[]> Known => new()
    {
        // distribution, mean, quantiles at 1 %, 25 %, 50 %, 90 %, 99 %, 99.9 %
        { "exponential", 1, [0.0100503, 0.2876821, 0.6931472, 2.3025851, 4.6051702, 6.9077553] },
        { "Pareto", 1, [0.0067114, 0.2012848, 0.5198421, 2.3088694, 7.2831777, 18] },
        { "normal", 1, [1 - 0.2326348, 1 - 0.0674490, 1, 1.1281552, 1.2326348, 1.3090232] },
        { "lognormal", 1.1331485, [0.3124855, 0.7137164, 1, 1.8979243, 3.2001491, 4.6886089] },
    };

    /// <summary>400,000 draws: each quantile within 5 sigma of its binomial, the mean within 1 %.</summary>
    [Theory, MemberData(nameof(Known))]
    public void Draws_have_the_mean_and_quantiles_of_their_distribution(
        string distribution, double mean, double[] quantiles)
    {
        const int draws = 400_000;
        double[] shares = [0.01, 0.25, 0.5, 0.9, 0.99, 0.999];
        RandomStream stream = RandomStream.Root(9).Fork(distribution);
        double sum = 0;
        int[] below = new int[quantiles.Length];
        for (int i = 0; i < draws; i++)
        {
            double x = (double)(distribution switch
            {
                "exponential" => stream.Exponential(Mean),
                "Pareto" => stream.Pareto(Mean),
                "normal" => stream.Normal(Mean, Mean / 10),
                _ => stream.Lognormal(Mean, 500),
            }).Nanoseconds / Mean.Nanoseconds;
            sum += x;
            for (int q = 0; q < quantiles.Length; q++)
                if (x < quantiles[q]) below[q]++;
        }
        Assert.Equal(mean, sum / draws, 0.01 * mean);
        for (int q = 0; q < shares.Length; q++)
            Assert.InRange(below[q] - shares[q] * draws, -5 * Sigma(shares[q]), 5 * Sigma(shares[q]));

        static double Sigma(double share) => Math.Sqrt(draws * share * (1 - share));
    }

    [Fact]
    public void Every_draw_uses_one_step_of_the_stream()
    {
        RandomStream drawn = RandomStream.Root(2), counted = RandomStream.Root(2);
        drawn.Exponential(Mean);
        drawn.Normal(Mean, Mean);
        drawn.Lognormal(Mean, 1000);
        drawn.Pareto(Mean);
        drawn.Chance(Probability.Never);
        drawn.Between(Mean, Mean);
        drawn.Below(0);
        for (int i = 0; i < 7; i++) counted.Next();
        Assert.Equal(counted.Next(), drawn.Next());
    }

    [Fact]
    public void Draws_too_long_for_any_run_stop_at_forever()
    {
        RandomStream stream = RandomStream.Root(2);
        Assert.Contains(Enumerable.Range(0, 100), _ => stream.Exponential(new(long.MaxValue / 2)) == Duration.Forever);
        var half = new Duration(long.MaxValue / 2);
        Assert.Contains(Enumerable.Range(0, 100), _ => stream.Lognormal(half, 2000) == Duration.Forever);
        Assert.Equal(Duration.Zero, stream.Exponential(Duration.Zero));
        Assert.Equal(Duration.Zero, stream.Pareto(Duration.Zero));
    }

    private static double Q32 => 1L << 32;

    private static ulong SplitMix(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
