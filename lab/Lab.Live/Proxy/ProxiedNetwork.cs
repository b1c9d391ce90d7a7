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
    private readonly ProxyEnd clientsEnd;
    private readonly Dictionary<ServerHost, (ProxyEnd End, string Domain)> servers = [];
    private readonly Dictionary<(ServerHost Server, Door Door), IPEndPoint> addresses = [];
    private readonly Dictionary<int, ServerHost> serverOf = [];          // by path: at its far end
    private readonly Dictionary<int, ServerHost> nearOf = [];            // by route: who opens its connections
    private readonly Dictionary<int, Listener> fronts = [];              // by path
    private readonly Dictionary<(int Path, int Port), Leg> expected = [];   // by local port of the near end's socket
    private readonly Dictionary<(ServerHost Server, int Port), Leg> dialled = [];   // by local port of the far leg
    private readonly List<SocketPipe> pipes = [];
    private readonly List<Listener> listeners = [];
    private readonly HashSet<ServerHost> listening = [];                 // servers of the lab's own

    public ProxiedNetwork(World world, RealTimeLoop loop, Authority authority)
    {
        (this.world, Loop, Authority) = (world, loop, authority);
        model = new SimulatedNetwork(
            world.Queue, world.Journal, world.Buffers, world.Random, world.Cast.Paths,
            betweenProxies: true);
        clientsEnd = new ProxyEnd(this, null);
    }

    public RealTimeLoop Loop { get; }
    public Authority Authority { get; }

    /// <summary>Where the proxy of a client, or of a route between servers, listens.</summary>
    public IPEndPoint FrontOf(int path) => fronts[path].Address;

    /// <summary>
    /// What is held open: ends of the lab's own, and legs of the proxies. Both are 0 when all is closed.
    /// </summary>
    public (int Pipes, int Legs) Open => (pipes.Count, clientsEnd.Count + servers.Values.Sum(s => s.End.Count));

    /// <summary>
    /// A server of the lab's own listens on a free port, and on another one for other servers; of another one the
    /// addresses are told.
    /// </summary>
    /// <param name="federation">Its half that talks to other servers, where it has one that is the lab's own.</param>
    public void AddServer(
        ServerHost server, string domain, IReadOnlyList<Member> accounts, bool listens, ServingHost? federation = null)
    {
        var end = new ProxyEnd(this, server);
        servers[server] = (end, domain);
        if (listens)
        {
            listening.Add(server);
            IPEndPoint clients = Listen(server, server);
            SetAddress(server, Door.Client, clients);
            SetAddress(server, Door.ClientDirectTls, clients);
            if (federation is not null) SetAddress(server, Door.Server, Listen(server, federation));
        }
        foreach (Member m in accounts)
        {
            serverOf[m.Index] = server;
            model.AddPath(m.Index, m.Name, m.Up, m.Down, end);
            fronts[m.Index] = new Listener(Loop, (now, socket) => AcceptFront(now, m.Index, socket));
        }
    }

    /// <summary>A place in the pool of streams from one server to another; both are there.</summary>
    public void AddRoute(Route route, ServerHost from, ServerHost to)
    {
        (nearOf[route.Index], serverOf[route.Index]) = (from, to);
        model.AddPath(route.Index, route.Name, route.Up, route.Down, servers[to].End, servers[from].End);
        fronts[route.Index] = new Listener(Loop, (now, socket) => AcceptFront(now, route.Index, socket));
    }

    /// <summary>Where that server is reached from now on.</summary>
    public void SetAddress(ServerHost server, Door door, IPEndPoint address) => addresses[(server, door)] = address;

    private IPEndPoint Listen(ServerHost server, ServingHost owner)
    {
        var listener = new Listener(Loop, (_, socket) => Accept(server, owner, socket));
        listeners.Add(listener);
        return listener.Address;
    }

    // ---- connections

    public Pipe Connect(Instant now, int path, Host owner, TcpSettings settings)
    {
        Leg leg = OpenModel(now, path);
        Socket socket = Bound(out int port);
        expected[(path, port)] = leg;
        var pipe = new SocketPipe(this, owner, leg, atServer: false, socket, settings);
        pipes.Add(pipe);
        pipe.Open(fronts[path].Address);
        return pipe;
    }

    private Leg OpenModel(Instant now, int path)
    {
        ProxyEnd end = nearOf.TryGetValue(path, out ServerHost? near) ? servers[near].End : clientsEnd;
        return end.Add(model.Connect(now, path, end, end.TcpSettings));
    }

    // a socket of the lab's own is known by its port; any other belongs to a real program
    private void AcceptFront(Instant now, int path, Socket socket)
    {
        if (!expected.Remove((path, PortOf(socket)), out Leg? leg)) leg = OpenModel(now, path);
        leg.Attach(now, socket, null);
    }

    /// <summary>Whose connections a path has at that end; the empty text for a client's own.</summary>
    public string DomainAt(int path, bool farEnd) =>
        farEnd ? servers[serverOf[path]].Domain
        : nearOf.TryGetValue(path, out ServerHost? near) ? servers[near].Domain : "";

    /// <summary>The far leg of a connection that has crossed the path.</summary>
    public void Dial(Instant now, Leg leg, ServerHost server)
    {
        Door door = nearOf.ContainsKey(leg.Client) ? Door.Server
            : world.IsDirectTls(leg.Client) ? Door.ClientDirectTls : Door.Client;
        if (!server.IsListening || !addresses.TryGetValue((server, door), out IPEndPoint? address))
        {
            leg.GiveUp(now);
            return;
        }
        Socket socket = Bound(out int port);
        if (listening.Contains(server)) dialled[(server, port)] = leg;
        leg.Attach(now, socket, address);
    }

    private void Accept(ServerHost server, ServingHost owner, Socket socket)
    {
        bool known = dialled.Remove((server, PortOf(socket)), out Leg? leg);
        if (!known || !server.IsListening)
        {
            Listener.Refuse(socket);   // not through a proxy: nobody of this run; or the process has ended meanwhile
            return;
        }
        TcpSettings settings = nearOf.ContainsKey(leg!.Client)
            ? World.TcpSettingsOf(world.Cast.RouteAt(leg.Client).FarPolicy) : server.TcpSettings;
        var pipe = new SocketPipe(this, owner, leg, atServer: true, socket, settings);
        pipes.Add(pipe);
        pipe.Open(null);
    }

    public void Ended(Instant now, SocketPipe pipe, TcpEnd end, bool journaled)
    {
        pipes.Remove(pipe);
        if (journaled)
            world.Journal.TransportEnded(
                now, pipe.Client, pipe.AtServer ? PathEnd.Far : PathEnd.Near, end, pipe.Connection);
    }

    private static Socket Bound(out int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        return socket;
    }

    private static int PortOf(Socket accepted) => ((IPEndPoint)accepted.RemoteEndPoint!).Port;

    // ---- hosts and faults

    public IEnumerable<Pipe> PipesOf(Host owner) => [.. pipes.Where(p => ReferenceEquals(p.Owner, owner))];

    public void Thaw(Instant now, Host owner)
    {
        foreach (SocketPipe pipe in PipesOf(owner).Cast<SocketPipe>()) pipe.Thaw(now);
    }

    public void Cut(Instant now, int client, int direction, int fault) => model.Cut(now, client, direction, fault);
    public void Heal(Instant now, int client, int direction, int fault) => model.Heal(now, client, direction, fault);
    public void Change(Instant now, int client, LinkSpec? up, LinkSpec? down) => model.Change(now, client, up, down);
    public void ResetConnections(Instant now, int client) => model.ResetConnections(now, client);
    public void SetClientPower(int client, bool powered) => model.SetClientPower(client, powered);

    public void LoseHost(Instant now, int client, ServingHost? server)
    {
        // the half of a server that talks to others shares its ends
        if (server is null or ServerHost)
        {
            ProxyEnd end = server is ServerHost host ? servers[host].End : clientsEnd;
            model.LoseHost(now, client, server is null ? null : end);
            end.Lose(server is null ? client : -1);
        }
        foreach (SocketPipe pipe in pipes.ToArray())
            if (server is null ? !pipe.AtServer && pipe.Client == client : ReferenceEquals(pipe.Owner, server))
                pipe.Vanish();
    }

    public void Dispose()
    {
        foreach (Listener listener in listeners.Concat(fronts.Values)) listener.Dispose();
        foreach (SocketPipe pipe in pipes.ToArray()) pipe.Vanish();
        clientsEnd.Lose(-1);
        foreach ((ProxyEnd end, _) in servers.Values) end.Lose(-1);
    }
}
