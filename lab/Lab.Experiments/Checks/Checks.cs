namespace Lab.Experiments;

/// <summary>
/// Holds results against what the scenario expects. Each expectation is about every run that its "when" fits, one by
/// one; a value that does not exist (NaN) and a run that cannot be trusted are unknown, and the worst verdict wins.
/// Runs on a network that cannot show the metric are left out, which is said.
/// </summary>
public static class Checks
{
    public static IReadOnlyList<CheckResult> Evaluate(Scenario scenario, IReadOnlyList<RunResult> runs) =>
        [.. scenario.Expect.Select(e => Evaluate(e, runs))];

    /// <summary>Fail beats unknown, unknown beats pass; nothing expected is a pass.</summary>
    public static Verdict Worst(IEnumerable<CheckResult> checks) =>
        checks.Aggregate(Verdict.Pass, (worst, c) => c.Verdict > worst ? c.Verdict : worst);

    /// <summary>
    /// On which networks an expectation cannot be judged, and why: those where any run that it speaks of cannot show
    /// its metric.
    /// </summary>
    public static IReadOnlyList<(NetworkKind Network, string Reason)> NotJudged(
        Expectation e, IEnumerable<RunSpec> runs)
    {
        var networks = new List<(NetworkKind Network, string Reason)>();
        foreach (RunSpec run in runs.Where(r => Fits(e, r)))
        {
            Judgement judgement = Catalogue.Of(run, e.Metric);
            if (judgement.Fidelity == Fidelity.Unsupported && networks.All(n => n.Network != run.Network))
                networks.Add((run.Network, judgement.Reason));
        }
        return networks;
    }

    private static CheckResult Evaluate(Expectation e, IReadOnlyList<RunResult> runs)
    {
        IReadOnlyList<(NetworkKind Network, string Reason)> notJudged = NotJudged(e, runs.Select(r => r.Spec));
        string besides = string.Concat(notJudged.Select(n => $"; {n.Network.Word()} is not judged: {n.Reason}"));
        List<RunResult> meant = [.. runs.Where(r => Fits(e, r.Spec) && notJudged.All(n => n.Network != r.Network))];
        (Verdict verdict, string explanation, IReadOnlyList<RunResult> culprits) = Judge(e, meant);
        return new CheckResult(e, verdict, explanation + besides, [.. culprits.Select(r => r.Spec)]);
    }

    private static (Verdict, string, IReadOnlyList<RunResult>) Judge(Expectation e, List<RunResult> meant)
    {
        Unit unit = Catalogue.Find(e.Metric)?.Unit ?? Unit.Count;
        if (meant.Count == 0) return (Verdict.Unknown, "no run finished that this speaks of", []);
        List<RunResult> doubtful = [.. meant.Where(r => r.Doubts.Count > 0)];
        List<RunResult> trusted = [.. meant.Where(r => r.Doubts.Count == 0)];
        List<RunResult> failing =
            [.. trusted.Where(r => !double.IsNaN(r.Value(e.Metric)) && !Holds(e, r.Value(e.Metric)))];
        List<RunResult> unknown = [.. trusted.Where(r => double.IsNaN(r.Value(e.Metric)))];
        string range = Range(meant, e.Metric, unit);
        if (failing.Count > 0)
            return (Verdict.Fail,
                $"{failing.Count} of {meant.Count} runs do not hold; seed {failing[0].Spec.Seed} has " +
                $"{Units.Format(failing[0].Value(e.Metric), unit)}; {range}", failing);
        if (doubtful.Count > 0)
            return (Verdict.Unknown,
                $"{doubtful.Count} of {meant.Count} runs cannot be trusted: {doubtful[0].Doubts[0]}; {range}",
                doubtful);
        if (unknown.Count > 0)
            return (Verdict.Unknown,
                $"{unknown.Count} of {meant.Count} runs have no value: nothing to measure happened in them; {range}",
                unknown);
        return (Verdict.Pass, $"holds in {meant.Count} of {meant.Count} runs; {range}", []);
    }

    private static bool Fits(Expectation e, RunSpec spec)
    {
        foreach ((string path, string value) in e.When)
            if (!spec.Point.Any(s => s.Path == path && s.Value == value)) return false;
        return true;
    }

    private static bool Holds(Expectation e, double value) =>
        (e.Below is not { } below || value < below.Value) && (e.Above is not { } above || value > above.Value)
        && (e.AtMost is not { } most || value <= most.Value) && (e.AtLeast is not { } least || value >= least.Value)
        && (e.EqualTo is not { } equal || value == equal.Value);

    private static string Range(List<RunResult> runs, string metric, Unit unit)
    {
        List<double> values = [.. runs.Select(r => r.Value(metric)).Where(v => !double.IsNaN(v)).Order()];
        return values.Count == 0 ? "no values" : values[0] == values[^1] ? $"always {Units.Format(values[0], unit)}"
            : $"{Units.Format(values[0], unit)} to {Units.Format(values[^1], unit)}";
    }
}
