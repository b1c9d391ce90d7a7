using Lab.Experiments;

namespace Lab.Reports;

/// <summary>How the numbers were made, for those who cite them.</summary>
internal static class MethodSection
{
    public static Html Of(Study study) => $"""
        <ul>
        <li>Each metric says how the runs of a variant become one number (hover over its name): times are quantiles over
        the incidents or messages of all runs, shares are of all cases of all runs, counts are means per run. Tables,
        figures and expectations have the same number; metrics.csv has that of each single run.</li>
        <li>Intervals: 95&nbsp;% percentile bootstrap, in which whole runs are drawn again,
        {(long)Bootstrap.Resamples} times (quantiles over all incidents or messages 1000 times, fewer above
        20&nbsp;000 of them), from a fixed stream, so the same results give the same page.
        Below {(long)Bootstrap.FewestForInterval} seeds smallest and largest value of single runs are shown in
        brackets.</li>
        <li>“never” is larger than every number. A run without a population has no say.</li>
        <li>Times to detection are of the cumulative incidence over all incidents (Aalen and Johansen, 1978). An
        incident that the connection outlived stays in the whole: it was not noticed and never will be. One that the end
        of the run cut off is censored: kept at risk until then.</li>
        <li>Differences between variants are over the seeds that both have, each drawn for both. What is underlined is
        so by exact sign tests of the seeds, corrected for the number of comparisons (Holm, 1979).</li>
        {Faults(study)}
        {Rules(study)}
        </ul>
        """;

    private static Html Rules(Study study)
    {
        string[] ids = [.. study.Sweep.Runs.SelectMany(r => r.Rules).Distinct().Order(StringComparer.Ordinal)];
        return ids.Length == 0 ? Html.Of($"") : Html.Of($"""
            <li>Protocol rules that these runs exercised, as far as their journals show (lab/RULES.md says what each one
            asks and which tests prove it): {string.Join(", ", ids)}.</li>
            """);
    }

    private static Html Faults(Study study) => study.Networks switch
    {
        [NetworkKind only] => Html.Of($"<li>Faults on this network: {study.FidelityWords(only)}.</li>"),
        _ => Html.Of($"""
            <li>A difference between networks counts where its interval (with few seeds: its range) leaves out zero and
            it is more than a tenth of the first network's number. “Expected” are those that the fidelity table
            foretells: one of the two networks cannot show the metric as it is.</li>
            """),
    };
}
