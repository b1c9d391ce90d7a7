using Lab.Experiments;
using Lab.Files;

namespace Lab.Cli;

/// <summary>
/// The points of a sweep beside each other: what a host, a link or a fault is in each of them, so that what varies can
/// be told with all its values.
/// </summary>
internal sealed class Points(Sweep sweep)
{
    /// <summary>A run of each point, on the first network, in the order of the file.</summary>
    public IReadOnlyList<RunSpec> All { get; } =
    [
        .. sweep.Plan.Where(r => r.Network == sweep.Networks[0])
            .DistinctBy(r => (object)r.Scenario, ReferenceEqualityComparer.Instance),
    ];

    public Sweep Sweep => sweep;
    public Scenario Scenario => All[0].Scenario;

    /// <summary>The entries of a mapping of the topology, each with what it is in the points that have it.</summary>
    public IEnumerable<(string Name, IReadOnlyList<T> Variants)> Named<T>(
        Func<Topology, IReadOnlyDictionary<string, T>> of) => All.SelectMany(r => of(r.Topology))
        .GroupBy(e => e.Key, e => e.Value).Select(g => (g.Key, (IReadOnlyList<T>)[.. g.Distinct()]));

    /// <summary>The entries of a list, each with what it is in the points that have it.</summary>
    public IEnumerable<IReadOnlyList<T>> Numbered<T>(Func<RunSpec, IReadOnlyList<T>> of) =>
        Enumerable.Range(0, All.Max(r => of(r).Count)).Select(i =>
            (IReadOnlyList<T>)[.. All.Select(of).Where(l => l.Count > i).Select(l => l[i]).Distinct()]);

    /// <summary>What a varied path is called where no other ends alike: its last word, else the whole.</summary>
    public string Short(string path)
    {
        static string Last(string p) => p[(p.LastIndexOf('.') + 1)..];
        return sweep.Varied.Count(v => Last(v) == Last(path)) > 1 ? path : Last(path);
    }
}
