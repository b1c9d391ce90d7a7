using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>XEP-0198 as it concerns a server; each test carries the rule it is about.</summary>
public class ServerAckTests
{
    private const string Enable = "<enable xmlns='urn:xmpp:sm:3' resume='true'/>", Ask = "<r xmlns='urn:xmpp:sm:3'/>";
    private const uint BeforeTheWrap = uint.MaxValue - 2;              // 2^32 - 3

    private static readonly Policy Patient = new() { Acks = new AckPolicy { Resume = Duration.FromSeconds(300) } };

    private readonly ServerLab lab = new(Patient);

    [Rule("SM-01")]
    [Rule("SM-02")]
    [Theory]
    [InlineData(0, Enable)]
    [InlineData(0, "<resume xmlns='urn:xmpp:sm:3' h='0' previd='x'/>")]
    [InlineData(0, Ask)]
    [InlineData(1, Enable)]
    [InlineData(1, Ask)]
    [InlineData(1, "<a xmlns='urn:xmpp:sm:3' h='0'/>")]
    [InlineData(2, Ask)]
    [InlineData(2, "<resume xmlns='urn:xmpp:sm:3' h='0' previd='x'/>")]
    public void What_is_out_of_order_fails_and_the_stream_goes_on(int stage, string said)
    {
        Peer peer = stage == 0 ? lab.Connect() : stage == 1 ? lab.Authenticated("alice") : lab.Bound("alice");
        if (stage == 0) peer.Say(ServerLab.Open);
        Assert.Equal(Failed("unexpected-request"), peer.Say(said));
        if (stage == 1) Assert.Contains("<jid>", peer.Say(ServerLab.Bind("desk")));
    }

    [Rule("SM-03")]
    [Fact]
    public void A_second_enable_ends_the_stream()
    {
        Peer peer = lab.Bound("alice", acks: true);
        Assert.Equal(ServerNegotiationTests.Error("policy-violation"), peer.Say(Enable));
    }

    [Rule("SM-04")]
    [Rule("SM-05")]
    [Fact]
    public void Enabled_carries_an_id_and_resume_only_when_resumption_was_asked_for()
    {
        Assert.Matches("^<enabled xmlns='urn:xmpp:sm:3' id='[0-9a-f]{32}' resume='true' max='300'/>$",
            lab.Bound("alice", "a").Say(Enable));
        Assert.Matches("resume='true'", lab.Bound("alice", "b").Say("<enable xmlns='urn:xmpp:sm:3' resume='1'/>"));
        Assert.Equal("<enabled xmlns='urn:xmpp:sm:3'/>",
            lab.Bound("alice", "c").Say("<enable xmlns='urn:xmpp:sm:3'/>"));
        Assert.Equal("<enabled xmlns='urn:xmpp:sm:3'/>",
            lab.Bound("alice", "d").Say("<enable xmlns='urn:xmpp:sm:3' resume='false'/>"));
    }

    [Rule("SM-05")]
    [Fact]
    public void A_server_without_resumption_enables_without_id_and_refuses_to_resume()
    {
        var lab = new ServerLab(new Policy { Acks = new AckPolicy() });
        Assert.Equal("<enabled xmlns='urn:xmpp:sm:3'/>", lab.Bound("alice").Say(Enable));
        Assert.Equal(Failed("feature-not-implemented"),
            lab.Authenticated("alice").Say($"<resume xmlns='urn:xmpp:sm:3' h='0' previd='{new string('0', 32)}'/>"));
    }

    [Rule("SM-06")]
    [Theory]
    [InlineData("10", 10)]
    [InlineData("1000", 300)]
    [InlineData("0", 300)]
    [InlineData("soon", 300)]
    public void The_window_is_the_shorter_of_both_wishes(string max, int seconds)
    {
        Peer peer = lab.Bound("alice");
        Assert.Contains($" max='{seconds}'", peer.Say($"<enable xmlns='urn:xmpp:sm:3' resume='true' max='{max}'/>"));
        peer.Lose();
        lab.RunTo(seconds - 0.001);
        Assert.Empty(lab.Observed(ActionKind.Unavailable));
        lab.RunTo(seconds);
        Assert.Single(lab.Observed(ActionKind.Unavailable));
    }

