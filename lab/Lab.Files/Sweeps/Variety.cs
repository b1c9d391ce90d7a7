using Lab.Experiments;

namespace Lab.Files;

/// <summary>
/// What varies, as the file has it before --set fixes some of it: the when of expectations and the baseline speak of
/// that.
/// </summary>
internal sealed class Variety(IReadOnlyList<(string Path, IReadOnlyList<string> Values)> varied, Problems problems)
{
    public const string Baseline = "baseline";

    private string[] Paths => [.. varied.Select(v => v.Path)];

    /// <summary>Each entry must name a varied path and one of its values.</summary>
    public void Check(Mapping point)
    {
        foreach (Entry entry in point.Entries)
        {
            string value = YamlOut.Inline(entry.Value);
            int at = Array.IndexOf(Paths, entry.Key.Text);
            if (at < 0)
                problems.Add(entry.Key, $"'{entry.Key.Text}' does not vary in this scenario"
                    + (varied.Count == 0 ? "" : Words.OneOf(entry.Key.Text, Paths)));
            else if (!varied[at].Values.Contains(value))
                problems.Add(entry.Value,
                    $"{entry.Key.Text} never is {value}{Words.OneOf(value, varied[at].Values)}");
        }
    }

    /// <summary>
    /// The file with its baseline as a mapping of paths to values, of those that are left: a path that --set fixed to
    /// another value has nothing to be compared with. Without the key after a problem was noted, or nothing is left.
    /// </summary>
    public Mapping WithBaseline(Mapping root, Func<string, string, bool> isLeft)
    {
        if (root[Baseline] is not { } node) return root;
        int before = problems.Count;
        Mapping? point = Point(node);
        if (point is not null) Check(point);
        if (point is null || problems.Count > before) return root.Without(Baseline);
        Entry[] left = [.. point.Entries.Select(e => e with { Value = AsText(e.Value) })
            .Where(e => isLeft(e.Key.Text, YamlOut.Inline(e.Value)))];
        return left.Length == 0 ? root.Without(Baseline) : root.With(Baseline, point with { Entries = left });
    }

    private Mapping? Point(Node node)
    {
        if (node is Mapping mapping) return mapping;
        string value = YamlOut.Inline(node);
        string[] having = [.. varied.Where(v => v.Values.Contains(value)).Select(v => v.Path)];
        if (having.Length == 1)
            return new Mapping(node.Place, [new Entry(new Scalar(node.Place, having[0]), node)], Flow: true);
        problems.Add(node,
            varied.Count == 0 ? "nothing varies in this scenario, so there is no baseline to compare with"
            : having.Length > 1 ? $"{Words.And(having)} both vary over {value}; write {{{having[0]}: {value}}}"
            : value.Length == 0 ? $"baseline needs a value, as in baseline: {{{varied[0].Path}: {varied[0].Values[0]}}}"
            : $"nothing that varies ever is {value}{Words.OneOf(value, [.. varied.SelectMany(v => v.Values)])}");
        return null;
    }

    // a policy that is written out is named by its text, as in tables
    private static Scalar AsText(Node value) =>
        value as Scalar ?? new Scalar(value.Place, YamlOut.Inline(value), Quoted: true);
}
