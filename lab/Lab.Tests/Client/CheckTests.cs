using Lab.Network;
using Lab.Xmpp;
using static Lab.Tests.Story;
using Kind = Lab.Xmpp.ActionKind;

namespace Lab.Tests;

/// <summary>White space, pings, ack requests and the idle rule as a client lives them.</summary>
public class CheckTests
{
    private const string Request = "<r xmlns='urn:xmpp:sm:3'/>\n";

    private static string Ping(int number) =>
        $"<iq type='get' id='p{number}' to='a.test'><ping xmlns='urn:xmpp:ping'/></iq>\n";
    private static string Pong(int number) => $"<iq type='result' id='p{number}' from='a.test'/>";

    private static Policy Pings(Reaction onDead = Reaction.Drop) => new()
    {
        Ping = new PingPolicy { Every = Duration.FromSeconds(60), Timeout = Duration.FromSeconds(20) }, OnDead = onDead,
    };

    private static void AssertEnd(Story story, Claim claim, Mechanism mechanism, params Kind[] kinds)
    {
        List<XmppAction> news = story.News();
        Assert.Equal(kinds, news.Select(a => a.Kind));
        XmppAction end = news.Single(a => a.Kind == Kind.Ended);
        Assert.Equal((claim, mechanism), (end.Claim, end.Mechanism));
    }

    [Fact]
    public void White_space_is_one_space_and_charged_as_such()
    {
        var story = new Story(new Policy { Whitespace = new WhitespacePolicy { Every = Duration.FromSeconds(300) } })
            .Online();
        story.Wait(600).Says(" \n \n").Did(Kind.CheckSent, Kind.CheckSent);
        Assert.All(story.Writes.TakeLast(2), w => Assert.Equal(Traffic.Whitespace, w.Traffic));
    }

    [Rule("KA-04")]
    [Fact]
    public void White_space_due_inside_the_starttls_and_sasl_windows_is_held_back()
    {
        var story = new Story(new Policy { Whitespace = new WhitespacePolicy { Every = Duration.FromSeconds(1) } });
        story.Start().Connected().Said();
        story.Wait(2).Says(" \n \n");
        story.Hears(Header("s1") + Features(StartTlsFeature)).Said();
        story.Wait(5).Says("");
        story.Hears("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").Wait(5).Says("");
        story.TlsDone();
        Assert.StartsWith("<?xml", story.Said());
        story.Wait(1).Says(" \n");
        story.Hears(Header("s2") + Features(SaslFeature(Plain))).Said();
        story.Wait(5).Says("");
        story.Hears(Success);
        Assert.StartsWith("<?xml", story.Said());
        story.Wait(1).Says(" \n");
    }

    [Fact]
    public void A_ping_goes_to_the_servers_domain_and_its_answer_is_timed()
    {
        Story story = new Story(Pings()).Online();
        story.Wait(60).Says(Ping(1)).Wait(0.25).Hears(Pong(1));
        List<XmppAction> news = story.News();
        Assert.Equal([Kind.CheckSent, Kind.CheckAnswered], news.Select(a => a.Kind));
        Assert.All(news, a => Assert.Equal(Traffic.Ping, a.Traffic));
        Assert.Equal(Duration.FromMilliseconds(250).Nanoseconds, news[1].A);
        story.Wait(59.75).Says(Ping(2));
    }

    [Rule("O3")]
    [Fact]
    public void An_unanswered_ping_drops_the_transport_without_a_word()
    {
        Story story = new Story(Pings()).Online();
        story.Wait(79.999).Says(Ping(1)).Did(Kind.CheckSent);
        story.Wait(0.001).Says("");
        AssertEnd(story, Claim.Dead, Mechanism.PingTimeout, Kind.Ended, Kind.Abort, Kind.RetryScheduled);
    }

    [Rule("ERR-01")]
    [Rule("SIL-08")]
    [Fact]
    public void Or_closes_it_as_broken_with_connection_timeout()
    {
        Story story = new Story(Pings(Reaction.Error)).Online();
        story.Wait(80).Says(Ping(1) +
            StreamError("connection-timeout") + "\n");
        AssertEnd(story, Claim.Broken, Mechanism.PingTimeout, Kind.CheckSent, Kind.Ended, Kind.Close,
            Kind.RetryScheduled);
    }

