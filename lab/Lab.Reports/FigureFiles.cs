using Lab.Experiments;

namespace Lab.Reports;

/// <summary>One figure as a file: its bytes, or the sentence that says why there is none.</summary>
public sealed record FigureFile(string Name, byte[]? Png, string Problem);

/// <summary>Draws the figures of a sweep as PNG.</summary>
public static class FigureFiles
{
    /// <summary>Names of all figures that this sweep can have, drawn or not.</summary>
    public static IReadOnlyList<string> Names(SweepResult sweep) =>
        [.. AllFigures.Of(new Study(sweep)).Select(f => f.Name)];

    /// <summary>
    /// The figures of those names, or all; without a size as a report has them. Width 200 to 8000 pixels; height
    /// likewise, null is what each figure needs.
    /// </summary>
    /// <param name="whole">The sweep of which this one is a part, whose colours it has; null is itself.</param>
    public static IReadOnlyList<FigureFile> Draw(SweepResult sweep, IReadOnlyCollection<string> names,
        int? widthPixels = null, int? heightPixels = null, bool dark = false, SweepResult? whole = null)
    {
        Paper paper = new(widthPixels ?? new Paper().WidthPixels, heightPixels, dark);
        return [.. AllFigures.Of(new Study(sweep, whole)).Where(f => names.Count == 0 || names.Contains(f.Name))
            .Select(f => Draw(f, paper))];
    }

    internal static FigureFile Draw(Figure figure, Paper paper)
    {
        if (figure.Chart is not { } chart) return new(figure.Name, null, figure.Caption);
        (byte[]? png, int? needed) = Picture.Draw(chart.Shortened(), paper);
        return new(figure.Name, png, png is null
            ? $"needs a height of {needed} at a width of {paper.WidthPixels}, for which there are {paper.HeightPixels}"
            : "");
    }
}
