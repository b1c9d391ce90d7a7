using Lab.Experiments;
using Lab.Reports;

namespace Lab.Tests;

/// <summary>The sentence at the top of a report, over sweeps made by hand.</summary>
public sealed class AnswerTests
{
    private const string Policy = "clients.phone.policy";
    private static readonly RunResult Some = Sweeps.Emptied(Sweeps.DeadLink(1, ["ping"]).Runs[0]);

    /// <summary>What each variant, told by its values of the varied paths, has of a metric in each seed.</summary>
    private sealed record Row(string Point, string Metric, params double[] Values);

    private static SweepResult Sweep(string[] paths, Row[] rows, Expectation[]? expect = null, string? asks = null)
    {
        Scenario scenario = Some.Spec.Scenario with { Expect = expect ?? [], Description = asks, Look = null };
        RunResult[] runs = [.. rows.GroupBy(r => r.Point).SelectMany(point =>
            Enumerable.Range(0, point.First().Values.Length).Select(seed => Some with
            {
                Spec = Some.Spec with
                {
                    Scenario = scenario, Seed = (ulong)seed + 1,
                    Point = [.. paths.Zip(point.Key.Split('/'), (path, value) => new Setting(path, value))],
                },
                Measures = [.. point.Select(r => MeasureOf(r.Metric, r.Values[seed]))],
            }))];
        return Sweeps.DeadLink(1, ["ping"]) with
        {
            Scenario = scenario, Runs = runs, Varied = paths, Planned = runs.Length, Checks = [],
        };
    }

    // of one case in each run, where the metric is over cases
    private static Measure MeasureOf(string metric, double value)
    {
        Metric of = Catalogue.Find(metric)!;
        Sample sample = !of.Joining.IsPooled || of.Unit == Unit.Share ? value
            : Sample.Of([new Observation(double.IsInfinity(value) ? 1200 : value,
                double.IsInfinity(value) ? Outcome.Outlived : Outcome.Noticed)]);
        return new(metric, of.Joining.Of(sample), sample);
    }

    private static Row Of(string point, string metric, params double[] values) => new(point, metric, values);

    private static Row Steady(string point, string metric, double value, int seeds = 8) =>
        new(point, metric, [.. Enumerable.Repeat(value, seeds)]);

    /// <summary>A number that is one more in every other seed.</summary>
    private static Row Around(string point, string metric, double value, int seeds = 8) =>
        new(point, metric, [.. Enumerable.Range(0, seeds).Select(i => value + i % 2)]);

    private static string Told(params Row[] rows) => Answer.Of(new Study(Sweep([Policy], rows))).Sentence;

    private static Expectation Expected(string metric) => new() { Metric = metric };

    [Fact]
    public void Who_is_ahead_is_said_with_the_interval_and_with_who_is_behind() => Assert.Equal(
        "Over 8 seeds, ping notices soonest, 95 % within 21 s, against acks (41 s) and spaces (never).",
        Told(Around("ping", "detection.client.p95", 20), Around("acks", "detection.client.p95", 40),
            Steady("spaces", "detection.client.p95", double.PositiveInfinity)));

    [Fact]
    public void Intervals_that_overlap_make_no_difference()
    {
        double[] low = [10, 20, 30, 40, 50, 60, 70, 80], high = [81, 72, 33, 44, 25, 66, 37, 18];

        Assert.StartsWith("Over 8 seeds, no difference shows beyond the noise in bytes (45–47 B/h, ",
            Told(Of("a", "cost.bytes", low), Of("b", "cost.bytes", high)));
    }
}
