namespace Lab.Reports;

/// <summary>
/// Curves of shares from 0 upwards that may end below the whole: in steps, with ticks on them, and for each that ends
/// early a line of text where no curve passes.
/// </summary>
/// <param name="Top">The highest share of the panel.</param>
internal sealed record StepCurves(Key Key, int Height, double Top = 1)
{
    private const int LinePixels = 14, EdgePixels = 6, MarginPixels = 6, StepPixels = 8, MostLabels = 7;
    private const double TickPixels = 9, LetterPixels = 5.6;

    /// <summary>Share of the height at the foot and at the top, so that curves that lie there are seen whole.</summary>
    private const double Room = 0.012;

    /// <summary>So many curves are drawn with at most so many steps each.</summary>
    public static int MostSteps(int curves) => Math.Clamp(3000 / Math.Max(1, curves), 20, 150);

    public static string Rule(int curves) =>
        $"Of each curve at most {MostSteps(curves)} steps are drawn, evenly by rank, first and last included.";

    public Panel Panel(string title, Axis x, string what, IReadOnlyList<Line> lines,
        IEnumerable<(string Word, Place At)> ticks, IEnumerable<(string Word, string Text)> unfinished)
    {
        Axis y = new(what, -Room * Top, (1 + Room) * Top) { Percent = true };
        return new(title, x, y,
        [
            new Lines(Key, lines),
            new Segments(Key, [.. ticks.Select(t => Tick(t.Word, t.At))]),
            new Labels([.. Texts(x, y, [.. unfinished], lines)]),
        ]);
    }

    private Segment Tick(string word, Place at)
    {
        double half = TickPixels / 2 / Height * Top;
        return new(at.X, at.Y - half, at.X, at.Y + half, word, at.Hover);
    }

    /// <summary>Where the fewest curves pass, in one block: at the foot, on the right or on the left, if that is as
    /// good as elsewhere. None when there are so many lines that they would fill the panel.</summary>
    private IEnumerable<Label> Texts(Axis x, Axis y, (string Word, string Text)[] texts, IReadOnlyList<Line> curves)
    {
        if (texts.Length is 0 or > MostLabels) yield break;
        string[] lines = [.. texts.Select(t => $"{t.Word}: {t.Text}")];
        (Anchor anchor, double across, int top) = Freest(new(x, y, Sheet.Narrow, Height), curves,
            Math.Min(Sheet.Narrow, (int)(lines.Max(l => l.Length) * LetterPixels) + 2 * MarginPixels),
            lines.Length * LinePixels);
        double place = anchor == Anchor.End ? x.To : across == 0 ? x.From : x.At(across);
        for (int i = 0; i < lines.Length; i++)
            yield return new(place, y.At((top - (i + 0.5) * LinePixels) / Height), lines[i], anchor);
    }

    /// <summary>The side on which a block of so many pixels stands, its left edge as a share of the axis, and its top
    /// in pixels.</summary>
    private static (Anchor Anchor, double Across, int Top) Freest(Sheet sheet, IReadOnlyList<Line> curves, int width,
        int height)
    {
        // how many pixels are drawn below and to the left of each
        int[,] drawn = new int[sheet.Width + 2, sheet.Height + 2];
        foreach ((int x, int y) in curves.SelectMany(c => sheet.Drawn(c, steps: true))) drawn[x + 1, y + 1]++;
        for (int x = 1; x < drawn.GetLength(0); x++)
            for (int y = 1; y < drawn.GetLength(1); y++)
                drawn[x, y] += drawn[x - 1, y] + drawn[x, y - 1] - drawn[x - 1, y - 1];
        int right = sheet.Width - width, best = int.MaxValue;
        (Anchor, double, int) freest = (Anchor.End, 0, 0);
        for (int bottom = EdgePixels; bottom + height + EdgePixels <= sheet.Height; bottom += LinePixels / 2)
            foreach (int left in ((int[])[right, 0]).Concat(Enumerable.Range(1, Math.Max(0, right / StepPixels))
                .Select(i => i * StepPixels).Where(l => l < right)))
            {
                (int x, int y) = (left + width + 1, bottom + height + 1);
                int hidden = drawn[x, y] - drawn[left, y] - drawn[x, bottom] + drawn[left, bottom];
                int cost = hidden * 100 + bottom + (left == right || left == 0 ? 0 : sheet.Height);
                if (cost >= best) continue;
                best = cost;
                freest = (left == right ? Anchor.End : Anchor.Start, (double)left / sheet.Width, bottom + height);
            }
        return freest;
    }
}
