using System.Net;
using System.Net.Sockets;
using Lab.Network;
using Microsoft.Extensions.Logging;

namespace Lab.Toxiproxy;

/// <summary>One proxy: its listener, its connections, its toxics. Thread-safe; no call waits for a peer.</summary>
internal sealed class FaultProxy(string name, string listen, string upstream, RandomStream chance, bool isStrict,
    ILogger log)
{
    private readonly Lock gate = new();
    private readonly HashSet<ProxiedConnection> connections = [];
    private readonly List<Toxic> toxics = [];
    private volatile Socket? listener;
    private long accepted, dialFailures;

    public string Name => name;
    public bool IsStrict => isStrict;
    public RandomStream Chance => chance;
    public Tally Up { get; } = new();
    public Tally Down { get; } = new();

    /// <summary>While it listens the bound address, else as it was given.</summary>
    public string Listen { get; private set; } = listen;

    public string Upstream { get; private set; } = upstream;
    public bool IsEnabled => listener is not null;
    public long Accepted => Interlocked.Read(ref accepted);
    public long DialFailures => Interlocked.Read(ref dialFailures);

    public int Open
    {
        get { lock (gate) return connections.Count; }
    }

    /// <summary>All toxics, upstream first, each direction in the order of its chain.</summary>
    public IReadOnlyList<Toxic> Toxics
    {
        get { lock (gate) return [.. toxics.OrderBy(t => !t.IsUpstream)]; }
    }

    /// <summary>Begins to listen; null, or why not in the words of Toxiproxy. Does nothing while it listens.</summary>
    public string? Start(IPEndPoint address)
    {
        lock (gate)
        {
            if (listener is not null) return null;
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                if (address.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
                socket.Bind(address);
                socket.Listen(1024);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                return $"listen tcp {address}: bind: {Reason(e)}";
            }
            listener = socket;
            Listen = socket.LocalEndPoint!.ToString()!;
            _ = Task.Run(() => AcceptAsync(socket));
        }
        log.LogInformation("proxy {Name} listens on {Listen} for {Upstream}", Name, Listen, Upstream);
        return null;
    }

    /// <summary>Stops listening and closes all connections; toxics stay.</summary>
    public void Stop()
    {
        ProxiedConnection[] open;
        lock (gate)
        {
            // first forgotten, so that the accepting loop knows why it ends
            Socket? closing = listener;
            listener = null;
            closing?.Dispose();
            open = [.. connections];
        }
        foreach (ProxiedConnection connection in open) connection.Stop();
    }

    /// <summary>Changes where it listens and leads to, while it is stopped.</summary>
    public void Redirect(string listenText, string upstreamText)
    {
        lock (gate) (Listen, Upstream) = (listenText, upstreamText);
    }

    /// <summary>False when the name is taken.</summary>
    public bool TryAdd(Toxic toxic) => Alter(toxic.IsUpstream, pump => pump.Add(toxic), () =>
    {
        if (toxics.Exists(t => t.Name == toxic.Name)) return false;
        toxics.Add(toxic);
        if (toxic.Kind.Deletes)
            log.LogWarning("proxy {Name}: {Toxic} deletes bytes of streams, which TCP never does", Name, toxic.Name);
        return true;
    });

    /// <summary>New values or toxicity for a toxic that is set; false when it is not.</summary>
    public bool TryChange(Toxic toxic) => Alter(toxic.IsUpstream, pump => pump.Change(toxic), () =>
    {
        int index = toxics.FindIndex(t => t.Name == toxic.Name);
        if (index >= 0) toxics[index] = toxic;
        return index >= 0;
    });

    public bool TryRemove(Toxic toxic) => Alter(toxic.IsUpstream, pump => pump.Remove(toxic.Name), () =>
        toxics.RemoveAll(t => t.Name == toxic.Name) > 0);

    /// <summary>Hands the present toxics to a new connection; false when the proxy has stopped meanwhile.</summary>
    public bool Join(ProxiedConnection connection, DirectionPump up, DirectionPump down)
    {
        lock (gate)
        {
            if (listener is null || !connections.Contains(connection)) return false;
            foreach (Toxic toxic in toxics) (toxic.IsUpstream ? up : down).Add(toxic);
            connection.Joined = true;
            return true;
        }
    }

    public void Forget(ProxiedConnection connection)
    {
        lock (gate) connections.Remove(connection);
    }

    public void DialFailed(string problem)
    {
        Interlocked.Increment(ref dialFailures);
        log.LogInformation("proxy {Name}: upstream {Upstream}: {Problem}", Name, Upstream, problem);
    }

    private bool Alter(bool isUpstream, Action<DirectionPump> change, Func<bool> alter)
    {
        lock (gate)
        {
            if (!alter()) return false;
            foreach (ProxiedConnection connection in connections)
                if (connection.Joined) connection.Alter(isUpstream, change);
            return true;
        }
    }

    private async Task AcceptAsync(Socket socket)
    {
        while (listener == socket)
        {
            try
            {
                Socket client = await socket.AcceptAsync();
                var connection = new ProxiedConnection(this, Interlocked.Increment(ref accepted), client);
                lock (gate)
                {
                    if (listener != socket)
                    {
                        client.Dispose();
                        return;
                    }
                    connections.Add(connection);
                }
                _ = connection.RunAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (listener != socket) return;
                log.LogWarning("proxy {Name}: accepting failed: {Reason}", Name, e.Message);
                await Task.Delay(100);   // out of descriptors, mostly: some will be given back
            }
        }
    }

    private static string Reason(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "address already in use",
        SocketError.AddressNotAvailable => "cannot assign requested address",
        SocketError.AccessDenied => "permission denied",
        _ => e.Message,
    };
}
