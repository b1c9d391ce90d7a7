using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// Modelled TCP over modelled links, in virtual time. Every client has one path, two links, to its server's host, and
/// every place in a pool between servers has one; servers of this network are reached by no other way. Here the near
/// end of a path, which opens its connections, is called the client.
/// </summary>
internal sealed class SimulatedNetwork : EventTarget, INetwork
{
    private const int LinkEvent = 0, WeatherEvent = 1, PipeEvent = 2, KindBits = 2;
    private readonly EventQueue queue;
    private readonly Journal journal;
    private readonly BufferPool buffers;
    private readonly RandomStream random;
    private readonly Path[] paths;
    private readonly List<Connection> connections = [];
    private readonly Queue<SimulatedPipe> ready = new();
    private readonly Transit<Segment> transit = new();
    private readonly int target;
    private readonly bool betweenProxies;
    private bool pumping;

    public SimulatedNetwork(EventQueue queue, Journal journal, BufferPool buffers, RandomStream random, int paths,
        bool betweenProxies = false)
    {
        this.betweenProxies = betweenProxies;
        (this.queue, this.journal, this.buffers, this.random) = (queue, journal, buffers, random);
        this.paths = new Path[paths];
        target = queue.Register(this);
    }

    /// <summary>For reading from TCP; only one pipe runs at a time.</summary>
    public byte[] Scratch { get; } = new byte[16 * 1024];

    /// <summary>For framing a record before it is written.</summary>
    public byte[] RecordBuffer { get; } = new byte[TlsModel.LargestRecordBytes];

    /// <summary>The pipes of a connection; either may be gone.</summary>
    private sealed class Connection
    {
        public required int Client;
        public SimulatedPipe? ClientPipe, ServerPipe;
        public bool ServerOpened;
    }

    private sealed class Path
    {
        public required Link<Segment> Up, Down;
        public required LinkSpec UpSpec, DownSpec;
        public required ServingHost Server;
        public ServingHost? Near;
        public required TcpSettings FarTcp;
        public required Alarm UpAlarm, DownAlarm, WeatherAlarm;
        public bool ClientPowered = true;
        public long LastState = -1;

        public bool NearPowered => Near?.IsPowered ?? ClientPowered;

        public Link<Segment> Link(int direction) => direction == 0 ? Up : Down;

        public ref Alarm AlarmOf(int direction)
        {
            if (direction == 0) return ref UpAlarm;
            return ref DownAlarm;
        }
    }

    /// <summary>Lays the path of a client, or of a route between servers: then its near host is one of them, and both
    /// ends have the route's TCP settings.</summary>
    public void AddPath(
        int client, string linkName, LinkSpec up, LinkSpec down, ServingHost server, ServingHost? near = null,
        TcpSettings? farTcp = null)
    {
        // a tunnel takes both directions away
        RandomStream link = random.Fork("link/" + linkName), sky = link.Fork("sky");
        paths[client] = new Path
        {
            Up = new Link<Segment>(up, link.Fork("up"), transit, sky),
            Down = new Link<Segment>(down, link.Fork("down"), transit, sky),
            UpSpec = up, DownSpec = down, Server = server, Near = near, FarTcp = farTcp ?? server.TcpSettings,
            UpAlarm = new Alarm(target, Argument(LinkEvent, client * 2)),
            DownAlarm = new Alarm(target, Argument(LinkEvent, client * 2 + 1)),
            WeatherAlarm = new Alarm(target, Argument(WeatherEvent, client)),
        };
        WatchWeather(Instant.Zero, client);
    }

    // ---- what applications do

    Pipe INetwork.Connect(Instant now, int client, Host owner, TcpSettings settings) =>
        Connect(now, client, owner, settings);

    public SimulatedPipe Connect(Instant now, int client, Host owner, TcpSettings settings)
    {
        int number = connections.Count;
        SimulatedPipe pipe = NewPipe(owner, client, number, atServer: false, settings);
        connections.Add(new Connection { Client = client, ClientPipe = pipe });
        journal.ConnectAttempt(now, client, number);
        pipe.Tcp.Connect(now, InitialSequence(number, 0));
        Pump(now, pipe);
        return pipe;
    }

    /// <summary>
    /// Runs a pipe, after the ones that wait already. Never nests: an owner's call back ends before another's begins.
    /// </summary>
    public void Pump(Instant now, SimulatedPipe pipe)
    {
        if (pumping)
        {
            if (pipe.IsPumped) return;
            pipe.IsPumped = true;
            ready.Enqueue(pipe);
            return;
        }
        pumping = true;
        RunPipe(now, pipe);
        while (ready.TryDequeue(out SimulatedPipe? next))
        {
            RunPipe(now, next);
        }
        pumping = false;
    }

