using Lab.Network;
using Lab.Xmpp;
using Kind = Lab.Xmpp.ActionKind;

namespace Lab.Tests;

/// <summary>From the connect to the first stanza: headers, TLS, EXTERNAL, dialback, bidi.</summary>
public class HandshakeTests
{
    [Theory]
    [InlineData(FederationAuth.Dialback, FederationTls.None)]
    [InlineData(FederationAuth.Dialback, FederationTls.Offered)]
    [InlineData(FederationAuth.Dialback, FederationTls.Required)]
    [InlineData(FederationAuth.External, FederationTls.Offered)]
    [InlineData(FederationAuth.External, FederationTls.Required)]
    public void A_message_and_a_ping_go_each_way(FederationAuth auth, FederationTls tls)
    {
        Federated world = Federated.With(r => r with { Auth = auth, Tls = tls });
        world.Sends("u@a.example/x", "v@b.example", 1).Sends("v@b.example", "u@a.example", 2).Wait(3);
        Assert.Equal([1], world.B.Numbers);
        Assert.Equal([2], world.A.Numbers);
        world.Sends("a.example", "b.example",
            "<iq type='get' from='a.example' to='b.example' id='q'><ping xmlns='urn:xmpp:ping'/></iq>").Wait(1);
        Assert.Contains(world.A.Delivered, s => s == "<iq type='result' from='b.example' to='a.example' id='q'/>");
        bool secures = tls != FederationTls.None;
        Assert.All(world.Pipes, p => Assert.Equal(secures, p.Heard.Contains("<proceed", StringComparison.Ordinal)));
        Assert.Equal(auth == FederationAuth.External,
            world.Pipes.Exists(p => p.Heard.Contains("<success", StringComparison.Ordinal)));
    }

    [Rule("STR-14")]
    [Theory]
    [InlineData("<?xml version='1.0'?>")]
    [InlineData("")]
    public void White_space_behind_EXTERNAL_belongs_to_the_stream_before(string declaration)
    {
        Federated world = Federated.With(r => r with { Auth = FederationAuth.External });
        Federated.Pipe pipe = world.Connects("b.example");
        pipe.Certificate = ["a.example"];
        const string header = "<stream:stream from='a.example' to='b.example' version='1.0' xmlns='jabber:server' "
            + "xmlns:stream='http://etherx.jabber.org/streams'>";
        pipe.Says(header).Says("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").Says(header);
        pipe.Says("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'/>\n").Says(declaration + header);
        pipe.Says("<message from='u@a.example' to='v@b.example' id='m7'/>");
        Assert.Equal([7], world.B.Numbers);
    }

