using Lab.Network;

namespace Lab.Tests;

public class TcpReceiveTests
{
    [Fact]
    public void The_first_segments_are_acknowledged_at_once()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Until(1_000);
        talk.Hear(TcpFlags.Ack, 1, 1, length: 100);
        Assert.Equal("1000 Acknowledgement 1 ack 101", talk.Said);
        Assert.Equal([TcpEventKind.Readable], talk.Events.Select(e => e.Kind));
    }

    [Fact]
    public void An_interactive_connection_waits_40_ms_for_an_answer_to_ride_on()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Hear(TcpFlags.Ack, 1, 1, length: 100);
        talk.Write(10);
        talk.Until(1_000);
        talk.Ack(11, sequence: 101);
        talk.Read(100);
        _ = talk.Said;
        talk.Hear(TcpFlags.Ack, 101, 11, length: 100);
        talk.Read(100);
        talk.Until(1_500);
        Assert.Equal("1040 Acknowledgement 11 ack 201", talk.Said);
    }

    [Fact]
    public void An_answer_carries_the_acknowledgement()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Hear(TcpFlags.Ack, 1, 1, length: 100);
        talk.Write(10);
        talk.Until(1_000);
        talk.Ack(11, sequence: 101);
        _ = talk.Said;
        talk.Hear(TcpFlags.Ack, 101, 11, length: 100);
        talk.Until(1_010);
        talk.Write(20);
        talk.Until(1_200);
        Assert.StartsWith("1010 Data 11..31 ack 201", talk.Said);
    }

    [Fact]
    public void Data_ahead_of_a_gap_are_reported_most_recent_first_and_delivered_when_the_gap_closes()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Hear(TcpFlags.Ack, 101, 1, length: 100);
        talk.Hear(TcpFlags.Ack, 301, 1, length: 100);
        talk.Hear(TcpFlags.Ack, 501, 1, length: 100);
        talk.Hear(TcpFlags.Ack, 201, 1, length: 50);
        Assert.Equal("""
            100 Acknowledgement 1 ack 1 sack 101-201
            100 Acknowledgement 1 ack 1 sack 301-401 101-201
            100 Acknowledgement 1 ack 1 sack 501-601 301-401 101-201
            100 Acknowledgement 1 ack 1 sack 101-251 501-601 301-401
            """, talk.Said);
        Assert.Empty(talk.Events);
        talk.Hear(TcpFlags.Ack, 1, 1, length: 320);
        Assert.Equal("100 Acknowledgement 1 ack 401 sack 501-601", talk.Said);
        Assert.Equal(400, talk.Read(1000));
        talk.Hear(TcpFlags.Ack, 401, 1, length: 100);
        Assert.Equal(200, talk.Read(1000));
        Assert.Equal(0, talk.Buffers.Outstanding);
    }

    [Fact]
    public void Repeated_data_are_acknowledged_as_such_and_not_delivered_again()
    {
        TcpTalk talk = TcpTalk.Connected();
        talk.Hear(TcpFlags.Ack, 1, 1, length: 100);
        talk.Hear(TcpFlags.Ack, 1, 1, length: 100);
        Assert.Equal("100 Acknowledgement 1 ack 101\n100 Acknowledgement 1 ack 101 sack 1-101", talk.Said);
        Assert.Equal(100, talk.Read(1000));
    }

    [Fact]
    public void A_window_that_closed_is_announced_open_when_the_application_reads()
    {
        TcpPair pair = TcpPair.Calibrated(
            Duration.FromMilliseconds(100), server: new TcpSettings { ReceiveBufferBytes = 10_000 });
        pair.ServerReads = false;
        Assert.Equal(30_000, pair.Write(true, 30_000));
        pair.RunFor(Duration.FromSeconds(3));
        Assert.Equal(0u, pair.Sent.Last(s => !s.FromClient).Segment.Window);
        Assert.InRange(pair.Client.Info.UnsentBytes, 20_000, 21_447);
        pair.ServerReads = true;
        pair.Do(_ => pair.ReadAll(false));
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Equal(0, pair.Client.Info.UnsentBytes);
        Assert.Equal(60 * 40 + 30_000, pair.ServerRead.Count);
    }

    [Fact]
    public void Small_segments_that_come_again_and_again_ahead_of_a_gap_never_widen_the_window()
    {
        TcpTalk talk = TcpTalk.Connected(100, new TcpSettings { ReceiveBufferBytes = 10_000 });
        for (int i = 0; i < 200; i++) talk.Hear(TcpFlags.Ack, 301, 1, length: 100);
        Assert.All(talk.Windows, w => Assert.InRange(w, 0u, 10_000u));
    }

    [Fact]
    public void A_full_send_buffer_takes_part_of_a_write_and_tells_when_there_is_room()
    {
        TcpTalk talk = TcpTalk.Connected(100, new TcpSettings { SendBufferBytes = 4000 });
        Assert.Equal(3 * 1448, talk.Write(5000));
        Assert.Equal(0, talk.Write(1));
        talk.Until(200);
        talk.Ack(1449);
        Assert.Empty(talk.Events);
        talk.Ack(2897);
        Assert.Equal([TcpEventKind.Writable], talk.Events.Select(e => e.Kind));
        Assert.Equal(2 * 1448, talk.Write(5000));
    }

    [Fact]
    public void Nagle_holds_a_small_segment_back_while_one_is_out()
    {
        TcpTalk talk = TcpTalk.Connected(100, new TcpSettings { NoDelay = false });
        talk.Write(10);
        talk.Write(20);
        talk.Write(30);
        talk.Until(150);
        talk.Ack(11);
        Assert.Equal("100 Data 1..11 ack 1\n150 Data 11..61 ack 1", talk.Said);
    }
}
