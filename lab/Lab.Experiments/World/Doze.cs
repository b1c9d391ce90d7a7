using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// One kind of Android's Doze: idle periods with windows between them. Rule: after so long without a person the first
/// idle period, then a window, and so on, each twice as long as the one of its kind before, up to the longest. A pure
/// machine: Start, then Advance at NextTime, until Stop.
/// </summary>
internal sealed class Doze(DozeProfile spec)
{
    private enum Phase { Off, Waits, Idle, Window }

    private Phase phase;
    private Duration idle, window;

    /// <summary>When it changes by itself.</summary>
    public Instant NextTime { get; private set; } = Instant.Never;

    public bool IsIdle => phase == Phase.Idle;
    public bool IsWindow => phase == Phase.Window;

    public void Start(Instant now)
    {
        (phase, NextTime) = (Phase.Waits, now + spec.After);
        (idle, window) = (spec.Idle, spec.Window);
    }

    public void Stop() => (phase, NextTime) = (Phase.Off, Instant.Never);

    public void Advance(Instant now)
    {
        while (NextTime <= now)
        {
            bool rests = phase != Phase.Idle;
            Duration lasts = rests ? idle : window;
            if (rests) idle = Twice(idle, spec.LongestIdle);
            else window = Twice(window, spec.LongestWindow);
            (phase, NextTime) = (rests ? Phase.Idle : Phase.Window, NextTime + lasts);
        }
    }

    private static Duration Twice(Duration last, Duration? longest) =>
        longest is not { } most || last >= most ? last : last + last < most ? last + last : most;
}
