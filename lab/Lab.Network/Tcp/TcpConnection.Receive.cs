namespace Lab.Network;

/// <summary>What arrives: RFC 9293 section 3.10.7, with the RST and SYN rules of RFC 5961.</summary>
public sealed partial class TcpConnection
{
    /// <summary>A segment arrived. Its payload is copied; the caller still returns the buffer.</summary>
    public void Receive(Instant now, in Segment segment)
    {
        switch (state)
        {
            case TcpState.Closed:
                AnswerReset(segment);
                return;
            case TcpState.SynSent:
                ReceiveInSynSent(now, segment);
                return;
        }
        if (!IsAcceptable(now, segment)) return;
        if ((segment.Flags & TcpFlags.Ack) == 0) return;
        if (Sequence.AtMost(segment.Sequence, lastAcknowledged)) recentTimestamp = segment.Timestamp;
        if (state is TcpState.SynReceived && !CompleteHandshake(now, segment)) return;
        if (!ReceiveAcknowledgement(now, segment)) return;
        if (segment.Length > 0 || (segment.Flags & TcpFlags.Fin) != 0) ReceiveData(now, segment);
    }

    private void AnswerReset(in Segment segment)
    {
        if (ResetFor(segment) is { } reset) ScheduleReset(reset.Sequence, reset.Acknowledgement);
    }

    private void ReceiveInSynSent(Instant now, in Segment segment)
    {
        bool acknowledges = (segment.Flags & TcpFlags.Ack) != 0;
        if (acknowledges && segment.Acknowledgement != sendNext)
        {
            AnswerReset(segment);
            return;
        }
        if ((segment.Flags & TcpFlags.Rst) != 0)
        {
            if (acknowledges) Finish(TcpEnd.Refused);
            return;
        }
        if ((segment.Flags & TcpFlags.Syn) == 0) return;
        TakeSyn(segment);
        if (!acknowledges)
        {
            state = TcpState.SynReceived;
            due |= Due.Handshake;
            return;
        }
        due |= Due.Acknowledgement | Due.HandshakeAcknowledgement;
        Establish(now, segment);
    }

    private void TakeSyn(in Segment syn)
    {
        receiveNext = lastAcknowledged = syn.Sequence + 1;
        receiveWindowEnd = receiveNext + (uint)settings.ReceiveBufferBytes;
        peerWindowEnd = sendNext + syn.Window;
        recentTimestamp = syn.Timestamp;
    }

    /// <summary>In SYN-RECEIVED: false when the segment does not acknowledge our SYN.</summary>
    private bool CompleteHandshake(Instant now, in Segment segment)
    {
        if (segment.Acknowledgement != sendNext)
        {
            AnswerReset(segment);
            return false;
        }
        Establish(now, segment);
        return true;
    }

    private void Establish(Instant now, in Segment segment)
    {
        sendUnacknowledged = segment.Acknowledgement;
        peerWindowEnd = segment.Acknowledgement + segment.Window;
        established = true;
        AddEchoSample(now, segment);
        if (timeouts > 1) congestion.Start(1);
        timeouts = 0;
        backoff = 0;
        troubleSince = Instant.Never;
        lastReceived = lastSent = now;
        Disarm();
        due &= ~Due.Handshake;
        state = writeShut ? TcpState.FinWait1 : TcpState.Established;
        news |= News.Connected;
        if (settings.Keepalive is { } keepalive) keepaliveAt = wheel.After(now, keepalive.Idle);
    }

    /// <summary>False when the segment is outside the window, a RST or a SYN: it is dealt with then.</summary>
    private bool IsAcceptable(Instant now, in Segment segment)
    {
        uint last = segment.Sequence + SpanOf(segment);
        bool inWindow = Sequence.AtMost(lastAcknowledged, last) && Sequence.AtMost(segment.Sequence, receiveWindowEnd);
        if ((segment.Flags & TcpFlags.Rst) != 0)
        {
            if (!inWindow) return false;
            if (segment.Sequence == receiveNext) Finish(TcpEnd.Reset);
            else due |= Due.Acknowledgement;
            return false;
        }
        if ((segment.Flags & TcpFlags.Syn) != 0)
        {
            bool again = state is TcpState.SynReceived && segment.Sequence + 1 == receiveNext;
            bool crossed = again && (segment.Flags & TcpFlags.Ack) != 0;
            if (crossed) return true;
            due |= again ? Due.Handshake : Due.Acknowledgement;
            if (again) Arm(TransmitTimer.Handshake, now, Rto);
            return false;
        }
        if (inWindow) return true;
        due |= Due.Acknowledgement;
        if (segment.Length > 0) RememberRepeated(segment.Sequence, segment.Sequence + (uint)segment.Length);
        if (state is TcpState.TimeWait) expireAt = wheel.After(now, settings.TimeWait);
        return false;
    }

