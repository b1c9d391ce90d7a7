using ScottPlot;
using SkiaSharp;

namespace Lab.Reports;

/// <summary>One layer of a panel, drawn by ScottPlot between its grid and its axes, and clipped to them.</summary>
internal sealed class LayerDrawing(Panel panel, Layer layer, AxisTicks across, AxisTicks up, Paper paper,
    Lettering letters, Symbols symbols) : IPlottable
{
    /// <summary>Least width and height of a box that is drawn at all, px of a page.</summary>
    private const float LeastBox = 0.5f;

    private PixelRect area;

    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    public IEnumerable<LegendItem> LegendItems => [];

    public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

    public void Render(RenderPack rp)
    {
        area = rp.DataRect;
        switch (layer)
        {
            case Lines lines: Draw(rp.Canvas, lines); break;
            case Marks marks: Draw(rp.Canvas, marks); break;
            case Segments segments: Draw(rp.Canvas, segments); break;
            case Boxes boxes: Draw(rp.Canvas, boxes); break;
            case Labels labels: Draw(rp.Canvas, labels); break;
            default: throw new InvalidOperationException($"{layer.GetType().Name} cannot be drawn");
        }
    }

    private float X(double value) => area.Left + across.Along(value);

    private float Y(double value) => area.Bottom - up.Along(value);

    private static KeyEntry? Entry(Key? key, string? word) => key is null || word is null ? null : key[word];

    private void Draw(SKCanvas canvas, Lines lines)
    {
        using SKPaint paint = new()
        {
            IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = (float)lines.Width,
            StrokeJoin = lines.Steps ? SKStrokeJoin.Miter : SKStrokeJoin.Round,
        };
        foreach (Line line in lines.Items.Where(l => l.Points.Count > 0))
        {
            KeyEntry entry = lines.Key[line.Word];
            using SKPath path = new();
            path.MoveTo(X(line.Points[0].X), Y(line.Points[0].Y));
            for (int i = 1; i < line.Points.Count; i++)
            {
                float x = X(line.Points[i].X);
                if (lines.Steps) path.LineTo(x, Y(line.Points[i - 1].Y));
                path.LineTo(x, Y(line.Points[i].Y));
            }
            using SKPathEffect? dashes = Symbols.Pattern(entry.Dash) is { } pattern
                ? SKPathEffect.CreateDash(pattern, 0) : null;
            paint.PathEffect = dashes;
            paint.Color = paper.Colour(entry.Colour, entry.Opacity);
            canvas.DrawPath(path, paint);
        }
        paint.PathEffect = null;
    }

    private void Draw(SKCanvas canvas, Marks marks)
    {
        foreach (Mark mark in marks.Items)
        {
            KeyEntry entry = marks.Key[mark.Word];
            SKColor colour = paper.Colour(entry.Colour, entry.Opacity * marks.Opacity);
            Symbol symbol = entry.Symbol ?? Symbol.Circle;
            if (Entry(marks.Outline, mark.Outline) is { } outline)
                symbols.Draw(canvas, symbol, X(mark.X), Y(mark.Y), (float)marks.Pixels, Paper.MarkFill,
                    paper.Colour(outline.Colour), 1.6f);
            else
                symbols.Draw(canvas, symbol, X(mark.X), Y(mark.Y), (float)marks.Pixels, colour,
                    marks.Opacity < 1 ? null : paper.Background);
        }
    }

    private void Draw(SKCanvas canvas, Segments segments)
    {
        using SKPaint paint = new()
        {
            IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = (float)segments.Width,
        };
        foreach (Segment segment in segments.Items)
        {
            KeyEntry? entry = Entry(segments.Key, segment.Word);
            paint.Color = entry is null ? paper.AxisLine : paper.Colour(entry.Colour, entry.Opacity);
            using SKPathEffect? dashes = entry is not null && Symbols.Pattern(entry.Dash) is { } pattern
                ? SKPathEffect.CreateDash(pattern, 0) : null;
            paint.PathEffect = dashes;
            canvas.DrawLine(X(segment.X1), Y(segment.Y1), X(segment.X2), Y(segment.Y2), paint);
        }
        paint.PathEffect = null;
    }

    private void Draw(SKCanvas canvas, Boxes boxes)
    {
        using SKPaint paint = new() { IsAntialias = false };
        foreach (Box box in boxes.Items)
        {
            KeyEntry? entry = Entry(boxes.Key, box.Word);
            paint.Color = box.Fill is { } own ? paper.Colour(own)
                : entry is null ? paper.Neutral : paper.Colour(entry.Colour, entry.Opacity);
            (float left, float right) = Edges(X(box.X1), X(box.X2));
            (float top, float bottom) = Edges(Y(box.Y1), Y(box.Y2));
            canvas.DrawRect(left, top, right - left, bottom - top, paint);
        }
    }

    /// <summary>In order and on whole pixels, so that boxes that meet show no seam.</summary>
    private (float Low, float High) Edges(float a, float b)
    {
        float low = Whole(Math.Min(a, b)), high = Whole(Math.Max(a, b));
        return (low, Math.Max(high, low + Math.Max(LeastBox, 1 / paper.Scale)));
    }

    private float Whole(float place) => MathF.Round(Math.Clamp(place, -1e5f, 1e5f) * paper.Scale) / paper.Scale;

    private void Draw(SKCanvas canvas, Labels labels)
    {
        List<SKRect> taken = [];
        foreach (Label label in labels.Items)
        {
            float x = X(label.X), y = Y(label.Y);
            if (x < area.Left - 1 || x > area.Right + 1 || y < area.Top - 1 || y > area.Bottom + 1) continue;
            SKRect place = Free(label, x, y, taken);
            taken.Add(place);
            (SKColor colour, SKColor? halo) = Cell(label) is { } cell ? (InkOn(cell), (SKColor?)null)
                : (paper.Colour(label.Colour), paper.Background);
            letters.Draw(canvas, label.Text, place.Left + 2, place.MidY + TextStyle.Label.Drop, TextStyle.Label,
                colour, halo);
        }
    }

    /// <summary>The colour of the cell in which a label stands, if it does.</summary>
    private SKColor? Cell(Label label) => panel.Layers.OfType<Boxes>().SelectMany(b => b.Items)
        .LastOrDefault(b => b.Fill is not null && label.X >= b.X1 && label.X <= b.X2 && label.Y >= b.Y1
            && label.Y <= b.Y2).Fill is { } fill ? paper.Colour(fill) : null;

    private static SKColor InkOn(SKColor cell)
    {
        double brightness = (0.299 * cell.Red + 0.587 * cell.Green + 0.114 * cell.Blue) / 255;
        return brightness > 0.55 ? new SKColor(0x1b, 0x1b, 0x1b) : SKColors.White;
    }

    /// <summary>Where a label stands: inside the axes, and a line up or down where another label is already.</summary>
    private SKRect Free(Label label, float x, float y, List<SKRect> taken)
    {
        float width = letters.Width(label.Text, TextStyle.Label) + 4, height = TextStyle.Label.LineHeight;
        float left = x - label.Anchor switch { Anchor.Start => -3, Anchor.Middle => width / 2, _ => width + 3 };
        left = Math.Clamp(left, area.Left, Math.Max(area.Left, area.Right - width));
        float top = Math.Clamp(y - height / 2, area.Top, Math.Max(area.Top, area.Bottom - height));
        foreach (int lines in (int[])[0, 1, -1, 2, -2, 3, -3, 4, -4])
        {
            SKRect place = SKRect.Create(left, top + lines * height, width, height);
            if (place.Top >= area.Top && place.Bottom <= area.Bottom && !taken.Any(t => t.IntersectsWith(place)))
                return place;
        }
        return SKRect.Create(left, top, width, height);
    }
}
