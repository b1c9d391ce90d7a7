using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// Reads the journal while it is written and keeps what a result is made of. It knows nothing but the journal, the
/// names and the faults' kinds: the same history gives the same numbers.
/// </summary>
internal sealed class Recorder : IJournalReader
{
    /// <summary>Clients whose lanes are kept; the rest would not be drawn.</summary>
    public const int LaneClients = 20;

    private static readonly Duration Silence = Duration.FromSeconds(10);
    private readonly IReadOnlyList<FaultSpec> faults;
    private readonly ProcessState[] servers;
    private readonly ClientRecord[] clients;
    private readonly Instant[] lastPackets;                     // by client
    private readonly (long Packets, long Bytes)[] costs = new (long, long)[Causes.Count];
    private readonly int firstRoute;

    public Recorder(Cast cast, Scenario scenario)
    {
        faults = scenario.Faults;
        int n = cast.Members.Count;
        clients =
            [.. cast.Members.Select(m => new ClientRecord(m.Index, m.Name, n + m.Server))];
        servers = new ProcessState[cast.Domains.Count];
        lastPackets = new Instant[n];
        Array.Fill(lastPackets, new Instant(long.MinValue / 2));
        firstRoute = cast.FirstRoute;
        Federation = new FederationRecord(cast, faults);
    }

    public IReadOnlyList<ClientRecord> Clients => clients;
    public MessageBook Messages { get; } = new();
    public FederationRecord Federation { get; }
    public List<Incident> Incidents { get; } = [];
    public List<LaneSegment> Lanes { get; } = [];
    public List<LaneMark> Marks { get; } = [];
    public List<FaultBand> Bands { get; } = [];
    public StormRecord Storm { get; } = new();
    public SortedDictionary<string, int> Verdicts { get; } = new(StringComparer.Ordinal);

    /// <summary>What packets cost, by cause.</summary>
    public IReadOnlyList<(long Packets, long Bytes)> Costs => costs;

    /// <summary>How often a packet of a client came after a silence.</summary>
    public long WakeUps { get; private set; }

    public int FalseAlarms { get; private set; }
    public int WrongClaims { get; private set; }

    public void On(in Entry e)
    {
        if (e.Host >= firstRoute && e.Kind is not (EntryKind.FaultBegan or EntryKind.FaultEnded))
        {
            if (e.Kind > EntryKind.PacketOverflowed || e.Kind < EntryKind.PacketSent) OnRoute(in e);
            return;
        }
        switch (e.Kind)
        {
            case EntryKind.PacketSent:
                CountPacket(in e);
                WakeUp(e.Host, e.At);
                break;
            case EntryKind.PacketDelivered:
                WakeUp(e.Host, e.At);
                break;
            case EntryKind.PacketLost or EntryKind.PacketOverflowed
                or EntryKind.ClientCheckSent or EntryKind.ClientCheckAnswered
                or EntryKind.ServerCheckSent or EntryKind.ServerCheckAnswered
                or EntryKind.RetryScheduled or EntryKind.MessageAcknowledged:
                break;
            case EntryKind.MessageSent or EntryKind.MessageReceived or EntryKind.MessageBounced
                or EntryKind.MessageAccepted or EntryKind.MessageStored or EntryKind.MessageAbandoned
                or EntryKind.MessageHeld:
                Messages.On(in e, clients);
                break;
            case EntryKind.FaultBegan:
                Federation.FaultChanged(faults[FaultEntry.Of(in e).Fault], e.At, begins: true);
                break;
            case EntryKind.FaultEnded:
                Federation.FaultChanged(faults[FaultEntry.Of(in e).Fault], e.At, begins: false);
                Storm.FaultEnded(e.At);
                break;
            case EntryKind.ProcessChanged when e.Host >= clients.Length:
                ServerChanged(in e);
                break;
            default:
                if (e.Host >= 0 && e.Host < clients.Length) OnClient(clients[e.Host], in e);
                break;
        }
    }

    private void OnRoute(in Entry e)
    {
        Federation.On(in e);
        if (e.Kind == EntryKind.StanzaPassed) Messages.On(in e, clients);
    }

    /// <summary>The run is over: what is open is closed as censored.</summary>
    public void Finish(Instant end)
    {
        foreach (ClientRecord c in clients)
        {
            Integrate(c, end);
            if (c.AtClient is { } a) Close(c, a, end, detected: false, Mechanism.None, Claim.None, outlived: false);
            if (c.AtServer is { } b) Close(c, b, end, detected: false, Mechanism.None, Claim.None, outlived: false);
            DrawLanes(c, end, closing: true);
        }
        Federation.Finish(end);
        for (int i = 0; i < Bands.Count; i++)
            if (Bands[i].To == Instant.Never) Bands[i] = Bands[i] with { To = end };
    }

