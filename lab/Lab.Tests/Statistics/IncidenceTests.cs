using Lab.Experiments;

namespace Lab.Tests;

public sealed class IncidenceTests
{
    private static Observation[] Noticed(params (double Seconds, bool Noticed)[] times) =>
        [.. times.Select((t, i) => new Observation(t.Seconds, t.Noticed ? Outcome.Noticed : Outcome.Censored, i))];

    private static Incidence Curve(Observation[] observations) => new(observations, observations.Length);

    private static double Quantile(Incidence curve, double p) =>
        curve.Quantile(p, [.. Enumerable.Repeat(1, curve.Count)]);

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
        Incidence trial = Curve(Noticed(weeks));

        (double, double)[] survival = [.. trial.Steps.Where(s => s.Noticed > 0)
            .Select(s => (s.Seconds, Math.Round(1 - s.Share, 4)))];
        Assert.Equal([(6, 0.8571), (7, 0.8067), (10, 0.7529), (13, 0.6902), (16, 0.6275), (22, 0.5378), (23, 0.4482)],
            survival);
        Assert.Equal(23, Quantile(trial, 0.5));
        Assert.Equal(12, trial.Unnoticed);
    }

    [Fact]
    public void Without_censoring_the_curve_is_the_plain_share()
    {
        Incidence curve = Curve(Noticed((1, true), (2, true), (3, true), (4, true)));

        Assert.Equal([0.25, 0.5, 0.75, 1], curve.Steps.Select(s => Math.Round(s.Share, 12)));
        Assert.Equal(2, Quantile(curve, 0.5));
        Assert.Equal(4, Quantile(curve, 0.95));
    }

    [Fact]
    public void What_was_outlived_stays_in_the_whole_and_what_the_end_cut_off_does_not()
    {
        // By hand: 1/5; then 4/5 * 3/4 = 3/5 go on; 1/5 + 3/5 * 1/3 = 2/5; 2/5 go on, one of two is cut off; 2/5 + 2/5.
        Outcome[] outcomes = [Outcome.Noticed, Outcome.Outlived, Outcome.Noticed, Outcome.Censored, Outcome.Noticed];
        Incidence curve = Curve([.. outcomes.Select((o, i) => new Observation(i + 1, o, i))]);

        Assert.Equal([0.2, 0.2, 0.4, 0.4, 0.8], curve.Steps.Select(s => Math.Round(s.Share, 12)));
        Assert.Equal(5, Quantile(curve, 0.8));
        Assert.Equal(double.PositiveInfinity, Quantile(curve, 0.81));
    }

    [Fact]
    public void Where_nothing_is_cut_off_the_curve_ends_at_the_plain_share_whatever_the_times()
    {
        Lab.Network.RandomStream chance = Lab.Network.RandomStream.Root(3);
        for (int trial = 0; trial < 50; trial++)
        {
            Observation[] some = [.. Enumerable.Range(0, 40).Select(i =>
                new Observation(chance.Below(25), chance.Below(3) == 0 ? Outcome.Noticed : Outcome.Outlived, i % 7))];
            double share = some.Count(o => o.Outcome == Outcome.Noticed) / 40.0;
            Assert.Equal(share, new Incidence(some, 7).Steps[^1].Share, 9);
        }
    }

    [Fact]
    public void A_quantile_that_the_curve_does_not_reach_is_never()
    {
        Incidence curve = Curve(Noticed((1, true), (60, false), (60, false)));

        Assert.Equal(1, Quantile(curve, 0.3));
        Assert.Equal(double.PositiveInfinity, Quantile(curve, 0.5));
    }

    [Fact]
    public void Each_run_counts_as_often_as_it_was_drawn()
    {
        // run 0 noticed after 1 and 3 s, run 1 after 2 s and outlived one; by hand: 1/4, 2/4, 3/4; then with run 1
        // drawn twice and run 0 not at all: 2/4 at 2 s, and no more
        Incidence curve = new(
            [new(1, Outcome.Noticed), new(3, Outcome.Noticed), new(2, Outcome.Noticed, 1), new(9, Outcome.Outlived, 1)],
            runs: 2);

        Assert.Equal([1, 2, 3, double.PositiveInfinity], At([1, 1]));
        Assert.Equal([2, 2, double.PositiveInfinity, double.PositiveInfinity], At([0, 2]));
        Assert.Equal([1, 1, 3, 3], At([2, 0]));
        Assert.Equal(double.NaN, curve.Quantile(0.5, [0, 0]));

        double[] At(int[] weights) => [.. ((double[])[0.25, 0.5, 0.75, 1]).Select(p => curve.Quantile(p, weights))];
    }
}
