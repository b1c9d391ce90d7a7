namespace Lab.Reports;

/// <summary>One figure: a chart, or, when there is nothing to draw, the sentence that says why.</summary>
internal sealed record Figure(string Name, string Title, string Caption, Chart? Chart)
{
    /// <summary>The same of other seeds, by what a reader chooses them by; with as many panels as the chart.</summary>
    public IReadOnlyList<(string Name, Chart Chart)> Others { get; init; } = [];

    public static Figure Absent(string name, string title, string why) => new(name, title, why, null);
}

/// <summary>All figures of a report, in its order.</summary>
internal static class AllFigures
{
    public static IReadOnlyList<Figure> Of(Study study) =>
    [
        .. StreamsFigure.Of(study) is { } streams ? [streams] : Array.Empty<Figure>(),
        .. HandshakeFigure.Of(study) is { } handshakes ? [handshakes] : Array.Empty<Figure>(),
        LanesFigure.Of(study),
        DetectionFigure.Of(study),
        TradeOffFigure.Bytes(study),
        TradeOffFigure.Wakeups(study),
        .. TradeOffFigure.Energy(study) is { } spent ? [spent] : Array.Empty<Figure>(),
        DelayFigure.Of(study),
        SpendingFigure.Bytes(study),
        .. SpendingFigure.Energy(study) is { } energy ? [energy] : Array.Empty<Figure>(),
        StormFigure.Of(study),
    ];
}