    private void OnClient(ClientRecord c, in Entry e)
    {
        Integrate(c, e.At);
        bool wasOnline = c.ClientOnline;
        int connection = ConnectionEntry.Of(in e).Connection;
        switch (e.Kind)
        {
            case EntryKind.PathChanged:
                PathEntry path = PathEntry.Of(in e);
                (c.UpDead, c.DownDead) = (path.UpDead, path.DownDead);
                Band(c, e.At, FaultKind.Cut, c.PathDead);
                TruthChanged(c, e.At, path.Fault < 0 ? FaultKind.Cut : faults[path.Fault].Kind, onlyFor: null);
                break;
            case EntryKind.ProcessChanged:
                ProcessEntry process = ProcessEntry.Of(in e);
                c.Process = process.State;
                Band(c, e.At, faults[process.Fault].Kind, c.Process != ProcessState.Runs);
                TruthChanged(c, e.At, faults[process.Fault].Kind, onlyFor: Side.Server);
                break;
            case EntryKind.ConnectAttempt:
                c.OpenAtClient = connection;
                c.AttemptBegan = e.At;
                c.Attempts++;
                Storm.Attempt(e.At);
                break;
            case EntryKind.FarAccepted:
                c.OpenAtServer.Add(connection);
                break;
            case EntryKind.ClientOnline:
                (c.ClientOnline, c.ClientConnection) = (true, connection);
                c.TimesOnline++;
                if (OnlineEntry.Of(in e).Resumed) c.TimesResumed++;
                c.ConnectTimes.Add(e.At - c.AttemptBegan);
                break;
            case EntryKind.ClientOffline:
                StreamEnded(c, in e, Side.Client, wasOnline && c.ClientConnection == connection);
                c.ClientOnline = false;
                c.OpenAtClient = -1;
                break;
            case EntryKind.NearTransportEnded:
                if (c.OpenAtClient == connection) c.OpenAtClient = -1;
                break;
            case EntryKind.ServerAvailable:
                // a client resumes the last session it had
                if (OnlineEntry.Of(in e).Resumed && c.Sessions.Count > 0) c.Sessions.RemoveAt(c.Sessions.Count - 1);
                c.Sessions.Add(new ServerSession(connection, false));
                c.EstablishedAtServer.Add(connection);
                break;
            case EntryKind.ServerHibernated:
                int waiting = SessionOn(c, connection);
                if (waiting >= 0) c.Sessions[waiting] = c.Sessions[waiting] with { Hibernates = true };
                break;
            case EntryKind.ServerUnavailable:
                int gone = SessionOn(c, connection);
                if (gone >= 0) c.Sessions.RemoveAt(gone);
                break;
            case EntryKind.ServerLost:
                c.Sessions.Clear();
                c.OpenAtServer.Clear();
                c.EstablishedAtServer.Clear();
                break;
            case EntryKind.ServerOffline:
                StreamEnded(
                    c, in e, Side.Server,
                    c.OpenAtServer.Contains(connection) && c.EstablishedAtServer.Contains(connection));
                c.EstablishedAtServer.Remove(connection);
                c.OpenAtServer.Remove(connection);
                break;
            case EntryKind.FarTransportEnded:
                c.OpenAtServer.Remove(connection);
                break;
        }
        if (c.ClientOnline != wasOnline) Storm.Online(e.At, c.ClientOnline ? 1 : -1, clients.Length);
        DrawLanes(c, e.At, closing: false);
    }

    private void ServerChanged(in Entry e)
    {
        (ProcessState state, int fault) = ProcessEntry.Of(in e);
        servers[e.Host - clients.Length] = state;
        FaultKind kind = faults[fault].Kind;
        Federation.ServerChanged(e.Host - clients.Length, state, kind, e.At);
        foreach (ClientRecord c in clients)
        {
            if (c.ServerHost != e.Host) continue;
            Integrate(c, e.At);
            Band(c, e.At, kind, state != ProcessState.Runs);
            TruthChanged(c, e.At, kind, onlyFor: Side.Client);
        }
    }

    // ---- truth and incidents

    private ProcessState ServerOf(ClientRecord c) => servers[c.ServerHost - clients.Length];

    /// <summary>What a side should say of its peer on a connection, if it knew: RFC 6120 section 4.6.</summary>
    private Claim Truth(ClientRecord c, Side side, int connection)
    {
        ProcessState peer = side == Side.Client ? ServerOf(c) : c.Process;
        bool peerEndStands = side == Side.Client ? c.OpenAtServer.Contains(connection) : c.OpenAtClient == connection;
        if (c.PathDead || peer == ProcessState.Gone || !peerEndStands) return Claim.Dead;
        return peer == ProcessState.Frozen ? Claim.Broken : Claim.Idle;
    }

    /// <summary>A process that stops or goes on is an incident for its peer only.</summary>
    private void TruthChanged(ClientRecord c, Instant now, FaultKind fault, Side? onlyFor)
    {
        if (fault is FaultKind.Restart or FaultKind.Reset or FaultKind.Degrade) return;
        foreach (OpenIncident? open in new[] { c.AtClient, c.AtServer })
            if (open is not null && Truth(c, open.Side, open.Connection) == Claim.Idle)
                Close(c, open, now, detected: false, Mechanism.None, Claim.None, outlived: true);
        if (onlyFor != Side.Server && c.AtClient is null && c.ClientOnline && c.Process == ProcessState.Runs)
            c.AtClient = Begin(c, now, fault, Side.Client, c.ClientConnection);
        if (onlyFor != Side.Client && c.AtServer is null && c.Session is { Hibernates: false } s
            && c.OpenAtServer.Contains(s.Connection) && ServerOf(c) == ProcessState.Runs)
            c.AtServer = Begin(c, now, fault, Side.Server, s.Connection);
    }

