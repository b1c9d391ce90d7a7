using System.Text;
using System.Text.RegularExpressions;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// A client whose server is the test itself: it says what the client hears and reads what the client wrote, in virtual
/// time. Every write is checked against what must always hold: it is well-formed, there is a transport and no TLS
/// handshake or closing tag before it, no white space inside the STARTTLS and SASL windows, no stanza before
/// negotiation, no h beyond the stanzas the server sent, no name of the account before TLS, one attempt at a time.
/// </summary>
internal sealed class Story
{
    private readonly BufferPool buffers = new();
    private readonly TreePool trees = new();
    private readonly XmppReader check;
    private readonly StringBuilder unread = new();
    private readonly List<XmppAction> news = [];
    private bool transport, handshake, secured, window, closed, negotiated, binding;
    private uint handed;

    public Story(Policy? policy = null, Func<ClientSettings, ClientSettings>? change = null, uint firstCount = 0)
    {
        var settings = new ClientSettings
        {
            BareJid = "juliet@a.test", Password = "r0m30", Resource = "balcony", Policy = policy ?? Policy.Nothing,
            Mechanisms = [SaslMechanism.Plain],
        };
        Settings = change?.Invoke(settings) ?? settings;
        check = new XmppReader(new TreePool());
        Client = new XmppClient(Settings, RandomStream.Root(1), buffers,
            new ScramCache(), trees) { FirstStanzaCount = firstCount };
    }

    public const string StreamErrorNs = "xmlns='urn:ietf:params:xml:ns:xmpp-streams'";
    public const string Plain = "<mechanism>PLAIN</mechanism>";
    public ClientSettings Settings { get; }
    public XmppClient Client { get; }
    public Instant Now { get; private set; }

    /// <summary>Every write so far with its charge.</summary>
    public List<(Traffic Traffic, string Text)> Writes { get; } = [];

    /// <summary>Buffers and trees of the pools that the client holds.</summary>
    public int Held => buffers.Outstanding + trees.Outstanding;

