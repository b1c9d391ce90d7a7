using CsCheck;
using Lab.Toxiproxy;
using static Lab.Tests.VirtualFlow;

namespace Lab.Tests;

/// <summary>Toxics that come, change and go while bytes are on their way.</summary>
public sealed class ChangesInFlightTests
{
    [Fact]
    public void Removing_latency_lets_everything_go_at_once()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("latency", 5000));
        for (int i = 0; i < 20; i++) flow.Send(i * 5, i + 1);
        flow.At(300, (c, now) => c.Remove(now, "latency")).Run();
        Assert.Equal(Enumerable.Range(1, 20), flow.Sizes);
        Assert.All(flow.Times, t => Assert.Equal(300_000_000, t.Nanoseconds));
    }

    [Fact]
    public void Changing_latency_frees_the_first_chunk_and_the_rest_get_new_times()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("latency", 5000)).Send(0, 1).Send(10, 2).Send(20, 3)
            .At(200, (c, now) => c.Change(now, Toxic("latency", 1000)));
        Assert.Equal("200:1 1010:2 1020:3", flow.Run());
    }

    [Fact]
    public void Strict_changing_latency_weighs_every_chunk_anew()
    {
        VirtualFlow flow = new VirtualFlow(strict: true).With(Toxic("latency", 5000)).Send(0, 1).Send(10, 2)
            .At(200, (c, now) => c.Change(now, Toxic("latency", 1000)));
        Assert.Equal("1000:1 1010:2", flow.Run());
    }

    [Theory, InlineData(false, "200:1 1010:2"), InlineData(true, "1000:1 1010:2")]
    public void Adding_an_unrelated_toxic_cuts_a_wait_short_unless_strict(bool strict, string expected)
    {
        VirtualFlow flow = new VirtualFlow(strict: strict).With(Toxic("latency", 1000)).Send(0, 1).Send(10, 2)
            .At(200, (c, now) => c.Add(now, Toxic("noop")));
        Assert.Equal(expected, flow.Run());
    }

    [Fact]
    public void Changing_or_removing_bandwidth_frees_the_rest_of_the_chunk()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("bandwidth", 10)).Send(0, 5000)
            .At(150, (c, now) => c.Remove(now, "bandwidth"));
        Assert.Equal("100:1000 150:4000", flow.Run());
        flow = new VirtualFlow().With(Toxic("bandwidth", 0)).Send(0, 5000).Send(1, 100)
            .At(150, (c, now) => c.Change(now, Toxic("bandwidth", 100)));
        Assert.Equal("150:5000 151:100", flow.Run());
    }

    [Fact]
    public void Removing_a_slow_close_that_waits_closes()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("slow_close", 600)).End(0)
            .At(100, (c, now) => c.Remove(now, "slow_close"));
        Assert.Equal("100:end", flow.Run());
    }

    [Fact]
    public void A_receiver_that_does_not_read_is_felt_by_the_sender()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("slicer", 100)).ReadsFrom(1e6);
        for (int i = 0; i < 100; i++) flow.Send(i, 32_768);
        flow.At(500, (_, _) => Assert.InRange(flow.Unread, 96, 99));
        flow.Run();
        Assert.Equal(100 * 32_768, flow.Sizes.Sum());
    }

    [Fact]
    public void Latency_holds_at_most_1024_chunks_and_one_in_hand()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("latency", 10_000));
        for (int i = 0; i < 1100; i++) flow.Send(i, 1);
        flow.At(5000, (_, _) => Assert.Equal(1100 - 1025 - 1, flow.Unread));
        flow.Run();
        Assert.Equal(1100, flow.Sizes.Sum());
    }

    [Fact]
    public void Changes_while_the_receiver_is_blocked_take_no_time_and_lose_nothing()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("latency", 10)).ReadsFrom(1000);
        for (int i = 0; i < 50; i++) flow.Send(i, i + 1);
        flow.At(500, (c, now) => c.Add(now, Toxic("bandwidth", 1000)));
        flow.At(600, (c, now) => c.Remove(now, "latency"));
        flow.At(700, (c, now) => c.Remove(now, "bandwidth")).Run();
        Assert.Equal(Enumerable.Range(1, 50), flow.Sizes);
    }

    /// <summary>Any chunks, any changes of toxics that drop nothing, any time the receiver begins to read.</summary>
    [Theory, InlineData(false), InlineData(true)]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Whatever_changes_no_byte_is_lost_or_reordered(bool strict) =>
        Gen.Int[0, 1_000_000].Array[0, 60].Try(400, script => Survives(script, strict));

    // each number is one step: its remainders choose what happens and when
    private static void Survives(int[] script, bool strict)
    {
        var flow = new VirtualFlow((ulong)script.Length, strict);
        var sent = new List<byte>();
        Toxic[] kinds = [Toxic("latency", 40, 30), Toxic("bandwidth", 30), Toxic("slicer", 50, 20, 300),
            Toxic("slow_close", 9), Toxic("noop"), Toxic("recovered_loss", 300, 7)];
        var set = new HashSet<string>();
        double at = 0;
        foreach (int step in script)
        {
            at += step % 7 * 3.3;
            Toxic toxic = kinds[step / 7 % kinds.Length] with { Toxicity = step % 5 == 0 ? 0.5f : 1 };
            switch (step / 100 % 4)
            {
                case 0 when set.Add(toxic.Name):
                    flow.At(at, (c, now) => c.Add(now, toxic));
                    break;
                case 1 when set.Contains(toxic.Name):
                    Toxic other = toxic with { Values = [.. toxic.Values.Select(v => v / 2 + 1)] };
                    flow.At(at, (c, now) => c.Change(now, other));
                    break;
                case 2 when set.Remove(toxic.Name):
                    flow.At(at, (c, now) => c.Remove(now, toxic.Name));
                    break;
                default:
                    byte[] bytes = [.. Enumerable.Range(sent.Count, step % 400 + 1).Select(i => (byte)(i * 31))];
                    sent.AddRange(bytes);
                    flow.Send(at, bytes);
                    break;
            }
        }
        flow.End(at);
        if (script.Length % 3 == 0) flow.ReadsFrom(at / 2);
        string log = flow.Run();
        Assert.EndsWith("end", log);
        Assert.Equal(sent, flow.Received);
    }
}
