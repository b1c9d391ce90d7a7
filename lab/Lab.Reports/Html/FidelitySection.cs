using Lab.Experiments;

namespace Lab.Reports;

/// <summary>How truly each network shows what this scenario uses; nothing where everything was simulated.</summary>
internal static class FidelitySection
{
    public static Html Of(Study study)
    {
        if (study.Networks is [NetworkKind.Simulated]) return Html.Empty;
        return $"""
            {Html.Join(study.Networks.Select(n => Network(study, n)))}
            """;
    }

    private static Html Network(Study study, NetworkKind network)
    {
        IEnumerable<IGrouping<Judgement, string>> groups =
            Showing.Of(study.Variants.Select(v => v.Runs[0].Spec), network)
                .GroupBy(u => u.Judgement, u => u.Name).OrderByDescending(g => g.Key.Fidelity);
        return $"""
            <h4>{network.Word()}</h4>
            <ul>
            {Html.Join(groups.Select(g => Html.Of(
                $"<li><b>{Words.Of(g.Key.Fidelity)}</b> {string.Join(", ", g)}: {g.Key.Reason}.</li>")))}
            </ul>
            """;
    }
}
