using System.Text;
using System.Text.RegularExpressions;
using Lab.Network;
using Lab.Xmpp;
using Kind = Lab.Xmpp.ActionKind;

namespace Lab.Tests;

/// <summary>
/// Servers joined by pipes that are reliable like TCP and have a delay. Each direction of a pipe can be cut: it then
/// carries nothing and says nothing. Each side's bytes must be readable as XMPP, and stream ids must not repeat.
/// </summary>
internal sealed class Federated
{
    private readonly PriorityQueue<Action, (Instant, long)> events = new();
    private readonly SortedDictionary<string, Node> nodes = new(StringComparer.Ordinal);
    private readonly SortedSet<string> ids = new(StringComparer.Ordinal);
    private readonly ulong seed;
    private long sequence;

    public Federated(
        Func<FederationSettings, FederationSettings>? change = null, ulong seed = 1, params string[] domains)
    {
        this.seed = seed;
        foreach (string domain in domains.Length > 0 ? domains : ["a.example", "b.example"]) Add(domain, change);
    }

    public Duration Delay { get; } = Duration.FromMilliseconds(20);
    public Instant Now { get; private set; }
    public BufferPool Buffers { get; } = new();
    public List<Pipe> Pipes { get; } = [];
    public bool IdsMayRepeat { get; set; }

    /// <summary>Domains that do not resolve; whose port refuses; that accept and say nothing.</summary>
    public List<string> Unknown { get; } = [];
    public List<string> Closed { get; } = [];
    public List<string> Mute { get; } = [];

    public Node this[string domain] => nodes[domain];
    public Node A => nodes["a.example"];
    public Node B => nodes["b.example"];

    public Node Add(string domain, Func<FederationSettings, FederationSettings>? change = null, string[]? also = null)
    {
        var node = new Node(this, domain, new FederationSettings { Domains = [domain, .. also ?? []] }, change, seed);
        foreach (string name in node.Settings.Domains) nodes[name] = node;
        return node;
    }

    /// <summary>Servers that treat every other one alike.</summary>
    public static Federated With(Func<RemoteSettings, RemoteSettings> change, ulong seed = 1) =>
        new(s => s with { Default = change(s.Default) }, seed);

    /// <summary>A message of sender@from to recipient@to, numbered.</summary>
    public Federated Sends(string from, string to, long number)
    {
        string text = $"<message from='{from}' to='{to}' type='chat' id='m{number}'><body>{number}</body></message>";
        return Sends(from, to, text, number);
    }

    public Federated Sends(string from, string to, string stanza, long number = -1)
    {
        string domain = from[(from.IndexOf('@') + 1)..].Split('/')[0];
        nodes[domain].Do((f, now) => f.Send(now, Encoding.UTF8.GetBytes(from), Encoding.UTF8.GetBytes(to),
            Encoding.UTF8.GetBytes(stanza), number));
        return this;
    }

    /// <summary>A scripted peer that connects to a server; what it hears is in Heard.</summary>
    public Pipe Connects(string to)
    {
        var pipe = new Pipe(this, null, -1, nodes[to]);
        Pipes.Add(pipe);
        pipe.Accept();
        return pipe;
    }

    public Federated Wait(double seconds)
    {
        Instant end = Now + new Duration((long)(seconds * 1e9));
        for (int steps = 0; ; steps++)
        {
            Assert.True(steps < 200_000, $"no end of events at {Now}");
            Instant next = events.TryPeek(out _, out (Instant At, long) key) ? key.At : Instant.Never;
            foreach (Node node in nodes.Values) next = Instant.Min(next, node.Machine.NextTime);
            if (next > end) break;
            Assert.True(next >= Now, $"something was due at {next}, now is {Now}");
            Now = next;
            if (key.At == next && events.TryDequeue(out Action? run, out _)) run();
            else nodes.Values.First(n => n.Machine.NextTime == next).Do((f, now) => f.Tick(now));
        }
        Now = end;
        return this;
    }

    public void Later(Action run, int delays = 1) => events.Enqueue(run, (Now + Delay * delays, sequence++));

    /// <summary>Over which transport the remote domain is reached, as DNS would say.</summary>
    private void Connect(Node from, int stream, string domain)
    {
        if (Unknown.Contains(domain)) Later(() => from.Do((f, now) => f.Unresolved(now, stream)));
        else if (Closed.Contains(domain) || !nodes.TryGetValue(domain, out Node? to))
            Later(() => from.Do((f, now) => f.Disconnected(now, stream, new TransportEnd(Mechanism.Refused))), 2);
        else
        {
            var pipe = new Pipe(this, from, stream, to) { Mute = Mute.Contains(domain) };
            Pipes.Add(pipe);
            Later(() =>
            {
                if (!pipe.OpenerHas) return;
                pipe.Accept();
                from.Do((f, now) => f.Connected(now, stream));
            }, 2);
        }
    }

