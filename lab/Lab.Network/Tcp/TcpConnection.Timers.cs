namespace Lab.Network;

/// <summary>
/// What happens when nothing arrives.
///
/// Rule. SYN: tcp_syn_linear_timeouts resends one second apart, then doubling, tcp_syn_retries of them. Data: a
/// tail-loss probe at 2 SRTT (+ RtoMin for a lone segment, never after the RTO), then timeouts that double up to
/// RtoMax; the limit is a time since the first retransmission (see RetransmissionLimit), or TCP_USER_TIMEOUT, for which
/// the last wait is shortened so that it ends on time. Zero window: probes that double up to RtoMax, tcp_retries2 of
/// them unanswered, or TCP_USER_TIMEOUT since the first even when they are answered. Keepalive: probes Interval apart
/// once nothing came for Idle; suspended while anything is unacknowledged or unsent; with TCP_USER_TIMEOUT its count of
/// probes is ignored and the first firing at least that long after the last arrival ends the connection.
/// Source. Linux net/ipv4/tcp_timer.c, tcp_output.c (tcp_schedule_loss_probe), RFC 8985 section 7, RFC 9293 section
/// 3.8.
/// Leaves out. Thin-stream linear timeouts, F-RTO (Eifel detection stands in), halving the window after a tail probe
/// that repaired a loss, memory pressure on orphans.
/// </summary>
public sealed partial class TcpConnection
{
    private static readonly Duration TailProbeSlack = Duration.FromMilliseconds(2);
    private static readonly Duration AtOnce = Duration.FromMilliseconds(1);

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
                Arm(TransmitTimer.Retransmission, now + Rto);
                if (recovery is not Recovery.None) break;
                due |= Due.TailProbe;
                tailProbeOut = true;
                tailProbeEnd = sendNext;
                break;
            case TransmitTimer.Reordering when underway.Count > 0:
                Arm(TransmitTimer.Retransmission, Instant.Max(underway.First.SentAt + Rto, now));
                FindLosses(now);
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
            if (settings.UserTimeout > Duration.Zero && now - troubleSince >= settings.UserTimeout)
            {
                Finish(TcpEnd.UserTimeout);
                return;
            }
            if (settings.UserTimeout == Duration.Zero)
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
        Arm(TransmitTimer.Handshake, now + (active ? UntilUserTimeout(now, Rto) : Rto));
    }

    private void OnRetransmissionTimeout(Instant now)
    {
        if (timeouts > 0 && now - troubleSince >= DataLimit)
        {
            Finish(settings.UserTimeout > Duration.Zero ? TcpEnd.UserTimeout
                : closedByApplication ? TcpEnd.OrphanTimeout : TcpEnd.RetransmissionLimit);
            return;
        }
        if (timeouts == 0 && recovery is not Recovery.Fast)
        {
            undoPossible = recovery is Recovery.None;
            undoTimestamp = Timestamp(now);
            congestion.OnLoss(timeout: true);
        }
        congestion.Segments = 1;
        recovery = Recovery.Timeout;
        recoveryPoint = sendNext;
        duplicateAcks = 0;
        underway.MarkAllLost();
        due |= Due.Retransmission;
        if (troubleSince == Instant.Never) troubleSince = now;
        if (timeouts < ushort.MaxValue) timeouts++;
        if (backoff < byte.MaxValue) backoff++;
        Arm(TransmitTimer.Retransmission, now + UntilUserTimeout(now, Rto));
    }

    /// <summary>How long data may stay unacknowledged after its first retransmission.</summary>
    private Duration DataLimit => settings.UserTimeout > Duration.Zero
        ? settings.UserTimeout
        : RetransmissionLimit.Of(
            closedByApplication ? settings.OrphanRetries : settings.Retries2,
            RetransmissionLimit.Base,
            settings.RtoMax);

    private Duration UntilUserTimeout(Instant now, Duration wait)
    {
        if (settings.UserTimeout == Duration.Zero || troubleSince == Instant.Never) return wait;
        return Duration.Min(wait, Duration.Max(AtOnce, troubleSince + settings.UserTimeout - now));
    }

    private void RestartTransmitTimer(Instant now) => RestartTransmitTimer(now, now);

    /// <summary>
    /// Sets the tail probe or the retransmission timeout, the latter counted from <paramref name="since"/>.
    /// </summary>
    private void RestartTransmitTimer(Instant now, Instant since)
    {
        if (underway.Count == 0)
        {
            Disarm();
            return;
        }
        Instant timeoutAt = Instant.Max(since + Rto, now);
        bool mayProbe = settings.TailLossProbe && settings.Sack
            && recovery is Recovery.None && !tailProbeOut && timeouts == 0;
        if (!mayProbe)
        {
            Arm(TransmitTimer.Retransmission, timeoutAt);
            return;
        }
        Duration wait = !rtt.HasSample ? settings.RtoInitial
            : rtt.Srtt * 2 + (underway.Count == 1 ? settings.RtoMin : TailProbeSlack);
        Arm(TransmitTimer.TailProbe, Instant.Min(now + wait, timeoutAt));
    }

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
        int limit = closedByApplication ? settings.OrphanRetries : settings.Retries2;
        bool tooSlow = closedByApplication && Rto >= settings.RtoMax && backoff >= limit;
        if (tooSlow || probesOut >= limit)
        {
            Finish(closedByApplication ? TcpEnd.OrphanTimeout : TcpEnd.WindowProbeTimeout);
            return;
        }
        due |= Due.WindowProbe;
        if (probesOut < byte.MaxValue) probesOut++;
        if (backoff < settings.Retries2) backoff++;
        Arm(TransmitTimer.WindowProbe, now + UntilUserTimeout(now, Rto));
    }

    /// <summary>
    /// An ACK came while the window was closed: either it opened, or the wait starts again at the same length.
    /// </summary>
    private void OnProbeAnswered(Instant now)
    {
        if (Sequence.AtMost(peerWindowEnd, sendNext))
        {
            Arm(TransmitTimer.WindowProbe, now + UntilUserTimeout(now, Rto));
            return;
        }
        Disarm();
        backoff = 0;
        troubleSince = Instant.Never;
    }

    private void OnKeepalive(Instant now, TcpKeepalive keepalive)
    {
        if (underway.Count > 0 || UnsentBytes > 0)
        {
            keepaliveAt = now + keepalive.Idle;
            return;
        }
        Duration silence = now - lastReceived;
        if (silence < keepalive.Idle)
        {
            keepaliveAt = lastReceived + keepalive.Idle;
            return;
        }
        bool limited = settings.UserTimeout > Duration.Zero;
        if (limited ? silence >= settings.UserTimeout && probesOut > 0 : probesOut >= keepalive.Probes)
        {
            ScheduleReset(sendNext, receiveNext);
            Finish(limited ? TcpEnd.UserTimeout : TcpEnd.KeepaliveTimeout);
            return;
        }
        due |= Due.KeepaliveProbe;
        if (probesOut < byte.MaxValue) probesOut++;
        keepaliveAt = now + keepalive.Interval;
    }
}
