using System.Globalization;
using Lab.Network;

namespace Lab.Tests;

public class TcpLossTests
{
    [Fact]
    public void A_lone_lost_segment_is_probed_after_R_and_then_sent_at_2R_4R_8R()
    {
        TcpTalk talk = Settled();
        talk.Write(50, mark: 9);
        Assert.Equal("Data 0", Shape(talk));
        talk.Until(StartMs + 10_000);
        Assert.Equal("Retransmission 300 600 1200 2400 4800 9600", Shape(talk));
    }

    [Fact]
    public void Without_the_tail_probe_they_leave_at_R_3R_7R()
    {
        TcpTalk talk = Settled(new TcpSettings { TailLossProbe = false });
        talk.Write(50);
        talk.Until(StartMs + 5_000);
        Assert.Equal("Data 0 Retransmission 300 900 2100 4500", Shape(talk));
    }

    [Fact]
    public void With_several_segments_out_the_probe_comes_after_two_round_trips_and_repeats_the_last()
    {
        TcpTalk talk = Settled();
        talk.Write(3000, mark: 4);
        _ = talk.Said;
        talk.Until(StartMs + 250);
        Assert.Equal($"{StartMs + 202} Retransmission {At + 2896}..{At + 3000} ack 1 mark 4", talk.Said);
    }

    [Fact]
    public void The_tail_probe_prefers_new_data()
    {
        TcpTalk talk = Settled(new TcpSettings { InitialWindowSegments = 2 });
        talk.Write(1448 * 3);
        _ = talk.Said;
        talk.Until(StartMs + 250);
        Assert.Equal($"{StartMs + 202} Data {At + 2896}..{At + 4344} ack 1", talk.Said);
    }

    [Fact]
    public void Three_SACKed_segments_send_the_missing_one_again_at_once()
    {
        TcpTalk talk = Settled();
        talk.Write(1448 * 6);
        talk.Until(StartMs + 100);
        _ = talk.Said;
        talk.Hear(TcpFlags.Ack, 1, At, sack: (At + 1448, At + 2896));
        talk.Hear(TcpFlags.Ack, 1, At, sack: (At + 1448, At + 4344));
        Assert.Equal("", talk.Said);
        talk.Hear(TcpFlags.Ack, 1, At, sack: (At + 1448, At + 5792));
        Assert.Equal($"{StartMs + 100} Retransmission {At}..{At + 1448} ack 1", talk.Said);
        Assert.Equal(5 * 1448, talk.Connection.Info.CongestionWindowBytes);
    }

    [Fact]
    public void One_SACKed_segment_is_enough_once_a_quarter_round_trip_has_passed()
    {
        TcpTalk talk = Settled();
        talk.Write(1448 * 2);
        talk.Until(StartMs + 100);
        _ = talk.Said;
        talk.Hear(TcpFlags.Ack, 1, At, sack: (At + 1448, At + 2896));
        talk.Until(StartMs + 150);
        Assert.Equal($"{StartMs + 127} Retransmission {At}..{At + 1448} ack 1", talk.Said);
    }

    [Fact]
    public void Without_SACK_three_duplicate_ACKs_do_it_and_a_partial_ACK_brings_the_next()
    {
        TcpTalk talk = Settled(new TcpSettings { Sack = false });
        talk.Write(1448 * 6);
        talk.Until(StartMs + 100);
        _ = talk.Said;
        talk.Ack(At);
        talk.Ack(At);
        Assert.Equal("", talk.Said);
        talk.Ack(At);
        Assert.Equal($"{StartMs + 100} Retransmission {At}..{At + 1448} ack 1", talk.Said);
        talk.Until(StartMs + 200);
        talk.Ack(At + 2896);
        Assert.Equal($"{StartMs + 200} Retransmission {At + 2896}..{At + 4344} ack 1", talk.Said);
    }