    public void SeeIds(string text)
    {
        foreach (Match id in Regex.Matches(text, "<stream:stream[^>]* id='([^']*)'"))
            Assert.True(ids.Add(id.Groups[1].Value) || IdsMayRepeat, $"id repeated: {id.Value}");
    }

    /// <summary>One server.</summary>
    internal sealed class Node
    {
        private readonly Federated world;
        private readonly ulong seed;
        private int boots;

        public Node(
            Federated world, string domain, FederationSettings plain,
            Func<FederationSettings, FederationSettings>? change, ulong seed)
        {
            (this.world, this.seed, Domain) = (world, seed, domain);
            Settings = change?.Invoke(plain) ?? plain;
            Certificate = [.. Settings.Domains];
            Machine = Boot();
        }

        public string Domain { get; }
        public FederationSettings Settings { get; set; }
        public Federation Machine { get; private set; }
        public List<string> Certificate { get; set; }

        public List<(Instant At, XmppAction Action)> Seen { get; } = [];
        public List<string> Delivered { get; } = [];
        public List<(string Stanza, StanzaError Error)> Returned { get; } = [];

        /// <summary>TLS handshakes that it began.</summary>
        public int Handshakes { get; private set; }

        /// <summary>What takes the place of answering pings, when set.</summary>
        public Action<string, int>? Handle { get; set; }

        public IEnumerable<XmppAction> Of(Kind kind) =>
            Seen.Where(s => s.Action.Kind == kind).Select(s => s.Action);

        /// <summary>Numbers of the messages delivered here, in order.</summary>
        public long[] Numbers => [.. Delivered.Select(NumberOf).Where(n => n >= 0)];

        public Pipe[] Opened => [.. world.Pipes.Where(p => p.Opener == this && p.OpenerHas)];

        public Node Restart()
        {
            foreach (Pipe pipe in world.Pipes.ToList()) pipe.Lose(this);
            Machine = Boot();
            return this;
        }

        public Node Do(Action<Federation, Instant> call)
        {
            call(Machine, world.Now);
            var arrived = new List<(string, int)>();
            while (Machine.TryTake(out XmppAction action)) Act(action, arrived);
            foreach ((string stanza, int stream) in arrived) (Handle ?? Answer)(stanza, stream);
            return this;
        }

        private Federation Boot() =>
            new(Settings, RandomStream.Root(seed).Fork($"{Domain}/{boots++}"), world.Buffers);

        private void Act(in XmppAction action, List<(string, int)> arrived)
        {
            int stream = action.Stream;
            Pipe? pipe = world.Pipes.Find(p => p.Has(this, stream));
            string text = Encoding.UTF8.GetString(Machine.Output);
            switch (action.Kind)
            {
                case Kind.Connect:
                    // null: given up in the call that asked for it
                    if (Machine.DomainOf(stream) is { } domain) world.Connect(this, stream, domain);
                    break;
                case Kind.Write:
                    pipe!.Carry(this, text);
                    break;
                case Kind.StartTls:
                    Handshakes++;
                    pipe!.StartTls(this);
                    break;
                case Kind.Close:
                    pipe?.Leave(this, fin: true);
                    break;
                case Kind.Abort:
                    pipe?.Leave(this, fin: false);
                    break;
                case Kind.Deliver:
                    Delivered.Add(text);
                    arrived.Add((text, stream));
                    break;
                case Kind.Returned:
                    Returned.Add((text, action.Error));
                    Seen.Add((world.Now, action));
                    break;
                default:
                    Seen.Add((world.Now, action));
                    break;
            }
        }

        private void Answer(string stanza, int stream)
        {
            Match ping = Regex.Match(stanza, "^<iq type='get' from='([^']*)' to='([^']*)' id='([^']*)'><ping");
            if (!ping.Success) return;
            (string from, string to) = (ping.Groups[1].Value, ping.Groups[2].Value);
            byte[] result = Encoding.UTF8.GetBytes(
                $"<iq type='result' from='{to}' to='{from}' id='{ping.Groups[3].Value}'/>");
            Do((f, now) => f.Send(now, Encoding.UTF8.GetBytes(to), Encoding.UTF8.GetBytes(from), result,
                answers: stream));
        }

        private static long NumberOf(string stanza) =>
            Regex.Match(stanza, " id='m([0-9]+)'") is { Success: true } id ? long.Parse(id.Groups[1].Value) : -1;
    }

    /// <summary>One connection; without an opener it is a scripted peer's.</summary>
    internal sealed class Pipe(Federated world, Node? opener, int openerStream, Node acceptor)
    {
        private readonly XmppReader up = new(new TreePool()), down = new(new TreePool());
        private readonly List<Action> held = [];
        private int acceptorStream = -1, epoch;

