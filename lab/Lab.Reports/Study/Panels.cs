using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// Who is ahead where several things were met: "acks misses no dead stream in 3 of 4 cases (streams 2, 4 and 8),
/// against ping (45–84 %)".
/// </summary>
/// <param name="Names">The policies it is about.</param>
/// <param name="Shared">Whether they are ahead everywhere, but not everywhere alone.</param>
/// <param name="Won">Where they are ahead of others.</param>
/// <param name="All">How many cases there are.</param>
/// <param name="Elsewhere">Whether others are ahead in another case.</param>
internal sealed record Panels(Study Study, Yardstick By, IReadOnlyList<string> Names, bool Shared,
    IReadOnlyList<Contest> Won, int All, bool Elsewhere) : Clause(By)
{
    private const int MostNamed = 4;

    public override IReadOnlyList<string> Who => Names;

    /// <summary>Those that are ahead in every case, else those that are ahead in most of the decided ones.</summary>
    public static Panels Of(Study study, Yardstick by, IReadOnlyList<Contest> contests, IReadOnlyList<Contest> decided)
    {
        string[] Ahead(Contest c) => [.. study.Policies.Where(p => c.Ahead.Any(v => v.Policy == p))];
        IGrouping<string, Contest> won = decided.GroupBy(c => string.Join('\n', Ahead(c)))
            .OrderByDescending(g => g.Count()).First();
        string[] always = [.. study.Policies.Where(p => contests.All(c => Ahead(c).Contains(p)))];
        return won.Count() < decided.Count && always.Length > 0
            ? new(study, by, always, true, decided, contests.Count, false)
            : new(study, by, Ahead(won.First()), false, [.. won], contests.Count, won.Count() < decided.Count);
    }

    public override IEnumerable<string> Told(Clause? after)
    {
        Saying saying = Saying.Of(By);
        Variant[] ahead = [.. Won.SelectMany(c => c.Ahead).Where(v => Names.Contains(v.Policy))];
        bool none = saying.None is not null && ahead.All(v => v.Over(By).Value == 0);
        bool one = Names.Count == 1;
        string does = (Shared && !none ? $"{(one ? "is" : "are")} among those that {saying.Many}"
            : one ? saying.One : saying.Many) + " " + (none ? saying.None : saying.How);
        string number = none ? "" : $", {saying.Before}{Phrases.Span(ahead, By)}{saying.After}";
        string against = Phrases.List([.. Study.Policies.Where(p => !Names.Contains(p)).Select(p => Behind(p,
            none ? saying.After : "")).OfType<string>()]);
        string rest = Won.Count == All || Shared ? "" : Elsewhere ? ", and others are ahead elsewhere"
            : ", and no difference shows elsewhere";
        yield return $"{Called(Study, after)} {does} {Where(MostNamed)}{number}, against {against}{rest}";
        yield return $"{Called(Study, after)} {does} {Where(0)}{number}, against {against}";
    }

    private string? Behind(string policy, string unit)
    {
        Variant[] behind = [.. Won.SelectMany(c => c.Behind).Where(v => v.Policy == policy)];
        return behind.Length == 0 ? null : $"{Phrases.Name(Study, policy)} ({Phrases.Span(behind, By)}{unit})";
    }

    /// <summary>"in all 4 cases of “streams”", "in 3 of 4 cases (streams 2, 4 and 8)".</summary>
    private string Where(int mostNamed)
    {
        string fields = Study.PanelWords;
        if (Won.Count == All || Shared)
            return All == 2 ? $"in both cases of “{fields}”" : $"in all {All} cases of “{fields}”";
        string[] panels = [.. Won.Select(c => c.Panel)];
        if (panels.Length > mostNamed) return $"in {Won.Count} of {All} cases of “{fields}”";
        bool single = Study.PanelFields.Count == 1 && !Study.SeveralNetworks;
        if (single) panels = [.. panels.Select(p => p[(fields.Length + 1)..])];
        string named = single ? $"{fields} {Phrases.List(panels)}" : Phrases.List(panels);
        return $"in {Won.Count} of {All} cases ({named})";
    }
}
