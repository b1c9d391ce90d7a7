using System.Globalization;
using System.Text;
using Lab.Network;

namespace Lab.Tests;

/// <summary>
/// A pinned sweep: a change of the model shows as a changed table. 10 s of bulk over 50 ms, by loss (both ways) and
/// receive buffer; kB/s delivered and segments sent again needlessly, mean of three seeds.
/// </summary>
public class TcpThroughputTests
{
    private const string Expected = """
        SACK 0 %:  4 KiB 43 kB/s 0  16 KiB 287 kB/s 0  64 KiB 1258 kB/s 0
        SACK 1 %:  4 KiB 41 kB/s 1  16 KiB 236 kB/s 0  64 KiB 372 kB/s 0
        SACK 3 %:  4 KiB 34 kB/s 5  16 KiB 152 kB/s 0  64 KiB 182 kB/s 0
        SACK 10 %:  4 KiB 20 kB/s 11  16 KiB 64 kB/s 3  64 KiB 79 kB/s 1
        NewReno 0 %:  4 KiB 43 kB/s 0  16 KiB 287 kB/s 0  64 KiB 1258 kB/s 0
        NewReno 1 %:  4 KiB 39 kB/s 1  16 KiB 231 kB/s 0  64 KiB 381 kB/s 11
        NewReno 3 %:  4 KiB 31 kB/s 4  16 KiB 148 kB/s 2  64 KiB 163 kB/s 5
        NewReno 10 %:  4 KiB 13 kB/s 5  16 KiB 26 kB/s 4  64 KiB 35 kB/s 8
        """;

    [Fact]
    public void Throughput_by_loss_and_buffer_is_what_it_was()
    {
        var table = new StringBuilder();
        foreach (bool sack in (bool[])[true, false])
        foreach (int loss in (int[])[0, 1, 3, 10])
        {
            table.Append(CultureInfo.InvariantCulture, $"{(sack ? "SACK" : "NewReno")} {loss} %:");
            foreach (int kib in (int[])[4, 16, 64])
            {
                long bytes = 0, again = 0;
                for (ulong seed = 1; seed <= 3; seed++)
                {
                    (long b, long a) = Bulk(seed, loss, kib * 1024, sack);
                    bytes += b;
                    again += a;
                }
                table.Append(CultureInfo.InvariantCulture, $"  {kib} KiB {bytes / 3 / Seconds / 1000} kB/s");
                table.Append(CultureInfo.InvariantCulture, $" {again / 3}");
            }
            table.Append('\n');
        }
        string actual = table.ToString().TrimEnd();
        Assert.True(Expected == actual, actual);
    }

    private const int Seconds = 10;

    private static (long Delivered, long Needless) Bulk(ulong seed, int lossPercent, int bufferBytes, bool sack)
    {
        var settings = new TcpSettings { Sack = sack, ReceiveBufferBytes = bufferBytes };
        RandomStream random = RandomStream.Root(seed).Fork("loss");
        var delivered = new HashSet<uint>();
        long needless = 0;
        var pair = new TcpPair(settings, settings) { Delay = Duration.FromMilliseconds(25) };
        pair.Drops = (fromClient, segment) =>
        {
            bool lost = random.Chance(new Probability(lossPercent * 10_000_000));
            if (fromClient && segment.Length > 0 && !lost && !delivered.Add(segment.Sequence)) needless++;
            return lost;
        };
        byte[] chunk = new byte[65_536];
        pair.OnEvent = (p, client, e) =>
        {
            if (!client || e.Kind is not (TcpEventKind.Connected or TcpEventKind.Writable)) return;
            while (p.Client.Write(p.Now, chunk, 0) > 0) { }
        };
        pair.Connect();
        pair.RunFor(Duration.FromSeconds(Seconds));
        pair.Release();
        Assert.Equal(0, pair.Buffers.Outstanding);
        return (pair.ServerRead.Count, needless);
    }
}
