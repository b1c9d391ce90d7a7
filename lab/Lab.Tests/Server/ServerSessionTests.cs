using Lab.Network;
using Lab.Xmpp;
using static Lab.Tests.ServerAckTests;

namespace Lab.Tests;

/// <summary>How sessions with stream management wait, end, and what becomes of what they hold.</summary>
public class ServerSessionTests
{
    private static readonly Policy Patient = new() { Acks = new AckPolicy { Resume = Duration.FromSeconds(300) } };

    private readonly ServerLab lab = new(Patient);

    // SM-24. What the dead session did not acknowledge meets the delivery table as if it were sent now to a resource
    // that is not there.
    [Rule("SM-24")]
    [Theory]
    [InlineData("bob@example.org", "chat", false, "stored")]
    [InlineData("bob@example.org/desk", "chat", false, "stored")]
    [InlineData("bob@example.org", "chat", true, "delivered")]
    [InlineData("bob@example.org/desk", "chat", true, "delivered")]
    [InlineData("bob@example.org/desk", "normal", true, "bounced")]
    [InlineData("bob@example.org/desk", "headline", true, "dropped")]
    [InlineData("bob@example.org/desk", "error", true, "dropped")]
    public void Unacknowledged_messages_of_a_dead_session_go_elsewhere_with_the_time_of_the_first_attempt(
        string to, string type, bool second, string fate)
    {
        Peer alice = lab.Bound("alice"), desk = lab.Bound("bob", acks: true);
        Peer? phone = second ? lab.Bound("bob", "phone", available: false) : null;
        phone?.Say("<presence><priority>0</priority></presence>");
        desk.Say("<presence><priority>5</priority></presence>");
        phone?.Hear();
        lab.RunTo(10);
        alice.Say($"<message to='{to}' type='{type}' id='m1'><body>x</body></message>");
        desk.Lose();
        lab.RunTo(400);
        string expected = $"<message from='alice@example.org/desk' to='{to}' type='{type}' id='m1' xml:lang='en'>"
            + "<body>x</body>"
            + "<delay xmlns='urn:xmpp:delay' from='example.org' stamp='2000-01-01T00:00:10Z'/></message>";
        Assert.Equal(fate == "delivered", phone?.Hear().Contains(expected, StringComparison.Ordinal) ?? false);
        Assert.Equal(fate == "bounced", alice.Hear().Contains("<service-unavailable", StringComparison.Ordinal));
        Assert.Equal(fate == "stored" ? 1 : 0, lab.Observed(ActionKind.MessageStored).Count(a => a.A == 1));
        if (fate == "stored") Assert.EndsWith(expected, lab.Bound("bob", available: false).Say("<presence/>"));
    }

    [Rule("SM-24")]
    [Fact]
    public void A_request_to_a_dead_session_is_returned()
    {
        Peer alice = lab.Bound("alice"), bob = lab.Bound("bob", acks: true);
        alice.Say("<iq type='get' id='9' to='bob@example.org/desk'><ping xmlns='urn:xmpp:ping'/></iq>");
        bob.Lose();
        Assert.Equal("", alice.Hear());
        lab.RunTo(300);
        Assert.Contains("<iq type='error' from='bob@example.org/desk' to='alice@example.org/desk' id='9'>",
            alice.Hear());
    }

    [Rule("SM-26")]
    [Fact]
    public void A_closing_tag_ends_the_session_and_a_fin_does_not()
    {
        Peer clean = lab.Bound("alice", "clean", acks: true), cut = lab.Bound("alice", "cut", acks: true);
        Assert.EndsWith("</stream:stream>", clean.Say("</stream:stream>"));
        Assert.Equal(ActionKind.Close, clean.Transport);
        Assert.Equal(clean.Number, lab.Observed(ActionKind.Unavailable).Single().Stream);
        Assert.Equal(Failed("item-not-found"), lab.Authenticated("alice").Say(Resume(clean, 0)));
        cut.Fin();
        Assert.Equal(ActionKind.Close, cut.Transport);
        Assert.Equal(cut.Number, lab.Observed(ActionKind.Hibernated).Single().Stream);
        Assert.StartsWith("<resumed", lab.Authenticated("alice").Say(Resume(cut, 0)));
    }

    [Fact]
    public void A_stream_error_ends_the_session_where_a_drop_leaves_it_to_be_resumed()
    {
        Peer errs = lab.Bound("alice", "errs", acks: true), drops = lab.Bound("alice", "drops", acks: true);
        errs.Say("<stream:error><connection-timeout xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>");
        Assert.Equal(Failed("item-not-found", 1), lab.Authenticated("alice").Say(Resume(errs, 0)));
        drops.Lose(Mechanism.TcpUserTimeout);
        Assert.StartsWith("<resumed", lab.Authenticated("alice").Say(Resume(drops, 0)));
    }

    [Fact]
    public void While_a_session_waits_its_account_stays_available_and_stanzas_queue()
    {
        Peer alice = lab.Bound("alice"), bob = lab.Bound("bob", acks: true);
        bob.Lose();
        for (int i = 0; i < 3; i++) alice.Say($"<message to='bob@example.org' type='chat' id='m{i}'/>");
        Assert.Equal("", alice.Hear());
        Assert.Equal(
            "", alice.Say("<iq type='get' id='9' to='bob@example.org/desk'><ping xmlns='urn:xmpp:ping'/></iq>"));
        Assert.Equal([0L, 1, 2], lab.Server.HeldMessages());
        Assert.Empty(lab.Observed(ActionKind.MessageStored));
        string answer = lab.Authenticated("bob").Say(Resume(bob, 1));
        Assert.Equal(3, Count(answer, "<message"));
        Assert.Equal(1, Count(answer, "<iq"));
    }

