namespace Lab.Network;

/// <summary>
/// What happens when nothing arrives.
///
/// Rule. SYN: tcp_syn_linear_timeouts resends one second apart, then doubling, tcp_syn_retries of them. Data: a
/// tail-loss probe at 2 SRTT (+ RtoMin for a lone segment, never after the RTO), then timeouts that double up to
/// RtoMax; the limit is a time since the first retransmission (see RetransmissionLimit), or TCP_USER_TIMEOUT, for which
/// the last wait is shortened so that it ends on time. Each new segment sets the probe anew, and while the episode of
/// one is open (see TcpConnection.Recovery) the timeout stands in for the next. Zero window: after an RTO with nothing
/// under way the piece that fits is sent, then probes that double up to RtoMax, tcp_retries2 of
/// them unanswered, or TCP_USER_TIMEOUT since the first even when they are answered. Keepalive: probes Interval apart
/// once nothing came for Idle; suspended while anything is unacknowledged or unsent; with TCP_USER_TIMEOUT its count of
/// probes is ignored and the first firing at least that long after the last arrival ends the connection.
/// Every wait goes through the host's TimerWheel; what is compared with a limit is time that really passed.
/// Source. Linux net/ipv4/tcp_timer.c, tcp_output.c (tcp_schedule_loss_probe, tcp_write_wakeup), RFC 8985 section 7,
/// RFC 9293 section 3.8.
/// Leaves out. Thin-stream linear timeouts, memory pressure on orphans.
/// </summary>
public sealed partial class TcpConnection
{
    /// <summary>TCP_TIMEOUT_MIN: what a tail probe or a reordering wait has on top.</summary>
    private static readonly Duration ShortestWait = Duration.FromMilliseconds(2);

    private static readonly Duration AtOnce = Duration.FromMilliseconds(1);
    private static readonly Duration AtLeast = Duration.FromMicroseconds(1);

    /// <summary>Runs what is due at <paramref name="now"/>.</summary>
    public void Tick(Instant now)
    {
        if (transmitAt <= now) OnTransmitTimer(now);
        if (acknowledgeAt <= now)
        {
            acknowledgeAt = Instant.Never;
            acks.OnDelayPassed(Rto, settings);
            due |= Due.Acknowledgement;
        }
        if (keepaliveAt <= now) OnKeepalive(now, settings.Keepalive!);
        if (expireAt <= now) Finish(state is TcpState.FinWait2 ? TcpEnd.OrphanTimeout : TcpEnd.Closed);
    }

    private void OnTransmitTimer(Instant now)
    {
        TransmitTimer fired = transmitTimer;
        Disarm();
        switch (fired)
        {
            case TransmitTimer.Handshake:
                OnHandshakeTimeout(now);
                break;
            case TransmitTimer.WindowProbe:
                OnWindowProbe(now);
                break;
            case TransmitTimer.Retransmission when underway.Count > 0:
                OnRetransmissionTimeout(now);
                break;
            case TransmitTimer.TailProbe when underway.Count > 0:
                ArmTimeout(now, UntilTimeoutOfFirst(now));
                if (!tailProbeOut) due |= Due.TailProbe;
                break;
            case TransmitTimer.Reordering when underway.Count > 0:
                ArmTimeout(now, UntilTimeoutOfFirst(now));
                FindLosses(now, always: true);
                break;
        }
    }

    private void OnHandshakeTimeout(Instant now)
    {
        bool active = state is TcpState.SynSent;
        int limit = active ? settings.SynRetries + settings.SynLinearTimeouts : settings.SynAckRetries;
        bool expired = timeouts >= limit;
        if (active && timeouts > 0)
        {
            if (ConnectLimit > Duration.Zero && now - troubleSince >= ConnectLimit)
            {
                Finish(settings.UserTimeout > Duration.Zero ? TcpEnd.UserTimeout : TcpEnd.ConnectTimeout);
                return;
            }
            if (ConnectLimit == Duration.Zero)
                expired |= now - troubleSince
                    >= RetransmissionLimit.Of(settings.SynRetries, settings.RtoInitial, settings.RtoMax);
        }
        if (expired)
        {
            Finish(TcpEnd.ConnectTimeout);
            return;
        }
        due |= Due.Handshake;
        timeouts++;
        if (!active || timeouts > settings.SynLinearTimeouts) backoff++;
        Arm(TransmitTimer.Handshake, now, active ? UntilLimit(now, Rto, ConnectLimit) : Rto);
    }

    private void OnRetransmissionTimeout(Instant now)
    {
        if (IsDataLimitReached(now))
        {
            Finish(settings.UserTimeout > Duration.Zero ? TcpEnd.UserTimeout
                : closedByApplication ? TcpEnd.OrphanTimeout : TcpEnd.RetransmissionLimit);
            return;
        }
        if (timeouts == 0 && recovery is not Recovery.Fast)
        {
            ReduceForLoss(now, timeout: true);
        }
        mayBeImaginary = recovery is Recovery.None || timeouts > 0;
        newDataFirst = tailProbeOut = false;
        recovery = Recovery.Timeout;
        recoveryPoint = sendNext;
        duplicateAcks = 0;
        underway.MarkAllLost(now);
        congestion.Segments = underway.InFlight + 1;
        due |= Due.Retransmission;
        if (troubleSince == Instant.Never) troubleSince = now;
        if (timeouts < ushort.MaxValue) timeouts++;
        if (backoff < byte.MaxValue) backoff++;
        Arm(TransmitTimer.Retransmission, now, UntilUserTimeout(now, Rto));
    }