    [Fact]
    public void After_a_timeout_small_segments_leave_again_as_one_with_the_mark_of_the_first()
    {
        TcpTalk talk = Settled();
        talk.Write(10, mark: 1);
        talk.Write(20, mark: 2);
        _ = talk.Said;
        talk.Until(StartMs + 650);
        string[] lines = talk.Said.Split('\n');
        Assert.Equal($"{StartMs + 202} Retransmission {At + 10}..{At + 30} ack 1 mark 2", lines[0]);
        Assert.Equal($"{StartMs + 502} Retransmission {At}..{At + 30} ack 1 mark 1", lines[1]);
    }

    [Fact]
    public void A_timeout_that_proves_imaginary_gives_the_window_back()
    {
        TcpTalk talk = Settled(new TcpSettings { TailLossProbe = false });
        int before = talk.Connection.Info.CongestionWindowBytes;
        talk.Write(1448 * 4);
        talk.Until(StartMs + 350);
        Assert.Equal(1448, talk.Connection.Info.CongestionWindowBytes);
        _ = talk.Said;
        talk.Hear(TcpFlags.Ack, 1, At + 1448, echoMs: StartMs);
        Assert.True(talk.Connection.Info.CongestionWindowBytes >= before);
        Assert.Equal("", talk.Said);
    }

    /// <summary>An ACK of just the probe leaves its episode open: the next lone message has no probe.</summary>
    [Theory]
    [InlineData(false, "Data 2000 Retransmission 2300 2900 4100")]
    [InlineData(true, "Data 2000 Retransmission 2300 2600 3200 4400")]
    public void A_report_that_the_probe_came_twice_ends_its_episode(bool reported, string then)
    {
        TcpTalk talk = Settled();
        talk.Write(50);
        talk.Until(StartMs + 400);
        talk.Ack(At + 50);
        if (reported) talk.Hear(TcpFlags.Ack, 1, At + 50, sack: (At, At + 50));
        talk.Until(StartMs + 2_000);
        _ = talk.Said;
        talk.Write(50);
        talk.Until(StartMs + 4_500);
        Assert.Equal(then, Shape(talk));
    }

    /// <summary>
    /// RFC 5682: after the first ACK new data go; an ACK of what was sent only once says that nothing was lost.
    /// </summary>
    [Fact]
    public void An_acknowledgement_of_data_sent_once_undoes_a_timeout()
    {
        TcpTalk talk = Settled(new TcpSettings { TailLossProbe = false });
        talk.Write(1448 * 14);
        talk.Until(StartMs + 400);
        _ = talk.Said;
        Assert.Equal(1448, talk.Connection.Info.CongestionWindowBytes);
        talk.Ack(At + 1448);
        string[] first = talk.Said.Split('\n');
        Assert.Equal(2, first.Length);
        Assert.All(first, line => Assert.Contains(" Data ", line));
        talk.Ack(At + 2896);
        Assert.True(talk.Connection.Info.CongestionWindowBytes >= 10 * 1448);
        talk.Until(StartMs + 450);
        Assert.DoesNotContain("Retransmission", talk.Said);
    }

    [Fact]
    public void Where_new_data_may_not_go_what_was_lost_goes_at_once()
    {
        TcpTalk talk = Settled(new TcpSettings { TailLossProbe = false, NoDelay = false });
        talk.Write(1448 * 4);
        talk.Write(50);                                    // too small to go while others are out (Nagle)
        talk.Until(StartMs + 400);
        _ = talk.Said;
        talk.Ack(At + 1448);
        Assert.StartsWith($"{StartMs + 400} Retransmission {At + 1448}..", talk.Said);
    }

