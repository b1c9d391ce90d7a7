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

    private readonly Scenario scenario;
    private readonly ClientRecord[] clients;
    private readonly CostBook costs;
    private readonly EnergyBook energy;
    private readonly SleepBook sleep;
    private readonly SortedDictionary<Instant, Tally?> tallies = [];   // at the ends of the spans that are asked for
    private readonly LaneBook lanes;
    private readonly int firstRoute;
    private Instant nextTally = Instant.Never;

    public Recorder(Cast cast, Scenario scenario)
    {
        this.scenario = scenario;
        Truth = new GroundTruth(cast, scenario.Faults);
        clients = [.. cast.Members.Select(m => new ClientRecord(Truth.Path(m.Index), m.Spec.Login is not null))];
        costs = new CostBook(cast.Paths);
        energy = new EnergyBook(cast);
        sleep = new SleepBook(cast);
        Service = new ServiceBook(cast);
        lanes = new LaneBook(Math.Min(LaneClients, clients.Length), sides: 2);
        firstRoute = cast.FirstRoute;
        Federation = new FederationRecord(cast, Truth);
        Messages = new MessageBook(Truth, clients, cast);
        foreach (Duration at in scenario.Expect.SelectMany(e => new[] { e.From, e.To }).OfType<Duration>())
            if (at > Duration.Zero && at < scenario.Duration) tallies[Instant.Zero + at] = null;
        if (tallies.Count > 0) nextTally = tallies.Keys.First();
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
    public ServiceBook Service { get; }
    public bool HasRadios => energy.HasRadios;
    public bool HasSleepers => sleep.HasSleepers;

    /// <summary>That servers asked for, in order.</summary>
    public List<(Instant At, int Client, PushFate Fate)> Pushes { get; } = [];

    public RuleSight Rules { get; } = new();

    /// <summary>The end of a stream in use that the last entry about a path told of, if it did.</summary>
    public StreamVerdict? LastVerdict { get; private set; }

    /// <summary>Ends of clients' streams that claimed something of the peer.</summary>
    public List<StreamVerdict> Verdicts { get; } = [];

    /// <summary>What packets of clients cost, by cause.</summary>
    public IReadOnlyList<(long Packets, long Bytes)> Costs =>
        [.. Enumerable.Range(0, Causes.Count).Select(cause => Sum(clients.Select(c => costs.Of(c.Path.Index, cause))))];

    /// <summary>What radios drew by account until the end, rest the last; empty where there are none.</summary>
    public IReadOnlyList<double> EnergiesAt(Instant end) => !energy.HasRadios ? []
        : [.. Enumerable.Range(0, EnergyBook.Accounts)
            .Select(account => clients.Sum(c => TallyAt(end)!.Energy.Joules(c.Path.Index, account)))];

    /// <summary>What had been counted before that moment; null when nothing was. Once the run is over.</summary>
    public Tally? TallyAt(Instant at) => at == Instant.Zero ? null : tallies[at];

    public void On(in Entry e)
    {
        if (e.At >= nextTally) Count(e.At);
        switch (e.Kind)
        {
            case EntryKind.PacketSent:
                PacketEntry sent = PacketEntry.Of(in e);
                if (sent.IsBehindLink) break;
                costs.Sent(e.Host, sent);
                costs.Seen(e.Host, e.At);
                if (energy.HasRadios && sent.Direction == Direction.Up && e.Host < clients.Length)
                    energy.Passed(e.Host, sent);
                break;
            case EntryKind.PacketDelivered:
                PacketEntry came = PacketEntry.Of(in e);
                if (came.IsBehindLink) break;
                costs.Seen(e.Host, e.At);
                if (energy.HasRadios && came.Direction == Direction.Down && e.Host < clients.Length)
                    energy.Passed(e.Host, came);
                break;
            case EntryKind.RadioChanged:
                energy.On(e.Host, RadioEntry.Of(in e), e.At);
                break;
            case EntryKind.WorkDone:
                Service.Worked(e.Host, e.At, WorkEntry.Of(in e), ConnectionEntry.Of(in e).Connection);
                break;
            case EntryKind.AcceptQueueFull:
                Service.Unanswered(e.Host, e.At);
                break;
            case EntryKind.PacketLost or EntryKind.PacketOverflowed
                or EntryKind.ClientCheckSent or EntryKind.ClientCheckAnswered
                or EntryKind.ServerCheckSent or EntryKind.ServerCheckAnswered
                or EntryKind.MemberCheckSent or EntryKind.MemberCheckAnswered or EntryKind.MemberBlamed
                or EntryKind.RetryScheduled:
                break;
            case EntryKind.StepReached:
                clients[e.Host].Reached(StepEntry.Of(in e).Step);
                Rules.On(in e);
                break;
            case EntryKind.StanzaReturned or EntryKind.MessageAcknowledged:
                Rules.On(in e);
                break;
            case EntryKind.MessageSent or EntryKind.MessageReceived or EntryKind.MessageBounced
                or EntryKind.MessageAccepted or EntryKind.MessageStored or EntryKind.MessageAbandoned
                or EntryKind.MessageHeld or EntryKind.MessageHanded:
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
        tallies[end] = null;
        Count(new Instant(Instant.Never.Nanoseconds - 1));
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
        LastVerdict = Truth.On(in e);
        Federation.On(in e, LastVerdict);
        Messages.Losses.On(in e);
        if (e.Kind == EntryKind.StanzaPassed) Messages.On(in e);
    }

    private void OnClient(ClientRecord c, in Entry e)
    {
        c.BookTime(e.At);
        bool wasOnline = c.IsOnline;
        LastVerdict = Truth.On(in e);
        if (LastVerdict is { } verdict) Judge(c, in verdict);
        Messages.Losses.On(in e);
        switch (e.Kind)
        {
            case EntryKind.LinkChanged:
                energy.Moved(c.Path.Index, LinkEntry.Of(in e).Link);
                break;
            case EntryKind.PushSent:
                Pushes.Add((e.At, c.Path.Index, PushEntry.Of(in e).Fate));
                break;
            case EntryKind.SleepChanged:
                sleep.On(c.Path.Index, SleepEntry.Of(in e), e.At);
                break;
            case EntryKind.PathChanged:
                lanes.Band(c.Path.Index, LaneBook.Path, c.Path.IsDead ? c.Path.Cause : null, e.At);
                break;
            case EntryKind.ConnectAttempt:
                Storm.Attempt(e.At, c.Path.Index, first: !c.HasBegun);
                c.Began(e.At);
                break;
            case EntryKind.ClientOnline:
                c.CameOnline(OnlineEntry.Of(in e), e.At);
                Service.CameOnline(c.Connection);
                break;
            case EntryKind.ClientOffline:
                c.WentOffline(e.At);
                Service.WentOffline(e.Host, OfflineEntry.Of(in e).Connection, e.At);
                break;
            case EntryKind.ClientReady:
                c.BecameReady(e.At);
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
        if (c.IsOnline != wasOnline) Storm.Online(e.At, c.Path.Index, c.IsOnline);
        if (c.Path.Index >= LaneClients) return;
        if (c.Path.IsSelective) lanes.Band(c.Path.Index, LaneBook.Passage, c.Path.Selected, e.At);
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
        Messages.Losses.On(in e);
        FaultKind? suffered = process.Runs ? null : process.Cause;
        foreach (PathTruth path in process.Paths)
            if (path.Index < clients.Length) lanes.Band(path.Index, LaneBook.Process(e.Host), suffered, e.At);
            else Federation.Band(path, LaneBook.Process(e.Host), suffered, e.At);
    }

    private void Judge(ClientRecord c, in StreamVerdict v)
    {
        if (v.Claim != Claim.None) Verdicts.Add(v);
        if (v.Mechanism is not (Mechanism.Stopped or Mechanism.Replaced)) lanes.Mark(c.Path.Index, in v);
    }

    // ---- spans

    /// <summary>
    /// Keeps what was counted before each moment that has come: it is part of no span that begins there.
    /// </summary>
    private void Count(Instant now)
    {
        foreach (Instant at in tallies.Keys.Where(t => t <= now && tallies[t] is null).ToList())
        {
            foreach (ClientRecord c in clients) c.BookTime(at);
            tallies[at] = new Tally(costs.Copy(), energy.Copy(at), sleep.Copy(at),
                [.. clients.Select(c => c.GhostNanoseconds)],
                [.. clients.Select(c => c.ReachableNanoseconds)]);
        }
        nextTally = tallies.FirstOrDefault(t => t.Value is null, new(Instant.Never, null)).Key;
    }

    private static (long, long) Sum(IEnumerable<(long Packets, long Bytes)> all) =>
        all.Aggregate((0L, 0L), (sum, one) => (sum.Item1 + one.Packets, sum.Item2 + one.Bytes));
}

/// <summary>
/// What packets and radios cost and how long each client slept, was a ghost or reachable, from the beginning to a
/// moment.
/// </summary>
internal sealed record Tally(
    CostBook Costs, EnergyBook Energy, SleepBook Sleep, IReadOnlyList<long> Ghost, IReadOnlyList<long> Reachable);
