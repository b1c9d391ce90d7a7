using Lab.Experiments;
using Lab.Files;
using Words = Lab.Experiments.Words;
using ResultWords = Lab.Reports.Words;

namespace Lab.Cli;

/// <summary>What is judged, and what each network can show of all that.</summary>
internal static class JudgedRows
{
    public static Section Expected(Points points)
    {
        IReadOnlyList<Expectation> expect = points.Scenario.Expect;
        if (expect.Count == 0)
            return new Section("What is judged", (null, "nothing, so there is no verdict"));
        string count = Words.Count(expect.Count, "expectation");
        return new Section($"What is judged ({count}; one that fails gives exit code 1)",
            [
                .. expect.GroupBy(e => (e.Metric, e.Scope)).SelectMany(g => Of([.. g], points)),
                (null, "Every run is measured by all other metrics, too: lab show metrics."),
            ]);
    }

    public static IEnumerable<Section> Fidelity(Points points) => points.Sweep.Networks.Select(network => new Section(
        $"How truly the {network.Word()} network shows it", Shown(points, network)));

    private static IEnumerable<(string?, string)> Of(IReadOnlyList<Expectation> alike, Points points)
    {
        Metric metric = Catalogue.Find(alike[0].Metric)!;
        yield return ($"{metric.Name}{alike[0].Scope}",
            $"{metric.Meaning}; judged {(metric.Joining.IsPooled ? "over all runs of a variant" : "in each run")}");
        foreach (IGrouping<string, Expectation> bound in alike.GroupBy(ResultWords.Of))
            yield return ("", $"{bound.Key}{Where([.. bound], points)}");
    }

    /// <summary>Where the same is asked: "where policy is ping or acks".</summary>
    private static string Where(IReadOnlyList<Expectation> alike, Points points)
    {
        if (alike.Any(e => e.When.Count == 0)) return points.All.Count > 1 ? " everywhere" : "";
        IEnumerable<string> places = alike.All(e => e.When.Count == 1)
            ? alike.SelectMany(e => e.When).GroupBy(w => w.Key, w => w.Value)
                .Select(g => $"{points.Short(g.Key)} is {SettingText.Either(g)}")
            : alike.Select(e => string.Join(" and ", e.When.Select(w => $"{points.Short(w.Key)} is {w.Value}")));
        return " where " + string.Join(", and where ", places);
    }

    private static IEnumerable<(string?, string)> Shown(Points points, NetworkKind network)
    {
        RunSpec[] runs = [.. points.All.Select(r => r with { Network = network })];
        (string Name, Judgement Judgement)[] judged =
        [
            .. Showing.Of(runs, network), .. points.Scenario.Expect.Select(e => e.Metric).Distinct()
                .SelectMany(m => Metrics(m, runs, network)),
        ];
        if (judged.Select(j => j.Judgement).Distinct().Count() == 1)
            return [(Words.Kebab($"{judged[0].Judgement.Fidelity}"), $"all of it: {judged[0].Judgement.Reason}")];
        return judged.GroupBy(j => j.Judgement, j => j.Name).OrderByDescending(g => g.Key.Fidelity)
            .Select(g => ((string?)Words.Kebab($"{g.Key.Fidelity}"), $"{string.Join(", ", g)}: {g.Key.Reason}"));
    }

    /// <summary>A metric with what can be said of it, for its variants apart where that differs.</summary>
    private static IEnumerable<(string Name, Judgement Judgement)> Metrics(
        string metric, RunSpec[] runs, NetworkKind network)
    {
        Judgement Plain(Judgement judgement)
        {
            // what a fault makes of it stands at the fault
            foreach (FaultKind kind in runs[0].Scenario.Faults.Select(f => f.Kind))
                if (judgement.Reason == $"{kind.Word}: {kind.On(network).Reason}")
                    return judgement with { Reason = kind.On(network).Reason };
            return judgement;
        }
        return runs.GroupBy(r => Plain(Catalogue.Of(r, metric))).Select(g => (g.Count() == runs.Length ? metric
            : $"{metric} in {g.Count()} of {runs.Length} variants", g.Key));
    }
}
