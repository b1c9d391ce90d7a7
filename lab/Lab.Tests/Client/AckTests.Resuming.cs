using Lab.Network;
using Lab.Xmpp;
using static Lab.Tests.Story;
using Kind = Lab.Xmpp.ActionKind;

namespace Lab.Tests;

/// <summary>Lost sessions: resumed, refused, given up (XEP-0198 sections 5 and 7).</summary>
public partial class AckTests
{
    [Rule("SM-17")]
    [Fact]
    public void Resuming_comes_after_authentication_and_instead_of_binding()
    {
        var story = new Story(Acks()).Online();
        story.Hears(Inbound(1)).Ends(Mechanism.TcpRetransmissionLimit).AwaitsAttempt().Secures().Hears(Success).Said();
        story.Hears(Header("s9") + Features(BindFeature + AcksFeature))
            .Says("<resume xmlns='urn:xmpp:sm:3' previd='sm-1' h='1'/>\n");
        Assert.Equal(Step.ResumeSent, story.Client.Step);
    }

    [Rule("SM-19")]
    [Fact]
    public void The_h_of_a_failed_resumption_prunes_what_is_sent_again()
    {
        var story = new Story(Acks()).Online();
        story.Sends(1).Sends(2).Sends(3).Ends(Mechanism.Reset).AwaitsAttempt().Authenticates().Said();
        story.News();
        story.Hears($"<failed xmlns='urn:xmpp:sm:3' h='3'><item-not-found xmlns='{StanzaErrors}'/></failed>");
        Assert.Equal([1, 2], Numbers(story, Kind.MessageAcknowledged));
        Assert.Contains("<bind ", story.Said());
        story.Hears(Bound("juliet@a.test/balcony")).Hears("<enabled xmlns='urn:xmpp:sm:3' id='sm-2' resume='true'/>");
        string said = story.Said();
        Assert.DoesNotContain("id='m2'", said);
        Assert.Contains("id='m3'", said);
    }

    [Rule("SM-20")]
    [Fact]
    public void After_a_failed_resumption_the_client_binds_on_the_same_stream()
    {
        var story = new Story(Acks()).Online();
        story.Ends(Mechanism.Reset).AwaitsAttempt().Authenticates().Said();
        story.Hears($"<failed xmlns='urn:xmpp:sm:3'><item-not-found xmlns='{StanzaErrors}'/></failed>")
            .Says("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>" +
                "<resource>balcony</resource></bind></iq>\n");
        story.Hears(Bound("juliet@a.test/balcony"));
        Assert.StartsWith("<enable ", story.Said());
    }

    [Rule("SM-22")]
    [Fact]
    public void Resuming_continues_the_counters_and_sends_again_in_order_what_was_not_acknowledged()
    {
        var story = new Story(Acks()).Online();
        story.Sends(1).Sends(2).Sends(3).Hears(Inbound(9) + Ack(2)).Ends(Mechanism.Reset);
        story.Resumes(3);
        Assert.EndsWith(Message(3) + Request + "\n", story.Said());
        Assert.Equal(1, story.Last(Kind.Online).A);
        Assert.Equal([1, 2], Numbers(story, Kind.MessageAcknowledged));
        story.Sends(4).Said();
        story.Hears(Ack(4)).Says(Request + "\n");
        Assert.Equal([3], Numbers(story, Kind.MessageAcknowledged));
        story.Hears(Request + Ack(5)).Says(Ack(1) + "\n");
        Assert.Equal([4], Numbers(story, Kind.MessageAcknowledged));
    }

    [Rule("SM-22")]
    [Fact]
    public void Asking_to_resume_does_not_empty_the_queue()
    {
        var story = new Story(Acks()).Online();
        story.Sends(1).Ends(Mechanism.Reset).AwaitsAttempt().Authenticates().Ends(Mechanism.Reset);
        story.Resumes(1);
        Assert.EndsWith(Message(1) + Request + "\n", story.Said());
    }

    [Rule("SM-22")]
    [Fact]
    public void A_resumed_h_beyond_what_was_sent_closes_the_stream()
    {
        var story = new Story(Acks()).Online();
        story.Sends(1).Ends(Mechanism.Reset).AwaitsAttempt().Authenticates().Said();
        story.Hears("<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='9'/>").Says(string.Format(TooHigh, 9, 2));
    }

