using Lab.Reports;

namespace Lab.Tests;

/// <summary>Where the notes of step curves stand: out of the curves' way.</summary>
public sealed class StepCurvesTests
{
    private static readonly Key Policies = new("policy", [new("ping", "#000000"), new("acks", "#000000")]);

    [Theory]
    [InlineData("steep at the left", new[] { 0.0, 0, 1, 1, 100, 1 }, false)]
    [InlineData("steep at the right", new[] { 0.0, 0, 90, 1, 100, 1 }, true)]
    [InlineData("low from the left to the right", new[] { 0.0, 0, 10, 0.05, 100, 0.05 }, false)]
    [InlineData("low at the right alone", new[] { 0.0, 0, 60, 0.05, 100, 0.05 }, true)]
    [InlineData("in two steps, the second high up", new[] { 0.0, 0, 10, 0.7, 90, 1, 100, 1 }, false)]
    [InlineData("on the axis to the end", new[] { 0.0, 0, 100, 0 }, false)]
    public void They_stand_at_the_bottom_on_the_side_that_is_free(string curve, double[] points, bool left) =>
        Assert.True(left == IsLeft(new Axis("time (s)", 0, 100), points), curve);

    [Theory]
    [InlineData(5, false)]
    [InlineData(30, true)]
    public void Sides_are_those_of_the_drawing_where_the_axis_is_logarithmic(double step, bool left) =>
        Assert.Equal(left, IsLeft(new Axis("time", 1, 100) { Logarithmic = true }, [1, 0, step, 1, 100, 1]));

    [Fact]
    public void Between_curves_on_both_sides_they_stand_where_nothing_passes()
    {
        Label label = Note(new Axis("time (s)", 0, 100), [0, 0, 10, 1], [0, 0, 90, 1]);

        Assert.Equal(Anchor.Start, label.Anchor);
        Assert.InRange(label.X, 11, 50);
        Assert.InRange(label.Y, 0.02, 0.1);
    }

    [Fact]
    public void Over_a_curve_along_the_foot_they_stand_higher()
    {
        Label label = Note(new Axis("time (s)", 0, 100), [0, 0, 1, 0.05, 100, 0.05]);

        Assert.Equal((100, Anchor.End), (label.X, label.Anchor));
        Assert.InRange(label.Y, 0.09, 0.2);
    }

    private static bool IsLeft(Axis x, double[] points)
    {
        Label label = Note(x, points);
        Assert.Equal(label.Anchor == Anchor.Start ? x.From : x.To, label.X);
        return label.Anchor == Anchor.Start;
    }

    private static Label Note(Axis x, params double[][] curves)
    {
        Line[] lines = [.. curves.Select(c => new Line("ping", [.. c.Chunk(2).Select(p => new Place(p[0], p[1]))]))];
        Panel panel = new StepCurves(Policies, 230).Panel("", x, "share", lines, [], [("acks", "1 of 2 lost")]);
        return panel.Layers.OfType<Labels>().Single().Items.Single();
    }
}
