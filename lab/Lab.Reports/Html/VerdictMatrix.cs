using Lab.Experiments;

namespace Lab.Reports;

/// <summary>What was true against what was claimed, each time a side gave a verdict on a silent peer (RFC 6120 section
/// 4.6).</summary>
internal static class VerdictMatrix
{
    private const int MostMatrices = 24;

    private static readonly string[] Known = ["dead", "broken", "idle"];

    public static Html Of(Study study)
    {
        (Variant Variant, Dictionary<(string, string), long> Counts)[] matrices =
            [.. study.Variants.Select(v => (v, Counts(v))).Where(m => m.Item2.Values.Any(n => n > 0))];
        int all = matrices.Length;
        if (all > MostMatrices) matrices = matrices[..MostMatrices];
        Html more = all == matrices.Length ? Html.Empty : Html.Of(
            $"<p>The first {matrices.Length} of {all} variants; all of them are in results.db.</p>");
        if (matrices.Length == 0) return $"<p>No side called a silent peer " +
            $"dead, broken or idle.</p>";
        return $"""
            <p>Three silences look alike (RFC 6120, section 4.6): a dead connection, a broken stream, an idle peer.
            Rows: what was true when a
            side gave its verdict; columns: what it claimed. Sums over all seeds and both sides; the shaded cells are
            right.</p>
            <div class="matrices">
            {Html.Join(matrices.Select(m => Matrix(m.Variant.Name, m.Counts)))}
            </div>
            {more}
            """;
    }

    private static Html Matrix(string label, Dictionary<(string Truth, string Claim), long> counts)
    {
        string[] truths = Order(counts.Keys.Select(k => k.Truth)), claims = Order(counts.Keys.Select(k => k.Claim));
        Html Row(string truth) => Html.Join(claims.Select(c => Cell(counts.GetValueOrDefault((truth, c)), truth == c)),
            "");
        Html headers = Html.Join(claims.Select(c => Html.Of($"<th scope=\"col\" class=\"n\">{c}</th>")), "");
        Html rows = Html.Join(truths.Select(t => Html.Of($"<tr><th scope=\"row\">{t}</th>{Row(t)}</tr>")));
        return $"""
            <div class="scroll" role="region" aria-label="{label}" tabindex="0"><table><caption><b>{label}</b></caption>
            <thead><tr><th scope="col">true \ claimed</th>{headers}</tr></thead>
            <tbody>
            {rows}
            </tbody>
            </table></div>
            """;
    }

    private static Html Cell(long count, bool right) =>
        $"<td class=\"n{(right ? " right" : "")}\">{(count == 0 ? "·" : Words.Number(count))}</td>";

    /// <summary>The three silences always, in their order; other words after them.</summary>
    private static string[] Order(IEnumerable<string> present) =>
        [.. Known, .. present.Distinct().Where(w => !Known.Contains(w)).Order(StringComparer.Ordinal)];

    private static Dictionary<(string, string), long> Counts(Variant variant)
    {
        Dictionary<(string, string), long> sums = [];
        foreach ((string key, int count) in variant.Runs.SelectMany(r => r.Verdicts))
        {
            string[] parts = key.Split('/', 2);
            (string, string) cell = (parts[0], parts.ElementAtOrDefault(1) ?? "none");
            sums[cell] = sums.GetValueOrDefault(cell) + count;
        }
        return sums;
    }
}
