using System.Text;
using System.Text.RegularExpressions;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class ServerNegotiationTests
{
    private const string Tls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    private const string Streams = "xmlns:stream='http://etherx.jabber.org/streams'";

    [Fact]
    public void A_client_gets_online_by_header_starttls_sasl_and_bind()
    {
        var lab = new ServerLab();
        Peer peer = lab.Connect(secured: false);
        string answer = peer.Say(ServerLab.Open);
        Assert.EndsWith(
            "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
            + "</stream:features>", answer);
        Assert.Equal("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", peer.Say(Tls));
        peer.TlsEstablished();
        answer = peer.Say(ServerLab.Open);
        Assert.DoesNotContain("starttls", answer);
        Assert.EndsWith(
            "<mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism>"
            + "</mechanisms></stream:features>", answer);
        Assert.Equal("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", peer.Say(ServerLab.Auth("alice")));
        Assert.EndsWith(
            "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/>"
            + "</stream:features>",
            peer.Say(ServerLab.Open));
        Assert.Equal(
            "<iq type='result' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/desk</jid>"
            + "</bind></iq>",
            peer.Say(ServerLab.Bind("desk")));
        Assert.Equal("<iq type='result' id='2' from='example.org' to='alice@example.org/desk'/>",
            peer.Say("<iq type='get' id='2' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>"));
        Assert.Equal(
            $"<message from='echo@example.org' to='alice@example.org/desk' type='chat' "
            + $"id='m{7 + XmppServer.EchoOffset}'><body>hello</body></message>",
            peer.Say("<message to='echo@example.org' type='chat' id='m7'><body>hello</body></message>"));
        Assert.Equal("</stream:stream>", peer.Say("</stream:stream>"));
        Assert.Equal(ActionKind.Close, peer.Transport);
        Assert.Equal(0, lab.Held);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(17)]
    public void Any_chunking_of_a_dialogue_gives_the_same_answers(int bytes)
    {
        string[] said =
        [
            ServerLab.Open, ServerLab.Auth("alice"), ServerLab.Open, ServerLab.Bind("desk"),
                "<enable xmlns='urn:xmpp:sm:3' resume='true'/>", "<presence/>",
            "<message to='echo@example.org' type='chat' id='m7'><body>h&lt;llo</body></message><r "
                + "xmlns='urn:xmpp:sm:3'/>", " ", "</stream:stream>",
        ];
        Assert.Equal(Dialogue(int.MaxValue), Dialogue(bytes));

        string Dialogue(int piece)
        {
            Peer peer = new ServerLab().Connect();
            var heard = new StringBuilder();
            foreach (string text in said)
                for (int at = 0; at < text.Length; at += Math.Min(piece, text.Length - at))
                    heard.Append(peer.Say(text.Substring(at, Math.Min(piece, text.Length - at))));
            return heard.ToString();
        }
    }

    // RFC 6120 section 4.7: what the response header carries for what the initial one said.
    [Theory]
    [InlineData("to='example.org' version='1.0'", "from='example.org' id='X' version='1.0' xml:lang='en'")]
    [InlineData("to='EXAMPLE.org' version='1.0'", "from='example.org' id='X' version='1.0' xml:lang='en'")]
    [InlineData("from='alice@example.org' to='example.org' version='1.0'",
        "from='example.org' to='alice@example.org' id='X' version='1.0' xml:lang='en'")]
    [InlineData("to='example.org' version='1.0' id='mine'", "from='example.org' id='X' version='1.0' xml:lang='en'")]
    [InlineData("to='example.org' version='1.0' xml:lang='de'",
        "from='example.org' id='X' version='1.0' xml:lang='de'")]
    [InlineData("to='example.org' version='1.0' xml:lang='de-CH'",
        "from='example.org' id='X' version='1.0' xml:lang='de'")]
    [InlineData("to='example.org' version='1.0' xml:lang='fr'",
        "from='example.org' id='X' version='1.0' xml:lang='en'")]
    [InlineData("to='example.org' version='2.13'", "from='example.org' id='X' version='1.0' xml:lang='en'")]
    [InlineData("to='example.org' version='01.00'", "from='example.org' id='X' version='1.0' xml:lang='en'")]
    public void Header_matrix(string initial, string response)
    {
        var lab = new ServerLab(settings: s => s with { Languages = ["en", "de"] });
        string answer = lab.Connect().Say($"<stream:stream {initial} xmlns='jabber:client' {Streams}>");
        Assert.StartsWith(
            $"<?xml version='1.0'?><stream:stream {response} xmlns='jabber:client' {Streams}><stream:features>",
            WithoutId(answer));
        Assert.DoesNotContain("mine", answer);
    }

    // The error sequences A to E and their kin: header, error and closing tag in one write, then the transport goes.
    [Rule("ERR-01")]
    [Rule("ERR-02")]
    [Theory]
    [InlineData("from='u@nosuch.test' to='nosuch.test' version='1.0'",
        "from='example.org' to='u@nosuch.test' id='X' version='1.0'", "host-unknown")]
    [InlineData("to='old.example' version='1.0'", "from='example.org' id='X' version='1.0'", "host-gone")]
    [InlineData("version='1.0'", "from='example.org' id='X' version='1.0'", "improper-addressing")]
    [InlineData("to='' version='1.0'", "from='example.org' id='X' version='1.0'", "improper-addressing")]
    [InlineData("to='alice@example.org' version='1.0'", "from='example.org' id='X' version='1.0'",
        "improper-addressing")]
    [InlineData("to='example.org/x' version='1.0'", "from='example.org' id='X' version='1.0'", "improper-addressing")]
    [InlineData("to='example.org'", "from='example.org' id='X'", "unsupported-version")]
    [InlineData("to='example.org' version='0.9'", "from='example.org' id='X' version='0.9'", "unsupported-version")]
    [InlineData("to='example.org' version='1.0' xml:lang='x-123456789-123456789-123456789-12345'",
        "from='example.org' id='X' version='1.0'", "policy-violation")]
    public void Header_errors(string initial, string response, string condition)
    {
        var lab = new ServerLab(settings: s => s with { FormerDomains = ["old.example"] });
        Peer peer = lab.Connect(secured: false);
        Assert.Equal(
            $"<?xml version='1.0'?><stream:stream {response} xml:lang='en' xmlns='jabber:client' {Streams}>"
                + $"{Error(condition)}",
            WithoutId(peer.Say($"<?xml version='1.0'?><stream:stream {initial} xmlns='jabber:client' {Streams}>")));
        Assert.Equal(ActionKind.Close, peer.Transport);
        Assert.Equal("", peer.Say("</stream:stream>"));
        Assert.Equal((Claim.None, Mechanism.ProtocolError), (lab.Ended(peer).Claim, lab.Ended(peer).Mechanism));
    }

    [Theory]
    [InlineData(
        "<stream:stream from='alice@example.org' to='example.org' version='1.0' xmlns='jabber:client' "
        + "xmlns:stream='urn:wrong'>", "invalid-namespace")]
    [InlineData("<stream:stream from='alice@example.org' to='example.org' version='1.0' xmlns='jabber:server' "
        + Streams + ">", "invalid-namespace")]
    [InlineData("<stream:stream from='alice@example.org' to='example.org' version='1.0' xmlns='jabber:who' " + Streams
        + ">", "invalid-namespace")]
    public void A_wrong_namespace_is_answered_in_the_right_one(string header, string condition)
    {
        Peer peer = new ServerLab().Connect();
        Assert.Equal(
            $"<?xml version='1.0'?><stream:stream from='example.org' to='alice@example.org' id='X' version='1.0' "
            + $"xml:lang='en' "
            + $"xmlns='jabber:client' {Streams}>{Error(condition)}", WithoutId(peer.Say(header)));
        Assert.Equal(ActionKind.Close, peer.Transport);
    }

    [Theory]
    [InlineData("<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>", "not-authorized")]
    [InlineData("<message to='bob@example.org'><body>hi</body></message>", "not-authorized")]
    [InlineData("<presence/>", "not-authorized")]
    [InlineData("<x xmlns='urn:example:unknown'/>", "unsupported-stanza-type")]
    [InlineData("<!-- hush -->", "restricted-xml")]
    [InlineData("<iq></message>", "not-well-formed")]
    public void Before_authentication_nothing_but_negotiation_is_taken(string said, string condition)
    {
        var lab = new ServerLab();
        Peer peer = lab.Connect();
        peer.Say(ServerLab.Open);
        Assert.Equal(Error(condition), peer.Say(said));
        Assert.Equal("", peer.Say("<presence/>"));
        Assert.DoesNotContain(lab.Seen, a => a.Kind == ActionKind.MessageAccepted);
    }

    [Rule("FEA-08")]
    [Theory]
    [InlineData("<message to='bob@example.org' id='m1'><body>hi</body></message>")]
    [InlineData("<iq type='get' id='1' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>")]
    public void Before_binding_a_stanza_is_not_authorized(string said) =>
        Assert.Equal(Error("not-authorized"), new ServerLab().Authenticated("alice").Say(said));

    [Rule("STR-05")]
    [Rule("STR-07")]
    [Fact]
    public void Every_restart_has_a_new_id_and_a_restarted_server_repeats_none()
    {
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        ServerStore store = ServerLab.NewStore();
        for (int start = 0; start < 3; start++)
        {
            var lab = new ServerLab(store: store);
            for (int i = 0; i < 50; i++)
            {
                Peer peer = lab.Connect();
                Assert.True(ids.Add(Id(peer.Say(ServerLab.Open))));
                peer.Say(ServerLab.Auth("alice"));
                Assert.True(ids.Add(Id(peer.Say(ServerLab.Open))));
            }
        }
        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{32}$", id));

        static string Id(string header) => Regex.Match(header, " id='([^']*)'").Groups[1].Value;
    }

    [Fact]
    public void Without_tls_on_offer_starttls_fails_and_ends_the_stream()
    {
        var lab = new ServerLab(settings: s => s with { OffersTls = false });
        Peer peer = lab.Connect(secured: false);
        Assert.DoesNotContain("starttls", peer.Say(ServerLab.Open));
        Assert.Equal("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>", peer.Say(Tls));
        Assert.Equal(ActionKind.Close, peer.Transport);
    }

    [Rule("TLS-05")]
    [Fact]
    public void Bytes_behind_starttls_are_not_read_as_xmpp()
    {
        var lab = new ServerLab();
        Peer peer = lab.Connect(secured: false);
        peer.Say(ServerLab.Open);
        peer.Say(Tls + ServerLab.Auth("alice"));
        peer.TlsEstablished();
        Assert.Contains("<mechanisms", peer.Say(ServerLab.Open));
        Assert.Equal("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", peer.Say(ServerLab.Auth("alice")));
    }

    [Fact]
    public void A_resource_is_made_up_when_none_is_asked_for()
    {
        Peer peer = new ServerLab().Authenticated("alice");
        Assert.Matches("<jid>alice@example.org/[0-9a-f]{16}</jid>",
            peer.Say("<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"));
    }

    [Theory]
    [InlineData(ConflictPolicy.GenerateResource)]
    [InlineData(ConflictPolicy.RefuseNew)]
    [InlineData(ConflictPolicy.CloseOld)]
    public void Three_ways_to_settle_a_conflict_of_resources(ConflictPolicy conflict)
    {
        var lab = new ServerLab(settings: s => s with { Conflict = conflict });
        Peer old = lab.Bound("alice");
        old.Hear();
        Peer peer = lab.Authenticated("alice");
        string answer = peer.Say(ServerLab.Bind("desk"));
        switch (conflict)
        {
            case ConflictPolicy.GenerateResource:
                Assert.Matches("<jid>alice@example.org/[0-9a-f]{16}</jid>", answer);
                Assert.Equal("", old.Hear());
                break;
            case ConflictPolicy.RefuseNew:
                Assert.Equal(StanzaError("iq", "b", "modify", "conflict"), answer);
                Assert.Contains("<jid>alice@example.org/other</jid>", peer.Say(ServerLab.Bind("other")));
                break;
            default:
                Assert.Contains("<jid>alice@example.org/desk</jid>", answer);
                Assert.Equal(Error("conflict"), old.Hear());
                Assert.Equal(Mechanism.Replaced, lab.Ended(old).Mechanism);
                Assert.Equal(old.Number, lab.Observed(ActionKind.Unavailable).Single().Stream);
                break;
        }
    }

    [Fact]
    public void Too_many_resources_are_a_constraint_and_too_many_tries_the_end()
    {
        var lab = new ServerLab(settings: s => s with { MaxResources = 2, BindRetries = 2 });
        lab.Bound("alice", "one");
        lab.Bound("alice", "two");
        lab.Bound("bob", "three");
        Peer peer = lab.Authenticated("alice");
        for (int i = 0; i < 2; i++)
            Assert.Equal(StanzaError("iq", "b", "wait", "resource-constraint"), peer.Say(ServerLab.Bind("three")));
        Assert.EndsWith(Error("policy-violation"), peer.Say(ServerLab.Bind("three")));
    }

    [Fact]
    public void A_resource_with_a_control_character_is_a_bad_request() =>
        Assert.Equal(StanzaError("iq", "b", "modify", "bad-request"),
            new ServerLab().Authenticated("alice").Say(ServerLab.Bind("a&#9;b")));

    [Fact]
    public void A_stanza_beyond_the_limit_breaks_the_policy()
    {
        var lab = new ServerLab(settings: s => s with { MaxStanzaBytes = 10_000 });
        Peer peer = lab.Bound("alice");
        peer.Hear();
        string answer = peer.Say($"<message to='echo@example.org'><body>{new string('x', 10_000)}</body></message>");
        Assert.Equal(
            "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><stanza-too-big "
            + "xmlns='urn:xmpp:errors'/></stream:error></stream:stream>", answer);
    }

    // Prosody and ejabberd have such a limit too; the time of a stranger is connect.total
    [Fact]
    public void A_stranger_may_make_the_server_hold_64_KiB_and_no_more()
    {
        const string auth = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>";
        Peer peer = new ServerLab().Connect();
        peer.Say(ServerLab.Open);
        Assert.Equal("", peer.Say(auth + new string('A', 65_536 - auth.Length)));
        Assert.Contains("<stanza-too-big ", peer.Say("A"));
        Assert.Equal(ActionKind.Close, peer.Transport);
        Peer known = new ServerLab().Authenticated("alice");
        known.Say(ServerLab.Bind("desk"));
        Assert.Contains("<body>xxx", known.Say(
            $"<message to='echo@example.org'><body>{new string('x', 200_000)}</body></message>"));
        Peer header = new ServerLab().Connect();
        Assert.Equal("", header.Say("<stream:stream to='" + new string('a', 60_000)));
        Assert.Contains("<stanza-too-big ", header.Say(new string('a', 6_000)));
    }

    [Fact]
    public void Who_does_not_get_online_in_time_is_told_so_or_dropped()
    {
        var lab = new ServerLab(
            new Policy { Connect = new ConnectPolicy { Total = Duration.FromSeconds(60),
            Close = Duration.FromSeconds(5) } });
        Peer silent = lab.Connect(), slow = lab.Connect(), handshaking = lab.Connect(secured: false),
            online = lab.Bound("alice");
        slow.Say(ServerLab.Open);
        handshaking.Say(ServerLab.Open);
        handshaking.Say(Tls);
        slow.Hear();
        lab.RunTo(59.9);
        Assert.Null(silent.Transport);
        lab.RunTo(60);
        Assert.Equal(ActionKind.Abort, silent.Transport);
        Assert.Equal(ActionKind.Abort, handshaking.Transport);
        Assert.Equal(Error("policy-violation"), slow.Hear());
        Assert.Equal(ActionKind.Close, slow.Transport);
        Assert.Equal([Mechanism.TotalTimeout, Mechanism.TotalTimeout, Mechanism.TotalTimeout],
            lab.Observed(ActionKind.Ended).Select(a => a.Mechanism));
        lab.RunTo(1000);
        Assert.Null(online.Transport);
        Assert.Equal(Instant.Never, lab.Server.NextTime);
    }

    [Rule("CLO-06")]
    [Fact]
    public void A_stream_error_from_the_client_is_answered_by_closing()
    {
        var lab = new ServerLab();
        Peer peer = lab.Bound("alice");
        peer.Hear();
        Assert.Equal("</stream:stream>",
            peer.Say(
                "<stream:error><connection-timeout xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
                + "</stream:stream>"));
        Assert.Equal(ActionKind.Close, peer.Transport);
        Assert.Equal((Mechanism.StreamError, (long)StreamErrorCondition.ConnectionTimeout),
            (lab.Ended(peer).Mechanism, lab.Ended(peer).A));
    }

    [Fact]
    public void Shutting_down_says_so_to_everybody()
    {
        var lab = new ServerLab();
        Peer waiting = lab.Connect(), opened = lab.Connect(), bound = lab.Bound("alice");
        opened.Say(ServerLab.Open);
        bound.Hear();
        lab.Call((server, now) => server.Shutdown(now));
        Assert.StartsWith("<?xml version='1.0'?><stream:stream from='example.org'", waiting.Hear());
        Assert.EndsWith(Error("system-shutdown"), opened.Hear());
        Assert.Equal(Error("system-shutdown"), bound.Hear());
        Assert.All(lab.Observed(ActionKind.Ended), a => Assert.Equal(Mechanism.Stopped, a.Mechanism));
    }

    [Fact]
    public void A_call_before_the_actions_are_taken_is_a_bug_and_says_so()
    {
        var server = new XmppServer(new ServerSettings { Domains = ["example.org"] }, new ServerStore(),
            RandomStream.Root(1), new BufferPool(), new ScramCache());
        int stream = server.Accept(Instant.Zero, secured: true);
        server.Receive(Instant.Zero, stream, Encoding.UTF8.GetBytes(ServerLab.Open));
        Assert.Contains("1 actions", Assert.Throws<InvalidOperationException>(() => server.Tick(Instant.Zero)).Message);
    }

    internal static string Error(string condition) =>
        $"<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>";

    private static string StanzaError(string kind, string id, string type, string condition) =>
        $"<{kind} type='error' id='{id}'><error type='{type}'><{condition} "
            + $"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></{kind}>";

    private static string WithoutId(string text) => Regex.Replace(text, " id='[0-9a-f]{32}'", " id='X'");
}
