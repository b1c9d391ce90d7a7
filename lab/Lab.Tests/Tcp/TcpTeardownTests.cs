using Lab.Network;

namespace Lab.Tests;

public class TcpTeardownTests
{
    [Fact]
    public void Close_sends_FIN_with_the_last_data_and_waits_in_TIME_WAIT_for_a_minute()
    {
        TcpTalk talk = TcpTalk.Connected(100, new TcpSettings { InitialWindowSegments = 1 });
        talk.Write(2000);
        talk.Do((c, now) => c.Close(now));
        talk.Until(200);
        talk.Ack(1449);
        talk.Until(300);
        talk.Ack(2002);
        Assert.Equal(TcpState.FinWait2, talk.Connection.State);
        talk.Hear(TcpFlags.Ack | TcpFlags.Fin, 1, 2002);
        Assert.Equal("""
            100 Data 1..1449 ack 1
            200 Data FIN 1449..2001 ack 1
            300 Acknowledgement 2002 ack 2
            300 ended Closed
            """, talk.Said);
        Assert.Equal(TcpState.TimeWait, talk.Connection.State);
        talk.Until(60_300);
        Assert.Equal(TcpState.Closed, talk.Connection.State);
        Assert.Equal((Instant.Never, 0), (talk.Connection.NextTime, talk.Buffers.Outstanding));
    }

