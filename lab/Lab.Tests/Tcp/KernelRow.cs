using Lab.Network;

namespace Lab.Tests;

/// <summary>
/// A connection as those that were timed on a real kernel: connected at 0, 18 exchanges of 100 bytes, an event at
/// 10 s (T0); each host with a phase of its own.
/// </summary>
internal sealed class KernelRow
{
    public const double T0 = 10;

    private readonly List<(double At, Action<KernelRow> Do)> plan = [];

    /// <param name="rttMs">Half of it each way, and the 0.1 ms that the carrier took.</param>
    public KernelRow(
        int phase, double rttMs, TcpSettings? client = null, TcpSettings? server = null, bool exchanges = true,
        int hz = 250)
    {
        var chance = RandomStream.Root((ulong)phase + 1);
        Pair = new TcpPair(client, server, (new(hz, chance), new(hz, chance)))
        {
            Delay = Duration.FromMicroseconds((long)(rttMs * 500) + 100),
        };
        if (!exchanges) return;
        At(-10, r => r.Pair.Connect());
        for (int i = 0; i < 18; i++)
        {
            At(-9 + 0.45 * i, r => r.Pair.Write(true, 100));
            At(-8.8 + 0.45 * i, r => r.Pair.Write(false, 100));
        }
    }

    public TcpPair Pair { get; }

    /// <summary>Seconds after T0.</summary>
    public double Now => Pair.Now.TotalSeconds - T0;

    /// <summary>At a number of seconds after T0.</summary>
    public KernelRow At(double seconds, Action<KernelRow> what)
    {
        plan.Add((seconds, what));
        return this;
    }

    public KernelRow Cut(double from, double to = double.PositiveInfinity) =>
        At(from, r => r.Pair.Drops = (_, _) => true).At(to, r => r.Pair.Drops = (_, _) => false);

    public KernelRow Write(double at, int bytes = 100, bool client = true) =>
        At(at, r => r.Pair.Write(client, bytes));

    public KernelRow Run(double until)
    {
        foreach ((double at, Action<KernelRow> what) in plan.OrderBy(p => p.At).Where(p => p.At <= until))
        {
            Pair.RunUntil(Moment(at));
            what(this);
        }
        Pair.RunUntil(Moment(until));
        return this;
    }

    /// <summary>When this end was over, in seconds after T0; NaN while it is not.</summary>
    public double End(bool client = true) =>
        (client ? Pair.ClientEvents : Pair.ServerEvents).Where(e => e.Event.Kind == TcpEventKind.Ended)
            .Select(e => e.At.TotalSeconds - T0).FirstOrDefault(double.NaN);

    /// <summary>When an end sent segments of a use, in seconds after T0.</summary>
    public double[] Times(bool client, params SegmentUse[] uses) =>
        [.. Pair.Sent.Where(s => s.FromClient == client && (uses.Length == 0 || uses.Contains(s.Segment.Use)))
            .Select(s => s.At.TotalSeconds - T0)];

    /// <summary>When the server's application had read this many bytes since T0.</summary>
    public double Arrived(int bytes)
    {
        Assert.True(Pair.ServerReadTimes.Count > 0);
        int before = Pair.ServerReadTimes.TakeWhile(r => r.At.TotalSeconds < T0).Sum(r => r.Bytes);
        int count = -before;
        foreach ((Instant at, int n) in Pair.ServerReadTimes)
            if ((count += n) >= bytes) return at.TotalSeconds - T0;
        return double.NaN;
    }

    private static Instant Moment(double seconds) =>
        double.IsInfinity(seconds) ? Instant.Never : new((long)Math.Round((seconds + T0) * 1e9));
}