    private bool IsDataLimitReached(Instant now) =>
        settings.DataRetransmissions > 0 && settings.UserTimeout == Duration.Zero && !closedByApplication
            ? timeouts >= settings.DataRetransmissions
            : timeouts > 0 && now - troubleSince >= DataLimit;

    /// <summary>How long data may stay unacknowledged after its first retransmission.</summary>
    private Duration DataLimit => settings.UserTimeout > Duration.Zero
        ? settings.UserTimeout
        : RetransmissionLimit.Of(
            !closedByApplication ? settings.Retries2 : IsAlive ? settings.OrphanRetries : 0,
            RetransmissionLimit.Base,
            settings.RtoMax);

    /// <summary>An orphan whose timeout has grown to the longest gets no more retries (tcp_orphan_retries).</summary>
    private bool IsAlive => Rto < settings.RtoMax;

    private Duration ConnectLimit =>
        settings.UserTimeout > Duration.Zero ? settings.UserTimeout : settings.ConnectLimit;

    private Duration UntilUserTimeout(Instant now, Duration wait) => UntilLimit(now, wait, settings.UserTimeout);

    /// <summary>A wait that ends on time for a limit; zero is none.</summary>
    private Duration UntilLimit(Instant now, Duration wait, Duration limit)
    {
        if (limit == Duration.Zero || troubleSince == Instant.Never) return wait;
        return Duration.Min(wait, Duration.Max(AtOnce, troubleSince + limit - now));
    }

    /// <summary>
    /// Sets the tail probe, or where none may be sent, the timeout: after an acknowledgement (<paramref name="anew"/>)
    /// a whole one, after new data what is left of the first segment's.
    /// </summary>
    private void RestartTransmitTimer(Instant now, bool anew)
    {
        if (underway.Count == 0)
        {
            Disarm();
            return;
        }
        Duration timeout = anew ? Rto : UntilTimeoutOfFirst(now);
        if (!settings.TailLossProbe || !settings.Sack || recovery is not Recovery.None || underway.SackedCount > 0
            || (anew && underway.First.Has(SentFlags.EverResent)))
        {
            if (anew || underway.Count == 1 || transmitTimer is TransmitTimer.None or TransmitTimer.TailProbe)
                ArmTimeout(now, timeout);
            return;
        }
        Duration wait = !rtt.HasSample ? settings.RtoInitial
            : rtt.Srtt * 2 + (underway.Count == 1 ? settings.RtoMin : ShortestWait);
        Arm(TransmitTimer.TailProbe, now, timeout > Duration.Zero ? Duration.Min(wait, timeout) : wait);
    }

    private void ArmTimeout(Instant now, Duration wait) =>
        Arm(TransmitTimer.Retransmission, now, Duration.Max(wait, AtLeast));

    private Duration UntilTimeoutOfFirst(Instant now) => underway.First.SentAt + Rto - now;

    private void OnWindowProbe(Instant now)
    {
        if (underway.Count > 0 || UnsentBytes == 0) return;
        if (troubleSince == Instant.Never)
        {
            troubleSince = now;
        }
        else if (settings.UserTimeout > Duration.Zero && now - troubleSince >= settings.UserTimeout)
        {
            Finish(TcpEnd.UserTimeout);
            return;
        }
        bool tooSlow = closedByApplication && !IsAlive;
        int limit = tooSlow ? 0 : closedByApplication ? settings.OrphanRetries : settings.Retries2;
        if (probesOut >= limit)
        {
            Finish(closedByApplication ? TcpEnd.OrphanTimeout : TcpEnd.WindowProbeTimeout);
            return;
        }
        if (Sequence.Before(sendNext, peerWindowEnd))
        {
            due |= Due.WindowPiece;
            probesOut = backoff = 0;
            troubleSince = Instant.Never;
            return;
        }
        due |= Due.WindowProbe;
        if (probesOut < byte.MaxValue) probesOut++;
        if (backoff < settings.Retries2) backoff++;
        Arm(TransmitTimer.WindowProbe, now, UntilUserTimeout(now, Rto));
    }

    /// <summary>
    /// An ACK came while the window was closed: either it opened, or the wait starts again at the same length.
    /// </summary>
    private void OnProbeAnswered(Instant now)
    {
        if (!NextFits)
        {
            Arm(TransmitTimer.WindowProbe, now, UntilUserTimeout(now, Rto));
            return;
        }
        Disarm();
        backoff = 0;
        troubleSince = Instant.Never;
    }

    private void OnKeepalive(Instant now, TcpKeepalive keepalive)
    {
        Duration silence = wheel.Elapsed(lastReceived, now), next = keepalive.Idle;
        if (underway.Count == 0 && UnsentBytes == 0)
        {
            if (silence < keepalive.Idle)
            {
                next = keepalive.Idle - silence;
            }
            else if (settings.UserTimeout > Duration.Zero
                ? silence >= settings.UserTimeout && probesOut > 0 : probesOut >= keepalive.Probes)
            {
                ScheduleReset(sendNext, receiveNext);
                Finish(settings.UserTimeout > Duration.Zero ? TcpEnd.UserTimeout : TcpEnd.KeepaliveTimeout);
                return;
            }
            else
            {
                due |= Due.KeepaliveProbe;
                if (probesOut < byte.MaxValue) probesOut++;
                next = keepalive.Interval;
            }
        }
        keepaliveAt = wheel.After(now, next);
    }
}
