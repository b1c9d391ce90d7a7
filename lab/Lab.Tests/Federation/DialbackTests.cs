using Lab.Network;
using Lab.Xmpp;
using Kind = Lab.Xmpp.ActionKind;

namespace Lab.Tests;

/// <summary>XEP-0220: keys, the triangle, its errors.</summary>
public class DialbackTests
{
    [Theory]
    [InlineData("s3cr3tf0rd14lb4ck", "xmpp.example.com", "example.org", "D60000229F", "37c69b1c", "75643")]
    [InlineData("s3cr3tf0rd14lb4ck", "montague.example", "capulet.example", "D60000229F", "b4835385", "23df3")]
    [InlineData("d14lb4ck43v3r", "capulet.example", "montague.example", "417GAF25", "225cc5aa", "c972d")]
    public void Keys_are_those_of_XEP_0185(
        string secret, string receiving, string originating, string id, string head, string tail)
    {
        string key = System.Text.Encoding.ASCII.GetString(new DialbackKey(secret).Of(receiving, originating, id));
        Assert.Equal(64, key.Length);
        Assert.StartsWith(head, key);
        Assert.EndsWith(tail, key);
        byte[] text = System.Text.Encoding.ASCII.GetBytes(key);
        Assert.True(new DialbackKey(secret).Fits(text, receiving, originating, id));
        Assert.False(new DialbackKey(secret).Fits(text, receiving, originating, "x"));
    }

    [Rule("DB-11")]
    [Fact]
    public void The_triangle_validates_the_sender_and_what_waited_follows()
    {
        Federated world = new Federated().Sends("u@a.example/x", "v@b.example", 1).Wait(2);
        Assert.Equal([1], world.B.Numbers);
        Federated.Pipe stream = world.A.Opened.Single();
        Assert.Contains("<db:result from='a.example' to='b.example'>", stream.Said);
        Assert.Contains("<db:result from='b.example' to='a.example' type='valid'/>", stream.Heard);
        Federated.Pipe verify = world.Pipes.Single(p => p.Opener == world.B);
        Assert.Contains("<db:verify from='b.example' to='a.example' id='", verify.Said);
        Assert.Contains("type='valid'/>", verify.Heard);
        Assert.False(verify.OpenerHas || verify.AcceptorHas);                                          // DB-11
        Assert.Equal(0, world.Buffers.Outstanding);
    }