    public static Policy Acks(
        long? every = null, long? timeout = null, int stanzas = 1, long? resume = 300, bool resend = true,
        int queue = 500) => new()
    {
        Acks = new AckPolicy
        {
            Every = every is { } e ? Duration.FromSeconds(e) : null,
            Timeout = timeout is { } t ? Duration.FromSeconds(t) : null,
            Resume = resume is { } r ? Duration.FromSeconds(r) : null,
            EveryStanzas = stanzas, ResendAfterFailedResume = resend, QueueStanzas = queue,
        },
        Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Duration.FromSeconds(10) },
    };

    // what happens to the client

    public Story Start() => Do(c => c.Start(Now));
    public Story Stop() => Do(c => c.Stop(Now));
    public Story Connected() => Do(c => c.Connected(Now));
    public Story ChangesNetwork() => Do(c => c.NetworkChanged(Now));
    public Story PeerCloses() => Do(c => c.PeerClosed(Now));
    public Story Sends(long number, int bytes = 5, string to = "romeo@a.test") =>
        Do(c => c.SendMessage(Now, to, number, bytes));

    public Story Ends(Mechanism mechanism)
    {
        transport = handshake = false;
        return Do(c => c.Disconnected(Now, new TransportEnd(mechanism)));
    }

    public Story TlsDone()
    {
        handshake = false;
        secured = true;
        return Do(c => c.TlsEstablished(Now));
    }

    public Story Hears(string xml)
    {
        if (binding && xml.Contains("<jid>") || xml.Contains("<resumed")) negotiated = true;
        if (xml.Contains("<enabled")) handed = Client.FirstStanzaCount;
        unchecked { handed += (uint)Regex.Count(xml, "<(message|presence|iq)[ />]"); }
        return Do(c => c.Receive(Now, Encoding.UTF8.GetBytes(xml)));
    }

    /// <summary>Lets that many seconds pass, ticking whenever the client asks for it.</summary>
    public Story Wait(double seconds) => Until(Now + new Duration((long)(seconds * 1e9)));

    public Story Until(Instant end)
    {
        for (int ticks = 0; Client.NextTime <= end; ticks++)
        {
            Assert.True(ticks < 100_000, $"still ticking at {Client.NextTime}");
            Assert.True(Client.NextTime >= Now, $"NextTime {Client.NextTime} lies before {Now}");
            Now = Client.NextTime;
            Do(c => c.Tick(Now));
        }
        Now = end;
        return this;
    }

    // what the client did

    /// <summary>What was written since the last look, every write followed by its line end.</summary>
    public string Said()
    {
        string text = unread.ToString();
        unread.Clear();
        return text;
    }

    /// <summary>Matches in what was written and not looked at, which stays unlooked at.</summary>
    public IReadOnlyList<Match> Peek(string pattern) => Regex.Matches(unread.ToString(), pattern);

    /// <summary>
    /// Looks at the first so many characters; positions of an earlier Peek stay those before this call.
    /// </summary>
    public void Consume(int characters)
    {
        for (int i = 0; i < characters; i++) unread[i] = '\0';
    }

    public Story Says(string text)
    {
        Assert.Equal(text, Said());
        return this;
    }

    /// <summary>The actions since the last look, writes and steps left out.</summary>
    public List<XmppAction> News()
    {
        List<XmppAction> actions = [.. news];
        news.Clear();
        return actions;
    }

    public Story Did(params ActionKind[] kinds)
    {
        Assert.Equal(kinds, News().Select(a => a.Kind));
        return this;
    }

    public XmppAction Last(ActionKind kind) => news.FindLast(a => a.Kind == kind);

    // negotiation in whole pieces

    public static string Header(string id) =>
        $"<?xml version='1.0'?><stream:stream from='a.test' id='{id}' version='1.0' xml:lang='en' " +
        "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

    public static string Features(string inner) => $"<stream:features>{inner}</stream:features>";
    public static string StartTlsFeature => "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>";
    public static string SaslFeature(string mechanisms) =>
        $"<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{mechanisms}</mechanisms>";
    public static string BindFeature => "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
    public static string AcksFeature => "<sm xmlns='urn:xmpp:sm:3'/>";
    public static string Success => "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";

    public static string Bound(string jid) =>
        $"<iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>{jid}</jid></bind></iq>";

    public static string StreamError(string condition) =>
        $"<stream:error><{condition} {StreamErrorNs}/></stream:error></stream:stream>";

    /// <summary>From the TCP connection to the features under TLS.</summary>
    public Story Secures(string mechanisms = Plain) => Connected()
        .Hears(Header("s1") + Features(StartTlsFeature)).Hears("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
            .TlsDone()
        .Hears(Header("s2") + Features(SaslFeature(mechanisms)));

    /// <summary>From the TCP connection to the features after SASL.</summary>
    public Story Authenticates(bool acks = true) =>
        Secures().Hears(Success).Hears(Header("s3") + Features(BindFeature + (acks ? AcksFeature : "")));

    /// <summary>From the TCP connection to the bound stream; with stream management, enabled.</summary>
    public Story Binds(string session = "sm-1", int max = 300, bool acks = true)
    {
        Authenticates(acks).Hears(Bound("juliet@a.test/balcony"));
        return Settings.Policy.Acks is not null && acks
            ? Hears($"<enabled xmlns='urn:xmpp:sm:3' id='{session}' resume='true' max='{max}'/>") : this;
    }

    /// <summary>From nothing to online, forgetting what was said and done on the way.</summary>
    public Story Online(bool acks = true)
    {
        Start().Binds(acks: acks);
        Assert.Equal(Step.Online, Client.Step);
        Said();
        News();
        return this;
    }

    /// <summary>Waits for the next attempt and resumes; h is what the server handled.</summary>
    public Story Resumes(uint h, string session = "sm-1") =>
        AwaitsAttempt().Authenticates().Hears($"<resumed xmlns='urn:xmpp:sm:3' previd='{session}' h='{h}'/>");

    public Story AwaitsAttempt()
    {
        for (int i = 0; i < 1000 && !transport; i++) Until(Client.NextTime);
        Assert.True(transport, "no attempt came");
        return this;
    }

    private Story Do(Action<XmppClient> call)
    {
        call(Client);
        while (Client.TryTake(out XmppAction action)) See(action);
        return this;
    }

    private void See(XmppAction action)
    {
        if (action.Kind == ActionKind.Write) CheckWrite(action.Traffic, Encoding.UTF8.GetString(Client.Output));
        else if (action.Kind != ActionKind.Step) news.Add(action);
        switch (action.Kind)
        {
            case ActionKind.Connect:
                Assert.False(transport, "a second attempt while one is in flight");
                transport = true;
                secured = closed = window = negotiated = binding = false;
                break;
            case ActionKind.StartTls:
                Assert.True(transport && !handshake);
                handshake = true;
                break;
            case ActionKind.Close or ActionKind.Abort:
                Assert.True(transport, $"{action.Kind} without a transport");
                transport = handshake = false;
                break;
        }
    }

    private void CheckWrite(Traffic traffic, string text)
    {
        Writes.Add((traffic, text));
        unread.Append(text).Append('\n');
        Assert.NotEqual("", text);
        Assert.True(transport, $"written without a transport: {text}");
        Assert.False(handshake, $"written during the TLS handshake: {text}");
        Assert.False(closed, $"written after the closing tag: {text}");
        if (text.StartsWith("<?xml"))
        {
            check.Restart();
            window = false;
        }
        if (window) Assert.False(char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]),
            $"white space in a window: '{text}'");
        if (!secured) Assert.DoesNotContain("juliet", text.Replace("xmpp-sasl", ""));
        CheckElements(text);
    }

    private void CheckElements(string text)
    {
        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(text);
        while (check.Read(ref bytes) is var e && e != WireEvent.NeedMore)
        {
            Assert.NotEqual(WireEvent.Failed, e);
            if (e == WireEvent.StreamClosed) closed = true;
            if (e == WireEvent.StreamOpened) Assert.Null(check.Header.Id);
            if (e != WireEvent.Element) continue;
            string name = Encoding.UTF8.GetString(check.Element.Name);
            window |= name is "starttls" or "auth";
            if (name == "iq" && !check.Element.Child("bind"u8, Namespaces.Bind).IsNone) binding = true;
            else if (name is "iq" or "message" or "presence") Assert.True(negotiated,
                $"a stanza before negotiation: {text}");
            if (name is "a" or "resume")
                Assert.True(unchecked(handed - uint.Parse(check.Element.Attribute("h"u8))) < 1u << 31,
                    $"h beyond the {handed} stanzas sent: {text}");
        }
    }
}
