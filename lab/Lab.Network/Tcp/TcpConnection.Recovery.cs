namespace Lab.Network;

/// <summary>
/// What a loss was: real, repaired by a probe, or imagined.
///
/// Rule. A tail probe that repeats opens an episode, in which there is no second probe. It ends when the probe and the
/// original both prove to have come (a D-SACK of the probe, or an ACK that says nothing new), when an ACK goes beyond
/// the probe, which proves a loss and halves the window, or with any recovery. An ACK of just the probe leaves it open.
/// After a timeout the first ACK lets new data go before anything is sent again (F-RTO): when they are SACKed, or there
/// are none, the loss was real; when data that had been sent only once are, it was not. Nor was it when the first ACK
/// echoes a time before the retransmission (Eifel), or when all that was sent again is reported as repeated. Then the
/// window comes back.
/// Source. RFC 8985 section 7.4, RFC 5682 section 3.1, RFC 3522, RFC 3708; Linux tcp_process_tlp_ack, tcp_process_loss,
/// tcp_try_undo_dsack.
/// </summary>
public sealed partial class TcpConnection
{
    private static bool IsRepeated(in Segment segment) =>
        Sequence.Before(segment.SackLeft0, segment.Acknowledgement);

    /// <summary>The peer says that it had these bytes already.</summary>
    private void TakeRepeated(in Segment segment)
    {
        if (!IsRepeated(segment)) return;
        uint length = segment.SackRight0 - segment.SackLeft0;
        if (tailProbeOut && tailProbeRepeats && segment.SackRight0 == tailProbeEnd
            && length <= settings.MaximumSegmentBytes && Sequence.AtMost(tailProbeEnd, segment.Acknowledgement))
            tailProbeOut = false;
        if (!undoPossible || undoResent == 0) return;
        undoResent = Math.Max(0, undoResent - (int)(length / settings.MaximumSegmentBytes) - 1);
        if (undoResent > 0 || recovery is not Recovery.None) return;
        undoPossible = false;
        congestion.Undo();
    }

    private void TakeProbeAnswer(in Segment segment, bool alone)
    {
        if (Sequence.Before(segment.Acknowledgement, tailProbeEnd)) return;
        bool lossProved = tailProbeRepeats && Sequence.Before(tailProbeEnd, segment.Acknowledgement);
        if (!tailProbeRepeats || lossProved || alone) tailProbeOut = false;
        if (lossProved && recovery is Recovery.None) congestion.OnLoss(timeout: false);
    }

    private void TakeAnswerToTimeout(bool advanced, bool saysMore, in Delivery delivery)
    {
        if (delivery.FirstSentAt != Instant.Never && Sequence.AtMost(delivery.FirstEndSentOnce, recoveryPoint))
        {
            Undo();
        }
        else if (Sequence.Before(recoveryPoint, sendNext))
        {
            mayBeImaginary &= !saysMore;
        }
        else if (advanced)
        {
            recoveryPoint = sendNext;
            newDataFirst = mayBeImaginary = UnsentBytes > 0 && NextFits;
        }
    }

    private void UndoIfImaginary(in Segment segment)
    {
        if (Sequence.Before(segment.TimestampEcho, undoTimestamp)) Undo();
    }

    private void Undo()
    {
        undoPossible = mayBeImaginary = false;
        congestion.Undo();
        underway.MarkNoneLost();
        recovery = Recovery.None;
        due &= ~Due.Retransmission;
    }

    private void EnterRecovery(Instant now)
    {
        ReduceForLoss(now, timeout: false);
        recovery = Recovery.Fast;
        recoveryPoint = sendNext;
        tailProbeOut = false;
        due |= Due.Retransmission;
    }

    private void ReduceForLoss(Instant now, bool timeout)
    {
        undoPossible = recovery is Recovery.None;
        undoTimestamp = Timestamp(now);
        undoResent = tailProbeOut && tailProbeRepeats ? 1 : 0;
        congestion.OnLoss(timeout);
    }
}
