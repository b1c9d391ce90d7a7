using System.Text;
using Lab.Network;
using Lab.Xmpp;
using static Lab.Tests.Story;
using Kind = Lab.Xmpp.ActionKind;

namespace Lab.Tests;

public class NegotiationTests
{
    private const string Declaration = "<?xml version='1.0'?><stream:stream ";
    private const string Scopes =
        " version='1.0' xml:lang='en' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>\n";
    private const string FirstHeader = Declaration + "to='a.test'" + Scopes;
    private const string SecureHeader = Declaration + "from='juliet@a.test' to='a.test'" + Scopes;
    private const string StartTls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\n";
    private const string Proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    private const string Auth =
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGp1bGlldAByMG0zMA==</auth>\n";
    private const string BindBalcony =
        "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>" +
        "<resource>balcony</resource></bind></iq>\n";
    private const string BindAny = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>\n";
    private const string Close = "</stream:stream>\n";

    private static string Refusal(string condition) =>
        $"<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>\n";

    private static string BindError(string condition, string type) =>
        $"<iq type='error' id='bind'><error type='{type}'>" +
        $"<{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>";

    private static ConnectPolicy Limits(long tcp = 0, long tls = 0, long step = 0, long total = 0, long close = 5)
    {
        static Duration? Of(long s) => s == 0 ? null : Duration.FromSeconds(s);
        return new ConnectPolicy { Tcp = Of(tcp), Tls = Of(tls), Step = Of(step), Total = Of(total),
            Close = Duration.FromSeconds(close) };
    }

    [Rule("STR-13")]
    [Fact]
    public void A_client_gets_online_by_starttls_sasl_and_bind()
    {
        var story = new Story();
        story.Start().Did(Kind.Connect);
        story.Connected().Says(FirstHeader);
        story.Hears(Header("s1")).Says("");
        story.Hears(Features(StartTlsFeature)).Says(StartTls);
        story.Hears(Proceed).Says("").Did(Kind.StartTls);
        story.TlsDone().Says(SecureHeader);
        story.Hears(Header("s2") + Features(SaslFeature(Plain))).Says(Auth);
        story.Hears(Success).Says(SecureHeader);
        story.Hears(Header("s3") + Features(BindFeature)).Says(BindBalcony);
        story.Hears(Bound("juliet@a.test/balcony")).Says("<presence/>\n").Did(Kind.Online);
        Assert.Equal("juliet@a.test/balcony", story.Client.FullJid);
        Assert.Equal(Step.Online, story.Client.Step);
        Assert.Equal(Instant.Never, story.Client.NextTime);
        Assert.Equal(0, story.Held);
    }

    [Rule("STR-14")]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void White_space_behind_success_belongs_to_the_stream_before(bool together)
    {
        Story story = new Story().Start().Secures();
        if (together) story.Hears(Success + "\n").Hears(Header("s3") + Features(BindFeature));
        else story.Hears(Success).Hears(" \r\n" + Header("s3") + Features(BindFeature));
        Assert.Equal(Step.BindSent, story.Client.Step);
    }

    [Fact]
    public void A_server_that_has_not_proven_itself_may_make_the_client_hold_64_KiB_and_no_more()
    {
        Story story = new Story().Start().Connected();
        story.Hears(Header("s1") + "<stream:features>" + new string(' ', 65_000)).Said();
        story.Hears(new string(' ', 1_000));
        Assert.Contains("<stanza-too-big", story.Said());
        story = new Story().Online();
        story.Hears($"<message id='m7'><body>{new string('x', 200_000)}</body></message>").Did(Kind.MessageReceived);
    }

    [Fact]
    public void White_space_before_a_servers_first_header_is_not_well_formed()
    {
        Story story = new Story().Start().Connected().Hears("\n" + Header("s1"));
        Assert.EndsWith(StreamError("not-well-formed") + "\n", story.Said());
    }