    [Rule("SM-23")]
    [Fact]
    public void Resuming_does_not_send_presence_again()
    {
        var story = new Story(Acks()).Online();
        story.Hears(Ack(1)).Ends(Mechanism.Reset).Resumes(1);
        Assert.DoesNotContain("<presence", story.Said());
        Assert.Equal("juliet@a.test/balcony", story.Client.FullJid);
    }

    [Rule("SM-25")]
    [Fact]
    public void Messages_of_a_lost_session_are_sent_again_with_the_time_of_their_first_sending()
    {
        var story = new Story(Acks()).Online();
        story.Wait(3661.5).Sends(1).Ends(Mechanism.Reset).Sends(2).AwaitsAttempt().Authenticates()
            .Hears("<failed xmlns='urn:xmpp:sm:3'/>").Hears(Bound("juliet@a.test/balcony")).Said();
        story.Hears("<enabled xmlns='urn:xmpp:sm:3' id='sm-2' resume='true'/>").Says(
            "<message type='chat' id='m1' to='romeo@a.test'><body>The q</body>" +
            "<delay xmlns='urn:xmpp:delay' from='juliet@a.test' stamp='2000-01-01T01:01:01.500Z'/></message>"
                + Message(2) + Request + "\n");
        Assert.Empty(Numbers(story, Kind.MessageAbandoned));
        story.Ends(Mechanism.Reset).AwaitsAttempt().Authenticates().Hears("<failed xmlns='urn:xmpp:sm:3'/>")
            .Hears(Bound("juliet@a.test/balcony")).Said();
        story.Hears("<enabled xmlns='urn:xmpp:sm:3' id='sm-3' resume='true'/>");
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(story.Said().Split("</message>")[0], "<delay"));
    }

    [Rule("SM-25")]
    [Fact]
    public void Also_when_the_server_offers_no_stream_management_any_more()
    {
        var story = new Story(Acks()).Online();
        story.Sends(1).Ends(Mechanism.Reset).AwaitsAttempt().Authenticates(acks: false).Said();
        story.Hears(Bound("juliet@a.test/balcony"));
        string said = story.Said();
        Assert.StartsWith("<presence/><message type='chat' id='m1'", said);
        Assert.Contains("<delay ", said);
        Assert.Equal(0, story.Held);
    }

    [Rule("SM-25")]
    [Fact]
    public void Or_they_are_given_up_when_the_policy_says_so()
    {
        var story = new Story(Acks(resend: false)).Online();
        story.Sends(1).Sends(2).Ends(Mechanism.Reset).Sends(3).AwaitsAttempt().Authenticates().News();
        story.Hears("<failed xmlns='urn:xmpp:sm:3' h='2'/>");
        List<XmppAction> news = story.News();
        Assert.Equal([(Kind.MessageAcknowledged, 1L), (Kind.MessageAbandoned, 2L)], news.Select(a => (a.Kind, a.A)));
        story.Said();
        story.Hears(Bound("juliet@a.test/balcony")).Hears("<enabled xmlns='urn:xmpp:sm:3' id='sm-2' resume='true'/>");
        Assert.EndsWith(Message(3) + Request + "\n", story.Said());
    }

    [Rule("SM-25")]
    [Fact]
    public void Without_resumption_the_end_of_the_stream_is_the_end_of_the_session()
    {
        var story = new Story(Acks(resume: null, resend: false));
        story.Start().Authenticates().Hears(Bound("juliet@a.test/balcony")).Hears("<enabled xmlns='urn:xmpp:sm:3'/>")
            .Sends(1).News();
        story.Ends(Mechanism.Reset);
        Assert.Equal([1], Numbers(story, Kind.MessageAbandoned));
    }

    [Rule("SM-26")]
    [Theory]
    [InlineData(Mechanism.Reset)]
    [InlineData(Mechanism.TcpUserTimeout)]
    [InlineData(Mechanism.TcpKeepalive)]
    public void A_lost_transport_leaves_the_session_to_be_resumed(Mechanism mechanism)
    {
        var story = new Story(Acks()).Online();
        story.Ends(mechanism).AwaitsAttempt().Said();
        story.Authenticates();
        Assert.Contains("<resume ", story.Said());
    }

    [Rule("SM-26")]
    [Fact]
    public void So_does_a_plain_fin()
    {
        var story = new Story(Acks()).Online();
        story.PeerCloses().Did(Kind.Ended, Kind.Close, Kind.RetryScheduled);
        story.AwaitsAttempt().Said();
        story.Authenticates();
        Assert.Contains("<resume ", story.Said());
    }

    [Rule("SM-26")]
    [Fact]
    public void A_clean_close_by_either_side_ends_the_session()
    {
        var story = new Story(Acks()).Online();
        story.Sends(1).Hears("</stream:stream>").AwaitsAttempt().Said();
        story.Authenticates();
        Assert.DoesNotContain("<resume ", story.Said());
        story.Hears(Bound("juliet@a.test/balcony")).Said();
        story.Hears("<enabled xmlns='urn:xmpp:sm:3' id='sm-2' resume='true'/>");
        Assert.Contains("id='m1'", story.Said());
        story.Stop().Hears("</stream:stream>").Start().Said();
        story.Authenticates();
        Assert.DoesNotContain("<resume ", story.Said());
    }

    [Fact]
    public void A_session_that_lost_a_stanza_from_its_queue_is_not_resumed()
    {
        var story = new Story(Acks(stanzas: 0, queue: 3)).Online();
        for (int i = 1; i <= 4; i++) story.Sends(i);
        story.Ends(Mechanism.Reset).AwaitsAttempt().Said();
        story.Authenticates();
        Assert.DoesNotContain("<resume ", story.Said());
    }

    [Fact]
    public void A_session_another_stream_took_over_is_not_resumed_and_its_resource_not_asked_for()
    {
        var story = new Story(Acks()).Online();
        story.Sends(1).Hears(StreamError("conflict")).AwaitsAttempt().Said();
        story.Authenticates();
        Assert.EndsWith("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>\n",
            story.Said());
    }

    [Theory]
    [InlineData("system-shutdown")]
    [InlineData("connection-timeout")]
    [InlineData("reset")]
    public void After_other_stream_errors_resuming_is_tried_for_the_sake_of_the_last_h(string condition)
    {
        var story = new Story(Acks()).Online();
        story.Hears(StreamError(condition)).AwaitsAttempt().Said();
        story.Authenticates();
        Assert.Contains("<resume ", story.Said());
    }

    [Rule("O15")]
    [Fact]
    public void Without_acks_what_was_written_to_a_dying_stream_is_simply_gone()
    {
        var story = new Story().Online();
        story.Sends(1).Ends(Mechanism.Reset).AwaitsAttempt().Said();
        story.Binds();
        Assert.DoesNotContain("id='m1'", story.Said());
        Assert.Empty(Numbers(story, Kind.MessageAbandoned));
    }

    [Rule("O16")]
    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Each_message_is_acknowledged_once_through_any_pattern_of_loss()
    {
        Fuzz.Try(100, seed =>
        {
            RandomStream random = RandomStream.Root(seed);
            var story = new Story(Acks(stanzas: 1 + (int)random.Below(3)),
                firstCount: unchecked((uint)(0 - random.Below(8)))).Online();
            uint handled = story.Client.FirstStanzaCount + 1;
            List<long> arrived = [], acked = [];
            long sent = 0;
            for (int step = 0; step < 30; step++)
            {
                if (random.Below(3) > 0) story.Sends(++sent);
                int arriving = (int)random.Below(3);
                Deliver(story, arrived, ref handled, arriving);
                if (random.Below(2) == 0) story.Hears(Ack(handled));
                if (random.Below(4) == 0)
                {
                    story.Ends(Mechanism.Reset);
                    if (random.Below(2) == 0) story.Sends(++sent);
                    story.AwaitsAttempt().Authenticates().Said();
                    story.Hears($"<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='{handled}'/>");
                }
                acked.AddRange(Numbers(story, Kind.MessageAcknowledged));
            }
            Deliver(story, arrived, ref handled, int.MaxValue);
            story.Hears(Ack(handled));
            acked.AddRange(Numbers(story, Kind.MessageAcknowledged));
            Assert.Equal(Enumerable.Range(1, (int)sent).Select(i => (long)i), acked);
            Assert.Equal(acked, arrived);
            Assert.Equal(0, story.Held);
        });
    }

    // What was written since the last look reaches the server up to that many messages; the rest of it is lost with the
    // stream.
    private static void Deliver(Story story, List<long> arrived, ref uint handled, int messages)
    {
        foreach (System.Text.RegularExpressions.Match m in story.Peek("id='m(\\d+)'"))
        {
            if (messages-- == 0) return;
            arrived.Add(long.Parse(m.Groups[1].Value));
            handled++;
            story.Consume(m.Index + m.Length);
        }
    }
}
