using System.Text;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Two whole servers joined by pipes without delay, and a client of the first.</summary>
public class DomainServerTests
{
    private readonly BufferPool buffers = new();
    private readonly Queue<Action> events = new();
    private readonly Dictionary<(string, int), (string, int)> joined = [];
    private readonly SortedDictionary<string, DomainServer> servers = new(StringComparer.Ordinal);
    private readonly StringBuilder heard = new();
    private readonly List<XmppAction> returned = [];
    private int alice = -1;

    [Fact]
    public void The_echo_of_another_server_answers_over_streams_between_the_two()
    {
        Say("<message to='echo@b.example' type='chat' id='m1'><body>hello</body></message>");
        Assert.Contains($"id='m{XmppServer.EchoOffset + 1}'><body>hello</body>", heard.ToString());
        Assert.All(joined.Keys, end => Assert.True(end.Item2 >= DomainServer.FirstPeerStream));
        Assert.NotEmpty(joined);
        Assert.True(alice < DomainServer.FirstPeerStream, $"a client's stream has the number {alice}");
        Assert.Equal(0, buffers.Outstanding);
    }

    [Fact]
    public void A_ping_from_one_server_to_the_other_is_answered_there()
    {
        Say("<iq type='get' to='b.example' id='q'><ping xmlns='urn:xmpp:ping'/></iq>");
        Assert.Matches("<iq from='b.example' type='result' id='q'", heard.ToString());
    }

    [Fact]
    public void What_no_name_leads_to_comes_back_to_its_sender()
    {
        Say("<message to='u@nowhere.example' type='chat' id='m1'><body>hello</body></message>");
        Assert.Contains("<remote-server-not-found", heard.ToString());
        Assert.Equal([(1L, StanzaError.RemoteServerNotFound)], returned.Select(a => (a.A, a.Error)));
    }

    [Fact]
    public void Shutting_down_says_so_to_clients_and_to_servers()
    {
        Say("<message to='echo@b.example' type='chat' id='m1'><body>hello</body></message>");
        heard.Clear();
        var told = new List<int>();
        servers["a.example"].Shutdown(Instant.Zero);
        while (servers["a.example"].TryTake(out XmppAction action))
            if (action.Kind == ActionKind.Write
                && Encoding.UTF8.GetString(servers["a.example"].Output).Contains("<system-shutdown"))
                told.Add(action.Stream);
        Assert.Contains(alice, told);
        Assert.Contains(told, stream => stream >= DomainServer.FirstPeerStream);
    }

    [Fact]
    public void A_call_before_the_actions_are_taken_is_a_bug()
    {
        servers["a.example"].Receive(Instant.Zero, alice, "<message/>"u8);
        Assert.Throws<InvalidOperationException>(() => servers["a.example"].Tick(Instant.Zero));
    }

    public DomainServerTests()
    {
        foreach (string domain in (string[])["a.example", "b.example"])
        {
            var store = new ServerStore();
            if (domain == "a.example") store.AddAccount("alice", "secret-alice");
            servers[domain] = new DomainServer(
                new ServerSettings { Domains = [domain] }, new FederationSettings { Domains = [domain] }, store,
                RandomStream.Root(1).Fork(domain), RandomStream.Root(2).Fork(domain), buffers, new ScramCache());
        }
        Call("a.example", s => alice = s.Accept(Instant.Zero, secured: true));
        string open = ServerLab.Open.Replace("example.org", "a.example");
        Say(open);
        Say(ServerLab.Auth("alice"));
        Say(open);
        Say(ServerLab.Bind("desk"));
    }

    private void Say(string text) =>
        Call("a.example", s => s.Receive(Instant.Zero, alice, Encoding.UTF8.GetBytes(text)));

    private void Call(string domain, Action<DomainServer> call)
    {
        events.Enqueue(() =>
        {
            call(servers[domain]);
            while (servers[domain].TryTake(out XmppAction action)) Act(domain, action);
        });
        if (events.Count > 1) return;                                  // within a call: it comes when that is over
        while (events.TryPeek(out Action? next))
        {
            next();
            events.Dequeue();
        }
    }

    private void Act(string domain, XmppAction action)
    {
        DomainServer server = servers[domain];
        bool known = joined.TryGetValue((domain, action.Stream), out (string Domain, int Stream) peer);
        switch (action.Kind)
        {
            case ActionKind.Connect when servers.ContainsKey(server.DomainOf(action.Stream)!):
                string to = server.DomainOf(action.Stream)!;
                Call(to, s =>
                {
                    int accepted = s.AcceptPeer(Instant.Zero);
                    joined[(to, accepted)] = (domain, action.Stream);
                    joined[(domain, action.Stream)] = (to, accepted);
                });
                Call(domain, s => s.Connected(Instant.Zero, action.Stream));
                break;
            case ActionKind.Connect:
                server.Unresolved(action.Stream);
                break;
            case ActionKind.Write when known:
                byte[] bytes = server.Output.ToArray();
                Call(peer.Domain, s => s.Receive(Instant.Zero, peer.Stream, bytes));
                break;
            case ActionKind.Write:
                Assert.Equal(alice, action.Stream);
                heard.Append(Encoding.UTF8.GetString(server.Output));
                break;
            case ActionKind.StartTls:
                Call(domain, s => s.TlsEstablished(Instant.Zero, action.Stream, [peer.Domain]));
                break;
            case ActionKind.Close or ActionKind.Abort when known:
                Call(peer.Domain, s => s.PeerClosed(Instant.Zero, peer.Stream));
                break;
            case ActionKind.Returned:
                returned.Add(action);
                break;
        }
    }
}