    [Fact]
    public void The_steps_of_negotiation_are_reported_in_their_order()
    {
        List<Step> steps = [];
        var client = new XmppClient(new Story(Acks()).Settings, RandomStream.Root(1), new BufferPool(),
            new ScramCache());
        void Do(Action<XmppClient> call)
        {
            call(client);
            while (client.TryTake(out XmppAction action))
                if (action.Kind == Kind.Step) steps.Add(action.Step);
        }
        void Hears(string xml) => Do(c => c.Receive(Instant.Zero, Encoding.UTF8.GetBytes(xml)));
        Do(c => c.Start(Instant.Zero));
        Do(c => c.Connected(Instant.Zero));
        Hears(Header("s1") + Features(StartTlsFeature));
        Hears(Proceed);
        Do(c => c.TlsEstablished(Instant.Zero));
        Hears(Header("s2") + Features(SaslFeature(Plain)));
        Hears(Success);
        Hears(Header("s3") + Features(BindFeature + AcksFeature));
        Hears(Bound("juliet@a.test/balcony"));
        Assert.Equal(
            [
                Step.Connecting, Step.TcpConnected, Step.HeaderSent, Step.FeaturesReceived, Step.StartTlsSent,
                    Step.ProceedReceived,
                Step.TlsEstablished, Step.SecureHeaderSent, Step.SecureFeaturesReceived, Step.AuthSent,
                    Step.AuthSucceeded,
                Step.FinalHeaderSent, Step.FinalFeaturesReceived, Step.BindSent, Step.EnableSent,
            ], steps);
    }

    [Fact]
    public void With_direct_tls_the_first_header_is_already_protected()
    {
        var story = new Story(change: s => s with { Tls = TlsMode.Direct });
        story.Start().Connected().Says("").Did(Kind.Connect, Kind.StartTls);
        story.TlsDone().Says(SecureHeader);
        story.Hears(Header("s1") + Features(SaslFeature(Plain))).Says(Auth);
        story.Hears(Success).Says(SecureHeader);
        story.Hears(Header("s2") + Features(BindFeature)).Says(BindBalcony);
    }

    [Fact]
    public void Without_tls_neither_the_account_is_named_nor_plain_used()
    {
        var story = new Story(change: s => s with { Tls = TlsMode.None,
            Mechanisms = [SaslMechanism.Plain, SaslMechanism.ScramSha1] });
        story.Start().Connected().Says(FirstHeader);
        story.Client.Receive(story.Now,
            Encoding.UTF8.GetBytes(Header("s1") + Features(SaslFeature(Plain + "<mechanism>SCRAM-SHA-1</mechanism>"))));
        string said = "";
        while (story.Client.TryTake(out XmppAction action))
            if (action.Kind == Kind.Write) said += Encoding.UTF8.GetString(story.Client.Output);
        Assert.StartsWith("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'>", said);
    }

    [Fact]
    public void Without_tls_a_server_that_demands_it_is_left()
    {
        var story = new Story(change: s => s with { Tls = TlsMode.None });
        story.Start().Connected().Said();
        story.Hears(Header("s1") + Features(StartTlsFeature)).Says(Refusal("unsupported-feature"));
    }

    [Rule("TLS-10")]
    [Fact]
    public void Starttls_is_asked_for_even_when_the_offer_was_stripped()
    {
        var story = new Story();
        story.Start().Connected().Said();
        story.Hears(Header("s1") + Features(SaslFeature(Plain))).Says(StartTls);
        story.Hears("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>").Says("");
        Assert.Equal([Kind.Connect, Kind.Ended, Kind.Close, Kind.RetryScheduled], story.News().Select(a => a.Kind));
    }

    [Rule("TLS-05")]
    [Fact]
    public void What_lies_behind_the_proceed_is_never_read()
    {
        var story = new Story();
        story.Start().Connected().Hears(Header("s1") + Features(StartTlsFeature)).Said();
        story.Hears(Proceed + "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" + Plain)
            .Says("");
        story.TlsDone().Says(SecureHeader);
        story.Hears(Header("s2") + Features(SaslFeature(Plain))).Says(Auth);
    }

    [Rule("TLS-06")]
    [Fact]
    public void When_the_tls_handshake_fails_nothing_is_written()
    {
        var story = new Story();
        story.Start().Connected().Hears(Header("s1") + Features(StartTlsFeature)).Hears(Proceed).Said();
        story.Stop().Says("").Did(Kind.Connect, Kind.StartTls, Kind.Ended, Kind.Abort);
    }

    [Rule("SAS-02")]
    [Fact]
    public void The_clients_own_order_of_mechanisms_decides()
    {
        var story = new Story(change: s => s with { Mechanisms = [SaslMechanism.ScramSha1, SaslMechanism.ScramSha256,
            SaslMechanism.Plain] });
        story.Start().Secures("<mechanism>SCRAM-SHA-256</mechanism>" + Plain + "<mechanism>SCRAM-SHA-1</mechanism>");
        Assert.Contains("mechanism='SCRAM-SHA-1'>", story.Said());
    }

    [Fact]
    public void A_server_without_a_mechanism_of_the_list_is_left()
    {
        var story = new Story();
        story.Start().Secures("<mechanism>X-OAUTH2</mechanism>");
        Assert.EndsWith(Refusal("unsupported-feature"), story.Said());
    }

