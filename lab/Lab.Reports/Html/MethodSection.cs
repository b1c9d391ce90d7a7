namespace Lab.Reports;

/// <summary>How the numbers were made, for those who cite them.</summary>
internal static class MethodSection
{
    public static Html Of(Study study) => $"""
        <h2>How the numbers were made</h2>
        <ul>
        <li>Each run gives one value per metric; tables show the median over seeds. Intervals: 95&nbsp;% percentile
        bootstrap over runs,
        {(long)Bootstrap.Resamples} draws (Kaplan–Meier quantiles: 1000, or 200 above 20&nbsp;000 incidents), from a
        fixed stream, so the same results give the same page.
        Below {(long)Bootstrap.FewestForInterval} seeds no interval of a median reaches 95&nbsp;%, and smallest and
        largest value are shown in brackets.</li>
        <li>“never” enters medians as larger than every number. A metric without a population in a run has no value
        there and does not count.</li>
        <li>Incidents that ended before they were noticed are censored: kept at risk until they ended (Kaplan and Meier,
        1958). This takes
        the end of a fault to be independent of its being noticed.</li>
        <li>Differences between variants are taken seed by seed; a seed in which both never got there counts as no
        difference.</li>
        <li>Faults on this network: {study.FidelityWords}.</li>
        </ul>
        """;
}
