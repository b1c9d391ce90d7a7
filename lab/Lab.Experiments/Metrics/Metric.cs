namespace Lab.Experiments;

public enum Better { Lower, Higher }

/// <summary>
/// One metric, whole: its name in files, its unit, in words what is counted, over what, and how censored cases enter;
/// which way is better; how it is measured, and how truly each network shows it. To add one is to add a record.
/// </summary>
public sealed record Metric
{
    private readonly Func<RunFacts, double> measure;
    private readonly Sight sight;

    internal Metric(
        string name, Unit unit, string meaning, string population, string censoring, Better better,
        Func<RunFacts, double> measure, Sight sight)
    {
        (Name, Unit, Meaning, Population, Censoring, Better) = (name, unit, meaning, population, censoring, better);
        (this.measure, this.sight) = (measure, sight);
    }

    public string Name { get; }
    public Unit Unit { get; }
    public string Meaning { get; }
    public string Population { get; }
    public string Censoring { get; }
    public Better Better { get; }

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

    /// <summary>NaN where the population is empty.</summary>
    internal double Measure(RunFacts facts) => measure(facts);
}