    private void RunPipe(Instant now, SimulatedPipe pipe)
    {
        pipe.IsPumped = true;
        pipe.Run(now);
        pipe.IsPumped = false;
        if (pipe.IsGone) Forget(pipe);
        else pipe.Alarm.Set(queue, pipe.Tcp.NextTime);
    }

    // ---- what pipes do

    public void Send(Instant now, SimulatedPipe pipe, ref Segment segment)
    {
        segment.Connection = pipe.Connection;
        SendOn(now, pipe.Client, direction: pipe.AtServer ? 1 : 0, in segment);
    }

    /// <summary>Between proxies the ends that count are the real sockets'.</summary>
    public void Ended(Instant now, SimulatedPipe pipe, TcpEnd end)
    {
        if (betweenProxies) return;
        journal.TransportEnded(
            now, pipe.Client, pipe.AtServer ? PathEnd.Far : PathEnd.Near, end, pipe.Connection);
    }

    // ---- what faults do

    public void Cut(Instant now, int client, int direction, int fault)
    {
        paths[client].Link(direction).Cut(now);
        PathMayHaveChanged(now, client, fault);
    }

    public void Heal(Instant now, int client, int direction, int fault)
    {
        paths[client].Link(direction).Heal(now);
        PathMayHaveChanged(now, client, fault);
    }

    public void Change(Instant now, int client, LinkSpec? up, LinkSpec? down)
    {
        Path path = paths[client];
        path.Up.Change(now, up ?? path.UpSpec);
        path.Down.Change(now, down ?? path.DownSpec);
        ArmLink(client, 0);
        ArmLink(client, 1);
        WatchWeather(now, client);
    }

    public void ResetConnections(Instant now, int client)
    {
        int standing = connections.Count;   // who is reset may open another one at once
        for (int i = 0; i < standing; i++)
        {
            Connection c = connections[i];
            if (c.Client != client) continue;
            foreach (SimulatedPipe? pipe in new[] { c.ClientPipe, c.ServerPipe })
                if (pipe is { IsGone: false }) pipe.Reset(now, pipe.Tcp.ForgedReset());
        }
    }

    public void SetClientPower(int client, bool powered) => paths[client].ClientPowered = powered;

    public void Thaw(Instant now, Host owner)
    {
        foreach (Pipe pipe in PipesOf(owner)) Pump(now, (SimulatedPipe)pipe);
    }

    public IEnumerable<Pipe> PipesOf(Host owner)
    {
        foreach (Connection c in connections.ToArray())
        {
            if (c.ClientPipe is { } a && ReferenceEquals(a.Owner, owner)) yield return a;
            if (c.ServerPipe is { } b && ReferenceEquals(b.Owner, owner)) yield return b;
        }
    }

    public void LoseHost(Instant now, int client, ServingHost? server)
    {
        foreach (Connection c in connections)
        {
            Path path = paths[c.Client];
            if (server is null ? c.Client == client : ReferenceEquals(path.Near, server)) Lose(c.ClientPipe);
            if (server is not null && ReferenceEquals(path.Server, server)) Lose(c.ServerPipe);
        }
    }

    private void Lose(SimulatedPipe? pipe)
    {
        if (pipe is null) return;
        pipe.Vanish();
        Forget(pipe);
    }

    public void Foresee(Pipe pipe, int step)
    {
        if (step == 1)
        {
            Prefetch.Object(((SimulatedPipe)pipe).Tcp, 384);
            Prefetch.Item(paths, pipe.Client);
            return;
        }
        Path path = paths[pipe.Client];
        if (step == 2)
        {
            Prefetch.Object(path, 192);
            Prefetch.Object(connections[pipe.Connection], 64);
            return;
        }
        SimulatedPipe? far = connections[pipe.Connection].ServerPipe;
        if (step == 3)
        {
            Prefetch.Object(path.Up, 208);
            Prefetch.Object(path.Down, 208);
            Prefetch.Object(far, 152);
        }
        else if (far is not null)
        {
            if (step == 4)
            {
                path.Up.Foresee();
                path.Down.Foresee();
                Prefetch.Object(far.Tcp, 384);
            }
            path.Server.Foresee(far, step - 4);
        }
    }

    // ---- events

    public override void OnEvent(Instant now, int argument)
    {
        int subject = argument >> KindBits;
        switch (argument & ((1 << KindBits) - 1))
        {
            case LinkEvent:
                Arrivals(now, subject >> 1, subject & 1);
                break;
            case WeatherEvent:
                if (paths[subject].WeatherAlarm.Due(queue, now)) WatchWeather(now, subject);
                break;
            case PipeEvent:
                Connection c = connections[subject >> 1];
                SimulatedPipe? pipe = (subject & 1) == 0 ? c.ClientPipe : c.ServerPipe;
                if (pipe is null || !pipe.Alarm.Due(queue, now)) break;
                pipe.Tcp.Tick(now);
                Pump(now, pipe);
                break;
        }
    }

