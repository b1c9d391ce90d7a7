using ScottPlot;
using SkiaSharp;

namespace Lab.Reports;

/// <summary>
/// Draws a chart as PNG. Theory of operation: the head takes the lines it needs; panels stand in as many columns as
/// leave each its least width; all panels of a column share their left edge, all of a row their heights, and all data
/// areas are of one size. The same chart and paper give the same bytes, on any machine and thread.
/// </summary>
internal sealed class Picture : IDisposable
{
    private const float Margin = 12, BelowHead = 12, BetweenColumns = 20, BetweenRows = 16, LeastPanelHeight = 60,
        LeastPanelWidth = 40, LeastRow = 14;

    private readonly Chart chart;
    private readonly Paper paper;
    private readonly Lettering letters = new();
    private readonly Symbols symbols;
    private readonly Head head;
    private readonly Place[] places;
    private readonly float height;

    private Picture(Chart chart, Paper paper)
    {
        this.chart = chart;
        this.paper = paper;
        symbols = new(paper);
        float width = paper.Width - 2 * Margin;
        head = new(chart, width, paper, letters);
        (places, float bottom) = Lay(width);
        height = paper.Height ?? MathF.Ceiling(bottom + Margin);
        Lacking = bottom + Margin - height > 0.5f ? (int)MathF.Ceiling((bottom + Margin) * paper.Scale) : null;
    }

    /// <summary>The bytes of the picture, or, where the paper is too low for the chart, the height that it needs, in
    /// pixels.</summary>
    public static (byte[]? Png, int? NeededHeightPixels) Draw(Chart chart, Paper paper)
    {
        using Picture picture = new(chart, paper);
        return picture.Lacking is { } needed ? (null, needed) : (picture.Png(), null);
    }

    private int? Lacking { get; }

    private readonly record struct Place(PanelDrawing Drawing, PixelRect Data, IReadOnlyList<string> Title);

