using Lab.Experiments;

namespace Lab.Reports;

/// <summary>Where nothing varies there is nobody to be ahead: what was asked, in numbers.</summary>
internal static class OneVariant
{
    public static IEnumerable<Clause> Clauses(Study study, IReadOnlyList<Yardstick> asked) =>
        asked.Where(by => study.Variants[0].Over(by).Known).Select(by => new Fact(by, study.Variants[0]));

    private sealed record Fact(Yardstick By, Variant Variant) : Clause(By)
    {
        public override IEnumerable<string> Told(Clause? after)
        {
            Saying saying = Saying.Of(By);
            yield return $"{saying.Noun} {saying.Before}{Phrases.Number(Variant, By)}{saying.After}";
        }
    }
}