    private static Federated TwoDomains(bool multiplex)
    {
        var world = new Federated(null, 1, "b.example");
        world.Add("a.example", s => s with { Multiplex = multiplex }, also: ["a2.example"]);
        return world;
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public void Two_sender_domains_share_a_stream_or_have_their_own(bool multiplex, int streams)
    {
        Federated world = TwoDomains(multiplex).Sends("u@a.example", "v@b.example", 1);
        world.Sends("u@a2.example", "v@b.example", 2).Wait(3);
        Assert.Equal([1, 2], world.B.Numbers.Order());
        Assert.Equal(streams, world.A.Opened.Length);
    }

    [Rule("DB-05")]
    [Fact]
    public void An_error_for_one_pair_leaves_the_other_pairs_of_its_stream_alone()
    {
        Federated world = TwoDomains(multiplex: true);
        world.Unknown.Add("a2.example");
        world.Sends("u@a.example", "v@b.example", 1).Wait(3);
        world.Sends("u@a2.example", "v@b.example", 2).Wait(3).Sends("u@a.example", "v@b.example", 3).Wait(3);
        Assert.Equal([1, 3], world.B.Numbers);
        Assert.Equal(StanzaError.RemoteServerTimeout, world.A.Returned.Single().Error);                 // DB-05
        Assert.Single(world.A.Of(Kind.Ready));
        Assert.Contains("to='a2.example' type='error'><error type='cancel'><remote-server-not-found",
            world.A.Opened.Single().Heard);
    }

    [Rule("DB-04")]
    [Fact]
    public void An_invalid_key_beside_a_valid_pair_is_forbidden_and_the_stream_goes_on()
    {
        Federated world = TwoDomains(multiplex: true);
        Federated.Node sender = world.A;
        world.Sends("u@a.example", "v@b.example", 1).Wait(3);
        world.Add("a2.example", s => s with { DialbackSecret = "another" });
        sender.Do((f, now) => f.Send(now, "u@a2.example"u8, "v@b.example"u8, "<message id='m2'/>"u8, 2));
        world.Wait(3).Sends("u@a.example", "v@b.example", 3).Wait(3);
        Assert.Equal([1, 3], world.B.Numbers);
        Assert.Contains("type='error'><error type='auth'><forbidden", sender.Opened.Single().Heard);
    }

    [Rule("DB-04")]
    [Fact]
    public void An_invalid_key_alone_returns_what_waited_and_closes_the_stream()
    {
        var world = new Federated();
        Federated.Node sender = world.A;
        world.Add("a.example", s => s with { DialbackSecret = "another" });
        sender.Do((f, now) => f.Send(now, "u@a.example"u8, "v@b.example"u8, "<message id='m2'/>"u8, 2));
        world.Wait(3);
        Assert.Equal(StanzaError.InternalServerError, sender.Returned.Single().Error);                  // DB-04
        Assert.Empty(sender.Opened);
        Assert.Empty(world.B.Delivered);
    }

    [Fact]
    public void One_stream_may_bring_stanzas_for_two_of_our_domains()
    {
        var world = new Federated(null, 1, "a.example");
        Federated.Node b = world.Add("b.example", also: ["b2.example"]);
        world.Sends("u@a.example", "v@b.example", 1).Sends("u@a.example", "v@b2.example", 2).Wait(3);
        Assert.Equal([1, 2], b.Numbers.Order());
    }

    [Rule("O23")]
    [Fact]
    public void When_the_way_back_is_down_nobody_can_send_either()
    {
        var world = new Federated();                                                                   // O23
        world.Closed.Add("a.example");
        world.Sends("u@a.example", "v@b.example", 1).Wait(3);
        Assert.Equal(StanzaError.RemoteServerTimeout, world.A.Returned.Single().Error);
        Assert.Contains("<remote-connection-failed", world.Pipes[0].Heard);
        world.Closed.Clear();
        world.Sends("u@a.example", "v@b.example", 2).Wait(3);
        Assert.Equal([2], world.B.Numbers);
    }

    [Theory]
    [InlineData(true, 4)]
    [InlineData(false, 3)]
    public void A_key_is_verified_over_its_own_connection_or_over_one_that_is_there(bool alone, int connections)
    {
        Federated world = Federated.With(r => r with { VerifyAlone = alone });
        world.Sends("v@b.example", "u@a.example", 1).Wait(3).Sends("u@a.example", "v@b.example", 2).Wait(3);
        Assert.Equal([2], world.B.Numbers);
        Assert.Equal(connections, world.Pipes.Count);
        Assert.Equal(!alone, world.Pipes[0].Said.Contains("<db:verify", StringComparison.Ordinal));
    }

    private static Federated WithAuthority(string secret)
    {
        var world = new Federated(null, 1, "b.example");
        world.Add("a.example", s => s with { DialbackSecret = "shared" });
        world.Add("keys.example", s => s with { DialbackSecret = secret, Vouches = ["a.example"] });
        return world;
    }

    [Theory]
    [InlineData("a.example", "shared", "type='valid'")]
    [InlineData("a.example", "other", "type='invalid'")]
    [InlineData("keys.example", "shared", "type='valid'")]              // keys of its own are made from that secret too
    [InlineData("c.example", "shared", "<item-not-found")]
    public void An_authority_answers_for_its_own_keys_and_those_it_vouches_for(
        string originating, string secret, string answer)
    {
        string key = System.Text.Encoding.ASCII.GetString(
            new DialbackKey("shared").Of("b.example", originating, "1"));
        string to = originating == "c.example" ? "a.example" : originating;
        Federated.Pipe peer = WithAuthority(secret).Connects("keys.example").Says(
            $"<stream:stream from='b.example' to='{to}' version='1.0' xmlns='jabber:server' "
            + "xmlns:db='jabber:server:dialback' xmlns:stream='http://etherx.jabber.org/streams'>");
        Assert.Contains($"<stream:stream from='{to}'", peer.Heard);
        peer.Says($"<db:verify from='b.example' to='{originating}' id='1'>{key}</db:verify>");
        Assert.Contains(answer, peer.Heard);
    }

    [Fact]
    public void Nobody_becomes_anybody_towards_a_domain_that_is_only_vouched_for()
    {
        Federated world = WithAuthority("shared");
        Federated.Pipe peer = world.Connects("keys.example").Says(
            "<stream:stream from='b.example' to='a.example' version='1.0' xmlns='jabber:server' "
            + "xmlns:db='jabber:server:dialback' xmlns:stream='http://etherx.jabber.org/streams'>");
        foreach (string target in new[] { "a.example", "keys.example" })
            peer.Says($"<db:result from='b.example' to='{target}'>k</db:result>");
        Assert.Equal(2, peer.Heard.Split("<item-not-found").Length - 1);
        peer.Says("<message from='u@b.example' to='v@a.example'/>");
        Assert.Contains("<not-authorized", peer.Heard);
        Assert.Empty(world["keys.example"].Delivered);
    }

    [Theory]
    [InlineData("shared", true)]
    [InlineData("other", false)]
    public void An_authority_judges_the_keys_it_vouches_for_without_asking_anybody(string secret, bool genuine)
    {
        Federated world = WithAuthority(secret).Sends("u@a.example", "v@keys.example", 1).Wait(3);
        Assert.Equal(genuine ? [1] : [], world["keys.example"].Numbers);
        Assert.Equal(genuine ? 0 : 1, world.A.Returned.Count);
        Assert.Single(world.Pipes);
    }

    [Fact]
    public void A_verdict_that_never_comes_counts_as_an_error()
    {
        Federated world = Federated.With(r => r with { Tls = FederationTls.None });
        world.Sends("u@a.example", "v@b.example", 1).Wait(0.09);
        world.Pipes[0].CutDown = true;
        world.Wait(0.1);
        Assert.Empty(world.A.Returned);
        world.Wait(130);
        Assert.Equal(StanzaError.RemoteServerTimeout, world.A.Returned.Single().Error);
    }

    [Rule("DB-06")]
    [Fact]
    public void A_connection_lost_while_the_verdict_is_awaited_counts_as_an_error()
    {
        var world = new Federated();
        world.Mute.Add("a.example");
        world.Sends("u@a.example", "v@b.example", 1).Wait(2);
        world.Pipes[0].Reset();
        Assert.Equal(StanzaError.RemoteServerTimeout, world.A.Returned.Single().Error);                 // DB-06
    }

    [Rule("RTE-07")]
    [Fact]
    public void A_stanza_for_an_own_domain_is_never_sent_elsewhere()
    {
        var world = new Federated();                                                                   // RTE-07
        Assert.Throws<ArgumentException>(() => world.Sends("u@a.example", "v@a.example", 1));
    }
}
