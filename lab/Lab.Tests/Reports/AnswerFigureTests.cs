using Lab.Experiments;
using Lab.Reports;

namespace Lab.Tests;

public sealed class AnswerFigureTests
{
    [Fact]
    public void Each_variant_has_a_row_with_its_number_its_interval_and_a_faint_point_per_seed()
    {
        Study study = new(Sweeps.DeadLink());
        Yardstick ghost = Catalogue.Find("ghost.time")!;

        Panel panel = AnswerFigure.Of(study, ghost)!.Chart!.Panels.Single();

        Assert.Equal(study.Policies, panel.Y.Ticks!.Select(t => t.Text));
        Marks[] marks = [.. panel.Layers.OfType<Marks>()];
        Assert.Equal(study.Policies, marks[^1].Items.Select(m => m.Word));
        Assert.Equal(study.Sweep.Runs.Count(r => !double.IsNaN(r.Value("ghost.time"))), marks[0].Items.Count);
        Segment[] intervals = [.. panel.Layers.OfType<Segments>().Single().Items];
        Assert.All(intervals, i => Assert.InRange(marks[^1].Items.Single(m => m.Word == i.Word).X, i.X1, i.X2));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0.5, true)]
    [InlineData(50, false)]
    public void An_axis_leaves_room_for_a_symbol_at_zero_or_near_it(double least, bool room)
    {
        SweepResult sweep = Sweeps.DeadLink(1, ["a", "b"]);
        sweep = sweep with
        {
            Runs = [.. sweep.Runs.Select((r, i) => r with { Measures = [new("messages.lost", i == 0 ? least : 100)] })],
        };

        Axis axis = AnswerFigure.Of(new(sweep), Catalogue.Find("messages.lost")!)!.Chart!.Panels.Single().X;

        Assert.Equal(room, axis.From < 0);
        Assert.Equal(0.0, Math.Max(0, axis.From));
    }

    [Fact]
    public void One_variant_alone_is_no_comparison() =>
        Assert.Null(AnswerFigure.Of(new(Sweeps.DeadLink(1, ["a"])), Catalogue.Find("messages.lost")!));
}
