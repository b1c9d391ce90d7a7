namespace Lab.Experiments;

/// <summary>Which way is better; Neither: the number alone says nothing about a policy.</summary>
public enum Better { Lower, Higher, Neither }

/// <summary>
/// One metric, whole: its name in files, its unit, in words what is counted, over what, and how censored cases enter;
/// which way is better; how it is measured, how runs are joined, and how truly each network shows it. To add one is to
/// add a record.
/// </summary>
public sealed record Metric
{
    internal const TargetKinds OfClients = TargetKinds.Client | TargetKinds.Link | TargetKinds.Server;
    internal const TargetKinds OfStreams = TargetKinds.Streams | TargetKinds.Link | TargetKinds.Server;
    private readonly Func<RunFacts, Sample> measure;
    private readonly Sight sight;

    internal Metric(
        string name, Unit unit, string meaning, string population, string censoring, Better better,
        Joining joining, Func<RunFacts, Sample> measure, Sight sight)
    {
        (Name, Unit, Meaning, Population, Censoring) = (name, unit, meaning, population, censoring);
        (Better, Joining) = (better, joining);
        (this.measure, this.sight) = (measure, sight);
    }

    public string Name { get; }
    public Unit Unit { get; }
    public string Meaning { get; }
    public string Population { get; }
    public string Censoring { get; }
    public Better Better { get; }

    /// <summary>How the runs of a variant become one number.</summary>
    public Joining Joining { get; }

    /// <summary>Whose it can be: of clients, or of the streams between servers.</summary>
    public TargetKinds Targets { get; init; } = OfClients;

    /// <summary>Whether a run can have it at all; most can.</summary>
    internal Func<RunFacts, bool> Applies { get; init; } = _ => true;

    /// <summary>Why a run with real programs, which say little, cannot know it; null when it can.</summary>
    internal Func<RunSpec, string?> Hidden { get; init; } = _ => null;

    /// <summary>A message that is missing at the end of a run with a real server makes it unknown.</summary>
    internal bool IsUnknownWithMissing { get; init; }

    /// <summary>How truly a network shows it, whatever the scenario.</summary>
    public Judgement On(NetworkKind network) => sight.On(network);

    /// <summary>How truly a run shows it: what its programs, faults and the policies of its ends make of it.</summary>
    public Judgement In(RunSpec run) =>
        ProgramSight.Hidden(run, this) is { } hidden ? new(Fidelity.Unsupported, hidden) : sight.In(run);

    /// <summary>
    /// Over the runs of one variant: the number that tables, figures and expectations have, with its interval.
    /// </summary>
    public Estimate Over(IReadOnlyList<RunResult> runs, Scope scope = default) => Joining.Of(
        runs.Select(r => r.SampleOf(Name, scope)), $"{Name}{scope}/{runs[0].Network.Word()}/{runs[0].Spec.Label}");

    /// <summary>NaN where the population is empty.</summary>
    internal Measure Measure(RunFacts facts)
    {
        Sample sample = measure(facts);
        return new Measure(Name, Joining.Of(sample), sample, facts.Scope);
    }
}
