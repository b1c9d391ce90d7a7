using Lab.Experiments;
using Lab.Network;

namespace Lab.Live;

/// <summary>
/// The proxies' side that faces the clients, or the one that faces a server: it holds the ends of modelled connections
/// and joins each to its leg.
/// </summary>
internal sealed class ProxyEnd(ProxiedNetwork network, ServerHost? server) : ServingHost
{
    private readonly Dictionary<int, Leg> legs = [];   // by connection

    public override bool Runs => true;
    public override bool IsPowered => server?.IsPowered ?? true;
    public override bool IsListening => server?.IsListening ?? true;

    // No keepalive, no user timeout: those belong to the real sockets. A cut must keep both legs open as long as it
    // lasts, so the model gives up after 33 hours only.
    public override TcpSettings TcpSettings { get; } = new() { Retries2 = 1000 };

    /// <summary>Legs that are not over.</summary>
    public int Count => legs.Count;

    public Leg Add(SimulatedPipe pipe) => legs[pipe.Connection] = new Leg(network, this, pipe);

    /// <summary>Forgets the leg when it is over.</summary>
    public void Tidy(Leg leg)
    {
        if (leg.IsOver) legs.Remove(leg.Connection);
    }

    /// <summary>A server's end: the modelled connection has arrived, so the real server is dialled.</summary>
    public override void OnConnected(Instant now, Pipe pipe)
    {
        Leg leg = pipe.AtServer ? Add((SimulatedPipe)pipe) : legs[pipe.Connection];
        leg.PipeConnected();
        if (pipe.AtServer) network.Dial(now, leg, server!);
    }

    public override void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes) =>
        legs[pipe.Connection].PipeReceived(bytes);

    public override void OnPeerClosed(Instant now, Pipe pipe) => legs[pipe.Connection].PipeClosed();

    public override void OnDrained(Instant now, Pipe pipe) => legs[pipe.Connection].PipeDrained();

    public override void OnEnded(Instant now, Pipe pipe, TcpEnd end)
    {
        // at the server's end it may never have been connected
        if (!legs.TryGetValue(pipe.Connection, out Leg? leg)) return;
        leg.PipeEnded(end);
        SocketClosed(now, leg);
    }

    public override void OnTlsEstablished(Instant now, Pipe pipe) { }   // TLS goes through, it does not end here

    public override void OnEvent(Instant now, int argument) { }

    /// <summary>Legs of that client, or all of them (-1), forget everything.</summary>
    public void Lose(int client)
    {
        foreach (Leg leg in legs.Values.Where(l => client < 0 || l.Client == client).ToArray())
        {
            leg.Vanish();
            legs.Remove(leg.Connection);
        }
    }

    public void SocketOpened(Instant now, Leg leg)
    {
        if (server is IWatchedServer watched) watched.Accepted(now, leg.Client, leg.Connection, !leg.AtServer);
    }

    public void SocketClosed(Instant now, Leg leg)
    {
        if (server is IWatchedServer watched) watched.Closed(now, leg.Connection, leg.PeerEnd);
    }
}
