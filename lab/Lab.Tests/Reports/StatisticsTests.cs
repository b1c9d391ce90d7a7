using Lab.Experiments;
using Lab.Reports;

namespace Lab.Tests;

public sealed class StatisticsTests
{
    private static Observation[] Noticed(params (double Seconds, bool Noticed)[] times) =>
        [.. times.Select((t, i) => new Observation(t.Seconds, t.Noticed ? Outcome.Noticed : Outcome.Censored, i))];

    [Fact]
    public void The_estimator_gives_the_curve_of_the_leukaemia_trial()
    {
        // Freireich et al. 1963, the 6-MP arm, remission in weeks: the textbook example of the product-limit estimator.
        (double, bool)[] weeks =
        [
            (6, true), (6, true), (6, true), (6, false), (7, true), (9, false), (10, true), (10, false), (11, false),
            (13, true), (16, true),
            (17, false), (19, false), (20, false), (22, true), (23, true), (25, false), (32, false), (32, false),
            (34, false), (35, false),
        ];
        Incidence trial = new(Noticed(weeks));

        (double, double)[] survival = [.. trial.Steps.Where(s => s.Noticed > 0)
            .Select(s => (s.Seconds, Math.Round(1 - s.Share, 4)))];
        Assert.Equal([(6, 0.8571), (7, 0.8067), (10, 0.7529), (13, 0.6902), (16, 0.6275), (22, 0.5378), (23, 0.4482)],
            survival);
        Assert.Equal(23, trial.Quantile(0.5, "x").Value);
        Assert.Equal(12, trial.Unnoticed);
    }

    [Fact]
    public void Without_censoring_the_curve_is_the_plain_share()
    {
        Incidence curve = new(Noticed((1, true), (2, true), (3, true), (4, true)));

        Assert.Equal([0.25, 0.5, 0.75, 1], curve.Steps.Select(s => Math.Round(s.Share, 12)));
        Assert.Equal(2, curve.Quantile(0.5, "x").Value);
        Assert.Equal(4, curve.Quantile(0.95, "x").Value);
    }

    [Fact]
    public void What_was_outlived_stays_in_the_whole_and_what_the_end_cut_off_does_not()
    {
        // By hand: 1/5; then 4/5 * 3/4 = 3/5 go on; 1/5 + 3/5 * 1/3 = 2/5; 2/5 go on, one of two is cut off; 2/5 + 2/5.
        Outcome[] outcomes = [Outcome.Noticed, Outcome.Outlived, Outcome.Noticed, Outcome.Censored, Outcome.Noticed];
        Incidence curve = new(outcomes.Select((o, i) => new Observation(i + 1, o, i)));

        Assert.Equal([0.2, 0.2, 0.4, 0.4, 0.8], curve.Steps.Select(s => Math.Round(s.Share, 12)));
        Assert.Equal(5, curve.Quantile(0.8, "x").Value);
        Assert.Equal(double.PositiveInfinity, curve.Quantile(0.81, "x").Value);
    }

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

    [Fact]
    public void Where_nothing_is_cut_off_the_curve_ends_at_the_plain_share_whatever_the_times()
    {
        Lab.Network.RandomStream chance = Lab.Network.RandomStream.Root(3);
        for (int trial = 0; trial < 50; trial++)
        {
            Observation[] some = [.. Enumerable.Range(0, 40).Select(i =>
                new Observation(chance.Below(25), chance.Below(3) == 0 ? Outcome.Noticed : Outcome.Outlived, i % 7))];
            Assert.Equal(some.Count(o => o.Outcome == Outcome.Noticed) / 40.0, new Incidence(some).Steps[^1].Share, 9);
        }
    }

    [Fact]
    public void A_quantile_that_the_curve_does_not_reach_is_never()
    {
        Incidence curve = new(Noticed((1, true), (60, false), (60, false)));

        Assert.Equal(1, curve.Quantile(0.3, "x").Value);
        Assert.Equal(double.PositiveInfinity, curve.Quantile(0.5, "x").Value);
    }

    [Fact]
    public void The_interval_of_incidents_that_all_fall_in_one_run_is_that_of_one_run()
    {
        Incidence curve = new([.. Enumerable.Range(1, 3).Select(i => new Observation(i, Outcome.Noticed, 4))]);

        Assert.Equal(1, curve.Runs);
        Assert.Equal(Ends.None, curve.Quantile(0.5, "x").Ends);
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
        Assert.Equal(median, Bootstrap.Median(values, "x").Value);

    [Fact]
    public void The_interval_of_a_median_is_close_to_the_exact_one_of_order_statistics()
    {
        // For 20 values the exact 95.9 % interval of the median is from the 6th to the 15th (Conover 1999, binomial
        // tables).
        Estimate median = Bootstrap.Median(Enumerable.Range(1, 20).Select(i => (double)i), "x");

        Assert.Equal(10.5, median.Value);
        Assert.InRange(median.Low, 6, 7.5);
        Assert.InRange(median.High, 13.5, 15);
    }

    [Fact]
    public void The_interval_of_a_median_covers_it_about_as_often_as_it_says()
    {
        Lab.Network.RandomStream chance = Lab.Network.RandomStream.Root(1);
        int covered = 0;
        const int trials = 200;
        for (int t = 0; t < trials; t++)
        {
            Estimate e = Bootstrap.Median([.. Enumerable.Range(0, 20).Select(_ => (double)chance.Below(1_000_000))],
                "trial/" + t);
            if (e.Low <= 500_000 && 500_000 <= e.High) covered++;
        }
        Assert.InRange(covered / (double)trials, 0.90, 0.99);
    }

    [Fact]
    public void Below_six_runs_the_range_stands_in_for_the_interval()
    {
        Estimate five = Bootstrap.Median([5, 1, 4, 2, 3], "x"), one = Bootstrap.Median([5], "x");

        Assert.Equal(new Estimate(3, 1, 5, Ends.Range, 5), five);
        Assert.Equal(Ends.None, one.Ends);
        Assert.Equal(Ends.Interval, Bootstrap.Median([1, 2, 3, 4, 5, 6], "x").Ends);
    }

    [Fact]
    public void Differences_are_taken_between_runs_of_the_same_seed()
    {
        RunResult some = Sweeps.DeadLink(1, ["ping"]).Runs[0];
        RunResult Run(ulong seed, double value) =>
            some with { Spec = some.Spec with { Seed = seed }, Measures = [new("cost.bytes", value)] };
        Variant Of(string label, params RunResult[] runs) => new(label, label, "", runs);
        const double never = double.PositiveInfinity;

        Variant a = Of("a", Run(1, 10), Run(2, 200), Run(3, 3000), Run(4, never), Run(9, 1));
        Variant b = Of("b", Run(3, 2998), Run(2, 199), Run(1, 7), Run(4, never), Run(8, 1));
        Estimate difference = Pairing.Difference(a, b, "cost.bytes");

        Assert.Equal(new Estimate(1.5, 0, 3, Ends.Range, 4), difference);
        Assert.Equal(double.NegativeInfinity,
            Pairing.Difference(Of("c", Run(1, 5)), Of("d", Run(1, never)), "cost.bytes").Value);
    }

    [Fact]
    public void Thinning_keeps_the_first_and_the_last()
    {
        IReadOnlyList<int> thin = Thinning.Of([.. Enumerable.Range(0, 10_000)], 250);

        Assert.Equal(250, thin.Count);
        Assert.Equal((0, 9999), (thin[0], thin[^1]));
        Assert.Equal(thin.Order().Distinct(), thin);
        Assert.Equal([1, 2, 3], Thinning.Of([1, 2, 3], 250));
    }
}
