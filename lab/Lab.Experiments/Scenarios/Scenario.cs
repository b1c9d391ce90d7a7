using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// One scenario file after vary and --set were applied: what happens on a topology, and what must hold.
/// </summary>
public sealed record Scenario
{
    public string? Description { get; init; }

    /// <summary>What to look at in the report, in a sentence.</summary>
    public string? Look { get; init; }

    /// <summary>File name of the topology without .yaml.</summary>
    public required string Topology { get; init; }

    public required Duration Duration { get; init; }

    /// <summary>Healed time at the end: random faults stop and recovery is judged; part of the duration.</summary>
    public Duration Tail { get; init; } = Duration.Zero;

    public IReadOnlyDictionary<string, Policy> Policies { get; init; } = new Dictionary<string, Policy>();
    public IReadOnlyList<WorkloadSpec> Workload { get; init; } = [];
    public IReadOnlyList<FaultSpec> Faults { get; init; } = [];
    public IReadOnlyList<Expectation> Expect { get; init; } = [];

    /// <summary>
    /// What differences are measured against: a varied path with one of its values, or, where that says it, the value
    /// alone. What varies besides is the same on both sides; absent = the first value.
    /// </summary>
    public IReadOnlyDictionary<string, string> Baseline { get; init; } = new Dictionary<string, string>();
}

/// <summary>The key of a property in YAML files, where it is not the property's name in kebab-case.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class KeyAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

public enum SendKind { Message }

public enum Arrivals { Regular, Poisson }

/// <summary>{send: message, from: phone, to: echo@example.org, every: 10m, arrivals: poisson, body: 200B}</summary>
public sealed record WorkloadSpec
{
    public SendKind Send { get; init; } = SendKind.Message;

    /// <summary>A client group (every member sends), a member, or echo@domain.</summary>
    public required Target From { get; init; }

    /// <summary>A client group (a member drawn for each message), a member, or echo@domain.</summary>
    public required Target To { get; init; }

    public required Duration Every { get; init; }
    public Arrivals Arrivals { get; init; } = Arrivals.Regular;
    public Size Body { get; init; } = new(100);

    /// <summary>First message not before this time; last one not after.</summary>
    public Duration Begin { get; init; } = Duration.Zero;

    public Duration? End { get; init; }
}

public enum CutDirection { Both, Up, Down }

/// <summary>
/// {at: 30m, cut: phone, for: 20m}: one fault. In the file the kind is the key and the target its value.
/// </summary>
public sealed record FaultSpec
{
    /// <summary>One of FaultKinds.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>A client group, a member (phone[3]), a link, a server, or streams between two servers.</summary>
    public required Target Target { get; init; }

    /// <summary>When it begins. With "after": not before this time.</summary>
    public Duration At { get; init; } = Duration.Zero;

    /// <summary>Begins at a time drawn uniformly from [at, at + within), per run.</summary>
    public Duration Within { get; init; } = Duration.Zero;

    /// <summary>Begins when the target client first reaches this step of negotiation.</summary>
    public Step? After { get; init; }

    /// <summary>
    /// Comes again so often (mean of an exponential gap, drawn per run) until the tail begins; absent = once.
    /// </summary>
    public Duration? Every { get; init; }

    /// <summary>How long it lasts; absent = to the end of the run (reset: it is momentary).</summary>
    public Duration? For { get; init; }

    /// <summary>cut: one direction only. Up is from client to server.</summary>
    public CutDirection Direction { get; init; } = CutDirection.Both;

    /// <summary>degrade: the numbers while it lasts, in place of the link's own.</summary>
    public LinkProfile? To { get; init; }
}

/// <summary>
/// A number with the unit it was written in, as a value in the base unit (seconds, bytes, share, count).
/// </summary>
public readonly record struct Quantity(double Value, Unit Unit)
{
    public override string ToString() => Units.Format(Value, Unit);
}

/// <summary>
/// {metric: detection.client.p95, below: 90s, when: {clients.phone.policy: ping}}
/// {metric: ghost.time, of: phone, from: 30m, to: 50m, below: 1m}
/// </summary>
public sealed record Expectation
{
    public required string Metric { get; init; }

    /// <summary>A client group, a member (phone[3]), a link, a server, or streams between two servers.</summary>
    public Target? Of { get; init; }

    /// <summary>The span it is about begins here; absent = with the run.</summary>
    public Duration? From { get; init; }

    /// <summary>The span ends before this; absent = with the run.</summary>
    public Duration? To { get; init; }

    public Quantity? Below { get; init; }
    public Quantity? Above { get; init; }
    public Quantity? AtMost { get; init; }
    public Quantity? AtLeast { get; init; }
    [Key("equals")]
    public Quantity? EqualTo { get; init; }

    public Scope Scope => new(Of, From, To);

    /// <summary>Only for runs whose varied fields have these values.</summary>
    public IReadOnlyDictionary<string, string> When { get; init; } = new Dictionary<string, string>();
}