    private void Arrivals(Instant now, int client, int direction)
    {
        Path path = paths[client];
        if (!path.AlarmOf(direction).Due(queue, now)) return;
        while (path.Link(direction).TryTake(now, out Passage<Segment> passage))
        {
            ref readonly Segment s = ref passage.Unit;
            if (passage.Fate == Fate.Delivered)
            {
                journal.PacketDelivered(
                    now, client, (PathDirection)direction, s.Use, (Traffic)s.Mark, s.WireBytes);
                Deliver(now, client, direction, in s);
            }
            else journal.PacketLost(now, client, (PathDirection)direction, s.Use, (Traffic)s.Mark, s.WireBytes);
            if (s.Payload is { } payload) buffers.Return(payload);
        }
        ArmLink(client, direction);
    }

    private void Deliver(Instant now, int client, int direction, in Segment segment)
    {
        Path path = paths[client];
        Connection connection = connections[segment.Connection];
        bool toServer = direction == 0;
        if (toServer ? !path.Server.IsPowered : !path.NearPowered) return;
        SimulatedPipe? pipe = toServer ? connection.ServerPipe : connection.ClientPipe;
        if (pipe is null && toServer && !connection.ServerOpened && path.Server.IsListening
            && (segment.Flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn)
        {
            connection.ServerOpened = true;
            connection.ServerPipe = pipe =
                NewPipe(path.Server, client, segment.Connection, atServer: true, path.FarTcp);
            pipe.Tcp.Accept(now, in segment, InitialSequence(segment.Connection, 1));
            Pump(now, pipe);
        }
        else if (pipe is not null)
        {
            pipe.Tcp.Receive(now, in segment);
            Pump(now, pipe);
        }
        else if (TcpConnection.ResetFor(in segment) is { } reset)
            SendOn(now, client, 1 - direction, in reset);
    }

    private void SendOn(Instant now, int client, int direction, in Segment segment)
    {
        var (way, mark) = ((PathDirection)direction, (Traffic)segment.Mark);
        journal.PacketSent(now, client, way, segment.Use, mark, segment.WireBytes);
        Fate fate = paths[client].Link(direction).Offer(now, in segment, segment.WireBytes);
        if (fate == Fate.Inside)
        {
            ArmLink(client, direction);
            return;
        }
        if (fate == Fate.Lost) journal.PacketLost(now, client, way, segment.Use, mark, segment.WireBytes);
        else journal.PacketOverflowed(now, client, way, segment.Use, mark, segment.WireBytes);
        if (segment.Payload is { } payload) buffers.Return(payload);
    }

    private void ArmLink(int client, int direction)
    {
        Path path = paths[client];
        path.AlarmOf(direction).Set(queue, path.Link(direction).NextTime);
    }

    private void WatchWeather(Instant now, int client)
    {
        Path path = paths[client];
        Instant next = Instant.Min(path.Up.NextChange, path.Down.NextChange);
        path.WeatherAlarm.Set(queue, next);
        PathMayHaveChanged(now, client, PathEntry.Weather);
    }

    private void PathMayHaveChanged(Instant now, int client, int fault)
    {
        Path path = paths[client];
        bool upDead = path.Up.IsDown(now), downDead = path.Down.IsDown(now);
        long state = (upDead ? 1 : 0) | (downDead ? 2 : 0);
        if (state == path.LastState || (state == 0 && path.LastState < 0)) return;
        path.LastState = state;
        journal.PathChanged(now, client, upDead, downDead, fault);
    }

    private SimulatedPipe NewPipe(Host owner, int client, int connection, bool atServer, TcpSettings tcp)
    {
        var alarm = new Alarm(target, Argument(PipeEvent, connection * 2 + (atServer ? 1 : 0)));
        return new SimulatedPipe(
            this, owner, client, connection, atServer, new TcpConnection(tcp, buffers), alarm, buffers);
    }

    private void Forget(SimulatedPipe pipe)
    {
        pipe.Alarm.Clear(queue);
        Connection c = connections[pipe.Connection];
        if (pipe.AtServer) c.ServerPipe = null;
        else c.ClientPipe = null;
    }

    private static int Argument(int kind, int subject) => kind | (subject << KindBits);

    /// <summary>Any number does: no old segment of another connection can arrive on this one.</summary>
    private static uint InitialSequence(int connection, uint side) =>
        (uint)connection * 0x9E3779B1u + side * 0x85EBCA77u;
}
