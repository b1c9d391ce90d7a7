namespace Lab.Experiments;

/// <summary>How watching one case ended, in the order in which equal times count.</summary>
public enum Outcome
{
    /// <summary>It came about: a side noticed, a message arrived.</summary>
    Noticed,

    /// <summary>The connection outlived the fault: there is nothing to notice any more.</summary>
    Outlived,

    /// <summary>The run was over first: whether it would have been noticed is unknown.</summary>
    Censored,
}

/// <summary>One case of a run, as the estimator sees it; runs are numbered by whoever joins them.</summary>
public readonly record struct Observation(double Seconds, Outcome Outcome, int Run = 0);

/// <summary>
/// What one run gives a metric: a part of a whole (a single number is its own part of 1), or the times of its cases.
/// </summary>
public readonly record struct Sample
{
    private Sample(double part, double whole, IReadOnlyList<Observation>? times) =>
        (Part, Whole, Times) = (part, whole, times);

    public double Part { get; }

    /// <summary>How much there is of what the part is taken of; 0 = the run has no population.</summary>
    public double Whole { get; }

    /// <summary>Null for a part of a whole.</summary>
    public IReadOnlyList<Observation>? Times { get; }

    public bool IsEmpty => Times is null ? Whole == 0 || double.IsNaN(Part) : Times.Count == 0;

    /// <summary>In units of the metric: incidents, messages, returns, hours.</summary>
    public double Population => Times?.Count ?? Whole;

    public static Sample Of(double part, double whole) => new(part, whole, null);

    public static Sample Of(IReadOnlyList<Observation> times) => new(0, 0, times);

    /// <summary>Of cases that all came about.</summary>
    public static Sample Of(IEnumerable<double> seconds) =>
        Of([.. seconds.Select(s => new Observation(s, Outcome.Noticed))]);

    public static implicit operator Sample(double value) => Of(value, 1);
}
