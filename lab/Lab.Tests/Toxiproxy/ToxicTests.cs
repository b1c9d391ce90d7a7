using Lab.Network;
using Lab.Toxiproxy;
using static Lab.Tests.VirtualFlow;

namespace Lab.Tests;

/// <summary>
/// What a Toxiproxy 2.12.0 server was seen to do on sockets, in virtual time. Where the lab differs the test says so.
/// </summary>
public sealed class ToxicTests
{
    [Fact]
    public void Latency_is_a_pipeline_and_delays_no_end()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("latency", 300))
            .Send(0, 10).Send(50, 10).Send(100, 10).End(100);
        Assert.Equal("300:10 350:10 400:10 400:end", flow.Run());
        Assert.Equal("5:end", new VirtualFlow().With(Toxic("latency", 2000)).End(5).Run());
    }

    [Fact]
    public void Two_latencies_add_up_for_every_chunk()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("latency", 300), Toxic("latency", 300) with { Name = "b" });
        Assert.Equal("600:1 610:2", flow.Send(0, 1).Send(10, 2).Run());
    }

    [Fact]
    public void Jitter_stays_within_its_bounds_and_never_reorders()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("latency", 100, 30));
        for (int i = 0; i < 500; i++) flow.Send(i * 200, i + 1);
        flow.Run();
        Assert.Equal(Enumerable.Range(1, 500), flow.Sizes);
        long[] delays = [.. flow.Times.Select((t, i) => (t.Nanoseconds - i * 200_000_000L) / 1_000_000)];
        Assert.Equal((70, 129), (delays.Min(), delays.Max()));
    }

    [Fact]
    public void A_late_chunk_holds_those_behind_it_and_a_negative_sum_is_no_wait()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("latency", -1000, 10)).Send(3, 1);
        Assert.Equal("3:1", flow.Run());
        flow = new VirtualFlow().With(Toxic("latency", 100, 100));
        for (int i = 0; i < 50; i++) flow.Send(i, i + 1);
        flow.Run();
        Assert.Equal(Enumerable.Range(1, 50), flow.Sizes);
    }

    [Fact]
    public void Bandwidth_gives_pieces_of_100_ms_and_no_burst()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("bandwidth", 10)).Send(0, 5000).Send(2000, 500);
        Assert.Equal("100:1000 200:1000 300:1000 400:1000 500:1000 2050:500", flow.Run());
        flow = new VirtualFlow().With(Toxic("bandwidth", 100));
        for (int i = 0; i < 8; i++) flow.Send(0, 25_000);
        flow.Run();
        Assert.Equal(2.0, flow.Times[^1].TotalSeconds, 6);
    }

    [Fact]
    public void Bandwidth_0_lets_nothing_pass() =>
        Assert.Equal("", new VirtualFlow().With(Toxic("bandwidth", 0)).Send(0, 100).End(5).Run());

    // Toxiproxy's own test: 480 kB at 1,000 KB/s take 480 ms, give or take 10, however late each timer fires
    [Theory, InlineData(0), InlineData(3), InlineData(9), InlineData(15), InlineData(40)]
    public void Timers_that_fire_late_do_not_slow_the_rate(double late)
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("bandwidth", 1000)).Late(late);
        for (int left = 480_000; left > 0; left -= 32_768) flow.Send(0, Math.Min(left, 32_768));
        flow.Run();
        Assert.InRange(flow.Times[^1].TotalSeconds * 1000, 480, 480 + late + 0.001);
        flow = new VirtualFlow().With(Toxic("bandwidth", 10)).Late(late).Send(0, 10_000);
        flow.Run();
        Assert.InRange(flow.Times[^1].TotalSeconds * 1000, 1000, 1000 + late + 0.001);
    }

    [Fact]
    public void Who_did_not_read_for_long_gets_a_piece_at_once_and_then_the_rate()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("latency", 0), Toxic("bandwidth", 10)).ReadsFrom(5000);
        for (int i = 0; i < 20; i++) flow.Send(0, 1000);
        flow.Run();
        Assert.Equal(5000, flow.Times[0].TotalSeconds * 1000, 3);
        Assert.InRange(flow.Times[^1].TotalSeconds * 1000, 6800, 7000);
    }

    [Fact]
    public void Two_rates_in_a_row_give_each_piece_its_time_twice()
    {
        VirtualFlow flow = new VirtualFlow()
            .With(Toxic("bandwidth", 10), Toxic("bandwidth", 10) with { Name = "b" }).Send(0, 3000);
        Assert.Equal("200:1000 300:1000 400:1000", flow.Run());
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.2, 0, 0.2)]
    [InlineData(0.2, 0.5, 0.4)]                      // l / (1 - c)
    [InlineData(1, 0, 1)]
    [InlineData(7, -3, 1)]                           // forced into 0..1
    [InlineData(-1, 0.9, 0)]
    public void Packet_loss_deletes_chunks_with_their_bytes(double rate, double correlation, double share)
    {
        VirtualFlow flow = new VirtualFlow().With(Loss(rate, correlation));
        for (int i = 0; i < 4000; i++) flow.Send(i, 10);
        string heard = flow.End(4000).Run();
        Assert.EndsWith("4000:end", heard);
        Assert.Equal(share, 1 - flow.Sizes.Count / 4000.0, share is 0 or 1 ? 9 : 1);
        Assert.All(flow.Times.Index(), t => Assert.Equal(0, t.Item.Nanoseconds % 1_000_000));
    }

    [Fact]
    public void Packet_loss_that_follows_from_itself_never_ends()
    {
        VirtualFlow flow = new VirtualFlow().With(Loss(0.05, 0.95));
        for (int i = 0; i < 1000; i++) flow.Send(i, i + 1);
        flow.Run();
        Assert.InRange(flow.Sizes.Count, 1, 300);
        Assert.Equal(Enumerable.Range(1, flow.Sizes.Count), flow.Sizes);
        flow = new VirtualFlow().With(Loss(1, 0)).Send(0, 5).At(1, (c, now) => c.Remove(now, "packet_loss")).Send(2, 6);
        Assert.Equal("2:6", flow.Run());             // unlike timeout, it closes nothing when it goes
    }

    [Fact]
    public void A_timer_that_fires_late_does_not_slow_the_rate()
    {
        var bandwidth = new Bandwidth();
        bandwidth.Change(Instant.Zero, [10]);
        bandwidth.Take(Instant.Zero, new Chunk(new byte[1500], Instant.Zero));
        Instant late = Instant.Zero + Duration.FromMilliseconds(103);
        Assert.True(bandwidth.TryGive(late, out _));
        Assert.Equal(Instant.Zero + Duration.FromMilliseconds(150), bandwidth.NextTime);
    }

    [Fact]
    public void Slow_close_holds_the_end_of_its_direction_only()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("slow_close", 600)).Send(0, 1).End(0);
        Assert.Equal("0:1 600:end", flow.Run());
    }

    [Fact]
    public void Timeout_is_an_idle_timer_that_swallows_everything()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("timeout", 400));
        for (int i = 1; i <= 5; i++) flow.Send(200 * i, 1);
        Assert.Equal("1400:close", flow.Run());
        Assert.Equal("400:close", new VirtualFlow().With(Toxic("timeout", 400)).Run());
    }

    [Fact]
    public void Timeout_0_never_closes_until_it_is_taken_away()
    {
        Assert.Equal("", new VirtualFlow().With(Toxic("timeout", 0)).Send(0, 1).Run());
        VirtualFlow flow = new VirtualFlow().With(Toxic("timeout", 0)).Send(0, 1)
            .At(70, (c, now) => c.Remove(now, "timeout"));
        Assert.Equal("70:close", flow.Run());
    }

    [Fact]
    public void Limit_data_passes_exactly_its_bytes_and_closes()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("limit_data", 100)).Send(0, 60).Send(10, 60);
        Assert.Equal("0:60 10:40 10:close", flow.Run());
        Assert.Equal("5:close", new VirtualFlow().With(Toxic("limit_data", 0)).Send(5, 1).Run());
    }

    [Fact]
    public void Limit_data_goes_on_counting_when_it_is_changed()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("limit_data", 100)).Send(0, 60).Send(10, 60)
            .At(5, (c, now) => c.Change(now, Toxic("limit_data", 70)));
        Assert.Equal("0:60 10:10 10:close", flow.Run());
    }

    [Fact]
    public void The_order_of_the_chain_counts_only_for_what_it_does()
    {
        Toxic limit = Toxic("limit_data", 5), latency = Toxic("latency", 100);
        Assert.Equal("100:5 100:close", new VirtualFlow().With(limit, latency).Send(0, 10).Run());
        Assert.Equal("100:5 100:close", new VirtualFlow().With(latency, limit).Send(0, 10).Run());
    }

    [Fact]
    public void Reset_peer_waits_for_a_chunk_or_the_end()
    {
        Assert.Equal("", new VirtualFlow().With(Toxic("reset_peer", 200)).Run());
        Assert.Equal("700:reset", new VirtualFlow().With(Toxic("reset_peer", 200)).Send(500, 1).Run());
        Assert.Equal("700:reset", new VirtualFlow().With(Toxic("reset_peer", 200)).End(500).Run());
    }

    [Fact]
    public void A_reset_under_way_can_be_hastened_but_not_called_off()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("reset_peer", 200)).Send(0, 1)
            .At(50, (c, now) => c.Change(now, Toxic("reset_peer", 100) with { Toxicity = 0 }));
        Assert.Equal("100:reset", flow.Run());
        flow = new VirtualFlow().With(Toxic("reset_peer", 200)).Send(0, 1)
            .At(50, (c, now) => c.Remove(now, "reset_peer"));
        Assert.Equal("50:reset", flow.Run());
    }

    [Fact]
    public void Slices_are_no_larger_than_average_and_variation_and_stand_apart()
    {
        byte[] bytes = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];
        VirtualFlow flow = new VirtualFlow().With(Toxic("slicer", 64, 16, 20_000)).Send(0, bytes);
        flow.Run();
        Assert.Equal(bytes, flow.Received);
        Assert.All(flow.Sizes, size => Assert.InRange(size, 1, 80));
        Assert.Equal(flow.Times, flow.Times.Select((_, i) => Instant.Zero + Duration.FromMilliseconds(20 * i)));
    }

    [Theory, InlineData(1, 0), InlineData(1, 500), InlineData(3, 1)]
    public void No_size_and_variation_breaks_the_slicer(long average, long variation)
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("slicer", average, variation)).Send(0, 3000);
        flow.Run();
        Assert.Equal(3000, flow.Sizes.Sum());
        Assert.All(flow.Sizes, size => Assert.InRange(size, 1, average + variation));
    }

    [Fact]
    public void Recovered_loss_stalls_by_doubling_waits_and_loses_nothing()
    {
        VirtualFlow flow = new VirtualFlow().With(Toxic("recovered_loss", 200, 100));
        for (int i = 0; i < 300; i++) flow.Send(i * 10_000, i + 1);
        flow.Run();
        Assert.Equal(Enumerable.Range(1, 300), flow.Sizes);
        long[] stalls = [.. flow.Times.Select((t, i) => t.Nanoseconds / 1_000_000 - i * 10_000)];
        Assert.All(stalls, s => Assert.Contains(s, new long[] { 0, 100, 300, 700, 1500, 3100, 6300 }));
        Assert.InRange(stalls.Count(s => s > 0), 35, 85);
    }

    [Fact]
    public void Toxicity_hits_its_share_of_connections()
    {
        Toxic half = Toxic("timeout", 0) with { Toxicity = 0.5f };
        int hit = Enumerable.Range(0, 400).Count(i => new VirtualFlow((ulong)i).With(half).Send(0, 1).Run() == "");
        Assert.InRange(hit, 160, 240);
        Assert.Equal("0:1", new VirtualFlow().With(half with { Toxicity = -3 }).Send(0, 1).Run());
        Assert.Equal("", new VirtualFlow().With(half with { Toxicity = 80 }).Send(0, 1).Run());
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Toxicity_is_drawn_at_every_change_as_Toxiproxy_does_or_once_when_strict(bool strict)
    {
        Toxic half = Toxic("timeout", 0) with { Toxicity = 0.5f };
        int passed = 0, links = 30;
        bool anyMixed = false;
        for (int seed = 0; seed < links; seed++)
        {
            VirtualFlow flow = new VirtualFlow((ulong)seed, strict).With(half);
            for (int i = 0; i < 30; i++) flow.Send(2 * i, 1).At(2 * i + 1, (c, now) => c.Change(now, half));
            flow.Run();
            passed += flow.Sizes.Count;
            anyMixed |= flow.Sizes.Count is > 0 and < 30;
        }
        Assert.Equal(strict, !anyMixed);
        Assert.InRange(passed, 30 * links / 4, 30 * links * 3 / 4);
    }

    [Fact]
    public void The_same_seed_draws_the_same()
    {
        static string Run(ulong seed)
        {
            VirtualFlow flow = new VirtualFlow(seed).With(Toxic("latency", 100, 90), Toxic("slicer", 20, 8, 500));
            for (int i = 0; i < 20; i++) flow.Send(i * 30, 100 + i);
            return flow.Run();
        }

        Assert.Equal(Run(7), Run(7));
        Assert.NotEqual(Run(7), Run(8));
    }
}
