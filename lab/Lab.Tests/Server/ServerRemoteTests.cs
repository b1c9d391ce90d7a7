using System.Text;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Stanzas to and from other domains: what the server routes, answers, stores and returns.</summary>
public class ServerRemoteTests
{
    private static ServerLab Federating() => new(settings: s => s with { Federates = true });

    private static void Receives(ServerLab lab, string stanza) =>
        lab.Call((server, now) => server.ReceiveRemote(now, Encoding.UTF8.GetBytes(stanza)));

    [Fact]
    public void A_message_for_another_domain_leaves_with_its_sender_and_its_number()
    {
        ServerLab lab = Federating();
        Peer alice = lab.Bound("alice");
        Assert.Equal("", alice.Say("<message to='v@b.example/x' id='m7'><body>hi</body></message>"));
        Assert.Equal(("alice@example.org/desk", "v@b.example/x", "<message from='alice@example.org/desk' "
            + "to='v@b.example/x' id='m7' xml:lang='en'><body>hi</body></message>", 7L), lab.Remote.Single());
        Assert.Single(lab.Observed(ActionKind.MessageAccepted));
    }

    [Theory]
    [InlineData("<iq type='get' to='b.example' id='1'><ping xmlns='urn:xmpp:ping'/></iq>")]
    [InlineData("<iq type='result' to='b.example' id='1'/>")]
    [InlineData("<presence to='v@b.example'/>")]
    public void So_do_requests_answers_and_presence(string stanza)
    {
        ServerLab lab = Federating();
        Assert.Equal("", lab.Bound("alice").Say(stanza));
        Assert.StartsWith(stanza[..4], lab.Remote.Single().Stanza);
        Assert.Equal(-1, lab.Remote.Single().Number);
    }

    [Fact]
    public void A_server_that_does_not_federate_returns_them()
    {
        var lab = new ServerLab();
        Assert.Contains("<remote-server-not-found", lab.Bound("alice").Say("<message to='v@b.example' id='m7'/>"));
        Assert.Empty(lab.Remote);
    }

    [Theory]
    [InlineData("alice@example.org")]
    [InlineData("alice@example.org/desk")]
    public void What_comes_from_another_domain_is_delivered(string to)
    {
        ServerLab lab = Federating();
        Peer alice = lab.Bound("alice");
        alice.Hear();
        Receives(lab, $"<message from='v@b.example/x' to='{to}' type='chat' id='m3'><body>hi</body></message>");
        Assert.Equal($"<message from='v@b.example/x' to='{to}' type='chat' id='m3'><body>hi</body></message>",
            alice.Hear());
        Receives(lab, "<presence from='v@b.example/x' to='alice@example.org'/>");
        Assert.Equal("<presence from='v@b.example/x' to='alice@example.org'></presence>", alice.Hear());
    }

    [Rule("RTE-06")]
    [Fact]
    public void A_message_for_somebody_who_is_away_is_stored_and_one_for_nobody_goes_back()
    {
        ServerLab lab = Federating();
        Receives(lab, "<message from='v@b.example' to='bob@example.org' id='m3'><body>hi</body></message>");
        Assert.Single(lab.Observed(ActionKind.MessageStored));
        Receives(lab, "<message from='v@b.example' to='nobody@example.org' id='m4'><body>hi</body></message>");
        Assert.Equal(("nobody@example.org", "v@b.example", "<message type='error' from='nobody@example.org' "
            + "to='v@b.example' id='m4'><error type='cancel'><service-unavailable "
            + "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>", -1L), lab.Remote.Single());
    }

