using Lab.Experiments;
using Lab.Reports;

namespace Lab.Tests;

public sealed class BestTests
{
    private static readonly RunResult Some = Sweeps.DeadLink(1, ["ping"]).Runs[0];
    private static readonly string[] Names = ["a", "b", "c"];

    /// <summary>A study of variants, with a measure for each of their seeds.</summary>
    private static Study StudyOf(string path, params Measure[][] variants)
    {
        RunResult[] runs = [.. variants.SelectMany((measures, v) => measures.Select((m, seed) => Some with
        {
            Spec = Some.Spec with { Seed = (ulong)seed, Point = [new(path, Names[v])] }, Measures = [m],
        }))];
        SweepResult sweep = Sweeps.DeadLink(1, ["ping"]);
        return new Study(sweep with { Runs = runs, Varied = [path], Planned = runs.Length });
    }

    private static bool[] Marked(Study study)
    {
        Metric metric = Catalogue.Find(study.Sweep.Runs[0].Measures[0].Metric)!;
        return Best.Of(study, metric, study.Variants);
    }

    private static bool[] Marked(string metric, params double[][] variants) => Marked(StudyOf(
        "clients.phone.policy", [.. variants.Select(v => v.Select(value => new Measure(metric, value)).ToArray())]));

    private static double[] Around(double middle, int seeds = 8) =>
        [.. Enumerable.Range(0, seeds).Select(i => middle + i % 2)];

    [Fact]
    public void Only_an_interval_that_is_apart_from_all_others_is_best()
    {
        Assert.Equal([true, false, false], Marked("cost.bytes", Around(10), Around(20), Around(30)));
        Assert.Equal([false, false, true], Marked("availability", Around(10), Around(20), Around(30)));
        // 10 and 11, and 10.4 and 11.4: a smaller mean, but intervals that overlap
        Assert.Equal([false, false, false], Marked("cost.bytes", Around(10), Around(10.4), Around(30)));
    }

    [Fact]
    public void Equals_share_the_mark_and_where_all_are_equal_there_is_none()
    {
        double[] none = new double[8];
        Assert.Equal([true, true, false], Marked("messages.lost", none, none, Around(3)));
        Assert.Equal([false, false], Marked("messages.lost", none, none));
    }

    [Fact]
    public void Below_six_seeds_nothing_is_best() =>
        Assert.Equal([false, false], Marked("cost.bytes", Around(10, 5), Around(20, 5)));

    [Fact]
    public void A_number_that_says_nothing_of_a_policy_has_no_best() =>
        Assert.Equal([false, false], Marked("messages.sent", Around(10), Around(20)));

    [Fact]
    public void Policies_that_met_different_incidents_are_not_compared()
    {
        Measure[] Noticing(double seconds, int incidents) => [.. Enumerable.Range(0, 8).Select(_ =>
            Measured.Of("detection.client.p95", [.. Enumerable.Repeat(seconds, incidents)]))];

        Assert.Equal([true, false], Marked(StudyOf("clients.phone.policy", Noticing(10, 2), Noticing(20, 2))));
        Assert.Equal([false, false], Marked(StudyOf("clients.phone.policy", Noticing(10, 3), Noticing(20, 2))));
    }

    [Theory]
    [InlineData("clients.phone.policy", true)]
    [InlineData("policies.ping.ping.every", true)]
    [InlineData("s2s[0].streams", true)]
    [InlineData("faults[0].for", false)]
    [InlineData("links.mobile.delay", false)]
    [InlineData("clients.phone.link", false)]
    [InlineData("clients.phone.count", false)]
    [InlineData("workload[0].every", false)]
    public void What_is_met_and_not_chosen_has_no_best(string path, bool chosen)
    {
        Measure[] Costing(double bytes) => [.. Around(bytes).Select(b => new Measure("cost.bytes", b))];

        Assert.Equal([chosen, false], Marked(StudyOf(path, Costing(10), Costing(20))));
    }

    [Fact]
    public void Variants_are_compared_within_their_panel_and_over_the_same_seeds()
    {
        Study study = new(Sweeps.TwoDimensions());
        Metric cost = Catalogue.Find("cost.bytes")!;
        bool[] best = Best.Of(study, cost, study.Variants);

        Assert.Equal(study.Panels, study.Variants.Where((_, i) => best[i]).Select(v => v.Panel));
        Assert.Equal([false, false], Marked("cost.bytes", Around(10, 8), Around(20, 9)));
    }
}
