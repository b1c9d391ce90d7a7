using Lab.Experiments;

namespace Lab.Reports;

/// <summary>The runs that differ in nothing but the seed; at least one.</summary>
internal sealed record Variant(string Label, string Policy, string Panel, IReadOnlyList<RunResult> Runs)
{
    private readonly Dictionary<Side, Incidence> times = [];
    private readonly Dictionary<Yardstick, Estimate> estimates = [];

    public NetworkKind Network => Runs[0].Network;

    /// <summary>What tells it from the others in tables: the values that vary, and the network where there are
    /// several.</summary>
    public string Name { get; init; } = Label;

    /// <summary>The same for those who see no head of a table: "ping, delay 2s", "bidi true".</summary>
    public string Title { get; init; } = Label;

    /// <summary>The varied values, without the network.</summary>
    public string Point => Runs[0].Spec.Label;

    /// <summary>Whether its network can show this metric of it.</summary>
    public bool Shows(string metric) => Catalogue.Of(Runs[0].Spec, metric).Fidelity != Fidelity.Unsupported;

    /// <summary>Whether its network can show when this side detects.</summary>
    public bool Shows(Side side) => Shows($"detection.{Words.Of(side)}.p50");

    /// <summary>A metric over the runs, with its interval; none where its network cannot show it.</summary>
    public Estimate Over(Yardstick by) => estimates.TryGetValue(by, out Estimate known)
        ? known
        : estimates[by] = Shows(by.Metric.Name) ? by.Metric.Over(Runs, by.Scope) : Estimate.None;

    /// <summary>Time to detection over all incidents of one side.</summary>
    public Incidence Times(Side side) =>
        times.TryGetValue(side, out Incidence? known) ? known : times[side] = new(Observations(side), Runs.Count);

    /// <summary>The incidents of one side, or those that are meant, as observations; units are runs.</summary>
    public IEnumerable<Observation> Observations(Side side, Func<Incident, bool>? which = null)
    {
        for (int run = 0; run < Runs.Count; run++)
            foreach (Incident i in Runs[run].Incidents)
                if (i.Side == side && (which is null || which(i)))
                    yield return i.Observed with { Run = run };
    }

    /// <summary>The run of this seed, if it took place.</summary>
    public RunResult? Run(ulong seed) => Runs.FirstOrDefault(r => r.Spec.Seed == seed);
}

/// <summary>
/// A sweep arranged for reading. One varied field tells the variants apart by colour (the policy, or the first one
/// varied); the others, and the network where there are several, put them into panels beside each other.
/// </summary>
internal sealed class Study
{
    /// <param name="whole">Of which the sweep is a part: its fields make colours and panels, so that a policy keeps its
    /// colour whatever part is shown.</param>
    public Study(SweepResult sweep, SweepResult? whole = null)
    {
        Sweep = sweep;
        whole ??= sweep;
        Networks = [.. sweep.Networks.Where(n => sweep.Runs.Count == 0 || sweep.Runs.Any(r => r.Network == n))];
        string[] varying = [.. whole.Varied.Where(p => IsVarying(whole, p))];
        ColourField = varying.FirstOrDefault(p => p.EndsWith(".policy", StringComparison.Ordinal))
            ?? varying.FirstOrDefault(IsChoice) ?? varying.FirstOrDefault();
        PanelFields = [.. varying.Where(p => p != ColourField && IsVarying(sweep, p))];
        // networks are run one after the other, but read beside each other
        Variants = [.. sweep.Runs.GroupBy(r => r.Spec.Label).SelectMany(point => point.GroupBy(r => r.Network))
            .Select(g => new Variant(Label(g.First()), Colour(g.First()), Panel(g.First()),
                [.. g.OrderBy(r => r.Spec.Seed)]) { Name = Name(g.First()), Title = Title(g.First()) })];
        Policies = [.. Variants.Select(v => v.Policy).Distinct()];
        Coloured = [.. whole.Runs.Select(Colour).Distinct()];
        Panels = [.. Variants.Select(v => v.Panel).Distinct()];
        Seeds = [.. sweep.Runs.Select(r => r.Spec.Seed).Distinct().Order()];
    }

    public SweepResult Sweep { get; }

    /// <summary>The networks that have runs; all when there are none.</summary>
    public IReadOnlyList<NetworkKind> Networks { get; }

    public bool SeveralNetworks => Networks.Count > 1;

    public IReadOnlyList<Variant> Variants { get; }

    /// <summary>The varied field shown by colour; null when nothing varies.</summary>
    public string? ColourField { get; }

    /// <summary>Whether what is shown by colour is for a chooser to choose, so that one can be better.</summary>
    public bool ComparesChoices => ColourField is { } path && IsChoice(path);

    public IReadOnlyList<string> PanelFields { get; }

    /// <summary>Values of the colour field, in the order in which they were run.</summary>
    public IReadOnlyList<string> Policies { get; }

    /// <summary>The same of the whole sweep: a policy keeps its colour in all figures.</summary>
    public IReadOnlyList<string> Coloured { get; }

    public IReadOnlyList<string> Panels { get; }

    /// <summary>The variants panel by panel, as tables have them: those first that differ in what was chosen
    /// alone.</summary>
    public IEnumerable<Variant> ByPanel => Panels.SelectMany(p => Variants.Where(v => v.Panel == p));

    public IReadOnlyList<ulong> Seeds { get; }

    /// <summary>Whether faults are imitated on one of the networks.</summary>
    public bool Approximate => Networks.Any(n => FidelityOf(n) == Fidelity.Approximate);

