using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>What a client does when its system says that its network has changed, as dialogues.</summary>
public sealed class NetworkChangeTests
{
    private static Duration Seconds(int s) => Duration.FromSeconds(s);

    private static Policy Reacting(NetworkChangePolicy change) => new()
    {
        OnNetworkChange = change,
        Reconnect = new ReconnectPolicy { Kind = BackoffKind.Exponential, First = Seconds(10), FactorPermille = 2000 },
    };

    private static NetworkChangePolicy Ping => new() { After = [Duration.Zero, Seconds(30)], Timeout = Seconds(15) };

    private static Story Online(NetworkChangePolicy change) => new Story(Reacting(change)).Start().Online(acks: false);

    private static int Pings(Story story) => story.Writes.Count(w => w.Traffic == Traffic.Ping);

    [Fact]
    public void It_pings_at_each_of_its_times_and_whatever_comes_is_an_answer()
    {
        Story story = Online(Ping).ChangesNetwork();
        Assert.Equal(1, Pings(story));
        story.Wait(14).Hears(" ").Wait(10);
        Assert.Equal(1, Pings(story));
        story.Wait(10).Hears(" ").Wait(60);
        Assert.Equal((2, Step.Online), (Pings(story), story.Client.Step));
    }

    [Fact]
    public void Without_an_answer_the_stream_is_dead_after_the_timeout()
    {
        Story story = Online(Ping).ChangesNetwork().Wait(14.9);
        Assert.Equal(Step.Online, story.Client.Step);
        story.Wait(0.2);
        XmppAction end = story.Last(ActionKind.Ended);
        Assert.Equal((Mechanism.PingTimeout, Claim.Dead), (end.Mechanism, end.Claim));
        Assert.Equal(Seconds(10).Nanoseconds, story.Last(ActionKind.RetryScheduled).A);
        story.Wait(100);
        Assert.Equal(1, Pings(story));                          // what was planned went with its stream
    }

    [Fact]
    public void A_second_notice_begins_anew()
    {
        Story story = Online(Ping).ChangesNetwork().Hears(" ").Wait(25).ChangesNetwork().Hears(" ").Wait(10);
        Assert.Equal(2, Pings(story));
        story.Wait(21).Hears(" ").Wait(60);
        Assert.Equal(3, Pings(story));
    }

    [Fact]
    public void It_reconnects_at_once_whatever_its_back_off_says()
    {
        Story story = Online(Ping with { Then = NetworkChangeAction.Reconnect, After = [Seconds(1)] }).ChangesNetwork();
        Assert.Equal(Step.Online, story.Client.Step);
        story.Wait(1);
        XmppAction end = story.Last(ActionKind.Ended);
        Assert.Equal((Mechanism.NetworkChange, Claim.Dead), (end.Mechanism, end.Claim));
        Assert.Equal((0, Step.Connecting), (story.Last(ActionKind.RetryScheduled).A, story.Client.Step));
    }

    [Fact]
    public void An_attempt_under_way_goes_on_with_a_ping_and_begins_anew_with_reconnect()
    {
        Story story = new Story(Reacting(Ping)).Start().ChangesNetwork();
        Assert.Equal(Step.Connecting, story.Client.Step);
        Assert.Equal(1, story.News().Count(a => a.Kind == ActionKind.Connect));
        story = new Story(Reacting(Ping with { Then = NetworkChangeAction.Reconnect, After = [Duration.Zero] })).Start()
            .ChangesNetwork().Wait(0);
        Assert.Equal(2, story.News().Count(a => a.Kind == ActionKind.Connect));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_waits_for_its_next_attempt_begins_it_at_once_where_the_back_off_is_reset(bool resets)
    {
        Story story = new Story(Reacting(Ping with { ResetBackoff = resets })).Start().Ends(Mechanism.Refused)
            .Wait(10).Ends(Mechanism.Refused).Wait(1);
        Assert.Equal(Step.Offline, story.Client.Step);
        story.ChangesNetwork();
        Assert.Equal(resets ? Step.Connecting : Step.Offline, story.Client.Step);
        if (!resets) return;
        story.Ends(Mechanism.Refused);
        Assert.Equal(Seconds(10).Nanoseconds, story.Last(ActionKind.RetryScheduled).A);   // not 40 s
    }

    [Fact]
    public void Nothing_is_nothing()
    {
        Story story = Online(Ping with { Then = NetworkChangeAction.Nothing }).ChangesNetwork().Wait(60);
        Assert.Equal((0, Step.Online), (Pings(story), story.Client.Step));
        story = new Story(Policy.Nothing).Start().Online(acks: false).ChangesNetwork().Wait(60);
        Assert.Equal((0, Step.Online), (Pings(story), story.Client.Step));
        story = new Story(Reacting(Ping)).ChangesNetwork().Wait(60);                      // it does not want anything
        Assert.Equal(Step.Offline, story.Client.Step);
    }

    [Fact]
    public void A_ping_that_waits_already_does_for_this_one_with_the_shorter_timeout()
    {
        Policy policy = Reacting(Ping with { After = [Duration.Zero], Timeout = Seconds(4) }) with
        {
            Ping = new PingPolicy { Every = Seconds(60), Timeout = Seconds(20) },
        };
        Story story = new Story(policy).Start().Online(acks: false).Wait(61).ChangesNetwork();
        Assert.Equal(1, Pings(story));
        story.Wait(4.1);
        Assert.Equal(Mechanism.PingTimeout, story.Last(ActionKind.Ended).Mechanism);
    }
}