    [Fact]
    public void Or_closes_it_as_broken_in_an_orderly_way()
    {
        Story story = new Story(Pings(Reaction.Close)).Online();
        story.Wait(80).Says(Ping(1) + "</stream:stream>\n");
        AssertEnd(story, Claim.Broken, Mechanism.PingTimeout, Kind.CheckSent, Kind.Ended);
        story.Wait(4).Hears(Pong(1)).Hears("</stream:stream>").Says("").Did(Kind.Close, Kind.RetryScheduled);
    }

    [Theory]
    [InlineData("service-unavailable", true)]
    [InlineData("feature-not-implemented", true)]
    [InlineData("remote-server-not-found", false)]
    [InlineData("remote-server-timeout", false)]
    public void An_error_is_an_answer_unless_it_comes_from_elsewhere(string condition, bool answers)
    {
        Story story = new Story(Pings()).Online();
        story.Wait(60).Hears("<iq type='error' id='p1' from='a.test'><error type='cancel'>" +
            $"<{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
        story.Wait(20);
        Assert.Equal(answers ? Step.Online : Step.Offline, story.Client.Step);
    }

    [Fact]
    public void The_answer_to_an_older_ping_or_to_none_is_no_answer()
    {
        Story story = new Story(Pings()).Online();
        story.Wait(60).Hears(Pong(1)).Wait(60).Hears(Pong(1)).Hears(Pong(3)).Hears("<iq type='result' id='q2'/>")
            .Wait(20);
        AssertEnd(story, Claim.Dead, Mechanism.PingTimeout,
            Kind.CheckSent, Kind.CheckAnswered, Kind.CheckSent, Kind.Ended, Kind.Abort, Kind.RetryScheduled);
    }

    [Fact]
    public void The_servers_ping_is_answered_and_any_other_request_gets_service_unavailable()
    {
        Story story = new Story().Online();
        story.Hears("<iq type='get' id='s&amp;1' from='a.test' to='juliet@a.test/x'><ping xmlns='urn:xmpp:ping'/></iq>")
            .Says("<iq type='result' id='s&amp;1' to='a.test'/>\n");
        story.Hears("<iq type='get' id='7'><ping xmlns='urn:xmpp:ping'/></iq>").Says("<iq type='result' id='7'/>\n");
        story.Hears("<iq type='set' id='8' from='a.test'><query xmlns='jabber:iq:roster'/></iq>").Says(
            "<iq type='error' id='8' to='a.test'><error type='cancel'>" +
            "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>\n");
        story.Hears("<iq type='result' id='9'/><iq type='error' id='10'/><hello xmlns='urn:new'/>").Says("");
    }

    [Fact]
    public void With_acks_a_ping_is_a_stanza_like_any_other()
    {
        Story story = new Story(Acks(timeout: 30) with { Ping = Pings().Ping }).Online();
        story.Hears("<a xmlns='urn:xmpp:sm:3' h='1'/>").Wait(60).Says(Ping(1).TrimEnd('\n') + Request);
        Assert.Equal(Traffic.Ping, story.Writes[^1].Traffic);
        story.Hears(Pong(1) + "<a xmlns='urn:xmpp:sm:3' h='2'/>").Hears("<r xmlns='urn:xmpp:sm:3'/>")
            .Says("<a xmlns='urn:xmpp:sm:3' h='1'/>\n");
    }

    [Rule("O4")]
    [Fact]
    public void An_unanswered_ack_request_drops_the_transport_so_long_after_the_first_stanza()
    {
        Story story = new Story(Acks(timeout: 15)).Online();
        story.Hears("<a xmlns='urn:xmpp:sm:3' h='1'/>").News();
        story.Wait(100).Sends(1).Wait(10).Sends(2).Wait(4.999).Did(Kind.CheckSent);
        story.Wait(0.001);
        AssertEnd(story, Claim.Dead, Mechanism.AckTimeout, Kind.Ended, Kind.Abort, Kind.RetryScheduled);
    }

    [Fact]
    public void A_message_and_its_ack_request_are_one_write_charged_to_the_message()
    {
        Story story = new Story(Acks()).Online();
        story.Hears("<a xmlns='urn:xmpp:sm:3' h='1'/>").Sends(1);
        (Traffic traffic, string text) = story.Writes[^1];
        Assert.Equal(Traffic.Payload, traffic);
        Assert.EndsWith("</message><r xmlns='urn:xmpp:sm:3'/>", text);
    }

    [Fact]
    public void Acks_by_the_clock_ask_and_time_the_answer()
    {
        Story story = new Story(Acks(every: 60, timeout: 20, stanzas: 0)).Online();
        story.Wait(60).Says(Request).Wait(0.1).Hears("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        XmppAction answer = story.Last(Kind.CheckAnswered);
        Assert.Equal((Traffic.Acks, 100_000_000L), (answer.Traffic, answer.A));
        story.Wait(79.999).Says(Request).News();
        story.Wait(0.001);
        AssertEnd(story, Claim.Dead, Mechanism.AckTimeout, Kind.Ended, Kind.Abort, Kind.RetryScheduled);
    }

    [Fact]
    public void The_idle_rule_closes_or_refuses_an_idle_server()
    {
        var idle = new IdlePolicy { After = Duration.FromSeconds(600) };
        Story story = new Story(new Policy { Idle = idle }).Online();
        story.Wait(600).Says("</stream:stream>\n");
        AssertEnd(story, Claim.Idle, Mechanism.IdleRule, Kind.Ended);
        story = new Story(new Policy { Idle = idle with { Then = IdleAction.Error } }).Online();
        story.Wait(600).Says(
            StreamError("policy-violation") + "\n");
        AssertEnd(story, Claim.Idle, Mechanism.IdleRule, Kind.Ended, Kind.Close, Kind.RetryScheduled);
    }

    [Fact]
    public void Verify_first_asks_before_it_drops()
    {
        var idle = new IdlePolicy { After = Duration.FromSeconds(600), Then = IdleAction.VerifyFirst };
        Story story = new Story(new Policy { Idle = idle }).Online();
        story.Wait(600).Says(Ping(1)).Hears(Pong(1)).News();
        story.Wait(600).Says(Ping(2)).Wait(30).Says("");
        AssertEnd(story, Claim.Dead, Mechanism.IdleRule, Kind.CheckSent, Kind.Ended, Kind.Abort, Kind.RetryScheduled);
    }

    [Fact]
    public void Checks_die_with_their_stream_and_start_anew_with_the_next()
    {
        Story story = new Story(Pings() with { Reconnect = Acks().Reconnect }).Online();
        story.Wait(60).Ends(Mechanism.Reset).Wait(10).Said();
        story.Binds();
        story.Said();
        story.Wait(59.999).Says("");
        story.Wait(0.001).Says(Ping(2));
    }

    [Fact]
    public void A_day_of_pings_and_acks_allocates_nothing()
    {
        Story story = new Story(Acks(every: 60, timeout: 20, stanzas: 0) with { Ping = Pings().Ping }).Online();
        XmppClient client = story.Client;
        Instant now = story.Now;
        byte[][] pongs = [.. Enumerable.Range(0, 200)
            .Select(i => System.Text.Encoding.UTF8.GetBytes($"<iq type='result' id='p{i}' from='a.test'/>"))];
        byte[][] acks = [.. Enumerable.Range(0, 400)
            .Select(i => System.Text.Encoding.UTF8.GetBytes($"<a xmlns='urn:xmpp:sm:3' h='{i}'/>"))];
        int pings = 0, answered = 0;
        long before = 0;
        for (int minute = 0; minute < 150; minute++)
        {
            if (minute == 20) before = GC.GetAllocatedBytesForCurrentThread();
            now = client.NextTime;
            client.Tick(now);
            bool ping = false, ack = false;
            while (client.TryTake(out XmppAction action))
            {
                ping |= action is { Kind: Kind.CheckSent, Traffic: Traffic.Ping };
                ack |= action is { Kind: Kind.CheckSent, Traffic: Traffic.Acks };
            }
            if (ping) client.Receive(now, pongs[++pings]);
            while (client.TryTake(out XmppAction action)) answered += action.Kind == Kind.CheckAnswered ? 1 : 0;
            if (ack) client.Receive(now, acks[pings]);
            while (client.TryTake(out XmppAction action)) answered += action.Kind == Kind.CheckAnswered ? 1 : 0;
            Assert.True(ping || ack);
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(answered > 200 && allocated == 0, $"{answered} answers, {allocated} bytes allocated");
    }
}
