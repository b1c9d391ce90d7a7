using Lab.Experiments;
using Lab.Network;

namespace Lab.Tests;

public class ChecksTests
{
    private static RunResult Run(double value, ulong seed = 1, string policy = "ping") => new()
    {
        Spec = new RunSpec
        {
            ScenarioName = "s", Seed = seed,
            Scenario = new Scenario { Topology = "t", Duration = Duration.FromHours(1) },
            Topology = new Topology(),
            Point = [new Setting("clients.phone.policy", policy)],
        },
        JournalHash = 0, Entries = 0, Events = 0,
        Measures = [new Measure("cost.wakeups", value)],
    };

    private static CheckResult Check(Expectation e, params RunResult[] runs) =>
        Checks.Evaluate(new Scenario { Topology = "t", Duration = Duration.FromHours(1), Expect = [e] }, runs)[0];

    private static readonly Expectation Below90 =
        new() { Metric = "cost.wakeups", Below = new Quantity(90, Unit.PerHour) };

    private static Expectation Below90When(string policy) =>
        Below90 with { When = new Dictionary<string, string> { ["clients.phone.policy"] = policy } };

    [Fact]
    public void Every_run_must_hold() => Assert.Equal(Verdict.Fail, Check(Below90, Run(80), Run(91, 2)).Verdict);

    [Fact]
    public void The_failing_run_is_named_so_that_it_can_be_repeated()
    {
        CheckResult check = Check(Below90, Run(80), Run(91, 2));
        Assert.Equal(2ul, Assert.Single(check.Failing).Seed);
        Assert.Contains("seed 2 has 91 /h; 80 /h to 91 /h; mean over all runs 85.5 /h [80 /h to 91 /h]", check.Explanation);
    }

    [Fact]
    public void A_bound_that_is_reached_is_not_below() => Assert.Equal(Verdict.Fail, Check(Below90, Run(90)).Verdict);

    [Fact]
    public void Never_is_above_every_bound() =>
        Assert.Equal(Verdict.Fail, Check(Below90, Run(double.PositiveInfinity)).Verdict);

    [Fact]
    public void A_run_in_which_nothing_was_measured_is_unknown() =>
        Assert.Equal(Verdict.Unknown, Check(Below90, Run(80), Run(double.NaN, 2)).Verdict);

    [Fact]
    public void An_expectation_that_speaks_of_no_run_is_unknown() =>
        Assert.Equal(Verdict.Unknown, Check(Below90When("acks"), Run(80)).Verdict);

    [Fact]
    public void Only_the_runs_that_when_names_are_asked() =>
        Assert.Equal(Verdict.Pass, Check(Below90When("ping"), Run(80), Run(999, 1, "nothing")).Verdict);

    [Theory]
    [InlineData(80)]
    [InlineData(91)]
    public void A_run_that_cannot_be_trusted_neither_passes_nor_fails(double value)
    {
        CheckResult check = Check(Below90, Run(80), Run(value, 2) with { Doubts = ["the loop was 2 s late"] });
        Assert.Equal(Verdict.Unknown, check.Verdict);
        Assert.StartsWith("1 of 2 runs cannot be trusted: the loop was 2 s late", check.Explanation);
    }

    [Fact]
    public void A_run_that_can_be_trusted_fails_beside_one_that_cannot() =>
        Assert.Equal(Verdict.Fail, Check(Below90, Run(91), Run(80, 2) with { Doubts = ["late"] }).Verdict);

    [Fact]
    public void A_network_that_cannot_show_the_metric_is_left_out_and_said()
    {
        CheckResult both = Check(Noticed90, Noticing(1, 80), Proxied(Noticing(1, 999)));
        Assert.Equal(Verdict.Pass, both.Verdict);
        Assert.Contains("holds in all runs together; 80 s over 1 case of 1 run; proxied is not judged: phone has no",
            both.Explanation);
        Assert.Equal(Verdict.Unknown, Check(Noticed90, Proxied(Noticing(1, 80))).Verdict);
    }