        public Node? Opener { get; } = opener;
        public Node Acceptor { get; } = acceptor;
        public int Stream => openerStream;
        public int AcceptorStream => acceptorStream;
        public bool OpenerHas { get; private set; } = true;
        public bool AcceptorHas { get; private set; }
        public bool Mute { get; init; }

        /// <summary>What a scripted peer shows.</summary>
        public IReadOnlyList<string> Certificate { get; set; } = [];

        /// <summary>Whoever left it last did so in order.</summary>
        public bool LeftWithFin { get; private set; }

        /// <summary>Nothing passes from the opener to the acceptor, or back.</summary>
        public bool CutUp { get; set; }
        public bool CutDown { get; set; }

        /// <summary>Everything that each side wrote.</summary>
        public string Said { get; private set; } = "";
        public string Heard { get; private set; } = "";

        public Pipe Cut()
        {
            CutUp = CutDown = true;
            return this;
        }

        public bool Has(Node node, int stream) =>
            OpenerHas && node == Opener && stream == openerStream
            || AcceptorHas && node == Acceptor && stream == acceptorStream;

        public void Accept()
        {
            if (Mute) return;
            AcceptorHas = true;
            Acceptor.Do((f, now) => acceptorStream = f.Accept(now));
        }

        /// <summary>The scripted peer says something, and time passes until it was heard and answered.</summary>
        public Pipe Says(string text)
        {
            Said += text;
            world.Later(() => Arrive(toAcceptor: true, Encoding.UTF8.GetBytes(text)));
            world.Wait(0.2);
            return this;
        }

        public void Carry(Node from, string text)
        {
            bool opens = from == Opener;
            XmppReader reader = opens ? up : down;
            if (text.StartsWith("<?xml", StringComparison.Ordinal)) reader.Restart();
            ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
            while (reader.Read(ref rest) is var e && e != WireEvent.NeedMore)
                Assert.True(e != WireEvent.Failed, $"unreadable ({reader.Error}): {text}");
            if (opens) Said += text;
            else
            {
                Heard += text;
                world.SeeIds(text);
            }
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Pass(opens, () => Arrive(opens, bytes));
        }

        public void StartTls(Node side)
        {
            if (side != Opener && Opener is not null) return;
            world.Later(() =>
            {
                if (AcceptorHas)
                    Acceptor.Do((f, now) => f.TlsEstablished(now, acceptorStream, Opener?.Certificate ?? Certificate));
                if (OpenerHas) Opener?.Do((f, now) => f.TlsEstablished(now, openerStream, Acceptor.Certificate));
            }, 4);
        }

        /// <summary>A middlebox resets the connection: what is on the way is lost, both ends learn it.</summary>
        public void Reset()
        {
            epoch++;
            End(toAcceptor: true, Mechanism.Reset);
            End(toAcceptor: false, Mechanism.Reset);
        }

        public void Lose(Node dead)
        {
            if (dead != Opener && dead != Acceptor) return;
            epoch++;
            if (dead == Opener) OpenerHas = false;
            if (dead == Acceptor) AcceptorHas = false;
            bool toAcceptor = dead == Opener;
            world.Later(() => End(toAcceptor, Mechanism.Reset));
        }

        public void Leave(Node side, bool fin)
        {
            bool opens = side == Opener;
            LeftWithFin = fin;
            if (opens) OpenerHas = false;
            else AcceptorHas = false;
            Pass(opens, () =>
            {
                if (!fin) End(opens, Mechanism.Reset);
                else if (opens && AcceptorHas) Acceptor.Do((f, now) => f.PeerClosed(now, acceptorStream));
                else if (!opens && OpenerHas) Opener?.Do((f, now) => f.PeerClosed(now, openerStream));
            });
        }

        private void Pass(bool toAcceptor, Action arrive)
        {
            int then = epoch;
            world.Later(() =>
            {
                if (then != epoch) return;
                if (toAcceptor ? CutUp : CutDown) held.Add(arrive);
                else arrive();
            });
        }

        private void Arrive(bool toAcceptor, byte[] bytes)
        {
            if (toAcceptor && AcceptorHas) Acceptor.Do((f, now) => f.Receive(now, acceptorStream, bytes));
            else if (!toAcceptor && OpenerHas) Opener?.Do((f, now) => f.Receive(now, openerStream, bytes));
        }

        private void End(bool toAcceptor, Mechanism mechanism)
        {
            if (toAcceptor ? !AcceptorHas : !OpenerHas) return;
            if (toAcceptor) AcceptorHas = false;
            else OpenerHas = false;
            if (toAcceptor) Acceptor.Do((f, now) => f.Disconnected(now, acceptorStream, new TransportEnd(mechanism)));
            else Opener?.Do((f, now) => f.Disconnected(now, openerStream, new TransportEnd(mechanism)));
        }
    }
}
