using System.Globalization;
using System.Text;
using Lab.Reports;

namespace Lab.Tests;

/// <summary>A chart as a few lines of text, for golden files.</summary>
internal static class ChartText
{
    public static string Of(Chart chart)
    {
        StringBuilder text = new();
        text.Append($"{chart.Title}\n{chart.Subtitle}\n{chart.Description}\n");
        foreach (Key key in chart.Keys)
            text.Append($"key {key.Title}: {string.Join(", ", key.Entries.Select(e => $"{e.Word} {e.Colour}"))}\n");
        foreach (Panel panel in chart.Panels)
        {
            text.Append($"panel \"{panel.Title}\", {panel.Height ?? chart.PanelHeight} px\n");
            text.Append($"  x {Of(panel.X)}\n  y {Of(panel.Y)}\n");
            foreach (Layer layer in panel.Layers)
                foreach (string item in Items(layer)) text.Append($"  {item}\n");
        }
        return text.ToString();
    }

    private static string Of(Axis axis) => $"{axis.Title}: {Of(axis.From)} to {Of(axis.To)}" +
        (axis.Logarithmic ? ", logarithmic" : "") +
        (axis.Ticks is { } ticks ? $" [{string.Join(", ", ticks.Select(t => t.Text))}]" : "");

    private static IEnumerable<string> Items(Layer layer) => layer switch
    {
        Lines lines => lines.Items.Select(l => $"line {l.Word}: " +
            string.Join(" ", l.Points.Select(p => $"{Of(p.X)},{Of(p.Y)}"))),
        Marks marks => marks.Items.Select(m => $"mark {m.Word} {m.Outline} at {Of(m.X)},{Of(m.Y)}{Of(m.Hover)}"),
        Segments segments => segments.Items.Select(s =>
            $"segment {s.Word} {Of(s.X1)},{Of(s.Y1)} to {Of(s.X2)},{Of(s.Y2)}{Of(s.Hover)}"),
        Boxes boxes => boxes.Items.Select(b =>
            $"box {b.Word ?? b.Fill} {Of(b.X1)}..{Of(b.X2)} by {Of(b.Y1)}..{Of(b.Y2)}{Of(b.Hover)}"),
        Labels labels => labels.Items.Select(l => $"label {Of(l.X)},{Of(l.Y)} {l.Anchor}: {l.Text}"),
        _ => throw new ArgumentOutOfRangeException(nameof(layer)),
    };

    private static string Of(Hover? hover) =>
        hover is null ? "" : $" ({string.Join("; ", hover.Lines.Select(l => $"{l.Name}: {l.Text}"))})";

    private static string Of(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
