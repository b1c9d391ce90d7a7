using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;
using static Lab.Tests.HandWritten;

namespace Lab.Tests;

/// <summary>Single cases between servers on histories written by hand.</summary>
public sealed class FederationByHandTests
{
    private readonly HandWritten history = new(Duration.FromHours(1), []);

    private double Value(string metric) => history.Measure().Single(m => m.Metric == metric).Value;

    [Theory]
    [InlineData(Mechanism.PingTimeout, 1)]
    [InlineData(Mechanism.AckTimeout, 1)]
    [InlineData(Mechanism.IdleRule, 1)]
    [InlineData(Mechanism.TcpKeepalive, 1)]
    [InlineData(Mechanism.TcpUserTimeout, 1)]
    [InlineData(Mechanism.TcpRetransmissionLimit, 0)]
    [InlineData(Mechanism.Reset, 0)]
    [InlineData(Mechanism.StreamError, 0)]
    public void A_death_is_detected_by_who_asked_or_set_a_limit(Mechanism mechanism, double detected)
    {
        history.Join(10, AToB, 100);
        history.Cut(600, AToB);
        history.MemberEnds(640, AToB, PathEnd.Near, 100, mechanism);
        Assert.Equal(detected, Value("federation.detected"));
    }

    /// <summary>Its sender and its recipient are online to the end.</summary>
    [Fact]
    public void A_message_on_a_stream_that_ended_is_lost_whatever_its_sender_has()
    {
        Pass();
        Assert.Equal(1, Value("messages.lost"));
    }

    [Fact]
    public void A_message_that_the_other_server_took_is_on_the_connection_of_its_recipient()
    {
        Pass();
        history.Journal.MessageAccepted(At(201), Bob, 1);
        history.ClientEnds(400, Phone, 0, Mechanism.Reset);
        Assert.Equal(0, Value("messages.lost"));
        Assert.Equal(1, Value("messages.stored"));
    }

    [Fact]
    public void A_question_to_another_servers_echo_leaves_its_senders_connection_when_its_own_server_has_it()
    {
        history.Login(0, 0, Phone, 0);
        history.Journal.MessageSent(At(100), Phone, 1, SentEntry.ForeignEcho);
        history.Journal.MessageAccepted(At(101), Phone, 1);
        Assert.Equal(1, Value("messages.lost"));
    }

    private void Pass()
    {
        history.Login(0, 0, Phone, 0);
        history.Login(0, 0, Bob, 1);
        history.Join(10, AToB, 100);
        history.Message(100, Phone, Bob, 1);
        history.Journal.StanzaPassed(At(200), AToB, 1, 100);
        history.MemberEnds(300, AToB, PathEnd.Near, 100, Mechanism.Reset);
        history.MemberEnds(300, AToB, PathEnd.Far, 100, Mechanism.Reset);
    }
}
