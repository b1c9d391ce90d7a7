namespace Lab.Network;

/// <summary>
/// What an ACK brings: samples, delivered segments, losses found, window, state changes (RFC 9293, 5681, 8985).
/// </summary>
public sealed partial class TcpConnection
{
    private const int DuplicateAckThreshold = 3;

    /// <summary>
    /// False when the segment's ACK is for something never sent: an ACK answers and the rest is ignored.
    /// </summary>
    private bool ReceiveAcknowledgement(Instant now, in Segment segment)
    {
        uint acknowledgement = segment.Acknowledgement;
        if (Sequence.Before(sendNext, acknowledgement))
        {
            due |= Due.Acknowledgement;
            return false;
        }
        if (Sequence.Before(acknowledgement, sendUnacknowledged)) return true;
        lastReceived = now;
        probesOut = 0;
        bool windowMoved = Sequence.Before(peerWindowEnd, acknowledgement + segment.Window);
        if (windowMoved) peerWindowEnd = acknowledgement + segment.Window;
        if (segment.SackCount > 0 && settings.Sack) TakeRepeated(segment);
        if (underway.Count > 0) TakeDelivered(now, segment, windowMoved);
        else if (transmitTimer is TransmitTimer.WindowProbe) OnProbeAnswered(now);
        return state is not TcpState.Closed;
    }

    private void TakeDelivered(Instant now, in Segment segment, bool windowMoved)
    {
        int inFlightBefore = FlightSize;
        bool wasFast = recovery is Recovery.Fast;
        bool advanced = segment.Acknowledgement != sendUnacknowledged;
        bool duplicate = !advanced && !windowMoved && SpanOf(segment) == 0;
        var delivery = new Delivery { FirstSentAt = Instant.Never };
        newDataFirst = false;
        if (advanced) underway.Acknowledge(buffers, segment.Acknowledgement, now, ref delivery);
        bool sacked = segment.SackCount > 0 && settings.Sack && TakeSack(now, segment, ref delivery);
        if (advanced) Advance(now, segment);
        if (state is TcpState.Closed or TcpState.TimeWait) return;
        if (delivery.FirstSentAt != Instant.Never && !delivery.Resent) AddSample(now - delivery.FirstSentAt);
        else if (advanced) AddEchoSample(now, segment);
        if (tailProbeOut) TakeProbeAnswer(segment, alone: !advanced && !windowMoved && !sacked && SpanOf(segment) == 0);
        if (recovery is Recovery.Timeout && mayBeImaginary)
            TakeAnswerToTimeout(advanced, sacked || duplicate, delivery);
        if (advanced)
        {
            if (!wasFast) congestion.OnAcknowledged(delivery.Segments, inFlightBefore);
            RestartTransmitTimer(now, anew: true);
        }
        if (settings.Sack) FindLosses(now, always: false);
        else CountDuplicates(now, duplicate, advanced, delivery.Segments);
    }

    /// <summary>Without SACK each duplicate ACK says that one segment left the network.</summary>
    private int FlightSize => underway.InFlight - (settings.Sack ? 0 : Math.Min(duplicateAcks, underway.InFlight));

    /// <summary>True when something was newly SACKed. A first block of what is acknowledged is a D-SACK.</summary>
    private bool TakeSack(Instant now, in Segment segment, ref Delivery delivery)
    {
        int before = underway.SackedCount;
        if (!IsRepeated(segment)) underway.Sack(segment.SackLeft0, segment.SackRight0, now, ref delivery);
        if (segment.SackCount > 1) underway.Sack(segment.SackLeft1, segment.SackRight1, now, ref delivery);
        if (segment.SackCount > 2) underway.Sack(segment.SackLeft2, segment.SackRight2, now, ref delivery);
        return underway.SackedCount > before;
    }

    private void Advance(Instant now, in Segment segment)
    {
        uint from = sendUnacknowledged;
        bool finAcknowledged = finSent && segment.Acknowledgement == sendNext;
        int bytes = (int)(segment.Acknowledgement - from) - (finAcknowledged ? 1 : 0);
        sendUnacknowledged = segment.Acknowledgement;
        if (bytes > 0) outgoing.Discard(buffers, bytes, sendUnacknowledged);
        backoff = 0;
        timeouts = 0;
        troubleSince = Instant.Never;
        if (undoPossible && recovery is not Recovery.None) UndoIfImaginary(segment);
        if (Sequence.AtMost(recoveryPoint, sendUnacknowledged)) recovery = Recovery.None;
        if (writerWaits && SendBufferBytes - outgoing.Charged >= SendBufferBytes / 3)
        {
            writerWaits = false;
            news |= News.Writable;
        }
        if (finAcknowledged) OnFinAcknowledged(now);
    }

    private void OnFinAcknowledged(Instant now)
    {
        switch (state)
        {
            case TcpState.FinWait1:
                state = TcpState.FinWait2;
                if (closedByApplication) expireAt = now + settings.FinTimeout;
                break;
            case TcpState.Closing:
                EnterTimeWait(now);
                break;
            case TcpState.LastAck:
                Finish(TcpEnd.Closed);
                break;
        }
    }

    /// <param name="always">Also when nothing new was delivered: its time has come.</param>
    private void FindLosses(Instant now, bool always)
    {
        if (!(always || underway.HasNews) || (underway.SackedCount == 0 && recovery is Recovery.None)) return;
        bool mustBefore = underway.MustResend;
        Duration wait = underway.FindLost(now, rtt.Srtt, recovery is not Recovery.None);
        if (underway.MustResend && !mustBefore && recovery is Recovery.None) EnterRecovery(now);
        if (wait > Duration.Zero) Arm(TransmitTimer.Reordering, now, wait + ShortestWait);
    }

    private void CountDuplicates(Instant now, bool duplicate, bool advanced, int delivered)
    {
        if (duplicate)
        {
            if (duplicateAcks < byte.MaxValue) duplicateAcks++;
            if (duplicateAcks < DuplicateAckThreshold || recovery is not Recovery.None) return;
            if (Sequence.Before(sendUnacknowledged, recoveryPoint)) return;
            underway.MarkFirstLost();
            EnterRecovery(now);
        }
        else if (advanced)
        {
            duplicateAcks = recovery is Recovery.None ? (byte)0 : (byte)Math.Max(0, duplicateAcks - (delivered - 1));
            if (recovery is Recovery.Fast) underway.MarkFirstLost();
        }
    }

    private void AddSample(Duration sample) =>
        rtt.Add(sample + wheel.HostTime, settings.RtoMin, sendUnacknowledged, sendNext);

    private void AddEchoSample(Instant now, in Segment segment)
    {
        if (segment.TimestampEcho == 0) return;
        AddSample(Duration.FromMicroseconds(Timestamp(now) - segment.TimestampEcho));
    }

    /// <summary>Microseconds since the run began, plus one so that zero means "no echo".</summary>
    private static uint Timestamp(Instant now) => (uint)(now.Nanoseconds / 1000) + 1;
}
