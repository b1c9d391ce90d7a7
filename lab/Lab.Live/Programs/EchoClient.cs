using System.Net;
using System.Net.Sockets;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>
/// The echo account beside a real server: a client of the lab's own that is logged in without a proxy between, so no
/// fault but the server's own hits it. It answers each numbered message with one as long, as the lab's server does, and
/// sends what is pushed.
/// </summary>
internal sealed class EchoClient : EventTarget, IJournalReader, IDisposable
{
    private readonly World world;
    private readonly RealTimeLoop loop;
    private readonly Authority authority;
    private readonly string domain;
    private readonly IPEndPoint address;
    private readonly XmppClient machine;
    private readonly Dictionary<long, int> senders = [];   // of messages to an echo account
    private readonly Queue<(long Number, int BodyBytes)> questions = new();
    private Line? line;
    private Alarm alarm;

    public EchoClient(
        World world, RealTimeLoop loop, Authority authority, string domain, string password, TlsMode tls,
        IPEndPoint address)
    {
        (this.world, this.loop, this.authority, this.domain, this.address) = (world, loop, authority, domain, address);
        var settings = new ClientSettings
        {
            BareJid = "echo@" + domain, Password = password, Secrets = world.Secrets, Tls = tls, Policy = new Policy
            {
                Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Duration.FromMilliseconds(100) },
            },
        };
        machine = new XmppClient(settings, world.Random.Fork("echo/" + domain), world.Buffers, world.Scram);
        int target = world.Queue.Register(this);
        alarm = new Alarm(target, 1);
        world.Queue.At(Instant.Zero, target, 0);
        world.Journal.Attach(this);
    }

    /// <summary>Remembers who asked: a message says its number, and the lab knows the rest.</summary>
    public void On(in Entry entry)
    {
        if (entry is not { Kind: EntryKind.MessageSent, Host: >= 0 }) return;
        SentEntry sent = SentEntry.Of(in entry);
        if (sent.To < 0) senders[sent.Number] = entry.Host;
    }

    public void Send(Instant now, int client, long number, int bodyBytes)
    {
        machine.SendMessage(now, world.Cast.Members[client].BareJid, number, bodyBytes);
        Drain(now);
    }

    public IEnumerable<long> HeldMessages() => machine.HeldMessages();

    public override void OnEvent(Instant now, int argument)
    {
        if (argument == 0) machine.Start(now);
        else if (!alarm.Due(world.Queue, now)) return;
        else if (machine.NextTime <= now) machine.Tick(now);
        Drain(now);
    }

    public void Dispose() => line?.Channel.Drop();

    private void Drain(Instant now)
    {
        while (true)
        {
            while (machine.TryTake(out XmppAction a)) Act(in a, now);
            if (!questions.TryDequeue(out (long Number, int BodyBytes) question)) break;
            if (!senders.TryGetValue(question.Number, out int client)) continue;
            long answer = question.Number + XmppServer.EchoOffset;
            bool ours = world.Cast.Members[client].Domain == domain;
            world.Journal.MessageAccepted(now, ours ? client : -1, question.Number);
            world.Journal.MessageSent(now, -1, answer, client);
            machine.SendMessage(now, world.Cast.Members[client].BareJid, answer, question.BodyBytes);
        }
        alarm.Set(world.Queue, machine.NextTime);
    }

    private void Act(in XmppAction a, Instant now)
    {
        switch (a.Kind)
        {
            case ActionKind.Connect: line = new Line(this, address); break;
            case ActionKind.Write: line!.Channel.Write(machine.Output, a.Traffic); break;
            case ActionKind.StartTls: line!.Channel.SecureAsClient(authority.ForClient(domain)); break;
            case ActionKind.Close:
                line!.Channel.Close();
                line = null;
                break;
            case ActionKind.Abort:
                line!.Channel.Drop();
                line = null;
                break;
            case ActionKind.MessageReceived: questions.Enqueue((a.A, (int)a.B)); break;
            case ActionKind.MessageBounced: world.Journal.MessageBounced(now, -1, a.A); break;
        }
    }

    /// <summary>One connection; when the client has closed it, what is still heard of it counts no more.</summary>
    private sealed class Line : ISocketUser
    {
        private readonly EchoClient owner;

        public Line(EchoClient owner, IPEndPoint to)
        {
            this.owner = owner;
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            Channel = new SocketChannel(owner.loop, this, socket, new TcpSettings(), ledger: null);
            Channel.Open(to);
        }

        public SocketChannel Channel { get; }
        public bool Runs => true;
        private bool Counts => ReferenceEquals(owner.line, this);

        public void OnOpened(Instant now)
        {
            if (!Counts) return;
            owner.machine.Connected(now);
            owner.Drain(now);
        }

        public void OnSecured(Instant now)
        {
            if (!Counts) return;
            owner.machine.TlsEstablished(now);
            owner.Drain(now);
        }

        public void OnReceived(Instant now, ReadOnlySpan<byte> bytes)
        {
            if (!Counts) return;
            owner.machine.Receive(now, bytes);
            owner.Drain(now);
        }

        public void OnPeerClosed(Instant now)
        {
            if (!Counts) return;
            owner.machine.PeerClosed(now);
            owner.Drain(now);
        }

        public void OnFlushed(Instant now) { }

        public void OnEnded(Instant now, TcpEnd end)
        {
            if (!Counts) return;
            owner.line = null;
            owner.machine.Disconnected(now, TransportEnd.Of(end));
            owner.Drain(now);
        }
    }
}
