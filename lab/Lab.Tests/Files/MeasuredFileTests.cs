using System.Text;
using Lab.Files;
using Lab.Network;

namespace Lab.Tests;

public sealed class MeasuredFileTests
{
    [Fact]
    public void A_table_has_its_columns_in_any_order_with_units_in_the_header_or_at_the_value()
    {
        Link<int> link = Over(isUp: true, """
            rate [kbit/s],time [s],delay
            8,100,10ms
            16,101.5,20ms

            """);
        link.Offer(At(0), 0, 1000);      // 1 s at 8 kbit/s
        link.Offer(At(0), 1, 1500);      // 0.5 s at 8, then 8000 bit of it at 16: half a second
        Assert.Equal([At(1010), At(2020)], [Take(link), Take(link)]);
    }

    [Fact]
    public void A_direction_has_its_own_columns_before_those_of_both()
    {
        const string table = "time,rate,rate-down\n0s,8kbit/s,80kbit/s\n";
        Link<int> up = Over(true, table), down = Over(false, table);
        up.Offer(At(0), 0, 1000);
        down.Offer(At(0), 0, 1000);
        Assert.Equal([At(1000), At(100)], [Take(up), Take(down)]);
    }

    [Fact]
    public void Down_is_an_outage_that_the_truth_tells_with_its_end()
    {
        Link<int> link = Over(true, "time [s],up\n0,1\n10,1\n20,0\n30,0\n35,1\n", loops: true);
        Assert.False(link.IsDown(At(0)));
        Assert.Equal(At(20_000), link.NextChange);
        Assert.True(link.IsDown(At(20_000)));
        Assert.Equal(Fate.Lost, link.Offer(At(20_000), 0, 1));
        Assert.Equal(At(35_000), link.NextChange);       // the last row begins the next round
        Assert.False(link.IsDown(At(35_000)));
        Assert.Equal(At(55_000), link.NextChange);
        link = Over(true, "time [s],up\n0,1\n10,0\n", loops: false);
        Assert.True(link.IsDown(At(10_000)));
        Assert.Equal(Instant.Never, link.NextChange);
    }

    [Fact]
    public void Loss_is_that_of_the_row_and_a_whole_one_is_an_outage()
    {
        Link<int> link = Over(true, "time [s],loss [%]\n0,0\n1,50\n2,100\n3,0\n");
        int[] passed = new int[4];
        for (int row = 0; row < 4; row++)
            for (int i = 0; i < 1000; i++)
                if (link.Offer(At(row * 1000 + i), 0, 1) == Fate.Inside)
                {
                    passed[row]++;
                    link.TryTake(At(row * 1000 + i), out _);
                }
        Assert.Equal((1000, 0, 1000), (passed[0], passed[2], passed[3]));
        Assert.InRange(passed[1], 440, 560);
        link = Over(true, "time [s],loss [%]\n0,0\n1,50\n2,100\n3,0\n");
        Assert.False(link.IsDown(At(0)));
        Assert.Equal(At(2000), link.NextChange);
    }

