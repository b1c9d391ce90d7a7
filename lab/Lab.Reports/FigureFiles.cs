using Lab.Experiments;

namespace Lab.Reports;

/// <summary>One figure as a file: its bytes, or the sentence that says why there is none.</summary>
public sealed record FigureFile(string Name, byte[]? Png, string Problem);

/// <summary>The figures of a sweep, put together once, for whoever draws them again.</summary>
/// <param name="whole">The sweep of which this one is a part, whose colours it has; null is itself.</param>
public sealed class FigureFiles(SweepResult sweep, SweepResult? whole = null)
{
    /// <summary>Where they are among results.</summary>
    internal const string Folder = "figures";

    private readonly Study study = new(sweep, whole);
    private IReadOnlyList<Figure>? figures;

    /// <summary>Names of all figures that this sweep can have, drawn or not.</summary>
    public IReadOnlyList<string> Names => [.. Figures.Select(f => f.Name)];

    private IReadOnlyList<Figure> Figures => figures ??= AllFigures.Of(study);

    /// <summary>
    /// The figures of those names, or all; without a size as a report has them. Width 200 to 8000 pixels; height
    /// likewise, null is what each figure needs.
    /// </summary>
    public IReadOnlyList<FigureFile> Draw(IReadOnlyCollection<string> names,
        int? widthPixels = null, int? heightPixels = null, bool dark = false)
    {
        Paper paper = new(widthPixels ?? new Paper().WidthPixels, heightPixels, dark);
        return [.. Figures.Where(f => names.Count == 0 || names.Contains(f.Name)).Select(f => Draw(f, paper))];
    }

    /// <summary>report.html as it stands in that folder of results, with the other folders and the pictures that are
    /// there, or will be.</summary>
    /// <param name="pictures">Names of figures.</param>
    public string Page(string folder, IReadOnlyCollection<string> pictures)
    {
        string[] folders = [.. Directory.EnumerateDirectories(folder).Select(f => Path.GetFileName(f))
            .Where(f => f != Folder).Order(StringComparer.Ordinal)];
        return ReportPage.Of(study, Figures, File.ReadAllText(Path.Combine(folder, StoredResults.RunFileName)),
            [.. Figures.Where(f => pictures.Contains(f.Name) || File.Exists(Path.Combine(folder, PathOf(f))))
                .Select(PathOf)], folders);

        static string PathOf(Figure f) => $"{Folder}/{f.Name}.png";
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
