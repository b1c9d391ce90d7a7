namespace Lab.Network;

/// <summary>
/// What leaves: in this order resets, handshake, tail probe, retransmissions, new data and FIN, probes, ACKs.
/// </summary>
public sealed partial class TcpConnection
{
    /// <summary>The next segment to send now; its payload belongs to the caller (see <see cref="Segment"/>).</summary>
    public bool TryTransmit(Instant now, out Segment segment)
    {
        segment = default;
        if (due != Due.None && TryTransmitUrgent(now, ref segment)) return true;
        if (!established || state is TcpState.Closed) return false;
        if (underway.MustResend && !newDataFirst && TryResend(now, ref segment)) return true;
        if ((UnsentBytes > 0 || FinDue) && TrySendNew(now, FlightSize < congestion.Segments, ref segment)) return true;
        if (newDataFirst && sendNext == recoveryPoint)
        {
            newDataFirst = mayBeImaginary = false;         // nothing new may go, so that cannot tell
            if (underway.MustResend && TryResend(now, ref segment)) return true;
        }
        if ((due & ~Due.Retransmission) != Due.None)
        {
            SendWithoutData(now, ref segment);
            return true;
        }
        if (transmitTimer is TransmitTimer.None && underway.Count == 0 && UnsentBytes > 0)
            Arm(TransmitTimer.WindowProbe, now, Rto);
        return false;
    }

    private bool TryTransmitUrgent(Instant now, ref Segment segment)
    {
        if ((due & Due.Reset) != 0)
        {
            due &= ~Due.Reset;
            segment.Use = SegmentUse.Reset;
            segment.Flags = resetAcknowledgement == 0 ? TcpFlags.Rst : TcpFlags.Rst | TcpFlags.Ack;
            segment.Sequence = resetSequence;
            segment.Acknowledgement = resetAcknowledgement;
            segment.Timestamp = Timestamp(now);
            segment.TimestampEcho = recentTimestamp;
            return true;
        }
        if ((due & Due.Handshake) != 0)
        {
            due &= ~Due.Handshake;
            SendHandshake(now, ref segment);
            return true;
        }
        if ((due & Due.WindowPiece) != 0)
        {
            due &= ~Due.WindowPiece;
            return TrySendNew(now, true, ref segment, piece: true);
        }
        if ((due & Due.TailProbe) == 0) return false;
        due &= ~Due.TailProbe;
        if (underway.Count == 0) return false;
        tailProbeRepeats = !TrySendNew(now, true, ref segment);
        if (tailProbeRepeats) FillRetransmission(now, underway.ProbeWithLast(now), ref segment);
        tailProbeOut = true;
        tailProbeEnd = sendNext;
        ArmTimeout(now, Rto);
        return true;
    }

    private void SendHandshake(Instant now, ref Segment segment)
    {
        segment.Use = SegmentUse.Handshake;
        segment.Sequence = sendUnacknowledged;
        segment.Timestamp = Timestamp(now);
        segment.Flags = TcpFlags.Syn;
        segment.Window = (uint)settings.ReceiveBufferBytes;
        if (state is TcpState.SynSent) return;
        segment.Flags |= TcpFlags.Ack;
        segment.Acknowledgement = receiveNext;
        segment.TimestampEcho = recentTimestamp;
    }

    private bool TryResend(Instant now, ref Segment segment)
    {
        if ((due & Due.Retransmission) == 0 && FlightSize >= congestion.Segments) return false;
        due &= ~Due.Retransmission;
        SentSegment record = underway.TakeLost(buffers, now, settings.MaximumSegmentBytes, out bool isFirst);
        if (troubleSince == Instant.Never) troubleSince = now;
        if (undoPossible) undoResent++;
        if (isFirst && recovery is Recovery.Fast) ArmTimeout(now, Rto);
        FillRetransmission(now, record, ref segment);
        return true;
    }

    private void FillRetransmission(Instant now, in SentSegment record, ref Segment segment)
    {
        retransmissions++;
        FillData(now, record, ref segment);
        segment.Use = SegmentUse.Retransmission;
    }

