using Lab.Experiments;

namespace Lab.Reports;

/// <summary>Each expectation and how it came out.</summary>
internal static class VerdictSection
{
    private const int MostRows = 100;

    public static Html Of(Study study)
    {
        SweepResult sweep = study.Sweep;
        if (sweep.Checks.Count == 0) return $"<h2>Verdict</h2>\n<p>The scenario expects nothing, so there is nothing " +
            $"to pass or fail.</p>";
        // those that fail first, where there are more than anybody reads
        CheckResult[] shown = sweep.Checks.Count <= MostRows ? [.. sweep.Checks]
            : [.. sweep.Checks.OrderByDescending(c => c.Verdict).Take(MostRows)];
        Html more = shown.Length == sweep.Checks.Count ? Html.Empty : Html.Of($"""
            <p>{shown.Length} of {sweep.Checks.Count} expectations, the worst first; the others are in summary.json.</p>
            """);
        return $"""
            <h2>Verdict: <span class="{Words.Of(sweep.Verdict)}">{Words.Of(sweep.Verdict)}</span></h2>
            <div class="scroll" role="region" aria-label="Verdict" tabindex="0"><table>
            <thead><tr><th scope="col">Expected</th><th scope="col">When</th><th scope="col">Came out</th><th
            scope="col">Explanation</th></tr></thead>
            <tbody>
            {Html.Join(shown.Select(Row))}
            </tbody>
            </table></div>
            {more}
            """;
    }

    private static Html Row(CheckResult check)
    {
        string when = check.Expectation.When.Count == 0
            ? "always"
            : string.Join(", ", check.Expectation.When.OrderBy(w => w.Key, StringComparer.Ordinal)
                .Select(w => $"{w.Key} = {w.Value}"));
        string word = Words.Of(check.Verdict);
        return $"<tr><td>{MetricTables.Name(check.Expectation.Metric)}{check.Expectation.Scope.ToString()} "
            + $"{Words.Of(check.Expectation)}</td>" +
            $"<td>{when}</td>" +
            $"<td class=\"{word}\"><b>{word}</b></td><td>{check.Explanation}{Failing(check)}</td></tr>";
    }

    private static string Failing(CheckResult check)
    {
        if (check.Failing.Count == 0) return "";
        const int most = 8;
        IEnumerable<string> named = check.Failing.Take(most)
            .Select(r => r.Point.Count == 0 ? $"seed {r.Seed}" : $"{r.Label} seed {r.Seed}");
        string more = check.Failing.Count > most ? $" and {check.Failing.Count - most} more" : "";
        return $" Failing: {string.Join("; ", named)}{more}.";
    }
}
