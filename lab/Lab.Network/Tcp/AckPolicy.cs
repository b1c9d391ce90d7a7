namespace Lab.Network;

/// <summary>
/// When received data are acknowledged.
///
/// Rule. At once: out-of-order or repeated data, more than one full segment pending while the application reads,
/// and the first segments of a connection or after a pause longer than the RTO ("quick", up to 16). Otherwise after a
/// delay that follows the gaps between arrivals, from 40 ms up to 200 ms. Sending data soon after receiving some makes
/// the connection interactive: quick ACKs stop and the ACK rides on the answer; they stop, too, when half of the buffer
/// is full. An application that reads everything after a short or pushed segment (two of them when interactive), or
/// more than a full one, releases the ACK.
///
/// Source. RFC 9293 section 3.8.6.3; Linux tcp_event_data_recv, __tcp_ack_snd_check, tcp_send_delayed_ack,
/// tcp_delack_timer_handler, tcp_cleanup_rbuf. Leaves out. ACK compression, TCP_QUICKACK.
/// </summary>
internal struct AckPolicy
{
    private const int MaximumQuick = 16, SmallestSegmentGuess = 536;
    private Duration delay;
    private Instant lastDataAt;
    private ushort largestSegment;
    private byte quick;
    private byte pushes;
    private bool pending, interactive;

    /// <summary>In-order data came; <paramref name="pushed"/> when the sender had no more just then.</summary>
    public void OnData(Instant now, int length, bool pushed, Duration rto, TcpSettings settings)
    {
        pending = true;
        largestSegment = (ushort)Math.Max(largestSegment, Math.Max(length, SmallestSegmentGuess));
        if ((pushed || length < largestSegment) && pushes < 2) pushes++;
        Duration half = settings.DelayedAckMin / 2;
        if (delay == Duration.Zero)
        {
            GoQuick(settings);
            delay = settings.DelayedAckMin;
        }
        else
        {
            Duration gap = now - lastDataAt;
            if (gap <= half) delay = delay / 2 + half;
            else if (gap < delay) delay = Duration.Min(delay / 2 + gap, rto);
            else if (gap > rto) GoQuick(settings);
        }
        lastDataAt = now;
    }

    /// <summary>Something unexpected came: acknowledge at once for a while.</summary>
    public void OnAnomaly(TcpSettings settings)
    {
        GoQuick(settings);
        interactive = false;
        delay = settings.DelayedAckMin;
    }

    public readonly bool IsQuick => quick > 0 && !interactive;

    public readonly bool IsMoreThanOne(uint unacknowledgedBytes) => unacknowledgedBytes > largestSegment;

    public readonly bool IsDueAfterRead => pushes > (interactive ? 1 : 0);

    public readonly Duration Delay(Duration srtt, TcpSettings settings)
    {
        Duration longest = Duration.Min(settings.DelayedAckMax, Duration.Max(srtt, settings.DelayedAckMin));
        return Duration.Min(delay, longest);
    }

    public void OnDelayPassed(Duration rto, TcpSettings settings)
    {
        delay = interactive ? settings.DelayedAckMin : Duration.Min(delay * 2, rto);
        interactive = false;
    }

    public void OnAckSent()
    {
        if (pending && quick > 0) quick--;
        pending = false;
        pushes = 0;
    }

    /// <summary>Less than half of the buffer is left: no more quick ACKs.</summary>
    public void OnWindowNarrow() => quick = 0;

    public void OnDataSent(Instant now)
    {
        if (delay != Duration.Zero && now - lastDataAt < delay) interactive = true;
    }

    private void GoQuick(TcpSettings settings)
    {
        int wanted = settings.ReceiveBufferBytes / (2 * Math.Max(largestSegment, (ushort)SmallestSegmentGuess));
        quick = Math.Max(quick, (byte)Math.Clamp(wanted, 2, MaximumQuick));
    }
}