    [Rule("SM-08")]
    [Fact]
    public void Ids_are_never_used_again()
    {
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < 200; i++)
        {
            Peer peer = lab.Bound("alice", acks: true);
            Assert.True(ids.Add(peer.AckId));
            peer.Say("</stream:stream>");
        }
    }

    [Rule("SM-09")]
    [Rule("SM-10")]
    [Fact]
    public void Stanzas_count_from_enable_on_and_nothing_else_does()
    {
        Peer peer = lab.Bound("alice", available: false);
        string answer = peer.Say("<presence/>" + Enable + "<presence/>  " + Ask + Ask);
        Assert.Equal(2, Count(answer, "<a xmlns='urn:xmpp:sm:3' h='1'/>"));
        Assert.Equal("<a xmlns='urn:xmpp:sm:3' h='4'/>", Last(peer.Say(
            "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq><message to='echo@example.org'/>"
            + "<message to='nobody@elsewhere.test'/>" + Ask), "<a "));
        // Of ours: the presence echo behind enabled, the pong, the error. One more would be too high.
        Assert.Equal("", peer.Say("<a xmlns='urn:xmpp:sm:3' h='3'/>").Replace(Ask, ""));
        Assert.Contains("send-count='3'", peer.Say("<a xmlns='urn:xmpp:sm:3' h='4'/>"));
    }

    [Rule("SM-11")]
    [Fact]
    public void Counters_wrap_at_two_to_the_thirty_second()
    {
        var lab = new ServerLab(Patient, firstCount: BeforeTheWrap);
        Peer peer = lab.Bound("alice", acks: true);                    // presence: one stanza each way
        for (uint i = 1; i <= 4; i++)
        {
            string answer = peer.Say($"<message to='echo@example.org' id='m{i}'><body>x</body></message>" + Ask);
            Assert.Contains($"<a xmlns='urn:xmpp:sm:3' h='{unchecked(BeforeTheWrap + 1 + i)}'/>", answer);
        }
        Assert.Equal("", peer.Say($"<a xmlns='urn:xmpp:sm:3' h='{uint.MaxValue}'/>").Replace(Ask, ""));
        Assert.Equal("", peer.Say("<a xmlns='urn:xmpp:sm:3' h='1'/>").Replace(Ask, ""));
        Assert.Equal([4 + XmppServer.EchoOffset], lab.Server.HeldMessages());
        peer.Lose();
        string resumed = lab.Authenticated("alice").Say($"<resume xmlns='urn:xmpp:sm:3' h='2' previd='{peer.AckId}'/>");
        Assert.StartsWith($"<resumed xmlns='urn:xmpp:sm:3' previd='{peer.AckId}' h='2'/>", resumed);
        Assert.Empty(lab.Server.HeldMessages());
    }

    [Rule("SM-16")]
    [Theory]
    [InlineData(0u)]
    [InlineData(BeforeTheWrap)]
    public void An_ack_of_more_than_was_sent_ends_the_stream(uint start)
    {
        var lab = new ServerLab(Patient, firstCount: start);
        Peer peer = lab.Bound("alice", acks: true);
        uint sent = unchecked(start + 1), h = unchecked(start + 2);
        Assert.Equal("<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
            + $"<handled-count-too-high xmlns='urn:xmpp:sm:3' h='{h}' send-count='{sent}'/>"
            + "</stream:error></stream:stream>",
            peer.Say($"<a xmlns='urn:xmpp:sm:3' h='{h}'/>"));
        Assert.Equal(Failed("item-not-found", 1 + start), lab.Authenticated("alice").Say(Resume(peer, start)));
    }

    [Rule("SM-13")]
    [Fact]
    public void A_request_is_answered_at_once_and_the_server_asks_after_its_own_stanzas()
    {
        Peer peer = lab.Bound("alice", available: false);
        peer.Say(Enable);
        Assert.EndsWith("</presence>" + Ask, peer.Say("<presence/>"));
        Assert.Equal("<a xmlns='urn:xmpp:sm:3' h='1'/>", peer.Say(Ask));
        // One is out; what the echo would ask follows its answer.
        Assert.DoesNotContain(Ask, peer.Say("<message to='echo@example.org' id='m1'><body>x</body></message>"));
        Assert.Equal(Ask, peer.Say("<a xmlns='urn:xmpp:sm:3' h='1'/>"));
        Assert.Equal("", peer.Say("<a xmlns='urn:xmpp:sm:3' h='2'/>"));
    }

    [Rule("SM-15")]
    [Fact]
    public void An_unasked_ack_without_progress_is_fine()
    {
        Peer peer = lab.Bound("alice", acks: true, available: false);
        for (int i = 0; i < 3; i++) Assert.Equal("", peer.Say("<a xmlns='urn:xmpp:sm:3' h='0'/>"));
    }

    [Theory]
    [InlineData("<a xmlns='urn:xmpp:sm:3'/>")]
    [InlineData("<a xmlns='urn:xmpp:sm:3' h='-1'/>")]
    [InlineData("<a xmlns='urn:xmpp:sm:3' h='4294967296'/>")]
    public void An_ack_without_a_count_is_invalid(string ack) =>
        Assert.Equal(ServerNegotiationTests.Error("invalid-xml"), lab.Bound("alice", acks: true).Say(ack));

    [Rule("SM-17")]
    [Rule("SM-18")]
    [Rule("SM-22")]
    [Fact]
    public void Resuming_after_a_reset_resends_only_what_was_not_acknowledged()
    {
        Peer old = lab.Bound("alice", acks: true);
        for (int i = 1; i <= 3; i++) old.Say($"<message to='echo@example.org' id='m{i}'><body>{i}</body></message>");
        old.Say("<a xmlns='urn:xmpp:sm:3' h='2'/>");                   // presence and the first echo
        old.Lose();
        lab.Call((server, now) => server.SendMessage(now, 0, 77, 1));
        lab.RunTo(100);
        Peer peer = lab.Authenticated("alice");
        string answer = peer.Say(Resume(old, 3));                      // and the second echo
        Assert.Equal($"<resumed xmlns='urn:xmpp:sm:3' previd='{old.AckId}' h='4'/>"
            + "<message from='echo@example.org' to='alice@example.org/desk' type='chat' "
            + $"id='m{3 + XmppServer.EchoOffset}'><body>3</body></message>"
            + "<message from='echo@example.org' to='alice@example.org' type='chat' id='m77'><body>x</body></message>"
            + Ask, answer);
        Assert.Equal(1, lab.Observed(ActionKind.Available).Last().A);
        peer.Say("<a xmlns='urn:xmpp:sm:3' h='4'/>");                  // counters go on, they are not reset
        Assert.Equal([77L], lab.Server.HeldMessages());
        Assert.Contains("h='5'", peer.Say("<presence/>" + Ask));
        Assert.Empty(lab.Observed(ActionKind.Unavailable));
    }

    [Rule("SM-19")]
    [Rule("SM-20")]
    [Fact]
    public void An_unknown_or_foreign_session_is_not_found_and_binding_goes_on()
    {
        Peer old = lab.Bound("alice", acks: true);
        old.Lose();
        Peer thief = lab.Authenticated("bob");
        Assert.Equal(Failed("item-not-found"), thief.Say(Resume(old, 0)));
        Assert.Equal(Failed("item-not-found"), thief.Say("<resume xmlns='urn:xmpp:sm:3' h='0' previd='whatever'/>"));
        Assert.Equal(Failed("bad-request"), thief.Say($"<resume xmlns='urn:xmpp:sm:3' previd='{old.AckId}'/>"));
        Assert.Contains("<jid>bob@example.org/desk</jid>", thief.Say(ServerLab.Bind("desk")));
    }

    [Rule("SM-19")]
    [Fact]
    public void The_count_of_an_expired_session_is_remembered()
    {
        Peer old = lab.Bound("alice", acks: true);
        old.Say("<message to='echo@example.org'/>");
        old.Lose();
        lab.RunTo(299.999);
        Assert.Equal([ActionKind.Available, ActionKind.Ended, ActionKind.Hibernated],
            lab.Seen.Select(a => a.Kind).Where(kind => kind != ActionKind.CheckSent));
        lab.RunTo(300);
        Assert.Equal(ActionKind.Unavailable, lab.Seen[^1].Kind);
        Peer peer = lab.Authenticated("alice");
        Assert.Equal(Failed("item-not-found", 2), peer.Say(Resume(old, 0)));
        Assert.Contains("<jid>alice@example.org/desk</jid>", peer.Say(ServerLab.Bind("desk")));
    }

    [Rule("SM-21")]
    [Fact]
    public void A_stream_that_is_still_open_is_closed_with_conflict_and_the_session_goes_on()
    {
        Peer old = lab.Bound("alice", acks: true);
        Peer peer = lab.Authenticated("alice");
        Assert.StartsWith("<resumed", peer.Say(Resume(old, 1)));
        Assert.Equal(ServerNegotiationTests.Error("conflict"), old.Hear());
        Assert.Equal(Mechanism.Replaced, lab.Ended(old).Mechanism);
        Assert.Empty(lab.Observed(ActionKind.Unavailable));
        old.Fin();
        Assert.Equal("<iq type='result' id='1' to='alice@example.org/desk'/>",
            peer.Say("<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>").Replace(Ask, ""));
    }

    [Rule("SM-22")]
    [Fact]
    public void A_count_that_is_too_high_fails_the_resumption_and_leaves_the_session_to_wait()
    {
        Peer old = lab.Bound("alice", acks: true);
        old.Lose();
        Assert.Contains("<handled-count-too-high xmlns='urn:xmpp:sm:3' h='9' send-count='1'/>",
            lab.Authenticated("alice").Say(Resume(old, 9)));
        Assert.StartsWith("<resumed", lab.Authenticated("alice").Say(Resume(old, 1)));
    }

    [Fact]
    public void Resuming_twice_in_a_row_keeps_the_order_and_loses_nothing()
    {
        Peer old = lab.Bound("alice", acks: true), bob = lab.Bound("bob");
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < 3; i++) bob.Say($"<message to='alice@example.org' type='chat' id='m{round * 3 + i}'/>");
            old.Lose();
            string id = old.AckId;
            old = lab.Authenticated("alice");
            old.AckId = id;
            string answer = old.Say(Resume(old, 1));
            Assert.Equal(Enumerable.Range(0, (round + 1) * 3).Select(i => $"m{i}"),
                System.Text.RegularExpressions.Regex.Matches(answer, "id='(m[0-9]+)'").Select(m => m.Groups[1].Value));
        }
    }

    internal static string Resume(Peer old, uint h) => $"<resume xmlns='urn:xmpp:sm:3' h='{h}' previd='{old.AckId}'/>";

    internal static string Failed(string condition, uint? h = null) =>
        $"<failed xmlns='urn:xmpp:sm:3'{(h is null ? "" : $" h='{h}'")}><{condition} "
            + $"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>";

    internal static int Count(string text, string part) => text.Split(part).Length - 1;

    private static string Last(string text, string start) =>
        text[text.LastIndexOf(start, StringComparison.Ordinal)..].Replace(Ask, "");
}
