using Lab.Network;
using Lab.Xmpp;
using static Lab.Tests.Story;

namespace Lab.Tests;

/// <summary>Runs by itself: what other tests allocate at the same time would be counted.</summary>
[Collection(Alone.Name)]
public class ClientSizeTests
{
    [Fact]
    public void An_idle_client_is_small()
    {
        Policy policy = Acks(every: 60, timeout: 20, stanzas: 0) with
        {
            Ping = new PingPolicy { Every = Duration.FromSeconds(60), Timeout = Duration.FromSeconds(20) },
        };
        byte[][] speeches =
        [
            .. new[]
            {
                Header("s1") + Features(SaslFeature(Plain)), Success, Header("s2")
                    + Features(BindFeature + AcksFeature),
                Bound("juliet@a.test/balcony"), "<enabled xmlns='urn:xmpp:sm:3' id='sm-1' resume='true'/>",
                "<a xmlns='urn:xmpp:sm:3' h='1'/>",
            }.Select(System.Text.Encoding.UTF8.GetBytes),
        ];
        var settings = new ClientSettings
        {
            BareJid = "juliet@a.test", Password = "r0m30", Policy = policy, Tls = TlsMode.Direct,
                Mechanisms = [SaslMechanism.Plain],
        };
        var buffers = new BufferPool();
        var trees = new TreePool();
        var scram = new ScramCache();
        RandomStream random = RandomStream.Root(1);
        var clients = new XmppClient[500];
        Boot(0);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 1; i < clients.Length; i++) Boot(i);
        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (clients.Length - 1);
        Assert.Equal(Step.Online, clients[^1].Step);
        Assert.Equal((0, 0), (buffers.Outstanding, trees.Outstanding));
        Assert.True(each <= 1100, $"{each} bytes a client");

        void Boot(int i)
        {
            XmppClient client = clients[i] = new XmppClient(settings, random, buffers, scram, trees);
            Do(() => client.Start(Instant.Zero));
            Do(() => client.Connected(Instant.Zero));
            Do(() => client.TlsEstablished(Instant.Zero));
            foreach (byte[] speech in speeches) Do(() => client.Receive(Instant.Zero, speech));
            void Do(Action act)
            {
                act();
                while (client.TryTake(out _)) { }
            }
        }
    }
}
