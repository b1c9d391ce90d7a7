using System.Globalization;
using System.Text;
using Lab.Experiments;
using Lab.Files;
using Lab.Reports;
using Lab.Xmpp;

namespace Lab.Cli;

/// <summary>
/// How soon faults are noticed, as a line of letters per variant: the share of incidents noticed by a time, on an axis
/// of times that is logarithmic. Only of sweeps in which something was noticed.
/// </summary>
internal static class CurveText
{
    private const int MostRows = 12, MostLabel = 24, Least = 20, Most = 50, AfterCurve = 8;
    private const double LongestSpan = 1e5;
    private const string Blocks = "·▁▂▃▄▅▆▇█", Letters = ".:-=+*#%@";

    private static readonly (double Seconds, string Text)[] Marks =
    [
        (0.001, "1 ms"), (0.01, "10 ms"), (0.1, "100 ms"), (1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"),
        (3600, "1 h"), (36000, "10 h"), (86400, "1 d"), (864000, "10 d"),
    ];

    /// <summary>The lines, or none. Without Unicode of letters that every terminal has.</summary>
    public static IReadOnlyList<string> Of(Study study, int width, bool unicode)
    {
        Side[] sides = [.. Enum.GetValues<Side>().Where(s => study.Variants.Any(v => Has(v, s)))];
        Variant[] variants = [.. study.Variants.Where(v => sides.Any(s => Has(v, s)))];
        double[] times = [.. sides.SelectMany(s => variants.Where(v => Has(v, s)).SelectMany(v => v.Times(s).Steps))
            .Where(s => s is { Noticed: > 0, Seconds: > 0 }).Select(s => s.Seconds)];
        if (times.Length == 0) return [];
        int labels = Math.Min(MostLabel, variants.Max(v => Wrapped.Columns(v.Label)));
        int cells = Math.Clamp((width - labels - 4) / sides.Length - AfterCurve, Least, Most);
        var axis = new Axis(Math.Max(times.Min() / 2, times.Max() / LongestSpan), times.Max(), cells);
        string indent = new(' ', labels + 4);
        List<string> lines =
        [
            indent + string.Concat(sides.Select(s => $"noticed by {s.ToString().ToLowerInvariant()}s within"
                .PadRight(cells + AfterCurve))),
            indent + string.Concat(sides.Select(_ => axis.Text().PadRight(cells + AfterCurve))),
        ];
        foreach (Variant variant in variants.Take(MostRows))
            lines.Add($"  {Short(Problem.Printable(variant.Label), labels)}  " + string.Concat(sides.Select(side =>
                (Has(variant, side) ? Curve(variant.Times(side), axis, unicode) : "").PadRight(cells + AfterCurve))));
        if (variants.Length > MostRows) lines.Add($"  ... and {variants.Length - MostRows} more");
        return [.. lines.Select(l => l.TrimEnd())];
    }

    private static bool Has(Variant variant, Side side) => variant.Shows(side) && variant.Times(side).Count > 0;

    private static string Curve(Incidence incidence, Axis axis, bool unicode)
    {
        var text = new StringBuilder();
        double share = 0;
        int next = 0;
        string letters = unicode ? Blocks : Letters;
        for (int cell = 0; cell < axis.Cells; cell++)
        {
            while (next < incidence.Steps.Count && incidence.Steps[next].Seconds <= axis.End(cell))
                share = incidence.Steps[next++].Share;
            // the lowest letter is for nobody, the highest for all
            text.Append(letters[share <= 0 ? 0 : Math.Clamp((int)(share * 8 + 1e-9), 1, 8)]);
        }
        string percent = share switch
        {
            > 0 and < 0.005 => "<1",
            > 0.995 and < 1 => ">99",
            _ => Math.Round(share * 100).ToString(CultureInfo.InvariantCulture),
        };
        return text.Append(CultureInfo.InvariantCulture, $" {percent,3} %").ToString();
    }

    private static string Short(string label, int columns) =>
        (Wrapped.Columns(label) <= columns ? label : label[..Math.Min(label.Length, columns - 3)] + "...")
        .PadRight(columns);

    private readonly record struct Axis(double Shortest, double Longest, int Cells)
    {
        /// <summary>The latest time that a cell is about; the last one is about all.</summary>
        public double End(int cell) => cell == Cells - 1 ? Longest
            : Shortest * Math.Pow(Longest / Shortest, (cell + 1.0) / Cells);

        /// <summary>Round times where they belong, as many as fit.</summary>
        public string Text()
        {
            var text = new StringBuilder();
            foreach ((double seconds, string mark) in Marks)
            {
                if (seconds < Shortest || seconds > Longest) continue;
                int at = (int)(Math.Log(seconds / Shortest) / Math.Log(Longest / Shortest) * Cells);
                if (at < text.Length + (text.Length > 0 ? 2 : 0) || at + mark.Length > Cells) continue;
                text.Append(' ', at - text.Length).Append(mark);
            }
            return text.ToString();
        }
    }
}
