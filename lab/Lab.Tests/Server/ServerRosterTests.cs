using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>A contact list that is kept, and subscriptions that are refused at once (RFC 6121 sections 2, 3).</summary>
public class ServerRosterTests
{
    private const string Get = "<iq type='get' id='7'><query xmlns='jabber:iq:roster'/></iq>";
    private const string Bob = "<item jid='bob@example.org' subscription='none'></item>";

    private readonly ServerLab lab = new();

    [Fact]
    public void A_contact_that_is_added_stands_in_the_list_and_is_told_to_the_resources_that_asked_for_it()
    {
        Peer desk = lab.Bound("alice"), phone = lab.Bound("alice", "phone"), tablet = lab.Bound("alice", "tablet"),
            stranger = lab.Bound("bob");
        desk.Hear();
        phone.Say(Get);
        tablet.Hear();
        stranger.Say(Get);
        Assert.Equal("<iq type='result' id='7' to='alice@example.org/desk'/>", desk.Say(
            Set("<item jid='bob@example.org' name='B &lt; C' subscription='both'><group>a &amp; b</group><x/>"
                + "</item>")));
        const string item = "<item jid='bob@example.org' name='B &lt; C' subscription='none'>"
            + "<group>a &amp; b</group></item>";
        Assert.Equal("<iq type='set' to='alice@example.org/phone' id='r1'><query xmlns='jabber:iq:roster'>" + item
            + "</query></iq>", phone.Hear());
        Assert.Equal("", phone.Say("<iq type='result' id='r1'/>"));
        Assert.Equal("", tablet.Hear());
        Assert.Equal("", stranger.Hear());
        Assert.Equal(Answer(item), tablet.Say(Get));
    }

    [Fact]
    public void A_contact_is_changed_in_its_place_and_removed_for_all()
    {
        Peer desk = lab.Bound("alice");
        desk.Say(Set("<item jid='bob@example.org'/>"));
        desk.Say(Set("<item jid='carol@example.org'/>"));
        desk.Say(Set("<item jid='BOB@example.org' name='Bob'/>"));
        Assert.EndsWith("><query xmlns='jabber:iq:roster'>"
            + "<item jid='BOB@example.org' name='Bob' subscription='none'></item>"
            + "<item jid='carol@example.org' subscription='none'></item></query></iq>", desk.Say(Get));
        Assert.EndsWith("<item jid='carol@example.org' subscription='remove'></item></query></iq>",
            desk.Say(Set("<item jid='carol@example.org' subscription='remove'/>")));
        Assert.Contains("<item-not-found", desk.Say(Set("<item jid='carol@example.org' subscription='remove'/>")));
        Assert.DoesNotContain("carol", desk.Say(Get));
    }

    [Fact]
    public void The_list_survives_a_restart_of_the_server()
    {
        lab.Bound("alice").Say(Set("<item jid='bob@example.org'/>"));
        Assert.Equal(Answer(Bob), new ServerLab(store: lab.Store).Bound("alice", "tablet", available: false).Say(Get));
    }

    [Theory]
    [InlineData("", "bad-request")]
    [InlineData("<item/>", "bad-request")]
    [InlineData("<item jid=''/>", "bad-request")]
    [InlineData("<item jid='@'/>", "bad-request")]
    [InlineData("<item jid='bob@example.org/desk'/>", "bad-request")]
    [InlineData("<item jid='bob@example.org'/><item jid='carol@example.org'/>", "bad-request")]
    [InlineData("<contact jid='bob@example.org'/>", "bad-request")]
    [InlineData("<item jid='bob@example.org' subscription='remove'/>", "item-not-found")]
    public void What_is_no_contact_is_refused(string items, string condition)
    {
        Peer desk = lab.Bound("alice");
        Assert.Contains($"<{condition} ", desk.Say(Set(items)));
        Assert.EndsWith("><query xmlns='jabber:iq:roster'/></iq>", desk.Say(Get));
    }