    public bool Partial => Sweep.Runs.Count < Sweep.Planned;
    public double DurationSeconds => Sweep.Scenario.Duration.TotalSeconds;

    /// <summary>The seed whose runs are drawn where only one can be: the first that every variant has, else the
    /// first.</summary>
    public ulong ShownSeed =>
        Seeds.Where(s => Variants.All(v => v.Run(s) is not null)).Concat(Seeds).FirstOrDefault();

    /// <summary>What the colour field is called in legends and tables: "policy", "every".</summary>
    public string ColourName => ColourField is { } path ? Last(path) : "runs";

    /// <summary>What tells rows apart: "policy, for".</summary>
    public string RowWords => PanelWords == "" ? ColourName : $"{ColourName}, {PanelWords}";

    /// <summary>The fields that make panels: "delay".</summary>
    public string PanelWords => string.Join(", ", PanelFields.Select(Last).Concat(SeveralNetworks ? ["network"] : []));

    /// <summary>Whether some run has a number for it.</summary>
    public bool Has(Yardstick by) => Sweep.Runs.Any(r => !double.IsNaN(r.Value(by.Metric.Name, by.Scope)));

    /// <summary>Of the element of the page in which a run's story is told.</summary>
    public string IdOf(RunResult run, Story story)
    {
        int variant = Variants.TakeWhile(v => !v.Runs.Contains(run)).Count();
        return $"incident-{variant + 1}-{run.Spec.Seed}-{story.Id}";
    }

    /// <summary>Stands under every figure.</summary>
    public string Subtitle(string? seeds = null) =>
        $"{Sweep.ScenarioName} · {NetworkPhrase} · {seeds ?? SeedWords}" +
        (Partial ? $" · stopped early, {Sweep.Runs.Count} of {Sweep.Planned} runs" : "");

    /// <summary>"simulated network (faults modelled)".</summary>
    private string NetworkPhrase => string.Join(", ", Networks.Select(n => $"{n.Word()} network ({FidelityWords(n)})"));

    /// <summary>"faults modelled".</summary>
    public string FidelityWords(NetworkKind network) => $"faults {Words.Of(FidelityOf(network))}";

    private Fidelity FidelityOf(NetworkKind network) => Sweep.Runs.Where(r => r.Network == network)
        .Select(r => r.Fidelity).DefaultIfEmpty(Fidelity.Exact).Max();

    public string SeedWords => Seeds.Count switch
    {
        0 => "no seeds",
        1 => $"seed {Seeds[0]}",
        int n when Seeds[^1] - Seeds[0] == (ulong)n - 1 => $"seeds {Seeds[0]}–{Seeds[^1]}",
        <= 6 => "seeds " + string.Join(", ", Seeds),
        int n => $"{n} seeds from {Seeds[0]} to {Seeds[^1]}",
    };

    /// <summary>What differences are measured against: the scenario's baseline, or the first variant of its panel; null
    /// for those themselves.</summary>
    public Variant? ReferenceOf(Variant variant)
    {
        RunSpec own = variant.Runs[0].Spec;
        Variant? reference = own.Scenario.Baseline.Count == 0 ? Variants.First(v => v.Panel == variant.Panel)
            : Variants.FirstOrDefault(v => v.Network == variant.Network
                && v.Runs[0].Spec.Point.SequenceEqual(own.Reference));
        return reference == variant ? null : reference;
    }

    /// <summary>Clients of a run, from its topology.</summary>
    public static int Clients(RunResult run) => run.Spec.Topology.Clients.Values.Sum(c => c.Count);

    /// <summary>Programs and their settings are chosen; faults, links, workload and crowd are met.</summary>
    private static bool IsChoice(string path) =>
        Chosen.Any(start => path.StartsWith(start, StringComparison.Ordinal))
        && Last(path) is not ("link" or "count" or "server" or "software" or "unresolved" or "authority");

    private static readonly string[] Chosen = ["policies.", "clients.", "servers.", "s2s["];

    private static bool IsVarying(SweepResult sweep, string path) =>
        sweep.Runs.Select(r => Value(r, path)).Distinct().Count() > 1;

    private string Colour(RunResult run) => ColourField is { } path ? Value(run, path) : "all runs";

    private string Label(RunResult run) =>
        !SeveralNetworks ? run.Spec.Label
        : run.Spec.Point.Count == 0 ? run.Network.Word() : $"{run.Spec.Label}, {run.Network.Word()}";

    private string Name(RunResult run)
    {
        IEnumerable<string> paths = ColourField is { } colour ? PanelFields.Prepend(colour) : PanelFields;
        string[] values = [.. paths.Select(path => Value(run, path)),
            .. SeveralNetworks ? [run.Network.Word()] : Array.Empty<string>()];
        return values.Length == 0 ? "all runs" : string.Join(", ", values);
    }

    private string Title(RunResult run)
    {
        string colour = ColourField is not { } path ? "" : path.EndsWith("policy", StringComparison.Ordinal)
            ? Value(run, path) : $"{Last(path)} {Value(run, path)}";
        string[] parts = [.. ((string[])[colour, Panel(run)]).Where(p => p != "")];
        return parts.Length == 0 ? Label(run) : string.Join(", ", parts);
    }

    private string Panel(RunResult run) => string.Join(", ", PanelFields.Select(p => $"{Last(p)} {Value(run, p)}")
        .Concat(SeveralNetworks ? [run.Network.Word()] : []));

    private static string Value(RunResult run, string path) =>
        run.Spec.Point.FirstOrDefault(s => s.Path == path).Value ?? "";

    private static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];
}
