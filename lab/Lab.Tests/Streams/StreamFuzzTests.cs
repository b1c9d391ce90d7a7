using System.Text;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// Whole dialogues, mutated and cut anywhere, against each role of a stream: nothing throws, whatever is written can be
/// read, nothing is written behind the end, and no memory stays behind.
/// </summary>
[Trait(Fuzz.Category, Fuzz.Random)]
public sealed class StreamFuzzTests
{
    private const string Streams = "xmlns:stream='http://etherx.jabber.org/streams'";
    private const string Tls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    private const string Header = "<?xml version='1.0'?><stream:stream from='b.example' to='a.example' id='x1' "
        + $"version='1.0' xmlns='jabber:server' xmlns:db='jabber:server:dialback' {Streams}>";

    private static readonly string[] Loose =
    [
        "</stream:stream>", "<stream:error/>", "<![CDATA[x]]>", "<!-- x -->", "<?pi?>", "&#x0;", "&lt;", "&nope;", "\0",
        "\ufeff", " \r\n\t", "'", "\"", "/>", "<", ">", "<a xmlns='urn:xmpp:sm:3' h='99'/>",
        "<r xmlns='urn:xmpp:sm:3'/>",
        "<a xmlns='urn:xmpp:sm:3' h='-1'/>", "<enable xmlns='urn:xmpp:sm:3'/>", "<failed xmlns='urn:xmpp:sm:3' h='7'/>",
        "<resumed xmlns='urn:xmpp:sm:3' previd='x' h='4294967295'/>", "xmlns:stream='urn:x'", "xml:lang='de'", "\u00ff",
        "<iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>x@y/z</jid></bind></iq>",
        "<presence type='subscribe' to='bob@example.org'/>",
        "<db:verify from='b.example' to='a.example' id='1'>k</db:verify>",
        "<db:result from='b.example' to='a.example' type='valid'/>", "<stream:features/>",
        "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    ];

    private static readonly string[] ToServer =
    [
        ServerLab.Open, ServerLab.Auth("alice") + "\n", ServerLab.Open, ServerLab.Bind("desk"),
        "<enable xmlns='urn:xmpp:sm:3' resume='true'/>", "<presence/>",
        "<message to='echo@example.org' type='chat' id='m7'><body>h&lt;llo</body></message><r xmlns='urn:xmpp:sm:3'/>",
        "<iq type='set' id='7'><query xmlns='jabber:iq:roster'><item jid='bob@example.org'/></query></iq>",
        "<iq type='get' id='8' to='example.org'><query xmlns='http://jabber.org/protocol/disco#info' node='x'/></iq>",
        "<message to='bob@example.org'><body>&#x263a;</body></message>", "<a xmlns='urn:xmpp:sm:3' h='2'/>", " ",
        "</stream:stream>",
    ];

    private static readonly string[] ToClient =
    [
        Story.Header("s1") + Story.Features(Story.StartTlsFeature),
        "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
        Story.Header("s2") + Story.Features(Story.SaslFeature(Story.Plain)), Story.Success + "\n",
        Story.Header("s3") + Story.Features(Story.BindFeature + Story.AcksFeature),
        Story.Bound("juliet@a.test/balcony"),
        "<enabled xmlns='urn:xmpp:sm:3' id='s' resume='true' max='300'/>", "<a xmlns='urn:xmpp:sm:3' h='1'/>",
        "<message id='m9' from='a.test'><body>x</body></message><r xmlns='urn:xmpp:sm:3'/>",
        "<iq type='get' from='a.test' id='q'><ping xmlns='urn:xmpp:ping'/></iq>", "</stream:stream>",
    ];

    private static readonly string[] ToTaker =
    [
        Header.Replace(" id='x1'", ""), Tls, Header.Replace(" id='x1'", ""), "<bidi xmlns='urn:xmpp:bidi'/>",
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>\n",
        Header.Replace(" id='x1'", ""),
        "<db:result from='b.example' to='a.example'>key</db:result>", "<enable xmlns='urn:xmpp:sm:3'/>",
        "<message from='u@b.example' to='v@a.example' id='m7'><body>x</body></message><r xmlns='urn:xmpp:sm:3'/>",
        "<db:verify from='b.example' to='a.example' id='x'>key</db:verify>", "</stream:stream>",
    ];

    private static readonly string[] ToOpener =
    [
        Header + Story.Features(Tls), "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
        Header + Story.Features(Story.SaslFeature("<mechanism>EXTERNAL</mechanism>")
            + "<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>" + Story.AcksFeature),
        "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>\n", Header + Story.Features(Story.AcksFeature),
        "<db:result from='b.example' to='a.example' type='valid'/>", "<enabled xmlns='urn:xmpp:sm:3'/>",
        "<a xmlns='urn:xmpp:sm:3' h='1'/><r xmlns='urn:xmpp:sm:3'/>", "</stream:stream>",
    ];

    [Fact]
    public void A_server_stands_whatever_a_client_says() => Fuzz.Try(150, seed =>
    {
        RandomStream random = RandomStream.Root(seed);
        var lab = new ServerLab(settings: s => s with { Federates = seed % 2 == 0 });
        lab.Bound("bob");
        lab.Bound("alice", "desk", acks: true);
        Peer peer = lab.Connect(secured: seed % 5 != 0);
        foreach (byte[] bytes in Cut(random, ToServer))
        {
            lab.Call((server, now) => server.Receive(now, peer.Number, bytes));
            if (peer.TlsAsked) peer.TlsEstablished();
        }
        peer.Fin();
    });

    [Fact]
    public void A_client_stands_whatever_a_server_says() => Fuzz.Try(150, seed =>
    {
        RandomStream random = RandomStream.Root(seed);
        var client = new XmppClient(new ClientSettings
        {
            BareJid = "juliet@a.test", Password = "secret", Resource = "balcony",
            Policy = new Policy { Acks = new AckPolicy { Resume = Duration.FromSeconds(60) } },
        }, random.Fork("client"), new BufferPool(), new ScramCache());
        Instant now = Instant.Zero;
        var written = new Written();
        bool open = false, secures = false;
        client.Start(now);
        Drain();
        for (int life = 0; life < 2; life++)
        {
            if (client.NextTime < Instant.Never && !open) client.Tick(now = Instant.Max(now, client.NextTime));
            Drain();
            client.Connected(now);
            open = true;
            Drain();
            foreach (byte[] bytes in Cut(random, ToClient))
            {
                if (!open) break;
                client.Receive(now, bytes);
                Drain();
                if (open && secures) client.TlsEstablished(now);
                secures = false;
                Drain();
            }
            if (open) client.Disconnected(now, new TransportEnd(Mechanism.Reset));
            open = false;
            Drain();
        }

        void Drain()
        {
            while (client.TryTake(out XmppAction a))
                switch (a.Kind)
                {
                    case ActionKind.Connect: written = new Written(); break;
                    case ActionKind.Write: written.Take(client.Output); break;
                    case ActionKind.StartTls: secures = true; break;
                    case ActionKind.Close or ActionKind.Abort: open = false; break;
                }
        }
    });

    [Fact]
    public void A_server_that_took_a_stream_stands_whatever_another_says() =>
        Fuzz.Try(150, seed => Between(seed, ToTaker, opens: false));

    [Fact]
    public void A_server_that_opened_a_stream_stands_whatever_another_answers() =>
        Fuzz.Try(150, seed => Between(seed, ToOpener, opens: true));

    private static void Between(ulong seed, string[] dialogue, bool opens)
    {
        RandomStream random = RandomStream.Root(seed);
        var federation = new Federation(new FederationSettings
        {
            Domains = ["a.example"],
            Default = new RemoteSettings
            {
                Auth = seed % 2 == 0 ? FederationAuth.External : FederationAuth.Dialback, Bidi = seed % 3 == 0,
                Policy = new Policy { Acks = seed % 5 == 0 ? null : new AckPolicy() },
            },
        }, random.Fork("federation"), new BufferPool());
        Instant now = Instant.Zero;
        var written = new Dictionary<int, Written>();
        var over = new HashSet<int>();
        int stream = -1;
        bool secures = false;
        if (opens)
            federation.Send(now, "v@a.example"u8, "u@b.example"u8,
                "<message from='v@a.example' to='u@b.example' id='m1'/>"u8, 1);
        else stream = federation.Accept(now);
        Drain();
        if (opens) federation.Connected(now, stream = 0);
        Drain();
        foreach (byte[] bytes in Cut(random, dialogue))
        {
            federation.Receive(now, stream, bytes);
            Drain();
            if (secures && !over.Contains(stream)) federation.TlsEstablished(now, stream, ["b.example"]);
            secures = false;
            Drain();
        }
        federation.PeerClosed(now, stream);
        Drain();

        void Drain()
        {
            while (federation.TryTake(out XmppAction a))
            {
                if (a.Kind > ActionKind.Abort || a.Kind == ActionKind.Connect) continue;
                Assert.DoesNotContain(a.Stream, over);
                if (a.Kind == ActionKind.Write)
                {
                    if (!written.TryGetValue(a.Stream, out Written? text)) written[a.Stream] = text = new Written();
                    text.Take(federation.Output);
                }
                else if (a.Kind == ActionKind.StartTls) secures |= a.Stream == stream;
                else over.Add(a.Stream);
            }
        }
    }

    /// <summary>The dialogue with a few things wrong, in pieces.</summary>
    private static IEnumerable<byte[]> Cut(RandomStream random, string[] dialogue)
    {
        var lines = dialogue.ToList();
        for (ulong n = random.Below(4); n > 0; n--) Mutate(random, lines);
        bool together = random.Below(3) == 0;
        if (together) lines = [string.Concat(lines)];
        foreach (string line in lines)
        {
            byte[] bytes = random.Below(4) == 0 ? Encoding.Latin1.GetBytes(line) : Encoding.UTF8.GetBytes(line);
            if (random.Below(8) == 0 && bytes.Length > 0)
                bytes[random.Below((ulong)bytes.Length)] ^= (byte)(1 << (int)random.Below(8));
            int most = random.Below(3) switch { 0 => 1, 1 => 7, _ => int.MaxValue };
            for (int at = 0; at < bytes.Length;)
            {
                int length = Math.Min(bytes.Length - at, most == 1 ? 1 : 1 + (int)random.Below((ulong)most));
                yield return bytes[at..(at + length)];
                at += length;
            }
        }
    }

    private static void Mutate(RandomStream random, List<string> lines)
    {
        int at = (int)random.Below((ulong)lines.Count);
        string line = lines[at];
        int place = (int)random.Below((ulong)line.Length + 1), other = (int)random.Below((ulong)line.Length + 1);
        (int from, int to) = (Math.Min(place, other), Math.Max(place, other));
        lines[at] = random.Below(7) switch
        {
            0 => line[..from] + line[to..],
            1 => line[..to] + line[from..],
            2 => line.Insert(place, Loose[random.Below((ulong)Loose.Length)]),
            3 => Loose[random.Below((ulong)Loose.Length)] + line,
            4 => line + Loose[random.Below((ulong)Loose.Length)],
            5 => "",
            _ => lines[(int)random.Below((ulong)lines.Count)],
        };
    }

    /// <summary>What a machine wrote to one stream: XMPP to its last byte.</summary>
    private sealed class Written
    {
        private readonly XmppReader reader = new(new TreePool());

        // a peer that says all at once is answered at once: several streams in one write
        public void Take(ReadOnlySpan<byte> bytes)
        {
            ReadOnlySpan<byte> begins = "<?xml version='1.0'?>"u8;
            for (int next; (next = bytes.IndexOf(begins)) >= 0; bytes = bytes[(next + begins.Length)..])
            {
                Read(bytes[..next]);
                reader.Restart();
            }
            Read(bytes);
        }

        private void Read(ReadOnlySpan<byte> bytes)
        {
            string text = Encoding.UTF8.GetString(bytes);
            while (reader.Read(ref bytes) is var read && read != WireEvent.NeedMore)
                Assert.True(read != WireEvent.Failed, $"unreadable ({reader.Error}): {text}");
            Assert.Equal(0, reader.BufferedBytes);
        }
    }
}
