using System.Globalization;
using System.Text;
using SkiaSharp;

namespace Lab.Reports;

/// <param name="Size">px of a page.</param>
internal readonly record struct TextStyle(float Size, bool Strong = false)
{
    public static readonly TextStyle Title = new(14, Strong: true), Subtitle = new(11),
        KeyTitle = new(11.5f, Strong: true), Key = new(11.5f), PanelTitle = new(12, Strong: true),
        AxisTitle = new(11.5f), Tick = new(11), Label = new(10.5f);

    public float LineHeight => MathF.Round(Size * 1.32f);

    /// <summary>From the middle of a line down to where its letters stand.</summary>
    public float Drop => Size * 0.36f;
}

/// <summary>
/// Measures, wraps and draws text, always with the font that comes with the program (Inter): the system's fonts are
/// never asked, so a picture is the same everywhere. What the font lacks is drawn as its sign for a missing letter.
/// For one drawing; not for several threads.
/// </summary>
internal sealed class Lettering : IDisposable
{
    private static readonly Lazy<SKTypeface> Plain = new(() => Load("Inter-Regular.ttf"));
    private static readonly Lazy<SKTypeface> Strong = new(() => Load("Inter-SemiBold.ttf"));
    private readonly Dictionary<TextStyle, SKFont> fonts = [];
    private readonly SKPaint paint = new() { IsAntialias = true, StrokeJoin = SKStrokeJoin.Round };

    public static SKTypeface Typeface(TextStyle style) => style.Strong ? Strong.Value : Plain.Value;

    public float Width(string text, TextStyle style) => Font(style).MeasureText(Clean(text));

    /// <summary>Draws one line whose letters stand at y; with a halo behind it where one is given.</summary>
    public void Draw(SKCanvas canvas, string text, float x, float y, TextStyle style, SKColor colour,
        SKColor? halo = null)
    {
        string clean = Clean(text);
        if (halo is { } behind)
        {
            paint.Style = SKPaintStyle.Stroke;
            paint.StrokeWidth = 3.5f;
            paint.Color = behind;
            canvas.DrawText(clean, x, y, SKTextAlign.Left, Font(style), paint);
        }
        paint.Style = SKPaintStyle.Fill;
        paint.Color = colour;
        canvas.DrawText(clean, x, y, SKTextAlign.Left, Font(style), paint);
    }

    /// <summary>
    /// Lines no wider than that, broken at spaces, and inside words that are wider; what is over after so many lines
    /// is left out behind an ellipsis.
    /// </summary>
    public IReadOnlyList<string> Wrap(string text, TextStyle style, float width, int most = int.MaxValue)
    {
        List<string> lines = [];
        string rest = Clean(text).Trim();
        while (rest != "" && lines.Count < most)
        {
            int fits = Fitting(rest, style, width);
            if (fits == rest.Length)
            {
                lines.Add(rest);
                return lines;
            }
            if (lines.Count == most - 1) break;
            int space = Space(rest, fits), end = space > 0 ? space : fits;
            lines.Add(rest[..end].TrimEnd());
            rest = rest[end..].TrimStart();
        }
        if (rest != "") lines.Add(rest[..Fitting(rest, style, width - Width("…", style))].TrimEnd() + "…");
        return lines;
    }

    /// <summary>The last place to break before that many characters; not between a number and its unit where another
    /// is to be had.</summary>
    private static int Space(string text, int fits)
    {
        int last = text.LastIndexOf(' ', fits), free = last;
        while (free > 0 && char.IsAsciiDigit(text[free - 1])) free = text.LastIndexOf(' ', free - 1);
        return free > fits / 2 ? free : last;
    }

    public void Dispose()
    {
        foreach (SKFont font in fonts.Values) font.Dispose();
        paint.Dispose();
    }

    /// <summary>How many UTF-16 units of the text fit, at least one character.</summary>
    private int Fitting(string text, TextStyle style, float width)
    {
        SKFont font = Font(style);
        if (font.MeasureText(text) <= width) return text.Length;
        int[] ends = StringInfo.ParseCombiningCharacters(text);
        int low = 1, high = ends.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (font.MeasureText(text.AsSpan(0, ends[middle])) <= width) low = middle;
            else high = middle - 1;
        }
        return ends.Length > 1 ? ends[low] : text.Length;
    }

    /// <summary>The same of each line of a text.</summary>
    internal static string CleanLines(string text) => string.Join('\n', text.Split('\n').Select(Clean));

    /// <summary>Without line ends, controls and halves of characters, which no font can draw.</summary>
    internal static string Clean(string text)
    {
        if (text.All(c => c is >= ' ' and < '\u007f')) return text;
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) clean.Append(' ');
            else clean.Append(rune.ToString());
        return clean.ToString();
    }

    private SKFont Font(TextStyle style)
    {
        if (fonts.TryGetValue(style, out SKFont? known)) return known;
        return fonts[style] = new SKFont(Typeface(style), style.Size)
        {
            Hinting = SKFontHinting.None, Subpixel = true, Edging = SKFontEdging.Antialias, LinearMetrics = true,
        };
    }

    private static SKTypeface Load(string name)
    {
        using Stream stream = Resources.Bytes(name);
        using SKData data = SKData.Create(stream);
        return SKTypeface.FromData(data) ?? throw new InvalidOperationException($"the font {name} cannot be read");
    }
}
