using System.Globalization;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;
using static Lab.Tests.HandWritten;
using Told = Lab.Experiments.Story;

namespace Lab.Tests;

/// <summary>What is told of histories that are written entry by entry.</summary>
public sealed class StoryTests
{
    private readonly HandWritten history = new(Duration.FromHours(2), []);

    private Journal Journal => history.Journal;

    [Fact]
    public void A_cut_is_told_from_the_last_checks_to_the_ghost_at_the_server()
    {
        history.Login(1, 1, Phone, 0);
        Ping(900, 0.08);
        Ping(960, 0.1);
        history.Cut(1000, Phone);
        Journal.ClientCheckSent(At(1020), Phone, Traffic.Ping);
        Lost(1020, SegmentUse.Data, Traffic.Ping);
        Lost(1020.3, SegmentUse.Retransmission, Traffic.Ping);
        Journal.MessageSent(At(1030), Phone, 7, SentEntry.OwnEcho);
        Lost(1035.3, SegmentUse.Retransmission, Traffic.Ping);
        history.ClientEnds(1040, Phone, 0, Mechanism.PingTimeout, Claim.Dead);
        Journal.RetryScheduled(At(1040), Phone, Duration.FromSeconds(5), 0);
        history.Connect(1045, Phone, 1);
        history.ClientEnds(1075, Phone, 1, Mechanism.ConnectTimeout);
        Journal.RetryScheduled(At(1075), Phone, Duration.FromSeconds(10), 1);
        history.Connect(1085, Phone, 2);
        history.ClientEnds(1115, Phone, 2, Mechanism.ConnectTimeout);
        Journal.RetryScheduled(At(1115), Phone, Duration.FromSeconds(90), 2);
        history.Cut(1200, Phone, ends: true);
        history.Connect(1205, Phone, 3);
        Delivered(1205.01, SegmentUse.Handshake, Direction.Up);
        Delivered(1205.02, SegmentUse.Handshake, Direction.Down);
        Journal.ClientOnline(At(1206), Phone, resumed: false, 3);
        Journal.ServerAvailable(At(1206), Phone, resumed: false, 3);
        history.ServerEnds(1210, Phone, 0, Mechanism.Reset);
        Told story = Assert.Single(history.Stories().Told);
        Assert.Equal("cut: phone noticed after 40 s (ping timeout), a.example noticed after 210 s (connection reset); "
            + "1 message lost", story.Title);
        Assert.Equal(
        [
            "-100 phone: sends 2 pings (XEP-0199), the last 60 s later; each is answered, within 100 ms",
            "0 network: the path between phone and a.example is dead (cut): nothing passes, and nobody is told",
            "20 phone: sends a ping (XEP-0199); no answer comes",
            "20 phone: a packet with a ping or its answer is lost on the way",
            "20.3 phone: 2 retransmissions, the last 15 s later, are lost on the way",
            "30 phone: sends message 7 to the echo account; "
                + "it is lost: it was last written to a connection whose path was dead",
            "40 phone: gives the stream up: its ping was not answered in time. It takes the connection for dead, "
                + "and so it is; it will try again in 5 s",
            "45 phone: tries 2 times to connect, over 70 s: connect timeout each time; it waits up to 90 s before the next",
            "200 network: the path is open again, after 200 s",
            "205.01 phone: the first packet since the path was cut gets through: a SYN",
            "205.02 a.example: the first packet since the path was cut gets through: a SYN+ACK",
            "206 phone: connects, logs in and is online with a new session; that took 1 s",
            "210 a.example: learns that the connection is over: a reset (RST) has come",
            "210 a.example: ends that session: until now it called phone available, 210 s after the fault",
        ], Lines(story));
    }

    [Fact]
    public void A_verdict_on_a_healthy_peer_is_told_as_a_false_alarm()
    {
        history.Login(1, 1, Phone, 0);
        Journal.ClientCheckSent(At(80), Phone, Traffic.Acks);
        history.ClientEnds(100, Phone, 0, Mechanism.AckTimeout, Claim.Dead);
        Told story = Assert.Single(history.Stories().Told);
        Assert.Equal("end of a stream: phone gave a false alarm (ack timeout)", story.Title);
        Assert.Equal(
        [
            "-98 phone: connects, logs in and is online with a new session; that took 1 s",
            "-20 phone: asks for an acknowledgement (<r/>, XEP-0198); no answer comes",
            "0 phone: gives the stream up: its ack request was not answered in time. It takes the connection for "
                + "dead, but the path and the other process are well: a false alarm",
        ], Lines(story));
    }

