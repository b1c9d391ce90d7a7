using Lab.Experiments;

namespace Lab.Reports;

/// <summary>The figure beside the answer: what the answer is about, drawn. Of the trade-off one panel says
/// it.</summary>
internal static class TopFigure
{
    private const string TradeOff = "cost-bytes";

    /// <summary>Null where nothing is drawn.</summary>
    public static Figure? Of(Study study, IReadOnlyList<Figure> figures)
    {
        Figure? Drawn(string name) => figures.FirstOrDefault(f => f.Name == name && f.Chart is not null);
        string about = Answer.Of(study).About is [var asked, ..] ? asked.Metric.Name : "";
        IEnumerable<string> fitting = about.Split('.') switch
        {
            ["detection", "client", ..] or ["cost", ..] => [TradeOff, "detection"],
            ["detection", ..] => ["detection", TradeOff],
            ["federation", "handshakes" or "first-delay" or "peak", ..] => ["handshakes", "streams"],
            ["federation", ..] => ["streams", "handshakes"],
            ["messages", "delay", ..] => ["delay", TradeOff],
            ["storm" or "recovery", ..] => ["storm", "lanes"],
            ["connects", ..] => ["lanes", "storm"],
            _ => ["delay", TradeOff],
        };
        // time against cost, where that is one panel; else what the answer is about by itself
        bool traded = fitting.First() == TradeOff && study.PanelFields.Count == 0 && Drawn(TradeOff) is not null;
        if (!traded && Answer.Of(study).About is [var by, ..] && AnswerFigure.Of(study, by) is { } own) return own;
        Figure? first = fitting.Select(Drawn).FirstOrDefault(f => f is not null)
            ?? figures.FirstOrDefault(f => f is { Chart: not null, Name: not "lanes" })
            ?? figures.FirstOrDefault(f => f.Chart is not null);
        return first is { Name: TradeOff, Chart: { } chart } ? OnePanel(first, chart, about) : first;
    }

    /// <summary>The client's side, by the quantile that was asked; the whole figure stands further down.</summary>
    private static Figure OnePanel(Figure figure, Chart chart, string about)
    {
        string quantile = about.EndsWith("p50", StringComparison.Ordinal) ? "median" : "95th percentile";
        Panel? panel = chart.Panels.FirstOrDefault(p => p.Title.StartsWith($"client side, {quantile}",
            StringComparison.Ordinal));
        return panel is null || chart.Panels.Count == 1 ? figure
            : figure with { Name = "answer", Chart = chart with { Panels = [panel], PanelHeight = 300 } };
    }
}
