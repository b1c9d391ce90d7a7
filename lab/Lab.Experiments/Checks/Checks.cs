namespace Lab.Experiments;

/// <summary>
/// Holds results against what the scenario expects. An expectation is about every run that its "when" fits, one by one,
/// so that a rare loss fails; where the cases of all runs are one population (see Joining) it is about the runs of each
/// variant together, and the number is that of table and figures. A value that does not exist (NaN) and a run that
/// cannot be trusted are unknown, and the worst verdict wins. Runs on a network that cannot show the metric are left
/// out, which is said.
/// </summary>
public static class Checks
{
    public static IReadOnlyList<CheckResult> Evaluate(Scenario scenario, IReadOnlyList<RunResult> runs) =>
        [.. scenario.Expect.Select(e => Evaluate(e, runs))];

    /// <summary>Fail beats unknown, unknown beats pass; nothing expected is none.</summary>
    public static Verdict Worst(IEnumerable<CheckResult> checks) =>
        checks.Aggregate(Verdict.None, (worst, c) => c.Verdict > worst ? c.Verdict : worst);

    /// <summary>
    /// On which networks an expectation cannot be judged, and why: those where any run that it speaks of cannot show
    /// its metric.
    /// </summary>
    public static IReadOnlyList<(NetworkKind Network, string Reason)> NotJudged(
        Expectation e, IEnumerable<RunSpec> runs)
    {
        var networks = new List<(NetworkKind Network, string Reason)>();
        foreach (RunSpec run in runs.Where(r => e.IsAskedOf(r.Point)))
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
        List<RunResult> meant =
            [.. runs.Where(r => e.IsAskedOf(r.Spec.Point) && notJudged.All(n => n.Network != r.Network))];
        (Verdict verdict, string explanation, IReadOnlyList<RunResult> culprits) = Judge(e, meant);
        return new CheckResult(e, verdict, explanation + besides, [.. culprits.Select(r => r.Spec)]);
    }

    private static (Verdict, string, IReadOnlyList<RunResult>) Judge(Expectation e, List<RunResult> meant)
    {
        if (meant.Count == 0) return (Verdict.Unknown, "no run finished that this speaks of", []);
        Metric metric = Catalogue.Find(e.Metric)!;
        List<RunResult> doubtful = [.. meant.Where(r => r.Doubts.Count > 0)];
        // of a sweep with doubts, what can be trusted still fails
        Subject[] subjects = metric.Joining.IsPooled
            ? [.. Variants(meant.Where(r => r.Doubts.Count == 0)).Select(runs => Subject.Of(metric, e.Scope, runs))]
            : [.. meant.Where(r => r.Doubts.Count == 0).Select(r => Subject.Of(metric, e.Scope, r))];
        int all = metric.Joining.IsPooled ? Variants(meant).Count() : meant.Count;
        string Of(int some) => metric.Joining.IsPooled && all == 1 ? "all runs together"
            : $"{some} of {all} {(metric.Joining.IsPooled ? "variants" : "runs")}";
        Subject[] failing = [.. subjects.Where(s => !double.IsNaN(s.Value) && !Holds(e, s.Value))];
        Subject[] unknown = [.. subjects.Where(s => double.IsNaN(s.Value))];
        string values = Values(metric, e.Scope, meant, failing.Length > 0 ? failing[0] : null);
        if (failing.Length > 0)
            return (Verdict.Fail, $"{Of(failing.Length)} do not hold; {values}",
                [.. failing.SelectMany(s => Culprits(e, s))]);
        if (doubtful.Count > 0)
            return (Verdict.Unknown,
                $"{doubtful.Count} of {meant.Count} runs cannot be trusted: {doubtful[0].Doubts[0]}; {values}",
                doubtful);
        if (unknown.Length > 0)
            return (Verdict.Unknown,
                $"{Of(unknown.Length)} have no value: nothing to measure happened in them; {values}",
                [.. unknown.Select(s => s.Runs[0])]);
        return (Verdict.Pass, $"holds in {Of(all)}; {values}", []);
    }

