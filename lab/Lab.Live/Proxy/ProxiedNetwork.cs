using System.Net;
using System.Net.Sockets;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Live;

/// <summary>The ports of a server.</summary>
internal enum Door { Client, ClientDirectTls, Server }

/// <summary>
/// Real sockets with a fault proxy in each path, in real time.
/// Theory of operation. A client connects to its own proxy on loopback; the proxy dials the server. So does a server
/// for each place of its pools of streams with other servers. Between the two legs the bytes pass the very network of
/// the simulation: a modelled TCP connection over the path's links, driven by the wall clock. So slices are segments,
/// a lost one stalls the stream for as long as the TCP model takes to recover it, the window and the queue push back to
/// the sender, faults hit the same objects, and packets are counted the same way.
/// What it cannot show: the kernels at both legs accept, acknowledge and answer probes at once, whatever the path is
/// like, so connect times, SYN loss and TCP's own timers are not those of the path (see FidelityTable).
/// </summary>
internal sealed class ProxiedNetwork : INetwork, IDisposable
{
    private readonly World world;
    private readonly SimulatedNetwork model;
    private readonly Dictionary<Host, ProxyEnd> ends = [];
    private readonly (ProxyEnd Near, ProxyEnd Far, TcpSettings FarTcp)[] joined;    // by path
    private readonly Listener?[] fronts;                                           // by path
    private readonly Dictionary<(Host Server, Door Door), IPEndPoint> addresses = [];
    private readonly Dictionary<(int Path, int Port), Leg> expected = [];   // by local port of the near end's socket
    private readonly Dictionary<(Host Server, int Port), Leg> dialled = [];   // by local port of the far leg
    private readonly List<Listener> listeners = [];
    private readonly HashSet<Host> listening = [];                       // servers of the lab's own
    private readonly HashSet<int> refused = [];                          // paths whose far end took nobody, last

    public ProxiedNetwork(World world, RealTimeLoop loop, Authority authority)
    {
        (this.world, Loop, Authority) = (world, loop, authority);
        int paths = world.Cast.Paths;
        model = new SimulatedNetwork(
            world.Queue, world.Journal, world.Buffers, world.Random, paths, betweenProxies: true);
        (joined, fronts) = (new (ProxyEnd, ProxyEnd, TcpSettings)[paths], new Listener?[paths]);
        model.Lay(world.Cast);
        foreach (int path in world.Cast.Members.Select(m => m.Index).Concat(world.Cast.Routes.Select(r => r.Index)))
            fronts[path] = new Listener(Loop, (now, socket) => AcceptFront(now, path, socket));
    }

    public RealTimeLoop Loop { get; }
    public Authority Authority { get; }

    /// <summary>Where the proxy of a client, or of a route between servers, listens.</summary>
    public IPEndPoint FrontOf(int path) => fronts[path]!.Address;

    /// <summary>
    /// What is held open: ends of the lab's own, and legs of the proxies. Both are 0 when all is closed.
    /// </summary>
    public (int Pipes, int Legs) Open => (ends.Values.Sum(e => e.Pipes.Count), ends.Values.Sum(e => e.Legs));

    public void Join(int path, HostProcess near, HostProcess far, TcpSettings farTcp)
    {
        (ProxyEnd n, ProxyEnd f) = (EndOf(near.Program), EndOf(far.Program));
        joined[path] = (n, f, farTcp);
        model.Join(path, n, f, ProxyEnd.Patient);
    }

    private ProxyEnd EndOf(HostProgram program)
    {
        if (!ends.TryGetValue(program, out ProxyEnd? end)) ends[program] = end = new ProxyEnd(this, program);
        return end;
    }

    /// <summary>A server of the lab's own listens on a free port, and on another one for other servers.</summary>
    public void Listen(HostProgram server)
    {
        listening.Add(server);
        IPEndPoint clients = NewDoor(server);
        SetAddress(server, Door.Client, clients);
        SetAddress(server, Door.ClientDirectTls, clients);
        SetAddress(server, Door.Server, NewDoor(server));
    }

    /// <summary>Where that server is reached from now on.</summary>
    public void SetAddress(Host server, Door door, IPEndPoint address) => addresses[(server, door)] = address;

    private IPEndPoint NewDoor(HostProgram server)
    {
        var listener = new Listener(Loop, (_, socket) => Accept(server, socket));
        listeners.Add(listener);
        return listener.Address;
    }

    // ---- connections

    public Pipe Connect(Instant now, int path, Host owner, TcpSettings settings)
    {
        Leg leg = OpenModel(now, path);
        Socket socket = Bound(out int port);
        expected[(path, port)] = leg;
        SocketPipe pipe = NewPipe(joined[path].Near, owner, leg, socket, settings);
        pipe.Open(FrontOf(path));
        return pipe;
    }

    private Leg OpenModel(Instant now, int path)
    {
        ProxyEnd end = joined[path].Near;
        Leg leg = end.Add(model.Connect(now, path, end, ProxyEnd.Patient));
        world.Signals.OnConnecting(now, path, leg.Connection);
        return leg;
    }

