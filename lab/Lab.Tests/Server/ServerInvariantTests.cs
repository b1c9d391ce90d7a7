using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>What must hold whatever happens: no message vanishes or doubles, equal calls give equal bytes.</summary>
[Collection(Alone.Name)]
public partial class ServerInvariantTests
{
    private static readonly string[] Users = ["alice", "bob", "carol"];

    private static readonly Policy Hasty =
        new() { Acks = new AckPolicy { Resume = Duration.FromSeconds(30), Timeout = Duration.FromSeconds(10) } };

    // Clients with stream management that keep every rule, under random losses of transports. Each message accepted
    // must end in exactly one of: received and acknowledged, returned, held by the server. (What was received without
    // an ack may come again when the session could not be resumed; that is not a fault of either side.)
    [Rule("SM-12")]
    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void No_message_vanishes_or_doubles_however_streams_die()
    {
        Fuzz.Try(4, Ride);
    }

    private static void Ride(ulong seed)
    {
        RandomStream random = RandomStream.Root(seed);
        var lab = new ServerLab(new Policy
        {
            Acks = Hasty.Acks! with { QueueStanzas = 40 },
        });
        Rider[] riders = [.. Enumerable.Range(0, 6).Select(i => new Rider(lab, Users[i % 3], $"r{i}"))];
        long sent = 0;
        for (int step = 0; step < 1500; step++)
        {
            Rider rider = riders[random.Below(6)];
            switch (random.Below(12))
            {
                case 0:
                    rider.Lose();
                    break;
                case 1:
                    rider.Leave();
                    break;
                case 2 or 3:
                    rider.Return();
                    break;
                case 4:
                    lab.RunTo(lab.Now.TotalSeconds + random.Below(20));
                    break;
                default:
                    string to = Users[random.Below(3)] + "@example.org"
                        + (random.Below(2) == 0 ? $"/r{random.Below(6)}" : "");
                    if (rider.Send($"<message to='{to}' type='chat' id='m{sent}'><body>x</body></message>")) sent++;
                    break;
            }
            foreach (Rider each in riders) each.Listen(random.Below(4) != 0);
        }
        foreach (Rider rider in riders) rider.Return();
        lab.RunTo(lab.Now.TotalSeconds + 60);
        for (int i = 0; i < 4; i++)
            foreach (Rider rider in riders)
            {
                rider.Return();
                rider.Listen(true);
            }
        List<long> ends =
        [
            .. riders.SelectMany(r => r.Received), .. lab.Server.HeldMessages(),
            .. lab.Observed(ActionKind.MessageBounced).Select(a => a.A),
        ];
        Assert.True(sent > 200, $"{sent} messages");
        Assert.Equal(Enumerable.Range(0, (int)sent).Select(i => (long)i), ends.Order());
        Assert.Equal(sent, lab.Observed(ActionKind.MessageAccepted).Count());
        Assert.Contains(lab.Seen, a => a.Kind == ActionKind.Available && a.A == 1);
        Assert.Contains(lab.Seen, a => a.Kind == ActionKind.MessageStored);
    }

    [Fact]
    public void The_same_calls_give_the_same_bytes() => Assert.Equal(Transcript(), Transcript());

    [Fact]
    public void Every_available_ends_in_one_unavailable_and_every_stream_ends_once()
    {
        var lab = new ServerLab(Hasty);
        RandomStream random = RandomStream.Root(9);
        Rider[] riders = [.. Enumerable.Range(0, 6).Select(i => new Rider(lab, Users[i % 3], $"r{i}"))];
        for (int step = 0; step < 400; step++)
        {
            Rider rider = riders[random.Below(6)];
            if (random.Below(3) == 0) rider.Lose();
            else if (random.Below(3) == 0) rider.Leave();
            else rider.Return();
            if (random.Below(3) == 0) lab.RunTo(lab.Now.TotalSeconds + random.Below(20));
            foreach (Rider each in riders) each.Listen(true);
        }
        foreach (Rider rider in riders) rider.Lose();
        lab.RunTo(lab.Now.TotalSeconds + 1000);
        Assert.Equal(lab.Observed(ActionKind.Available).Count(a => a.A == 0),
            lab.Observed(ActionKind.Unavailable).Count());
        Assert.All(lab.Observed(ActionKind.Ended).GroupBy(a => a.Stream), g => Assert.Single(g));
        Assert.Equal(Instant.Never, lab.Server.NextTime);
        Assert.Equal(0, lab.Held);
    }

