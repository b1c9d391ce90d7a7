using Lab.Network;

namespace Lab.Tests;

public class TcpHandshakeTests
{
    [Theory]
    [InlineData(4, "0 1 2 3 4 5 7 11 19 35 67", 131)]
    [InlineData(0, "0 1 3 7 15 31 63", 127)]
    public void A_SYN_into_a_blackhole_is_repeated_and_given_up_on_Linux_schedule(int linear, string sentAt, int endsAt)
    {
        var talk = new TcpTalk(new TcpSettings { SynLinearTimeouts = linear });
        talk.Connect();
        talk.Until(200_000);
        IEnumerable<string> expected = sentAt.Split(' ')
            .Select(second => $"{(second == "0" ? "" : second + "00")}0 Handshake SYN 0\n");
        Assert.Equal(string.Concat(expected) + $"{endsAt}000 ended ConnectTimeout", talk.Said);
        Assert.Equal(Instant.Never, talk.Connection.NextTime);
    }

    [Fact]
    public void A_SYN_ACK_is_repeated_five_times_and_forgotten_after_63_seconds()
    {
        var talk = new TcpTalk();
        talk.Accept();
        talk.Until(100_000);
        Assert.Equal("""
            0 Handshake SYN 0 ack 1
            1000 Handshake SYN 0 ack 1
            3000 Handshake SYN 0 ack 1
            7000 Handshake SYN 0 ack 1
            15000 Handshake SYN 0 ack 1
            31000 Handshake SYN 0 ack 1
            63000 ended ConnectTimeout
            """, talk.Said);
    }

    /// <summary>Measured on Linux 6.18: 5.02 s and 1.03 s.</summary>
    [Theory]
    [InlineData(5000, 5000)]
    [InlineData(500, 1001)]
    public void The_user_timeout_bounds_connecting_too(int userTimeoutMs, int endsAtMs)
    {
        var talk = new TcpTalk(new TcpSettings { UserTimeout = Duration.FromMilliseconds(userTimeoutMs) });
        talk.Connect();
        talk.Until(20_000);
        Assert.EndsWith($"\n{endsAtMs} ended UserTimeout", talk.Said);
    }

    [Fact]
    public void Three_segments_open_a_connection_and_data_may_be_queued_before()
    {
        var talk = new TcpTalk();
        talk.Connect();
        Assert.Equal(5, talk.Write(5, mark: 3));
        talk.Until(100);
        talk.Hear(TcpFlags.Syn | TcpFlags.Ack, 0, 1);
        Assert.Equal("0 Handshake SYN 0\n100 Data 1..6 ack 1 mark 3", talk.Said);
        Assert.Equal([new TcpEvent(TcpEventKind.Connected)], talk.Events);
        Assert.Equal(TcpState.Established, talk.Connection.State);
    }

    [Fact]
    public void The_acknowledgement_that_completes_the_handshake_counts_as_handshake()
    {
        var talk = new TcpTalk();
        talk.Connect();
        talk.Until(100);
        talk.Hear(TcpFlags.Syn | TcpFlags.Ack, 0, 1);
        Assert.Equal("0 Handshake SYN 0\n100 Handshake 1 ack 1", talk.Said);
    }

    [Fact]
    public void A_lost_last_acknowledgement_is_repaired_by_the_repeated_SYN_ACK()
    {
        var talk = TcpTalk.Connected();
        talk.Until(1100);
        talk.Hear(TcpFlags.Syn | TcpFlags.Ack, 0, 1);
        Assert.Equal("1100 Acknowledgement 1 ack 1", talk.Said);
    }

    [Fact]
    public void A_RST_in_answer_to_the_SYN_is_a_refusal_but_not_one_that_acknowledges_something_else()
    {
        var talk = new TcpTalk();
        talk.Connect();
        talk.Hear(TcpFlags.Rst | TcpFlags.Ack, 0, 77);
        Assert.Equal(TcpState.SynSent, talk.Connection.State);
        _ = talk.Said;
        talk.Hear(TcpFlags.Rst | TcpFlags.Ack, 0, 1);
        Assert.Equal("0 ended Refused", talk.Said);
    }

    [Fact]
    public void Two_SYNs_that_cross_make_one_connection()
    {
        var talk = new TcpTalk();
        talk.Connect();
        talk.Hear(TcpFlags.Syn, 0, 0);
        talk.Until(100);
        talk.Hear(TcpFlags.Syn | TcpFlags.Ack, 0, 1);
        Assert.Equal("0 Handshake SYN 0\n0 Handshake SYN 0 ack 1", talk.Said);
        Assert.Equal(TcpState.Established, talk.Connection.State);
    }

    [Fact]
    public void Data_may_complete_the_handshake_of_the_accepting_side()
    {
        var talk = new TcpTalk();
        talk.Accept();
        talk.Until(50);
        talk.Hear(TcpFlags.Ack, 1, 1, length: 10);
        Assert.Equal([TcpEventKind.Connected, TcpEventKind.Readable], talk.Events.Select(e => e.Kind));
        Assert.Equal("0 Handshake SYN 0 ack 1\n50 Acknowledgement 1 ack 11", talk.Said);
        talk.Connection.Release();
        Assert.Equal(0, talk.Buffers.Outstanding);
    }
}
