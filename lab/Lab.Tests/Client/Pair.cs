using System.Text;
using System.Text.RegularExpressions;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// Clients and their server, joined by pipes that are reliable like TCP and have a delay. A cut holds everything back
/// until it heals; a reset loses what is on the way and tells both ends. In both directions it checks what must always
/// hold: no stanza before negotiation, no white space inside the STARTTLS and SASL windows, stream ids that never
/// repeat, no h beyond the stanzas the other side sent.
/// </summary>
internal sealed class Pair
{
    public const string Domain = "a.test";
    private readonly BufferPool buffers = new();
    private readonly TreePool trees = new();
    private readonly ScramCache scram = new();
    private readonly PriorityQueue<Action, (Instant, long)> events = new();
    private readonly List<Pipe> pipes = [];
    private readonly SortedSet<string> ids = new(StringComparer.Ordinal);
    private readonly Func<ServerStore, XmppServer> boot;
    private readonly ServerStore store = new();
    private readonly Pipe?[] current;
    private long sequence;

    public Pair(
        Policy? client = null, Policy? server = null, int clients = 1, Func<ServerSettings,
            ServerSettings>? settings = null,
        Func<ClientSettings, ClientSettings>? change = null, Duration? delay = null, ulong seed = 1,
            uint firstCount = 0, LoginLoad? login = null)
    {
        Delay = delay ?? Duration.FromMilliseconds(25);
        RandomStream random = RandomStream.Root(seed);
        var serverSettings = new ServerSettings
        {
            Domains = [Domain], Policy = server ?? Policy.Nothing, ScramIterations = 16,
        };
        serverSettings = settings?.Invoke(serverSettings) ?? serverSettings;
        boot = s => new XmppServer(serverSettings, s, random.Fork("server"), buffers, scram, trees)
        {
            FirstStanzaCount = firstCount,
        };
        for (int i = 0; i < clients; i++) store.AddAccount($"c{i}", "secret", login: login);
        Server = boot(store);
        Clients = new XmppClient[clients];
        current = new Pipe[clients];
        for (int i = 0; i < clients; i++)
        {
            var own = new ClientSettings
            {
                BareJid = $"c{i}@{Domain}", Password = "secret", Resource = "desk", Policy = client ?? Policy.Nothing,
                Login = login,
            };
            Clients[i] = new XmppClient(change?.Invoke(own) ?? own, random.Fork($"client-{i}"), buffers,
                scram, trees) { FirstStanzaCount = firstCount };
            Seen.Add([]);
        }
    }

    public Duration Delay { get; }
    public Instant Now { get; private set; }
    public XmppServer Server { get; private set; }
    public XmppClient[] Clients { get; }
    public XmppClient Client => Clients[0];

    /// <summary>Every observation of each client, and of the server.</summary>
    public List<List<(Instant At, XmppAction Action)>> Seen { get; } = [];

    public List<(Instant At, XmppAction Action)> ServerSeen { get; } = [];

    /// <summary>What went over the wire, from the client's side of each pipe: "C:" or "S:" and the text.</summary>
    public List<string> Transcript { get; } = [];

    /// <summary>What the server wrote, with its charge.</summary>
    public List<(Traffic Traffic, string Text)> ServerWrites { get; } = [];

    public int Held => buffers.Outstanding + trees.Outstanding;
    public bool ServerIsUp { get; private set; } = true;

    public IEnumerable<XmppAction> Of(ActionKind kind, int client = 0) =>
        Seen[client].Where(s => s.Action.Kind == kind).Select(s => s.Action);
    public IEnumerable<XmppAction> AtServer(ActionKind kind) =>
        ServerSeen.Where(s => s.Action.Kind == kind).Select(s => s.Action);
    public long[] Numbers(ActionKind kind, int client = 0) => [.. Of(kind, client).Select(a => a.A)];
    public long[] NumbersAtServer(ActionKind kind) => [.. AtServer(kind).Select(a => a.A)];

    // what happens

    public Pair Start(int client = 0) => OnClient(client, c => c.Start(Now));
    public Pair Stop(int client = 0) => OnClient(client, c => c.Stop(Now));
    public Pair Sends(long number, string to = "echo@a.test", int client = 0) =>
        OnClient(client, c => c.SendMessage(Now, to, number, 20));

    public Pair SendsPresence(string to, int client = 0, int statusBytes = 20) =>
        OnClient(client, c => c.SendPresence(Now, to, statusBytes));

    public Pair ServerDoes(Action<XmppServer, Instant> act)
    {
        act(Server, Now);
        DrainServer();
        return this;
    }

    public Pair Online(int client = 0)
    {
        Start(client).Wait(5);
        Assert.Equal(Step.Online, Clients[client].Step);
        return this;
    }

    /// <summary>
    /// The path carries nothing, silently, until it heals; for a pipe that either side leaves meanwhile, for ever.
    /// </summary>
    public Pair Cut(int client = 0)
    {
        if (current[client] is { } pipe) pipe.Cut = true;
        return this;
    }

