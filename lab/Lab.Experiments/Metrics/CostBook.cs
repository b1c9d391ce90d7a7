using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// What packets cost: of each path how many and how large by cause, and how often one came after a silence.
/// </summary>
internal sealed class CostBook
{
    private static readonly Duration Silence = Duration.FromSeconds(10);
    private readonly (long Packets, long Bytes)[] costs;        // by path and cause
    private readonly long[] wakeUps;                            // by path
    private readonly Instant[] lastPackets;

    public CostBook(int paths)
    {
        (costs, wakeUps) = (new (long, long)[paths * Causes.Count], new long[paths]);
        lastPackets = new Instant[paths];
        Array.Fill(lastPackets, new Instant(long.MinValue / 2));
    }

    private CostBook(CostBook other)
    {
        (costs, wakeUps) = ([.. other.costs], [.. other.wakeUps]);
        lastPackets = [];
    }

    /// <summary>What it holds now, to be compared with later.</summary>
    public CostBook Copy() => new(this);

    public void Sent(int path, PacketEntry packet)
    {
        ref (long Packets, long Bytes) cost = ref costs[path * Causes.Count + Causes.Of(packet.Use, packet.Mark)];
        cost.Packets++;
        cost.Bytes += packet.Bytes;
    }

    /// <summary>A packet was on the path's near link, in whichever direction.</summary>
    public void Seen(int path, Instant at)
    {
        ref Instant last = ref lastPackets[path];
        if (at - last >= Silence) wakeUps[path]++;
        last = at;
    }

    public (long Packets, long Bytes) Of(int path, int cause) => costs[path * Causes.Count + cause];

    public long WakeUps(int path) => wakeUps[path];
}