    [Fact]
    public void Without_a_rate_for_ever_what_waits_is_lost_and_the_truth_says_so()
    {
        Link<int> link = Over(true, "time [s],rate [bit/s]\n0,8000\n1,0\n2,8000\n3,0\n");
        Assert.Equal(Fate.Inside, link.Offer(At(0), 0, 1500));
        Assert.Equal(Fate.Lost, link.Offer(At(0), 1, 501));
        Assert.Equal(At(2500), Take(link));
        Assert.Equal(At(3000), link.NextChange);
        Assert.True(link.IsDown(At(3000)));
    }

    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Random_tables_send_what_adding_up_nanosecond_by_nanosecond_gives() => Fuzz.Try(300, seed =>
    {
        RandomStream random = RandomStream.Root(seed);
        var rows = new Measurement[2 + (int)random.Below(6)];
        long time = 0;
        for (int i = 0; i < rows.Length; i++, time += 1 + (long)random.Below(30))
            rows[i] = new(new Instant(time), (long)random.Below(4) * 700_000_000, Duration.Zero, default, true);
        var trace = new MeasuredTrace(rows, MeasuredColumns.Rate);
        bool loops = trace.CanLoop && random.Below(2) == 0;
        Queue<long> sent = [], left = [];
        long period = rows[^1].At.Nanoseconds, free = 0, now = 0;
        var link = new Link<int>(new() { Trace = trace, TraceLoops = loops }, RandomStream.Root(1));
        for (int unit = 0; unit < 20; unit++)
        {
            now += (long)random.Below(40);
            while (link.NextTime.Nanoseconds <= now) left.Enqueue(Take(link).Nanoseconds);
            int bytes = 1 + (int)random.Below(12);
            long at = Math.Max(now, free), bits = 0, wanted = bytes * 8_000_000_000L;
            for (long end = at + 60_000; bits < wanted && at < end; at++)
            {
                long into = loops ? at % period : at;
                bits += rows.Last(r => r.At.Nanoseconds <= into).BitsPerSecond;
            }
            Fate fate = link.Offer(new Instant(now), unit, bytes);
            Assert.Equal(bits < wanted ? Fate.Lost : Fate.Inside, fate);
            if (fate == Fate.Lost) break;
            free = at;
            sent.Enqueue(at);
        }
        while (link.NextTime != Instant.Never) left.Enqueue(Take(link).Nanoseconds);
        Assert.Equal(sent, left);
    });

    [Theory]
    [InlineData("", "t.csv is empty, expected a header such as time [s],rate [Mbit/s]")]
    [InlineData("time,rate\n", "t.csv has no rows below its header")]
    [InlineData("rate\n1Mbit/s\n", "t.csv:1:1: a column named time is missing")]
    [InlineData("time,rate-down\n0s,1Mbit/s\n", "t.csv:1:1: no column says anything about up")]
    [InlineData("time,rat\n", "t.csv:1:6: unknown column 'rat', expected ")]
    [InlineData("time,rate,rate\n", "t.csv:1:11: the column rate stands twice")]
    [InlineData("time,rate\n0s,1Mbit/s\n1s\n", "t.csv:3:1: 1 values under 2 columns")]
    [InlineData("time,rate\n0s,1Mbit/s\n1s,fast\n", "t.csv:3:4: rate: expected a rate")]
    [InlineData("time,rate\n0s,-1Mbit/s\n", "t.csv:2:4: rate: a rate cannot be negative")]
    [InlineData("time,rate\n0s,\n", "t.csv:2:4: a rate is missing; only where up is 0 there may be none")]
    [InlineData("time,loss\n0s,120%\n", "t.csv:2:4: loss: 120% is not between 0% and 100%")]
    [InlineData("time,up\n0s,perhaps\n", "t.csv:2:4: up is 1 or 0, found 'perhaps'")]
    [InlineData("time,up\n5,1\n", "t.csv:2:1: time: a time needs a unit: 5s")]
    [InlineData("time,up\n5s,1\n5s,1\n", "t.csv:3:1: the time is not after that of the row above")]
    [InlineData("\0\u0001\0", "t.csv:1:1: unknown column '...'")]
    public void What_is_wrong_with_a_table_is_said_with_line_and_column(string text, string message) =>
        Assert.Contains(message, Read(true, text).Problem, StringComparison.Ordinal);

    [Fact]
    public void A_line_without_end_is_cut_off_and_refused()
    {
        string? problem = Read(true, new string('x', 10_000_000)).Problem;
        Assert.Contains("t.csv:1:1: unknown column", problem, StringComparison.Ordinal);
        Assert.InRange(problem!.Length, 1, 10_000);
    }

    private static Link<int> Over(bool isUp, string text, bool loops = false)
    {
        (Trace? trace, string? problem) = Read(isUp, text);
        Assert.Null(problem);
        return new(new() { Trace = trace, TraceLoops = loops }, RandomStream.Root(1));
    }

    private static (Trace? Trace, string? Problem) Read(bool isUp, string text) =>
        new MeasuredFile("t.csv", isUp).Read(new MemoryStream(Encoding.UTF8.GetBytes(text)));

    private static Instant Take(Link<int> link)
    {
        Instant at = link.NextTime;
        Assert.True(link.TryTake(at, out _));
        return at;
    }

    private static Instant At(int milliseconds) => Instant.Zero + Duration.FromMilliseconds(milliseconds);
}
