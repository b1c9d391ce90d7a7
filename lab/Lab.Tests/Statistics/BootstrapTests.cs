using Lab.Experiments;
using Lab.Network;

namespace Lab.Tests;

public sealed class BootstrapTests
{
    private static Estimate Median(params double[] values) => Joining.Median.Of(values.Select(v => (Sample)v), "x");

    // By hand for the squares of 1 to 5: (5 + 1/3) p + 1/3 is the place. R's quantile(x, p, type = 8) says the same.
    [Theory, InlineData(0, 1), InlineData(0.1, 1), InlineData(0.4, 6.333333), InlineData(0.5, 9), InlineData(0.8, 21.4),
     InlineData(0.87, 24.76), InlineData(0.9, 25), InlineData(1, 25)]
    public void Quantiles_are_those_of_type_8(double p, double expected)
    {
        Assert.Equal(expected, Quantiles.Of([1, 4, 9, 16, 25], p), 6);
        Assert.Equal(7, Quantiles.Of([7], p));
        Assert.Equal(double.NaN, Quantiles.Of([], p));
    }

    [Fact]
    public void A_quantile_between_a_number_and_never_is_never()
    {
        double[] sorted = [1, 2, double.PositiveInfinity, double.PositiveInfinity];
        Assert.Equal(double.PositiveInfinity, Quantiles.Of(sorted, 0.5));
        Assert.Equal(1.2, Quantiles.Of(sorted, 0.2), 6);
    }

    [Theory]
    [InlineData(new double[] { 3, 1, 2 }, 2)]
    [InlineData(new double[] { 4, 1, 2, 3 }, 2.5)]
    [InlineData(new double[] { 1, double.NaN, 3 }, 2)]
    [InlineData(new double[] { 1, double.PositiveInfinity, 3 }, 3)]
    [InlineData(new double[] { 1, double.PositiveInfinity }, double.PositiveInfinity)]
    [InlineData(new double[] { double.NaN }, double.NaN)]
    [InlineData(new double[] { double.NegativeInfinity, double.PositiveInfinity, 0 }, 0)]
    public void The_median_takes_never_as_larger_than_all_and_leaves_out_what_has_no_value(double[] values,
        double median) =>
        Assert.Equal(median, Median(values).Value);

    [Fact]
    public void The_ends_are_the_two_outer_fortieths_of_what_was_drawn()
    {
        // The same draws again, here: of 2000 results the places of type 8 are 2000 1/3 * 0.025 + 1/3 = 50.34 and
        // 2000 1/3 * 0.975 + 1/3 = 1950.66, counted from one.
        double[] values = [1, 2, 4, 8, 16, 32, 64];
        RandomStream chance = RandomStream.Root(0).Fork("report").Fork("known");
        double[] drawn = [.. Enumerable.Range(0, 2000)
            .Select(_ => Enumerable.Range(0, 7).Sum(_ => values[chance.Below(7)]) / 7).Order()];

        Estimate mean = Joining.Mean.Of(values.Select(v => (Sample)v), "known");

        Assert.Equal(127 / 7d, mean.Value, 12);
        Assert.Equal(drawn[49] + (drawn[50] - drawn[49]) * 0.341667, mean.Low, 5);
        Assert.Equal(drawn[1949] + (drawn[1950] - drawn[1949]) * 0.658333, mean.High, 5);
    }

    [Fact]
    public void The_interval_of_a_share_is_that_of_the_binomial_distribution()
    {
        // qbinom(0.025, 100, 0.5) = 40 and qbinom(0.975, 100, 0.5) = 60; at 0.05 and 0.95 they are 42 and 58.
        Estimate half = Joining.Mean.Of(Enumerable.Range(0, 100).Select(i => (Sample)(i % 2)), "x");

        Assert.Equal(0.5, half.Value);
        Assert.InRange(half.Low, 0.39, 0.41);
        Assert.InRange(half.High, 0.59, 0.61);
    }

    [Fact]
    public void The_interval_of_a_median_is_close_to_the_exact_one_of_order_statistics()
    {
        // For 20 values the exact 95.9 % interval of the median is from the 6th to the 15th (Conover 1999, binomial
        // tables).
        Estimate median = Median([.. Enumerable.Range(1, 20).Select(i => (double)i)]);

        Assert.Equal(10.5, median.Value);
        Assert.InRange(median.Low, 6, 7.5);
        Assert.InRange(median.High, 13.5, 15);
    }

    [Fact]
    public void The_interval_of_a_median_covers_it_about_as_often_as_it_says()
    {
        RandomStream chance = RandomStream.Root(1);
        int covered = 0;
        const int trials = 200;
        for (int t = 0; t < trials; t++)
        {
            Estimate e = Joining.Median.Of(
                Enumerable.Range(0, 20).Select(_ => (Sample)chance.Below(1_000_000)).ToArray(), "trial/" + t);
            if (e.Low <= 500_000 && 500_000 <= e.High) covered++;
        }
        Assert.InRange(covered / (double)trials, 0.90, 0.99);
    }

    [Fact]
    public void Below_six_runs_the_range_stands_in_for_the_interval()
    {
        Assert.Equal(new Estimate(3, 1, 5, Ends.Range, 5), Median(5, 1, 4, 2, 3));
        Assert.Equal(Ends.None, Median(5).Ends);
        Assert.Equal(Ends.Interval, Median(1, 2, 3, 4, 5, 6).Ends);
    }
}
