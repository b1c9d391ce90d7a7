using System.Collections.Concurrent;
using System.Diagnostics;
using Lab.Network;

namespace Lab.Live;

/// <summary>Socket work that has been done elsewhere and waits to be told on the loop.</summary>
internal interface IArrival
{
    /// <summary>Runs on the loop's thread; <paramref name="what"/> is what <see cref="RealTimeLoop.Post"/> was given.</summary>
    void Arrive(Instant now, int what);
}

/// <summary>
/// One run's event queue under the wall clock. One thread runs it; others only post.
/// Rule: work done on sockets enters the queue as an event stamped with the time of its arrival, never earlier than now;
/// timers run when the wall clock has passed them, at the time they asked for. So whatever decides sees one ordered
/// history, as in virtual time, only not the same one twice.
/// Limits: the thread sleeps whole milliseconds, so a timer runs up to 1 ms late on an idle machine; how late it ever was
/// is <see cref="MaxLateness"/>, and <see cref="TrustedLateness"/> is the bound beyond which a run proves nothing.
/// </summary>
internal sealed class RealTimeLoop(EventQueue queue) : EventTarget, IDisposable
{
    /// <summary>A machine that runs timers later than this measures itself.</summary>
    public static readonly Duration TrustedLateness = Duration.FromMilliseconds(250);

    private static readonly Duration LongestSleep = Duration.FromMilliseconds(100);
    private readonly ConcurrentQueue<(long Stamp, IArrival Arrival, int What)> inbox = new();
    private readonly ManualResetEventSlim wake = new(initialState: false, spinCount: 0);
    private readonly List<(IArrival? Arrival, int What)> admitted = [];
    private readonly Stack<int> free = new();
    private readonly Stopwatch watch = new();
    private int target = -1;

    /// <summary>How late any timer or arrival was when it had run.</summary>
    public Duration MaxLateness { get; private set; } = Duration.Zero;

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
        while (true)
        {
            wake.Reset();
            Admit();
            Instant now = Instant.Min(Now, end), due = queue.Next;
            if (due <= now)
            {
                queue.RunUntil(now);
                MaxLateness = Duration.Max(MaxLateness, Now - due);
                continue;
            }
            if (now >= end)
            {
                queue.RunUntil(end);
                return true;
            }
            if (isCancelled()) return false;
            Sleep(Duration.Min(LongestSleep, Instant.Min(due, end) - now));
        }
    }

    public override void OnEvent(Instant now, int argument)
    {
        (IArrival? arrival, int what) = admitted[argument];
        admitted[argument] = default;
        free.Push(argument);
        arrival!.Arrive(now, what);
    }

    public void Dispose() => wake.Dispose();

    private void Admit()
    {
        while (inbox.TryDequeue(out (long Stamp, IArrival Arrival, int What) a))
        {
            if (!free.TryPop(out int slot))
            {
                slot = admitted.Count;
                admitted.Add(default);
            }
            admitted[slot] = (a.Arrival, a.What);
            queue.At(Instant.Max(new Instant(a.Stamp), queue.Now), target, slot);
        }
    }

    // up to the next whole millisecond: waking early would only mean sleeping again
    private void Sleep(Duration time) => wake.Wait((int)((time.Nanoseconds + 999_999) / 1_000_000));
}