    private byte[] Png()
    {
        SKImageInfo info = new(paper.WidthPixels, paper.HeightPixels ?? (int)MathF.Round(height * paper.Scale),
            SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKBitmap bitmap = new(info);
        using (SKCanvas canvas = new(bitmap))
        {
            canvas.Clear(paper.Background);
            canvas.Scale(paper.Scale);
            canvas.Save();
            canvas.Translate(Margin, Margin);
            head.Draw(canvas, symbols);
            canvas.Restore();
            foreach (Place place in places) Draw(canvas, place);
        }
        using SKPixmap pixels = bitmap.PeekPixels();
        using SKData data = pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, 6))
            ?? throw new InvalidOperationException("the picture could not be compressed");
        return data.ToArray();
    }

    private void Draw(SKCanvas canvas, Place place)
    {
        TextStyle style = TextStyle.PanelTitle;
        float y = place.Data.Top - 6 - place.Title.Count * style.LineHeight;
        foreach (string line in place.Title)
        {
            letters.Draw(canvas, line, place.Data.Left, y + style.LineHeight / 2 + style.Drop, style, paper.Ink);
            y += style.LineHeight;
        }
        place.Drawing.Draw(canvas, place.Data);
    }

    /// <summary>Where each panel's data area stands, and where the last one's axis ends.</summary>
    private (Place[] Places, float Bottom) Lay(float width)
    {
        if (chart.Panels.Count == 0) return ([], Margin + head.Height);
        int columns = Math.Clamp(chart.Columns, 1, chart.Panels.Count);
        (float[] lefts, float dataWidth) = Widths(columns, width);
        while (dataWidth < chart.PanelWidth && columns > 1) (lefts, dataWidth) = Widths(--columns, width);
        dataWidth = Math.Max(LeastPanelWidth, dataWidth);
        float[] heights = [.. Enumerable.Range(0, chart.Panels.Count).Chunk(columns)
            .Select(row => row.Max(i => Height(chart.Panels[i])))];
        (Place[] Places, float Bottom) laid = Lay(columns, lefts, dataWidth, heights);
        return paper.Height is { } given
            ? Lay(columns, lefts, dataWidth, Stretched(heights, columns, given - Margin - laid.Bottom))
            : laid;
    }

    private float Height(Panel panel) => Math.Max(panel.Height ?? chart.PanelHeight, LeastHeight(panel));

    /// <summary>Words in rows need a line each; other panels are shapes down to some size.</summary>
    private static float LeastHeight(Panel panel) =>
        panel.Y.IsWords ? LeastRow * (panel.Y.Ticks?.Count ?? 0) : LeastPanelHeight;

    /// <summary>The width of data areas, and the room left of those in each column.</summary>
    private (float[] Lefts, float DataWidth) Widths(int columns, float width)
    {
        float[] lefts = new float[columns];
        for (int i = 0; i < chart.Panels.Count; i++)
            lefts[i % columns] = Math.Max(lefts[i % columns],
                Drawing(i, columns, 300, Height(chart.Panels[i])).LeftRoom);
        // The last label below an axis may reach over its end.
        float dataWidth = MathF.Floor((width - lefts.Sum() - BetweenColumns * (columns - 1) - 14) / columns);
        return (lefts, dataWidth);
    }

    /// <summary>Heights of rows that are so many px more in all, each in its share.</summary>
    private float[] Stretched(float[] heights, int columns, float more)
    {
        float sum = heights.Sum();
        return [.. heights.Select((h, row) => Math.Max(
            chart.Panels.Skip(row * columns).Take(columns).Max(LeastHeight), MathF.Floor(h + more * h / sum)))];
    }

    private (Place[] Places, float Bottom) Lay(int columns, float[] lefts, float dataWidth, float[] heights)
    {
        List<Place> all = [];
        float top = Margin + head.Height + BelowHead;
        foreach (int[] row in Enumerable.Range(0, chart.Panels.Count).Chunk(columns))
        {
            float dataHeight = heights[row[0] / columns];
            IReadOnlyList<string>[] titles = [.. row.Select(i =>
                letters.Wrap(chart.Panels[i].Title, TextStyle.PanelTitle, dataWidth, 3))];
            float titleRoom = titles.Max(t => t.Count) * TextStyle.PanelTitle.LineHeight;
            float dataTop = MathF.Round(top + (titleRoom == 0 ? 0 : titleRoom + 6)), left = Margin, below = 0;
            foreach (int i in row)
            {
                PanelDrawing drawing = Drawing(i, columns, dataWidth, dataHeight);
                left += lefts[i % columns];
                float x = MathF.Round(left);
                all.Add(new(drawing, new PixelRect(x, x + dataWidth, dataTop + dataHeight, dataTop),
                    titles[i % columns]));
                left += dataWidth + BetweenColumns;
                below = Math.Max(below, drawing.BottomRoom);
            }
            top = dataTop + dataHeight + below + BetweenRows;
        }
        return ([.. all], top - BetweenRows);
    }

    private PanelDrawing Drawing(int index, int columns, float dataWidth, float dataHeight)
    {
        Panel panel = chart.Panels[index];
        AxisTicks across = new(panel.X, dataWidth, vertical: false, letters),
            up = new(panel.Y, dataHeight, vertical: true, letters);
        bool said = index % columns > 0 && chart.Panels[index - 1].Y.Title == panel.Y.Title;
        Panel? below = chart.Panels.ElementAtOrDefault(index + columns);
        bool saidBelow = below is not null && below.X.Title == panel.X.Title && below.X.SameScale(panel.X);
        return new(panel, across, up, paper, letters, symbols)
        {
            UpTitle = said ? [] : letters.Wrap(panel.Y.Title ?? "", TextStyle.AxisTitle, dataHeight, 2),
            AcrossTitle = saidBelow ? [] : letters.Wrap(panel.X.Title ?? "", TextStyle.AxisTitle, dataWidth, 2),
        };
    }

    public void Dispose()
    {
        letters.Dispose();
        symbols.Dispose();
    }
}