    // a socket of the lab's own is known by its port; any other belongs to a real program
    private void AcceptFront(Instant now, int path, Socket socket)
    {
        if (!expected.Remove((path, PortOf(socket)), out Leg? leg)) leg = OpenModel(now, path);
        leg.Attach(now, socket, null);
    }

    /// <summary>The far leg of a connection that has crossed the path.</summary>
    public void Dial(Instant now, Leg leg, HostProgram server)
    {
        Door door = IsRoute(leg.Path) ? Door.Server
            : world.IsDirectTls(leg.Path) ? Door.ClientDirectTls : Door.Client;
        if (!server.IsListening || !addresses.TryGetValue((server, door), out IPEndPoint? address))
        {
            NoteDialled(leg.Path, taken: false);
            leg.GiveUp(now);
            return;
        }
        Socket socket = Bound(out int port);
        if (listening.Contains(server)) dialled[(server, port)] = leg;
        leg.Attach(now, socket, address);
    }

    public void NoteDialled(int path, bool taken)
    {
        if (taken) refused.Remove(path);
        else refused.Add(path);
    }

    /// <summary>A proxy takes every connection before it knows: its client sees a reset.</summary>
    public string? WhyRefused(int path) => refused.Contains(path) ? "connection refused" : null;

    private void Accept(HostProgram server, Socket socket)
    {
        bool known = dialled.Remove((server, PortOf(socket)), out Leg? leg);
        if (!known || !server.IsListening)
        {
            Listener.Refuse(socket);   // not through a proxy: nobody of this run; or the process has ended meanwhile
            return;
        }
        NewPipe(EndOf(server), server, leg!, socket, joined[leg!.Path].FarTcp).Open(null);
    }

    private SocketPipe NewPipe(ProxyEnd end, Host owner, Leg leg, Socket socket, TcpSettings settings)
    {
        bool atFar = end == joined[leg.Path].Far;
        var pipe = new SocketPipe(Loop, Authority, owner, leg.Path, leg.Connection, atFar, socket, settings, leg.Ledger)
        {
            Secure = channel => Secure(channel, leg.Path, atFar),
            Ended = (now, ended, how) =>
            {
                end.Remove(ended);
                if (how is { } why)
                    world.Journal.TransportEnded(
                        now, leg.Path, atFar ? PathEnd.Far : PathEnd.Near, why, leg.Connection);
                if (!atFar) leg.Forsaken(now);
            },
        };
        end.Add(pipe);
        return pipe;
    }

    private void Secure(SocketChannel channel, int path, bool atFar)
    {
        string far = DomainOf(joined[path].Far), near = IsRoute(path) ? DomainOf(joined[path].Near) : "";
        if (atFar) channel.SecureAsServer(Authority.ForServer(far, takesAny: near.Length > 0));
        else channel.SecureAsClient(near.Length > 0 ? Authority.ForPeer(near, far) : Authority.ForClient(far));
    }

    private bool IsRoute(int path) => path >= world.Cast.FirstRoute;

    private string DomainOf(ProxyEnd end) =>
        world.Cast.Domains[end.Program.Process.Host - world.Cast.Members.Count];

    private static Socket Bound(out int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        return socket;
    }

    private static int PortOf(Socket accepted) => ((IPEndPoint)accepted.RemoteEndPoint!).Port;

    // ---- hosts and faults

    public IReadOnlyList<Pipe> PipesOf(Host owner) =>
        ends.TryGetValue(owner, out ProxyEnd? end) ? [.. end.Pipes.Where(p => ReferenceEquals(p.Owner, owner))] : [];

    public void Thaw(Instant now, Host owner)
    {
        foreach (Pipe pipe in PipesOf(owner)) ((SocketPipe)pipe).Thaw(now);
    }

    public bool IsDead(int path) => model.IsDead(path);
    public void Cut(Instant now, Stretch stretch, Direction way, int fault) => model.Cut(now, stretch, way, fault);
    public void Heal(Instant now, Stretch stretch, Direction way, int fault) => model.Heal(now, stretch, way, fault);
    public void Restore(Instant now, Stretch stretch, long number) => model.Restore(now, stretch, number);
    public void Shut(int path, bool isShut) => model.Shut(path, isShut);
    public void Forget(Instant now, Stretch stretch) => model.Forget(now, stretch);
    public void Move(Instant now, int path, Handoff move, int fault) => model.Move(now, path, move, fault);
    public void FinishMove(Instant now, int path, Handoff move, int fault) => model.FinishMove(now, path, move, fault);
    public void ResetConnections(Instant now, Stretch stretch) => model.ResetConnections(now, stretch);

    public void Degrade(Instant now, Stretch stretch, long number, LinkSpec up, LinkSpec down) =>
        model.Degrade(now, stretch, number, up, down);

    public void Lose(Host host)
    {
        if (!ends.TryGetValue(host, out ProxyEnd? end)) return;   // no path ends at it
        model.Lose(end);
        end.Lose();
    }

    public void Dispose()
    {
        foreach (Listener? listener in listeners.Concat(fronts)) listener?.Dispose();
        foreach (ProxyEnd end in ends.Values) end.Lose();
    }
}
