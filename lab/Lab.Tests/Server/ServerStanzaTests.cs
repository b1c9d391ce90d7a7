using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class ServerStanzaTests
{
    private const string Ping = "<ping xmlns='urn:xmpp:ping'/>";

    private readonly ServerLab lab = new();
    private Peer? speaker;

    [Theory]
    [InlineData("to='example.org'", "from='example.org' ")]
    [InlineData("to='alice@example.org'", "from='alice@example.org' ")]
    [InlineData("to='echo@example.org'", "from='echo@example.org' ")]
    [InlineData("", "")]
    public void Pings_to_the_server_to_an_account_and_to_nobody_are_answered(string to, string from) =>
        Assert.Equal($"<iq type='result' id='7' {from}to='alice@example.org/desk'/>",
            Say($"<iq type='get' id='7' {to}>{Ping}</iq>"));

    [Theory]
    [InlineData("<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>", "modify", "bad-request")]
    [InlineData("<iq type='ask' id='7'><ping xmlns='urn:xmpp:ping'/></iq>", "modify", "bad-request")]
    [InlineData("<iq type='get' id='7'/>", "modify", "bad-request")]
    [InlineData("<iq type='get' id='7'><ping xmlns='urn:xmpp:ping'/><ping xmlns='urn:xmpp:ping'/></iq>", "modify",
        "bad-request")]
    [InlineData("<iq type='get' id='7'><query xmlns='urn:example:unknown'/></iq>", "cancel", "service-unavailable")]
    [InlineData("<iq type='get' id='7' to='example.org'><query xmlns='http://jabber.org/protocol/disco#info' "
        + "node='http://caps.test#x'/></iq>", "cancel", "item-not-found")]
    [InlineData("<iq type='get' id='7' to='example.org'><query xmlns='http://jabber.org/protocol/disco#items' "
        + "node='http://jabber.org/protocol/commands'/></iq>", "cancel", "item-not-found")]
    [InlineData("<iq type='get' id='7'><query xmlns='http://jabber.org/protocol/disco#info' node='x'/></iq>", "cancel",
        "item-not-found")]
    [InlineData("<iq type='get' id='7' to='nobody@example.org'><query xmlns='http://jabber.org/protocol/disco#info' "
        + "node='x'/></iq>", "cancel", "service-unavailable")]
    [InlineData("<iq type='get' id='7' to='bob@example.org'><query xmlns='jabber:iq:roster'/></iq>", "cancel",
        "service-unavailable")]
    [InlineData("<iq type='get' id='7' to='nobody@example.org'><ping xmlns='urn:xmpp:ping'/></iq>", "cancel",
        "service-unavailable")]
    [InlineData("<iq type='get' id='7' to='bob@example.org/away'><ping xmlns='urn:xmpp:ping'/></iq>", "cancel",
        "service-unavailable")]
    [InlineData("<iq type='get' id='7' to='elsewhere.test'><ping xmlns='urn:xmpp:ping'/></iq>", "cancel",
        "remote-server-not-found")]
    [InlineData("<iq type='get' id='7' to='@example.org'><ping xmlns='urn:xmpp:ping'/></iq>", "modify",
        "jid-malformed")]
    [InlineData("<message to='elsewhere.test' id='7'><body>x</body></message>", "cancel", "remote-server-not-found")]
    [InlineData("<message to='a b@example.org' id='7'><body>x</body></message>", "modify", "jid-malformed")]
    [InlineData("<message to='example.org' id='7'><body>x</body></message>", "cancel", "service-unavailable")]
    public void Stanza_errors_swap_the_addresses_and_keep_the_id(string said, string type, string condition)
    {
        string answer = Say(said);
        Assert.Matches(
            $"^<(iq|message) type='error' from='[^']+' to='alice@example.org/desk'( id='7')?><error type='{type}'>"
            + $"<{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></(iq|message)>$", answer);
    }

    [Theory]
    [InlineData("<iq type='result' id='p1'/>")]
    [InlineData("<iq type='error' id='7' to='example.org'/>")]
    [InlineData("<iq type='result' id='7' to='bob@example.org/away'/>")]
    [InlineData("<iq type='result' to='elsewhere.test'/>")]
    [InlineData("<message type='error' to='nobody@example.org'><body>x</body></message>")]
    [InlineData("<message type='error' to='elsewhere.test'/>")]
    [InlineData("<message type='error' to='echo@example.org' id='m1'><body>x</body></message>")]
    [InlineData("<presence type='subscribed' to='bob@example.org'/>")]
    [InlineData("<presence type='unsubscribe' to='bob@example.org'/>")]
    [InlineData("<presence type='unsubscribed' to='bob@example.org'/>")]
    [InlineData("<presence type='probe' to='bob@example.org'/>")]
    [InlineData("<presence type='error' to='bob@example.org'/>")]
    public void Errors_results_and_answers_to_subscriptions_are_never_answered(string said)
    {
        Peer bob = lab.Bound("bob");
        Assert.Equal("", Say(said));
    }

    [Fact]
    public void The_server_describes_itself_and_its_accounts()
    {
        Assert.Contains("<identity category='server' type='im'",
            Say("<iq type='get' id='7' to='example.org'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>"));
        Assert.Contains("<identity category='account' type='registered'/>",
            Say("<iq type='get' id='7'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>"));
        Assert.EndsWith("><query xmlns='jabber:iq:roster'/></iq>",
            Say("<iq type='get' id='7'><query xmlns='jabber:iq:roster'/></iq>"));
    }

    [Rule("STR-09")]
    [Fact]
    public void The_sender_is_stamped_and_everything_else_is_carried_as_it_came()
    {
        Peer bob = lab.Bound("bob");
        Say("<message  to=\"bob@example.org/desk\" id='m1' from='alice@example.org' xmlns='jabber:client' "
            + "xmlns:e='urn:e' e:x='1'>"
            + "<body>a &amp; b</body><e:thing/></message>");
        Assert.Equal(
            "<message from='alice@example.org/desk' to=\"bob@example.org/desk\" id='m1' xmlns:e='urn:e' e:x='1' "
            + "xml:lang='en'>"
            + "<body>a &amp; b</body><e:thing/></message>", bob.Hear());
        Say("<message to='bob@example.org/desk' xml:lang='de'/>");
        Assert.Equal("<message from='alice@example.org/desk' to='bob@example.org/desk' xml:lang='de'></message>",
            bob.Hear());
    }

    [Theory]
    [InlineData("bob@example.org", false)]
    [InlineData("alice@example.org/other", false)]
    [InlineData("example.org", false)]
    [InlineData("alice@example.org", true)]
    [InlineData("Alice@Example.ORG", true)]
    [InlineData("alice@example.org/desk", true)]
    public void A_foreign_sender_ends_the_stream(string from, bool own)
    {
        string answer = Say($"<message from='{from}' to='echo@example.org' id='m1'><body>x</body></message>");
        if (own) Assert.StartsWith("<message from='echo@example.org'", answer);
        else Assert.Equal(ServerNegotiationTests.Error("invalid-from"), answer);
    }

    [Fact]
    public void A_prefixed_stanza_ends_the_stream() =>
        Assert.Equal(ServerNegotiationTests.Error("bad-namespace-prefix"),
            Say("<c:message xmlns:c='jabber:client' to='echo@example.org'/>"));

    [Fact]
    public void An_unknown_first_level_element_ends_the_stream() =>
        Assert.Equal(ServerNegotiationTests.Error("unsupported-stanza-type"),
            Say("<thing xmlns='urn:example:unknown'/>"));

    [Fact]
    public void The_echo_account_answers_chat_with_the_same_body_and_a_number_of_its_own()
    {
        Peer alice = lab.Bound("alice");
        Assert.Equal(
            $"<message from='echo@example.org' to='alice@example.org/desk' type='chat' "
            + $"id='m{5 + XmppServer.EchoOffset}'><body>a &lt; b</body></message>",
            alice.Say("<message to='echo@example.org' type='chat' id='m5'><body>a &lt; b</body></message>"));
        Assert.Equal(
            "<message from='echo@example.org/bot' to='alice@example.org/desk' type='chat' id='x&apos;5'><body/>"
            + "</message>",
            alice.Say("<message to='echo@example.org/bot' id=\"x'5\"><body/></message>"));
        Assert.Equal(
            "<message from='echo@example.org' to='alice@example.org/desk' type='chat'><body>x</body></message>",
            alice.Say("<message to='echo@example.org' type='chat'><body>x</body></message>"));
        Assert.Equal(
            "", alice.Say(
            "<message to='echo@example.org' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/>"
            + "</message>"));
        Assert.Equal(5, lab.Observed(ActionKind.MessageAccepted).Single().A);
        Assert.Equal([(5 + XmppServer.EchoOffset, 5L)],
            lab.Observed(ActionKind.MessageEchoed).Select(a => (a.A, a.B)));
    }

    [Fact]
    public void A_pushed_message_has_the_length_asked_for()
    {
        Peer bob = lab.Bound("bob");
        lab.Call((server, now) => server.SendMessage(now, 1, 9, 300));
        Assert.Equal(
            $"<message from='echo@example.org' to='bob@example.org' type='chat' id='m9'><body>{new string('x', 300)}"
            + $"</body></message>", bob.Hear());
        Assert.Equal(-1, lab.Observed(ActionKind.MessageAccepted).Single().Account);
    }

    [Fact]
    public void Presence_goes_to_all_resources_of_the_account_and_follows_their_end()
    {
        Peer desk = lab.Bound("alice", "desk", available: false);
        Assert.Equal("<presence from='alice@example.org/desk' to='alice@example.org/desk' xml:lang='en'></presence>",
            desk.Say("<presence/>"));
        Peer phone = lab.Bound("alice", "phone", available: false);
        Assert.Equal(
            "<presence from='alice@example.org/phone' to='alice@example.org/phone' xml:lang='en'><priority>5</priority>"
            + "</presence>"
            + "<presence from='alice@example.org/desk' to='alice@example.org/phone'><priority>0</priority></presence>",
            phone.Say("<presence><priority>5</priority></presence>"));
        Assert.Equal(
            "<presence from='alice@example.org/phone' to='alice@example.org/desk' xml:lang='en'><priority>5</priority>"
            + "</presence>", desk.Hear());
        phone.Say("<presence type='unavailable'><status>bye</status></presence>");
        Assert.Contains("type='unavailable' xml:lang='en'><status>bye</status></presence>", desk.Hear());
        phone.Say("<presence/>");
        desk.Hear();
        phone.Lose();
        Assert.Equal("<presence from='alice@example.org/phone' to='alice@example.org/desk' type='unavailable'/>",
            desk.Hear());
        Assert.Equal(
            [ActionKind.Available, ActionKind.Available, ActionKind.Unavailable,
            ActionKind.Available,
            ActionKind.Ended, ActionKind.Unavailable], lab.Seen.Select(a => a.Kind));
    }

    [Theory]
    [InlineData("bob@example.org", true)]
    [InlineData("bob@example.org/desk", true)]
    [InlineData("bob@example.org/other", false)]
    public void Directed_presence_reaches_the_resources_it_names(string to, bool heard)
    {
        Peer bob = lab.Bound("bob");
        Say($"<presence to='{to}'/>");
        Assert.Equal(heard ? $"<presence from='alice@example.org/desk' to='{to}' xml:lang='en'></presence>" : "",
            bob.Hear());
    }

    [Fact]
    public void What_one_call_says_is_one_write_charged_to_its_first_cause()
    {
        Peer alice = lab.Bound("alice", acks: true);
        alice.Say("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        alice.Charged.Clear();
        string answer = alice.Say(
            $"<message to='echo@example.org' id='m1'><body>x</body></message><r xmlns='urn:xmpp:sm:3'/><iq type='get' "
            + $"id='7'>{Ping}</iq>");
        Assert.Matches("^<message .*</message><a xmlns='urn:xmpp:sm:3' h='2'/><iq .*/><r xmlns='urn:xmpp:sm:3'/>$",
            answer);
        Assert.Equal([Traffic.Payload], alice.Charged);
    }

    private string Say(string text)
    {
        speaker ??= lab.Bound("alice");
        return speaker.Say(text);
    }
}
