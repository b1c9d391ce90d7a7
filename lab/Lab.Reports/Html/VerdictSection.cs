using Lab.Experiments;

namespace Lab.Reports;

/// <summary>Each expectation and how it came out.</summary>
internal static class VerdictSection
{
    public static Html Of(Study study)
    {
        SweepResult sweep = study.Sweep;
        if (sweep.Checks.Count == 0) return $"<h2>Verdict</h2>\n<p>The scenario expects nothing, so there is nothing " +
            $"to pass or fail.</p>";
        return $"""
            <h2>Verdict: <span class="{Words.Of(sweep.Verdict)}">{Words.Of(sweep.Verdict)}</span></h2>
            <div class="scroll"><table>
            <thead><tr><th>Expected</th><th>When</th><th>Came out</th><th>Explanation</th></tr></thead>
            <tbody>
            {Html.Join(sweep.Checks.Select(Row))}
            </tbody>
            </table></div>
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
