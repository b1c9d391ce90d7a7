using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

// The words of scenario files. Each record is a part of a file and each property a key; its <summary> is what editors,
// lab show keys and SCENARIOS.md say of it, its <example> a value, its <value> what a plain number counts.

/// <summary>
/// One scenario: what happens on a topology, and what must hold. Of a scenario that varies, one point of it.
/// </summary>
public sealed record Scenario
{
    /// <summary>What the scenario is about, in a line; absent = nothing is said.</summary>
    /// <example>The link dies without a word. Who notices, and when?</example>
    public string? Description { get; init; }

    /// <summary>What to look at in the report, in a sentence or two; absent = nothing is said.</summary>
    /// <example>Ping and acks notice within their interval plus their timeout.</example>
    public string? Look { get; init; }

    /// <summary>
    /// Who is connected to whom: the name of a file in topologies/, without .yaml, or a topology written in place.
    /// </summary>
    /// <example>one-phone</example>
    public required string Topology { get; init; }

    /// <summary>How long a run lasts, in the time of the run.</summary>
    /// <example>2h</example>
    public required Duration Duration { get; init; }

    /// <summary>Healed time at the end of a run, in which no fault begins and recovery is judged.</summary>
    /// <example>30m</example>
    public Duration Tail { get; init; } = Duration.Zero;

    /// <summary>
    /// Policies by name, for clients, servers and pairs of servers; the name of a preset stands for it.
    /// </summary>
    /// <example>{eager: {ping: {every: 60s, timeout: 20s}}, usual: conversations}</example>
    public IReadOnlyDictionary<string, Policy> Policies { get; init; } = new Dictionary<string, Policy>();

    /// <summary>Who writes to whom, how often.</summary>
    /// <example>[{from: phone, to: echo@example.org, every: 10m}]</example>
    public IReadOnlyList<WorkloadSpec> Workload { get; init; } = [];

    /// <summary>What goes wrong, and when.</summary>
    /// <example>[{at: 30m, cut: phone, for: 20m}]</example>
    public IReadOnlyList<FaultSpec> Faults { get; init; } = [];

    /// <summary>Parts of ways by name, for journey: where a client is, for how long, and what that is like.</summary>
    /// <example>{home: [{on: wifi}], train: [{on: lte, for: 5m}, {cut: true, for: 40s}]}</example>
    public IReadOnlyDictionary<string, JourneyBlock> Journeys { get; init; } = new Dictionary<string, JourneyBlock>();

    /// <summary>
    /// The way of each group of clients, or of a member, through blocks of journeys; it is short for handovers, cuts
    /// and degrades, which lab explain shows.
    /// </summary>
    /// <example>{phone: [home 8h, train 45m, home]}</example>
    public IReadOnlyDictionary<string, Journey> Journey { get; init; } = new Dictionary<string, Journey>();

    /// <summary>What must hold of the numbers; the verdict and the exit code follow from it.</summary>
    /// <example>[{metric: messages.lost, equals: 0}]</example>
    public IReadOnlyList<Expectation> Expect { get; init; } = [];

    /// <summary>
    /// What differences are measured against: a varied path with one of its values, or, where that says it, the value
    /// alone. What varies besides is the same on both sides; absent = the first value.
    /// </summary>
    /// <example>{clients.phone.policy: nothing}</example>
    public IReadOnlyDictionary<string, string> Baseline { get; init; } = new Dictionary<string, string>();
}

/// <summary>Which runs a scenario file asks for: what stands in it beside the scenario.</summary>
public sealed record SweepSpec
{
    /// <summary>The scenario's name, which becomes a folder of results/; absent = the file's name.</summary>
    /// <example>my-dead-link</example>
    public string? Name { get; init; }

    /// <summary>On which network to run, or on several to compare them.</summary>
    /// <example>[simulated, proxied]</example>
    public IReadOnlyList<NetworkKind> Network { get; init; } = [NetworkKind.Simulated];

    /// <summary>
    /// How many runs each variant gets, each with its own luck: 20 means the seeds 1 to 20; or a list of seeds.
    /// </summary>
    /// <value>seeds</value>
    /// <example>20</example>
    public IReadOnlyList<ulong> Seeds { get; init; } = [1];

    /// <summary>
    /// Paths with lists of values: each combination is a variant. The first path varies slowest.
    /// </summary>
    /// <example>{clients.phone.policy: [nothing, conversations]}</example>
    public IReadOnlyDictionary<string, string> Vary { get; init; } = new Dictionary<string, string>();
}

/// <summary>The key of a property in YAML files, where it is not the property's name in kebab-case.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class KeyAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