    /// <summary>A segment that does not fit the peer's window waits, but for the <paramref name="piece"/> of it
    /// that goes out in place of a window probe (tcp_snd_wnd_test, tcp_write_wakeup).</summary>
    private bool TrySendNew(Instant now, bool windowAllows, ref Segment segment, bool piece = false)
    {
        int unsent = UnsentBytes;
        bool fin = FinDue;
        if (!windowAllows || (unsent == 0 && !fin)) return false;
        if (!piece && !NextFits) return false;
        int length = Math.Min(unsent, settings.MaximumSegmentBytes);
        if (piece) length = Math.Min(length, (int)(peerWindowEnd - sendNext));
        bool small = length < settings.MaximumSegmentBytes;
        bool cut = length < unsent;
        fin &= !cut;
        if (!settings.NoDelay && small && !fin && underway.Count > 0) return false;
        var record = new SentSegment
        {
            SentAt = now,
            Start = sendNext,
            Length = (ushort)length,
            Flags = fin ? SentFlags.Fin : SentFlags.None,
        };
        finSent |= fin;
        sendNext = record.End;
        underway.Add(buffers, record);
        FillData(now, record, ref segment);
        segment.Use = length > 0 ? SegmentUse.Data : SegmentUse.Teardown;
        RestartTransmitTimer(now, anew: false);
        return true;
    }

    private bool NextFits => Math.Min(UnsentBytes, settings.MaximumSegmentBytes) <= (int)(peerWindowEnd - sendNext);

    private void FillData(Instant now, in SentSegment record, ref Segment segment)
    {
        segment.Sequence = record.Start;
        if (record.Length > 0)
        {
            int offset = (int)(record.Start - sendUnacknowledged);
            segment.Payload = buffers.Rent(record.Length);
            segment.Length = record.Length;
            segment.Mark = outgoing.MarkAt(record.Start);
            outgoing.CopyTo(offset, segment.Payload.AsSpan(0, record.Length));
            if (offset + record.Length == outgoing.Count) segment.Flags |= TcpFlags.Psh;
            acks.OnDataSent(now);
            lastSent = now;
        }
        if (record.Has(SentFlags.Fin)) segment.Flags |= TcpFlags.Fin;
        FillAcknowledgement(now, ref segment);
    }

    private void SendWithoutData(Instant now, ref Segment segment)
    {
        segment.Sequence = sendNext;
        segment.Use = SegmentUse.Acknowledgement;
        if ((due & (Due.KeepaliveProbe | Due.WindowProbe)) != 0)
        {
            segment.Sequence = sendUnacknowledged - 1;
            segment.Use = (due & Due.WindowProbe) != 0 ? SegmentUse.WindowProbe : SegmentUse.KeepaliveProbe;
            due &= ~(Due.KeepaliveProbe | Due.WindowProbe);
        }
        else if ((due & Due.HandshakeAcknowledgement) != 0)
        {
            segment.Use = SegmentUse.Handshake;
        }
        FillAcknowledgement(now, ref segment);
    }

    /// <summary>Every segment after the SYN acknowledges: whatever waited to be acknowledged has been.</summary>
    private void FillAcknowledgement(Instant now, ref Segment segment)
    {
        segment.Flags |= TcpFlags.Ack;
        segment.Acknowledgement = receiveNext;
        segment.Timestamp = Timestamp(now);
        segment.TimestampEcho = recentTimestamp;
        int room = incoming.Room(settings.ReceiveBufferBytes);
        if (room < settings.ReceiveBufferBytes / 2) acks.OnWindowNarrow();
        uint right = receiveNext + (uint)room;
        if ((int)(right - receiveWindowEnd) >= (int)SmallestWindowStep) receiveWindowEnd = right;
        segment.Window = receiveWindowEnd - receiveNext;
        if (settings.Sack && (incoming.HasGap || repeatedLeft != repeatedRight))
        {
            incoming.WriteSack(ref segment, repeatedLeft, repeatedRight);
            repeatedLeft = repeatedRight;
        }
        lastAcknowledged = receiveNext;
        acknowledgeAt = Instant.Never;
        acks.OnAckSent();
        due &= ~(Due.Acknowledgement | Due.HandshakeAcknowledgement);
    }

    private void RestartAfterIdle(Instant now)
    {
        if (established && settings.SlowStartAfterIdle)
            congestion.OnIdle(now - lastSent, Rto, settings.InitialWindowSegments);
    }
}