    [Fact]
    public void Who_checks_in_the_moment_of_coming_online_is_online_first()
    {
        history.Login(1, 1, Phone, 0);
        Journal.ClientCheckSent(At(2), Phone, Traffic.Acks);
        history.ClientEnds(100, Phone, 0, Mechanism.AckTimeout, Claim.Dead);
        Assert.Equal(["-98 phone: connects, logs in and is online with a new session; that took 1 s",
            "-98 phone: asks for an acknowledgement (<r/>, XEP-0198); no answer comes"],
            Lines(Assert.Single(history.Stories().Told)).Take(2));
    }

    [Fact]
    public void A_hung_server_that_is_called_dead_is_told_for_what_it_is()
    {
        history.Login(1, 1, Phone, 0);
        Journal.ProcessChanged(At(100), ServerA, ProcessState.Frozen, 0);
        history.ClientEnds(130, Phone, 0, Mechanism.PingTimeout, Claim.Dead);
        Journal.ProcessChanged(At(400), ServerA, ProcessState.Runs, 0);
        Assert.Equal(
        [
            "0 a.example: its process stands still (cut): it says nothing, but its kernel goes on acknowledging",
            "30 phone: gives the stream up: its ping was not answered in time. It takes the connection for dead, but "
                + "the connection stands: the other process does not answer",
            "300 a.example: its process runs again, after 300 s",
        ], Lines(Assert.Single(history.Stories().Told)).TakeLast(3));
    }

    [Fact]
    public void A_stream_between_servers_has_stories_with_the_messages_written_to_it()
    {
        history.Join(1, AToB, 5);
        Journal.MessageSent(At(1010), Desktop, 3, Bob);
        history.Cut(1000, AToB);
        Journal.StanzaPassed(At(1010), AToB, 3, 5);
        history.MemberEnds(1900, AToB, PathEnd.Near, 5, Mechanism.TcpRetransmissionLimit);
        Told story = Assert.Single(history.Stories().Told);
        Assert.Equal("cut: a.example noticed after 15 min (TCP retransmission limit); 1 message lost", story.Title);
        Assert.Equal((AToB, "a.example->b.example#0", "a-example--b-example-0-1000000"),
            (story.Path, story.Name, story.Id));
        Assert.Equal(
        [
            "0 network: the path between a.example and b.example is dead (cut): nothing passes, and nobody is told",
            "10 a.example: writes a message to this stream",
            "10 desktop: sends message 3 to bob; it is lost: it was last written to a connection whose path was dead",
            "900 a.example: gives up: its TCP retransmitted to the limit and got no acknowledgement. It takes the "
                + "connection for dead, and so it is",
        ], Lines(story).TakeLast(4));
    }

    [Fact]
    public void A_story_that_would_be_long_says_how_much_is_left_out()
    {
        history.Login(1, 1, Phone, 0);
        history.Cut(1000, Phone);
        for (int i = 0; i < 200; i++) Journal.ServerHibernated(At(1010 + i), Phone, 0);   // anything not joined
        Told story = Assert.Single(history.Stories().Told);
        Assert.Equal(60, story.Lines.Count);
        Assert.Single(story.Lines, l => l.Text == $"({201 - 58} more lines left out here)");
    }

    [Fact]
    public void Of_many_the_most_telling_are_told_and_the_others_counted()
    {
        for (int i = 0; i < 20; i++)
        {
            history.Login(100 * i, 1, Phone, i);
            history.ClientEnds(100 * i + 50, Phone, i, i == 3 ? Mechanism.PingTimeout : Mechanism.Reset,
                i == 3 ? Claim.Dead : Claim.None);
            history.ServerEnds(100 * i + 50, Phone, i, Mechanism.Reset);
        }
        (IReadOnlyList<Told> told, int untold) = history.Stories();
        Assert.Equal((12, 8), (told.Count, untold));
        Assert.Contains(told, s => s.Began == At(350));
        Assert.Equal(told.OrderBy(s => s.Began), told);
    }

