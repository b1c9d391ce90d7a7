namespace Lab.Network;

/// <summary>
/// Retransmission timeout as Linux estimates it.
///
/// Rule. SRTT moves by 1/8 of the error; the mean deviation (kept times four) moves by 1/4 of it, but when the round
/// trip fell below SRTT by more than the deviation only by 1/32, so that a sudden improvement does not inflate the
/// timeout. The variance term is the largest deviation of the last round trip's worth of samples, never below RtoMin;
/// it rises at once and falls by a quarter of the gap per round trip. RTO = SRTT + variance term, so RTO >= SRTT +
/// RtoMin.
/// The first sample R gives SRTT = R and a variance term of max(2R, RtoMin).
///
/// Source. RFC 6298 section 2; Linux tcp_rtt_estimator (net/ipv4/tcp_input.c) and __tcp_set_rto (include/net/tcp.h).
/// Leaves out. Jiffies: Linux rounds timers up to its tick (1 to 10 ms), here they are exact. Samples
/// above 250 s count as 250 s. Backoff lives with the timer.
/// </summary>
internal struct RttEstimator
{
    private const int LongestSampleMicroseconds = 250_000_000;
    private int srttEighths;
    private int deviationFourths;
    private int deviationMax;
    private int variance;
    private uint roundEnd;

    public readonly bool HasSample => srttEighths != 0;

    public readonly Duration Srtt => Duration.FromMicroseconds(srttEighths >> 3);

    /// <summary>
    /// The mean deviation, as TCP_INFO shows it (the variance term of the RTO is about four times this, and floored).
    /// </summary>
    public readonly Duration Deviation => Duration.FromMicroseconds(deviationFourths >> 2);

    public readonly Duration Rto(TcpSettings settings) => srttEighths == 0
        ? settings.RtoInitial
        : Duration.Min(Duration.FromMicroseconds((srttEighths >> 3) + variance), settings.RtoMax);

    /// <summary>
    /// Takes a sample; a round ends when what was sent by its start (<paramref name="sendNext"/>) is acknowledged.
    /// </summary>
    public void Add(Duration sample, Duration rtoMin, uint acknowledged, uint sendNext)
    {
        int rtt = (int)Math.Clamp(sample.Nanoseconds / 1000, 1, LongestSampleMicroseconds);
        int floor = (int)(rtoMin.Nanoseconds / 1000);
        if (srttEighths == 0)
        {
            srttEighths = rtt << 3;
            deviationFourths = rtt << 1;
            variance = deviationMax = Math.Max(deviationFourths, floor);
            roundEnd = sendNext;
            return;
        }
        int error = rtt - (srttEighths >> 3);
        srttEighths = Math.Max(1, srttEighths + error);
        int excess = Math.Abs(error) - (deviationFourths >> 2);
        deviationFourths += error < 0 && excess > 0 ? excess >> 3 : excess;
        deviationMax = Math.Max(deviationMax, deviationFourths);
        variance = Math.Max(variance, deviationMax);
        if (!Sequence.Before(roundEnd, acknowledged)) return;
        variance -= Math.Max(0, variance - deviationMax) >> 2;
        roundEnd = sendNext;
        deviationMax = floor;
    }
}