    public Pair Heal(int client = 0)
    {
        foreach (Pipe pipe in pipes)
        {
            if (pipe.Client != client || !pipe.Cut) continue;
            pipe.Cut = false;
            Action[] held = [.. pipe.Held];
            pipe.Held.Clear();
            foreach (Action arrive in held) arrive();
        }
        return this;
    }

    /// <summary>A middlebox resets the connection: what is on the way is lost.</summary>
    public Pair Reset(int client = 0)
    {
        if (current[client] is not { } pipe) return this;
        pipe.Epoch++;
        EndAtClient(pipe, Mechanism.Reset);
        EndAtServer(pipe, Mechanism.Reset);
        return this;
    }

    /// <summary>
    /// The server's process ends without a word and its kernel resets the connections; what it stored survives.
    /// </summary>
    public Pair CrashServer()
    {
        ServerIsUp = false;
        foreach (Pipe pipe in pipes.Where(p => p.ServerHas).ToList())
        {
            pipe.ServerHas = false;
            pipe.Epoch++;
            ToClient(pipe, () => EndAtClient(pipe, Mechanism.Reset));
        }
        return this;
    }

    public Pair RestartServer()
    {
        Server = boot(store);
        ServerIsUp = true;
        return this;
    }

    public Pair Wait(double seconds)
    {
        Instant end = Now + new Duration((long)(seconds * 1e9));
        for (int steps = 0; ; steps++)
        {
            Assert.True(steps < 1_000_000, $"no end of events at {Now}");
            Instant next = events.TryPeek(out _, out (Instant At, long Sequence) key) ? key.At : Instant.Never;
            foreach (XmppClient c in Clients) next = Instant.Min(next, c.NextTime);
            if (ServerIsUp) next = Instant.Min(next, Server.NextTime);
            if (next > end) break;
            Assert.True(next >= Now, $"something was due at {next}, now is {Now}");
            Now = next;
            int client = Array.FindIndex(Clients, c => c.NextTime == next);
            if (key.At == next && events.TryDequeue(out Action? run, out _)) run();
            else if (client >= 0) OnClient(client, c => c.Tick(Now));
            else ServerDoes((s, now) => s.Tick(now));
        }
        Now = end;
        return this;
    }

    private void At(Instant when, Action run) => events.Enqueue(run, (when, sequence++));

    private Pair OnClient(int index, Action<XmppClient> call)
    {
        call(Clients[index]);
        while (Clients[index].TryTake(out XmppAction action)) Act(index, action);
        return this;
    }

    private void Act(int client, XmppAction action)
    {
        Pipe? pipe = current[client];
        switch (action.Kind)
        {
            case ActionKind.Connect:
                Assert.Null(pipe);
                current[client] = pipe = new Pipe(client, Clients[client].FirstStanzaCount);
                pipes.Add(pipe);
                if (ServerIsUp) At(Now + Delay * 2, () => Established(pipe));
                else At(Now + Delay * 2, () => EndAtClient(pipe, Mechanism.Refused));
                break;
            case ActionKind.Write:
                byte[] bytes = Clients[client].Output.ToArray();
                Transcript.Add($"{Now} C:" + Encoding.UTF8.GetString(bytes));
                pipe!.Up.Check(bytes, this);
                ToServer(pipe, () => ServerDoes((s, now) => s.Receive(now, pipe.Stream, bytes)));
                break;
            case ActionKind.StartTls:
                pipe!.HandshakeRuns = true;
                ToServer(pipe, () => ServerDoes((s, now) => s.TlsEstablished(now, pipe.Stream)));
                ToServer(pipe, () => ToClient(pipe, () => Secured(pipe)));
                break;
            case ActionKind.Close:
                Leave(client, () => ServerDoes((s, now) => s.PeerClosed(now, pipe!.Stream)));
                break;
            case ActionKind.Abort:
                Leave(client, () => EndAtServer(pipe!, Mechanism.Reset));
                break;
            default:
                Seen[client].Add((Now, action));
                break;
        }
    }

    private void Established(Pipe pipe)
    {
        if (current[pipe.Client] != pipe) return;
        pipe.Stream = Server.Accept(Now, secured: false);
        pipe.ServerHas = true;
        DrainServer();
        OnClient(pipe.Client, c => c.Connected(Now));
    }

    private void Secured(Pipe pipe)
    {
        pipe.HandshakeRuns = false;
        OnClient(pipe.Client, c => c.TlsEstablished(Now));
    }

    private void Leave(int client, Action atServer)
    {
        Pipe pipe = current[client]!;
        current[client] = null;
        ToServer(pipe, atServer);
    }

