using Lab.Network;

namespace Lab.Tests;

/// <summary>
/// Sixty messages of 200 bytes, one a second, over a path that loses each packet of either direction by itself, after
/// four messages without loss; lateness is what a message came later than the delay. The kernel: Linux 6.18, 60
/// connections one way and 40 with an echo, at 20 % 200 and 100 of them.
/// </summary>
public class KernelDelayTests
{
    private static readonly double[] At = [0, 0.30, 0.35, 0.50, 0.65, 0.80, 1.0, 1.5, 2, 3, 5, 10, 20];

    /// <summary>Mean lateness, and shares of messages in percent that are late by up to each time.</summary>
    private static readonly (bool Echo, int Percent, int DelayMs, double Mean, double[] Shares)[] Cells =
    [
        (false, 1, 50, 0.0034, [98.78, 99.00, 99.97, 99.97, 100]),
        (false, 5, 50, 0.0195, [94.19, 94.42, 99.56, 99.67, 99.97, 99.97, 99.97, 99.97, 100]),
        (false, 20, 50, 0.385,
            [71.94, 73.43, 86.97, 90.33, 91.93, 94.04, 94.50, 95.80, 96.88, 97.64, 98.63, 99.28, 99.66]),
        (false, 1, 200, 0.0083, [98.75, 98.94, 98.94, 98.94, 99.75, 99.83, 99.86, 99.94, 99.94, 100]),
        (false, 5, 200, 0.0456, [93.03, 94.14, 94.17, 94.31, 98.33, 98.97, 99.19, 99.78, 99.78, 100]),
        (false, 20, 200, 0.931,
            [64.79, 69.15, 69.87, 72.11, 78.20, 82.65, 84.41, 88.96, 90.65, 93.58, 95.78, 97.79, 99.14]),
        (true, 1, 50, 0.0031, [98.92, 99.08, 99.92, 100]),
        (true, 5, 50, 0.0197, [94.67, 94.88, 98.67, 99.71, 99.92, 99.92, 99.92, 99.92, 99.96, 100]),
        (true, 20, 50, 0.150,
            [75.97, 78.05, 84.82, 89.13, 94.47, 95.87, 96.75, 98.50, 99.07, 99.67, 99.88, 100]),
        (true, 1, 200, 0.0075, [98.79, 99.12, 99.12, 99.17, 99.75, 99.79, 99.83, 99.92, 99.92, 100]),
        (true, 5, 200, 0.0657, [92.62, 93.58, 93.71, 94.12, 96.42, 97.58, 98.12, 98.96, 99.12, 99.83, 100]),
        (true, 20, 200, 0.515,
            [64.87, 68.43, 69.00, 72.98, 77.97, 81.43, 83.62, 90.28, 92.42, 96.50, 98.80, 99.68, 99.93]),
    ];

    /// <summary>Lateness of the sixty messages of one connection; below 20 ms counts as 0.</summary>
    private static List<double> Connection(int number, bool echo, int percent, int delayMs)
    {
        RandomStream chance = RandomStream.Root((ulong)number + 77);
        RandomStream losses = chance.Fork("loss");
        var pair = new TcpPair(wheels: (new(250, chance), new(250, chance)))
        {
            Delay = Duration.FromMicroseconds(delayMs * 1000 + 200),
        };
        var start = new Instant((long)chance.Below(1_000_000_000));
        pair.RunUntil(start);
        pair.Connect();
        foreach (int ms in new[] { 1000, 1400, 1800, 2200 })
        {
            pair.RunUntil(start + Duration.FromMilliseconds(ms));
            pair.Write(true, 100);
        }
        pair.RunUntil(start + Duration.FromSeconds(3));
        pair.Drops = (_, _) => losses.Below(1_000_000) < (ulong)percent * 10_000;
        if (echo)
            pair.OnEvent = (p, isClient, e) =>
            {
                if (isClient || e.Kind != TcpEventKind.Readable || p.Now < start + Duration.FromSeconds(4)) return;
                p.Server!.Write(p.Now, new byte[200], 0);
            };
        for (int i = 5; i <= 64; i++)
        {
            pair.RunUntil(start + Duration.FromSeconds(i));
            pair.Write(true, 200);
        }
        pair.RunUntil(start + Duration.FromSeconds(65));
        pair.Drops = (_, _) => false;
        pair.RunUntil(start + Duration.FromSeconds(91));
        var late = new List<double>();
        int read = -400, message = 0;
        foreach ((Instant at, int bytes) in pair.ServerReadTimes)
        {
            read += bytes;
            for (; message < 60 && read >= 200 * (message + 1); message++)
            {
                double value = (at - start).TotalSeconds - (5 + message) - delayMs / 1000.0;
                late.Add(value < 0.02 ? 0 : value);
            }
        }
        while (late.Count < 60) late.Add(double.PositiveInfinity);
        pair.Release();
        return late;
    }

    private static double[] Sample(bool echo, int percent, int delayMs, int connections) =>
        [.. Enumerable.Range(0, connections).SelectMany(c => Connection(c, echo, percent, delayMs)).Order()];

    private static double Share(double[] sorted, double x) => sorted.Count(v => v <= x) / (double)sorted.Length;

    public static TheoryData<int> Numbers() => [.. Enumerable.Range(0, Cells.Length)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Messages_are_late_as_often_and_as_long_as_on_the_kernel(int number)
    {
        (bool echo, int percent, int delay, _, double[] shares) = Cells[number];
        double[] model = Sample(echo, percent, delay, connections: percent == 20 ? 600 : 200);
        double bound = (echo, percent, delay) == (false, 20, 200) ? 0.035 : 0.03;
        for (int i = 0; i < At.Length; i++)
        {
            double share = Share(model, At[i]), kernel = i < shares.Length ? shares[i] / 100 : 1;
            Assert.True(Math.Abs(share - kernel) <= bound,
                FormattableString.Invariant($"up to {At[i]} s: {share:0.0000}, kernel {kernel:0.0000}"));
        }
    }

    /// <summary>
    /// What makes the far tail: a message whose answers are lost again and again waits twice as long each time, and all
    /// later ones behind it. At a loss of p each way a round fails with q = 1 - (1 - p)^2, so a chain of six copies or
    /// more, which takes eight seconds, begins about q^6 times per message: 0.2 % at 20 %, one in 46 million at 1 %.
    /// A sample of sixty connections sees a handful, and its mean is theirs.
    /// </summary>
    [Fact]
    public void The_far_tail_is_of_rare_long_chains()
    {
        double[] longest = [.. Enumerable.Range(0, 1000).Select(c => Connection(c, false, 20, 50).Max())];
        Assert.InRange(longest.Count(l => l > 8) / 1000.0, 0.07, 0.17);     // kernel, 400 connections: 0.090
        Assert.InRange(longest.Count(l => l > 16) / 1000.0, 0.02, 0.07);    // 0.040
    }
}