    [Fact]
    public void A_message_that_was_lost_in_what_is_not_told_is_in_no_other_story()
    {
        for (int i = 0; i < 20; i++) Outage(300 * i, i, 150);
        Outage(2300, 50, 2);
        Journal.MessageSent(At(2321), Phone, 7, SentEntry.OwnEcho);

        (IReadOnlyList<Told> told, int untold) = history.Stories();

        Assert.Equal(21, told.Count + untold);
        Assert.DoesNotContain(told, s => s.Began == At(2320));
        Assert.All(told, s => Assert.Equal(0, s.Lost));
    }

    /// <summary>Online for 20 s, then not for a while, then again, and away.</summary>
    private void Outage(double at, int connection, double seconds)
    {
        foreach ((double begins, int number) in new[] { (at, connection), (at + 21 + seconds, connection + 100) })
        {
            history.Login(begins, 1, Phone, number);
            history.ClientEnds(begins + 20, Phone, number, number < 100 ? Mechanism.Reset : Mechanism.Stopped);
            history.ServerEnds(begins + 20, Phone, number, number < 100 ? Mechanism.Reset : Mechanism.Stopped);
        }
    }

    [Fact]
    public void Of_a_cut_in_one_direction_only_that_one_has_a_first_packet()
    {
        history.Login(1, 1, Phone, 0);
        Journal.PathChanged(At(1000), Phone, upDead: false, downDead: true, fault: 0);
        Delivered(1010, SegmentUse.Retransmission, Direction.Up);
        Journal.PathChanged(At(1200), Phone, upDead: false, downDead: false, fault: 0);
        Delivered(1230, SegmentUse.Retransmission, Direction.Up);
        Delivered(1231, SegmentUse.Data, Direction.Down);
        Told story = Assert.Single(history.Stories().Told);
        Assert.Equal(
        [
            "0 network: the path is dead from a.example to phone (cut); the other way is open",
            "10 phone: a retransmission gets through",
            "200 network: the path is open again, after 200 s",
            "230 phone: a retransmission gets through",
            "231 a.example: the first packet since the path was cut gets through: a packet with negotiation",
        ], Lines(story).Skip(1));
        Assert.Equal(At(1246), story.Until);   // 15 s of peace begin with what was heard last
    }

    [Fact]
    public void An_answer_is_one_to_all_that_was_asked_before_even_when_things_changed_in_between()
    {
        history.Connect(1, Phone, 0);
        foreach (int _ in new[] { 1, 2 }) Journal.ServerCheckSent(At(1.5), Phone, Traffic.Acks);
        Journal.ClientOnline(At(1.6), Phone, resumed: false, 0);
        Journal.ServerCheckAnswered(At(1.7), Phone, Traffic.Acks, Duration.FromMilliseconds(200));
        Journal.ServerCheckSent(At(1.7), Phone, Traffic.Acks);
        Journal.ServerCheckAnswered(At(1.8), Phone, Traffic.Acks, Duration.FromMilliseconds(100));
        for (int i = 0; i < 8; i++)
        {
            Journal.ServerCheckSent(At(60 * i + 10), Phone, Traffic.Acks);
            Journal.ServerCheckAnswered(At(60 * i + 10.1), Phone, Traffic.Acks, Duration.FromMilliseconds(100));
        }
        history.ClientEnds(440, Phone, 0, Mechanism.Reset);
        Assert.Equal(
        [
            "-438.5 a.example: asks 2 times for an acknowledgement (<r/>, XEP-0198), all at once; "
                + "each is answered, within 200 ms",
            "-438.4 phone: connects, logs in and is online with a new session; that took 600 ms",
            "-438.3 a.example: asks 9 times for an acknowledgement (<r/>, XEP-0198), the last 428 s later; "
                + "each is answered, within 100 ms",
        ], Lines(Assert.Single(history.Stories().Told)).Take(3));
    }

