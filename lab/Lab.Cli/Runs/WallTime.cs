using Lab.Network;

namespace Lab.Cli;

/// <summary>How long runs take that go in real time.</summary>
internal static class WallTime
{
    /// <summary>Each run begins, in order, as soon as one of the jobs is free.</summary>
    public static Duration Of(IEnumerable<Duration> runs, int jobs)
    {
        var free = new PriorityQueue<int, long>(Enumerable.Range(0, jobs).Select(job => (job, 0L)));
        long last = 0;
        foreach (Duration run in runs)
        {
            free.TryDequeue(out int job, out long from);
            long until = long.MaxValue - from < run.Nanoseconds ? long.MaxValue : from + run.Nanoseconds;
            free.Enqueue(job, until);
            last = Math.Max(last, until);
        }
        return new Duration(last);
    }
}
