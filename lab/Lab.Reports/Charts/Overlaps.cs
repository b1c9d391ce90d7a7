namespace Lab.Reports;

/// <summary>
/// Curves that lie on each other, or so near that the eye sees one: the later ones are broken, so that the earlier show
/// through the gaps, and a sentence names them. Found on a sheet of about as many pixels as the chart will have.
/// </summary>
internal static class Overlaps
{
    private const int MostCurves = 30, MostNamed = 6;

    /// <summary>Share of a curve that must lie on another one.</summary>
    private const double Hidden = 0.75;

    private static readonly Dash[] Dashes = [Dash.Solid, Dash.Long, Dash.Short, Dash.Mixed];

    /// <summary>The chart with broken lines where it needs them, and a sentence for its caption, empty where all curves
    /// stand apart. Keys that break lines already keep theirs.</summary>
    public static (Chart Chart, string Sentence) Told(Chart chart)
    {
        Tangle[] all = [.. chart.Panels.SelectMany(p => p.Layers.OfType<Lines>().Select(l => Of(chart, p, l)))
            .Where(t => t.Pairs.Count > 0)];
        if (all.Length == 0) return (chart, "");
        Dictionary<Key, Key> broken = new(ReferenceEqualityComparer.Instance);
        foreach (Tangle tangle in all)
            broken.TryAdd(tangle.Key, Broken(tangle.Key, [.. all.Where(t => ReferenceEquals(t.Key, tangle.Key))
                .SelectMany(t => t.Pairs)]));
        Key Now(Key key) => broken.GetValueOrDefault(key, key);
        Layer Redrawn(Layer layer) => layer switch
        {
            Lines lines => lines with { Key = Now(lines.Key) },
            Marks marks => marks with { Key = Now(marks.Key) },
            // what stands on curves is too short to be broken
            _ => layer,
        };
        return (chart with
        {
            Keys = [.. chart.Keys.Select(Now)],
            Panels = [.. chart.Panels.Select(p => p with { Layers = [.. p.Layers.Select(Redrawn)] })],
        }, Sentence(chart, all, broken.All(b => ReferenceEquals(b.Key, b.Value))));
    }

    /// <summary>The curves of a layer that lie on each other, the one drawn first before the other.</summary>
    private sealed record Tangle(string Panel, Key Key, IReadOnlyList<(string Under, string Over)> Pairs)
    {
        /// <summary>All that hang together, each in the order of drawing.</summary>
        public IEnumerable<string> Groups()
        {
            List<List<string>> groups = [];
            foreach ((string under, string over) in Pairs)
            {
                List<string>[] touched = [.. groups.Where(g => g.Contains(under) || g.Contains(over))];
                List<string> one = [.. touched.SelectMany(g => g).Append(under).Append(over).Distinct()];
                groups.RemoveAll(touched.Contains);
                groups.Add(one);
            }
            return groups.Select(g => string.Join(", ", Key.Entries.Select(e => e.Word).Where(g.Contains)));
        }
    }

    private static Key Broken(Key key, (string Under, string Over)[] pairs)
    {
        if (key.Entries.Any(e => e.Dash != Dash.Solid)) return key;
        Dictionary<string, Dash> dashes = [];
        foreach (string word in key.Entries.Select(e => e.Word).Where(w => pairs.Any(p => p.Over == w || p.Under == w)))
        {
            HashSet<Dash> taken = [.. pairs.Where(p => p.Over == word || p.Under == word)
                .Select(p => p.Over == word ? p.Under : p.Over).Where(dashes.ContainsKey).Select(w => dashes[w])];
            // the rarest of those that no neighbour has; a solid one would cover them
            dashes[word] = Dashes.OrderBy(taken.Contains).ThenBy(d => d == Dash.Solid && taken.Contains(d))
                .ThenBy(d => dashes.Values.Count(used => used == d)).First();
        }
        return key with
        {
            Entries = [.. key.Entries.Select(e => e with { Dash = dashes.GetValueOrDefault(e.Word, Dash.Solid) })],
        };
    }

    private static string Sentence(Chart chart, Tangle[] all, bool solid)
    {
        string[] places = [.. all.SelectMany(t => t.Groups().Select(g => (t.Panel, Words: g)))
            .GroupBy(g => g.Words, g => g.Panel).Select(g => chart.Panels.Count == 1 ? g.Key
                : g.Distinct().Count() == chart.Panels.Count ? $"{g.Key} (in all panels)"
                : $"{g.Key} ({string.Join("; ", g.Distinct())})")];
        string more = places.Length > MostNamed ? " and others" : "";
        string how = solid ? "the last covers the others"
            : "the later ones are broken, so that the others show through";
        return $" Curves that lie on each other, of which {how}: {string.Join("; ", places.Take(MostNamed))}{more}.";
    }

    private static Tangle Of(Chart chart, Panel panel, Lines lines)
    {
        if (lines.Items.Count > MostCurves) return new(panel.Title, lines.Key, []);
        Sheet sheet = new(panel.X, panel.Y,
            chart.Columns > 1 && chart.Panels.Count > 1 ? Sheet.Narrow : Sheet.Wide, panel.Height ?? chart.PanelHeight);
        HashSet<(int X, int Y)>[] drawn = [.. lines.Items.Select(l => sheet.Drawn(l, lines.Steps))];
        List<(string, string)> pairs = [];
        for (int over = 1; over < drawn.Length; over++)
            for (int under = 0; under < over; under++)
                if (IsHidden(drawn[under], drawn[over]))
                    pairs.Add((lines.Items[under].Word, lines.Items[over].Word));
        return new(panel.Title, lines.Key, pairs);
    }

    private static bool IsHidden(HashSet<(int X, int Y)> under, HashSet<(int X, int Y)> over)
    {
        // both run along the foot alone
        if (under.Count == 0) return over.Count == 0;
        int left = (int)(under.Count * (1 - Hidden));
        foreach ((int x, int y) in under)
            if (!IsNear(over, x, y) && left-- == 0) return false;
        return true;
    }

    private static bool IsNear(HashSet<(int X, int Y)> drawn, int x, int y)
    {
        // a line is two pixels wide
        for (int dx = -2; dx <= 2; dx++)
            for (int dy = -2; dy <= 2; dy++)
                if (drawn.Contains((x + dx, y + dy))) return true;
        return false;
    }
}