    private void ReceiveData(Instant now, in Segment segment)
    {
        if (state is not (TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2))
        {
            due |= Due.Acknowledgement;
            if (state is TcpState.TimeWait) expireAt = wheel.After(now, settings.TimeWait);
            return;
        }
        uint last = segment.Sequence + (uint)segment.Length;
        if (closedByApplication && Sequence.Before(receiveNext, last))
        {
            AnswerReset(segment);
            Finish(TcpEnd.Aborted);
            return;
        }
        if ((segment.Flags & TcpFlags.Fin) != 0)
        {
            peerFinKnown = true;
            peerFinAt = last;
        }
        if (segment.Length > 0) StorePayload(now, segment);
        if (peerFinKnown && receiveNext == peerFinAt) TakePeerFin(now);
        else if ((segment.Flags & TcpFlags.Fin) != 0) due |= Due.Acknowledgement;
    }

    private void StorePayload(Instant now, in Segment segment)
    {
        int skip = Math.Max(0, (int)(receiveNext - segment.Sequence));
        int beyond = Math.Max(0, (int)(segment.Sequence + (uint)segment.Length - receiveWindowEnd));
        int length = segment.Length - skip - beyond;
        if (skip > 0) RememberRepeated(segment.Sequence, segment.Sequence + (uint)segment.Length);
        else if (incoming.HasAll(segment.Sequence, segment.Sequence + (uint)segment.Length))
            (repeatedLeft, repeatedRight) = (segment.Sequence, segment.Sequence + (uint)segment.Length);
        if (length <= 0)
        {
            acks.OnAnomaly(settings);
            due |= Due.Acknowledgement;
            return;
        }
        lastReceived = now;
        uint before = receiveNext;
        bool hadGap = incoming.HasGap;
        receiveNext = incoming.Store(
            buffers, receiveNext, segment.Sequence + (uint)skip, segment.Payload.AsSpan(skip, length),
            isSmall: segment.Length < settings.MaximumSegmentBytes / 3);
        acks.OnData(now, length, (segment.Flags & TcpFlags.Psh) != 0, Rto, settings);
        if (receiveNext != before) news |= News.Readable;
        else acks.OnAnomaly(settings);
        bool readerKeepsUp = incoming.Count <= (int)(receiveNext - before);
        if (hadGap || incoming.HasGap || acks.IsQuick
            || (readerKeepsUp && acks.IsMoreThanOne(receiveNext - lastAcknowledged))) due |= Due.Acknowledgement;
        else if (acknowledgeAt == Instant.Never) acknowledgeAt = wheel.After(now, acks.Delay(rtt.Srtt, settings));
    }

    /// <summary>Bytes that came although they were here: the next ACK tells (D-SACK, RFC 2883).</summary>
    private void RememberRepeated(uint left, uint right)
    {
        if (Sequence.Before(receiveNext, right)) right = receiveNext;
        if (Sequence.Before(left, right)) (repeatedLeft, repeatedRight) = (left, right);
    }

    private void TakePeerFin(Instant now)
    {
        receiveNext++;
        receiveWindowEnd = Sequence.Later(receiveWindowEnd, receiveNext);
        peerFinKnown = false;
        due |= Due.Acknowledgement;
        news |= News.PeerClosed;
        switch (state)
        {
            case TcpState.Established:
                state = TcpState.CloseWait;
                break;
            case TcpState.FinWait1:
                state = TcpState.Closing;
                break;
            case TcpState.FinWait2:
                EnterTimeWait(now);
                break;
        }
    }

    private void EnterTimeWait(Instant now)
    {
        StopTimers();
        state = TcpState.TimeWait;
        expireAt = wheel.After(now, settings.TimeWait);
        outgoing.Release(buffers);
        underway.Release(buffers);
        Tell(TcpEnd.Closed);
    }
}
