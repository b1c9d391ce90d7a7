using SkiaSharp;

namespace Lab.Reports;

/// <summary>What a chart is drawn on. Without a height the drawing takes what it needs.</summary>
/// <param name="WidthPixels">Of the picture, 200 to 8000.</param>
internal sealed record Paper(int WidthPixels = 2 * Paper.PageWidth, int? HeightPixels = null, bool Dark = false)
{
    /// <summary>Width of the page that sizes of letters, lines and symbols are made for, px.</summary>
    public const int PageWidth = 760;

    /// <summary>Pixels of the picture for one px of the page, in halves, so that thin lines stay sharp.</summary>
    public float Scale => Math.Max(1, MathF.Round(WidthPixels / (float)PageWidth * 2) / 2);

    public float Width => WidthPixels / Scale;

    public float? Height => HeightPixels / Scale;

    public SKColor Background => Dark ? new(0x16, 0x18, 0x1c) : SKColors.White;
    public SKColor Ink => Dark ? new(0xe6, 0xe6, 0xe6) : new(0x1b, 0x1b, 0x1b);
    public SKColor Soft => Dark ? new(0xb4, 0xb8, 0xbd) : new(0x55, 0x59, 0x5e);
    public SKColor AxisLine => Dark ? new(0x5b, 0x60, 0x67) : new(0x9a, 0x9f, 0xa5);
    public SKColor GridLine => Dark ? new(0x33, 0x37, 0x3d) : new(0xe4, 0xe6, 0xe9);
    public SKColor Neutral => Dark ? new(0x2b, 0x2f, 0x35) : new(0xec, 0xed, 0xef);

    /// <summary>Inside symbols that are told by their outline.</summary>
    public static SKColor MarkFill => new(0xc4, 0xc4, 0xc4);

    /// <summary>A colour of a key; null is that of text.</summary>
    public SKColor Colour(string? colour, double opacity = 1)
    {
        SKColor opaque = colour is null ? Ink : SKColor.Parse(colour);
        return opaque.WithAlpha((byte)Math.Round(255 * Math.Clamp(opacity, 0, 1)));
    }
}
