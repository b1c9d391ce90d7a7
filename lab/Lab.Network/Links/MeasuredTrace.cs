namespace Lab.Network;

/// <summary>
/// A row of a table of measurements: in force from its time until the next one's. A rate of 0 keeps what waits, one
/// below 0 is no limit.
/// </summary>
public readonly record struct Measurement(
    Instant At, long BitsPerSecond, Duration Delay, Probability Loss, bool IsUp);

/// <summary>Which columns of a table count; for others the link's own numbers do.</summary>
[Flags]
public enum MeasuredColumns { None = 0, Rate = 1, Delay = 2, Loss = 4 }

/// <summary>
/// What somebody measured of a link, row by row: rate, delay, loss, and whether there was one at all.
/// </summary>
/// <remarks>
/// Theory of operation. All numbers are constant from row to row. A unit is sent after the one before it, and leaves
/// when the rates since then add up to its bits, exactly, over as many rows as that takes (rounded up to a nanosecond);
/// it flies for the delay of the row in which it leaves. Loss and outage are those of the row in which it is offered. A
/// table that loops lasts until its last row, which only says when the first one comes again; without a loop the last
/// row stays. Where nothing will ever be sent again, that is an outage too.
/// Source: the usual piecewise-constant reading of sampled links (Raca et al., MMSys 2020, publish such rows).
/// Leaves out: interpolation between rows.
/// </remarks>
public sealed class MeasuredTrace : Trace
{
    private static readonly Instant Horizon = Instant.Zero + Duration.FromHours(24 * 36500);

    private readonly Measurement[] rows;
    private readonly MeasuredColumns columns;
    private readonly int[] changesLooped, changesOnce;   // how many rows ahead an outage begins or ends; 0 = never
    private readonly UInt128 perRound;                   // bits times nanoseconds
    private readonly int dead;                           // from this row on nothing is sent, unless it loops

    /// <param name="rows">The first at zero, the others each after the one before; at least one.</param>
    public MeasuredTrace(ReadOnlySpan<Measurement> rows, MeasuredColumns columns)
    {
        this.rows = rows.ToArray();
        this.columns = columns;
        if (rows.Length == 0 || rows[0].At != Instant.Zero)
            throw new ArgumentException("a table begins with a row at zero", nameof(rows));
        for (int i = 1; i < rows.Length; i++)
            if (rows[i].At <= rows[i - 1].At) throw new ArgumentException($"row {i} is out of order", nameof(rows));
        for (dead = rows.Length; HasRate && dead > 0 && rows[dead - 1].BitsPerSecond == 0;) dead--;
        for (int i = 0; i + 1 < rows.Length; i++)
            perRound += (UInt128)(ulong)Math.Max(0, rows[i].BitsPerSecond)
                * (ulong)(rows[i + 1].At - rows[i].At).Nanoseconds;
        HasUnlimited = Array.Exists(this.rows[..^1], r => r.BitsPerSecond < 0);
        changesLooped = Changes(loops: true);
        changesOnce = Changes(loops: false);
    }

    public int Count => rows.Length;

    /// <summary>Whether it can begin anew: there is a round, and something passes in it.</summary>
    public bool CanLoop => rows.Length > 1 && (!HasRate || perRound > 0 || HasUnlimited);

    private bool HasUnlimited { get; }

    private bool HasRate => (columns & MeasuredColumns.Rate) != 0;

    internal override Playback Play(bool loops, Instant floor)
    {
        if (loops && !CanLoop) throw new InvalidOperationException("this table cannot loop");
        return new Table(this, loops, floor);
    }

    private bool IsDown(int row, bool loops) => !rows[row].IsUp || !loops && row >= dead
        || (columns & MeasuredColumns.Loss) != 0 && rows[row].Loss == Probability.Always;

    private int[] Changes(bool loops)
    {
        int count = loops ? rows.Length - 1 : rows.Length;
        var ahead = new int[Math.Max(0, count)];
        int next = 0;                                    // the nearest change at or behind the row looked at
        for (int i = (loops ? 2 : 1) * count - 2; i >= 0; i--)
        {
            if (IsDown(i % count, loops) != IsDown((i + 1) % count, loops)) next = i + 1;
            ahead[i % count] = next > i ? next - i : 0;
        }
        return ahead;
    }

