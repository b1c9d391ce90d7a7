using System.Text;
using System.Text.RegularExpressions;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// A server and scripted clients: client bytes in, server bytes out, at times. After every call it checks what must
/// hold in any dialogue: one Write per stream and call, nothing written after the transport went, every byte readable
/// as XMPP, ids that never repeat, no stanza before negotiation is complete, no white space in the STARTTLS and SASL
/// windows.
/// </summary>
internal sealed partial class ServerLab
{
    public const string Open = "<?xml version='1.0'?><stream:stream to='example.org' version='1.0' xml:lang='en' "
        + "xmlns='jabber:client' "
        + "xmlns:stream='http://etherx.jabber.org/streams'>";

    private readonly BufferPool buffers = new();
    private readonly TreePool trees = new();
    private readonly Dictionary<int, Peer> peers = [];
    private readonly SortedSet<string> ids = new(StringComparer.Ordinal);

    public ServerLab(Policy? policy = null, Func<ServerSettings, ServerSettings>? settings = null,
        ServerStore? store = null, uint firstCount = 0)
    {
        policy ??= Policy.Nothing;
        Settings = new ServerSettings { Domains = ["example.org"], Policy = policy, ScramIterations = 16 };
        if (settings is not null) Settings = settings(Settings);
        Store = store ?? NewStore();
        Server = new XmppServer(Settings, Store, RandomStream.Root(1).Fork("server"), buffers, new ScramCache(), trees)
        {
            FirstStanzaCount = firstCount,
        };
    }

    public ServerSettings Settings { get; }
    public ServerStore Store { get; }
    public XmppServer Server { get; }

    /// <summary>Buffers and trees of the pools that the server holds.</summary>
    public int Held => buffers.Outstanding + trees.Outstanding;
    public Instant Now { get; private set; }

    /// <summary>Every observation so far, oldest first.</summary>
    public List<XmppAction> Seen { get; } = [];

    /// <summary>Every stanza that left for another domain, with its number.</summary>
    public List<(string From, string To, string Stanza, long Number)> Remote { get; } = [];

    public static ServerStore NewStore()
    {
        var store = new ServerStore();
        foreach (string name in (string[])["alice", "bob", "carol"]) store.AddAccount(name, "secret-" + name);
        return store;
    }

    public Peer Connect(bool secured = true)
    {
        int number = Server.Accept(Now, secured);
        var peer = new Peer(this, number);
        peers.Add(number, peer);
        Drain();
        return peer;
    }

