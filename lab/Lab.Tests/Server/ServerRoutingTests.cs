using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class ServerRoutingTests
{
    public enum Fate { First, Second, Both, Stored, Bounced, Dropped }

    // RFC 6121 section 8.5. Bob's resources as priorities of desk and phone; absent = not connected, "away" = bound
    // without presence.
    [Theory]
    [InlineData("chat", "bob@example.org", "1", "5", Fate.Second)]
    [InlineData("chat", "bob@example.org", "5", "1", Fate.First)]
    [InlineData("chat", "bob@example.org", "5", "5", Fate.Second)]
    [InlineData("chat", "bob@example.org", "5", "-1", Fate.First)]
    [InlineData("chat", "BOB@example.org", "5", null, Fate.First)]
    [InlineData("chat", "bob@example.org", "-1", null, Fate.Stored)]
    [InlineData("chat", "bob@example.org", "away", null, Fate.Stored)]
    [InlineData("chat", "bob@example.org", null, null, Fate.Stored)]
    [InlineData("normal", "bob@example.org", "1", "5", Fate.Second)]
    [InlineData("normal", "bob@example.org", null, null, Fate.Stored)]
    [InlineData("nonsense", "bob@example.org", null, null, Fate.Stored)]
    [InlineData("headline", "bob@example.org", "1", "5", Fate.Both)]
    [InlineData("headline", "bob@example.org", "1", "-1", Fate.First)]
    [InlineData("headline", "bob@example.org", null, null, Fate.Dropped)]
    [InlineData("groupchat", "bob@example.org", "1", null, Fate.Bounced)]
    [InlineData("error", "bob@example.org", "1", null, Fate.Dropped)]
    [InlineData("chat", "bob@example.org/desk", "1", "5", Fate.First)]
    [InlineData("chat", "bob@example.org/desk", "-1", "5", Fate.First)]
    [InlineData("chat", "bob@example.org/desk", "away", "5", Fate.First)]
    [InlineData("error", "bob@example.org/desk", "1", "5", Fate.First)]
    [InlineData("groupchat", "bob@example.org/desk", "1", "5", Fate.First)]
    [InlineData("chat", "bob@example.org/desk", null, "5", Fate.Second)]
    [InlineData("chat", "bob@example.org/desk", null, null, Fate.Stored)]
    [InlineData("normal", "bob@example.org/desk", null, "5", Fate.Bounced)]
    [InlineData("groupchat", "bob@example.org/desk", null, "5", Fate.Bounced)]
    [InlineData("headline", "bob@example.org/desk", null, "5", Fate.Dropped)]
    [InlineData("error", "bob@example.org/desk", null, "5", Fate.Dropped)]
    [InlineData("chat", "nobody@example.org", null, null, Fate.Bounced)]
    [InlineData("headline", "nobody@example.org", null, null, Fate.Dropped)]
    public void Delivery_table(string type, string to, string? desk, string? phone, Fate fate)
    {
        var lab = new ServerLab();
        Peer alice = lab.Bound("alice", available: false);
        Peer? first = Resource(lab, "desk", desk), second = Resource(lab, "phone", phone);
        first?.Hear();                                         // the presence of the other resource
        string answer = alice.Say($"<message to='{to}' type='{type}' id='m3'><body>x</body></message>");
        Assert.Equal(fate is Fate.First or Fate.Both,
            first?.Hear().Contains("id='m3'", StringComparison.Ordinal) ?? false);
        Assert.Equal(fate is Fate.Second or Fate.Both,
            second?.Hear().Contains("id='m3'", StringComparison.Ordinal) ?? false);
        Assert.Equal(fate == Fate.Bounced, answer.Contains("<service-unavailable", StringComparison.Ordinal));
        Assert.Equal(fate == Fate.Bounced ? 1 : 0,
            lab.Observed(ActionKind.MessageBounced).Count(a => a.A == 3 && a.Account == 0));
        Assert.Equal(fate == Fate.Stored ? 1 : 0,
            lab.Observed(ActionKind.MessageStored).Count(a => a.A == 3 && a.Account == 1));
        Assert.Equal(fate == Fate.Stored ? [3L] : [], lab.Server.HeldMessages());
    }

    [Fact]
    public void Of_a_shared_account_the_server_tells_which_session_gets_each_message()
    {
        var store = new ServerStore();
        store.AddAccount("alice", "secret-alice");
        store.AddAccount("bob", "secret-bob", shared: true);
        var lab = new ServerLab(Policy.Nothing with { Acks = new AckPolicy { Resume = Duration.FromMinutes(5) } },
            store: store);
        Peer alice = lab.Bound("alice"), desk = lab.Bound("bob", "desk"), phone = lab.Bound("bob", "phone", acks: true);
        void Send(int number, string to) =>
            alice.Say($"<message to='{to}' type='chat' id='m{number}'><body>x</body></message>");
        Send(1, "bob@example.org");                            // the last that came
        Send(2, "bob@example.org/desk");
        phone.Lose();
        Send(3, "bob@example.org");                            // it waits, and is still the one
        lab.RunTo(301);                                        // over: what it has goes to the other, the first too
        Send(4, "bob@example.org/phone");
        Send(5, "alice@example.org");
        Assert.Equal(
            [(1L, phone.Number), (2, desk.Number), (3, phone.Number), (1, desk.Number), (3, desk.Number),
                (4, desk.Number)],
            lab.Observed(ActionKind.MessageHanded).Select(a => (a.A, a.Stream)));
    }

    [Fact]
    public void A_message_without_recipient_is_for_the_own_account()
    {
        var lab = new ServerLab();
        Peer alice = lab.Bound("alice");
        Assert.Contains("id='m4'", alice.Say("<message id='m4'><body>note</body></message>"));
    }

    [Fact]
    public void Stored_messages_come_in_order_with_their_delay_at_the_first_presence_that_is_not_negative()
    {
        var lab = new ServerLab();
        Peer alice = lab.Bound("alice");
        lab.RunTo(1.5);
        alice.Say("<message to='bob@example.org' type='chat' id='m1'><body>one</body></message>");
        lab.RunTo(86_400 * 366 + 3_661);
        alice.Say("<message to='bob@example.org/gone' type='chat' id='m2'><body>two</body></message>");
        Peer bob = lab.Bound("bob", available: false);
        Assert.DoesNotContain("m1", bob.Say("<presence><priority>-5</priority></presence>"));
        string heard = bob.Say("<presence/>");
        Assert.EndsWith(
            "<message from='alice@example.org/desk' to='bob@example.org' type='chat' id='m1' xml:lang='en'><body>one"
            + "</body>"
            + "<delay xmlns='urn:xmpp:delay' from='example.org' stamp='2000-01-01T00:00:01.500Z'/></message>"
            + "<message from='alice@example.org/desk' to='bob@example.org/gone' type='chat' id='m2' xml:lang='en'>"
                + "<body>two</body>"
            + "<delay xmlns='urn:xmpp:delay' from='example.org' stamp='2001-01-01T01:01:01Z'/></message>", heard);
        Assert.DoesNotContain("m1", bob.Say("<presence><priority>1</priority></presence>"));
    }

    [Fact]
    public void A_full_offline_store_returns_messages()
    {
        var lab = new ServerLab(settings: s => s with { OfflineMessages = 2 });
        Peer alice = lab.Bound("alice");
        for (int i = 0; i < 2; i++) Assert.Equal("",
            alice.Say($"<message to='bob@example.org' type='chat' id='m{i}'><body>x</body></message>"));
        Assert.Contains("service-unavailable",
            alice.Say("<message to='bob@example.org' type='chat' id='m2'><body>x</body></message>"));
        lab.Call((server, now) => server.SendMessage(now, 1, 50, 10));
        Assert.Equal([2L, 50], lab.Observed(ActionKind.MessageBounced).Select(a => a.A));
    }

    [Fact]
    public void A_chat_state_for_somebody_away_is_dropped()
    {
        var lab = new ServerLab();
        Peer alice = lab.Bound("alice");
        Assert.Equal(
            "", alice.Say(
            "<message to='bob@example.org' type='chat' id='m1'><composing "
            + "xmlns='http://jabber.org/protocol/chatstates'/></message>"));
        Assert.Empty(lab.Server.HeldMessages());
    }

    [Fact]
    public void Without_stream_management_what_was_written_to_a_dead_stream_is_lost_in_silence()
    {
        var lab = new ServerLab();
        Peer alice = lab.Bound("alice"), bob = lab.Bound("bob");
        Assert.Equal("", alice.Say("<message to='bob@example.org' type='chat' id='m1'><body>x</body></message>"));
        bob.Lose(Mechanism.TcpRetransmissionLimit);
        Assert.Equal("", alice.Hear());
        Assert.DoesNotContain(lab.Seen, a =>
            a.Kind is ActionKind.MessageBounced or ActionKind.MessageStored);
        Assert.Equal((Claim.Dead, Mechanism.TcpRetransmissionLimit), (lab.Ended(bob).Claim, lab.Ended(bob).Mechanism));
    }

    [Fact]
    public void Requests_to_a_resource_are_routed_and_answered_by_it()
    {
        var lab = new ServerLab();
        Peer alice = lab.Bound("alice"), bob = lab.Bound("bob");
        alice.Say("<iq type='get' id='7' to='bob@example.org/desk'><ping xmlns='urn:xmpp:ping'/></iq>");
        Assert.Equal(
            "<iq from='alice@example.org/desk' type='get' id='7' to='bob@example.org/desk' xml:lang='en'><ping "
            + "xmlns='urn:xmpp:ping'/></iq>", bob.Hear());
        bob.Say("<iq type='result' id='7' to='alice@example.org/desk'/>");
        Assert.Equal(
            "<iq from='bob@example.org/desk' type='result' id='7' to='alice@example.org/desk' xml:lang='en'></iq>",
            alice.Hear());
    }

    [Fact]
    public void Each_served_domain_has_its_own_resources()
    {
        var lab = new ServerLab(settings: s => s with { Domains = ["example.org", "second.example"] });
        Peer alice = lab.Bound("alice"), bob = lab.Bound("bob");
        alice.Say("<message to='bob@second.example' type='chat' id='m1'><body>x</body></message>");
        Assert.Equal("", bob.Hear());
        Assert.Equal(1, lab.Observed(ActionKind.MessageStored).Single().A);
        Assert.DoesNotContain("m1", bob.Say("<presence><priority>3</priority></presence>"));
    }

    [Fact]
    public void Order_between_two_clients_is_kept()
    {
        var lab = new ServerLab();
        Peer alice = lab.Bound("alice"), bob = lab.Bound("bob");
        var sent = new System.Text.StringBuilder();
        for (int i = 0; i < 100; i++) sent.Append(
            $"<message to='bob@example.org{(i % 2 == 0 ? "/desk" : "")}' type='chat' id='m{i}'/>");
        alice.Say(sent.ToString());
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"m{i}"),
            System.Text.RegularExpressions.Regex.Matches(bob.Hear(), "id='(m[0-9]+)'").Select(m => m.Groups[1].Value));
    }

    private static Peer? Resource(ServerLab lab, string name, string? state)
    {
        if (state is null) return null;
        Peer peer = lab.Bound("bob", name, available: false);
        if (state != "away") peer.Say($"<presence><priority>{state}</priority></presence>");
        return peer;
    }
}
