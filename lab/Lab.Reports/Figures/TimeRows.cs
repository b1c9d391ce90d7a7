using Lab.Experiments;
using Lab.Network;

namespace Lab.Reports;

/// <summary>A state or a fault of a row, from one moment to another.</summary>
internal readonly record struct RowItem(int Row, string Word, Instant From, Instant To);

/// <summary>Rows over the time of a run: where moments stand, and boxes for what lasts.</summary>
internal sealed class TimeRows
{
    private const int LeastPixels = 400;

    private readonly IReadOnlyList<string> rows;
    private readonly double seconds, divisor;
    private int coarsest = int.MaxValue;

    public TimeRows(double seconds, IReadOnlyList<string> rows)
    {
        (this.seconds, this.rows) = (seconds, rows);
        DisplayUnit unit = DisplayUnit.For(Unit.Seconds, [seconds]);
        divisor = unit.Divisor;
        X = new($"time ({unit.Symbol})", 0, seconds / divisor);
    }

    public Axis X { get; }

    /// <summary>What the caption says of short states.</summary>
    public string Caption => Thinning.Rule(coarsest < int.MaxValue, coarsest, seconds);

    public double Place(Instant at) => Seconds(at) / divisor;

    public static string Time(Instant at) => Units.Format(at.TotalSeconds, Unit.Seconds);

    /// <summary>States that fill their rows: what is too short to be seen is joined with what is beside it.</summary>
    /// <param name="from">Share of the row at which boxes begin.</param>
    public IEnumerable<Box> States(
        IEnumerable<RowItem> items, double from, double to, int most, (string Row, string Word) names) =>
        Thinned(items.Where(i => i.To > i.From), most, gaps: true).Select(s => new Box(s.Stretch.From / divisor,
            s.Stretch.To / divisor, s.Row + from, s.Row + to, s.Stretch.State,
            Hover: Hover.Of((names.Row, rows[s.Row]), (names.Word, Told(s.Stretch)), ("time", Span(s.Stretch)))));

    /// <summary>Faults, each wide enough to be seen.</summary>
    public IEnumerable<Box> Bands(IEnumerable<RowItem> items, double from, double to, int most, string name) =>
        Thinned(items, most, gaps: false).Select(s => new Box(s.Stretch.From / divisor,
            Math.Max(s.Stretch.To, s.Stretch.From + seconds / LeastPixels) / divisor, s.Row + from, s.Row + to,
            s.Stretch.State, Hover: Hover.Of((name, Told(s.Stretch)), ("time", Span(s.Stretch)))));

    private IEnumerable<(int Row, Stretch<string> Stretch)> Thinned(IEnumerable<RowItem> items, int most, bool gaps)
    {
        // faults of two kinds may lie over each other
        var groups = items.GroupBy(i => (i.Row, Kind: gaps ? "" : i.Word)).OrderBy(g => g.Key.Row).ToArray();
        (IReadOnlyList<IReadOnlyList<Stretch<string>>> thin, int pixels, bool joined) = Thinning.Rows(
            [.. groups.Select(g => (IReadOnlyList<Stretch<string>>)[.. g.OrderBy(i => i.From)
                .Select(i => new Stretch<string>(Seconds(i.From), Seconds(i.To), i.Word, 1))])], seconds, most, gaps);
        if (joined) coarsest = Math.Min(coarsest, pixels);
        return groups.Zip(thin).SelectMany(g => g.Second.Select(s => (g.First.Key.Row, s)));
    }

    private double Seconds(Instant at) => Math.Clamp(at.TotalSeconds, 0, seconds);

    private static string Told(Stretch<string> s) =>
        s.Items == 1 ? s.State : $"mostly {s.State}, {Words.Number(s.Items)} in all";

    private static string Span(Stretch<string> s) =>
        $"{Units.Format(s.From, Unit.Seconds)} to {Units.Format(s.To, Unit.Seconds)}";
}
