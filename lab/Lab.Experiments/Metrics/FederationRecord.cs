using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// What the journal says of the streams between servers: the truth of each connection, its deaths as the sides that
/// send on it met them, and where blame landed. Definitions: lab/MODELS.md, "Streams between servers".
/// </summary>
internal sealed class FederationRecord(Cast cast, IReadOnlyList<FaultSpec> faults)
{
    /// <summary>Routes whose lanes are kept; the rest would not be drawn.</summary>
    public const int LaneRoutes = 32;

    private readonly ProcessState[] servers = new ProcessState[cast.Domains.Count];
    private readonly RouteState[] routes = [.. cast.Routes.Select(r => new RouteState(r))];
    private readonly Dictionary<int, Connection> connections = [];
    private readonly Dictionary<long, Instant> waiting = [];

    /// <summary>One end of a connection and what its side believes.</summary>
    private sealed class End
    {
        public bool Stands, Ready, Sends;
        public OpenIncident? Death;

        /// <summary>A transport is over before its side has said so.</summary>
        public bool IsOver => !Stands && !Ready;
    }

    private sealed class Connection(int number, RouteState route)
    {
        public readonly int Number = number;
        public readonly RouteState Route = route;
        public readonly End[] Ends = [new(), new()];               // who opened it, who took it
        public bool Used;
    }

    private sealed class RouteState(Route route)
    {
        public readonly Route Route = route;
        public readonly List<Connection> Connections = [];
        public bool Dead;
        public LaneState Lane;
        public Instant LaneSince;

        public LaneState State => Connections.Exists(c => c.Ends[0] is { Ready: true }) ? LaneState.Online
            : Connections.Exists(c => c.Ends[0].Stands) ? LaneState.Connecting : LaneState.Offline;
    }

    public bool IsEmpty => routes.Length == 0;
    public IEnumerable<string> Names => routes.Take(LaneRoutes).Select(r => r.Route.Name);
    public List<Incident> Deaths { get; } = [];
    public List<LaneSegment> Lanes { get; } = [];
    public List<LaneMark> Marks { get; } = [];
    public List<FaultBand> Bands { get; } = [];

    /// <summary>How long the first stanza of a connection waited for it, in seconds.</summary>
    public List<double> FirstDelays { get; } = [];

    public int BlamedWrongly { get; private set; }
    public int Handshakes { get; private set; }
    public StormRecord Storm { get; } = new();

    /// <summary>Whether both ends of a connection stand: what was written to it may still arrive.</summary>
    public bool Stands(int connection) =>
        connections.TryGetValue(connection, out Connection? c) && c.Ends[0].Stands && c.Ends[1].Stands;

    public FederationResult? Result() => IsEmpty ? null : new([.. Names], Lanes, Marks, Bands, Deaths);

    /// <summary>An entry whose host is a route.</summary>
    public void On(in Entry e)
    {
        RouteState route = routes[e.Host - cast.FirstRoute];
        switch (e.Kind)
        {
            case EntryKind.PathChanged:
                PathEntry path = PathEntry.Of(in e);
                FaultKind kind = path.Fault < 0 ? FaultKind.Cut : faults[path.Fault].Kind;
                route.Dead = path.IsDead;
                Band(route, e.At, FaultKind.Cut, route.Dead);
                foreach (Connection c in route.Connections) TruthChanged(c, e.At, kind);
                break;
            case EntryKind.ConnectAttempt:
                Handshakes++;
                Storm.Attempt(e.At);
                var opened = new Connection(ConnectionEntry.Of(in e).Connection, route);
                opened.Ends[0].Stands = true;
                connections[opened.Number] = opened;
                route.Connections.Add(opened);
                break;
            default:
                if (connections.TryGetValue(ConnectionEntry.Of(in e).Connection, out Connection? known)) OnConnection(known, in e);
                break;
        }
        Draw(route, e.At, closing: false);
    }

    public void ServerChanged(int server, ProcessState state, FaultKind kind, Instant now)
    {
        servers[server] = state;
        foreach (Route r in cast.RoutesOf(server))
        {
            RouteState route = routes[r.Index - cast.FirstRoute];
            Band(route, now, kind, state != ProcessState.Runs);
            foreach (Connection c in route.Connections) TruthChanged(c, now, kind);
        }
    }

    /// <summary>Draws what no path and no process shows: names, certificates, dialback. Nobody dies of it.</summary>
    public void FaultChanged(FaultSpec fault, Instant now, bool begins)
    {
        if (!fault.Kind.IsBetweenServers()) return;
        foreach (int server in cast.Resolve(fault.Target).Servers)
            foreach (Route r in cast.RoutesOf(server))
                Band(routes[r.Index - cast.FirstRoute], now, fault.Kind, begins);
    }

