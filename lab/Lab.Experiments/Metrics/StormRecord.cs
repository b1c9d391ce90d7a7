using Lab.Network;

namespace Lab.Experiments;

/// <summary>Connection attempts, who was online when, and when faults ended; all in the order of time.</summary>
internal sealed class StormRecord
{
    /// <summary>At most about so many bins are drawn.</summary>
    private const int Bins = 600;

    private const long Second = 1_000_000_000;
    private readonly List<(Instant At, int Path, bool First)> attempts = [];
    private readonly List<(Instant At, int Client, bool Online)> changes = [];
    private readonly List<Instant> faultEnds = [];

    public void Attempt(Instant at, int path, bool first) => attempts.Add((at, path, first));

    public void Online(Instant at, int client, bool online) => changes.Add((at, client, online));

    public void FaultEnded(Instant at) => faultEnds.Add(at);

    /// <summary>When the last fault of that time ended; Never = none has.</summary>
    public Instant LastFaultEnd(Selection of) => faultEnds.FindLastIndex(of.Holds) is >= 0 and int i ? faultEnds[i]
        : Instant.Never;

    /// <summary>Attempts of that time on such paths.</summary>
    public int Attempts(Selection of, Func<int, bool> counts) =>
        attempts.Count(a => of.Holds(a.At) && counts(a.Path));

    /// <summary>The same: most in any second of the run.</summary>
    public int Peak(Selection of, Func<int, bool> counts, bool withFirst)
    {
        int most = 0, now = 0;
        long second = -1;
        foreach ((Instant at, int path, bool first) in attempts)
        {
            if (first && !withFirst || !of.Holds(at) || !counts(path)) continue;
            now = at.Nanoseconds / Second == second ? now + 1 : 1;
            second = at.Nanoseconds / Second;
            most = Math.Max(most, now);
        }
        return most;
    }

    /// <summary>
    /// Seconds from the end of the last fault to everybody online and no more away before the time ends, or before they
    /// leave; of those who were there then. Infinite when somebody stays away, NaN without a fault that ends.
    /// </summary>
    public double RecoverySeconds(Selection of)
    {
        Instant healed = LastFaultEnd(of), allOnline = healed;
        if (healed == Instant.Never) return double.NaN;
        var last = new Dictionary<int, (bool Online, Instant At)>();
        foreach (int client in of.Clients)
            if (of.IsThere(client, healed)) last[client] = (false, healed);
        foreach ((Instant at, int client, bool online) in changes)
        {
            if (at > healed && !of.Holds(at)) break;
            if (last.ContainsKey(client) && of.IsThere(client, at)) last[client] = (online, at);
        }
        foreach ((int client, (bool online, Instant at)) in last)
            if (online) allOnline = Instant.Max(allOnline, at);
            else if (of.IsThere(client, of.To)) return double.PositiveInfinity;
        return last.Count == 0 ? double.PositiveInfinity : (allOnline - healed).TotalSeconds;
    }

    public IReadOnlyList<ArrivalBin> ToBins(Duration run)
    {
        long seconds = (run.Nanoseconds + Second - 1) / Second, width = Math.Max(1, (seconds + Bins - 1) / Bins);
        var bins = new List<ArrivalBin>();
        int attempt = 0, change = 0, online = 0;
        for (long from = 0; from < seconds; from += width)
        {
            var end = new Instant((from + width) * Second);
            int first = attempt;
            while (attempt < attempts.Count && attempts[attempt].At < end) attempt++;
            for (; change < changes.Count && changes[change].At < end; change++)
                online += changes[change].Online ? 1 : -1;
            bins.Add(new ArrivalBin(new Instant(from * Second), attempt - first, online));
        }
        return bins;
    }
}
