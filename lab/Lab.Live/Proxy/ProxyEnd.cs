using Lab.Experiments;
using Lab.Network;

namespace Lab.Live;

/// <summary>
/// The proxies' side that faces the clients, or the one that faces a server: it holds the ends of modelled connections and
/// joins each to its leg.
/// </summary>
internal sealed class ProxyEnd(ProxiedNetwork network, ServerHost? server) : ServingHost
{
    private readonly List<Leg> legs = [];

    public override bool Runs => true;
    public override bool IsPowered => server?.IsPowered ?? true;
    public override bool IsListening => server?.IsListening ?? true;

    // No keepalive, no user timeout: those belong to the real sockets. A cut must keep both legs open as long as it lasts,
    // so the model gives up after 33 hours only.
    public override TcpSettings TcpSettings { get; } = new() { Retries2 = 1000 };

    public Leg Add(SimulatedPipe pipe)
    {
        var leg = new Leg(network, this, pipe, network.LedgerOf(pipe.Connection, upward: !pipe.AtServer));
        pipe.Tag = legs.Count;
        legs.Add(leg);
        return leg;
    }

    /// <summary>A server's end: the modelled connection has arrived, so the real server is dialled.</summary>
    public override void OnConnected(Instant now, Pipe pipe)
    {
        if (!pipe.AtServer)
        {
            legs[pipe.Tag].PipeConnected();
            return;
        }
        Leg leg = Add((SimulatedPipe)pipe);
        leg.PipeConnected();
        network.Dial(leg, server!);
    }

    public override void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes) =>
        legs[pipe.Tag].PipeReceived(bytes);

    public override void OnPeerClosed(Instant now, Pipe pipe) => legs[pipe.Tag].PipeClosed();

    public override void OnDrained(Instant now, Pipe pipe) => legs[pipe.Tag].PipeDrained();

    public override void OnEnded(Instant now, Pipe pipe, TcpEnd end)
    {
        if (pipe.Tag >= 0) legs[pipe.Tag].PipeEnded(end);
    }

    public override void OnTlsEstablished(Instant now, Pipe pipe) { }   // TLS goes through, it does not end here

    public override void OnEvent(Instant now, int argument) { }

    /// <summary>Legs of that client, or all of them (-1), forget everything.</summary>
    public void Lose(int client)
    {
        foreach (Leg leg in legs)
            if (client < 0 || leg.Client == client) leg.Vanish();
    }

    public void SocketOpened(Instant now, Leg leg)
    {
        if (server is IWatchedServer watched) watched.Accepted(now, leg.Client, leg.Connection);
    }

    public void SocketClosed(Instant now, Leg leg)
    {
        if (server is IWatchedServer watched) watched.Closed(now, leg.Client, leg.Connection);
    }
}
