namespace Lab.Reports;

/// <summary>
/// Curves of shares from 0 upwards that may end below the whole: in steps, with ticks on them, and for each that ends
/// early a line of text at the bottom, right or left by where fewer curves pass; at the top left where all stay low.
/// </summary>
/// <param name="Top">The highest share of the panel.</param>
internal sealed record StepCurves(Key Key, int Height, double Top = 1)
{
    private const double LinePixels = 14, TickPixels = 9, EdgePixels = 12.6;
    private const int MostLabels = 7;

    /// <summary>So many curves are drawn with at most so many steps each.</summary>
    public static int MostSteps(int curves) => Math.Clamp(3000 / Math.Max(1, curves), 20, 150);

    public static string Rule(int curves) =>
        $"Of each curve at most {MostSteps(curves)} steps are drawn, evenly by rank, first and last included.";

    public Panel Panel(string title, Axis x, string what, IReadOnlyList<Line> lines,
        IEnumerable<(string Word, Place At)> ticks, IEnumerable<(string Word, string Text)> unfinished) =>
        new(title, x, new(what, 0, Top) { Percent = true },
        [
            new Lines(Key, lines),
            new Segments(Key, [.. ticks.Select(t => Tick(t.Word, t.At))]),
            new Labels([.. Texts(x, [.. unfinished], lines)]),
        ]);

    /// <summary>Said in the caption where curves lie on each other from end to end; empty without any.</summary>
    public static string Covered(IReadOnlyList<Panel> panels)
    {
        const int most = 6;
        string[] places = [.. panels.SelectMany(p => p.Layers.OfType<Lines>().SelectMany(l => l.Items
            .GroupBy(i => string.Join(' ', i.Points.Select(at => (at.X, at.Y))), i => i.Word)
            .Where(g => g.Count() > 1).Select(g => (p.Title, Words: string.Join(", ", g)))))
            .GroupBy(c => c.Words, c => c.Title).Select(g => g.All(t => t == "") ? g.Key
                : $"{g.Key} ({string.Join("; ", g)})")];
        if (places.Length == 0) return "";
        string more = places.Length > most ? " and others" : "";
        return $" These curves are the same, and the last covers the others: {string.Join("; ", places.Take(most))}" +
            $"{more}.";
    }

    private Segment Tick(string word, Place at)
    {
        double half = TickPixels / 2 / Height * Top;
        return new(at.X, at.Y - half, at.X, at.Y + half, word, at.Hover);
    }

    /// <summary>None when there are so many lines that they would fill the panel.</summary>
    private IEnumerable<Label> Texts(Axis x, (string Word, string Text)[] texts, IReadOnlyList<Line> curves)
    {
        if (texts.Length is 0 or > MostLabels) yield break;
        bool above = Top < 1, left = above || IsFreerLeft(x, curves, (EdgePixels + texts.Length * LinePixels) / Height);
        for (int i = 0; i < texts.Length; i++)
        {
            double fromEdge = EdgePixels + (above ? i : texts.Length - 1 - i) * LinePixels;
            double share = above ? 1 - fromEdge / Height : fromEdge / Height;
            yield return new(left ? x.From : x.To, share * Top, $"{texts[i].Word}: {texts[i].Text}",
                left ? Anchor.Start : Anchor.End);
        }
    }

    /// <summary>Whether fewer curves pass below a height in the left half of the panel than in the right one. What lies
    /// on the axis is in nobody's way.</summary>
    private static bool IsFreerLeft(Axis x, IReadOnlyList<Line> curves, double height)
    {
        bool Passes(Line curve, bool left)
        {
            for (int i = 1; i < curve.Points.Count; i++)
            {
                (Place from, Place to) = (curve.Points[i - 1], curve.Points[i]);
                bool rises = from.Y < height && to.Y > 0 && from.Y != to.Y && x.ShareOf(to.X) <= 0.5 == left;
                bool lies = from.Y > 0 && from.Y < height
                    && (left ? x.ShareOf(from.X) <= 0.5 : x.ShareOf(to.X) > 0.5);
                if (rises || lies) return true;
            }
            return false;
        }
        return curves.Count(c => Passes(c, left: true)) < curves.Count(c => Passes(c, left: false));
    }
}
