using System.Text;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Bench;

/// <summary>The server on its hot paths, one stream after the other of 1,000, and what an idle stream costs.</summary>
internal static class ServerBench
{
    private const int Streams = 1000;

    public static IEnumerable<Benchmark> All { get; } =
    [
        new OperationBenchmark("server, one ping answered", 1000, "ns", () =>
            Run(false, "<iq type='get' id='7'><ping xmlns='urn:xmpp:ping'/></iq>")),
        new OperationBenchmark("server, one message echoed", 1500, "ns", () => Run(false, Message)),
        new OperationBenchmark("server, one message echoed and acknowledged", 2500, "ns", () =>
            Run(true, Message + "<r xmlns='urn:xmpp:sm:3'/>")),
        new("server, memory of an idle session", Memory),
    ];

    private const string Message =
        "<message to='echo@example.org' type='chat' id='m17'><body>Neither, fair saint, if either</body></message>";

    private static Action<int> Run(bool acks, string said)
    {
        XmppServer server = Online(new BufferPool(), acks);
        byte[] bytes = Encoding.UTF8.GetBytes(said);
        byte[] ack = new byte[64];
        uint[] received = new uint[Streams];
        Instant now = Instant.Zero;
        int stream = 0;
        return times =>
        {
            for (int i = 0; i < times; i++)
            {
                now += Duration.FromMicroseconds(10);
                stream = (stream + 1) % Streams;
                server.Receive(now, stream, bytes);
                while (server.TryTake(out _)) { }
                if (!acks) continue;
                uint h = ++received[stream];
                System.Text.Unicode.Utf8.TryWrite(ack, $"<a xmlns='urn:xmpp:sm:3' h='{h}'/>", out int length);
                server.Receive(now, stream, ack.AsSpan(0, length));
                while (server.TryTake(out _)) { }
            }
        };
    }

    private static Row Memory()
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        XmppServer server = Online(new BufferPool(), acks: true);
        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(server);
        return new Row("server, memory of an idle session", (after - before) / (double)Streams, 1536, "B");
    }

    private static XmppServer Online(BufferPool buffers, bool acks)
    {
        var store = new ServerStore();
        var resumable = new AckPolicy { Timeout = Duration.FromSeconds(60), Resume = Duration.FromSeconds(300) };
        var policy = new Policy { Acks = resumable };
        var settings = new ServerSettings { Domains = ["example.org"], Policy = policy, ScramIterations = 1 };
        var server = new XmppServer(settings, store, RandomStream.Root(1), buffers, new ScramCache());
        const string Open = "<stream:stream to='example.org' version='1.0' xmlns='jabber:client' "
            + "xmlns:stream='http://etherx.jabber.org/streams'>";
        for (int i = 0; i < Streams; i++)
        {
            store.AddAccount($"user{i}", "secret");
            int stream = server.Accept(Instant.Zero, secured: true);
            string plain = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0user{i}\0secret"));
            Say(server, stream, Open);
            Say(server, stream, $"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>");
            Say(server, stream, Open);
            Say(server, stream, "<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>desk"
                + "</resource></bind></iq>");
            Say(server, stream, "<presence/>");
            if (acks) Say(server, stream, "<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
        }
        return server;
    }

    private static void Say(XmppServer server, int stream, string text)
    {
        server.Receive(Instant.Zero, stream, Encoding.UTF8.GetBytes(text));
        while (server.TryTake(out _)) { }
    }
}
