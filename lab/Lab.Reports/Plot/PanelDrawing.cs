using ScottPlot;
using ScottPlot.LayoutEngines;
using ScottPlot.Rendering;
using ScottPlot.Rendering.RenderActions;
using SkiaSharp;

namespace Lab.Reports;

/// <summary>
/// One panel by ScottPlot: its axes, ticks, grid and clipping; the layers are plottables of our own. A logarithmic
/// axis is one of logarithms, for ScottPlot has none.
/// </summary>
internal sealed class PanelDrawing(Panel panel, AxisTicks across, AxisTicks up, Paper paper, Lettering letters,
    Symbols symbols)
{
    private const float TickLength = 4;

    /// <summary>The title of the vertical axis, broken to its length; empty where it has none or a neighbour says
    /// it.</summary>
    public IReadOnlyList<string> UpTitle { get; init; } = [];

    public IReadOnlyList<string> AcrossTitle { get; init; } = [];

    public float LeftRoom => (up.Axis.IsWords ? 6 : TickLength + 6) + up.LabelRoom(letters)
        + (UpTitle.Count == 0 ? 0 : UpTitle.Count * TextStyle.AxisTitle.LineHeight + 6);

    public float BottomRoom => TickLength + 3 + across.LabelRoom(letters)
        + (AcrossTitle.Count == 0 ? 0 : AcrossTitle.Count * TextStyle.AxisTitle.LineHeight + 2);

    /// <summary>Draws into a rectangle of the data area, px of a page; what is beside the axes stands around
    /// it.</summary>
    public void Draw(SKCanvas canvas, PixelRect data)
    {
        using ScottPlot.Plot plot = new();
        plot.Axes.Remove(plot.Axes.Right);
        plot.Axes.Remove(plot.Axes.Top);
        plot.Axes.SetLimits(0, across.Pixels, 0, up.Pixels);
        Style(plot.Axes.Bottom, across);
        Style(plot.Axes.Left, up);
        plot.Axes.DefaultGrid.MajorLineColor = Colour(paper.GridLine);
        plot.Axes.DefaultGrid.MajorLineWidth = 1;
        plot.Axes.DefaultGrid.XAxisStyle.IsVisible = across.Axis.Grid;
        plot.Axes.DefaultGrid.YAxisStyle.IsVisible = up.Axis.Grid;
        plot.Layout.Fixed(data);
        foreach (Layer layer in panel.Layers)
            plot.Add.Plottable(new LayerDrawing(panel, layer, across, up, paper, letters, symbols));
        using RenderPack pack = new(plot, data, canvas);
        pack.Paint.SKFont.Hinting = SKFontHinting.None;
        pack.Paint.SKFont.LinearMetrics = true;
        foreach (IRenderAction action in (IRenderAction[])[new ReplaceNullAxesWithDefaults(), new CalculateLayout(),
            new RegenerateTicks(), new RenderGridsBelowPlottables(), new RenderPlottables(), new RenderPanels()])
        {
            canvas.Save();
            action.Render(pack);
            canvas.Restore();
        }
        Titles(canvas, data);
    }

    private void Titles(SKCanvas canvas, PixelRect data)
    {
        TextStyle style = TextStyle.AxisTitle;
        float y = data.Bottom + TickLength + 3 + across.LabelRoom(letters) + 2;
        foreach (string line in AcrossTitle)
        {
            letters.Draw(canvas, line, data.HorizontalCenter - letters.Width(line, style) / 2,
                y + style.LineHeight / 2 + style.Drop, style, paper.Ink);
            y += style.LineHeight;
        }
        canvas.Save();
        canvas.Translate(data.Left - LeftRoom, data.VerticalCenter);
        canvas.RotateDegrees(-90);
        for (int i = 0; i < UpTitle.Count; i++)
            letters.Draw(canvas, UpTitle[i], -letters.Width(UpTitle[i], style) / 2,
                (i + 0.5f) * style.LineHeight + style.Drop, style, paper.Ink);
        canvas.Restore();
    }

    private void Style(IAxis axis, AxisTicks ticks)
    {
        axis.TickGenerator = new GivenTicks([.. ticks.Shown.Select(t =>
            new ScottPlot.Tick(Sharp(ticks.Along(t.At)), Lettering.CleanLines(t.Text)))]);
        bool below = axis.Edge == Edge.Bottom;
        axis.FrameLineStyle.Color = Colour(paper.AxisLine);
        axis.FrameLineStyle.Width = 1;
        axis.MajorTickStyle.Color = Colour(paper.AxisLine);
        axis.MajorTickStyle.Length = ticks.Axis.IsWords ? (below ? 2 : 0) : TickLength;
        LabelStyle label = axis.TickLabelStyle;
        label.Font = Lettering.Typeface(TextStyle.Tick);
        label.FontSize = TextStyle.Tick.Size;
        label.LineSpacing = TextStyle.Tick.LineHeight;
        label.ForeColor = Colour(paper.Soft);
        label.SubpixelText = true;
        // ScottPlot centres the line with its descent; the middle of the letters is a little higher.
        if (!below) label.OffsetY = 0.8f;
        label.Rotation = -ticks.Rotation;
        if (ticks.Rotation != 0) label.Alignment = Alignment.MiddleRight;
    }

    /// <summary>Half a px beside a whole one would make a thin line blurred.</summary>
    private double Sharp(float along) => Math.Round(along * paper.Scale) / paper.Scale;

    private static ScottPlot.Color Colour(SKColor colour) => ScottPlot.Color.FromSKColor(colour);

    private sealed class GivenTicks(ScottPlot.Tick[] ticks) : ITickGenerator
    {
        public ScottPlot.Tick[] Ticks => ticks;

        public int MaxTickCount { get; set; } = int.MaxValue;

        public void Regenerate(CoordinateRange range, Edge edge, PixelLength size, Paint paint, LabelStyle labelStyle)
        {
            // They were chosen when the panel was laid out.
        }
    }
}
