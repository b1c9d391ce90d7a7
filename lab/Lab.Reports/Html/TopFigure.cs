using Lab.Experiments;

namespace Lab.Reports;

/// <summary>The figure beside the answer: what the answer is about, drawn.</summary>
internal static class TopFigure
{
    private const string TradeOff = "cost-bytes";

    /// <summary>Null where nothing is drawn.</summary>
    public static Figure? Of(Study study, IReadOnlyList<Figure> figures)
    {
        Figure? Drawn(string name) => figures.FirstOrDefault(f => f.Name == name && f.Chart is not null);
        string about = Answer.Of(study).About is [var first, ..] ? first.Metric.Name : "";
        IEnumerable<string> fitting = about.Split('.') switch
        {
            ["detection", "client", ..] or ["cost", ..] => [TradeOff, "detection"],
            ["detection", ..] => ["detection", TradeOff],
            ["federation", "handshakes" or "first-delay" or "peak", ..] => ["handshakes", "streams"],
            ["federation", ..] => ["streams", "handshakes"],
            ["messages", "delay", ..] => ["delay", TradeOff],
            ["storm" or "recovery", ..] => ["storm", "lanes"],
            ["connects", ..] => ["lanes", "storm"],
            _ => [TradeOff, "delay"],
        };
        return fitting.Select(Drawn).FirstOrDefault(f => f is not null)
            ?? figures.FirstOrDefault(f => f is { Chart: not null, Name: not "lanes" })
            ?? figures.FirstOrDefault(f => f.Chart is not null);
    }
}
