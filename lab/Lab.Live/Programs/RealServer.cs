using System.Net;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>
/// A real server, seen from outside. What it believes is read off its connections: a client is available to it from the
/// moment that client is online, until the connection ends at the server's side. When the server ends one unasked, it
/// has given it up, by a mechanism that cannot be seen. The rule with its limits is in lab/MODELS.md.
/// </summary>
internal sealed class RealServer : HostProgram, IServerProgram, IWatchedServer
{
    private static readonly Duration BetweenTries = Duration.FromMilliseconds(20);
    private readonly World world;
    private readonly int host;
    private readonly Prosody? program;   // null: somebody else's
    private readonly EchoClient echo;
    private readonly RealStreams streams;
    private readonly HashSet<int> clients;
    private readonly SortedDictionary<int, Connection> open = [];
    private bool started, loading, ended;
    private Alarm poll;
    private Instant patience;

    private sealed class Connection(int client)
    {
        public readonly int Client = client;
        public bool Available, ClientLeft;
    }

    public RealServer(
        World world, int host, IReadOnlyList<Member> accounts, Prosody? program, EchoClient echo) : base(world, host)
    {
        (this.world, this.host, this.program, this.echo) = (world, host, program, echo);
        clients = [.. accounts.Select(m => m.Index)];
        streams = new RealStreams(world, host);
        poll = new Alarm(world.Queue.Register(this));
        world.Signals.Online += OnOnline;
        world.Signals.Offline += OnOffline;
    }

    /// <summary>Where its streams to that domain lead.</summary>
    public void Tell(string remote, IPEndPoint address) => Prosody.Tell(remote, address);

    private Prosody Prosody => program
        ?? throw new InvalidOperationException("an external server cannot be stopped; such faults are refused");

    public void Send(Instant now, int client, long number, int bodyBytes) => echo.Push(now, client, number, bodyBytes);

    public override void ReportHeld(Instant now)
    {
        foreach (long number in echo.HeldMessages()) world.Journal.MessageHeld(now, host, number);
    }

    // ---- what the proxies and the clients tell

    public void Accepted(Instant now, int path, int connection, bool opened)
    {
        if (!IsListening) return;
        if (path >= world.Cast.FirstRoute) streams.Began(now, path, connection, opened);
        else
        {
            open[connection] = new Connection(path);
            world.Journal.FarAccepted(now, path, connection);
        }
    }

    public void Closed(Instant now, int connection, TcpEnd? clientsEnd)
    {
        streams.Closed(now, connection, clientsEnd);
        if (!open.Remove(connection, out Connection? c)) return;
        Mechanism mechanism = clientsEnd is { } end ? TransportEnd.Of(end).Mechanism : Unasked(connection, c);
        EndStream(now, connection, c, mechanism);
        world.Journal.TransportEnded(now, c.Client, PathEnd.Far, clientsEnd ?? TcpEnd.Closed, connection);
        if (c.Available) world.Journal.ServerUnavailable(now, c.Client, connection);
    }

    // Nothing of the client's end has come through. Either the client had said goodbye in XMPP, or it has a newer
    // connection for which this one had to go (or another device of its account does, with its resource), or the server
    // has decided.
    private Mechanism Unasked(int connection, Connection c) =>
        c.ClientLeft && !world.Network.IsDead(c.Client) ? Mechanism.StreamClose
        : open.Any(o => o.Key > connection && AreOne(o.Value.Client, c.Client)) ? Mechanism.Replaced
        : Mechanism.Unseen;

    private bool AreOne(int newer, int older)
    {
        if (newer == older) return true;
        (Member a, Member b) = (world.Cast.Members[newer], world.Cast.Members[older]);
        return a.Account == b.Account && a.Spec.Resource is { } resource && resource == b.Spec.Resource;
    }

    private void OnOnline(Instant now, int client, int connection, bool resumed)
    {
        if (!clients.Contains(client) || !open.TryGetValue(connection, out Connection? c) || c.Available) return;
        c.Available = true;
        world.Journal.ServerAvailable(now, client, resumed, connection);
    }

    private void OnOffline(Instant now, int client, int connection)
    {
        if (clients.Contains(client) && open.TryGetValue(connection, out Connection? c)) c.ClientLeft = true;
    }

    // ---- its process

    /// <summary>The first time, before the clock starts, it waits until the server accepts; later it must not hold the
    /// loop up.</summary>
    public override bool Load(Instant now)
    {
        if (program is null) return true;
        if (!started)
        {
            Prosody.StartAndWait();
            return started = true;
        }
        loading = true;
        TryStart(now);
        return false;
    }

    public override void Begin(Instant now)
    {
        if (echo.Process.IsUp) return;
        echo.Process.Prepare(now);
        echo.Process.Launch(now);
    }

    public override void Freeze(Instant now) => Prosody.Process!.Freeze();
    public override void Thaw(Instant now) => Prosody.Process!.Thaw();

    public override void Stop(Instant now)
    {
        Prosody.Process!.AskToEnd();
        patience = now + Prosody.LongestEnd;
        ended = false;
        Forget(now, Mechanism.Stopped);
    }

    /// <summary>Killed; without power first stopped, so that nothing of how its kernel closes its connections
    /// passes.</summary>
    public override void Die(Instant now, Mechanism why)
    {
        if (why == Mechanism.Crashed) Prosody.Process!.Freeze();
        Forget(now, why);
        if (why == Mechanism.Crashed) world.Network.Lose(this);
        Prosody.Process!.Dispose();
        ended = true;
    }

    public override void OnEvent(Instant now, int argument)
    {
        if (poll.Due(world.Queue, now) && loading) TryStart(now);
    }

    // the old process has to be gone, then the new one has to accept
    private void TryStart(Instant now)
    {
        if (!ended && (Prosody.Process!.HasEnded || now > patience))
        {
            Prosody.Process.Dispose();
            ended = true;
        }
        if (ended && Prosody.Process!.IsDisposed)
        {
            Prosody.Start();
            patience = now + Prosody.LongestStart;
        }
        else if (ended && Prosody.Accepts())
        {
            loading = false;
            Process.Loaded(now);
            return;
        }
        else if (ended && now > patience) throw Prosody.Failure("does not accept connections again");
        poll.Set(world.Queue, now + BetweenTries);   // one wake-up, however often it was stopped and loaded meanwhile
    }

    public void OnNameChanged(Instant now, int server, bool hidden)
    {
        if (streams.Knows(server)) Prosody.Hide(world.Cast.Domains[server], hidden);
    }

    // it looks for itself; refused where it must see
    public void OnCertificateChanged(Instant now, int server, bool expired) { }

    public void OnDialbackChanged(Instant now, bool ignored) =>
        throw new InvalidOperationException("a real server cannot be made to ignore dialback; that is refused");

    private void EndStream(Instant now, int connection, Connection c, Mechanism mechanism) =>
        world.Journal.ServerOffline(now, c.Client, new StreamEnd(mechanism), connection);

    private void Forget(Instant now, Mechanism why)
    {
        loading = false;
        poll.Clear(world.Queue);
        foreach ((int connection, Connection c) in open) EndStream(now, connection, c, why);
        streams.Lose(now, why);
        foreach (int client in clients) world.Journal.ServerLost(now, client);
        open.Clear();
    }

    public override void OnConnected(Instant now, Pipe pipe) { }   // the far legs are the network's
    public override void OnTlsEstablished(Instant now, Pipe pipe) { }
    public override void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes) { }
    public override void OnPeerClosed(Instant now, Pipe pipe) { }
    public override void OnEnded(Instant now, Pipe pipe, TcpEnd end) { }
}
