using Lab.Experiments;

namespace Lab.Reports;

/// <summary>How the numbers were made, for those who cite them.</summary>
internal static class MethodSection
{
    public static Html Of(Study study) => $"""
        <h2>How the numbers were made</h2>
        <ul>
        <li>Each run gives one value per metric; tables show the median over seeds. Intervals: 95&nbsp;% percentile
        bootstrap over runs,
        {(long)Bootstrap.Resamples} draws (detection over all incidents: 1000, or 200 above 20&nbsp;000 incidents), from
        a fixed stream, so the same results give the same page.
        Below {(long)Bootstrap.FewestForInterval} seeds no interval of a median reaches 95&nbsp;%, and smallest and
        largest value are shown in brackets.</li>
        <li>“never” enters medians as larger than every number. A metric without a population in a run has no value
        there and does not count.</li>
        <li>Detection over all incidents is their cumulative incidence (Aalen and Johansen, 1978). An incident that the
        connection outlived stays in the whole: it was not noticed and never will be. One that the end of the run cut
        off is censored: kept at risk until then.</li>
        <li>Differences between variants are taken seed by seed; a seed in which both never got there counts as no
        difference.</li>
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
            it is more than a tenth of the first network's median. “Expected” are those that the fidelity table
            foretells: one of the two networks cannot show the metric as it is.</li>
            """),
    };
}
