using System.Globalization;
using Lab.Experiments;
using Lab.Files;
using Words = Lab.Experiments.Words;

namespace Lab.Cli;

/// <summary>
/// A scenario in words, from most to least important: the question, how many runs, what happens, who takes part, with
/// which policies, what is judged, how truly a network shows it, and what holds though nobody wrote it. All of it comes
/// from the records, so what is new in them is told by itself.
/// </summary>
internal static class Explanation
{
    public static IEnumerable<Section> Of(Sweep sweep)
    {
        var points = new Points(sweep);
        Scenario scenario = points.Scenario;
        yield return new Section(Title(sweep, scenario));
        yield return Runs(points);
        yield return TimeLine.Of(points);
        yield return HostRows.Hosts(points);
        if (TimeLine.Workload(points) is { } workload) yield return workload;
        if (PolicyRows.Of(points) is { } policies) yield return policies;
        yield return JudgedRows.Expected(points);
        if (scenario.Look is { } look) yield return new Section("What to look for", (null, look.Trim()));
        foreach (Section section in JudgedRows.Fidelity(points)) yield return section;
        yield return new Section("What holds though nobody wrote it",
            [
                .. DefaultsInForce.Of(points.All).Select(s => ((string?)null, s)),
                .. HostRows.Defaults(points),
            ]);
    }

    private static string Title(Sweep sweep, Scenario scenario) =>
        scenario.Description is { } question ? $"{sweep.Name}: {question}" : sweep.Name;

    private static Section Runs(Points points)
    {
        Sweep sweep = points.Sweep;
        ulong[] seeds = [.. sweep.Plan.Select(r => r.Seed).Distinct()];
        List<string> factors = [];
        if (points.All.Count > 1) factors.Add(Words.Count(points.All.Count, "variant"));
        factors.Add($"{Words.Count(seeds.Length, "seed")} ({CommandText.Seeds(seeds)})");
        if (sweep.Networks.Count > 1) factors.Add(Words.Count(sweep.Networks.Count, "network"));
        string length = SettingText.Either(points.All.Select(r => $"{r.Scenario.Duration}"));
        string networks = string.Join(" and ", sweep.Networks.Select(n => $"on the {n.Word()} network in "
            + (n == NetworkKind.Simulated ? "virtual time" : "real time")));
        string count = Words.Count(sweep.Plan.Count, "run");
        return new Section(string.Create(CultureInfo.InvariantCulture,
            $"{count} of {length} {networks}: {string.Join(" x ", factors)}"),
            sweep.Varied.Select(path => ((string?)path, Values(points, path))));
    }

    private static string Values(Points points, string path)
    {
        IEnumerable<string> values =
            points.All.SelectMany(r => r.Point).Where(s => s.Path == path).Select(s => s.Value).Distinct();
        return Words.List(values)
            + (points.Scenario.Baseline.TryGetValue(path, out string? value) ? $"; compared with {value}" : "");
    }
}
