using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Live;

/// <summary>
/// A real server's half of its streams with other servers, seen from outside. A stream is ready for it from the moment
/// that the lab's half says so, until its connection ends at the real server's side; why it ended one unasked is
/// unseen. Rule and limits: lab/MODELS.md, "Real programs".
/// </summary>
internal sealed class RealStreams
{
    private readonly World world;
    private readonly HashSet<int> routes;
    private readonly SortedDictionary<int, Stream> open = [];   // by connection

    private sealed class Stream(int route, bool opened)
    {
        public readonly int Route = route;
        public readonly bool Opened = opened;
        public bool Ready;
        public PathEnd Side => Opened ? PathEnd.Near : PathEnd.Far;
    }

    public RealStreams(World world, int host)
    {
        this.world = world;
        routes = [.. world.Cast.RoutesOf(host - world.Cast.Members.Count).Select(r => r.Index)];
        if (routes.Count > 0) world.Signals.MemberReady += OnReady;
    }

    public bool Knows(int server) => routes.Any(r => world.Cast.RouteAt(r).To == server);

    public void Began(Instant now, int route, int connection, bool opened)
    {
        open[connection] = new Stream(route, opened);
        if (!opened) world.Journal.FarAccepted(now, route, connection);
    }

    /// <param name="othersEnd">How the other end had ended its own by then; null = closed unasked.</param>
    public void Closed(Instant now, int connection, TcpEnd? othersEnd)
    {
        if (!open.Remove(connection, out Stream? stream)) return;
        End(now, connection, stream, othersEnd is { } end ? TransportEnd.Of(end).Mechanism : Mechanism.Unseen);
        world.Journal.TransportEnded(now, stream.Route, stream.Side, othersEnd ?? TcpEnd.Closed, connection);
    }

    /// <summary>Its process is gone.</summary>
    public void Lose(Instant now, Mechanism mechanism)
    {
        foreach ((int connection, Stream stream) in open) End(now, connection, stream, mechanism);
        open.Clear();
    }

    /// <summary>The other half may use the stream: so may this one, and it sends on it where it opened it or both send
    /// on one.</summary>
    private void OnReady(Instant now, int route, int connection, bool sends)
    {
        if (!routes.Contains(route) || !open.TryGetValue(connection, out Stream? stream) || stream.Ready) return;
        stream.Ready = true;
        bool own = stream.Opened || sends && world.Cast.RouteAt(route).Spec.Bidi;
        world.Journal.MemberReady(now, route, stream.Side, sends: own, connection);
    }

    private void End(Instant now, int connection, Stream stream, Mechanism mechanism) =>
        world.Journal.MemberEnded(now, stream.Route, stream.Side, new StreamEnd(mechanism), connection);
}