public enum SendKind
{
    /// <summary>A message with a body (RFC 6121 section 5).</summary>
    Message,

    /// <summary>
    /// Presence with a status (RFC 6121 section 4), no message: nobody keeps it and none of it is missed. From
    /// echo@domain one of the recipient's contacts changes its own, and all available clients of the account are told;
    /// from a client it is directed presence.
    /// </summary>
    Presence,
}

public enum Arrivals
{
    /// <summary>Always the same time apart.</summary>
    Regular,

    /// <summary>At random, apart by exponential gaps whose mean is the interval.</summary>
    Poisson,
}

/// <summary>What a client may write a message on.</summary>
public enum Occasion
{
    /// <summary>It is online, with a new session or one that it resumed: an app that sends what it has.</summary>
    Online,

    /// <summary>It is online with a new session: what a resumed one need not say again.</summary>
    NewSession,

    /// <summary>The person opens the app: see foreground of clients.</summary>
    Open,
}

/// <summary>
/// Messages that somebody writes to somebody: again and again (every), at certain times (at), or when something happens
/// (on); one of the three.
/// </summary>
/// <example>{from: phone, to: echo@example.org, every: 10m, arrivals: poisson, body: 200B}</example>
public sealed record WorkloadSpec
{
    /// <summary>What is sent.</summary>
    public SendKind Send { get; init; } = SendKind.Message;

    /// <summary>Who sends: a group of clients (each member does), a member such as phone[3], or echo@domain.</summary>
    /// <example>phone</example>
    public required Target From { get; init; }

    /// <summary>
    /// Who receives: a group of clients (a member is drawn for each message), a member, or echo@domain, which answers.
    /// </summary>
    /// <example>echo@example.org</example>
    public required Target To { get; init; }

    /// <summary>
    /// Time from one message to the next; with arrivals: poisson the mean of it; absent = at or on says when.
    /// </summary>
    /// <example>10m</example>
    public Duration? Every { get; init; }

    /// <summary>At these times of the run; empty = every or on says when.</summary>
    /// <example>[30m, 2h]</example>
    public IReadOnlyList<Duration> At { get; init; } = [];

    /// <summary>
    /// Each time that this happens to the sender; unlike every and at it depends on what the policy does, but for open;
    /// absent = every or at says when.
    /// </summary>
    /// <example>online</example>
    public Occasion? On { get; init; }

    /// <summary>How many messages at once, each time; of a group as recipient a member is drawn for each.</summary>
    /// <value>messages</value>
    /// <example>5</example>
    public int Count { get; init; } = 1;

    /// <summary>For every: how the messages are spread over time.</summary>
    public Arrivals Arrivals { get; init; } = Arrivals.Regular;

    /// <summary>Length of the text of a message, or of presence's status.</summary>
    /// <example>200B</example>
    public Size Body { get; init; } = new(100);

    /// <summary>No message before this time of the run.</summary>
    /// <example>10m</example>
    public Duration Begin { get; init; } = Duration.Zero;

    /// <summary>No message after this time of the run; absent = to the end.</summary>
    /// <example>1h</example>
    public Duration? End { get; init; }

    /// <summary>
    /// About how many messages each sender writes in a run so long; null where what happens decides.
    /// </summary>
    public double? PerSender(Duration run, ForegroundSpec? foreground)
    {
        Duration end = Duration.Min(End ?? run, run);
        double span = Math.Max(0, (end - Begin).TotalSeconds);
        double? times = Every is { } every ? span / every.TotalSeconds
            : On is null ? At.Count(t => t >= Begin && t <= end)
            : On == Occasion.Open ? foreground?.Openings(Begin, end) : null;
        return times * Count;
    }
}

public enum CutDirection
{
    /// <summary>Both directions.</summary>
    Both,

    /// <summary>From client to server; of two servers, from the one that opened the stream.</summary>
    Up,

    /// <summary>From server to client; of two servers, to the one that opened the stream.</summary>
    Down,
}

/// <summary>What a client hears of its connections on an address that it does not have any more.</summary>
public enum OldConnections
{
    /// <summary>Nothing: whatever it sends on them is lost.</summary>
    Silent,

    /// <summary>Its end of each gets a RST, as Android ends the sockets of a network that is gone; the server hears
    /// nothing.</summary>
    Reset,
}

/// <summary>One thing that goes wrong. Its kind is a key, and the target its value.</summary>
/// <example>{at: 30m, cut: phone, for: 20m}</example>
public sealed record FaultSpec
{
    /// <summary>One of FaultKinds.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>A client group, a member (phone[3]), a link, a server, or streams between two servers.</summary>
    public required Target Target { get; init; }

