using Lab.Network;

namespace Lab.Experiments;

/// <summary>Turns what the recorder kept into one number per metric of the catalogue.</summary>
internal static class Measures
{
    public static IReadOnlyList<Measure> Of(Recorder r, IReadOnlyList<MessageRecord> messages, Duration run)
    {
        var m = new List<Measure>();
        void Add(string metric, double value) => m.Add(new Measure(metric, value));

        foreach (Side side in new[] { Side.Client, Side.Server })
        {
            string name = side == Side.Client ? "detection.client." : "detection.server.";
            List<double> times = [.. r.Incidents.Where(i => i.Side == side)
                .Select(i => i.Detected ? i.Elapsed.TotalSeconds : double.PositiveInfinity).Order()];
            Add(name + "p50", Quantile(times, 0.50));
            Add(name + "p95", Quantile(times, 0.95));
            Add(name + "max", Quantile(times, 1));
            Add(name + "share", times.Count == 0 ? double.NaN : times.Count(double.IsFinite) / (double)times.Count);
        }
        Add("misdiagnosis.false-alarms", r.FalseAlarms);
        Add("misdiagnosis.wrong-claims", r.WrongClaims);

        double clients = r.Clients.Count, hours = clients * run.TotalSeconds / 3600;
        Add("ghost.time", r.Clients.Sum(c => c.GhostNanoseconds) / 1e9 / clients);
        Add("availability", r.Clients.Sum(c => c.ReachableNanoseconds) / 1e9 / (clients * run.TotalSeconds));

        Add("messages.sent", messages.Count);
        Add("messages.delivered", messages.Count(x => x.Fate == MessageFate.Delivered));
        Add("messages.doubled", messages.Sum(x => Math.Max(0, x.Copies - 1)));
        Add("messages.bounced", messages.Count(x => x.Fate == MessageFate.Bounced));
        Add("messages.stored", messages.Count(x => x.Fate is MessageFate.Stored or MessageFate.Pending));
        Add("messages.lost", messages.Count(x => x.Fate == MessageFate.Lost));
        List<double> delays = [.. messages.Where(x => x.Copies > 0).Select(x => x.Delay.TotalSeconds).Order()];
        Add("messages.delay.p50", Quantile(delays, 0.50));
        Add("messages.delay.p95", Quantile(delays, 0.95));
        Add("messages.delay.max", Quantile(delays, 1));

        Add("cost.bytes", r.Costs.Sum(x => x.Bytes) / hours);
        Add("cost.packets", r.Costs.Sum(x => x.Packets) / hours);
        int[] upkeep = [.. Enumerable.Range(0, Causes.Count).Where(Causes.IsUpkeep)];
        Add("cost.upkeep", upkeep.Sum(i => r.Costs[i].Bytes) / hours);
        Add("cost.wakeups", r.WakeUps / hours);

        int returns = r.Clients.Sum(c => Math.Max(0, c.TimesOnline - 1));
        Add("connects.attempts", r.Clients.Sum(c => c.Attempts) / hours);
        Add("connects.online", r.Clients.Sum(c => c.TimesOnline));
        Add("connects.resumed", returns == 0 ? double.NaN : r.Clients.Sum(c => c.TimesResumed) / (double)returns);
        List<double> connects = [.. r.Clients.SelectMany(c => c.ConnectTimes).Select(t => t.TotalSeconds).Order()];
        Add("connects.time.p50", Quantile(connects, 0.5));
        Add("storm.peak", r.Storm.Peak);
        Add("recovery.time", r.Storm.RecoverySeconds);
        return m;
    }

    public static IReadOnlyList<CauseCost> Costs(Recorder r) =>
    [
        .. Enumerable.Range(0, Causes.Count)
            .Select(i => new CauseCost(Causes.Name(i), r.Costs[i].Packets, r.Costs[i].Bytes))
            .Where(c => c.Packets > 0),
    ];

    /// <summary>
    /// Nearest rank: the smallest value that at least that share of the sorted values does not exceed; NaN of none.
    /// </summary>
    public static double Quantile(IReadOnlyList<double> sorted, double share)
    {
        if (sorted.Count == 0) return double.NaN;
        int rank = (int)Math.Ceiling(share * sorted.Count);
        return sorted[Math.Clamp(rank, 1, sorted.Count) - 1];
    }
}