    [Fact]
    public void TIME_WAIT_answers_a_repeated_FIN_and_starts_over()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Do((c, now) => c.Close(now));
        talk.Hear(TcpFlags.Ack | TcpFlags.Fin, 1, 2);
        talk.Until(50_000);
        _ = talk.Said;
        talk.Hear(TcpFlags.Ack | TcpFlags.Fin, 1, 2);
        Assert.Equal("50000 Acknowledgement 2 ack 2", talk.Said);
        talk.Until(109_999);
        Assert.Equal(TcpState.TimeWait, talk.Connection.State);
        talk.Until(110_000);
        Assert.Equal(TcpState.Closed, talk.Connection.State);
    }

    [Fact]
    public void Half_close_still_reads()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Do((c, now) => c.ShutdownWrite(now));
        talk.Until(200);
        talk.Ack(2);
        Assert.Equal(0, talk.Write(10));
        talk.Until(100_000);
        Assert.Equal(TcpState.FinWait2, talk.Connection.State);
        talk.Hear(TcpFlags.Ack, 1, 2, length: 50);
        Assert.Equal(50, talk.Read(100));
        talk.Hear(TcpFlags.Ack | TcpFlags.Fin, 51, 2);
        Assert.Equal(
            [TcpEventKind.Readable, TcpEventKind.PeerClosed, TcpEventKind.Ended], talk.Events.Select(e => e.Kind));
    }

    [Fact]
    public void The_side_that_closes_second_ends_with_the_ACK_of_its_FIN()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Hear(TcpFlags.Ack | TcpFlags.Fin, 1, 1, length: 10);
        Assert.Equal(TcpState.CloseWait, talk.Connection.State);
        talk.Read(100);
        talk.Do((c, now) => c.Close(now));
        talk.Ack(2, sequence: 12);
        Assert.Equal("""
            100 Acknowledgement 1 ack 12
            100 Teardown FIN 1 ack 12
            100 ended Closed
            """, talk.Said);
        Assert.Equal(TcpState.Closed, talk.Connection.State);
    }

    [Fact]
    public void FINs_that_cross_end_in_TIME_WAIT_on_both_sides()
    {
        TcpPair pair = TcpPair.Calibrated(Duration.FromMilliseconds(100));
        pair.Do(pair.Client.Close);
        pair.Do(pair.Server!.Close);
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Equal((TcpState.TimeWait, TcpState.TimeWait), (pair.Client.State, pair.Server!.State));
        Assert.Equal((TcpEnd.Closed, TcpEnd.Closed), (pair.EndOf(true), pair.EndOf(false)));
    }

    [Fact]
    public void A_FIN_ahead_of_a_gap_counts_once_the_gap_closes()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Hear(TcpFlags.Ack | TcpFlags.Fin, 101, 1, length: 10);
        Assert.Equal(TcpState.Established, talk.Connection.State);
        talk.Hear(TcpFlags.Ack, 1, 1, length: 100);
        Assert.Equal([TcpEventKind.Readable, TcpEventKind.PeerClosed], talk.Events.Select(e => e.Kind));
        Assert.EndsWith("ack 112", talk.Said);
    }

    [Fact]
    public void An_orphan_waits_one_minute_for_the_peers_FIN()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Do((c, now) => c.Close(now));
        talk.Until(200);
        talk.Ack(2);
        talk.Until(100_000);
        Assert.EndsWith("60200 ended OrphanTimeout", talk.Said);
    }

    [Fact]
    public void Data_for_an_orphan_are_answered_with_RST()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Do((c, now) => c.Close(now));
        talk.Hear(TcpFlags.Ack, 1, 2, length: 10);
        Assert.Equal("100 Teardown FIN 1 ack 1\n100 Reset RST 2\n100 ended Aborted", talk.Said);
    }

    [Fact]
    public void Closing_with_unread_data_resets()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Hear(TcpFlags.Ack, 1, 1, length: 10);
        _ = talk.Said;
        talk.Do((c, now) => c.Close(now));
        Assert.Equal("100 Reset RST 1 ack 11\n100 ended Aborted", talk.Said);
        Assert.Equal(0, talk.Buffers.Outstanding);
    }

    [Fact]
    public void Abort_resets_and_drops_what_was_queued()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Write(50_000);
        _ = talk.Said;
        talk.Do((c, now) => c.Abort(now));
        Assert.Equal("100 Reset RST 14481 ack 1\n100 ended Aborted", talk.Said);
        Assert.Equal(0, talk.Buffers.Outstanding);
    }

    [Fact]
    public void Only_a_RST_at_the_next_expected_byte_resets_one_elsewhere_in_the_window_is_challenged()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Hear(TcpFlags.Rst, 500_000, 0);
        Assert.Equal("", talk.Said);
        talk.Hear(TcpFlags.Rst, 100, 0);
        Assert.Equal("100 Acknowledgement 1 ack 1", talk.Said);
        Assert.Equal(TcpState.Established, talk.Connection.State);
        talk.Hear(TcpFlags.Rst, 1, 0);
        Assert.Equal("100 ended Reset", talk.Said);
    }

    [Fact]
    public void A_SYN_on_an_open_connection_is_challenged()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Hear(TcpFlags.Syn, 12345, 0);
        Assert.Equal("100 Acknowledgement 1 ack 1", talk.Said);
        Assert.Equal(TcpState.Established, talk.Connection.State);
    }

    [Fact]
    public void A_rebooted_peer_resets_at_the_next_write_in_one_round_trip()
    {
        TcpPair pair = TcpPair.Calibrated(Duration.FromMilliseconds(100));
        pair.ServerRebooted = true;
        Instant from = pair.Now;
        pair.Write(true, 1);
        (TcpEnd end, Instant at) = pair.RunToEnd(true, Duration.FromSeconds(5));
        Assert.Equal((TcpEnd.Reset, 100), (end, (at - from).TotalSeconds * 1000));
    }

    [Fact]
    public void A_RST_is_never_answered_with_a_RST()
    {
        Assert.Null(TcpConnection.ResetFor(new Segment { Flags = TcpFlags.Rst }));
        Segment toSyn = TcpConnection.ResetFor(new Segment { Flags = TcpFlags.Syn, Sequence = 41 })!.Value;
        Assert.Equal((TcpFlags.Rst | TcpFlags.Ack, 0u, 42u), (toSyn.Flags, toSyn.Sequence, toSyn.Acknowledgement));
    }

    [Fact]
    public void What_arrived_before_a_reset_can_still_be_read()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Hear(TcpFlags.Ack, 1, 1, length: 10);
        talk.Hear(TcpFlags.Rst, 11, 0);
        Assert.Equal(10, talk.Read(100));
        Assert.Equal(0, talk.Buffers.Outstanding);
    }
}
