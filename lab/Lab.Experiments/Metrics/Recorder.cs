using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// Reads the journal while it is written and keeps what a result is made of. It knows nothing but the journal, the cast
/// and the scenario: the same history gives the same numbers.
/// </summary>
internal sealed class Recorder : IJournalReader
{
    /// <summary>Clients whose lanes are kept.</summary>
    public const int LaneClients = 20;

    private static readonly Duration Silence = Duration.FromSeconds(10);
    private readonly Scenario scenario;
    private readonly ClientRecord[] clients;
    private readonly Instant[] lastPackets;                     // by client
    private readonly (long Packets, long Bytes)[] costs = new (long, long)[Causes.Count];
    private readonly LaneBook lanes;
    private readonly int firstRoute;

    public Recorder(Cast cast, Scenario scenario)
    {
        this.scenario = scenario;
        Truth = new GroundTruth(cast, scenario.Faults);
        clients = [.. cast.Members.Select(m => new ClientRecord(Truth.Path(m.Index)))];
        lastPackets = new Instant[clients.Length];
        Array.Fill(lastPackets, new Instant(long.MinValue / 2));
        lanes = new LaneBook(Math.Min(LaneClients, clients.Length), sides: 2);
        firstRoute = cast.FirstRoute;
        Federation = new FederationRecord(cast, Truth);
        Messages = new MessageBook(Truth, clients);
    }

    public GroundTruth Truth { get; }
    public IReadOnlyList<ClientRecord> Clients => clients;
    public MessageBook Messages { get; }
    public FederationRecord Federation { get; }
    public IReadOnlyList<Incident> Incidents => Truth.OfClients;
    public IReadOnlyList<LaneSegment> Lanes => lanes.Lanes;
    public IReadOnlyList<LaneMark> Marks => lanes.Marks;
    public IReadOnlyList<FaultBand> Bands => lanes.Bands;
    public StormRecord Storm { get; } = new();
    public RuleSight Rules { get; } = new();

    /// <summary>How often each verdict was given, by what was true: "dead/broken" (truth/claim).</summary>
    public SortedDictionary<string, int> Verdicts { get; } = new(StringComparer.Ordinal);

    /// <summary>What packets cost, by cause.</summary>
    public IReadOnlyList<(long Packets, long Bytes)> Costs => costs;

    /// <summary>How often a packet of a client came after a silence.</summary>
    public long WakeUps { get; private set; }

    public int FalseAlarms { get; private set; }
    public int WrongClaims { get; private set; }

    public void On(in Entry e)
    {
        switch (e.Kind)
        {
            case EntryKind.PacketSent when e.Host < firstRoute:
                CountPacket(PacketEntry.Of(in e));
                WakeUp(e.Host, e.At);
                break;
            case EntryKind.PacketDelivered when e.Host < firstRoute:
                WakeUp(e.Host, e.At);
                break;
            case EntryKind.PacketSent or EntryKind.PacketDelivered
                or EntryKind.PacketLost or EntryKind.PacketOverflowed
                or EntryKind.ClientCheckSent or EntryKind.ClientCheckAnswered
                or EntryKind.ServerCheckSent or EntryKind.ServerCheckAnswered
                or EntryKind.MemberCheckSent or EntryKind.MemberCheckAnswered or EntryKind.MemberBlamed
                or EntryKind.RetryScheduled:
                break;
            case EntryKind.StepReached or EntryKind.StanzaReturned or EntryKind.MessageAcknowledged:
                Rules.On(in e);
                break;
            case EntryKind.MessageSent or EntryKind.MessageReceived or EntryKind.MessageBounced
                or EntryKind.MessageAccepted or EntryKind.MessageStored or EntryKind.MessageAbandoned
                or EntryKind.MessageHeld:
                Messages.On(in e);
                break;
            case EntryKind.FaultBegan or EntryKind.FaultEnded:
                FaultChanged(FaultEntry.Of(in e).Fault, e.At, e.Kind == EntryKind.FaultBegan);
                break;
            case EntryKind.ProcessChanged:
                ProcessChanged(in e);
                break;
            default:
                Rules.On(in e);
                if (e.Host >= firstRoute) OnRoute(in e);
                else if (e.Host >= 0 && e.Host < clients.Length) OnClient(clients[e.Host], in e);
                break;
        }
    }