    private sealed class Table : Playback
    {
        private readonly MeasuredTrace trace;
        private readonly bool loops;
        private Instant now, free;
        private Place present, sending, leaving;

        public Table(MeasuredTrace trace, bool loops, Instant floor) =>
            (this.trace, this.loops, free) = (trace, loops, floor);

        public override bool HasRate => trace.HasRate;
        public override bool Outage => trace.IsDown(present.Row, loops);

        public override Instant NextChange
        {
            get
            {
                int ahead = (loops ? trace.changesLooped : trace.changesOnce)[present.Row];
                if (ahead == 0) return Instant.Never;
                int rounds = (present.Row + ahead) / Count;
                return present.Round + new Duration(rounds * Period)
                    + new Duration(trace.rows[(present.Row + ahead) % Count].At.Nanoseconds);
            }
        }

        public override Probability? Loss =>
            (trace.columns & MeasuredColumns.Loss) != 0 ? trace.rows[present.Row].Loss : null;

        private int Count => loops ? trace.rows.Length - 1 : trace.rows.Length;
        private long Period => trace.rows[^1].At.Nanoseconds;

        public override void Advance(Instant to)
        {
            now = to;
            Move(ref present, to);
        }

        public override Duration? DelayAt(Instant departure)
        {
            if ((trace.columns & MeasuredColumns.Delay) == 0) return null;
            Move(ref leaving, departure);
            return trace.rows[leaving.Row].Delay;
        }

        public override Instant Send(int bytes, out Instant start)
        {
            start = Instant.Never;
            if (free == Instant.Never) return free;
            free = Instant.Max(now, free);
            Move(ref sending, free);
            UInt128 work = (UInt128)(ulong)bytes * 8_000_000_000;
            if (loops && work > trace.perRound && !trace.HasUnlimited)
            {
                UInt128 rounds = (work - 1) / trace.perRound;
                if (rounds > (UInt128)(Horizon.Nanoseconds / Period)) return free = Instant.Never;
                if (trace.rows[sending.Row].BitsPerSecond > 0) start = free;
                work -= rounds * trace.perRound;
                sending.Round += new Duration((long)rounds * Period);
                free += new Duration((long)rounds * Period);
            }
            while (free < Horizon)
            {
                long rate = trace.rows[sending.Row].BitsPerSecond;
                if (rate != 0 && start == Instant.Never) start = free;
                if (rate < 0) return free;
                Instant end = End(sending);
                if (rate > 0)
                {
                    UInt128 need = (work + (ulong)rate - 1) / (ulong)rate;
                    if (end == Instant.Never || need <= (UInt128)(ulong)(end - free).Nanoseconds)
                        return free = need > (UInt128)Horizon.Nanoseconds ? Instant.Never
                            : free + new Duration((long)need);
                    work -= (UInt128)(ulong)rate * (ulong)(end - free).Nanoseconds;
                }
                if (end == Instant.Never) break;
                free = end;
                Move(ref sending, end);
            }
            return free = Instant.Never;
        }

        private Instant End(Place place) => place.Row + 1 < trace.rows.Length
            ? place.Round + new Duration(trace.rows[place.Row + 1].At.Nanoseconds) : Instant.Never;

        /// <summary>To the row in force at that time, which is no earlier than the last one.</summary>
        private void Move(ref Place place, Instant to)
        {
            if (End(place) > to) return;
            long into = (to - place.Round).Nanoseconds;
            if (loops && into >= Period)
            {
                place.Round += new Duration(into / Period * Period);
                place.Row = 0;
                into %= Period;
            }
            int low = place.Row, high = Count - 1;
            while (low < high)
            {
                int middle = (low + high + 1) >>> 1;
                if (trace.rows[middle].At.Nanoseconds <= into) low = middle;
                else high = middle - 1;
            }
            place.Row = low;
        }

        /// <summary>A row, and when the round began.</summary>
        private struct Place
        {
            public Instant Round;
            public int Row;
        }
    }
}
