using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// Who is ahead where several things were met: "acks misses no dead stream in 3 of 4 cases (streams 2, 4 and 8),
/// against 45–84 % (ping)".
/// </summary>
internal sealed record Panels(
    Study Study, Yardstick By, int All, IReadOnlyList<Contest> Won, IReadOnlyList<Contest> Rest) : Clause(By)
{
    private const int MostNamed = 4;

    /// <summary>Of the decided ones, those that the same are ahead in most.</summary>
    public static Panels Of(Study study, Yardstick by, IReadOnlyList<Contest> contests, IReadOnlyList<Contest> decided)
    {
        IGrouping<string, Contest> won = decided.GroupBy(c => string.Join('\n', Ahead(c).Order(StringComparer.Ordinal)))
            .OrderByDescending(g => g.Count()).First();
        return new(study, by, contests.Count, [.. won], [.. decided.Except(won)]);
    }

    private static IEnumerable<string> Ahead(Contest contest) => contest.Ahead.Select(v => v.Policy);

    public override IEnumerable<string> Told(Clause? after)
    {
        Saying saying = Saying.Of(By);
        Variant[] ahead = [.. Won.SelectMany(c => c.Ahead)];
        string[] names = [.. Study.Policies.Where(p => ahead.Any(v => v.Policy == p))];
        bool none = saying.None is not null && ahead.All(v => v.Over(By).Value == 0);
        string who = after is Panels other && other.Names().SequenceEqual(names)
            ? names.Length == 1 ? "it" : "they" : Phrases.List([.. names.Select(a => Phrases.Name(Study, a))]);
        string does = $"{who} {(names.Length == 1 ? saying.One : saying.Many)} {(none ? saying.None : saying.How)}";
        string number = none ? "" : $", {saying.Before}{Phrases.Span(ahead, By)}{saying.After}";
        string against = Phrases.List([.. Study.Policies.Where(p => !names.Contains(p)).Select(p => Behind(p,
            none ? saying.After : "")).OfType<string>()]);
        string rest = Won.Count == All ? "" : Rest.Count == 0 ? ", and no difference shows elsewhere"
            : ", and others are ahead elsewhere";
        yield return $"{does} {Where(MostNamed)}{number}, against {against}{rest}";
        yield return $"{does} {Where(0)}{number}, against {against}";
        yield return $"{does} {Where(0)}{number}";
    }

    private string[] Names() => [.. Study.Policies.Where(p => Won[0].Ahead.Any(v => v.Policy == p))];

    private string? Behind(string policy, string unit)
    {
        Variant[] behind = [.. Won.SelectMany(c => c.Behind).Where(v => v.Policy == policy)];
        return behind.Length == 0 ? null : $"{Phrases.Name(Study, policy)} ({Phrases.Span(behind, By)}{unit})";
    }

    /// <summary>"in all 4 cases (streams)", "in 3 of 4 cases (streams 2, 4 and 8)".</summary>
    private string Where(int mostNamed)
    {
        string fields = Study.PanelWords;
        if (Won.Count == All) return All == 2 ? $"in both cases of “{fields}”" : $"in all {All} cases of “{fields}”";
        string[] panels = [.. Won.Select(c => c.Panel)];
        if (panels.Length > mostNamed) return $"in {Won.Count} of {All} cases of “{fields}”";
        bool single = Study.PanelFields.Count == 1 && !Study.SeveralNetworks;
        if (single) panels = [.. panels.Select(p => p[(fields.Length + 1)..])];
        string named = single ? $"{fields} {Phrases.List(panels)}" : Phrases.List(panels);
        return $"in {Won.Count} of {All} cases ({named})";
    }
}