    /// <summary>Authenticated, with the final features read.</summary>
    public Peer Authenticated(string user)
    {
        Peer peer = Connect();
        peer.Say(Open);
        peer.Say($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{Plain(user)}</auth>");
        Assert.Contains("<bind", peer.Say(Open));
        return peer;
    }

    /// <summary>Bound to user@example.org/resource; with stream management and presence when asked for.</summary>
    public Peer Bound(string user, string resource = "desk", bool acks = false, bool available = true,
        string enable = "resume='true'")
    {
        Peer peer = Authenticated(user);
        string bound = peer.Say(Bind(resource));
        peer.Jid = Jid().Match(bound).Groups[1].Value;
        Assert.NotEqual("", peer.Jid);
        if (acks) peer.AckId = AckId().Match(peer.Say($"<enable xmlns='urn:xmpp:sm:3' {enable}/>")).Groups[1].Value;
        if (available) peer.Say("<presence/>");
        return peer;
    }

    public static string Bind(string resource) =>
        $"<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{resource}</resource></bind>"
            + $"</iq>";

    /// <summary>Lets the server's timers run up to and including that moment.</summary>
    public void RunTo(Duration at)
    {
        Instant end = Instant.Zero + at;
        while (Server.NextTime <= end)
        {
            Assert.True(Server.NextTime >= Now, $"NextTime {Server.NextTime} is before {Now}");
            Now = Instant.Max(Now, Server.NextTime);
            Server.Tick(Now);
            Drain();
            Assert.True(Server.NextTime > Now, "a tick left something due");
        }
        Now = end;
    }

    public void RunTo(double seconds) => RunTo(Duration.FromMicroseconds((long)(seconds * 1e6)));

    public void Call(Action<XmppServer, Instant> act)
    {
        act(Server, Now);
        Drain();
    }

    public IEnumerable<XmppAction> Observed(ActionKind kind) => Seen.Where(a => a.Kind == kind);

    public XmppAction Ended(Peer peer) =>
        Seen.Single(a => a.Kind == ActionKind.Ended && a.Stream == peer.Number);

    public static string Plain(string user, string? password = null) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{password ?? "secret-" + user}"));

    public static string Auth(string user, string? password = null) =>
        $"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{Plain(user, password)}</auth>";

    private void Drain()
    {
        var written = new List<int>();
        while (Server.TryTake(out XmppAction action))
        {
            if (action.Kind > ActionKind.Abort)
            {
                if (action.Kind == ActionKind.Remote)
                    Remote.Add((Encoding.UTF8.GetString(Server.RemoteSender),
                        Encoding.UTF8.GetString(Server.RemoteRecipient), Encoding.UTF8.GetString(Server.Output),
                        action.A));
                Seen.Add(action);
                continue;
            }
            Peer peer = peers[action.Stream];
            Assert.True(peer.Transport is null, $"{action.Kind} on stream {action.Stream} after {peer.Transport}");
            if (action.Kind == ActionKind.Write)
            {
                Assert.DoesNotContain(action.Stream, written);
                written.Add(action.Stream);
                Judge(peer, Encoding.UTF8.GetString(Server.Output), action.Traffic);
            }
            else if (action.Kind == ActionKind.StartTls) peer.TlsAsked = true;
            else peer.Transport = action.Kind;
        }
    }

    private void Judge(Peer peer, string text, Traffic traffic)
    {
        Assert.NotEqual("", text);
        Assert.False(peer.TlsAsked, $"plain text behind proceed: {text}");
        foreach (Match header in StreamId().Matches(text)) Assert.True(ids.Add(header.Groups[1].Value),
            $"id repeated: {header.Value}");
        if (peer.MustNotSpace)
        {
            Assert.False(string.IsNullOrWhiteSpace(text), "white space in a window that forbids it");
            if (text.Contains("<stream:stream", StringComparison.Ordinal)) peer.MustNotSpace = false;
        }
        peer.Negotiated |= text.Contains("<jid>", StringComparison.Ordinal) || text.Contains("<resumed",
            StringComparison.Ordinal);
        if (!peer.Negotiated) Assert.DoesNotMatch("<message|<presence", text);
        peer.Take(text, traffic);
    }

    [GeneratedRegex("<stream:stream[^>]* id='([^']*)'")]
    private static partial Regex StreamId();

    [GeneratedRegex("<jid>([^<]*)</jid>")]
    private static partial Regex Jid();

    [GeneratedRegex(" id='([^']*)'")]
    private static partial Regex AckId();
}

/// <summary>One scripted client; what the server wrote to it and what became of its transport.</summary>
internal sealed class Peer(ServerLab lab, int number)
{
    private readonly XmppReader reader = new(new TreePool());
    private readonly StringBuilder unread = new();

    public int Number { get; } = number;
    public string Jid { get; set; } = "";

    /// <summary>SM-ID, when the session can be resumed.</summary>
    public string AckId { get; set; } = "";

    public bool TlsAsked { get; set; }
    public bool MustNotSpace { get; set; }
    public bool Negotiated { get; set; }

    /// <summary>Close or Abort, once the server asked for it.</summary>
    public ActionKind? Transport { get; set; }

    public List<Traffic> Charged { get; } = [];

    /// <summary>Sends bytes and returns what the server wrote to this client since the last look.</summary>
    public string Say(string text)
    {
        MustNotSpace |= text.Contains("<starttls", StringComparison.Ordinal) || text.Contains("<auth ",
            StringComparison.Ordinal);
        lab.Call((server, now) => server.Receive(now, Number, Encoding.UTF8.GetBytes(text)));
        return Hear();
    }

    /// <summary>What the server wrote to this client since the last look.</summary>
    public string Hear()
    {
        string text = unread.ToString();
        unread.Clear();
        return text;
    }

    public void TlsEstablished()
    {
        TlsAsked = false;
        reader.Restart();
        lab.Call((server, now) => server.TlsEstablished(now, Number));
    }

    public void Fin() => lab.Call((server, now) => server.PeerClosed(now, Number));

    public void Lose(Mechanism mechanism = Mechanism.Reset) =>
        lab.Call((server, now) => server.Disconnected(now, Number, new TransportEnd(mechanism)));

    public void Take(string text, Traffic traffic)
    {
        unread.Append(text);
        Charged.Add(traffic);
        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(text);
        while (true)
        {
            WireEvent read = reader.Read(ref bytes);
            Assert.True(read != WireEvent.Failed, $"unreadable ({reader.Error}): {text}");
            if (read == WireEvent.NeedMore) break;
            if (read == WireEvent.Element && reader.Element.Is("success"u8, Namespaces.Sasl)) reader.Restart();
        }
        Assert.Equal(0, reader.BufferedBytes);
    }
}
