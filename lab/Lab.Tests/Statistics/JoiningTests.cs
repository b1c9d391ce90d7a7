using Lab.Experiments;

namespace Lab.Tests;

public sealed class JoiningTests
{
    private const double Never = double.PositiveInfinity;

    private static double Joined(Joining joining, params Sample[] runs) => joining.Of(runs, "x").Value;

    private static Sample Noticed(params double[] seconds) => Sample.Of(seconds);

    [Theory]
    [InlineData(new double[0], 0.5, double.NaN)]
    [InlineData(new[] { 1.0, 2, 3, 4 }, 0.5, 2)]
    [InlineData(new[] { 1.0, 2, 3, 4 }, 0.95, 4)]
    [InlineData(new[] { 1.0, Never }, 0.5, 1)]
    [InlineData(new[] { 1.0, Never }, 0.95, Never)]
    public void Quantiles_are_nearest_ranks_and_what_was_outlived_is_never(
        double[] seconds, double share, double expected) =>
        Assert.Equal(expected, Joining.Quantile(share).Of(Sample.Of([.. seconds.Select(s => double.IsFinite(s)
            ? new Observation(s, Outcome.Noticed) : new Observation(60, Outcome.Outlived))])));

    [Fact]
    public void A_quantile_is_over_all_cases_whatever_run_they_fall_in()
    {
        // one run with nineteen quick ones, one with a single slow one: of twenty cases the 19th is quick
        Sample many = Noticed([.. Enumerable.Range(1, 19).Select(i => (double)i)]), one = Noticed(1000);

        Assert.Equal(19, Joined(Joining.Quantile(0.95), many, one));
        Assert.Equal(1000, Joined(Joining.Quantile(0.96), many, one));
        Assert.Equal(10, Joined(Joining.Quantile(0.5), many, one));
        Assert.Equal(1000, Joined(Joining.Quantile(0.5), one, Noticed()));
        Assert.Equal(double.NaN, Joined(Joining.Quantile(0.5), Noticed()));
    }

    [Fact]
    public void Many_draws_are_fewer_where_cases_are_many_and_the_interval_still_holds_the_number()
    {
        Sample[] runs = [.. Enumerable.Range(0, 8)
            .Select(run => Noticed([.. Enumerable.Range(0, 5000).Select(i => (double)(i + run * 100))]))];
        Estimate median = Joining.Quantile(0.5).Of(runs, "x");

        Assert.Equal(Ends.Interval, median.Ends);
        Assert.InRange(median.Value, median.Low, median.High);
        Assert.True(median.Low < median.High);
    }

    [Fact]
    public void A_share_is_of_all_cases_and_a_count_is_the_mean_per_run()
    {
        // 1 of 1 and 0 of 9: one in ten, not a half
        Assert.Equal(0.1, Joined(Joining.Share, Sample.Of(1, 1), Sample.Of(0, 9), Sample.Of(0, 0)));
        Assert.Equal(0.9, Joined(Joining.Count, [.. Enumerable.Range(0, 20).Select(i => (Sample)(i switch
        {
            0 => 14, < 5 => 1, _ => 0,
        }))]), 12);
        Assert.Equal(5 / 3d, Joined(Joining.Mean, Sample.Of(2, 1), Sample.Of(3, 2)), 12);
    }

    [Fact]
    public void The_largest_is_of_all_runs_and_has_no_interval()
    {
        Estimate largest = Joining.Largest.Of([3, 9, double.NaN, 1, 2, 3, 4, 5], "x");

        Assert.Equal((9, Ends.None, 7), (largest.Value, largest.Ends, largest.Runs));
        Assert.Equal(Never, Joined(Joining.Largest, 3, Never));
    }

    [Fact]
    public void A_single_run_has_the_number_of_itself()
    {
        Assert.Equal(3, Joining.Quantile(0.5).Of(Noticed(9, 3, 1)));
        Assert.Equal(0.25, Joining.Share.Of(Sample.Of(1, 4)));
        Assert.Equal(7, Joining.Median.Of(7));
        Assert.Equal(double.NaN, Joining.Share.Of(Sample.Of(0, 0)));
        Assert.Equal(double.NaN, Joining.Largest.Of(double.NaN));
    }

    [Fact]
    public void Below_six_runs_the_ends_are_the_least_and_the_most_of_single_runs() =>
        Assert.Equal(new Estimate(2, 1, Never, Ends.Range, 3),
            Joining.Quantile(0.5).Of(
                [Noticed(1), Noticed(2, 2), Sample.Of([new Observation(9, Outcome.Outlived)]), Noticed()], "x"));

    [Fact]
    public void A_difference_is_that_of_the_numbers_and_draws_partners_together()
    {
        // each is 3 more than its partner, so no draw gives anything else, however far the runs are apart
        Sample[] theirs = [1, 20, 300, 4000, 50000, 600000], ours = [.. theirs.Select(s => (Sample)(s.Part + 3))];

        Assert.Equal(new Estimate(3, 3, 3, Ends.Interval, 6), Rounded(Joining.Mean.Difference(ours, theirs, "x")));
        Assert.Equal(new Estimate(3, 3, 3, Ends.Interval, 6), Rounded(Joining.Median.Difference(ours, theirs, "x")));
        Assert.Equal(new Estimate(0, 0, 0, Ends.Range, 2), Joining.Median.Difference([Never, 1], [Never, 1], "x"));
        Assert.Equal(-Never, Joining.Median.Difference([1], [Never], "x").Value);
        Assert.Equal(double.NaN, Joining.Median.Difference([], [], "x").Value);

        static Estimate Rounded(Estimate e) => e with
        {
            Value = Math.Round(e.Value, 6), Low = Math.Round(e.Low, 6), High = Math.Round(e.High, 6),
        };
    }
}
