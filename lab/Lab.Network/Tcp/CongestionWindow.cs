namespace Lab.Network;

/// <summary>
/// Congestion control: Reno, counted in segments as Linux counts.
///
/// Rule. Start with the initial window (10 segments). Slow start adds one segment per segment acknowledged up to the
/// threshold; above it, congestion avoidance adds one per window. Only a window that is really used grows. Loss halves
/// the threshold (at least 2): fast recovery continues at the threshold, a timeout at one segment. After an idle time
/// the window halves per RTO passed, down to the initial window.
///
/// Source. RFC 5681 sections 3.1 and 4.1, RFC 6928, RFC 7661 (use of the window); Linux tcp_cong.c, tcp_cwnd_restart.
/// Leaves out. CUBIC (Linux's default; the same below about 10 segments, faster at long fat paths), PRR's smooth
/// reduction, HyStart, ECN, pacing.
/// </summary>
internal struct CongestionWindow
{
    private int credit;
    private int priorSegments, priorThreshold;

    public int Segments;
    public int Threshold;

    /// <summary>The largest window so far, at least ten.</summary>
    public int MostSegments;

    public void Start(int segments)
    {
        Segments = segments;
        Threshold = int.MaxValue / 2;
        MostSegments = Math.Max(segments, 10);
    }

    public void OnAcknowledged(int segments, int inFlightBefore)
    {
        if (Segments < Threshold)
        {
            if (inFlightBefore * 2 < Segments) return;
            int room = Math.Min(segments, Threshold - Segments);
            Segments += room;
            segments -= room;
            MostSegments = Math.Max(MostSegments, Segments);
        }
        if (segments == 0 || Segments < Threshold || inFlightBefore < Segments) return;
        credit += segments;
        if (credit < Segments) return;
        credit -= Segments;
        Segments++;
        MostSegments = Math.Max(MostSegments, Segments);
    }

    /// <summary>Halves the threshold, remembering what it was in case the loss proves imaginary.</summary>
    public void OnLoss(bool timeout)
    {
        priorSegments = Segments;
        priorThreshold = Threshold;
        Threshold = Math.Max(Segments / 2, 2);
        Segments = timeout ? 1 : Threshold;
        credit = 0;
    }

    public void Undo()
    {
        Segments = Math.Max(Segments, priorSegments);
        Threshold = Math.Max(Threshold, priorThreshold);
    }

    public void OnIdle(Duration idle, Duration rto, int initialSegments)
    {
        if (idle <= rto) return;
        int floor = Math.Min(initialSegments, Segments);
        Threshold = Threshold >= int.MaxValue / 2 ? Threshold : Math.Max(Threshold, Segments / 2 + Segments / 4);
        for (idle -= rto; idle > Duration.Zero && Segments > floor; idle -= rto) Segments /= 2;
        Segments = Math.Max(Segments, floor);
        credit = 0;
    }
}
