using Lab.Network;

namespace Lab.Experiments;

/// <summary>Connection attempts and clients online over the run, and how long everybody took to be back.</summary>
internal sealed class StormRecord
{
    /// <summary>At most about so many bins are drawn.</summary>
    private const int Bins = 600;

    private const long Second = 1_000_000_000;
    private readonly SortedDictionary<long, int> attempts = [];
    private readonly SortedDictionary<long, int> changes = [];
    private int online;
    private Instant lastFault = Instant.Never, allOnline = Instant.Never;

    public void Attempt(Instant at)
    {
        long second = at.Nanoseconds / Second;
        attempts[second] = attempts.GetValueOrDefault(second) + 1;
    }

    public void Online(Instant at, int change, int clients)
    {
        long second = at.Nanoseconds / Second;
        changes[second] = changes.GetValueOrDefault(second) + change;
        online += change;
        if (online < clients) allOnline = Instant.Never;
        else if (allOnline == Instant.Never) allOnline = at;
    }

    public void FaultEnded(Instant at) => lastFault = at;

    /// <summary>Never = no fault has ended.</summary>
    public Instant LastFaultEnd => lastFault;

    /// <summary>Most attempts in one second.</summary>
    public int Peak => attempts.Count == 0 ? 0 : attempts.Values.Max();

    /// <summary>
    /// Seconds from the end of the last fault to everybody online; infinite when somebody stays away, NaN without
    /// faults.
    /// </summary>
    public double RecoverySeconds => lastFault == Instant.Never ? double.NaN
        : allOnline == Instant.Never ? double.PositiveInfinity
        : Math.Max(0, (allOnline - lastFault).TotalSeconds);

    public IReadOnlyList<ArrivalBin> ToBins(Duration run)
    {
        long seconds = (run.Nanoseconds + Second - 1) / Second, width = Math.Max(1, (seconds + Bins - 1) / Bins);
        var bins = new List<ArrivalBin>();
        int now = 0;
        for (long from = 0; from < seconds; from += width)
        {
            int count = 0;
            for (long s = from; s < from + width; s++)
            {
                count += attempts.GetValueOrDefault(s);
                now += changes.GetValueOrDefault(s);
            }
            bins.Add(new ArrivalBin(new Instant(from * Second), count, now));
        }
        return bins;
    }
}
