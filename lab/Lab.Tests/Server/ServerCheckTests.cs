using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>The server's own checks of its streams: what is sent when, and the three acts that may follow.</summary>
public class ServerCheckTests
{
    private static readonly Duration Minute = Duration.FromSeconds(60), Timeout = Duration.FromSeconds(20);

    private static readonly Policy Pings = new() { Ping = new PingPolicy { Every = Minute, Timeout = Timeout } };
    private static readonly Policy Acks =
        new() { Acks = new AckPolicy { Every = Minute, Timeout = Timeout, Resume = Minute * 5 } };

    [Fact]
    public void Pings_go_out_on_time_and_an_answer_from_the_client_counts_as_result_or_error()
    {
        var lab = new ServerLab(Pings);
        Peer peer = lab.Bound("alice");
        lab.RunTo(60);
        Assert.Equal(
            "<iq type='get' from='example.org' to='alice@example.org/desk' id='p1'><ping xmlns='urn:xmpp:ping'/></iq>",
            peer.Hear());
        lab.RunTo(61);
        peer.Say("<iq type='result' id='p1' to='example.org'/>");
        lab.RunTo(120);
        Assert.Contains("id='p2'", peer.Hear());
        peer.Say(
            "<iq type='error' id='p2'><error type='cancel'><service-unavailable "
            + "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
        lab.RunTo(199);
        Assert.Null(peer.Transport);
        Assert.Equal([Duration.FromSeconds(1).Nanoseconds, 0],
            lab.Observed(ActionKind.CheckAnswered).Select(a => a.A));
        Assert.Equal([Traffic.Ping, Traffic.Ping, Traffic.Ping],
            lab.Observed(ActionKind.CheckSent).Select(a => a.Traffic));
    }

    [Theory]
    [InlineData("<iq type='result' id='p0' to='example.org'/>")]
    [InlineData("<iq type='result' id='p1' to='bob@example.org/x'/>")]
    [InlineData("<message to='echo@example.org'/>")]
    public void Nothing_else_answers_a_ping(string said)
    {
        var lab = new ServerLab(Pings);
        Peer peer = lab.Bound("alice");
        lab.RunTo(60);
        peer.Say(said);
        lab.RunTo(80);
        Assert.Equal((Claim.Dead, Mechanism.PingTimeout), (lab.Ended(peer).Claim, lab.Ended(peer).Mechanism));
    }

    [Theory]
    [InlineData(Reaction.Drop, Claim.Dead, "", true)]
    [InlineData(Reaction.Close, Claim.Broken, "</stream:stream>", false)]
    [InlineData(Reaction.Error, Claim.Broken,
        "<stream:error><connection-timeout xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
        + "</stream:stream>", false)]
    public void Three_acts_end_a_silent_stream_and_only_a_drop_leaves_the_session_to_be_resumed(
        Reaction reaction, Claim claim, string said, bool resumable)
    {
        var lab = new ServerLab(Acks with { OnDead = reaction });
        Peer peer = lab.Bound("alice", acks: true, available: false);
        lab.RunTo(60);
        Assert.Equal("<r xmlns='urn:xmpp:sm:3'/>", peer.Hear());
        lab.RunTo(79.999);
        Assert.Equal("", peer.Hear());
        lab.RunTo(80);
        Assert.Equal(said, peer.Hear());
        XmppAction ended = lab.Ended(peer);
        Assert.Equal((claim, Mechanism.AckTimeout), (ended.Claim, ended.Mechanism));
        Assert.Equal(reaction == Reaction.Error ? (long)StreamErrorCondition.ConnectionTimeout : 0, ended.A);
        Assert.Equal(reaction switch
        {
            Reaction.Drop => ActionKind.Abort, Reaction.Error => ActionKind.Close, _ => (ActionKind?)null,
        }, peer.Transport);
        Assert.Equal(resumable, lab.Authenticated("alice")
            .Say($"<resume xmlns='urn:xmpp:sm:3' h='0' previd='{peer.AckId}'/>")
            .StartsWith("<resumed", StringComparison.Ordinal));
        lab.RunTo(85);
        Assert.NotNull(peer.Transport);
    }

    [Theory]
    [InlineData(IdleAction.Close, "</stream:stream>", 0)]
    [InlineData(IdleAction.Error,
        "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
        (int)StreamErrorCondition.PolicyViolation)]
    public void The_idle_rule_closes_with_or_without_an_error(IdleAction then, string said, int condition)
    {
        var lab = new ServerLab(new Policy { Idle = new IdlePolicy { After = Minute, Then = then } });
        Peer peer = lab.Bound("alice");
        lab.RunTo(30);
        peer.Say(" ");
        lab.RunTo(89.999);
        Assert.Equal("", peer.Hear());
        lab.RunTo(90);
        Assert.Equal(said, peer.Hear());
        Assert.Equal((Claim.Idle, Mechanism.IdleRule, (long)condition),
            (lab.Ended(peer).Claim, lab.Ended(peer).Mechanism, lab.Ended(peer).A));
        Assert.Single(lab.Observed(ActionKind.Unavailable));
    }

    // Prosody 13: read timeout 840 s; with stream management it asks, at the next timeout it drops, and 600 s later the
    // account is gone.
    [Fact]
    public void A_dead_client_of_a_patient_server_is_unavailable_2280_seconds_after_its_last_byte()
    {
        Duration pause = Duration.FromSeconds(840);
        var lab = new ServerLab(new Policy
        {
            Acks = new AckPolicy { EveryStanzas = 0, Resume = Duration.FromSeconds(600) },
            Idle = new IdlePolicy { After = pause, Then = IdleAction.VerifyFirst, Timeout = pause },
        });
        Peer peer = lab.Bound("alice", acks: true);
        lab.RunTo(840);
        Assert.Equal("<r xmlns='urn:xmpp:sm:3'/>", peer.Hear());
        lab.RunTo(1680);
        Assert.Equal(ActionKind.Abort, peer.Transport);
        lab.RunTo(2279.999);
        Assert.Empty(lab.Observed(ActionKind.Unavailable));
        lab.RunTo(2280);
        Assert.Single(lab.Observed(ActionKind.Unavailable));
    }

    // ejabberd: acks asked with each stanza, 60 s to answer, 300 s to resume: the bounce or store comes 360 s after the
    // stanza.
    [Fact]
    public void A_message_to_a_dead_client_of_a_busy_server_is_stored_after_360_seconds()
    {
        var lab = new ServerLab(
            new Policy { Acks = new AckPolicy { Timeout = Minute, Resume = Duration.FromSeconds(300) } });
        Peer bob = lab.Bound("bob", acks: true);
        bob.Say("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        lab.RunTo(1000);
        lab.Call((server, now) => server.SendMessage(now, 1, 3, 10));
        lab.RunTo(1059.999);
        Assert.Null(bob.Transport);
        lab.RunTo(1359.999);
        Assert.Equal(ActionKind.Abort, bob.Transport);
        Assert.Empty(lab.Observed(ActionKind.MessageStored));
        lab.RunTo(1360);
        Assert.Equal(3, lab.Observed(ActionKind.MessageStored).Single().A);
    }

    [Fact]
    public void White_space_flows_from_the_header_on_but_not_in_the_windows_of_tls_and_sasl()
    {
        var lab = new ServerLab(new Policy
        {
            Whitespace = new WhitespacePolicy { Every = Duration.FromSeconds(10) },
            Connect = new ConnectPolicy { Total = null },
        });
        Peer peer = lab.Connect(secured: false);
        lab.RunTo(50);
        Assert.Equal("", peer.Hear());
        peer.Say(ServerLab.Open);
        lab.RunTo(70);
        Assert.Equal("  ", peer.Hear());
        peer.Say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        lab.RunTo(100);
        peer.TlsEstablished();
        lab.RunTo(120);
        Assert.Equal("", peer.Hear());
        Assert.EndsWith("</stream:features>", peer.Say(ServerLab.Open));
        peer.Say(
            "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'>biwsbj1hbGljZSxyPWFiYw==</auth>");
        lab.RunTo(150);
        Assert.Equal("", peer.Hear());
        peer.Say($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{ServerLab.Plain("alice")}</auth>");
        lab.RunTo(170);
        Assert.Equal("", peer.Hear());
        Assert.EndsWith("</stream:features>", peer.Say(ServerLab.Open));
        lab.RunTo(185);
        Assert.Equal(" ", peer.Hear());
        Assert.Equal(3, lab.Observed(ActionKind.CheckSent).Count(a => a.Traffic == Traffic.Whitespace));
    }

    [Fact]
    public void A_resumed_stream_starts_its_checks_anew()
    {
        var lab = new ServerLab(Acks);
        Peer old = lab.Bound("alice", acks: true, available: false);
        lab.RunTo(70);
        old.Lose();
        Peer peer = lab.Authenticated("alice");
        peer.Say($"<resume xmlns='urn:xmpp:sm:3' h='0' previd='{old.AckId}'/>");
        lab.RunTo(129.999);
        Assert.Equal("", peer.Hear());
        lab.RunTo(130);
        Assert.Equal("<r xmlns='urn:xmpp:sm:3'/>", peer.Hear());
    }

    [Fact]
    public void Where_the_policy_has_no_acks_part_the_server_asks_and_waits_without_a_verdict()
    {
        var lab = new ServerLab();
        Peer peer = lab.Bound("alice", acks: true);
        lab.RunTo(100_000);
        Assert.Null(peer.Transport);
        peer.Lose();
        lab.RunTo(100_299);
        Assert.Empty(lab.Observed(ActionKind.Unavailable));
        lab.RunTo(100_300);
        Assert.Single(lab.Observed(ActionKind.Unavailable));

        var without = new ServerLab(settings: s => s with { AcksWhenAsked = null });
        Peer authenticated = without.Connect();
        authenticated.Say(ServerLab.Open);
        authenticated.Say(
            $"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{ServerLab.Plain("alice")}</auth>");
        Assert.DoesNotContain("urn:xmpp:sm:3", authenticated.Say(ServerLab.Open));
    }
}
