using Lab.Experiments;

namespace Lab.Reports;

/// <summary>What was run, on what, by whom, and how to run it again.</summary>
internal static class RunSection
{
    private const int MostNamed = 40;

    /// <summary>The top of the page: the question, what is wrong with the runs, and in a line what they are.</summary>
    public static Html Head(Study study)
    {
        SweepResult sweep = study.Sweep;
        Html partial = !study.Partial ? Html.Empty : Html.Of($"""
            <p class="note"><b>Stopped early.</b> {sweep.Runs.Count} of {sweep.Planned} runs finished; everything below
            speaks of those alone.</p>
            """);
        string which = study.SeveralNetworks ? "One of the networks" : "This network";
        Html approximate = !study.Approximate ? Html.Empty : Html.Of($"""
            <p class="note"><b>Approximate.</b> {which} cannot do at least one of the faults exactly: its effect is
            imitated, and times may differ from those of the real fault.</p>
            """);
        Html description = sweep.Scenario.Description is { } text ? Html.Of($"<p class=\"lead\">{text}</p>")
            : Html.Empty;
        return $"""
            <h1>{sweep.ScenarioName}</h1>
            {description}
            {partial}{Doubts(sweep)}{approximate}
            <p class="chips"><span class="{Words.Of(sweep.Verdict)}">{Words.Of(sweep.Verdict)}</span>
            {Html.Join(study.Networks.Select(n => Html.Of(
                $"<span>{n.Word()} network</span><span>{study.FidelityWords(n)}</span>")), "")}
            <span>{Words.Count(sweep.Runs.Count, "run")}</span><span>{study.SeedWords}</span></p>
            """;
    }

    public static Html Of(Study study) => $"""
        <dl class="facts">
        {Html.Join(Facts(study).Select(f => Html.Of($"<dt>{f.Name}</dt><dd>{f.Text}</dd>")))}
        </dl>
        <p>The same again:</p>
        <pre tabindex="0" role="region" aria-label="Command">{study.Sweep.Command}</pre>
        """;

    private static IEnumerable<(string Name, Html Text)> Facts(Study study)
    {
        Scenario scenario = study.Sweep.Scenario;
        Topology topology = study.Sweep.Topology;
        string tail = scenario.Tail.Nanoseconds > 0 ? $", of which the last {scenario.Tail} are healed" : "";
        yield return ("Duration", $"{scenario.Duration.ToString()}{tail}");
        string about = topology.Description is { } d ? $": {d}" : "";
        yield return ("Topology", $"{scenario.Topology}{about}");
        yield return ("Servers", List(topology.Servers.Select(s => TopologyWords.Server(s.Key, s.Value))));
        string[] shared = [.. topology.Servers.Where(s => s.Value.Software == ServerSoftware.External)
            .Select(s => $"{s.Key} at {s.Value.Address}")];
        if (shared.Length > 0) yield return ("State", Html.Of($"""
            kept between runs by {string.Join(", ", shared)}: runs go one at a time, and what one leaves there (stored
            messages, sessions that wait) the next one finds
            """));
        yield return ("Clients", List(topology.Clients
            .Select(c => TopologyWords.Client(c.Key, c.Value, topology, study.Sweep.Varied))));
        if (topology.S2s.Count > 0) yield return ("Streams between servers", List(topology.S2s
            .Select((s, i) => TopologyWords.Streams(s, i, topology, study.Sweep.Varied))));
        if (scenario.Workload.Count > 0) yield return ("Workload",
            List(scenario.Workload.Select(TopologyWords.Workload)));
        yield return ("Faults", scenario.Faults.Count > 0 ? List(scenario.Faults.Select(TopologyWords.Fault))
            : Html.Of($"none"));
        if (scenario.Policies.Count > 0)
            yield return ("Policies", List(scenario.Policies.Select(p => $"{p.Key}: {PolicyWords.Of(p.Value)}")));
        yield return ("What no key says", List([$"policies, where they are silent: {PolicyWords.Defaults()}",
            .. DefaultsInForce.Of(study.Sweep.Runs.Select(r => r.Spec))]));
        if (study.Sweep.Varied.Count > 0) yield return ("Varied",
            List(study.Sweep.Varied.Select(path => Varied(study, path))));
        yield return ("Seeds", $"{string.Join(", ", Ranges(study.Seeds))}");
        yield return (study.SeveralNetworks ? "Networks" : "Network",
            List(study.Networks.Select(n => $"{n.Word()}, {study.FidelityWords(n)}")));
        Provenance made = study.Sweep.Made;
        string commit = made.Commit is { } known ? $", commit {known}" : "";
        yield return ("Made by", $"lab {made.Version}{commit}, {made.Date}");
        if (study.Networks.Any(n => n != NetworkKind.Simulated))
        {
            double late = study.Sweep.Runs.Max(r => r.MaxLateness.TotalSeconds);
            yield return ("Lateness", $"events came at most {Units.Format(late, Unit.Seconds)} after their time");
        }
    }

    private static Html Doubts(SweepResult sweep)
    {
        RunResult[] doubtful = [.. sweep.Runs.Where(r => r.Doubts.Count > 0)];
        if (doubtful.Length == 0) return Html.Empty;
        IEnumerable<string> reasons = doubtful.SelectMany(r => r.Doubts).GroupBy(d => d)
            .OrderByDescending(g => g.Count()).Select(g => $"{g.Key} ({Words.Count(g.Count(), "run")})").Take(5);
        return $"""
            <p class="note"><b>Not to be trusted.</b> {Words.Count(doubtful.Length, "run")} of {sweep.Runs.Count} cannot
            be trusted, so what they show is neither a pass nor a fail: {string.Join("; ", reasons)}.</p>
            """;
    }

    private static string Varied(Study study, string path)
    {
        IEnumerable<string> values = study.Sweep.Runs.SelectMany(r => r.Spec.Point).Where(s => s.Path == path)
            .Select(s => s.Value).Distinct();
        return $"{path}: {string.Join(", ", values.Take(MostNamed))}"
            + (values.Skip(MostNamed).Any() ? $" and {values.Count() - MostNamed} more" : "");
    }

    private static Html List(IEnumerable<string> entries)
    {
        string[] all = [.. entries.Take(MostNamed)];
        if (entries.Skip(MostNamed).Any()) all = [.. all, $"and {entries.Count() - MostNamed} more, in run.yaml"];
        return all.Length == 1 ? Html.Of($"{all[0]}")
            : Html.Of($"<ul>{Html.Join(all.Select(e => Html.Of($"<li>{e}</li>")), "")}</ul>");
    }

    /// <summary>"1–5, 9, 12–14".</summary>
    private static IEnumerable<string> Ranges(IReadOnlyList<ulong> sorted)
    {
        for (int i = 0; i < sorted.Count;)
        {
            int last = i;
            while (last + 1 < sorted.Count && sorted[last + 1] == sorted[last] + 1) last++;
            yield return last == i ? $"{sorted[i]}" : $"{sorted[i]}–{sorted[last]}";
            i = last + 1;
        }
    }
}
