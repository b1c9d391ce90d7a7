using System.Text.RegularExpressions;
using Lab.Network;
using Lab.Xmpp;
using Kind = Lab.Xmpp.ActionKind;

namespace Lab.Tests;

/// <summary>Peers that lie or blunder: each hears the error that RFC 6120 or XEP-0220 names, and nobody else is
/// disturbed.</summary>
public class BadPeerTests
{
    private const string Xmlns = "version='1.0' xmlns='jabber:server' xmlns:db='jabber:server:dialback' "
        + "xmlns:stream='http://etherx.jabber.org/streams'>";

    private static string Open(string from, string to) =>
        $"<?xml version='1.0'?><stream:stream from='{from}' to='{to}' {Xmlns}";

    private static string Stanza(string from, string to) => $"<message from='{from}' to='{to}' id='m99'/>";

    private const string Claim = "<db:result from='x.example' to='b.example'>k</db:result>";

    private static Federated World(
        Func<FederationSettings, FederationSettings>? change = null, params string[] domains) =>
        new(s => Plain(change?.Invoke(s) ?? s), 1, domains);

    private static FederationSettings Plain(FederationSettings s) =>
        s with { Default = s.Default with { Tls = FederationTls.None } };

    private static string IdIn(string heard) => Regex.Match(heard, "<stream:stream[^>]* id='([^']*)'").Groups[1].Value;

    /// <summary>That a and b still talk over the streams they have.</summary>
    private static void Undisturbed(Federated world, Action<Federated> attack)
    {
        world.Sends("u@a.example", "v@b.example", 1).Sends("v@b.example", "u@a.example", 2).Wait(3);
        Federated.Pipe[] before = [.. world.A.Opened, .. world.B.Opened];
        attack(world);
        world.Sends("u@a.example", "v@b.example", 3).Sends("v@b.example", "u@a.example", 4).Wait(3);
        Assert.Equal([1, 3], world.B.Numbers);
        Assert.Equal([2, 4], world.A.Numbers);
        Assert.Equal(before, [.. world.A.Opened, .. world.B.Opened]);
    }

    [Rule("ERR-01")]
    [Rule("ERR-02")]
    [Theory]
    [InlineData("from='x.example'", "improper-addressing")]
    [InlineData("from='x.example' to=''", "improper-addressing")]
    [InlineData("from='x.example' to='u@b.example'", "improper-addressing")]
    [InlineData("from='x.example' to='c.example'", "host-unknown")]
    [InlineData("from='x.example' to='old.example'", "host-gone")]
    [InlineData("from='u@x.example' to='b.example'", "improper-addressing")]
    [InlineData("from='b.example' to='b.example'", "invalid-from")]
    public void A_header_at_fault_gets_a_header_the_error_and_the_end(string addresses, string error)
    {
        Undisturbed(World(s => s with { FormerDomains = ["old.example"] }), world =>
        {
            Federated.Pipe pipe = world.Connects("b.example").Says($"<stream:stream {addresses} {Xmlns}");
            string heard = pipe.Heard;
            Assert.True(!pipe.AcceptorHas && pipe.LeftWithFin);
            Assert.Matches($"^<\\?xml version='1.0'\\?><stream:stream from='b.example' [^>]*><stream:error><{error} "
                + "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>$", heard);
        });
    }

    [Fact]
    public void A_stranger_may_make_a_server_hold_64_KiB_and_a_validated_domain_a_stanza()
    {
        Federated world = World();
        Federated.Pipe pipe = world.Connects("b.example").Says(Open("x.example", "b.example"));
        pipe.Says("<db:result from='x.example' to='b.example'>" + new string('k', 65_000));
        Assert.True(pipe.AcceptorHas);
        pipe.Says(new string('k', 1_000));
        Assert.Contains("<stanza-too-big", pipe.Heard);
        Assert.False(pipe.AcceptorHas);
        string body = new('x', 200_000);
        world.Sends("u@a.example", "v@b.example",
            $"<message from='u@a.example' to='v@b.example' id='m5'><body>{body}</body></message>", 5).Wait(3);
        Assert.Equal([5], world.B.Numbers);
    }