    private OpenIncident? Begin(ClientRecord c, Instant now, FaultKind fault, Side side, int connection) =>
        Truth(c, side, connection) == Claim.Idle ? null : new OpenIncident(side, fault, now, connection);

    private void StreamEnded(ClientRecord c, in Entry e, Side side, bool wasEstablished)
    {
        ((Mechanism mechanism, Claim claim, _), int connection) = OfflineEntry.Of(in e);
        if (claim == Claim.None
            && mechanism is Mechanism.TcpRetransmissionLimit or Mechanism.TcpUserTimeout or Mechanism.TcpKeepalive
                or Mechanism.TcpWindowProbe) claim = Claim.Dead;
        bool falseAlarm = false;
        if (wasEstablished && claim != Claim.None)
        {
            Claim truth = Truth(c, side, connection);
            string key = $"{Word(truth)}/{Word(claim)}";
            Verdicts[key] = Verdicts.GetValueOrDefault(key) + 1;
            falseAlarm = truth == Claim.Idle && claim != Claim.Idle;
            if (falseAlarm) FalseAlarms++;
            if (truth != claim) WrongClaims++;
        }
        if (wasEstablished && mechanism is not (Mechanism.Stopped or Mechanism.Replaced) && c.Index < LaneClients)
            Marks.Add(new LaneMark(c.Index, side, mechanism, claim, falseAlarm, e.At));
        OpenIncident? open = side == Side.Client ? c.AtClient : c.AtServer;
        if (open is null || open.Connection != connection) return;
        bool detected = mechanism is not (Mechanism.Replaced or Mechanism.Stopped or Mechanism.Crashed);
        Close(c, open, e.At, detected, mechanism, claim, outlived: !detected);
    }

    private void Close(
        ClientRecord c, OpenIncident i, Instant now, bool detected, Mechanism mechanism, Claim claim, bool outlived)
    {
        Incidents.Add(new Incident(
            c.Index, c.Name, i.Side, i.Fault, i.Began, now, detected, detected ? now : Instant.Never,
            mechanism, claim, outlived));
        if (i.Side == Side.Client) c.AtClient = null;
        else c.AtServer = null;
    }

    private static string Word(Claim claim) =>
        claim switch { Claim.Dead => "dead", Claim.Broken => "broken", _ => "idle" };

    private static int SessionOn(ClientRecord c, int connection) =>
        c.Sessions.FindIndex(s => s.Connection == connection);

    // ---- time

    private void Integrate(ClientRecord c, Instant now)
    {
        long span = (now - c.Since).Nanoseconds;
        c.Since = now;
        if (span == 0) return;
        bool reachable = c.ClientOnline && c.Session is { Hibernates: false } s && c.ClientConnection == s.Connection
            && !c.PathDead && c.Process == ProcessState.Runs && ServerOf(c) == ProcessState.Runs;
        if (reachable) c.ReachableNanoseconds += span;
        else if (c.Sessions.Count > 0) c.GhostNanoseconds += span;
    }

    private void DrawLanes(ClientRecord c, Instant now, bool closing)
    {
        if (c.Index >= LaneClients) return;
        if (closing || c.ClientState != c.ClientLane)
        {
            if (now > c.ClientLaneSince)
                Lanes.Add(new LaneSegment(c.Index, Side.Client, c.ClientLane, c.ClientLaneSince, now));
            (c.ClientLane, c.ClientLaneSince) = (c.ClientState, now);
        }
        if (closing || c.ServerState != c.ServerLane)
        {
            if (now > c.ServerLaneSince)
                Lanes.Add(new LaneSegment(c.Index, Side.Server, c.ServerLane, c.ServerLaneSince, now));
            (c.ServerLane, c.ServerLaneSince) = (c.ServerState, now);
        }
    }

    private void Band(ClientRecord c, Instant now, FaultKind kind, bool begins)
    {
        if (c.Index >= LaneClients) return;
        int open = Bands.FindIndex(b => b.Client == c.Index && b.Kind == kind && b.To == Instant.Never);
        if (begins && open < 0) Bands.Add(new FaultBand(c.Index, kind, now, Instant.Never));
        else if (!begins && open >= 0) Bands[open] = Bands[open] with { To = now };
    }

    // ---- cost

    private void CountPacket(in Entry e)
    {
        PacketEntry packet = PacketEntry.Of(in e);
        ref (long Packets, long Bytes) cost = ref costs[Causes.Of(packet.Use, packet.Mark)];
        cost.Packets++;
        cost.Bytes += packet.Bytes;
    }

    private void WakeUp(int client, Instant at)
    {
        ref Instant last = ref lastPackets[client];
        if (at - last >= Silence) WakeUps++;
        last = at;
    }
}