    [Fact]
    public void A_waiting_session_whose_queue_is_full_ends_and_nothing_is_lost()
    {
        var lab = new ServerLab(
            new Policy { Acks = new AckPolicy { Resume = Duration.FromSeconds(300), QueueStanzas = 3 } });
        Peer alice = lab.Bound("alice"), bob = lab.Bound("bob", acks: true);
        bob.Say("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        bob.Lose();
        for (int i = 0; i < 5; i++) alice.Say($"<message to='bob@example.org' type='chat' id='m{i}'/>");
        Assert.Single(lab.Observed(ActionKind.Unavailable));
        Assert.Equal([0L, 1, 2, 3, 4], lab.Server.HeldMessages().Order());
        Assert.Equal(5, lab.Observed(ActionKind.MessageStored).Count());
        Assert.Equal(Failed("item-not-found", 1), lab.Authenticated("bob").Say(Resume(bob, 1)));
    }

    [Fact]
    public void A_session_that_had_to_forget_a_stanza_cannot_be_resumed_until_the_client_acknowledged_it()
    {
        var lab = new ServerLab(
            new Policy { Acks = new AckPolicy { Resume = Duration.FromSeconds(300), QueueStanzas = 2 } });
        Peer alice = lab.Bound("alice"), bob = lab.Bound("bob", acks: true);
        for (int i = 0; i < 3; i++) alice.Say($"<message to='bob@example.org' type='chat' id='m{i}'/>");
        Assert.Equal(Failed("item-not-found", 1), lab.Authenticated("bob").Say(Resume(bob, 1)));
        Assert.Equal([1L, 2], lab.Observed(ActionKind.MessageStored).Select(a => a.A));

        bob = lab.Bound("bob", acks: true);
        bob.Say("<a xmlns='urn:xmpp:sm:3' h='3'/>");
        bob.Lose();
        Assert.StartsWith("<resumed", lab.Authenticated("bob").Say(Resume(bob, 3)));
    }

    [Rule("CLO-01")]
    [Fact]
    public void A_closing_server_still_hears_acknowledgements()
    {
        var lab = new ServerLab(Patient with { Idle = new IdlePolicy { After = Duration.FromSeconds(60) } });
        Peer bob = lab.Bound("bob", acks: true);
        lab.Call((server, now) => server.SendMessage(now, 1, 5, 1));
        lab.RunTo(60);
        Assert.EndsWith("</stream:stream>", bob.Hear());
        Assert.Single(lab.Observed(ActionKind.Unavailable));
        Assert.Equal([5L], lab.Server.HeldMessages());
        bob.Say("<a xmlns='urn:xmpp:sm:3' h='2'/></stream:stream>");
        Assert.Empty(lab.Server.HeldMessages());
        Assert.Empty(lab.Observed(ActionKind.MessageStored));
        Assert.Equal(0, lab.Held);
    }

    [Fact]
    public void A_new_session_under_the_resource_of_a_waiting_one_settles_by_the_conflict_policy()
    {
        foreach (ConflictPolicy conflict in Enum.GetValues<ConflictPolicy>())
        {
            var lab = new ServerLab(Patient, s => s with { Conflict = conflict });
            Peer old = lab.Bound("alice", acks: true);
            lab.Call((server, now) => server.SendMessage(now, 0, 5, 1));
            old.Lose();
            Peer peer = lab.Bound("alice");
            Assert.Equal(conflict != ConflictPolicy.GenerateResource, peer.Jid == "alice@example.org/desk");
            Assert.Equal(conflict != ConflictPolicy.GenerateResource ? 1 : 0,
                lab.Observed(ActionKind.MessageStored).Count());
        }
    }

    [Fact]
    public void A_restarted_server_fails_the_resumption_with_the_count_of_sessions_that_ended_in_order()
    {
        Peer alice = lab.Bound("alice", acks: true), bob = lab.Bound("bob", acks: true),
            carol = lab.Bound("carol", acks: true);
        alice.Say("<message to='bob@example.org' type='chat' id='m1'><body>x</body></message>");
        bob.Lose();
        lab.Call((server, now) => server.Shutdown(now));
        Assert.Contains("<system-shutdown", carol.Hear());
        Assert.Equal(1, lab.Observed(ActionKind.MessageStored).Single().A);

        var next = new ServerLab(Patient, store: lab.Store);
        Assert.Equal(Failed("item-not-found", 2), next.Authenticated("alice").Say(Resume(alice, 0)));
        Assert.Equal(Failed("item-not-found", 1), next.Authenticated("carol").Say(Resume(carol, 0)));
        Peer again = next.Authenticated("bob");
        Assert.Equal(Failed("item-not-found", 1), again.Say(Resume(bob, 0)));
        again.Say(ServerLab.Bind("desk"));
        Assert.Contains("id='m1'", again.Say("<presence/>"));
    }

    [Fact]
    public void Ten_lost_sessions_are_remembered_per_account()
    {
        var lost = new List<Peer>();
        for (int i = 0; i < 11; i++)
        {
            lost.Add(lab.Bound("alice", $"r{i}", acks: true));
            lost[i].Say("<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>");
        }
        Peer peer = lab.Authenticated("alice");
        Assert.Equal(Failed("item-not-found"), peer.Say(Resume(lost[0], 0)));
        Assert.All(lost.Skip(1), old => Assert.Equal(Failed("item-not-found", 1), peer.Say(Resume(old, 0))));
    }
}
