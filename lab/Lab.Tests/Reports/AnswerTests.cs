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

    [Fact]
    public void Equals_share_the_lead_and_those_of_none_are_told_so() => Assert.Equal(
        "Over 8 seeds, ping and acks lose no message, against spaces (3.5, 3.13–3.88 per run).",
        Told(Steady("ping", "messages.lost", 0), Steady("acks", "messages.lost", 0),
            Around("spaces", "messages.lost", 3)));

    [Fact]
    public void More_is_better_where_the_metric_says_so() => Assert.StartsWith(
        "Over 8 seeds, b is reachable most, 90 % of the time, against a (80 %).",
        Told(Steady("a", "availability", 0.8), Steady("b", "availability", 0.9)));

    [Fact]
    public void With_few_seeds_ranges_that_are_apart_are_told_of_each_seed()
    {
        Assert.Equal("In each of 3 seeds, a costs least, 10.3 B/h (10–11 B/h), against b (20.3 B/h, 20–21 B/h).",
            Told(Around("a", "cost.bytes", 10, 3), Around("b", "cost.bytes", 20, 3)));
        Assert.StartsWith("In each of 3 seeds, no difference shows", Told(Of("a", "cost.bytes", 10, 20, 30),
            Of("b", "cost.bytes", 25, 25, 25)));
        Assert.StartsWith("With seed 1 alone, a costs least, 10 B/h, against b (20 B/h)",
            Told(Of("a", "cost.bytes", 10), Of("b", "cost.bytes", 20)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void What_is_equal_in_the_digits_that_are_told_is_not_called_different(int seeds)
    {
        Row a = Steady("a", "availability", 0.66711, seeds), b = Steady("b", "availability", 0.66702, seeds);

        Assert.Contains("no difference shows", Told(a, b));
        Assert.Contains(", a and b are reachable most, 66.7 % of the time, against c (66.1 %).",
            Told(a, b, Steady("c", "availability", 0.661, seeds)));
    }

    [Fact]
    public void Pairs_of_seeds_show_what_intervals_that_overlap_hide()
    {
        // the same weather makes both dear in the same seeds, and one is always ahead
        double[] weather = [10, 40, 20, 90, 60, 30, 80, 50, 70, 15];

        Assert.StartsWith("Over 10 seeds, a costs least,",
            Told(Of("a", "cost.bytes", weather), Of("b", "cost.bytes", [.. weather.Select(w => w + 2)])));
    }

    [Fact]
    public void Of_different_cases_nobody_is_ahead()
    {
        Row[] rows = [Around("ping", "detection.client.p95", 20), Around("acks", "detection.client.p95", 40)];
        SweepResult sweep = Sweep([Policy], rows);
        Measure twice = MeasureOf("detection.client.p95", 40);
        twice = twice with { Sample = Sample.Of([.. twice.Sample.Times!, .. twice.Sample.Times!]) };
        sweep = sweep with
        {
            Runs = [.. sweep.Runs.Select(r => r.Spec.Label == "acks" ? r with { Measures = [twice] } : r)],
        };

        string sentence = Answer.Of(new Study(sweep)).Sentence;

        Assert.Contains("of different cases", sentence);
        Assert.DoesNotContain("soonest", sentence);
    }

    [Fact]
    public void What_was_met_is_told_from_what_was_chosen()
    {
        string Panels(params double[] acks) => Answer.Of(new Study(Sweep([Policy, "faults[0].for"],
        [
            Steady("ping/1m", "messages.lost", 0), Steady("acks/1m", "messages.lost", acks[0]),
            Steady("ping/1h", "messages.lost", 9), Steady("acks/1h", "messages.lost", acks[1]),
        ]))).Sentence;

        Assert.Equal("Over 8 seeds, acks loses no message in 1 of 2 cases (for 1h), against ping (9 per run), and no "
            + "difference shows elsewhere.", Panels(0, 0));
        Assert.Equal("Over 8 seeds, ping loses no message in 1 of 2 cases (for 1m), against acks (5 per run), and "
            + "others are ahead elsewhere.", Panels(5, 0));
        Assert.Equal("Over 8 seeds, ping loses fewest messages in both cases of “for”, 0–9 per run, against acks "
            + "(5–20).", Panels(5, 20));
    }

    [Fact]
    public void The_scenario_says_what_the_sentence_is_about()
    {
        Row[] rows =
        [
            Steady("a", "messages.lost", 0), Steady("a", "ghost.time", 60), Steady("b", "messages.lost", 2),
            Steady("b", "ghost.time", 6),
        ];
        string Asking(string? question, params string[] expected) => Answer.Of(new Study(
            Sweep([Policy], rows, [.. expected.Select(Expected)], question))).Sentence;

        Assert.StartsWith("Over 8 seeds, a loses no message", Asking(null));
        Assert.StartsWith("Over 8 seeds, b leaves the shortest ghost", Asking(null, "ghost.time"));
        Assert.StartsWith("Over 8 seeds, b leaves the shortest ghost", Asking("How long does the ghost stay?"));
        Assert.StartsWith("Over 8 seeds, a loses no message", Asking("What is lost?", "ghost.time"));
    }

    [Fact]
    public void A_cost_goes_with_the_lead_and_one_variant_has_numbers_only()
    {
        Assert.Equal("Over 8 seeds, a loses no message, against b (2 per run); it costs 20.5 B/h (20.1–20.9 B/h), "
            + "b 10.5 B/h.", Told(Steady("a", "messages.lost", 0), Around("a", "cost.bytes", 20),
                Steady("b", "messages.lost", 2), Around("b", "cost.bytes", 10)));
        Assert.Equal("Over 8 seeds, messages lost 2 per run.", Told(Steady("a", "messages.lost", 2)));
    }

    [Fact]
    public void Runs_that_cannot_be_trusted_and_runs_that_are_missing_are_no_answer()
    {
        SweepResult sweep = Sweeps.DeadLink(2);
        SweepResult doubtful = sweep with { Runs = [sweep.Runs[0] with { Doubts = ["late"] }, .. sweep.Runs.Skip(1)] };

        Assert.Equal("Unknown: 1 of 10 runs cannot be trusted.", Answer.Of(new Study(doubtful)).Sentence);
        Assert.StartsWith("No run finished", Answer.Of(new Study(sweep with { Runs = [] })).Sentence);
        Assert.StartsWith("Stopped early: ", Answer.Of(new Study(Sweeps.Partial())).Sentence);
        Assert.Contains("nothing to measure", Answer.Of(new Study(Sweeps.AllNaN())).Sentence);
    }

    [Fact]
    public void Names_that_read_as_words_are_quoted_and_a_sentence_stays_short()
    {
        Assert.Contains("“nothing”", Told(Steady("nothing", "messages.lost", 0), Steady("b", "messages.lost", 2)));
        foreach (SweepResult sweep in (SweepResult[])[Sweeps.DeadLink(), Sweeps.TwoDimensions(), Sweeps.ManyPolicies(),
            Sweeps.TwoNetworks(), Sweeps.Storm()])
            Assert.InRange(Answer.Of(new Study(sweep)).Sentence.Length, 40, 270);
    }
}