    [Theory]
    [InlineData(SaslMechanism.ScramSha1, false)]
    [InlineData(SaslMechanism.ScramSha1, true)]
    [InlineData(SaslMechanism.ScramSha256, false)]
    [InlineData(SaslMechanism.ScramSha256, true)]
    public void Scram_proves_both_sides_with_the_signature_in_success_or_in_a_last_challenge(SaslMechanism mechanism,
        bool inChallenge)
    {
        (Story story, SaslServer server) = Scram(mechanism, "r0m30");
        SaslReply reply = server.Continue(Data(story.Said()));
        Assert.Equal(SaslReplyKind.Success, reply.Kind);
        if (inChallenge)
        {
            story.Hears(Sasl("challenge", reply.Data))
                .Says("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>=</response>\n");
            story.Hears(Success);
        }
        else story.Hears(Sasl("success", reply.Data));
        story.Says(SecureHeader);
    }

    [Fact]
    public void A_server_that_does_not_know_the_password_is_left()
    {
        (Story story, _) = Scram(SaslMechanism.ScramSha256, "r0m30");
        story.Said();
        story.Hears(Sasl("success", Encoding.ASCII.GetBytes("v=" + Convert.ToBase64String(new byte[32])))).Says(Close);
        XmppAction end = story.Last(Kind.Ended);
        Assert.Equal((Claim.None, Mechanism.ProtocolError), (end.Claim, end.Mechanism));
    }

    [Fact]
    public void Success_without_the_servers_proof_is_not_believed()
    {
        (Story story, _) = Scram(SaslMechanism.ScramSha1, "r0m30");
        story.Said();
        story.Hears(Success).Says(Close);
    }

    [Theory]
    [InlineData("invalid-mechanism", true)]
    [InlineData("mechanism-too-weak", true)]
    [InlineData("not-authorized", false)]
    [InlineData("temporary-auth-failure", false)]
    [InlineData("account-disabled", false)]
    public void A_refused_mechanism_is_followed_by_the_next_and_a_refused_login_by_the_back_off(string failure,
        bool next)
    {
        var story = new Story(change: s => s with { Mechanisms = [SaslMechanism.ScramSha256, SaslMechanism.Plain] });
        story.Start().Secures("<mechanism>SCRAM-SHA-256</mechanism><mechanism>PLAIN</mechanism>").Said();
        story.Hears($"<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><{failure}/></failure>")
            .Says(next ? Auth : Close);
        if (next) return;
        story.News();
        story.Hears("</stream:stream>").Did(Kind.Close, Kind.RetryScheduled);
    }

    [Fact]
    public void A_server_that_speaks_no_version_or_another_content_is_refused()
    {
        string header = Header("s1");
        foreach ((string from, string to, string refusal) in new[]
        {
            ("version='1.0' xml", "xml", "unsupported-version"),
                ("version='1.0' xml", "version='0.9' xml", "unsupported-version"),
            ("'jabber:client'", "'jabber:server'", "invalid-namespace"),
        })
        {
            var story = new Story();
            story.Start().Connected().Said();
            story.Hears(header.Replace(from, to)).Says(Refusal(refusal));
        }
    }

    [Fact]
    public void A_later_minor_version_is_fine()
    {
        var story = new Story();
        story.Start().Connected().Said();
        story.Hears(Header("s1").Replace("version='1.0' xml:lang", "version='1.13' xml:lang")
            + Features(StartTlsFeature)).Says(StartTls);
    }

    [Theory]
    [InlineData("conflict", "modify")]
    [InlineData("not-allowed", "cancel")]
    [InlineData("bad-request", "modify")]
    public void A_refused_resource_is_left_to_the_server_on_the_same_stream(string condition, string type)
    {
        var story = new Story();
        story.Start().Authenticates().Said();
        story.Hears(BindError(condition, type)).Says(BindAny);
        story.Hears(Bound("juliet@a.test/4f1")).Says("<presence/>\n");
        Assert.Equal("juliet@a.test/4f1", story.Client.FullJid);
    }

    [Fact]
    public void Too_many_resources_and_a_second_refusal_are_met_by_the_back_off()
    {
        var story = new Story();
        story.Start().Authenticates().Said();
        story.Hears(BindError("resource-constraint", "wait")).Says(Close);
        story = new Story(change: s => s with { Resource = null });
        story.Start().Authenticates();
        Assert.EndsWith(BindAny, story.Said());
        story.Hears(BindError("not-allowed", "cancel")).Says(Close);
    }

