using Lab.Reports;

namespace Lab.Tests;

/// <summary>Curves that the eye takes for one.</summary>
public sealed class OverlapsTests
{
    private static readonly Axis Time = new("time (s)", 0, 100), Share = new("share", 0, 1);

    [Fact]
    public void What_stands_apart_stays_as_it_is()
    {
        Chart chart = Of(("early", [0.0, 0, 20, 1]), ("late", [0.0, 0, 60, 1]), ("low", [0.0, 0, 20, 0.3, 100, 0.3]));

        (Chart same, string sentence) = Overlaps.Told(chart);

        Assert.Same(chart, same);
        Assert.Equal("", sentence);
    }

    [Theory]
    [InlineData("the same", new[] { 0.0, 0, 20, 1 })]
    [InlineData("a pixel beside it", new[] { 0.0, 0, 20.1, 1 })]
    [InlineData("the same and further", new[] { 0.0, 0, 20, 1, 30, 1 })]
    public void One_that_hides_another_is_broken_and_both_are_named(string curve, double[] points)
    {
        (Chart chart, string sentence) = Overlaps.Told(Of(("under", [0.0, 0, 20, 1]), (curve, points),
            ("apart", [0.0, 0, 60, 1])));

        Key key = Assert.Single(chart.Keys);
        Assert.Equal([Dash.Solid, Dash.Long, Dash.Solid], key.Entries.Select(e => e.Dash));
        Assert.All(chart.Panels[0].Layers, l => Assert.Same(key, ((Lines)l).Key));
        Assert.EndsWith($" show through: under, {curve}.", sentence);
    }

    [Fact]
    public void Of_several_on_each_other_each_has_a_line_of_its_own_and_the_last_is_not_solid()
    {
        (Chart chart, string sentence) = Overlaps.Told(Of([.. Enumerable.Range(0, 5).Select(i =>
            ($"c{i}", (double[])[0, 0, 20, 1]))]));

        Assert.Equal([Dash.Solid, Dash.Long, Dash.Short, Dash.Mixed, Dash.Long],
            chart.Keys[0].Entries.Select(e => e.Dash));
        Assert.EndsWith(": c0, c1, c2, c3, c4.", sentence);
    }

    [Fact]
    public void Those_that_never_rise_lie_on_each_other_along_the_foot()
    {
        Assert.EndsWith(": a, b.", Overlaps.Told(Of(("a", [0.0, 0, 100, 0]), ("b", [0.0, 0, 90, 0]),
            ("c", [0.0, 0, 50, 1]))).Sentence);
    }

    [Fact]
    public void A_short_piece_in_common_is_no_overlap() =>
        Assert.Equal("", Overlaps.Told(Of(("a", [0.0, 0, 20, 0.3, 90, 1]), ("b", [0.0, 0, 20, 0.3, 50, 1]))).Sentence);

    [Fact]
    public void Keys_that_break_lines_already_keep_theirs_and_the_sentence_says_what_covers_what()
    {
        Chart chart = Of(("a", [0.0, 0, 20, 1]), ("b", [0.0, 0, 20, 1]));
        Key dashed = chart.Keys[0] with { Entries = [chart.Keys[0].Entries[0], new("b", Dash: Dash.Short)] };
        chart = chart with
        {
            Keys = [dashed], Panels = [chart.Panels[0] with
            {
                Layers = [((Lines)chart.Panels[0].Layers[0]) with { Key = dashed }],
            }],
        };

        (Chart told, string sentence) = Overlaps.Told(chart);

        Assert.Same(dashed, told.Keys[0]);
        Assert.EndsWith(", of which the last covers the others: a, b.", sentence);
    }

    [Fact]
    public void Panels_are_named_where_it_is_not_so_in_all()
    {
        Chart one = Of(("a", [0.0, 0, 20, 1]), ("b", [0.0, 0, 20, 1])),
            other = Of(("a", [0.0, 0, 20, 1]), ("b", [0.0, 0, 70, 1]));
        Panel First(string title) => one.Panels[0] with { Title = title };
        Panel apart = other.Panels[0] with
        {
            Title = "here not", Layers = [((Lines)other.Panels[0].Layers[0]) with { Key = one.Keys[0] }],
        };

        Assert.EndsWith(": a, b (client; server).",
            Overlaps.Told(one with { Panels = [First("client"), First("server"), apart] }).Sentence);
        Assert.EndsWith(": a, b (in all panels).",
            Overlaps.Told(one with { Panels = [First("client"), First("server")] }).Sentence);
    }

    private static Chart Of(params (string Word, double[] Points)[] curves)
    {
        Key key = new("policy", [.. curves.Select(c => new KeyEntry(c.Word, "#0072B2"))]);
        return new Chart
        {
            Title = "", Subtitle = "", Description = "", Keys = [key],
            Panels = [new("", Time, Share, [new Lines(key, [.. curves.Select(c => new Line(c.Word,
                [.. c.Points.Chunk(2).Select(p => new Place(p[0], p[1]))]))])])],
        };
    }
}
