using System.Diagnostics;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Live;

/// <summary>
/// What became of one run of a plan: a result, a failure, or neither when the sweep was stopped before its end.
/// </summary>
public sealed record RunOutcome(RunSpec Spec, RunResult? Result, Exception? Failure);

/// <summary>How far a sweep has come; read by one thread while others run.</summary>
public sealed class SweepProgress(int planned, Duration simulatedPlanned)
{
    private int done, failed;
    private long simulatedNanoseconds, events;

    public int Planned => planned;

    /// <summary>Runs finished, failures included.</summary>
    public int Done => Volatile.Read(ref done);

    public int Failed => Volatile.Read(ref failed);

    /// <summary>Simulated time of all runs together so far, and of the whole plan.</summary>
    public Duration Simulated => new(Interlocked.Read(ref simulatedNanoseconds));

    public Duration SimulatedPlanned => simulatedPlanned;
    public long Events => Interlocked.Read(ref events);

    internal void Advance(long nanoseconds, long moreEvents)
    {
        Interlocked.Add(ref simulatedNanoseconds, nanoseconds);
        Interlocked.Add(ref events, moreEvents);
    }

    internal void Finish(bool failure)
    {
        if (failure) Interlocked.Increment(ref failed);
        Interlocked.Increment(ref done);
    }
}

/// <summary>Handed to a run: whether it should stop, and where it tells how far it is.</summary>
public sealed class RunControl
{
    private readonly SweepProgress progress;
    private readonly CancellationToken stop;
    private Instant reached = Instant.Zero;
    private long events;

    internal RunControl(SweepProgress progress, CancellationToken stop, bool tells) =>
        (this.progress, this.stop, TellsStories) = (progress, stop, tells);

    /// <summary>Whether the run is to tell its stories: one of the smallest seed, which reports draw.</summary>
    public bool TellsStories { get; }

    /// <summary>Polled by the run every so many events; when true it ends without a result (null).</summary>
    public bool ShouldStop() => stop.IsCancellationRequested;

    /// <summary>The run has reached this moment after so many events.</summary>
    public void Reached(Instant now, long eventsSoFar)
    {
        progress.Advance(Math.Max(0, now.Nanoseconds - reached.Nanoseconds), Math.Max(0, eventsSoFar - events));
        (reached, events) = (Instant.Max(reached, now), Math.Max(events, eventsSoFar));
    }
}

/// <summary>
/// Runs a plan on several threads, one thread per run from its beginning to its end. Results come back in the order of
/// the plan, whatever finished first. A run that throws fails alone. After a stop no further run begins, and those
/// under way end as soon as they poll, or are left to themselves when patience ends.
/// </summary>
public static class ParallelRuns
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    /// <summary>Blocks until all runs are finished or stopped; calls watch on the calling thread a few times a second
    /// and at the end.</summary>
    public static IReadOnlyList<RunOutcome> Run(IReadOnlyList<RunSpec> plan, int jobs, Func<RunSpec, RunControl,
        RunResult?> run,
        Action<SweepProgress> watch, CancellationToken stop, TimeSpan? patience = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(jobs, 1);
        var progress = new SweepProgress(plan.Count,
            new Duration(plan.Aggregate(0L, (sum, p) =>
            long.MaxValue - sum < p.Scenario.Duration.Nanoseconds ? long.MaxValue
            : sum + p.Scenario.Duration.Nanoseconds)));
        var outcomes = new RunOutcome[plan.Count];
        ulong shown = plan.Select(p => p.Seed).DefaultIfEmpty().Min();
        for (int i = 0; i < plan.Count; i++) outcomes[i] = new RunOutcome(plan[i], null, null);
        int threads = Math.Min(jobs, plan.Count), next = -1;
        var ended = new CountdownEvent(Math.Max(1, threads));          // not disposed of: who is left signals later
        if (threads == 0) ended.Signal();

        void Work()
        {
            while (!stop.IsCancellationRequested)
            {
                int index = Interlocked.Increment(ref next);
                if (index >= plan.Count) break;
                var control = new RunControl(progress, stop, tells: plan[index].Seed == shown);
                outcomes[index] = One(plan[index], run, control, progress);
            }
            ended.Signal();
        }

        for (int i = 0; i < threads; i++) new Thread(Work) { IsBackground = true, Name = $"run {i}" }.Start();
        long stopped = 0;
        while (!ended.Wait(Tick))
        {
            watch(progress);
            if (!stop.IsCancellationRequested) continue;
            if (stopped == 0) stopped = Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(stopped) > patience) break;
        }
        watch(progress);
        return [.. outcomes];
    }

    private static RunOutcome One(
        RunSpec spec, Func<RunSpec, RunControl, RunResult?> run, RunControl control, SweepProgress progress)
    {
        try
        {
            if (run(spec, control) is not { } result) return new RunOutcome(spec, null, null);
            control.Reached(Instant.Zero + spec.Scenario.Duration, result.Events);
            progress.Finish(failure: false);
            return new RunOutcome(spec, result, null);
        }
        catch (Exception e)   // a bug in one run must not take the others with it
        {
            control.Reached(Instant.Zero + spec.Scenario.Duration, 0);
            progress.Finish(failure: true);
            return new RunOutcome(spec, null, e);
        }
    }
}
