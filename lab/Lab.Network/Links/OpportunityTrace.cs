namespace Lab.Network;

/// <summary>
/// A rate as a list of moments at which up to 1504 bytes may leave: the packet-delivery traces of Mahimahi.
/// </summary>
/// <remarks>
/// Theory of operation. Each entry is a time in whole milliseconds since the start; entries do not decrease, an entry
/// twice is two chances. A chance may carry several units or part of one; a unit has left at the chance that sends its
/// last byte; bytes that nobody uses are lost. What arrives at t uses only chances after t. At the end the base moves
/// on by the last entry, so that one is the period, and the first chance of the next round comes at base + first entry;
/// a trace that does not loop sends nothing any more.
/// Source: ravinet/mahimahi, traces/README, man/mm-link.1, src/frontend/link_queue.cc (R. Netravali et al., USENIX ATC
/// 2015). Leaves out: the error on units above 1504 bytes, which take several chances here; CoDel, PIE and drophead.
/// </remarks>
public sealed class OpportunityTrace : Trace
{
    /// <summary>PACKET_SIZE of link_queue.cc: what a TUN device carries with its header.</summary>
    public const int OpportunityBytes = 1504;

    private const long Millisecond = 1_000_000;

    // what a departure may lie ahead; far below where 64 bits of nanoseconds end
    private static readonly Instant Horizon = Instant.Zero + Duration.FromHours(24 * 36500);

    private readonly int[] times;

    /// <param name="milliseconds">Not empty, none negative, none smaller than the one before, the last above 0.</param>
    public OpportunityTrace(ReadOnlySpan<int> milliseconds)
    {
        if (milliseconds.Length == 0 || milliseconds[^1] == 0)
            throw new ArgumentException("a trace needs a time above 0 at its end", nameof(milliseconds));
        for (int i = 0; i < milliseconds.Length; i++)
            if (milliseconds[i] < (i == 0 ? 0 : milliseconds[i - 1]))
                throw new ArgumentException($"time {i} is out of order", nameof(milliseconds));
        times = milliseconds.ToArray();
    }

    public int Count => times.Length;

    /// <summary>The last entry: how long a round takes.</summary>
    public Duration Period => Duration.FromMilliseconds(times[^1]);

    internal override Playback Play(bool loops, Instant floor) => new Chances(times, loops, floor);

    private sealed class Chances(int[] times, bool loops, Instant floor) : Playback
    {
        private Instant now = Instant.Zero, round = Instant.Zero;
        private int at, left = OpportunityBytes;   // the chance that the next byte uses, and what of it is unused

        private bool IsOver => at == times.Length;
        private Instant Last => Instant.Zero + new Duration(times[^1] * Millisecond);

        public override bool Outage => !loops && now >= Last;
        public override Instant NextChange => loops || now >= Last ? Instant.Never : Last;

        public override void Advance(Instant to) => now = to;

        public override Instant Send(int bytes, out Instant start)
        {
            Pass(Instant.Max(now, floor));
            start = IsOver ? Instant.Never : Moment;
            int missing = bytes - left;
            if (missing > 0)
            {
                int more = (int)((missing + (long)OpportunityBytes - 1) / OpportunityBytes);
                Step(more);
                left = (int)(more * (long)OpportunityBytes - missing);
            }
            else left = -missing;
            if (IsOver) return Instant.Never;
            Instant departure = Moment;
            if (left == 0) Step(1);
            if (left == 0) left = OpportunityBytes;
            return departure;
        }

        private Instant Moment => round + new Duration(times[at] * Millisecond);

        /// <summary>Uses up the chances at or before that time.</summary>
        private void Pass(Instant time)
        {
            if (IsOver || Moment > time) return;
            left = OpportunityBytes;
            long period = times[^1] * Millisecond, into = (time - round).Nanoseconds;
            if (into >= period)
            {
                if (!loops)
                {
                    at = times.Length;
                    return;
                }
                round += new Duration(into / period * period);
                (at, into) = (0, into % period);
            }
            int low = at, high = times.Length - 1, passed = (int)(into / Millisecond);   // times[high] > passed
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                if (times[middle] > passed) high = middle;
                else low = middle + 1;
            }
            at = low;
        }

        private void Step(int chances)
        {
            if (IsOver) return;
            long ahead = (long)at + chances;
            (long rounds, at) = ahead < times.Length ? (0, (int)ahead)
                : loops ? (ahead / times.Length, (int)(ahead % times.Length)) : (0, times.Length);
            if (rounds == 0) return;
            Int128 moved = (Int128)round.Nanoseconds + (Int128)rounds * times[^1] * Millisecond;
            if (moved > Horizon.Nanoseconds) at = times.Length;
            else round = new((long)moved);
        }
    }
}
