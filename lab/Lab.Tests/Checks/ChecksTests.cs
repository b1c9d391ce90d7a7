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
        Measures = [new Measure("detection.client.p95", value)],
    };

    private static CheckResult Check(Expectation e, params RunResult[] runs) =>
        Checks.Evaluate(new Scenario { Topology = "t", Duration = Duration.FromHours(1), Expect = [e] }, runs)[0];

    private static readonly Expectation Below90 =
        new() { Metric = "detection.client.p95", Below = new Quantity(90, Unit.Seconds) };

    private static Expectation Below90When(string policy) =>
        Below90 with { When = new Dictionary<string, string> { ["clients.phone.policy"] = policy } };

    [Fact]
    public void Every_run_must_hold() => Assert.Equal(Verdict.Fail, Check(Below90, Run(80), Run(91, 2)).Verdict);

    [Fact]
    public void The_failing_run_is_named_so_that_it_can_be_repeated()
    {
        CheckResult check = Check(Below90, Run(80), Run(91, 2));
        Assert.Equal(2ul, Assert.Single(check.Failing).Seed);
        Assert.Contains("seed 2 has 91 s", check.Explanation);
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
        CheckResult both = Check(Below90, Run(80), Proxied(Run(999)));
        Assert.Equal(Verdict.Pass, both.Verdict);
        Assert.Contains("holds in 1 of 1 runs; always 80 s; proxied is not judged: phone has no", both.Explanation);
        Assert.Equal(Verdict.Unknown, Check(Below90, Proxied(Run(80))).Verdict);
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