    /// <summary>The run is over: what is open is closed as censored.</summary>
    public void Finish(Instant end)
    {
        foreach (ClientRecord c in clients) c.BookTime(end);
        Truth.Finish(end);
        lanes.Close(end);
        Federation.Finish(end);
    }

    private void FaultChanged(int index, Instant now, bool begins)
    {
        Federation.FaultChanged(scenario.Faults[index], index, now, begins);
        if (!begins) Storm.FaultEnded(now);
    }

    private void OnRoute(in Entry e)
    {
        Federation.On(in e, Truth.On(in e));
        if (e.Kind == EntryKind.StanzaPassed) Messages.On(in e);
    }

    private void OnClient(ClientRecord c, in Entry e)
    {
        c.BookTime(e.At);
        bool wasOnline = c.IsOnline;
        if (Truth.On(in e) is { } verdict) Judge(c, in verdict);
        switch (e.Kind)
        {
            case EntryKind.PathChanged:
                lanes.Band(c.Path.Index, LaneBook.Path, c.Path.IsDead ? FaultKinds.Cut : null, e.At);
                break;
            case EntryKind.ConnectAttempt:
                c.Began(e.At);
                Storm.Attempt(e.At);
                break;
            case EntryKind.ClientOnline:
                c.CameOnline(OnlineEntry.Of(in e), e.At);
                break;
            case EntryKind.ClientOffline:
                c.IsOnline = false;
                break;
            case EntryKind.ServerAvailable:
                c.BecameAvailable(OnlineEntry.Of(in e));
                break;
            case EntryKind.ServerHibernated:
                c.Hibernated(ConnectionEntry.Of(in e).Connection);
                break;
            case EntryKind.ServerUnavailable:
                c.BecameUnavailable(ConnectionEntry.Of(in e).Connection);
                break;
            case EntryKind.ServerLost:
                c.Sessions.Clear();
                break;
        }
        if (c.IsOnline != wasOnline) Storm.Online(e.At, c.IsOnline ? 1 : -1, clients.Length);
        if (c.Path.Index >= LaneClients) return;
        lanes.Draw(c.Path.Index, Side.Client, c.ClientState, e.At);
        lanes.Draw(c.Path.Index, Side.Server, c.ServerState, e.At);
    }

    /// <summary>The process of a client, or of a server: then of all its clients' other ends.</summary>
    private void ProcessChanged(in Entry e)
    {
        ProcessTruth process = Truth.Process(e.Host);
        foreach (PathTruth path in process.Paths)
            if (path.Index < clients.Length) clients[path.Index].BookTime(e.At);
        Truth.On(in e);
        FaultKind? suffered = process.Runs ? null : process.Cause;
        foreach (PathTruth path in process.Paths)
            if (path.Index < clients.Length) lanes.Band(path.Index, LaneBook.Process(e.Host), suffered, e.At);
            else Federation.Band(path, LaneBook.Process(e.Host), suffered, e.At);
    }

    private void Judge(ClientRecord c, in StreamVerdict v)
    {
        if (v.Claim != Claim.None)
        {
            string key = $"{Word(v.Truth)}/{Word(v.Claim)}";
            Verdicts[key] = Verdicts.GetValueOrDefault(key) + 1;
            if (v.IsFalseAlarm) FalseAlarms++;
            if (v.Truth != v.Claim) WrongClaims++;
        }
        if (v.Mechanism is not (Mechanism.Stopped or Mechanism.Replaced)) lanes.Mark(c.Path.Index, in v);
    }

    private static string Word(Claim claim) =>
        claim switch { Claim.Dead => "dead", Claim.Broken => "broken", _ => "idle" };

    // ---- cost

    private void CountPacket(PacketEntry packet)
    {
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
