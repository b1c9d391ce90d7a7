using Lab.Network;
using Lab.Xmpp;
using static Lab.Tests.Story;
using Kind = Lab.Xmpp.ActionKind;

namespace Lab.Tests;

/// <summary>XEP-0198 from the client's side, rule by rule (protocol facts, section 2.1).</summary>
public partial class AckTests
{
    private const string StanzaErrors = "urn:ietf:params:xml:ns:xmpp-stanzas";
    private const string Request = "<r xmlns='urn:xmpp:sm:3'/>";
    private const string TooHigh =
        "<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>" +
        "<handled-count-too-high xmlns='urn:xmpp:sm:3' h='{0}' send-count='{1}'/></stream:error></stream:stream>\n";

    private static string Ack(uint h) => $"<a xmlns='urn:xmpp:sm:3' h='{h}'/>";
    private static string Message(long number) =>
        $"<message type='chat' id='m{number}' to='romeo@a.test'><body>The q</body></message>";
    private static string Inbound(long number) =>
        $"<message from='romeo@a.test/x' id='m{number}'><body>hi</body></message>";
    private static long[] Numbers(Story story, Kind kind) =>
        [.. story.News().Where(a => a.Kind == kind).Select(a => a.A)];

    private static Story Wrapping(uint first) => new Story(Acks(), firstCount: first).Online();

    [Rule("SM-01")]
    [Fact]
    public void Enable_follows_the_binding_and_presence_follows_enable()
    {
        var story = new Story(Acks());
        story.Start().Authenticates().Said();
        story.Hears(Bound("juliet@a.test/balcony"))
            .Says("<enable xmlns='urn:xmpp:sm:3' resume='true' max='300'/><presence/>\n");
        Assert.Equal(Step.EnableSent, story.Client.Step);
        story.News();
        story.Hears("<enabled xmlns='urn:xmpp:sm:3' id='sm-1' resume='true' max='300'/>").Says(Request + "\n");
        Assert.Equal(Kind.Online, story.News()[0].Kind);
    }

    [Rule("SM-03")]
    [Fact]
    public void Enable_is_sent_once_per_stream_and_only_when_it_is_offered_and_wanted()
    {
        var story = new Story(Acks());
        story.Start().Binds(acks: false);
        Assert.DoesNotContain("<enable", story.Said());
        Assert.Equal(Step.Online, story.Client.Step);
        story = new Story();
        story.Start().Binds();
        Assert.DoesNotContain("<enable", story.Said());
        story = new Story(Acks()).Online();
        story.Hears("<enabled xmlns='urn:xmpp:sm:3' id='sm-2' resume='true'/>").Says("");
    }

    [Rule("SM-04")]
    [Fact]
    public void A_refused_enable_leaves_a_stream_without_acks()
    {
        var story = new Story(Acks());
        story.Start().Authenticates().Hears(Bound("juliet@a.test/balcony"))
            .Hears($"<failed xmlns='urn:xmpp:sm:3'><unexpected-request xmlns='{StanzaErrors}'/></failed>").Said();
        Assert.Equal(Step.Online, story.Client.Step);
        story.Sends(1).Says(Message(1) + "\n");
        story.Hears(Request).Says("");
        Assert.Equal(0, story.Held);
    }

    [Rule("SM-05")]
    [Theory]
    [InlineData("id='x' resume='true' max='300'", true)]
    [InlineData("id='x' resume='1'", true)]
    [InlineData("id='x'", false)]
    [InlineData("id='x' resume='false'", false)]
    [InlineData("resume='true'", false)]
    public void A_session_is_resumable_only_with_both_the_word_and_the_id(string answer, bool resumable)
    {
        var story = new Story(Acks());
        story.Start().Authenticates().Hears(Bound("juliet@a.test/balcony"))
            .Hears($"<enabled xmlns='urn:xmpp:sm:3' {answer}/>");
        story.Ends(Mechanism.Reset).AwaitsAttempt().Said();
        story.Authenticates();
        Assert.Equal(resumable, story.Said().Contains("<resume xmlns='urn:xmpp:sm:3' previd='x' h='0'/>"));
    }

    [Rule("SM-05")]
    [Fact]
    public void Without_the_wish_to_resume_enable_does_not_ask_for_it()
    {
        var story = new Story(Acks(resume: null));
        story.Start().Authenticates().Said();
        story.Hears(Bound("juliet@a.test/balcony"));
        Assert.StartsWith("<enable xmlns='urn:xmpp:sm:3'/>", story.Said());
    }

