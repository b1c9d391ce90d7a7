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
internal sealed class ProgramServer : ServerHost, IWatchedServer, IJournalReader
{
    private const int CheckStart = -1;
    private static readonly Duration BetweenTries = Duration.FromMilliseconds(20);
    private readonly World world;
    private readonly int host, target;
    private readonly Prosody? program;   // null: somebody else's
    private readonly EchoClient echo;
    private readonly ProgramStreams streams;
    private readonly HashSet<int> clients;
    private readonly SortedDictionary<int, Connection> open = [];
    private readonly Dictionary<int, bool> pathDead = [];
    private ProcessState state;
    private bool powered = true, ended;
    private Instant patience;
    private int startFault;

    private sealed class Connection(int client)
    {
        public readonly int Client = client;
        public bool Available, ClientLeft, Resumed;
    }

    public ProgramServer(
        World world, int host, ServerSpec spec, IReadOnlyList<Member> accounts, Prosody? program, EchoClient echo)
    {
        (this.world, this.host, this.program, this.echo) = (world, host, program, echo);
        TcpSettings = World.TcpSettingsOf(spec.Policy?.Inline ?? Policy.Nothing);
        clients = [.. accounts.Select(m => m.Index)];
        streams = new ProgramStreams(world, host);
        target = world.Queue.Register(this);
        world.Journal.Attach(this);
    }

    /// <summary>Where its streams to that domain lead.</summary>
    public void Tell(string remote, IPEndPoint address) => Program.Tell(remote, address);

    public override TcpSettings TcpSettings { get; }
    public override bool Runs => state == ProcessState.Runs;
    public override bool IsPowered => powered;
    public override bool IsListening => state != ProcessState.Gone;

    private Prosody Program => program
        ?? throw new InvalidOperationException("an external server cannot be stopped; such faults are refused");

    public override void Send(Instant now, int client, long number, int bodyBytes) =>
        echo.Send(now, client, number, bodyBytes);

    public override void ReportHeld(Instant now)
    {
        foreach (long number in echo.HeldMessages()) world.Journal.MessageHeld(now, host, number);
    }

    // ---- what the proxies and the clients tell

    public void Accepted(Instant now, int path, int connection, bool opened)
    {
        if (state == ProcessState.Gone) return;
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
    // connection for which this one had to go, or the server has decided.
    private Mechanism Unasked(int connection, Connection c) =>
        c.ClientLeft && !pathDead.GetValueOrDefault(c.Client) ? Mechanism.StreamClose
        : open.Any(o => o.Key > connection && o.Value.Client == c.Client) ? Mechanism.Replaced
        : Mechanism.Unseen;

    /// <summary>
    /// Clients' own words. What follows from them is written as an event, for an entry must not come amid another.
    /// </summary>
    public void On(in Entry entry)
    {
        if (!clients.Contains(entry.Host)) return;
        if (entry.Kind == EntryKind.PathChanged) pathDead[entry.Host] = PathEntry.Of(in entry).IsDead;
        if (entry.Kind is not (EntryKind.ClientOnline or EntryKind.ClientOffline)) return;
        int connection = ConnectionEntry.Of(in entry).Connection;
        if (!open.TryGetValue(connection, out Connection? c)) return;
        if (entry.Kind == EntryKind.ClientOffline) c.ClientLeft = true;
        else
        {
            c.Resumed = OnlineEntry.Of(in entry).Resumed;
            world.Queue.At(entry.At, target, connection);
        }
    }

    public override void OnEvent(Instant now, int argument)
    {
        if (argument == CheckStart)
        {
            TryStart(now);
            return;
        }
        if (!open.TryGetValue(argument, out Connection? c) || c.Available) return;
        c.Available = true;
        world.Journal.ServerAvailable(now, c.Client, c.Resumed, argument);
    }

    // ---- faults

    public override void Freeze(Instant now, int fault)
    {
        Program.Process!.Freeze();
        SetState(now, ProcessState.Frozen, fault);
    }

    public override void Thaw(Instant now, int fault)
    {
        Program.Process!.Thaw();
        SetState(now, ProcessState.Runs, fault);
    }

    /// <summary>Stopped first, so that it cannot answer to the loss of its connections; nothing of it passes.</summary>
    public override void Crash(Instant now, int fault)
    {
        Program.Process!.Freeze();
        foreach ((int connection, Connection c) in open) EndStream(now, connection, c, Mechanism.Crashed);
        streams.Lose(now, Mechanism.Crashed);
        powered = false;
        world.Network.LoseHost(now, -1, this);
        Program.Process.Dispose();
        ended = true;
        LoseProcess(now, fault);
    }

    public override void Stop(Instant now, int fault)
    {
        Program.Process!.AskToEnd();
        patience = now + Prosody.LongestEnd;
        foreach ((int connection, Connection c) in open) EndStream(now, connection, c, Mechanism.Stopped);
        streams.Lose(now, Mechanism.Stopped);
        ended = false;
        LoseProcess(now, fault);
    }

    public override void Start(Instant now, int fault)
    {
        startFault = fault;
        TryStart(now);
    }

    // the old process has to be gone, then the new one has to accept; neither may hold the loop up
    private void TryStart(Instant now)
    {
        if (!ended && (Program.Process!.HasEnded || now > patience))
        {
            Program.Process.Dispose();
            ended = true;
        }
        if (ended && Program.Process!.IsDisposed)
        {
            Program.Start();
            patience = now + Prosody.LongestStart;
        }
        else if (ended && Program.Accepts())
        {
            powered = true;
            SetState(now, ProcessState.Runs, startFault);
            return;
        }
        else if (ended && now > patience) throw Program.Failure("does not accept connections again");
        world.Queue.At(now + BetweenTries, target, CheckStart);
    }

    public override void OnFederationFault(Instant now, FaultKind kind, int server, bool begins)
    {
        if (kind == FaultKind.Unresolved && streams.Knows(server))
            Program.Hide(world.Cast.Domains[server], begins);
    }

    private void EndStream(Instant now, int connection, Connection c, Mechanism mechanism) =>
        world.Journal.ServerOffline(now, c.Client, new StreamEnd(mechanism), connection);

    private void LoseProcess(Instant now, int fault)
    {
        foreach (int client in clients) world.Journal.ServerLost(now, client);
        open.Clear();
        SetState(now, ProcessState.Gone, fault);
    }

    private void SetState(Instant now, ProcessState next, int fault)
    {
        state = next;
        world.Journal.ProcessChanged(now, host, next, fault);
    }

    public override void OnConnected(Instant now, Pipe pipe) { }   // the far legs are the network's
    public override void OnTlsEstablished(Instant now, Pipe pipe) { }
    public override void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes) { }
    public override void OnPeerClosed(Instant now, Pipe pipe) { }
    public override void OnEnded(Instant now, Pipe pipe, TcpEnd end) { }
}