    [Fact]
    public void A_domain_whose_verdict_is_awaited_says_nothing_yet()
    {
        Federated world = World(null, "a.example", "b.example", "y.example");
        world.Mute.Add("y.example");
        world.Sends("u@a.example", "v@b.example", 1).Wait(3);
        Federated.Pipe pipe = world.A.Opened.Single();
        world.B.Do((f, now) => f.Receive(now, pipe.AcceptorStream, System.Text.Encoding.UTF8.GetBytes(
            "<db:result from='y.example' to='b.example'>k</db:result>" + Stanza("u@y.example", "v@b.example"))));
        world.Wait(1);
        Assert.Contains("<invalid-from", pipe.Heard);
        Assert.Equal([1], world.B.Numbers);
    }

    [Fact]
    public void A_header_of_another_namespace_is_invalid()
    {
        string heard = World().Connects("b.example")
            .Says(Open("x.example", "b.example").Replace("jabber:server' xmlns:db", "jabber:client' xmlns:db")).Heard;
        Assert.Contains("xmlns='jabber:server'", heard);
        Assert.Contains("<invalid-namespace", heard);
    }

    [Fact]
    public void A_header_without_from_is_taken_and_its_reply_has_no_to()
    {
        string heard = World().Connects("b.example").Says($"<stream:stream to='b.example' {Xmlns}").Heard;
        Assert.Matches("^<\\?xml version='1.0'\\?><stream:stream from='b.example' id='", heard);
        Assert.DoesNotContain("<stream:error>", heard);
    }

    [Rule("STR-11")]
    [Fact]
    public void A_peer_without_version_gets_no_features_and_may_use_dialback()
    {
        string heard = World().Connects("b.example").Says(Open("x.example", "b.example").Replace("version='1.0' xmlns=",
            "xmlns=")).Heard;
        Assert.DoesNotContain("version", heard[heard.IndexOf("<stream:stream", StringComparison.Ordinal)..]);
        Assert.DoesNotContain("features", heard);
        Assert.Contains("xmlns:db='jabber:server:dialback'", heard);
    }

    [Fact]
    public void The_id_of_an_initiator_is_ignored()
    {
        string heard = World().Connects("b.example")
            .Says(Open("x.example", "b.example").Replace("<stream:stream", "<stream:stream id='mine'")).Heard;
        Assert.NotEqual("mine", IdIn(heard));
        Assert.Contains("<stream:features>", heard);
    }

    [Rule("FEA-08")]
    [Theory]
    [InlineData("x.example", "b.example", "not-authorized")]
    [InlineData("a.example", "b.example", "not-authorized")]
    public void A_stanza_before_any_verdict_is_not_authorized(string from, string to, string error) =>
        Undisturbed(World(), world =>
        {
            Federated.Pipe peer = world.Connects("b.example").Says(Open("x.example", "b.example"));
            Assert.Contains($"<{error} ", peer.Says(Stanza($"u@{from}", $"v@{to}")).Heard);
            Assert.False(peer.AcceptorHas && !peer.Heard.EndsWith("</stream:stream>", StringComparison.Ordinal));
        });

    [Theory]
    [InlineData("u@a.example", "v@b.example", "invalid-from")]
    [InlineData("u@x.example", "v@elsewhere.example", "host-unknown")]
    [InlineData("u@x.example", "v@old.example", "host-gone")]
    [InlineData("u@x.example", "", "improper-addressing")]
    [InlineData("", "v@b.example", "improper-addressing")]
    public void A_validated_peer_speaks_for_its_own_domain_only(string from, string to, string error) =>
        Undisturbed(World(s => s with { FormerDomains = ["old.example"] }), world =>
        {
            Federated.Pipe peer = Validated(world);
            peer.Says(Stanza("u@x.example", "v@b.example"));
            Assert.Contains(world.B.Delivered, s => s.Contains("m99", StringComparison.Ordinal));
            world.B.Delivered.Clear();
            Assert.Contains($"<stream:error><{error} ", peer.Says(Stanza(from, to)).Heard);
            Assert.Empty(world.B.Delivered);
            world.B.Delivered.Add(Stanza("", "").Replace("m99", "m1"));
        });