    [Fact]
    public void A_question_that_died_with_its_connection_is_not_answered_on_the_next()
    {
        history.Login(1, 1, Phone, 0);
        Journal.ServerCheckSent(At(90), Phone, Traffic.Acks);
        Journal.ClientCheckSent(At(90), Phone, Traffic.Acks);
        history.ClientEnds(100, Phone, 0, Mechanism.AckTimeout, Claim.Dead);
        history.Connect(101, Phone, 1);
        Journal.ServerCheckSent(At(102), Phone, Traffic.Acks);
        Journal.ClientOnline(At(102), Phone, resumed: false, 1);
        Journal.ServerAvailable(At(102), Phone, resumed: false, 1);
        history.ServerEnds(102, Phone, 0, Mechanism.Replaced);
        Journal.ServerCheckAnswered(At(103), Phone, Traffic.Acks, Duration.FromSeconds(1));
        string[] lines = Lines(Assert.Single(history.Stories().Told));
        Assert.Equal(2, lines.Count(l => l.StartsWith("-10 ") && l.EndsWith("; no answer comes")));
        Assert.Contains("2 a.example: asks for an acknowledgement (<r/>, XEP-0198); the answer comes after 1 s", lines);
    }

    [Fact]
    public void A_session_that_came_and_went_while_a_trouble_lasted_is_measured_by_its_own_stream()
    {
        history.Login(1, 1, Phone, 0);
        history.ClientEnds(100, Phone, 0, Mechanism.Reset);
        history.ServerEnds(103, Phone, 0, Mechanism.Reset);
        history.Login(105, 1, Phone, 1);
        history.ClientEnds(110, Phone, 1, Mechanism.Reset);
        history.ServerEnds(110, Phone, 1, Mechanism.Reset);
        history.Login(112, 1, Phone, 2);
        history.ClientEnds(120, Phone, 2, Mechanism.Reset);
        history.ServerEnds(127, Phone, 2, Mechanism.Reset);
        const string ends = "a.example: ends that session: until now it called phone available";
        Assert.Equal([$"3 {ends}, 3 s after the stream was given up", $"10 {ends}",
            $"27 {ends}, 7 s after the stream was given up"],
            Lines(Assert.Single(history.Stories().Told)).Where(l => l.Contains(ends)));
    }

    [Fact]
    public void Of_a_server_whose_reasons_are_not_seen_it_is_not_told_that_a_session_is_over()
    {
        history.Login(1, 1, Phone, 0);
        history.Cut(100, Phone);
        history.ServerEnds(110, Phone, 0, Mechanism.Unseen);
        Told story = Assert.Single(history.Stories().Told);
        Assert.Contains("a.example noticed after 10 s (how is not seen)", story.Title);
        Assert.Equal("10 a.example: ends the stream; its program does not show why", Lines(story)[^1]);
    }

    [Fact]
    public void Attempts_that_overlap_have_each_their_own_time_and_outcome()
    {
        history.Connect(10, AToB, 1);
        history.Connect(15, AToB, 2);
        history.MemberEnds(16, AToB, PathEnd.Near, 2, Mechanism.Stopped);
        Journal.MemberReady(At(30), AToB, PathEnd.Near, sends: true, 1);
        Journal.MemberReady(At(30), AToB, PathEnd.Far, sends: false, 1);
        Journal.MemberBlamed(
            At(100), AToB, PathEnd.Near, new StreamEnd(Mechanism.PingTimeout, Claim.Dead), 1);
        history.MemberEnds(100, AToB, PathEnd.Near, 1, Mechanism.PingTimeout, Claim.Dead);
        Assert.Equal(
        [
            "-85 a.example: opens a stream and closes it itself after 1 s, before stanzas may flow "
                + "(dialback checks a key so)",
            "-70 a.example: opens a stream that is ready for stanzas after 20 s",
            "0 a.example: gives the stream up: its ping was not answered in time. It takes the connection for dead, "
                + "but the path and the other process are well: a false alarm",
        ], Lines(Assert.Single(history.Stories().Told)));
    }

    private void Ping(double at, double after)
    {
        Journal.ClientCheckSent(At(at), Phone, Traffic.Ping);
        Journal.ClientCheckAnswered(
            At(at + after), Phone, Traffic.Ping, new Duration((long)Math.Round(after * 1e9)));
    }

    private void Lost(double at, SegmentUse use, Traffic mark) =>
        Journal.PacketLost(At(at), Phone, Direction.Up, use, mark, 100);

    private void Delivered(double at, SegmentUse use, Direction way) =>
        Journal.PacketDelivered(At(at), Phone, way, use, Traffic.Handshake, 60);

    private static string[] Lines(Told story) =>
    [
        .. story.Lines.Select(l => string.Create(CultureInfo.InvariantCulture,
            $"{Math.Round((l.At - story.Began).TotalSeconds, 3)} {l.Who}: {l.Text}")),
    ];
}