    /// <summary>What an expectation is held against: a run, or the runs of a variant together.</summary>
    private readonly record struct Subject(IReadOnlyList<RunResult> Runs, double Value)
    {
        public static Subject Of(Metric metric, Scope scope, RunResult run) =>
            new([run], run.Value(metric.Name, scope));

        public static Subject Of(Metric metric, Scope scope, IReadOnlyList<RunResult> runs) =>
            new(runs, metric.Over(runs, scope).Value);
    }

    private static IEnumerable<IReadOnlyList<RunResult>> Variants(IEnumerable<RunResult> runs) =>
        runs.GroupBy(r => (r.Spec.Label, r.Network)).Select(g => g.ToArray());

    /// <summary>Runs to look at: those that do not hold by themselves, else the first.</summary>
    private static IEnumerable<RunResult> Culprits(Expectation e, Subject subject)
    {
        bool Fails(double value) => !double.IsNaN(value) && !Holds(e, value);
        RunResult[] alone = [.. subject.Runs.Where(r => Fails(r.Value(e.Metric, e.Scope)))];
        return alone.Length > 0 ? alone : subject.Runs.Take(1);
    }

    private static bool Holds(Expectation e, double value) =>
        (e.Below is not { } below || value < below.Value) && (e.Above is not { } above || value > above.Value)
        && (e.AtMost is not { } most || value <= most.Value) && (e.AtLeast is not { } least || value >= least.Value)
        && (e.EqualTo is not { } equal || value == equal.Value);

    /// <summary>What was seen: of the subject that fails first, else of all that is meant.</summary>
    private static string Values(Metric metric, Scope scope, List<RunResult> meant, Subject? failing)
    {
        IReadOnlyList<RunResult>[] variants = [.. Variants(meant)];
        if (metric.Joining.IsPooled)
            return failing is { } variant ? Named(variant.Runs, variants.Length) + Told(metric, scope, variant.Runs)
                : variants.Length == 1 ? Told(metric, scope, meant)
                : Range(metric, variants.Select(v => metric.Over(v, scope).Value));
        string first = failing is not { } run ? ""
            : $"seed {run.Runs[0].Spec.Seed} has {Units.Format(run.Value, metric.Unit)}; ";
        double[] numbers = [.. meant.Select(r => r.Value(metric.Name, scope))];
        int some = numbers.Count(v => v > 0);
        string any = metric.Joining != Joining.Count || some == 0 || some == meant.Count ? ""
            : $"; any in {some} of {meant.Count} runs";
        bool joins = variants.Length == 1 && metric.Joining != Joining.Largest && numbers.Distinct().Count() > 1;
        return first + Range(metric, numbers)
            + (joins ? $"; {metric.Joining.Words} {Told(metric, scope, meant)}" : "") + any;
    }

    private static string Named(IReadOnlyList<RunResult> runs, int of) =>
        of == 1 ? "" : $"{runs[0].Spec.Label} on the {runs[0].Network.Word()} network: ";

    /// <summary>"78 s (71 s to 80 s) over 40 cases of 20 runs"</summary>
    private static string Told(Metric metric, Scope scope, IReadOnlyList<RunResult> runs)
    {
        Estimate e = metric.Over(runs, scope);
        string Text(double value) => Units.Format(value, metric.Unit);
        string ends = e.Ends == Ends.None || Text(e.Low) == Text(e.High) ? ""
            : e.Ends == Ends.Range ? $" [{Text(e.Low)} to {Text(e.High)}]" : $" ({Text(e.Low)} to {Text(e.High)})";
        double cases = runs.Sum(r => r.SampleOf(metric.Name, scope) is { IsEmpty: false } s ? s.Population : 0);
        string over = metric.Joining.IsPooled
            ? $" over {Words.Count((int)cases, "case")} of {Words.Count(runs.Count, "run")}" : "";
        return Text(e.Value) + ends + over;
    }

    private static string Range(Metric metric, IEnumerable<double> of)
    {
        double[] values = [.. of.Where(v => !double.IsNaN(v)).Order()];
        string Text(double value) => Units.Format(value, metric.Unit);
        return values.Length == 0 ? "no values" : values[0] == values[^1] ? $"always {Text(values[0])}"
            : $"{Text(values[0])} to {Text(values[^1])}";
    }
}