    /// <summary>When it begins; with after, not before this time.</summary>
    /// <example>30m</example>
    public Duration At { get; init; } = Duration.Zero;

    /// <summary>It begins at a time drawn evenly from at to at + within, another one in each run.</summary>
    /// <example>5m</example>
    public Duration Within { get; init; } = Duration.Zero;

    /// <summary>It begins when the client first reaches this step of getting online; absent = at a time.</summary>
    /// <example>auth-sent</example>
    public Step? After { get; init; }

    /// <summary>
    /// It comes again until the tail begins, after exponential gaps with this mean, drawn per run; absent = once.
    /// </summary>
    /// <example>30m</example>
    public Duration? Every { get; init; }

    /// <summary>How long it lasts; absent = to the end of the run (a reset is over at once).</summary>
    /// <example>20m</example>
    public Duration? For { get; init; }

    /// <summary>For cut: one direction only.</summary>
    public CutDirection Direction { get; init; } = CutDirection.Both;

    /// <summary>
    /// For cut, degrade, reset and forget: of the client's several links this one only; absent = all.
    /// </summary>
    /// <example>lte</example>
    public string? On { get; init; }

    /// <summary>
    /// For degrade: what the link is like meanwhile, written in place or by the name of a link. For handover: which of
    /// the client's links it goes to; absent = none.
    /// </summary>
    /// <example>lte</example>
    public LinkChoice? To { get; init; }

    /// <summary>For handover: nothing passes on any link for this long; absent = there is no gap.</summary>
    /// <example>3s</example>
    public Duration? Gap { get; init; }

    /// <summary>
    /// For handover: the old link carries what was opened over it for this long beside the new one; absent = it is left
    /// at once.
    /// </summary>
    /// <example>30s</example>
    public Duration? Linger { get; init; }

    /// <summary>For handover: what the client hears of connections that die with the old address.</summary>
    public OldConnections Old { get; init; } = OldConnections.Silent;

    /// <summary>
    /// For handover: when the client's program hears that its network has changed, each after the new link is there;
    /// [] = it never does.
    /// </summary>
    /// <example>[2s, 2100ms]</example>
    public IReadOnlyList<Duration> Notices { get; init; } = AtOnce;

    internal static readonly IReadOnlyList<Duration> AtOnce = [Duration.Zero];
}

/// <summary>
/// A number with the unit it was written in, as a value in the base unit (seconds, bytes, share, count).
/// </summary>
public readonly record struct Quantity(double Value, Unit Unit)
{
    public override string ToString() => Units.Format(Value, Unit);
}

/// <summary>What a number must be, over all runs it speaks of.</summary>
/// <example>{metric: detection.client.p95, below: 90s, when: {clients.phone.policy: ping}}</example>
public sealed record Expectation
{
    /// <summary>Which number; lab show metrics lists them.</summary>
    /// <example>detection.client.p95</example>
    public required string Metric { get; init; }

    /// <summary>
    /// Whose number: a group of clients, a member (phone[3]), a link, a server, or streams between two servers such as
    /// a.example->b.example; absent = everybody's.
    /// </summary>
    /// <example>phone</example>
    public Target? Of { get; init; }

    /// <summary>Of which time: it begins here; absent = with the run.</summary>
    /// <example>30m</example>
    public Duration? From { get; init; }

    /// <summary>Of which time: it ends before this; absent = with the run.</summary>
    /// <example>50m</example>
    public Duration? To { get; init; }

    /// <summary>It must be less than this; absent = not asked.</summary>
    /// <example>90s</example>
    public Quantity? Below { get; init; }

    /// <summary>It must be more than this; absent = not asked.</summary>
    /// <example>10s</example>
    public Quantity? Above { get; init; }

    /// <summary>It must be this or less; absent = not asked.</summary>
    /// <example>2m</example>
    public Quantity? AtMost { get; init; }

    /// <summary>It must be this or more; absent = not asked.</summary>
    /// <example>1s</example>
    public Quantity? AtLeast { get; init; }

    /// <summary>It must be exactly this; absent = not asked.</summary>
    /// <example>0</example>
    [Key("equals")]
    public Quantity? EqualTo { get; init; }

    public Scope Scope => new(Of, From, To);

    /// <summary>Only for the runs whose varied paths have these values; empty = for all.</summary>
    /// <example>{clients.phone.policy: ping}</example>
    public IReadOnlyDictionary<string, string> When { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it speaks of a run with those values.</summary>
    public bool IsAskedOf(IReadOnlyList<Setting> point) =>
        When.All(w => point.Any(s => s.Path == w.Key && s.Value == w.Value));
}
