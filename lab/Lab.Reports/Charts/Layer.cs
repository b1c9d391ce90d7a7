namespace Lab.Reports;

/// <summary>
/// One kind of thing drawn in a panel. Items name the word of the key that gives their colour and symbol; what stands
/// outside the axes is cut off.
/// </summary>
internal abstract record Layer;

/// <summary>Curves through points, in steps (a value holds to the next point) or straight.</summary>
internal sealed record Lines(Key Key, IReadOnlyList<Line> Items, bool Steps = true, double Width = 2) : Layer;

/// <param name="Points">In order of X.</param>
internal sealed record Line(string Word, IReadOnlyList<Place> Points);

/// <summary>A point of a line, and what is told of it on hovering.</summary>
internal readonly record struct Place(double X, double Y, Hover? Hover = null);

/// <summary>Symbols; with an outline key, filled with a neutral grey and outlined by its word's colour.</summary>
/// <param name="Pixels">Width of a symbol, px of a page.</param>
internal sealed record Marks(Key Key, IReadOnlyList<Mark> Items, double Pixels = 9, Key? Outline = null) : Layer
{
    /// <summary>0 to 1: faint ones stand behind others.</summary>
    public double Opacity { get; init; } = 1;
}

/// <param name="Link">The id of an element of the page that a click leads to.</param>
internal readonly record struct Mark(double X, double Y, string Word, string? Outline = null, Hover? Hover = null,
    string? Link = null);

/// <summary>Straight lines from one point to another: intervals, ticks, limits.</summary>
internal sealed record Segments(Key? Key, IReadOnlyList<Segment> Items, double Width = 1.5) : Layer;

/// <param name="Word">Null: in the colour of axes.</param>
internal readonly record struct Segment(double X1, double Y1, double X2, double Y2, string? Word = null,
    Hover? Hover = null);

/// <summary>Filled rectangles: bands, bars, states, cells.</summary>
internal sealed record Boxes(Key? Key, IReadOnlyList<Box> Items) : Layer;

/// <param name="Word">Null: a neutral grey, or the fill.</param>
/// <param name="Fill">#rrggbb of this box alone, where colour is a quantity.</param>
internal readonly record struct Box(double X1, double X2, double Y1, double Y2, string? Word = null,
    string? Fill = null, Hover? Hover = null);

/// <summary>Text in a panel, with a halo so that curves may pass behind it. What stands at an end of the horizontal
/// axis stays there, a few pixels inside.</summary>
internal sealed record Labels(IReadOnlyList<Label> Items) : Layer;

/// <param name="Colour">#rrggbb, without a halo, for text on a box; null = the colour of text.</param>
internal readonly record struct Label(double X, double Y, string Text, Anchor Anchor = Anchor.Middle,
    string? Colour = null);

/// <summary>Which end of the text its place is.</summary>
internal enum Anchor { Start, Middle, End }

/// <summary>What is told on hovering: lines of a name and a text.</summary>
internal sealed record Hover(IReadOnlyList<(string Name, string Text)> Lines)
{
    public static Hover Of(params (string Name, string Text)[] lines) => new(lines);
}
