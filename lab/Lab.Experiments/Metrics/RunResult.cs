using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>From the best to the worst; none where nothing was asked.</summary>
public enum Verdict { None, Pass, Unknown, Fail }

/// <summary>
/// The streams between servers. Clients are places in pools here, by their index in Names; Side.Client is the server
/// that opens the connections.
/// </summary>
public sealed record FederationResult(
    IReadOnlyList<string> Names, IReadOnlyList<LaneSegment> Lanes, IReadOnlyList<LaneMark> Marks,
    IReadOnlyList<FaultBand> Faults, IReadOnlyList<Incident> Deaths);

/// <summary>Unknown: it did not arrive, and a real server may have it or may have lost it.</summary>
public enum MessageFate { Delivered, Bounced, Stored, Lost, Pending, Unknown }

/// <summary>
/// One message from the moment its sender wanted it sent. Delay is meaningful when Copies > 0; of one that is lost, why
/// and by which fault, where one stands behind it.
/// </summary>
public readonly record struct MessageRecord(
    long Number, int From, int To, Instant SentAt, Instant DeliveredAt, int Copies, MessageFate Fate,
    LossCause Cause = LossCause.None, FaultKind? Fault = null)
{
    public Duration Delay => DeliveredAt - SentAt;

    /// <summary>
    /// Another client of the recipient's account, that got it or to whose session it was last handed; null = none.
    /// </summary>
    public int? Elsewhere { get; init; }
}

/// <summary>What a client's connection was, from one moment to another, as drawn in the lanes figure.</summary>
public enum LaneState { Offline, Connecting, Online, Hibernating }

public readonly record struct LaneSegment(int Client, Side Side, LaneState State, Instant From, Instant To);

public readonly record struct LaneMark(
    int Client, Side Side, Mechanism Mechanism, Claim Claim, bool FalseAlarm, Instant At);

public readonly record struct FaultBand(int Client, FaultKind Kind, Instant From, Instant To);

/// <summary>Bytes and packets on the wire by cause: handshake, keepalive, ping, acks, payload, ...</summary>
public readonly record struct CauseCost(string Cause, long Packets, long Bytes);

/// <summary>What the radios of all clients drew on account of one cause, or at rest.</summary>
public readonly record struct CauseEnergy(string Cause, double Joules);

/// <summary>
/// A metric of a run, or of a part of it: its number, and what that gives to the number of several runs.
/// </summary>
public readonly record struct Measure(string Metric, double Value, Sample Sample, Scope Scope = default)
{
    /// <summary>One that is a single number.</summary>
    public Measure(string metric, double value, Scope scope = default) : this(metric, value, value, scope)
    {
    }
}

/// <summary>Connection attempts at the servers in one interval of a run, for storms.</summary>
public readonly record struct ArrivalBin(Instant From, int Attempts, int OnlineClients);

/// <summary>All that is kept of one run.</summary>
public sealed record RunResult
{
    public required RunSpec Spec { get; init; }
    public required ulong JournalHash { get; init; }
    public required long Entries { get; init; }
    public required long Events { get; init; }

    /// <summary>
    /// One value per metric of the catalogue that has one for this run, and one for each that is expected of less
    /// than the whole run; NaN where the population is empty.
    /// </summary>
    public required IReadOnlyList<Measure> Measures { get; init; }

    public IReadOnlyList<Incident> Incidents { get; init; } = [];
    public IReadOnlyList<MessageRecord> Messages { get; init; } = [];
    public IReadOnlyList<CauseCost> Costs { get; init; } = [];

    /// <summary>Empty where no client has a radio.</summary>
    public IReadOnlyList<CauseEnergy> Energies { get; init; } = [];

    /// <summary>Lanes of the first clients only (see Recorder), so that a storm of thousands stays drawable.</summary>
    public IReadOnlyList<LaneSegment> Lanes { get; init; } = [];

    public IReadOnlyList<LaneMark> Marks { get; init; } = [];
    public IReadOnlyList<FaultBand> Faults { get; init; } = [];
    public IReadOnlyList<ArrivalBin> Arrivals { get; init; } = [];
    public IReadOnlyList<string> ClientNames { get; init; } = [];

    /// <summary>All of them, by number.</summary>
    public IReadOnlyList<ClientResult> Clients { get; init; } = [];

    /// <summary>Of the first clients only, as lanes are.</summary>
    public IReadOnlyList<ClientCost> ClientCosts { get; init; } = [];

    /// <summary>Domains, by number.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>All of them, by number.</summary>
    public IReadOnlyList<RouteResult> Routes { get; init; } = [];

    /// <summary>Null without streams between servers.</summary>
    public FederationResult? Streams { get; init; }

    /// <summary>
    /// What happened around faults and ends of streams: of runs that were asked to tell, the most telling ones.
    /// </summary>
    public IReadOnlyList<Story> Stories { get; init; } = [];

    /// <summary>How many stories there were besides those.</summary>
    public int StoriesUntold { get; init; }

    /// <summary>
    /// How often each verdict was given, by what was true at that moment: keys "dead/broken" (truth/claim).
    /// </summary>
    public IReadOnlyDictionary<string, int> Verdicts { get; init; } = new Dictionary<string, int>();

    /// <summary>Ids of the rules of lab/RULES.md that its journal shows it to have exercised.</summary>
    public IReadOnlyCollection<string> Rules { get; init; } = [];

    /// <summary>How late the loop ever was against the clock; zero where time is virtual.</summary>
    public Duration MaxLateness { get; init; } = Duration.Zero;

    /// <summary>Why this run cannot be trusted, in sentences; with any, nothing it shows is a pass or a fail.</summary>
    public IReadOnlyList<string> Doubts { get; init; } = [];

    public NetworkKind Network => Spec.Network;

    /// <summary>The least faithful of its faults.</summary>
    public Fidelity Fidelity => FidelityTable.OfFaults(Spec).Fidelity;

    public double Value(string metric, Scope scope = default)
    {
        foreach (Measure m in Measures)
            if (m.Metric == metric && m.Scope == scope) return m.Value;
        return double.NaN;
    }

    /// <summary>Empty for a metric that the run has not.</summary>
    public Sample SampleOf(string metric, Scope scope = default)
    {
        foreach (Measure m in Measures)
            if (m.Metric == metric && m.Scope == scope) return m.Sample;
        return double.NaN;
    }
}

/// <summary>An expectation and how it came out over the runs it speaks of.</summary>
public sealed record CheckResult(
    Expectation Expectation, Verdict Verdict, string Explanation, IReadOnlyList<RunSpec> Failing);

/// <summary>A whole sweep: what a report is made of.</summary>
public sealed record SweepResult
{
    public required string ScenarioName { get; init; }
    public required Scenario Scenario { get; init; }
    public required Topology Topology { get; init; }
    /// <summary>The networks asked for, in order.</summary>
    public IReadOnlyList<NetworkKind> Networks { get; init; } = [NetworkKind.Simulated];

    public required IReadOnlyList<RunResult> Runs { get; init; }
    public required IReadOnlyList<CheckResult> Checks { get; init; }
    public required Verdict Verdict { get; init; }

    /// <summary>Paths of the varied fields, in order.</summary>
    public required IReadOnlyList<string> Varied { get; init; }

    /// <summary>The command line that gives the same again.</summary>
    public required string Command { get; init; }

    public required Provenance Made { get; init; }

    /// <summary>Runs planned; more than Runs.Count when the sweep was stopped early.</summary>
    public required int Planned { get; init; }
}
