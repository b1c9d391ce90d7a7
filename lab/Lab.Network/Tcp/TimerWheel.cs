namespace Lab.Network;

/// <summary>
/// When a host's timers really run: its ticks, and their phase against the run's clock.
///
/// Rule. Time is counted in jiffies of 1/HZ s. A timer whose end lies d jiffies ahead belongs to the smallest level L
/// with d &lt; 63 * 8^L, and runs at the next multiple of that level's granule, 8^L jiffies, after its end. So it is
/// never early, and late by up to one granule: up to 12.7 % of a wait at the near end of a level, 1.6 % at the far end.
/// Source. Linux kernel/time/timer.c, calc_wheel_index and calc_index; facts measured on Linux 6.18.
/// Leaves out. The lateness of a busy processor; a phase that changes when the host boots again.
/// The default value is <see cref="Exact"/>: timers without ticks, for rules that are told apart from their clock.
/// </summary>
public readonly struct TimerWheel
{
    /// <summary>Levels below this one; the last takes whatever is longer (37 hours and more at HZ 1000).</summary>
    private const int LastLevel = 8;

    /// <summary>The largest phase, in jiffies: one granule of the last level.</summary>
    private const long PhaseJiffies = 1L << (3 * LastLevel);

    private static readonly Rate[] Rates = [default, new(100), new(250), new(300), new(1000)];

    private readonly long phase;
    private readonly int rate;   // its place in Rates; 0 is exact

    /// <param name="hz">Ticks per second: 100, 250, 300 or 1000.</param>
    /// <param name="chance">Says where between two granules of the last level the run begins.</param>
    public TimerWheel(int hz, RandomStream chance)
    {
        rate = Array.FindIndex(Rates, r => r.Hz == hz && hz > 0);
        if (rate < 0) throw new ArgumentOutOfRangeException(nameof(hz), hz, "100, 250, 300 or 1000");
        phase = (long)chance.Below((ulong)(PhaseJiffies * Rates[rate].Tick));
    }

    /// <summary>
    /// What a host takes of a round trip for itself, at the least. Without it the sums of a link of round milliseconds
    /// would lie on the edge of a jiffy, where no real one does.
    /// </summary>
    public Duration HostTime => rate == 0 ? Duration.Zero : Duration.FromMicroseconds(20);

    /// <summary>Timers that run when they end.</summary>
    public static TimerWheel Exact => default;

    /// <summary>When a timer runs that was set at <paramref name="now"/> and ends after a wait.</summary>
    public Instant After(Instant now, Duration wait)
    {
        if (rate == 0 || wait == Duration.Forever) return now + wait;
        ref readonly Rate r = ref Rates[rate];
        long left = Math.Max(0, r.Jiffies(wait.Nanoseconds + r.Tick - 1));
        int shift = 0;
        while (left >= 63L << shift && shift < 3 * LastLevel) shift += 3;
        long at = ((r.Jiffies(now.Nanoseconds + phase) + left) >> shift) + 1 << shift;
        return new Instant(at * r.Tick - phase);
    }

    /// <summary>A wait in whole jiffies, rounded up.</summary>
    public Duration RoundUp(Duration wait)
    {
        if (rate == 0) return wait;
        ref readonly Rate r = ref Rates[rate];
        return new Duration(r.Jiffies(wait.Nanoseconds + r.Tick - 1) * r.Tick);
    }

    /// <summary>The time between two moments as the host's jiffies show it.</summary>
    public Duration Elapsed(Instant since, Instant now)
    {
        if (rate == 0) return now - since;
        ref readonly Rate r = ref Rates[rate];
        return new Duration((r.Jiffies(now.Nanoseconds + phase) - r.Jiffies(since.Nanoseconds + phase)) * r.Tick);
    }

    private readonly struct Rate
    {
        public readonly int Hz, Shift;
        public readonly long Tick;
        private readonly ulong inverse;

        // 2^(64 + Shift) / Tick, rounded up: its error times any number below 2^63 stays below one
        public Rate(int hz)
        {
            (Hz, Tick) = (hz, 1_000_000_000 / hz);
            Shift = System.Numerics.BitOperations.Log2((ulong)Tick);
            inverse = (ulong)(((UInt128.One << (64 + Shift)) + (ulong)Tick - 1) / (ulong)Tick);
        }

        /// <summary>Whole ticks in a time; none in a negative one. A division would take longer.</summary>
        public long Jiffies(long nanoseconds) =>
            nanoseconds <= 0 ? 0 : (long)(Math.BigMul((ulong)nanoseconds, inverse, out _) >> Shift);
    }
}