    private void DrainServer()
    {
        while (Server.TryTake(out XmppAction action))
        {
            Pipe? pipe = action.Stream < 0 ? null : pipes.FindLast(p => p.Stream == action.Stream && p.ServerHas);
            switch (action.Kind)
            {
                case ActionKind.Write:
                    byte[] bytes = Server.Output.ToArray();
                    Transcript.Add($"{Now} S:" + Encoding.UTF8.GetString(bytes));
                    ServerWrites.Add((action.Traffic, Encoding.UTF8.GetString(bytes)));
                    pipe!.Down.Check(bytes, this);
                    ToClient(pipe, () => OnClient(pipe.Client, c => c.Receive(Now, bytes)));
                    break;
                case ActionKind.StartTls:
                    break;
                case ActionKind.Close:
                    pipe!.ServerHas = false;
                    ToClient(pipe, () => OnClient(pipe.Client, c => c.PeerClosed(Now)));
                    break;
                case ActionKind.Abort:
                    pipe!.ServerHas = false;
                    ToClient(pipe, () => EndAtClient(pipe, Mechanism.Reset));
                    break;
                default:
                    ServerSeen.Add((Now, action));
                    break;
            }
        }
    }

    private void ToServer(Pipe pipe, Action arrive) => Carry(pipe, () => pipe.ServerHas, arrive);

    private void ToClient(Pipe pipe, Action arrive) => Carry(pipe, () => current[pipe.Client] == pipe, arrive);

    private void Carry(Pipe pipe, Func<bool> wanted, Action arrive)
    {
        int epoch = pipe.Epoch;
        At(Now + Delay, Arrive);
        void Arrive()
        {
            if (pipe.Epoch != epoch) return;
            if (pipe.Cut) pipe.Held.Add(Arrive);
            else if (wanted()) arrive();
        }
    }

    private void EndAtClient(Pipe pipe, Mechanism mechanism)
    {
        if (current[pipe.Client] != pipe) return;
        current[pipe.Client] = null;
        OnClient(pipe.Client, c => c.Disconnected(Now, new TransportEnd(mechanism)));
    }

    private void EndAtServer(Pipe pipe, Mechanism mechanism)
    {
        if (!pipe.ServerHas) return;
        pipe.ServerHas = false;
        ServerDoes((s, now) => s.Disconnected(now, pipe.Stream, new TransportEnd(mechanism)));
    }

    private sealed class Pipe
    {
        public Pipe(int client, uint firstCount)
        {
            Client = client;
            Up = new Watch(this, isClient: true, firstCount);
            Down = new Watch(this, isClient: false, firstCount);
        }

        public int Client { get; }
        public int Stream { get; set; } = -1;
        public int Epoch { get; set; }
        public bool ServerHas { get; set; }
        public bool Cut { get; set; }
        public bool HandshakeRuns { get; set; }
        public List<Action> Held { get; } = [];
        public Watch Up { get; }
        public Watch Down { get; }
    }

    /// <summary>Checks one direction of a pipe as its sender writes it.</summary>
    private sealed class Watch(Pipe pipe, bool isClient, uint firstCount)
    {
        private readonly XmppReader reader = new(new TreePool(), 1 << 20);
        private bool window, negotiated;
        private uint sent;
        private bool counted;

        public void Check(byte[] bytes, Pair pair)
        {
            Assert.False(isClient && pipe.HandshakeRuns, "written during the TLS handshake");
            string text = Encoding.UTF8.GetString(bytes);
            if (text.StartsWith("<?xml", StringComparison.Ordinal)) reader.Restart();
            foreach (Match id in Regex.Matches(text, "<stream:stream[^>]* id='([^']*)'"))
                Assert.True(pair.ids.Add(id.Groups[1].Value), $"id repeated: {id.Value}");
            ReadOnlySpan<byte> rest = bytes;
            while (reader.Read(ref rest) is var e && e != WireEvent.NeedMore)
            {
                Assert.True(e != WireEvent.Failed, $"unreadable ({reader.Error}): {text}");
                Assert.False(e == WireEvent.Whitespace && window, $"white space in a window: {text}");
                if (e == WireEvent.StreamOpened) window = false;
                if (e == WireEvent.Element) CheckElement(reader.Element, text);
            }
        }

        private void CheckElement(Element element, string text)
        {
            string name = Encoding.UTF8.GetString(element.Name);
            bool stanza = name is "iq" or "message" or "presence";
            Watch other = isClient ? pipe.Down : pipe.Up;
            if (isClient && name is "starttls" or "auth") window = other.window = true;
            if (!isClient && name == "success") window = other.window = false;
            if (!isClient && name == "proceed") window = false;
            bool bound = name == "resumed" || stanza && text.Contains("<jid>", StringComparison.Ordinal);
            if (!isClient && bound) negotiated = other.negotiated = true;
            bool binding = name == "iq" && element.Attribute("id"u8).SequenceEqual("bind"u8);
            if (stanza && !binding) Assert.True(negotiated, $"a stanza before negotiation: {text}");
            if (name is "enable" or "enabled") (sent, counted) = (firstCount, true);
            if (stanza && counted) sent++;
            if (name == "a" && other.counted)
                Assert.True(unchecked(other.sent - uint.Parse(element.Attribute("h"u8))) < 1u << 31,
                    $"h beyond {other.sent} stanzas: {text}");
        }
    }
}
