using System.Collections.Concurrent;
using System.Diagnostics;
using Lab.Network;

namespace Lab.Live;

/// <summary>Socket work that has been done elsewhere and waits to be told on the loop.</summary>
internal interface IArrival
{
    /// <summary>
    /// Runs on the loop's thread; <paramref name="what"/> is what <see cref="RealTimeLoop.Post"/> was given.
    /// </summary>
    void Arrive(Instant now, int what);
}

/// <summary>
/// One run's event queue under the wall clock. One thread runs it; others only post.
/// Rule: work done on sockets enters the queue as an event stamped with the time of its arrival, never earlier than
/// now; timers run when the wall clock has passed them, at the time they asked for. So whatever decides sees one
/// ordered history, as in virtual time, only not the same one twice.
/// Limits: the thread sleeps whole milliseconds, so a timer runs up to 1 ms late on an idle machine. An arrival that
/// the thread pool was slow to take is stamped late, which the queue cannot see; so the loop sends a work item there
/// now and then and counts how long it waited.
/// </summary>
internal sealed class RealTimeLoop(EventQueue queue) : EventTarget, IThreadPoolWorkItem, IDisposable
{
    /// <summary>
    /// A run that was later than this cannot be trusted: a quarter of a second, the shortest timeout that people set.
    /// </summary>
    public static readonly Duration TrustedLateness = Duration.FromMilliseconds(250);

    private static readonly Duration LongestSleep = Duration.FromMilliseconds(100);
    private static readonly Duration BetweenProbes = Duration.FromMilliseconds(50);
    private readonly ConcurrentQueue<(long Stamp, IArrival Arrival, int What)> inbox = new();
    private readonly ManualResetEventSlim wake = new(initialState: false, spinCount: 0);
    private readonly List<(IArrival? Arrival, int What)> admitted = [];
    private readonly Stack<int> free = new();
    private readonly Stopwatch watch = new();
    private Duration lateness = Duration.Zero;
    private Instant probed = Instant.Zero;
    private long poolNanoseconds;
    private volatile bool probing;
    private int target = -1;

    /// <summary>How late any timer or arrival was when it had run, or the thread pool with any work.</summary>
    public Duration MaxLateness
    {
        get
        {
            Duration pool = new(Volatile.Read(ref poolNanoseconds));
            return Duration.Max(lateness, probing ? Duration.Max(pool, Now - probed) : pool);
        }
    }

    /// <summary>Wall time since the run began; zero before.</summary>
    public Instant Now => new(watch.Elapsed.Ticks * 100);

    /// <summary>From any thread: tells <paramref name="arrival"/> on the loop, soon.</summary>
    public void Post(IArrival arrival, int what)
    {
        inbox.Enqueue((Now.Nanoseconds, arrival, what));
        wake.Set();
    }

    /// <summary>Runs until then, or until it is cancelled (false). The clock starts with the first call.</summary>
    public bool RunUntil(Instant end, Func<bool> isCancelled)
    {
        if (target < 0) target = queue.Register(this);
        watch.Start();
        while (!isCancelled())
        {
            wake.Reset();
            // the clock before the inbox: no timer may overtake what was stamped before it
            Instant now = Instant.Min(Now, end), stamped = Admit(), due = queue.Next;
            ProbePool();
            if (due <= now)
            {
                queue.RunUntil(now);
                lateness = Duration.Max(lateness, Now - Instant.Min(stamped, due));
                continue;
            }
            if (now >= end)
            {
                queue.RunUntil(end);
                return true;
            }
            Sleep(Duration.Min(LongestSleep, Instant.Min(due, end) - now));
        }
        return false;
    }

    public override void OnEvent(Instant now, int argument)
    {
        (IArrival? arrival, int what) = admitted[argument];
        admitted[argument] = default;
        free.Push(argument);
        arrival!.Arrive(now, what);
    }

    /// <summary>The thread pool has come to the probe.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        poolNanoseconds = Math.Max(poolNanoseconds, (Now - probed).Nanoseconds);
        probing = false;
    }

    public void Dispose() => wake.Dispose();

    /// <summary>The earliest stamp of what was admitted.</summary>
    private Instant Admit()
    {
        Instant first = Instant.Never;
        while (inbox.TryDequeue(out (long Stamp, IArrival Arrival, int What) a))
        {
            if (!free.TryPop(out int slot))
            {
                slot = admitted.Count;
                admitted.Add(default);
            }
            admitted[slot] = (a.Arrival, a.What);
            var stamp = new Instant(a.Stamp);
            first = Instant.Min(first, stamp);
            queue.At(Instant.Max(stamp, queue.Now), target, slot);
        }
        return first;
    }

    private void ProbePool()
    {
        if (probing || Now < probed + BetweenProbes) return;
        probed = Now;
        probing = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    // up to the next whole millisecond: waking early would only mean sleeping again
    private void Sleep(Duration time) => wake.Wait((int)((time.Nanoseconds + 999_999) / 1_000_000));
}
