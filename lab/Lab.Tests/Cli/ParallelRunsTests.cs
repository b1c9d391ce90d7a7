using System.Collections.Concurrent;
using Lab.Experiments;
using Lab.Live;
using Lab.Network;

namespace Lab.Tests;

public class ParallelRunsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    public void Results_come_in_the_order_of_the_plan(int jobs)
    {
        IReadOnlyList<RunOutcome> outcomes = ParallelRuns.Run(Plan(50), jobs, (spec, _) =>
            Laboratory.Result(spec, spec.Seed), _ => { }, default);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (double)i),
            outcomes.Select(o => o.Result!.Value("detection.client.p95")));
    }

    [Fact]
    public void A_run_stays_on_one_thread()
    {
        var threads = new ConcurrentDictionary<ulong, int>();
        ParallelRuns.Run(Plan(20), 4, (spec, control) =>
        {
            threads[spec.Seed] = Environment.CurrentManagedThreadId;
            Assert.False(control.ShouldStop());
            return threads[spec.Seed] == Environment.CurrentManagedThreadId ? Laboratory.Result(spec, 0) : null;
        }, _ => { }, default);
        Assert.Equal(20, threads.Count);
    }

    [Fact]
    public void A_run_that_throws_fails_alone()
    {
        IReadOnlyList<RunOutcome> outcomes = ParallelRuns.Run(Plan(5), 2, (spec, _) =>
            spec.Seed == 3 ? throw new InvalidOperationException("broken") : Laboratory.Result(spec, 0), _ =>
                { }, default);
        Assert.Equal([true, true, true, false, true], outcomes.Select(o => o.Result is not null));
        Assert.Equal("broken", outcomes[3].Failure!.Message);
    }

    [Fact]
    public void A_run_that_does_not_poll_is_left_to_itself_when_patience_ends()
    {
        using var stop = new CancellationTokenSource();
        using var over = new ManualResetEventSlim();
        IReadOnlyList<RunOutcome> outcomes = ParallelRuns.Run(Plan(3), 1, (spec, control) =>
        {
            if (spec.Seed == 0) return Laboratory.Result(spec, 0);
            stop.Cancel();
            over.Wait(TimeSpan.FromMinutes(1));
            return Laboratory.Result(spec, 0);
        }, _ => { }, stop.Token, TimeSpan.Zero);
        over.Set();
        Assert.Equal([true, false, false], outcomes.Select(o => o.Result is not null));
    }

    [Fact]
    public void After_a_stop_no_run_begins_and_what_finished_is_kept()
    {
        using var stop = new CancellationTokenSource();
        IReadOnlyList<RunOutcome> outcomes = ParallelRuns.Run(Plan(10), 1, (spec, control) =>
        {
            if (spec.Seed == 4) stop.Cancel();
            return control.ShouldStop() ? null : Laboratory.Result(spec, 0);
        }, _ => { }, stop.Token);
        Assert.Equal(4, outcomes.Count(o => o.Result is not null));
        Assert.DoesNotContain(outcomes, o => o.Failure is not null);
    }

    [Fact]
    public void Progress_adds_up_over_all_runs()
    {
        SweepProgress? last = null;
        ParallelRuns.Run(Plan(6), 3, (spec, control) =>
        {
            control.Reached(new Instant(1_000_000_000), 400);
            control.Reached(new Instant(2_000_000_000), 900);
            return Laboratory.Result(spec, 0);
        }, p => last = p, default);
        Assert.Equal((6, 6, 0, 6000L), (last!.Planned, last.Done, last.Failed, last.Events));
        Assert.Equal(Duration.FromHours(6), last.Simulated);
        Assert.Equal(Duration.FromHours(6), last.SimulatedPlanned);
        Assert.Equal("x: 6 of 6 runs, 6 h simulated, 3 k events/s",
            Cli.Progress.Line("x", last, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void An_empty_plan_ends_at_once() =>
        Assert.Empty(ParallelRuns.Run([], 4, (_, _) => null, _ => { }, default));

    private static RunSpec[] Plan(int runs) =>
    [
        .. Enumerable.Range(0, runs).Select(i => new RunSpec
        {
            ScenarioName = "x", Seed = (ulong)i, Topology = new Topology(),
            Scenario = new Scenario { Topology = "x", Duration = Duration.FromHours(1) },
        }),
    ];
}