    [Fact]
    public void A_busy_stream_allocates_nothing_once_warm()
    {
        var server = Warm(new BufferPool(), 1, out int[] streams);
        byte[] said = Encoding.UTF8.GetBytes(
            "<message to='echo@example.org' type='chat' id='m5'><body>hello there</body></message>"
            + "<iq type='get' id='7'><ping xmlns='urn:xmpp:ping'/></iq><r xmlns='urn:xmpp:sm:3'/>");
        byte[][] acks = [.. Enumerable.Range(0, 400).Select(i =>
            Encoding.UTF8.GetBytes($"<a xmlns='urn:xmpp:sm:3' h='{1 + 2 * (i + 1)}'/>"))];
        Instant now = Instant.Zero;
        for (int i = 0; i < 200; i++) Round(i);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 200; i < 400; i++) Round(i);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Round(int i)
        {
            now += Duration.FromMilliseconds(1);
            server.Receive(now, streams[0], said);
            while (server.TryTake(out _)) { }
            server.Receive(now, streams[0], acks[i]);
            while (server.TryTake(out _)) { }
            server.Tick(Instant.Max(now, Instant.Min(server.NextTime, now)));
        }
    }

    [Fact]
    public void An_idle_stream_with_its_session_costs_less_than_a_kibibyte_and_a_half()
    {
        const int Streams = 2000;
        var buffers = new BufferPool();
        Warm(buffers, Streams, out _);
        long before = GC.GetTotalMemory(true);
        XmppServer server = Warm(buffers, Streams, out _);
        long each = (GC.GetTotalMemory(true) - before) / Streams;
        Assert.Equal(0, buffers.Outstanding);
        Assert.InRange(each, 200, 1536);
        GC.KeepAlive(server);
    }

    // Bound, available, stream management on, presence acknowledged.
    private static XmppServer Warm(BufferPool buffers, int count, out int[] streams)
    {
        var store = new ServerStore();
        for (int i = 0; i < count; i++) store.AddAccount($"user{i}", "secret");
        var settings = new ServerSettings { Domains = ["example.org"], Policy = Hasty, ScramIterations = 16 };
        var server = new XmppServer(settings, store, RandomStream.Root(1), buffers, new ScramCache());
        streams = new int[count];
        for (int i = 0; i < count; i++)
        {
            int stream = streams[i] = server.Accept(Instant.Zero, secured: true);
            string plain = ServerLab.Plain($"user{i}", "secret");
            foreach (string said in (string[])
                [
                    ServerLab.Open, $"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>",
                    ServerLab.Open, ServerLab.Bind("desk"), "<enable xmlns='urn:xmpp:sm:3' resume='true'/>",
                    "<presence/>", "<a xmlns='urn:xmpp:sm:3' h='1'/>",
                ])
            {
                while (server.TryTake(out _)) { }
                server.Receive(Instant.Zero, stream, Encoding.UTF8.GetBytes(said));
            }
            while (server.TryTake(out _)) { }
        }
        return server;
    }

    private static string Transcript()
    {
        var pings = new PingPolicy { Every = Duration.FromSeconds(10), Timeout = Duration.FromSeconds(5) };
        var lab = new ServerLab(new Policy { Ping = pings });
        var text = new StringBuilder();
        for (int i = 0; i < 20; i++)
        {
            Peer peer = lab.Bound(Users[i % 3], $"r{i}", acks: true);
            lab.RunTo(i * 3 + 3);
            text.Append(peer.Hear()).Append(peer.AckId);
        }
        foreach (XmppAction action in lab.Seen) text.Append(action);
        return text.ToString();
    }

    /// <summary>A client that keeps the rules: acknowledges what it received, resumes when it can, binds anew when it
    /// cannot.</summary>
    private sealed partial class Rider(ServerLab lab, string user, string resource)
    {
        private Peer? peer;
        private string id = "";
        private readonly List<long> unacknowledged = [];
        private uint handled;

        public List<long> Received { get; } = [];

        public bool Send(string message)
        {
            if (peer is null) return false;
            Hear(peer.Say(message));
            return true;
        }

        public void Listen(bool acknowledges)
        {
            if (peer is null) return;
            Hear(peer.Hear());
            if (peer is null || !acknowledges) return;
            Settle();
            Hear(peer.Say($"<a xmlns='urn:xmpp:sm:3' h='{handled}'/>"));
        }

        public void Lose()
        {
            Hear(peer?.Hear() ?? "");
            peer?.Lose();
            peer = null;
        }

        public void Leave()
        {
            Listen(true);
            peer?.Say("</stream:stream>");
            peer = null;
            id = "";
        }

        public void Return()
        {
            if (peer is not null) return;
            peer = lab.Authenticated(user);
            if (id.Length > 0)
            {
                string answer = peer.Say($"<resume xmlns='urn:xmpp:sm:3' h='{handled}' previd='{id}'/>");
                if (answer.StartsWith("<resumed", StringComparison.Ordinal))
                {
                    Settle();
                    Hear(answer);
                    return;
                }
            }
            unacknowledged.Clear();
            Hear(peer.Say(ServerLab.Bind(resource)));          // with what an old session of this resource left
            Settle();
            id = Id().Match(peer.Say("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")).Groups[1].Value;
            handled = 0;
            Hear(peer.Say("<presence/>"));
        }

        private void Settle()
        {
            Received.AddRange(unacknowledged);
            unacknowledged.Clear();
        }

        private void Hear(string text)
        {
            foreach (Match stanza in Stanza().Matches(text))
            {
                handled++;
                Match number = Number().Match(stanza.Value);
                bool returned = stanza.Value.Contains("type='error'", StringComparison.Ordinal);
                if (!number.Success || returned) continue;
                unacknowledged.Add(long.Parse(number.Groups[1].Value, CultureInfo.InvariantCulture));
            }
            if (peer?.Transport is not null || text.Contains("<stream:error", StringComparison.Ordinal)) peer = null;
        }

        [GeneratedRegex("<(message|presence|iq) ([^>]*/>|[^>]*[^/]>.*?</\\1>)")]
        private static partial Regex Stanza();

        [GeneratedRegex(" id='m([0-9]+)'")]
        private static partial Regex Number();

        [GeneratedRegex(" id='([^']*)'")]
        private static partial Regex Id();
    }
}
