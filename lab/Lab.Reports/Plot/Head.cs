using SkiaSharp;

namespace Lab.Reports;

/// <summary>Title, subtitle and keys above the panels, laid out for a width; all lengths are px of a page.</summary>
internal sealed class Head
{
    private const float Sample = 22, AfterSample = 6, BetweenEntries = 16, AfterKeyTitle = 10, KeyLine = 18;
    private readonly List<Action<SKCanvas, Symbols>> parts = [];
    private readonly Lettering letters;
    private readonly Paper paper;

    public Head(Chart chart, float width, Paper paper, Lettering letters)
    {
        this.letters = letters;
        this.paper = paper;
        Paragraph(chart.Title, TextStyle.Title, 18, paper.Ink, width);
        Height += 3;
        Paragraph(chart.Subtitle, TextStyle.Subtitle, 15, paper.Soft, width);
        Key[] keys = [.. chart.Keys.Where(k => k.Entries.Count > 0)];
        if (keys.Length == 0) return;
        Height += 10;
        float indent = keys.Max(k => k.Title == "" ? 0 : letters.Width(k.Title, TextStyle.KeyTitle) + AfterKeyTitle);
        if (indent > width / 3) indent = 0;
        foreach (Key key in keys) Entries(key, indent, width, Form(chart, key));
    }

    public float Height { get; private set; }

    public void Draw(SKCanvas canvas, Symbols symbols)
    {
        foreach (Action<SKCanvas, Symbols> part in parts) part(canvas, symbols);
    }

    private static SampleForm Form(Chart chart, Key key)
    {
        Layer[] layers = [.. chart.Panels.SelectMany(p => p.Layers)];
        bool marked = layers.OfType<Marks>().Any(m => ReferenceEquals(m.Key, key));
        if (layers.OfType<Lines>().Any(l => ReferenceEquals(l.Key, key)))
            return marked ? SampleForm.MarkedLine : SampleForm.Line;
        return layers.OfType<Marks>().Any(m => ReferenceEquals(m.Outline, key)) ? SampleForm.Ring : SampleForm.Area;
    }

    private void Paragraph(string text, TextStyle style, float lineHeight, SKColor colour, float width)
    {
        foreach (string line in letters.Wrap(text, style, width))
        {
            Text(line, 0, Height + lineHeight / 2, style, colour);
            Height += lineHeight;
        }
    }

    private void Entries(Key key, float indent, float width, SampleForm form)
    {
        if (key.Title != "")
        {
            Text(key.Title, 0, Height + KeyLine / 2, TextStyle.KeyTitle, paper.Ink);
            if (indent == 0) Height += KeyLine;
        }
        float x = indent;
        foreach (KeyEntry entry in key.Entries)
        {
            float sample = form is SampleForm.Line or SampleForm.MarkedLine ? Sample : 12, text = sample + AfterSample;
            IReadOnlyList<string> lines = letters.Wrap(entry.Word, TextStyle.Key, width - indent - text, 3);
            float taken = text + lines.Max(l => letters.Width(l, TextStyle.Key));
            if (x > indent && x + taken > width)
            {
                x = indent;
                Height += KeyLine;
            }
            (float left, float middle) = (x, Height + KeyLine / 2);
            parts.Add((canvas, symbols) => symbols.Sample(canvas, entry, left, middle, sample, form));
            for (int i = 0; i < lines.Count; i++)
                Text(lines[i], x + text, middle + i * 15, TextStyle.Key, paper.Soft);
            x += taken + BetweenEntries;
            if (lines.Count > 1)
            {
                // An entry of several lines has them for itself.
                x = width;
                Height += (lines.Count - 1) * 15;
            }
        }
        Height += KeyLine;
    }

    private void Text(string text, float x, float middle, TextStyle style, SKColor colour) =>
        parts.Add((canvas, _) => letters.Draw(canvas, text, x, middle + style.Drop, style, colour));
}