    [Fact]
    public void A_list_has_an_end_and_so_has_a_contact()
    {
        Peer desk = lab.Bound("alice");
        Assert.Contains("<not-acceptable ",
            desk.Say(Set($"<item jid='bob@example.org' name='{new string('x', 5000)}'/>")));
        for (int i = 0; i < 1000; i++) desk.Say(Set($"<item jid='c{i}@example.org'/>"));
        Assert.Contains("<resource-constraint ", desk.Say(Set("<item jid='bob@example.org'/>")));
        Assert.Contains("type='result'", desk.Say(Set("<item jid='c7@example.org' name='seven'/>")));
    }

    [Theory]
    [InlineData("bob@example.org", "<presence type='unsubscribed' from='bob@example.org' to='alice@example.org'/>")]
    [InlineData("bob@example.org/desk",
        "<presence type='unsubscribed' from='bob@example.org' to='alice@example.org'/>")]
    [InlineData("nobody@example.org",
        "<presence type='unsubscribed' from='nobody@example.org' to='alice@example.org'/>")]
    [InlineData("u@elsewhere.test", "<presence type='error' from='u@elsewhere.test' to='alice@example.org/desk' id='s'>"
        + "<error type='cancel'><remote-server-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
        + "</presence>")]
    [InlineData("@", "<presence type='error' from='example.org' to='alice@example.org/desk' id='s'>"
        + "<error type='modify'><jid-malformed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>")]
    public void Who_asks_for_somebodys_presence_is_refused_at_once(string to, string answer)
    {
        Peer bob = lab.Bound("bob"), desk = lab.Bound("alice");
        (_, _) = (bob.Hear(), desk.Hear());
        Assert.Equal(answer, desk.Say($"<presence type='subscribe' id='s' to='{to}'/>"));
        Assert.Equal("", bob.Hear());
    }

    [Fact]
    public void A_subscription_across_domains_is_asked_by_the_account_and_refused_by_the_other_server()
    {
        var home = new ServerLab(settings: s => s with { Federates = true });
        Peer desk = home.Bound("alice");
        desk.Hear();
        Assert.Equal("", desk.Say("<presence type='subscribe' to='bob@b.test'/>"));
        (string from, string to, string stanza, _) = home.Remote.Single();
        Assert.Equal(("alice@example.org", "bob@b.test"), (from, to));
        Assert.StartsWith("<presence from='alice@example.org' type='subscribe' to='bob@b.test'", stanza);
        var other = new ServerLab(settings: s => s with { Domains = ["b.test"], Federates = true });
        other.Call((server, now) => server.ReceiveRemote(now, System.Text.Encoding.UTF8.GetBytes(stanza)));
        (from, to, stanza, _) = other.Remote.Single();
        Assert.Equal(("bob@b.test", "alice@example.org"), (from, to));
        Assert.Equal("<presence type='unsubscribed' from='bob@b.test' to='alice@example.org'/>", stanza);
        home.Call((server, now) => server.ReceiveRemote(now, System.Text.Encoding.UTF8.GetBytes(stanza)));
        Assert.Equal("<presence from='bob@b.test' type='unsubscribed' to='alice@example.org'></presence>", desk.Hear());
        other.Call((server, now) => server.ReceiveRemote(now, System.Text.Encoding.UTF8.GetBytes(
            "<presence type='unsubscribed' from='alice@example.org' to='bob@b.test'/>")));
        Assert.Single(other.Remote);
    }

    [Fact]
    public void A_subscription_that_cannot_leave_comes_back()
    {
        var home = new ServerLab(settings: s => s with { Federates = true });
        Peer desk = home.Bound("alice");
        desk.Say("<presence type='subscribe' to='bob@b.test'/>");
        desk.Say("<presence to='bob@b.test'/>");
        desk.Hear();
        foreach ((_, _, string stanza, _) in home.Remote.ToList())
            home.Call((server, now) => server.ReturnRemote(
                now, System.Text.Encoding.UTF8.GetBytes(stanza), StanzaError.RemoteServerTimeout));
        Assert.Equal("<presence type='error' from='bob@b.test' to='alice@example.org'><error type='wait'>"
            + "<remote-server-timeout xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>", desk.Hear());
    }

    private static string Set(string items) =>
        $"<iq type='set' id='7'><query xmlns='jabber:iq:roster'>{items}</query></iq>";

    private static string Answer(string items) => "<iq type='result' id='7' to='alice@example.org/tablet'>"
        + $"<query xmlns='jabber:iq:roster'>{items}</query></iq>";
}
