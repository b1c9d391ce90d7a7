using SkiaSharp;

namespace Lab.Reports;

/// <summary>What a key's samples show: areas or symbols, lines, lines with symbols, or outlines of symbols.</summary>
internal enum SampleForm { Area, Line, MarkedLine, Ring }

/// <summary>Symbols, dashes and samples of keys, in the forms that the page's library (Vega) gives them.</summary>
internal sealed class Symbols(Paper paper) : IDisposable
{
    private static readonly float HalfRootOf3 = MathF.Sqrt(3) / 2;
    private readonly SKPaint fill = new() { IsAntialias = true };
    private readonly SKPaint stroke = new() { IsAntialias = true, Style = SKPaintStyle.Stroke };

    /// <summary>Lengths of strokes and gaps, px of a page; null is solid.</summary>
    public static float[]? Pattern(Dash dash) => dash switch
    {
        Dash.Long => [9, 3],
        Dash.Short => [4, 2],
        Dash.Mixed => [9, 3, 2, 3],
        _ => null,
    };

    /// <summary>A symbol of that width around a point, filled, and outlined where a colour is given.</summary>
    public void Draw(SKCanvas canvas, Symbol symbol, float x, float y, float pixels, SKColor colour,
        SKColor? outline = null, float outlineWidth = 1)
    {
        using SKPath path = Outline(symbol, x, y, pixels);
        fill.Color = colour;
        canvas.DrawPath(path, fill);
        if (outline is not { } edge) return;
        stroke.Color = edge;
        stroke.StrokeWidth = outlineWidth;
        canvas.DrawPath(path, stroke);
    }

    /// <summary>How an entry of a key looks: a line, a symbol, both, a ring, or a patch.</summary>
    public void Sample(SKCanvas canvas, KeyEntry entry, float x, float y, float width, SampleForm form)
    {
        SKColor colour = paper.Colour(entry.Colour, entry.Opacity);
        if (form is SampleForm.Line or SampleForm.MarkedLine)
        {
            stroke.Color = colour;
            stroke.StrokeWidth = 2;
            using SKPathEffect? dashes = Pattern(entry.Dash) is { } pattern
                ? SKPathEffect.CreateDash(pattern, 0) : null;
            stroke.PathEffect = dashes;
            canvas.DrawLine(x, y, x + width, y, stroke);
            stroke.PathEffect = null;
        }
        else if (form == SampleForm.Ring)
            Draw(canvas, Symbol.Circle, x + width / 2, y, 9.5f, Paper.MarkFill, colour, 1.6f);
        else if (entry.Symbol is null)
        {
            fill.Color = colour;
            canvas.DrawRoundRect(x, y - 5.5f, width, 11, 1.5f, 1.5f, fill);
        }
        if (entry.Symbol is not { } symbol || form == SampleForm.Line) return;
        if (entry.Colour is null) Draw(canvas, symbol, x + width / 2, y, 9.5f, Paper.MarkFill, paper.Ink);
        else Draw(canvas, symbol, x + width / 2, y, 9.5f, colour, paper.Background);
    }

    public void Dispose()
    {
        fill.Dispose();
        stroke.Dispose();
    }

    private static SKPath Outline(Symbol symbol, float x, float y, float pixels)
    {
        SKPath path = new();
        float r = pixels / 2, h = HalfRootOf3 * r, s = r / 2.5f;
        switch (symbol)
        {
            case Symbol.Circle: path.AddCircle(x, y, r); break;
            case Symbol.Square: path.AddRect(new(x - h, y - h, x + h, y + h)); break;
            case Symbol.Diamond: Polygon([(-r, 0), (0, -r), (r, 0), (0, r)]); break;
            case Symbol.TriangleUp: Polygon([(0, -h), (-r, h), (r, h)]); break;
            case Symbol.TriangleDown: Polygon([(0, h), (-r, -h), (r, -h)]); break;
            case Symbol.TriangleRight: Polygon([(h, 0), (-h, -r), (-h, r)]); break;
            default:
                Polygon([(-r, -s), (-r, s), (-s, s), (-s, r), (s, r), (s, s), (r, s), (r, -s), (s, -s), (s, -r),
                    (-s, -r), (-s, -s)]);
                break;
        }
        return path;

        void Polygon(ReadOnlySpan<(float X, float Y)> corners)
        {
            path.MoveTo(x + corners[0].X, y + corners[0].Y);
            foreach ((float cx, float cy) in corners[1..]) path.LineTo(x + cx, y + cy);
            path.Close();
        }
    }
}
