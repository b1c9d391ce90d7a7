namespace Lab.Network;

/// <summary>
/// The time that a number of retransmissions stands for.
///
/// Rule. Linux turns tcp_retries2 (and the orphan's and SYN's limits) into the time that so many doublings from a base
/// timeout would take, and gives up at the first expiry at least that long after the first retransmission. With a base
/// of 200 ms and a cap of 120 s, 15 retries stand for 924.6 s.
/// Source. tcp_model_timeout and retransmits_timed_out in net/ipv4/tcp_timer.c. The base is always 200 ms there
/// (TCP_RTO_MIN), whatever the connection's own minimum.
/// </summary>
public static class RetransmissionLimit
{
    /// <summary>TCP_RTO_MIN, 200 ms.</summary>
    public static readonly Duration Base = Duration.FromMilliseconds(200);

    /// <summary>
    /// Time from the first retransmission to the limit; waits double from the first timeout up to the longest.
    /// </summary>
    public static Duration Of(int retries, Duration firstTimeout, Duration longest)
    {
        long ratio = Math.Max(1, longest.Nanoseconds / firstTimeout.Nanoseconds);
        int doublings = System.Numerics.BitOperations.Log2((ulong)ratio);
        return retries <= doublings
            ? firstTimeout * ((2L << retries) - 1)
            : firstTimeout * ((2L << doublings) - 1) + longest * (retries - doublings);
    }
}