    [Theory]
    [InlineData("example.org", "<ping xmlns='urn:xmpp:ping'/>",
        "<iq type='result' id='1' from='example.org' to='b.example'/>")]
    [InlineData("example.org", "<other xmlns='x'/>", "<service-unavailable")]
    [InlineData("alice@example.org/away", "<ping xmlns='urn:xmpp:ping'/>", "<service-unavailable")]
    public void A_request_from_another_domain_is_answered_there(string to, string payload, string answer)
    {
        ServerLab lab = Federating();
        Receives(lab, $"<iq type='get' from='b.example' to='{to}' id='1'>{payload}</iq>");
        Assert.Contains(answer, lab.Remote.Single().Stanza);
        Receives(lab, $"<iq type='error' from='b.example' to='{to}' id='1'/>");
        Receives(lab, "<message type='error' from='b.example' to='nobody@example.org'/>");
        Assert.Single(lab.Remote);                                     // errors are never answered
    }

    [Theory]
    [InlineData(StanzaError.RemoteServerTimeout, "wait", "remote-server-timeout")]
    [InlineData(StanzaError.RemoteServerNotFound, "cancel", "remote-server-not-found")]
    [InlineData(StanzaError.ResourceConstraint, "wait", "resource-constraint")]
    [InlineData(StanzaError.InternalServerError, "cancel", "internal-server-error")]
    public void What_could_not_be_delivered_comes_back_to_its_sender(StanzaError error, string type, string name)
    {
        ServerLab lab = Federating();
        Peer alice = lab.Bound("alice");
        alice.Say("<message to='v@b.example' id='m7'><body>hi</body></message>");
        lab.Call((server, now) => server.ReturnRemote(now, Encoding.UTF8.GetBytes(lab.Remote[0].Stanza), error));
        Assert.Equal($"<message type='error' from='v@b.example' to='alice@example.org/desk' id='m7'>"
            + $"<error type='{type}'><{name} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
            alice.Hear());
        Assert.Equal(7, lab.Observed(ActionKind.MessageBounced).Single().A);
    }

    [Theory]
    [InlineData("<message from='v@b.example' to='alice@example.org'")]
    [InlineData("<x:message xmlns:x='y'><z:a/></x:message>")]
    [InlineData("<message from='v@b.example' to='u@c.example'/>")]
    public void What_does_not_stand_by_itself_is_passed_over_and_the_next_one_is_read(string bad)
    {
        ServerLab lab = Federating();
        Peer alice = lab.Bound("alice");
        alice.Hear();
        Receives(lab, bad);
        Assert.Equal("", alice.Hear());
        Receives(lab, "<message from='v@b.example' to='alice@example.org' id='m3'/>");
        Assert.Contains("m3", alice.Hear());
    }

    [Fact]
    public void A_client_talks_to_the_echo_of_another_server_and_hears_of_its_strangers()
    {
        ServerLab lab = Federating();
        var other = new XmppServer(new ServerSettings { Domains = ["b.example"], Federates = true }, new ServerStore(),
            RandomStream.Root(2), new BufferPool(), new ScramCache());
        var world = new Federated(null, 1, "example.org", "b.example");
        Federated.Node a = world["example.org"], b = world["b.example"];
        a.Handle = (stanza, _) => Receives(lab, stanza);
        b.Handle = (stanza, stream) =>
        {
            other.ReceiveRemote(Instant.Zero, Encoding.UTF8.GetBytes(stanza));
            while (other.TryTake(out XmppAction action))
                if (action.Kind == ActionKind.Remote)
                    b.Do((f, now) => f.Send(
                        now, other.RemoteSender, other.RemoteRecipient, other.Output, action.A, answers: stream));
        };
        Peer alice = lab.Bound("alice");
        alice.Say("<message to='echo@b.example' type='chat' id='m7'><body>hi</body></message>");
        alice.Say("<message to='nobody@b.example' type='chat' id='m8'><body>hi</body></message>");
        foreach ((string from, string to, string stanza, long number) in lab.Remote)
            world.Sends(from, to, stanza, number);
        world.Wait(3);
        string heard = alice.Hear();
        Assert.Contains($"<message from='echo@b.example' to='alice@example.org/desk' type='chat' "
            + $"id='m{7 + XmppServer.EchoOffset}'><body>hi</body></message>", heard);
        Assert.Contains("<message from='nobody@b.example' type='error' to='alice@example.org/desk' id='m8'>", heard);
    }
}
