using System.Net;
using System.Net.Sockets;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Live;

/// <summary>
/// Real sockets with a fault proxy in each path, in real time.
/// Theory of operation. A client connects to its own proxy on loopback; the proxy dials the server. Between its two
/// legs the bytes pass the very network of the simulation: a modelled TCP connection over the path's links, driven by
/// the wall clock. So slices are segments, a lost one stalls the stream for as long as the TCP model takes to recover
/// it, the window and the queue push back to the sender, faults hit the same objects, and packets are counted the same
/// way.
/// What it cannot show: the kernels at both legs accept, acknowledge and answer probes at once, whatever the path is
/// like, so connect times, SYN loss and TCP's own timers are not those of the path (see FidelityTable).
/// </summary>
internal sealed class ProxiedNetwork : INetwork, IDisposable
{
    private readonly World world;
    private readonly SimulatedNetwork model;
    private readonly ProxyEnd clientsEnd;
    private readonly Dictionary<ServerHost, (ProxyEnd End, string Domain)> servers = [];
    private readonly Dictionary<(ServerHost Server, bool DirectTls), IPEndPoint> addresses = [];
    private readonly Dictionary<int, ServerHost> serverOf = [];          // by client
    private readonly Dictionary<int, Listener> fronts = [];              // by client
    private readonly Dictionary<(int Client, int Port), Leg> expected = [];   // by local port of the client's socket
    private readonly Dictionary<(ServerHost Server, int Port), Leg> dialled = [];   // by local port of the far leg
    private readonly List<SocketPipe> pipes = [];
    private readonly List<Listener> listeners = [];
    private readonly HashSet<ServerHost> listening = [];                 // servers of the lab's own

    public ProxiedNetwork(World world, RealTimeLoop loop, Authority authority)
    {
        (this.world, Loop, Authority) = (world, loop, authority);
        model = new SimulatedNetwork(
            world.Queue, world.Journal, world.Buffers, world.Random, world.Population.Members.Count,
            betweenProxies: true);
        clientsEnd = new ProxyEnd(this, null);
    }

    public RealTimeLoop Loop { get; }
    public Authority Authority { get; }

    /// <summary>Where a client's proxy listens.</summary>
    public IPEndPoint FrontOf(int client) => fronts[client].Address;

    /// <summary>
    /// What is held open: ends of the lab's own, and legs of the proxies. Both are 0 when all is closed.
    /// </summary>
    public (int Pipes, int Legs) Open => (pipes.Count, clientsEnd.Count + servers.Values.Sum(s => s.End.Count));

    /// <summary>
    /// A server of the lab's own listens on a free port; for another one the address is known (later, when null).
    /// </summary>
    public void AddServer(ServerHost server, string domain, IReadOnlyList<Member> accounts, bool listens)
    {
        var end = new ProxyEnd(this, server);
        servers[server] = (end, domain);
        if (listens)
        {
            var listener = new Listener(Loop, (now, socket) => Accept(server, domain, socket));
            listeners.Add(listener);
            listening.Add(server);
            SetAddress(server, listener.Address);
        }
        foreach (Member m in accounts)
        {
            serverOf[m.Index] = server;
            model.AddPath(m.Index, m.Name, m.Up, m.Down, end);
            fronts[m.Index] = new Listener(Loop, (now, socket) => AcceptFront(now, m.Index, socket));
        }
    }

    /// <summary>Where that server is reached from now on, for direct TLS elsewhere when it says so.</summary>
    public void SetAddress(ServerHost server, IPEndPoint address, IPEndPoint? directTls = null)
    {
        addresses[(server, false)] = address;
        addresses[(server, true)] = directTls ?? address;
    }

    // ---- connections

    public Pipe Connect(Instant now, int client, Host owner, TcpSettings settings)
    {
        Leg leg = OpenModel(now, client);
        Socket socket = Bound(out int port);
        expected[(client, port)] = leg;
        string domain = servers[serverOf[client]].Domain;
        var pipe = new SocketPipe(this, owner, leg, atServer: false, socket, settings, domain);
        pipes.Add(pipe);
        pipe.Open(fronts[client].Address);
        return pipe;
    }

    private Leg OpenModel(Instant now, int client) =>
        clientsEnd.Add(model.Connect(now, client, clientsEnd, clientsEnd.TcpSettings));

    // a socket of the lab's own is known by its port; any other belongs to a real client
    private void AcceptFront(Instant now, int client, Socket socket)
    {
        if (!expected.Remove((client, PortOf(socket)), out Leg? leg)) leg = OpenModel(now, client);
        leg.Attach(now, socket, null);
    }

    /// <summary>The far leg of a connection that has crossed the path.</summary>
    public void Dial(Instant now, Leg leg, ServerHost server)
    {
        bool directTls = world.IsDirectTls(leg.Client);
        if (!server.IsListening || !addresses.TryGetValue((server, directTls), out IPEndPoint? address))
        {
            leg.GiveUp(now);
            return;
        }
        Socket socket = Bound(out int port);
        if (listening.Contains(server)) dialled[(server, port)] = leg;
        leg.Attach(now, socket, address);
    }

    private void Accept(ServerHost server, string domain, Socket socket)
    {
        bool known = dialled.Remove((server, PortOf(socket)), out Leg? leg);
        if (!known || !server.IsListening)
        {
            Listener.Refuse(socket);   // not through a proxy: nobody of this run; or the process has ended meanwhile
            return;
        }
        var pipe = new SocketPipe(this, server, leg!, atServer: true, socket, server.TcpSettings, domain);
        pipes.Add(pipe);
        pipe.Open(null);
    }

    public void Ended(Instant now, SocketPipe pipe, TcpEnd end, bool journaled)
    {
        pipes.Remove(pipe);
        if (journaled)
            world.Journal.Add(
                now, pipe.Client,
                pipe.AtServer ? EntryKind.ServerTransportEnded : EntryKind.ClientTransportEnded, (long)end,
                pipe.Connection);
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
        ProxyEnd end = server is ServerHost host ? servers[host].End : clientsEnd;
        model.LoseHost(now, client, server is null ? null : end);
        end.Lose(server is null ? client : -1);
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
