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
internal sealed class EchoClient : ClientMachine, IDisposable
{
    private readonly RealTimeLoop loop;
    private readonly Authority authority;
    private readonly string domain;
    private readonly IPEndPoint address;
    private readonly ClientSettings settings;
    private readonly Queue<(long Number, int BodyBytes)> questions = new();
    private int connections;

    public EchoClient(
        World world, RealTimeLoop loop, Authority authority, string domain, string password, TlsMode tls,
        IPEndPoint address) : base(world, host: -1)
    {
        (this.loop, this.authority, this.domain, this.address) = (loop, authority, domain, address);
        settings = new ClientSettings
        {
            BareJid = "echo@" + domain, Password = password, Secrets = world.Secrets, Tls = tls, Policy = new Policy
            {
                Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Duration.FromMilliseconds(100) },
            },
        };
    }

    public void Push(Instant now, int client, long number, int bodyBytes) =>
        Send(now, World.Cast.Members[client].BareJid, number, bodyBytes);

    public IEnumerable<long> HeldMessages() => Machine.HeldMessages();

    public override void ReportHeld(Instant now) { }   // the server beside it does

    public void Dispose() => Pipe?.Drop(Instant.Zero);

    protected override XmppClient NewMachine() =>
        new(settings, World.Random.Fork("echo/" + domain), World.Buffers, World.Scram);

    protected override Pipe Connect(Instant now)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var pipe = new SocketPipe(
            loop, authority, this, path: -1, connections++, atFar: false, socket, new TcpSettings(), ledger: null)
        {
            Secure = channel => channel.SecureAsClient(authority.ForClient(domain)),
        };
        pipe.Open(address);
        return pipe;
    }

    protected override void Observe(Instant now, in XmppAction a)
    {
        if (a.Kind == ActionKind.MessageReceived) questions.Enqueue((a.A, (int)a.B));
        else if (a.Kind == ActionKind.MessageBounced)
            World.Journal.MessageBounced(now, -1, a.A);
    }

    /// <summary>Answers when the machine has said all that it had to.</summary>
    protected override void Pump(Instant now)
    {
        base.Pump(now);
        while (questions.TryDequeue(out (long Number, int BodyBytes) question))
        {
            if (World.Workload!.SenderOf(question.Number) is not { } client) continue;
            long answer = question.Number + XmppServer.EchoOffset;
            bool ours = client.Domain == domain;
            World.Journal.MessageAccepted(now, ours ? client.Index : -1, question.Number);
            World.Journal.MessageSent(now, -1, answer, client.Index);
            Machine.SendMessage(now, client.BareJid, answer, question.BodyBytes);
            base.Pump(now);
        }
    }
}