    [Fact]
    public void Each_phase_that_takes_too_long_drops_the_transport_and_says_which()
    {
        (Mechanism, ConnectPolicy, Action<Story>)[] cases =
        [
            (Mechanism.ConnectTimeout, Limits(tcp: 7), s => s.Start()),
            (Mechanism.StepTimeout, Limits(tcp: 3, step: 7), s => s.Start().Connected()),
            (Mechanism.StepTimeout, Limits(tcp: 3, step: 7), s => s.Start().Connected().Hears(Header("s1"))),
            (Mechanism.StepTimeout, Limits(step: 7), s => s.Start().Connected()
                .Hears(Header("s1") + Features(StartTlsFeature))),
            (Mechanism.TlsTimeout, Limits(step: 3, tls: 7), s => s.Start().Connected()
                .Hears(Header("s1") + Features(StartTlsFeature)).Hears(Proceed)),
            (Mechanism.StepTimeout, Limits(tls: 3, step: 7), s => s.Start().Secures()),
            (Mechanism.StepTimeout, Limits(step: 7), s => s.Start().Secures().Hears(Success)),
            (Mechanism.StepTimeout, Limits(step: 7), s => s.Start().Authenticates()),
            (Mechanism.StepTimeout, Limits(step: 7), s => s.Start().Authenticates()
                .Hears(Bound("juliet@a.test/balcony"))),
            (Mechanism.TotalTimeout, Limits(total: 7), s => s.Start().Secures()),
        ];
        foreach ((Mechanism mechanism, ConnectPolicy limits, Action<Story> tell) in cases)
        {
            var story = new Story(Acks() with { Connect = limits });
            tell(story);
            story.Said();
            story.News();
            story.Wait(6.999).Did();
            story.Wait(0.001).Says("");
            List<XmppAction> news = story.News();
            Assert.Equal([Kind.Ended, Kind.Abort, Kind.RetryScheduled], news.Select(a => a.Kind));
            Assert.Equal((Claim.Dead, mechanism), (news[0].Claim, news[0].Mechanism));
        }
    }

    [Fact]
    public void The_total_time_runs_from_the_connect_on_and_ends_when_stanzas_may_flow()
    {
        var story = new Story(new Policy { Connect = Limits(total: 60) });
        story.Start().Wait(30).Authenticates().Wait(29).Hears(Bound("juliet@a.test/balcony")).News();
        story.Wait(10_000).Did();
        Assert.Equal(Step.Online, story.Client.Step);
    }

    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Negotiation_survives_any_division_of_the_bytes()
    {
        string[] speeches =
        [
            Header("s1") + Features(StartTlsFeature), Proceed, Header("s2") + Features(SaslFeature(Plain)), Success,
            Header("s3") + Features(BindFeature), Bound("juliet@a.test/balcony"),
        ];
        Fuzz.Try(50, seed =>
        {
            RandomStream random = RandomStream.Root(seed);
            var story = new Story();
            story.Start().Connected();
            foreach (string speech in speeches)
            {
                for (int at = 0; at < speech.Length;)
                {
                    int piece = Math.Min(speech.Length - at, 1 + (int)random.Below(40));
                    story.Client.Receive(story.Now, Encoding.UTF8.GetBytes(speech[at..(at + piece)]));
                    while (story.Client.TryTake(out _)) { }
                    at += piece;
                }
                if (speech == Proceed)
                {
                    story.Client.TlsEstablished(story.Now);
                    while (story.Client.TryTake(out _)) { }
                }
            }
            Assert.Equal(Step.Online, story.Client.Step);
        });
    }

    private static (Story Story, SaslServer Server) Scram(SaslMechanism mechanism, string password)
    {
        var cache = new ScramCache();
        var story = new Story(change: s => s with { Mechanisms = [mechanism] });
        ScramKeys keys = ScramKeys.Derive(cache, mechanism, password, [1, 2, 3, 4], 4096);
        var server = new SaslServer(mechanism, "a.test", "serverNonce", cache, (_, user) => user == "juliet" ? keys
            : null);
        story.Start().Secures($"<mechanism>{Encoding.ASCII.GetString(SaslMechanisms.Name(mechanism))}</mechanism>");
        SaslReply challenge = server.Begin(Data(story.Said().Split('\n')[^2]));
        Assert.Equal(SaslReplyKind.Challenge, challenge.Kind);
        story.Hears(Sasl("challenge", challenge.Data));
        return (story, server);
    }

    private static byte[] Data(string element) =>
        Convert.FromBase64String(element[(element.IndexOf('>') + 1)..element.LastIndexOf("</")]);

    private static string Sasl(string name, byte[]? data) =>
        $"<{name} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{Convert.ToBase64String(data ?? [])}</{name}>";
}