    [Rule("SM-06")]
    [Theory]
    [InlineData(19, true, true)]
    [InlineData(19, false, true)]
    [InlineData(21, true, false)]
    [InlineData(21, false, true)]
    public void The_servers_window_counts_from_the_loss_but_unacknowledged_stanzas_are_worth_a_try(
        int secondsLater, bool acknowledged, bool tries)
    {
        Policy policy = Acks() with { Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed,
            First = Duration.FromSeconds(secondsLater) } };
        var story = new Story(policy);
        story.Start().Binds(max: 20).Hears(Ack(acknowledged ? 1u : 0)).Ends(Mechanism.Reset).Said();
        story.AwaitsAttempt().Authenticates();
        string said = story.Said();
        Assert.Equal(tries, said.Contains("<resume "));
        Assert.Equal(!tries, said.Contains("<bind "));
    }

    [Rule("SM-06")]
    [Fact]
    public void Without_a_granted_window_resuming_is_tried_whenever()
    {
        var story = new Story(Acks() with { Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed,
            First = Duration.FromHours(30) } });
        story.Start().Authenticates().Hears(Bound("j@a.test/b"))
            .Hears("<enabled xmlns='urn:xmpp:sm:3' id='x' resume='true'/>");
        story.Ends(Mechanism.Reset).AwaitsAttempt().Said();
        story.Authenticates();
        Assert.Contains("<resume ", story.Said());
    }

    [Rule("SM-09")]
    [Fact]
    public void What_is_sent_after_enable_counts_and_what_arrives_before_enabled_does_not()
    {
        var story = new Story(Acks());
        story.Start().Authenticates().Hears(Bound("juliet@a.test/balcony")).Hears(Inbound(1));
        story.Hears("<enabled xmlns='urn:xmpp:sm:3' id='sm-1' resume='true'/>" + Inbound(2)).Said();
        story.Hears(Request).Says(Ack(1) + "\n");
        story.Hears(Ack(1));                                           // the presence
        Assert.Equal(Step.Online, story.Client.Step);
        story.Sends(7).Hears(Ack(2));
        Assert.Equal([7], Numbers(story, Kind.MessageAcknowledged));
    }

    [Rule("SM-10")]
    [Fact]
    public void Only_stanzas_count()
    {
        var story = new Story(Acks()).Online();
        story.Hears(" " + Request + "<x xmlns='urn:unknown'/>" + Ack(1) + Inbound(1) + "<presence from='r@a.test/x'/>")
            .Said();
        story.Hears(Request).Says(Ack(2) + "\n");
    }

    [Rule("SM-11")]
    [Fact]
    public void Both_counters_pass_through_zero()
    {
        Story story = Wrapping(uint.MaxValue - 2);
        story.Hears(Ack(uint.MaxValue - 1)).Said();
        for (int i = 1; i <= 5; i++) story.Hears(Inbound(i));
        story.Hears(Request).Says(Ack(2) + "\n");
        for (int i = 1; i <= 4; i++) story.Sends(i);
        story.News();
        story.Hears(Ack(uint.MaxValue)).Hears(Ack(0));
        Assert.Equal([1, 2], Numbers(story, Kind.MessageAcknowledged));
        story.Hears(Ack(2));
        Assert.Equal([3, 4], Numbers(story, Kind.MessageAcknowledged));
    }

    [Rule("SM-11")]
    [Fact]
    public void Resuming_works_across_the_wrap()
    {
        Story story = Wrapping(uint.MaxValue - 2);
        for (int i = 1; i <= 4; i++) story.Sends(i).Hears(Inbound(i));
        story.Ends(Mechanism.Reset).AwaitsAttempt().Said();
        story.News();
        story.Authenticates();
        Assert.Contains("<resume xmlns='urn:xmpp:sm:3' previd='sm-1' h='1'/>", story.Said());
        story.Hears("<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>")
            .Says(Message(3) + Message(4) + Request + "\n");
        Assert.Equal([1, 2], Numbers(story, Kind.MessageAcknowledged));
    }

    [Rule("SM-13")]
    [Fact]
    public void Every_request_is_answered_at_once()
    {
        var story = new Story(Acks()).Online();
        story.Hears(Request + Inbound(1) + Request).Says(Ack(0) + Ack(1) + "\n");
        Assert.Equal(Traffic.Acks, story.Writes[^1].Traffic);
    }

    [Rule("SM-14")]
    [Fact]
    public void A_graceful_close_begins_with_an_ack()
    {
        var story = new Story(Acks()).Online();
        story.Hears(Inbound(1)).Stop().Says(Ack(1) + "</stream:stream>\n");
    }

    [Rule("SM-15")]
    [Fact]
    public void An_unasked_ack_moves_the_queue_and_an_unchanged_one_changes_nothing()
    {
        var story = new Story(Acks(stanzas: 0)).Online();
        story.Sends(1).Sends(2).Said();
        story.News();
        story.Hears(Ack(2));
        Assert.Equal([1], Numbers(story, Kind.MessageAcknowledged));
        story.Hears(Ack(2)).Says("").Did();
    }

    [Rule("SM-16")]
    [Fact]
    public void An_ack_beyond_what_was_sent_closes_the_stream()
    {
        var story = new Story(Acks(stanzas: 0)).Online();
        story.Sends(1).Said();
        story.Hears(Ack(3)).Says(string.Format(TooHigh, 3, 2));
        XmppAction end = story.Last(Kind.Ended);
        Assert.Equal((Mechanism.ProtocolError, (long)StreamErrorCondition.UndefinedCondition), (end.Mechanism, end.A));
    }

    [Rule("SM-16")]
    [Fact]
    public void An_ack_that_goes_back_is_the_same_fault()
    {
        var story = new Story(Acks(stanzas: 0)).Online();
        story.Sends(1).Hears(Ack(2)).Said();
        story.Hears(Ack(1)).Says(string.Format(TooHigh, 1, 2));
    }
}