    [Fact]
    public void The_first_flight_is_ten_segments_and_each_ACK_lets_two_more_go()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Write(50_000);
        Assert.Equal(10, talk.Said.Split('\n').Length);
        talk.Until(200);
        talk.Ack(1449);
        Assert.Equal(2, talk.Said.Split('\n').Length);
    }

    [Fact]
    public void After_idling_the_window_is_back_at_its_initial_size()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Write(14_480);
        talk.Until(200);
        talk.Ack(14_481);
        Assert.Equal(20 * 1448, talk.Connection.Info.CongestionWindowBytes);
        talk.Until(60_000);
        _ = talk.Said;
        talk.Write(50_000);
        Assert.Equal(10, talk.Said.Split('\n').Length);
    }

    /// <summary>
    /// Three segments arrive, their ACKs are lost for 26.4 s. The first is sent again, lies left of the window, and is
    /// answered with the old echo (RFC 7323 section 4.3, rule 2). Measured on Linux 6.18: SRTT 3.300 s, deviation 6.600
    /// s, RTO 29.7 s, where the RTO had been 204 ms.
    /// </summary>
    [Fact]
    public void ACKs_lost_for_long_inflate_the_timeout_through_a_stale_echo_as_in_Linux()
    {
        TcpPair pair = TcpPair.Calibrated(Duration.FromMicroseconds(20));
        pair.Drops = (fromClient, _) => !fromClient;
        Instant from = pair.Now;
        pair.Write(true, 6000);
        pair.RunFor(Duration.FromSeconds(20));
        pair.Drops = (_, _) => false;
        pair.RunFor(Duration.FromMilliseconds(5_900));
        TcpInfo info = pair.Client.Info;
        Assert.Equal(0, info.UnacknowledgedBytes);
        Assert.True((pair.Client.Info.LastReceived - from).TotalSeconds is > 25 and < 26, info.ToString());
        double lost = (info.LastReceived - from).TotalSeconds;
        Assert.InRange(info.SmoothedRtt.TotalSeconds, lost / 8 * 0.99, lost / 8 * 1.01);
        Assert.InRange(info.RttVariation.TotalSeconds, lost / 4 * 0.98, lost / 4 * 1.02);
        Assert.InRange(info.Rto.TotalSeconds, lost * 9 / 8 * 0.98, lost * 9 / 8 * 1.02);
    }

    /// <summary>
    /// Protocol facts 3.5: after an outage data wait for the next transmission of the backed-off schedule.
    /// </summary>
    [Theory]
    [InlineData(1_000, 1_200)]
    [InlineData(10_000, 19_200)]
    [InlineData(60_000, 76_800)]
    public void After_an_outage_data_wait_for_the_next_attempt(int outageMs, int arrivesFromMs)
    {
        TcpPair pair = TcpPair.Calibrated(Duration.FromMilliseconds(100));
        Instant from = pair.Now;
        pair.Blackhole();
        pair.Write(true, 50);
        pair.RunFor(Duration.FromMilliseconds(outageMs));
        pair.Drops = (_, _) => false;
        pair.RunFor(Duration.FromSeconds(200));
        Instant readable = pair.ServerEvents.Single(e => e.Event.Kind == TcpEventKind.Readable).At;
        Assert.InRange((readable - from).TotalSeconds * 1000, arrivesFromMs, arrivesFromMs * 1.01 + 60);
    }

    private const long StartMs = 100_000;
    private const uint At = 1 + 60 * 10;

    /// <summary>Round trip 100 ms, RTO settled at 300 ms, standing at 100 s with 600 bytes exchanged.</summary>
    private static TcpTalk Settled(TcpSettings? settings = null)
    {
        TcpTalk talk = TcpTalk.Connected(100, settings);
        for (uint i = 0; i < 60; i++)
        {
            talk.Until(1_000 + i * 1_000);
            talk.Write(10);
            talk.Until(1_100 + i * 1_000);
            talk.Ack(11 + i * 10);
        }
        talk.Until(StartMs);
        _ = talk.Said;
        Assert.Equal(300, talk.Connection.Info.Rto.Nanoseconds / 1_000_000);
        return talk;
    }

    /// <summary>Uses and times since the start of the scene, and nothing else.</summary>
    private static string Shape(TcpTalk talk)
    {
        var shape = new List<string>();
        foreach (string[] words in talk.Said.Split('\n').Select(line => line.Split(' ')))
        {
            if (!shape.Contains(words[1])) shape.Add(words[1]);
            long ms = long.Parse(words[0], CultureInfo.InvariantCulture) - StartMs;
            shape.Add(ms.ToString(CultureInfo.InvariantCulture));
        }
        return string.Join(' ', shape);
    }
}