    /// <summary>A scripted x.example whose authoritative server says yes to everything.</summary>
    private static Federated.Pipe Validated(Federated world)
    {
        world.Add("x.example", s => Plain(s) with { DialbackSecret = "x" });
        Federated.Pipe peer = world.Connects("b.example").Says(Open("x.example", "b.example"));
        string key = System.Text.Encoding.ASCII.GetString(new DialbackKey("x").Of("b.example", "x.example",
            IdIn(peer.Heard)));
        peer.Says($"<db:result from='x.example' to='b.example'>{key}</db:result>");
        world.Wait(1);
        Assert.Contains("type='valid'", peer.Heard);
        return peer;
    }

    [Rule("XML-02")]
    [Fact]
    public void A_stanza_that_names_its_namespace_is_delivered_without_it()
    {
        Federated world = World();
        Validated(world).Says("<message xmlns='jabber:server' from='u@x.example' to='v@b.example'><body/></message>");
        Assert.Equal("<message from='u@x.example' to='v@b.example'><body/></message>", world.B.Delivered.Single());
    }

    [Fact]
    public void A_spoofed_key_is_invalid_and_the_stream_closes() =>
        Undisturbed(World(), world =>
        {
            Federated.Pipe peer = world.Connects("b.example").Says(Open("a.example", "b.example"));
            peer.Says($"<db:result from='a.example' to='b.example'>{new string('0', 64)}</db:result>");
            world.Wait(1);
            Assert.EndsWith("<db:result from='b.example' to='a.example' type='invalid'/></stream:stream>", peer.Heard);
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_replayed_key_wins_only_where_stream_ids_repeat(bool sequential)
    {
        // The impostor reads a key from the wire, waits for a restart of B, and is given the id that the key was for.
        Federated world = World(s => s with { SequentialIds = sequential, DialbackSecret = "of " + s.Domains[0] });
        world.IdsMayRepeat = sequential;
        world.Sends("u@a.example", "v@b.example", 1).Wait(3);
        string captured = Regex.Match(world.A.Opened.Single().Said, "<db:result .*</db:result>").Value;
        world.B.Restart();
        world.Wait(1);
        Federated.Pipe impostor = world.Connects("b.example").Says(Open("a.example", "b.example")).Says(captured);
        world.Wait(1);
        impostor.Says(Stanza("u@a.example", "v@b.example"));
        Assert.Equal(sequential, world.B.Delivered.Exists(s => s.Contains("m99", StringComparison.Ordinal)));
        Assert.Contains(sequential ? "type='valid'" : "type='invalid'", impostor.Heard);
    }

    [Rule("DB-03")]
    [Fact]
    public void An_unsolicited_verdict_is_dropped() =>
        Undisturbed(World(), world =>
        {
            Federated.Pipe peer = world.Connects("b.example").Says(Open("x.example", "b.example"));
            peer.Says("<db:result from='x.example' to='b.example' type='valid'/>");
            peer.Says($"<db:verify from='a.example' to='b.example' id='{IdIn(peer.Heard)}' type='valid'/>");
            Assert.DoesNotContain("stream:error", peer.Heard);
            Assert.Contains("<not-authorized", peer.Says(Stanza("u@x.example", "v@b.example")).Heard);
        });

    [Rule("DB-03")]
    [Fact]
    public void A_verdict_about_another_domain_or_id_validates_nothing()
    {
        // The impostor claims to be a.example, and answers for it from a stream of its own.
        Federated world = World(null, "b.example");
        world.Mute.Add("a.example");
        world.Add("a.example");
        Federated.Pipe peer = world.Connects("b.example").Says(Open("a.example", "b.example"));
        string id = IdIn(peer.Heard);
        peer.Says("<db:result from='a.example' to='b.example'>any</db:result>");
        world.Connects("b.example").Says(Open("x.example", "b.example"))
            .Says($"<db:verify from='a.example' to='b.example' id='{id}' type='valid'/>");
        peer.Says($"<db:verify from='a.example' to='b.example' id='{id}' type='valid'/>");
        Assert.Contains("<not-authorized", peer.Says(Stanza("u@a.example", "v@b.example")).Heard);
        Assert.Empty(world.B.Delivered);
    }

    [Theory]
    [InlineData("c.example", true, "to='x.example' type='error'><error type='cancel'><item-not-found")]
    [InlineData("c.example", false, "<stream:error><host-unknown")]
    public void A_claim_towards_a_domain_not_served_is_answered(string to, bool errors, string answer)
    {
        Federated.Pipe peer = World(s => s with { DialbackErrors = errors }).Connects("b.example")
            .Says(Open("x.example", "b.example"));
        Assert.Equal(errors, peer.Heard.Contains("<errors/>", StringComparison.Ordinal));
        Assert.Contains(answer, peer.Says($"<db:result from='x.example' to='{to}'>k</db:result>").Heard);
    }

    [Rule("DB-08")]
    [Theory]
    [InlineData("unknown", "remote-server-not-found")]
    [InlineData("closed", "remote-connection-failed")]
    [InlineData("mute", "remote-server-timeout")]
    [InlineData("stranger", "remote-server-not-found")]
    public void What_keeps_the_verdict_away_is_said(string how, string condition) =>
        Undisturbed(World(), world =>
        {
            if (how == "unknown") world.Unknown.Add("x.example");
            if (how == "mute") world.Mute.Add("x.example");
            if (how == "mute") world.Add("x.example");
            if (how == "stranger")
            {
                world.Add("y.example", also: ["x.example"]).Settings = new() { Domains = ["y.example"] };
                world["x.example"].Restart();
            }
            Federated.Pipe peer = world.Connects("b.example").Says(Open("x.example", "b.example"));
            peer.Says(Claim);
            world.Wait(40);
            string type = how == "mute" ? "wait" : "cancel";
            Assert.Contains($"type='error'><error type='{type}'><{condition} ", peer.Heard);
        });

    [Fact]
    public void Dialback_before_required_tls_violates_policy()
    {
        var world = new Federated(s => s with { Default = s.Default with { Tls = FederationTls.Required } });
        Assert.Contains("<policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>", world.Connects("b.example")
            .Says(Open("x.example", "b.example")).Says(Claim).Heard);
    }

    [Fact]
    public void Where_certificates_are_demanded_dialback_is_not_authorized()
    {
        var world = new Federated(s => s with { Default = s.Default with { Auth = FederationAuth.External } });
        Assert.Contains("<not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>", world.Connects("b.example")
            .Says(Open("x.example", "b.example")).Says(Claim).Heard);
    }

    [Fact]
    public void Handled_counts_beyond_what_was_sent_end_the_stream()
    {
        Federated world = Federated.With(r => r with
        {
            Tls = FederationTls.None, Policy = Policy.Nothing with { Acks = new() },
        });
        world.Add("x.example", s => Plain(s) with { DialbackSecret = "x" });
        Federated.Pipe peer = Validated(world).Says("<enable xmlns='urn:xmpp:sm:3'/>");
        Assert.Contains("<enabled xmlns='urn:xmpp:sm:3'/>", peer.Heard);
        peer.Says(Stanza("u@x.example", "v@b.example")).Says("<r xmlns='urn:xmpp:sm:3'/>");
        Assert.EndsWith("<a xmlns='urn:xmpp:sm:3' h='1'/>", peer.Heard);
        Assert.Contains("<undefined-condition", peer.Says("<a xmlns='urn:xmpp:sm:3' h='5'/>").Heard);
    }

    [Fact]
    public void A_peer_that_never_says_a_header_is_dropped()
    {
        Federated world = World();
        Federated.Pipe silent = world.Connects("b.example"), half = world.Connects("b.example")
            .Says(Open("x.example", "b.example"));
        world.Wait(130);
        Assert.False(silent.AcceptorHas);
        Assert.Equal("", silent.Heard);
        Assert.Contains("<connection-timeout", half.Heard);
    }
}
