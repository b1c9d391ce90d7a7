using Lab.Experiments;
using Lab.Network;
using Lab.Reports;

namespace Lab.Tests;

/// <summary>What keeps a figure of a million states small.</summary>
public class ThinningTests
{
    private static LaneSegment Lane(long from, long length) =>
        new(0, Side.Client, LaneState.Connecting, new Instant(from), new Instant(from + length));

    [Fact]
    public void Of_many_states_the_longest_are_drawn_in_their_order()
    {
        LaneSegment[] lanes = [.. Enumerable.Range(0, 3 * Thinning.MostLanes)
            .Select(i => Lane(i * 10L, i % 3 == 1 ? 9 : 1 + i % 2))];
        IReadOnlyList<LaneSegment> drawn = Thinning.Longest(lanes);
        Assert.Equal(Thinning.MostLanes, drawn.Count);
        Assert.All(drawn, l => Assert.Equal(9, (l.To - l.From).Nanoseconds));
        Assert.Equal(drawn.OrderBy(l => l.From), drawn);
    }

    [Fact]
    public void Among_equally_long_ones_the_first_are_drawn_and_few_are_left_alone()
    {
        LaneSegment[] lanes = [.. Enumerable.Range(0, Thinning.MostLanes + 7).Select(i => Lane(i * 10L, 5))];
        Assert.Equal(lanes.Take(Thinning.MostLanes), Thinning.Longest(lanes));
        Assert.Equal(lanes.Take(3), Thinning.Longest([.. lanes.Take(3)]));
    }

    [Theory]
    [InlineData(100, 100, false)]
    [InlineData(5001, 0, true)]
    [InlineData(0, 2001, true)]
    public void The_caption_says_so_where_it_bites(int lanes, int marks, bool said) =>
        Assert.Equal(said, Thinning.Lanes([(1, 1), (lanes, marks)]).Length > 0);
}