    /// <summary>The run is over: deaths that nobody noticed are closed.</summary>
    public void Finish(Instant end)
    {
        foreach (RouteState route in routes)
        {
            foreach (Connection c in route.Connections)
                foreach (End side in c.Ends)
                    Close(c, side, end, detected: false, Mechanism.None, Claim.None, outlived: false);
            Draw(route, end, closing: true);
        }
        for (int i = 0; i < Bands.Count; i++)
            if (Bands[i].To == Instant.Never) Bands[i] = Bands[i] with { To = end };
    }

    private void OnConnection(Connection c, in Entry e)
    {
        switch (e.Kind)
        {
            case EntryKind.FarAccepted:
                c.Ends[1].Stands = true;
                break;
            case EntryKind.NearTransportEnded:
                c.Ends[0].Stands = false;
                break;
            case EntryKind.FarTransportEnded:
                c.Ends[1].Stands = false;
                break;
            case EntryKind.MemberReady:
                MemberReadyEntry ready = MemberReadyEntry.Of(in e);
                End end = c.Ends[(int)ready.Side];
                (end.Ready, end.Sends) = (true, ready.Sends);
                break;
            case EntryKind.MemberEnded:
                Ended(c, in e);
                break;
            case EntryKind.StanzaQueued:
                waiting.TryAdd(StanzaEntry.Of(in e).Number, e.At);
                break;
            case EntryKind.StanzaPassed:
                bool waited = waiting.Remove(StanzaEntry.Of(in e).Number, out Instant since);
                if (waited && !c.Used) FirstDelays.Add((e.At - since).TotalSeconds);
                c.Used = true;
                break;
        }
        if (c.Ends[0].IsOver && c.Ends[1].IsOver) Forget(c);
    }

    private void Forget(Connection c)
    {
        connections.Remove(c.Number);
        c.Route.Connections.Remove(c);
    }

    private void Ended(Connection c, in Entry e)
    {
        MemberEndEntry ended = MemberEndEntry.Of(in e);
        (Mechanism mechanism, Claim claim, _) = ended.End;
        int side = (int)ended.Side;
        End end = c.Ends[side];
        bool wrong = end.Ready && claim is Claim.Dead or Claim.Broken && Truth(c, side) == Claim.Idle;
        if (wrong) BlamedWrongly++;
        bool own = mechanism is Mechanism.Stopped or Mechanism.Crashed;
        int lane = c.Route.Route.Index - cast.FirstRoute;
        if (end.Ready && !own && lane < LaneRoutes)
            Marks.Add(new LaneMark(lane, (Side)side, mechanism, claim, wrong, e.At));
        Close(c, end, e.At, detected: !own, mechanism, claim, outlived: own);
        end.Ready = end.Stands = false;
    }

    // ---- truth

    /// <summary>What a side should say of its peer on a connection, if it knew.</summary>
    private Claim Truth(Connection c, int side)
    {
        ProcessState peer = servers[side == 0 ? c.Route.Route.To : c.Route.Route.From];
        if (c.Route.Dead || peer == ProcessState.Gone || !c.Ends[1 - side].Stands) return Claim.Dead;
        return peer == ProcessState.Frozen ? Claim.Broken : Claim.Idle;
    }

    private void TruthChanged(Connection c, Instant now, FaultKind fault)
    {
        if (fault is FaultKind.Restart or FaultKind.Reset or FaultKind.Degrade) return;
        for (int side = 0; side < 2; side++)
        {
            End end = c.Ends[side];
            bool lives = Truth(c, side) == Claim.Idle;
            if (lives) Close(c, end, now, detected: false, Mechanism.None, Claim.None, outlived: true);
            else if (end is { Ready: true, Sends: true, Death: null }
                && servers[side == 0 ? c.Route.Route.From : c.Route.Route.To] == ProcessState.Runs)
                end.Death = new OpenIncident((Side)side, fault, now, c.Number);
        }
    }

    private void Close(
        Connection c, End end, Instant now, bool detected, Mechanism mechanism, Claim claim, bool outlived)
    {
        if (end.Death is not { } death) return;
        end.Death = null;
        Deaths.Add(new Incident(
            c.Route.Route.Index, c.Route.Route.Name, death.Side, death.Fault, death.Began, now, detected,
            detected ? now : Instant.Never, mechanism, claim, outlived));
    }

    // ---- pictures

    private void Draw(RouteState route, Instant now, bool closing)
    {
        int lane = route.Route.Index - cast.FirstRoute;
        if (lane >= LaneRoutes || (!closing && route.State == route.Lane)) return;
        if (now > route.LaneSince)
            Lanes.Add(new LaneSegment(lane, Side.Client, route.Lane, route.LaneSince, now));
        (route.Lane, route.LaneSince) = (route.State, now);
    }

    private void Band(RouteState route, Instant now, FaultKind kind, bool begins)
    {
        int lane = route.Route.Index - cast.FirstRoute;
        if (lane >= LaneRoutes) return;
        int open = Bands.FindIndex(b => b.Client == lane && b.Kind == kind && b.To == Instant.Never);
        if (begins && open < 0) Bands.Add(new FaultBand(lane, kind, now, Instant.Never));
        else if (!begins && open >= 0) Bands[open] = Bands[open] with { To = now };
    }
}
