using Lab.Network;
using Lab.Xmpp;
using static Lab.Tests.Story;
using Kind = Lab.Xmpp.ActionKind;

namespace Lab.Tests;

/// <summary>How streams end, and how the client comes back.</summary>
public class EndingTests
{
    private const string Close = "</stream:stream>\n";

    private static Policy Fixed(long seconds) =>
        new() { Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Duration.FromSeconds(seconds) } };

    private static void AssertOffline(XmppAction end, Claim claim, Mechanism mechanism,
        StreamErrorCondition condition = StreamErrorCondition.None) =>
        Assert.Equal((Kind.Ended, claim, mechanism, (long)condition), (end.Kind, end.Claim, end.Mechanism, end.A));

    [Rule("CLO-01")]
    [Fact]
    public void After_its_closing_tag_the_client_writes_nothing_but_still_listens()
    {
        Story story = new Story(Acks(stanzas: 0) with { Ping = new PingPolicy { Every = Duration.FromSeconds(1),
            Timeout = Duration.FromSeconds(1) } }).Online();
        story.Sends(1).Said();
        story.News();
        story.Stop().Says("<a xmlns='urn:xmpp:sm:3' h='0'/></stream:stream>\n");
        AssertOffline(story.News()[0], Claim.None, Mechanism.Stopped);
        story.Hears("<message from='r@a.test' id='m9'><body>x</body></message><a xmlns='urn:xmpp:sm:3' h='2'/>")
            .Hears("<r xmlns='urn:xmpp:sm:3'/><iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>").Wait(3)
                .Says("");
        Assert.Equal([(Kind.MessageReceived, 9L), (Kind.MessageAcknowledged, 1L)], story.News()
            .Select(a => (a.Kind, a.A)));
        story.Hears("</stream:stream>").Says("").Did(Kind.Close);
        Assert.Equal(Step.Offline, story.Client.Step);
    }

    [Rule("CLO-02")]
    [Fact]
    public void The_transport_is_closed_when_the_peers_tag_arrives()
    {
        Story story = new Story().Online();
        story.Stop().Says(Close).Did(Kind.Ended);
        story.Wait(2).Hears("</stream:stream>").Did(Kind.Close);
    }

    [Rule("CLO-03")]
    [Fact]
    public void Or_when_it_does_not_arrive_in_time()
    {
        Story story = new Story().Online();
        story.Stop().Wait(4.999).Did(Kind.Ended);
        story.Wait(0.001).Did(Kind.Close);
        Assert.Equal(Instant.Never, story.Client.NextTime);
    }

    [Fact]
    public void The_peers_closing_tag_is_answered()
    {
        Story story = new Story(Fixed(10)).Online();
        story.Hears("</stream:stream>").Says(Close);
        List<XmppAction> news = story.News();
        Assert.Equal([Kind.Ended, Kind.Close, Kind.RetryScheduled], news.Select(a => a.Kind));
        AssertOffline(news[0], Claim.None, Mechanism.StreamClose);
        story.Wait(10).Did(Kind.Connect);
    }

    [Rule("CLO-06")]
    [Theory]
    [InlineData("host-unknown", StreamErrorCondition.HostUnknown)]
    [InlineData("host-gone", StreamErrorCondition.HostGone)]
    [InlineData("improper-addressing", StreamErrorCondition.ImproperAddressing)]
    [InlineData("policy-violation", StreamErrorCondition.PolicyViolation)]
    [InlineData("system-shutdown", StreamErrorCondition.SystemShutdown)]
    [InlineData("reset", StreamErrorCondition.Reset)]
    [InlineData("never-heard-of", StreamErrorCondition.UndefinedCondition)]
    public void A_stream_error_is_answered_by_the_closing_tag_and_followed_by_the_back_off(string name,
        StreamErrorCondition condition)
    {
        Story story = new Story(Fixed(10));
        story.Start().Connected().Said();
        story.News();
        story.Hears(Header("s1") + StreamError(name)).Says(Close);
        List<XmppAction> news = story.News();
        Assert.Equal([Kind.Ended, Kind.Close, Kind.RetryScheduled], news.Select(a => a.Kind));
        AssertOffline(news[0], Claim.None, Mechanism.StreamError, condition);
        story.Wait(10).Did(Kind.Connect);
    }

    [Fact]
    public void A_stream_error_without_a_closing_tag_ends_by_the_close_timeout()
    {
        Story story = new Story(Fixed(10)).Online();
        story.Hears(StreamError("conflict").Replace("</stream:stream>", "")).Says(Close).Did(Kind.Ended);
        story.Wait(5).Did(Kind.Close, Kind.RetryScheduled);
    }

    [Fact]
    public void After_a_conflict_the_resource_is_left_to_the_server_from_then_on()
    {
        Story story = new Story(Fixed(10)).Online();
        story.Hears(StreamError("conflict")).AwaitsAttempt().Said();
        story.Authenticates();
        Assert.EndsWith("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>\n", story.Said());
        story.Ends(Mechanism.Reset).AwaitsAttempt().Authenticates();
        Assert.EndsWith("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>\n", story.Said());
    }

    [Fact]
    public void See_other_host_is_followed_five_times_in_a_row_and_then_waits()
    {
        Story story = new Story(Fixed(10));
        story.Start();
        for (int i = 1; i <= 7; i++)
        {
            Instant before = story.Now;
            story.Connected().Hears(Header("s1") + StreamError("see-other-host")
                .Replace("/></stream:error>", ">b.test</see-other-host></stream:error>"));
            AssertOffline(story.Last(Kind.Ended), Claim.None, Mechanism.StreamError,
                StreamErrorCondition.SeeOtherHost);
            story.AwaitsAttempt();
            Assert.Equal(i <= 5 ? Duration.Zero : Duration.FromSeconds(10), story.Now - before);
        }
    }

    [Fact]
    public void Bad_xml_is_refused_with_its_error()
    {
        Story story = new Story(Fixed(10)).Online();
        story.Hears("<message><body>x</message>")
            .Says(StreamError("not-well-formed") + "\n");
        List<XmppAction> news = story.News();
        AssertOffline(news[0], Claim.None, Mechanism.ProtocolError, StreamErrorCondition.NotWellFormed);
        Assert.Equal([Kind.Ended, Kind.Close, Kind.RetryScheduled], news.Select(a => a.Kind));
    }

    [Theory]
    [InlineData(Mechanism.Reset, Claim.None)]
    [InlineData(Mechanism.TcpRetransmissionLimit, Claim.Dead)]
    [InlineData(Mechanism.TcpUserTimeout, Claim.Dead)]
    [InlineData(Mechanism.TcpKeepalive, Claim.Dead)]
    [InlineData(Mechanism.TcpWindowProbe, Claim.Dead)]
    public void The_end_of_the_transport_is_the_end_of_the_stream(Mechanism mechanism, Claim claim)
    {
        Story story = new Story(Fixed(10)).Online();
        story.Ends(mechanism);
        List<XmppAction> news = story.News();
        Assert.Equal([Kind.Ended, Kind.RetryScheduled], news.Select(a => a.Kind));
        AssertOffline(news[0], claim, mechanism);
    }

    [Fact]
    public void A_fin_without_a_closing_tag_ends_the_stream_too()
    {
        Story story = new Story(Fixed(10)).Online();
        story.PeerCloses().Says("");
        AssertOffline(story.News()[0], Claim.None, Mechanism.Fin);
    }

    [Fact]
    public void Failed_attempts_are_reported_and_wait_ever_longer_until_one_gets_online()
    {
        var policy = new Policy
        {
            Reconnect = new ReconnectPolicy { Kind = BackoffKind.Exponential, First = Duration.FromSeconds(1),
                Max = Duration.FromSeconds(60) },
        };
        Story story = new Story(policy);
        story.Start();
        foreach ((Mechanism mechanism, Claim claim, int delay) in new[]
        {
            (Mechanism.Refused, Claim.None, 1), (Mechanism.TcpConnectTimeout, Claim.Dead, 2),
                (Mechanism.Reset, Claim.None, 4),
        })
        {
            story.News();
            story.Ends(mechanism);
            AssertOffline(story.Last(Kind.Ended), claim, mechanism);
            Assert.Equal(Duration.FromSeconds(delay).Nanoseconds, story.Last(Kind.RetryScheduled).A);
            story.AwaitsAttempt();
        }
        story.Binds().News();
        story.Ends(Mechanism.Reset);
        XmppAction retry = story.Last(Kind.RetryScheduled);
        Assert.Equal((Duration.FromSeconds(1).Nanoseconds, 1), (retry.A, retry.B));
    }

    [Fact]
    public void The_retry_numbers_its_attempts_from_the_last_reset()
    {
        Story story = new Story(Fixed(5));
        story.Start();
        for (int n = 1; n <= 4; n++)
        {
            story.Ends(Mechanism.Refused);
            Assert.Equal(n, story.Last(Kind.RetryScheduled).B);
            story.AwaitsAttempt();
        }
    }

    [Fact]
    public void Stopped_while_waiting_the_client_stays_offline()
    {
        Story story = new Story(Fixed(10)).Online();
        story.Ends(Mechanism.Reset).News();
        story.Stop().Did();
        story.Wait(100).Did();
        story.Start().Did(Kind.Connect);
    }

    [Fact]
    public void Stopped_while_connecting_the_attempt_is_dropped()
    {
        Story story = new Story(Fixed(10));
        story.Start().Stop().Did(Kind.Connect, Kind.Ended, Kind.Abort);
        Assert.Equal(Instant.Never, story.Client.NextTime);
    }

    [Fact]
    public void Messages_wanted_while_offline_wait_and_are_sent_in_order_when_online()
    {
        Story story = new Story(Fixed(10));
        story.Sends(1, 0).Start().Sends(2, 3, "r<&>'@a.test").Connected().Sends(3, 1).Ends(Mechanism.Reset).Sends(4, 0)
            .AwaitsAttempt().Binds();
        Assert.EndsWith(
            "<presence/><message type='chat' id='m1' to='romeo@a.test'><body></body></message>" +
            "<message type='chat' id='m2' to='r&lt;&amp;&gt;&apos;@a.test'><body>The</body></message>" +
            "<message type='chat' id='m3' to='romeo@a.test'><body>T</body></message>" +
            "<message type='chat' id='m4' to='romeo@a.test'><body></body></message>\n", story.Said());
        Assert.Equal(0, story.Held);
    }

    [Fact]
    public void Messages_that_still_wait_when_the_client_is_stopped_are_given_up()
    {
        Story story = new Story(Acks(stanzas: 0)).Online();
        story.Sends(1).Ends(Mechanism.Reset).Sends(2).News();
        story.Stop();
        Assert.Equal([(Kind.MessageAbandoned, 1L), (Kind.MessageAbandoned, 2L)], story.News()
            .Select(a => (a.Kind, a.A)));
        Assert.Equal(0, story.Held);
    }

    [Fact]
    public void Held_messages_are_the_unacknowledged_ones_then_the_outbox()
    {
        Story story = new Story(Acks(stanzas: 0)).Online();
        story.Sends(1).Sends(2).Hears("<a xmlns='urn:xmpp:sm:3' h='2'/>").Ends(Mechanism.Reset).Sends(3);
        Assert.Equal([2, 3], story.Client.HeldMessages());
        story = new Story().Online();
        story.Sends(1).Ends(Mechanism.Reset).Sends(2);
        Assert.Equal([2], story.Client.HeldMessages());
    }

    [Fact]
    public void A_body_has_the_length_that_was_asked_for()
    {
        Story story = new Story().Online();
        foreach (int bytes in new[] { 0, 1, 64, 65, 66, 1_000, 50_000 })
        {
            story.Sends(bytes, bytes);
            string body = story.Said().Split("<body>")[1].Split("</body>")[0];
            Assert.Equal(bytes, body.Length);
            Assert.DoesNotContain("<", body);
        }
    }

    [Fact]
    public void Received_messages_are_named_by_their_number_and_errors_are_bounces()
    {
        Story story = new Story().Online();
        story.Hears("<message id='m5'><body>x</body></message>")
            .Hears("<message id='m6' type='error'><error type='cancel'/></message>")
            .Hears("<message id='x7'/><message/><message id='m'/><message id='m8x'/><presence id='m9'/>");
        Assert.Equal([(Kind.MessageReceived, 5L), (Kind.MessageBounced, 6L)], story.News().Select(a => (a.Kind, a.A)));
    }

    [Fact]
    public void A_call_before_every_action_was_taken_is_a_bug()
    {
        Story story = new Story();
        story.Client.Start(story.Now);
        Assert.Throws<InvalidOperationException>(() => story.Client.Connected(story.Now));
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("closing tag")]
    [InlineData("redirected")]
    [InlineData("refused")]
    public void A_client_that_never_reconnects_stays_offline_after_its_first_end_and_gives_its_messages_up(string how)
    {
        var story = new Story(new Policy { Reconnect = new ReconnectPolicy { Kind = BackoffKind.Never } });
        if (how == "refused") story.Start().Sends(1).Ends(Mechanism.Refused);
        else
        {
            story.Online();
            if (how == "reset") story.Ends(Mechanism.Reset);
            else if (how == "closing tag") story.Hears("</stream:stream>");
            else story.Hears(Story.StreamError("see-other-host")).Wait(5);
            story.Sends(1);
        }
        Assert.Equal([1], story.News().Where(a => a.Kind == Kind.MessageAbandoned).Select(a => a.A));
        Assert.Equal(Step.Offline, story.Client.Step);
        Assert.Equal(Instant.Never, story.Client.NextTime);
        Assert.Empty(story.Client.HeldMessages());
        Assert.Contains(Kind.Connect, story.Start().News().Select(a => a.Kind));
    }
}