    private static readonly Expectation Noticed90 =
        new() { Metric = "detection.client.p95", Below = new Quantity(90, Unit.Seconds) };

    /// <summary>A run with an incident for each time; infinite ones were outlived.</summary>
    private static RunResult Noticing(ulong seed, params double[] seconds) =>
        Run(0, seed) with { Measures = [Measured.Of("detection.client.p95", seconds)] };

    [Fact]
    public void Incidents_of_all_runs_are_judged_together_and_a_run_without_any_has_no_say()
    {
        RunResult[] quick = [.. Enumerable.Range(1, 19).Select(seed => Noticing((ulong)seed, 60 + seed))];

        // of twenty incidents the 19th is that of 79 s, though one run alone never noticed
        CheckResult check = Check(Noticed90, [.. quick, Noticing(20, double.PositiveInfinity), Noticing(21)]);
        Assert.Equal(Verdict.Pass, check.Verdict);
        Assert.Equal("holds in all runs together; 79 s (76 s to never) over 20 cases of 21 runs", check.Explanation);

        Assert.Equal(Verdict.Unknown, Check(Noticed90, Noticing(1), Noticing(2)).Verdict);
    }

    [Fact]
    public void Of_variants_that_fail_the_first_is_told_with_the_runs_that_fail_by_themselves()
    {
        RunResult[] good = [Noticing(1, 10), Noticing(2, 20)];
        RunResult[] bad = [.. new[] { Noticing(1, 30), Noticing(2, 95, 96) }.Select(r => r with
        {
            Spec = r.Spec with { Point = [new Setting("clients.phone.policy", "slow")] },
        })];

        CheckResult check = Check(Noticed90, [.. good, .. bad]);

        Assert.Equal(Verdict.Fail, check.Verdict);
        Assert.Equal("1 of 2 variants do not hold; slow on the simulated network: 96 s [30 s to 96 s] over 3 cases "
            + "of 2 runs", check.Explanation);
        Assert.Equal(("slow", 2ul), (Assert.Single(check.Failing).Label, check.Failing[0].Seed));
        Assert.Equal("holds in 2 of 2 variants; 20 s to 96 s", Check(Noticed90 with
        {
            Below = new Quantity(97, Unit.Seconds),
        }, [.. good, .. bad]).Explanation);
    }

    [Fact]
    public void A_loss_in_one_of_many_runs_fails_although_the_rate_is_low()
    {
        var none = new Expectation { Metric = "messages.lost", Below = new Quantity(1, Unit.Count) };
        RunResult Losing(int seed, int lost) =>
            Run(0, (ulong)seed) with { Measures = [new Measure("messages.lost", lost)] };

        CheckResult check = Check(none, [.. Enumerable.Range(1, 20).Select(s => Losing(s, s == 7 ? 3 : 0))]);

        Assert.Equal(Verdict.Fail, check.Verdict);
        Assert.Equal("1 of 20 runs do not hold; seed 7 has 3; 0 to 3; mean per run 0.15 (0 to 0.45); any in 1 of 20 "
            + "runs", check.Explanation);
    }

    private static RunResult Proxied(RunResult run) => run with
    {
        Spec = run.Spec with
        {
            Network = NetworkKind.Proxied,
            Topology = new Topology
            {
                Clients = new Dictionary<string, ClientSpec> { ["phone"] = new() { Server = "example.org" } },
            },
            Scenario = run.Spec.Scenario with { Faults = [new() { Kind = FaultKinds.Cut, Target = "phone" }] },
        },
    };

    [Fact]
    public void The_worst_verdict_wins() =>
        Assert.Equal(Verdict.Fail,
            Checks.Worst([Check(Below90, Run(1)), Check(Below90, Run(double.NaN)), Check(Below90, Run(100))]));
}