    [Rule("STR-14")]
    [Fact]
    public void White_space_behind_the_success_of_EXTERNAL_belongs_to_the_stream_before()
    {
        Federated world = Federated.With(r => r with { Auth = FederationAuth.External });
        world.Mute.Add("b.example");
        world.Sends("u@a.example", "v@b.example", 1).Wait(1);
        const string header = "<?xml version='1.0'?><stream:stream from='b.example' to='a.example' id='x1' "
            + "version='1.0' xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>";
        Hear(header + "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>");
        Hear("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        world.Wait(1);
        Hear(header + "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
            + "<mechanism>EXTERNAL</mechanism></mechanisms></stream:features>");
        Hear("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>\n");
        Hear(header + "<stream:features/>");
        Assert.Contains("<message", world.Pipes.Single().Said);

        void Hear(string text) => world.A.Do((f, now) =>
            f.Receive(now, world.Pipes.Single().Stream, System.Text.Encoding.UTF8.GetBytes(text)));
    }

    // said again under TLS the addresses are the same: else somebody took the connection over
    [Theory]
    [InlineData("from='a.example' to='b.example'", "features")]
    [InlineData("from='c.example' to='b.example'", "improper-addressing")]
    [InlineData("from='a.example' to='d.example'", "improper-addressing")]
    public void A_header_after_tls_keeps_to_its_addresses(string addresses, string answer)
    {
        var world = new Federated(s => s with { Domains = [.. s.Domains, .. s.Domains.Contains("b.example")
            ? (string[])["d.example"] : []] });
        Federated.Pipe pipe = world.Connects("b.example");
        const string rest = " version='1.0' xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>";
        pipe.Says("<stream:stream from='a.example' to='b.example'" + rest)
            .Says("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        int before = pipe.Heard.Length;
        pipe.Says($"<stream:stream {addresses}{rest}");
        Assert.Contains($"<{(answer == "features" ? "stream:" : "")}{answer}", pipe.Heard[before..]);
    }

    [Theory]
    [InlineData("", "success")]
    [InlineData("=", "success")]
    [InlineData("YS5leGFtcGxl", "success")]                               // a.example
    [InlineData("Yy5leGFtcGxl", "invalid-authzid")]                       // c.example
    [InlineData("!", "incorrect-encoding")]
    public void EXTERNAL_proves_the_domain_of_the_header_and_no_other(string identity, string answer)
    {
        Federated world = Federated.With(r => r with { Auth = FederationAuth.External });
        Federated.Pipe pipe = world.Connects("b.example");
        pipe.Certificate = ["a.example", "c.example"];
        const string header = "<stream:stream from='a.example' to='b.example' version='1.0' xmlns='jabber:server' "
            + "xmlns:stream='http://etherx.jabber.org/streams'>";
        pipe.Says(header).Says("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").Says(header);
        int before = pipe.Heard.Length;
        pipe.Says($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>{identity}</auth>");
        Assert.Contains($"<{answer}", pipe.Heard[before..]);
    }

    [Fact]
    public void Required_tls_is_all_that_is_offered_before_it()
    {
        Federated world = Federated.With(r => r with { Tls = FederationTls.Required })
            .Sends("u@a.example", "v@b.example", 1).Wait(2);
        string first = world.A.Opened.Single().Heard.Split("<stream:features>")[1].Split("</stream:features>")[0];
        Assert.Equal("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>", first);
    }

    [Fact]
    public void Who_requires_tls_leaves_a_peer_without_it()
    {
        Federated world = Federated.With(r => r with { Tls = FederationTls.None });
        world.Add("a.example", s => s with { Default = s.Default with { Tls = FederationTls.Required } });
        world.Sends("u@a.example", "v@b.example", 1).Wait(5);
        Assert.Contains("<policy-violation", world.Pipes[0].Said);
        Assert.Equal(StanzaError.RemoteServerTimeout, world.A.Returned.Single().Error);
        Assert.Empty(world.B.Delivered);
    }

    [Fact]
    public void A_header_carries_what_the_table_of_RFC_6120_says_before_and_after_tls()
    {
        Federated world = new Federated().Sends("u@a.example", "v@b.example", 1).Wait(3);
        Federated.Pipe pipe = world.A.Opened.Single();
        string[] sent = pipe.Said.Split("<?xml version='1.0'?>", StringSplitOptions.RemoveEmptyEntries);
        string[] replies = pipe.Heard.Split("<?xml version='1.0'?>", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, sent.Length);
        Assert.All(sent, header => Assert.StartsWith("<stream:stream from='a.example' to='b.example' version='1.0' "
            + "xml:lang='en' xmlns='jabber:server' xmlns:db='jabber:server:dialback' "
            + "xmlns:stream='http://etherx.jabber.org/streams'>", header));
        Assert.Equal(2, replies.Length);
        Assert.All(replies, header => Assert.Matches("^<stream:stream from='b.example' to='a.example' "
            + "id='[0-9a-f]{32}' version='1.0' xml:lang='en' xmlns='jabber:server' xmlns:db='", header));
    }

    [Fact]
    public void A_certificate_for_another_domain_proves_nothing()
    {
        Federated world = Federated.With(r => r with { Auth = FederationAuth.External });
        world.A.Certificate = ["elsewhere.example"];
        world.Sends("u@a.example", "v@b.example", 1).Sends("v@b.example", "u@a.example", 2).Wait(5);
        Assert.Empty(world.A.Delivered.Concat(world.B.Delivered));
        Assert.Equal(StanzaError.RemoteServerTimeout, world.A.Returned.Single().Error);
        Assert.Equal(StanzaError.RemoteServerTimeout, world.B.Returned.Single().Error);
    }

    [Fact]
    public void A_certificate_that_runs_out_closes_its_stream_with_reset_and_the_next_stanza_opens_another()
    {
        Federated world = Federated.With(r => r with { Auth = FederationAuth.External })
            .Sends("u@a.example", "v@b.example", 1).Wait(3);
        Federated.Pipe old = world.A.Opened.Single();
        world.A.Do((f, now) => f.CertificateExpired(now, old.Stream));
        world.Wait(1).Sends("u@a.example", "v@b.example", 2).Wait(3);
        Assert.Contains("<reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>", old.Said);
        Assert.Equal([1, 2], world.B.Numbers);
        Assert.NotSame(old, world.A.Opened.Single());
    }

    [Fact]
    public void A_certificate_that_was_good_for_nothing_runs_out_without_a_word()
    {
        Federated world = Federated.With(r => r with { Auth = FederationAuth.Dialback });
        world.B.Certificate.Clear();
        world.Sends("u@a.example", "v@b.example", 1).Wait(3);
        Federated.Pipe pipe = world.A.Opened.Single();
        world.A.Do((f, now) => f.CertificateExpired(now, pipe.Stream));
        world.Wait(1);
        Assert.DoesNotContain("<stream:error", pipe.Said);
        Assert.Same(pipe, world.A.Opened.Single());
    }

    [Theory]
    [InlineData(FederationAuth.Dialback)]
    [InlineData(FederationAuth.External)]
    public void Bidi_answers_on_the_same_connection(FederationAuth auth)
    {
        Federated world = Federated.With(r => r with { Auth = auth, Bidi = true })
            .Sends("u@a.example", "v@b.example", 1).Wait(3).Sends("v@b.example", "u@a.example", 2).Wait(1);
        Assert.Equal([1], world.B.Numbers);
        Assert.Equal([2], world.A.Numbers);
        Federated.Pipe pipe = world.A.Opened.Single();
        Assert.Contains("id='m1'", pipe.Said);
        Assert.Contains("id='m2'", pipe.Heard);
        Assert.Empty(world.B.Opened);
        int bidi = pipe.Said.IndexOf("<bidi xmlns='urn:xmpp:bidi'/>", StringComparison.Ordinal);
        Assert.InRange(bidi, pipe.Said.LastIndexOf("<starttls", StringComparison.Ordinal),
            pipe.Said.IndexOf(auth == FederationAuth.Dialback ? "<db:result" : "<auth", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_bidi_the_answer_needs_a_connection_of_its_own()
    {
        var world = new Federated(s => s with { Default = s.Default with { Bidi = s.Domains[0] == "a.example" } });
        world.Sends("u@a.example", "v@b.example", 1).Wait(3).Sends("v@b.example", "u@a.example", 2).Wait(3);
        Assert.Equal([2], world.A.Numbers);
        Assert.DoesNotContain("id='m2'", world.A.Opened.Single().Heard);
        Assert.Single(world.B.Opened);
    }

    [Rule("RTE-05")]
    [Theory]
    [InlineData("unknown", StanzaError.RemoteServerNotFound)]
    [InlineData("closed", StanzaError.RemoteServerTimeout)]
    [InlineData("mute", StanzaError.RemoteServerTimeout)]
    public void What_cannot_be_delivered_comes_back(string how, StanzaError error)
    {
        var world = new Federated();
        (how == "unknown" ? world.Unknown : how == "closed" ? world.Closed : world.Mute).Add("b.example");
        world.Sends("u@a.example/x", "v@b.example", 1).Sends("w@a.example", "v@b.example", 2).Wait(200);
        Assert.Equal(2, world.A.Returned.Count);
        Assert.All(world.A.Returned, r => Assert.Equal(error, r.Error));
        Assert.Contains("id='m1'", world.A.Returned[0].Stanza);
        world.Unknown.Clear();
        world.Closed.Clear();
        world.Mute.Clear();
        world.Sends("u@a.example/x", "v@b.example", 3).Wait(3);
        Assert.Equal([3], world.B.Numbers);
    }

    [Fact]
    public void A_negative_cache_bounces_at_once_and_ends_within_its_time()
    {
        Federated world = Federated.With(r => r with { Retry = RetryRule.NegativeCache });
        world.Closed.Add("b.example");
        world.Sends("u@a.example", "v@b.example", 1).Wait(0.2);
        world.Closed.Clear();
        world.Sends("u@a.example", "v@b.example", 2);
        Assert.Equal(2, world.A.Returned.Count);
        world.Wait(300).Sends("u@a.example", "v@b.example", 3).Wait(3);
        Assert.Equal([3], world.B.Numbers);
    }

    [Fact]
    public void The_queue_while_connecting_has_a_limit()
    {
        Federated world = Federated.With(r => r with { QueueStanzas = 2 });
        for (int i = 1; i <= 4; i++) world.Sends("u@a.example", "v@b.example", i);
        Assert.Equal([StanzaError.ResourceConstraint, StanzaError.ResourceConstraint],
            world.A.Returned.Select(r => r.Error));
        world.Wait(3);
        Assert.Equal([1, 2], world.B.Numbers);
    }

    [Fact]
    public void One_stream_more_than_allowed_is_refused_with_conflict_and_its_senders_use_the_others()
    {
        Federated world = Federated.With(r => r with { Streams = 4, MaxStreamsFrom = 2, Tls = FederationTls.None });
        for (int i = 0; i < 20; i++) world.Sends($"u{i}@a.example", "v@b.example", i);
        world.Wait(5);
        for (int i = 20; i < 40; i++) world.Sends($"u{i}@a.example", "v@b.example", i);
        world.Wait(5);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (long)i), world.B.Numbers.Order());
        Assert.Equal(2, world.A.Opened.Length);
        Assert.Equal(2, world.Pipes.Count(p => p.Heard.Contains("<conflict", StringComparison.Ordinal)));
        Assert.Empty(world.A.Returned);
    }

    [Fact]
    public void Shutdown_says_so_and_returns_what_waits()
    {
        Federated world = new Federated().Sends("u@a.example", "v@b.example", 1).Wait(3);
        world.Sends("u@a.example", "v@c.example", 2).A.Do((f, now) => f.Shutdown(now));
        Assert.Contains("<system-shutdown", world.Pipes[0].Said);
        Assert.Equal(StanzaError.RemoteServerTimeout, world.A.Returned.Single().Error);
        world.Wait(10);
        Assert.Empty(world.A.Opened);
        Assert.Equal(0, world.Buffers.Outstanding);
    }
}
