using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// The variants of one panel by one yardstick. One is behind another where the numbers show it: their intervals (with
/// few seeds: their ranges) are apart, or over the seeds that both have the interval of their difference leaves out
/// zero and the seeds are of one mind beyond chance, corrected for all pairs of the panel (see Pairing); and where
/// it shows in the digits that are told. Only like is compared with like (see Best).
/// </summary>
internal sealed class Contest
{
    // beyond these the pairs are too many to be drawn again each
    private const int MostPaired = 12;
    private const double Level = 0.05;

    private readonly Yardstick by;

    private Contest(string panel, Yardstick by, Variant[] variants)
    {
        (Panel, this.by, Variants) = (panel, by, variants);
        Ends = variants.ToDictionary(v => v, v => EndsOf(v, by));
        HashSet<(Variant, Variant)> shown = variants.Length > MostPaired ? [] : Shown();
        // of very many only what is apart from the one that reaches least far, which is the most there is to see
        Variant nearest = variants.MinBy(v => LowerFirst(by.Metric) ? Ends[v].High : -Ends[v].Low)!;
        bool IsBehind(Variant v, Variant other) => shown.Contains((other, v)) || Apart(other, v);
        Ahead = [.. variants.Where(v => !Apart(nearest, v) && !shown.Any(s => s.Item2 == v))];
        Behind = [.. variants.Where(v => Ahead.Length > 0 && Ahead.All(a => IsBehind(v, a)))];
        Between = [.. variants.Except(Ahead).Except(Behind)];
    }

    public string Panel { get; }

    /// <summary>Those that have a number, in order of it, the best first.</summary>
    public Variant[] Variants { get; }

    /// <summary>Those that no other is shown to be better than.</summary>
    public Variant[] Ahead { get; }

    /// <summary>Those that are shown to be worse than all that are ahead.</summary>
    public Variant[] Behind { get; }

    /// <summary>Worse than some that are ahead, not than all.</summary>
    public Variant[] Between { get; }

    public bool Decided => Behind.Length > 0;

    /// <summary>Whether all have the same number in every run.</summary>
    public bool AllSame => Variants.All(v => Ends[v] == Ends[Variants[0]] && Ends[v].Low == Ends[v].High);

    /// <summary>Interval, range, or the number itself.</summary>
    public IReadOnlyDictionary<Variant, (double Low, double High)> Ends { get; }

    /// <summary>Whether a smaller number is ahead; where neither way is better it is.</summary>
    public static bool LowerFirst(Metric metric) => metric.Better != Better.Higher;

    /// <summary>One contest for each panel in which at least two variants can be compared.</summary>
    public static IReadOnlyList<Contest> Of(Study study, Yardstick by)
    {
        List<Contest> contests = [];
        foreach (IGrouping<string, Variant> panel in study.Variants.GroupBy(v => v.Panel))
        {
            Variant[] known = [.. panel.Where(v => v.Over(by).Known)];
            if (known.Length < 2 || !known.All(v => Best.Alike(known[0], v, by))) continue;
            double Place(Variant v) => LowerFirst(by.Metric) ? v.Over(by).Value : -v.Over(by).Value;
            contests.Add(new Contest(panel.Key, by, [.. known.OrderBy(Place)]));
        }
        return contests;
    }

    /// <summary>Whether the first is shown to be better than the second.</summary>
    public static bool IsAhead(Study study, Yardstick by, Variant one, Variant other) =>
        Best.Alike(one, other, by) && one.Over(by).Known && other.Over(by).Known
        && new Contest("", by, [one, other]) is { Decided: true } contest && contest.Ahead[0] == one;

    private bool Apart(Variant better, Variant worse) => Told(better) != Told(worse) && (LowerFirst(by.Metric)
        ? Ends[better].High < Ends[worse].Low : Ends[better].Low > Ends[worse].High);

    private string Told(Variant variant) => Units.Format(variant.Over(by).Value, by.Metric.Unit);

    /// <summary>Pairs of a better and a worse one that differ seed by seed.</summary>
    private HashSet<(Variant, Variant)> Shown()
    {
        (Variant Better, Variant Worse)[] pairs = [.. Variants.SelectMany((v, i) => Variants.Skip(i + 1)
            .Select(w => (v, w)))];
        HashSet<(Variant, Variant)> shown = [];
        if (Variants[0].Runs.Count < Bootstrap.FewestForInterval) return shown;
        double[] chances = Holm.Adjust([.. pairs.Select(p => Pairing.Chance(p.Better, p.Worse, by))]);
        for (int i = 0; i < pairs.Length; i++)
        {
            if (chances[i] >= Level || Told(pairs[i].Better) == Told(pairs[i].Worse)
                || Apart(pairs[i].Better, pairs[i].Worse)) continue;
            Estimate e = Pairing.Difference(pairs[i].Better, pairs[i].Worse, by);
            if (e.Ends == Lab.Experiments.Ends.Interval && (LowerFirst(by.Metric) ? e.High < 0 : e.Low > 0))
                shown.Add(pairs[i]);
        }
        return shown;
    }

    private static (double, double) EndsOf(Variant variant, Yardstick by)
    {
        Estimate e = variant.Over(by);
        if (e.Ends != Lab.Experiments.Ends.None) return (e.Low, e.High);
        double[] single = [.. variant.Runs.Select(r => r.Value(by.Metric.Name, by.Scope)).Where(v => !double.IsNaN(v))
            .DefaultIfEmpty(e.Value)];
        return (single.Min(), single.Max());
    }
}
