using Lab.Network;

namespace Lab.Tests;

public class TcpIdleTests
{
    private static readonly TcpSettings Keeping = new()
    {
        Keepalive = new TcpKeepalive(Duration.FromSeconds(60), Duration.FromSeconds(10), 6),
    };

    [Fact]
    public void An_idle_connection_holds_no_buffer_and_asks_for_nothing()
    {
        TcpPair pair = TcpPair.Calibrated(Duration.FromMilliseconds(100));
        Assert.Equal(0, pair.Buffers.Outstanding);
        Assert.Equal((Instant.Never, Instant.Never), (pair.Client.NextTime, pair.Server!.NextTime));
    }

    [Fact]
    public void Answered_keepalive_probes_keep_the_connection_and_cost_two_segments_each()
    {
        TcpPair pair = TcpPair.Calibrated(Duration.FromMilliseconds(100), Keeping);
        pair.ServerReads = false;
        pair.RunFor(Duration.FromSeconds(600));
        Assert.Equal(TcpEnd.None, pair.EndOf(true));
        Assert.All(pair.Sent, s =>
            Assert.Equal(s.FromClient ? SegmentUse.KeepaliveProbe : SegmentUse.Acknowledgement, s.Segment.Use));
        Assert.InRange(pair.Sent.Count, 18, 20);
    }

    [Fact]
    public void A_probe_lies_one_byte_left_of_the_window_and_carries_nothing()
    {
        TcpTalk talk = TcpTalk.Connected(100, Keeping);
        talk.Until(60_200);
        Assert.Equal("60100 KeepaliveProbe 0 ack 1", talk.Said);
        talk.Hear(TcpFlags.Ack, 1, 1);
        talk.Until(120_250);
        Assert.Equal("120200 KeepaliveProbe 0 ack 1", talk.Said);
    }

    [Fact]
    public void Such_a_probe_is_answered_at_once()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Until(5_000);
        talk.Hear(TcpFlags.Ack, 0, 1);
        Assert.Equal("5000 Acknowledgement 1 ack 1", talk.Said);
    }

    [Fact]
    public void Data_in_flight_suspend_keepalive()
    {
        TcpPair pair = TcpPair.Calibrated(Duration.FromMilliseconds(100), Keeping);
        pair.Blackhole();
        pair.Write(true, 1);
        (TcpEnd end, _) = pair.RunToEnd(true, Duration.FromSeconds(2000));
        Assert.Equal(TcpEnd.RetransmissionLimit, end);
        Assert.DoesNotContain(pair.Sent, s => s.FromClient && s.Segment.Use == SegmentUse.KeepaliveProbe);
    }

    [Fact]
    public void A_frozen_application_leaves_acknowledging_and_keepalive_intact_until_its_window_is_full()
    {
        TcpPair pair = TcpPair.Calibrated(
            Duration.FromMilliseconds(100), Keeping, new TcpSettings { ReceiveBufferBytes = 4000 });
        pair.ServerReads = false;
        for (int i = 0; i < 6; i++)
        {
            pair.Write(true, 600);
            pair.RunFor(Duration.FromSeconds(30));
        }
        Assert.Equal(0, pair.Client.Info.UnacknowledgedBytes);
        Assert.InRange(pair.Sent.Last(s => !s.FromClient).Segment.Window, 0u, 400u);
        pair.Write(true, 600);
        pair.RunFor(Duration.FromHours(5));
        Assert.Equal(TcpEnd.None, pair.EndOf(true));
        Assert.Equal(0u, pair.Sent.Last(s => !s.FromClient).Segment.Window);
        Assert.InRange(pair.Client.Info.UnsentBytes, 100, 1_500);
        pair.Do(_ => pair.ReadAll(false));
        pair.RunFor(Duration.FromSeconds(1));
        pair.Do(_ => pair.ReadAll(false));
        pair.RunFor(Duration.FromMinutes(3));
        pair.Do(_ => pair.ReadAll(false));
        Assert.Equal(60 * 40 + 7 * 600, pair.ServerRead.Count);
    }

    [Fact]
    public void Window_probes_double_up_to_two_minutes_and_answers_do_not_reset_the_pace()
    {
        TcpTalk talk = Stalled(new TcpSettings());
        Duration rto = talk.Connection.Info.Rto;
        var gaps = new List<long>();
        long last = 200;
        for (long ms = 200; gaps.Count < 11; ms++)
        {
            talk.Until(ms);
            string said = talk.Said;
            if (said == "") continue;
            Assert.Contains("WindowProbe", said);
            gaps.Add(ms - last);
            last = ms;
            talk.Ack(2, window: 0);
        }
        Assert.Equal([.. Enumerable.Range(0, 9).Select(i => rto.Nanoseconds / 1_000_000 << i), 120_000, 120_000],
            gaps);
        talk.Ack(2, window: 1000);
        Assert.Equal($"{last} Data 2..52 ack 1", talk.Said);
    }

    [Fact]
    public void Unanswered_window_probes_end_the_connection_after_retries2_of_them()
    {
        TcpTalk closed = Stalled(new TcpSettings { Retries2 = 4 });
        closed.Until(60_000);
        string[] lines = closed.Said.Split('\n');
        Assert.Equal(4, lines.Count(l => l.Contains("WindowProbe 1 ", StringComparison.Ordinal)));
        Assert.EndsWith("ended WindowProbeTimeout", lines[^1]);
    }

    /// <summary>Measured on Linux 6.18 with 5 s: 5.4 s, of which the first probe took 0.2 s.</summary>
    [Fact]
    public void The_user_timeout_ends_a_zero_window_even_when_probes_are_answered()
    {
        TcpTalk talk = Stalled(new TcpSettings { UserTimeout = Duration.FromSeconds(5) });
        long firstProbe = 200 + talk.Connection.Info.Rto.Nanoseconds / 1_000_000;
        string said = "";
        for (long ms = 201; ms < 10_000 && talk.Connection.State is TcpState.Established; ms++)
        {
            talk.Until(ms);
            said = talk.Said;
            if (said.Contains("WindowProbe 1 ", StringComparison.Ordinal)) talk.Ack(2, window: 0);
        }
        Assert.EndsWith("ended UserTimeout", said);
        Assert.InRange(talk.Now.Nanoseconds / 1_000_000, firstProbe + 4_999, firstProbe + 5_002);
    }

    private static TcpTalk Stalled(TcpSettings settings)
    {
        TcpTalk talk = TcpTalk.Connected(100, settings, window: 1);
        talk.Write(1);
        talk.Until(200);
        talk.Ack(2, window: 0);
        talk.Write(50);
        _ = talk.Said;
        return talk;
    }
}
