using Lab.Experiments;
using Lab.Network;

namespace Lab.Live;

/// <summary>
/// The proxies' side that faces one program: it holds the ends of modelled connections and joins each to its leg. With
/// the program's power it loses what it holds.
/// </summary>
internal sealed class ProxyEnd(ProxiedNetwork network, HostProgram program) : Host
{
    private readonly Dictionary<int, Leg> legs = [];                 // by connection
    private readonly SortedDictionary<int, SocketPipe> pipes = [];   // by connection: the program's own, a lab's one

    // No keepalive, no user timeout: those belong to the real sockets. A cut must keep both legs open as long as it
    // lasts, so the model gives up after 33 hours only.
    public static readonly TcpSettings Patient = new() { Retries2 = 1000 };

    public HostProgram Program => program;
    public override bool Runs => true;
    public override bool IsPowered => program.IsPowered;
    public override bool IsListening => program.IsListening;
    public override TimerWheel Timers => program.Timers;

    /// <summary>Legs that are not over.</summary>
    public int Legs => legs.Count;

    /// <summary>The pipes of a program of the lab's, oldest first.</summary>
    public IReadOnlyCollection<SocketPipe> Pipes => pipes.Values;

    public Leg Add(SimulatedPipe pipe) => legs[pipe.Connection] = new Leg(network, this, pipe);

    public void Add(SocketPipe pipe) => pipes[pipe.Connection] = pipe;

    public void Remove(SocketPipe pipe) => pipes.Remove(pipe.Connection);

    /// <summary>Forgets the leg when it is over.</summary>
    public void Tidy(Leg leg)
    {
        if (leg.IsOver) legs.Remove(leg.Connection);
    }

    /// <summary>At the far end the modelled connection has arrived, so the real server is dialled.</summary>
    public override void OnConnected(Instant now, Pipe pipe)
    {
        Leg leg = pipe.AtFar ? Add((SimulatedPipe)pipe) : legs[pipe.Connection];
        leg.PipeConnected();
        if (pipe.AtFar) network.Dial(now, leg, program);
    }

    public override void OnReceived(Instant now, Pipe pipe, ReadOnlySpan<byte> bytes) =>
        legs[pipe.Connection].PipeReceived(bytes);

    public override void OnPeerClosed(Instant now, Pipe pipe) => legs[pipe.Connection].PipeClosed();

    public override void OnDrained(Instant now, Pipe pipe) => legs[pipe.Connection].PipeDrained();

    public override void OnEnded(Instant now, Pipe pipe, TcpEnd end)
    {
        // at the far end it may never have been connected
        if (!legs.TryGetValue(pipe.Connection, out Leg? leg)) return;
        leg.PipeEnded(end);
        SocketClosed(now, leg);
    }

    public override void OnTlsEstablished(Instant now, Pipe pipe) { }   // TLS goes through, it does not end here

    public override void OnEvent(Instant now, int argument) { }

    /// <summary>The machine has no power any more: everything is forgotten, and nobody is told.</summary>
    public void Lose()
    {
        foreach (Leg leg in legs.Values) leg.Vanish();
        legs.Clear();
        foreach (SocketPipe pipe in pipes.Values) pipe.Vanish();
        pipes.Clear();
    }

    public void SocketOpened(Instant now, Leg leg)
    {
        if (program is IWatchedServer watched) watched.Accepted(now, leg.Path, leg.Connection, !leg.AtFar);
    }

    public void SocketClosed(Instant now, Leg leg)
    {
        if (program is IWatchedServer watched) watched.Closed(now, leg.Connection, leg.PeerEnd);
    }
}
