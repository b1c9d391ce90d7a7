using System.Diagnostics;
using Lab.Network;

namespace Lab.Toxiproxy;

/// <summary>The monotonic clock of this machine, in the lab's unit.</summary>
internal static class WallClock
{
    public static Instant Now => new(Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency));
}

/// <summary>Wakes one waiting loop; a signal given while nobody waits is kept.</summary>
internal sealed class WakeUp
{
    private readonly SemaphoreSlim semaphore = new(0);

    public void Set()
    {
        if (semaphore.CurrentCount == 0) semaphore.Release();
    }

    public Task WaitAsync() => semaphore.WaitAsync();

    /// <summary>Waits for the signal or a moment, whichever comes first.</summary>
    public Task WaitAsync(Instant until)
    {
        if (until == Instant.Never) return semaphore.WaitAsync();
        long milliseconds = Math.Max(0, (until - WallClock.Now).Nanoseconds + 999_999) / 1_000_000;
        return semaphore.WaitAsync((int)Math.Min(milliseconds, int.MaxValue));
    }
}
