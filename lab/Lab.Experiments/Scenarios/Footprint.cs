using Lab.Network;

namespace Lab.Experiments;

/// <summary>About how much memory a run takes, by what was measured of runs of 1,000 to 40,000 clients.</summary>
public static class Footprint
{
    public const long BytesPerClient = 10_000, BytesPerStream = 10_000;
    private const long BytesPerMessage = 200, BytesPerFault = 200, Bytes = 60_000_000;

    public static long Of(RunSpec run)
    {
        double duration = run.Scenario.Duration.TotalSeconds;
        // how often clients come online is not known before: an hour apart is often
        double messages = run.Scenario.Workload.Sum(w => Senders(run.Topology, w.From)
            * (w.PerSender(run.Scenario.Duration, run.Topology.ForegroundOf(w.From))
                ?? w.Count * (1 + duration / 3600)));
        double faults = run.Scenario.Faults.Sum(f => f.Every is { } every
            ? duration / (every.TotalSeconds + (f.For?.TotalSeconds ?? 0)) : 1);
        double all = Bytes + BytesPerClient * Clients(run.Topology) + BytesPerStream * Streams(run.Topology)
            + BytesPerMessage * messages + BytesPerFault * faults;
        return all < long.MaxValue ? (long)all : long.MaxValue;
    }

    public static long Clients(Topology topology) => topology.Clients.Values.Sum(c => (long)c.Count);

    public static long Streams(Topology topology)
    {
        long Members(string server) => topology.Servers.TryGetValue(server, out ServerSpec? spec) ? spec.Count : 1;
        return topology.S2s.Sum(s => 2L * s.Streams * Members(s.Between[0]) * Members(s.Between[1]));
    }

    private static long Senders(Topology topology, Target from) => from is Target.Named
        && topology.Clients.TryGetValue(from.Text, out ClientSpec? group) ? group.Count : 1;
}
