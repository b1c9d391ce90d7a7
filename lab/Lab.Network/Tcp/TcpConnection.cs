namespace Lab.Network;

/// <summary>
/// One end of a TCP connection, sans IO.
/// Driving rule: make one call (Connect, Accept, Receive, Tick, Write, Read, Close, Abort); then TryTransmit and
/// TryTake until both say false; then look at NextTime and call Tick at that moment, not before.
///
/// Rule. RFC 9293 with the numbers and habits of Linux 6.18: each collaborator (RttEstimator, RetransmissionQueue,
/// CongestionWindow, AckPolicy, RetransmissionLimit) states its own. Timers are deadline fields; one of them serves
/// SYN, retransmission, tail-loss probe, reordering and window probe in turn, as in Linux. Buffers and records are
/// rented when there are bytes to hold and returned when there are none: an idle connection holds no buffer.
///
/// Leaves out. IP fragmentation and path MTU, urgent data, ECN, PAWS, fast open, SYN cookies, window autotuning, a peer
/// that shrinks its window, ICMP. Sequence numbers wrap; timestamps are in microseconds.
/// </summary>
public sealed partial class TcpConnection
{
    private readonly TcpSettings settings;
    private readonly BufferPool buffers;
    private readonly TimerWheel wheel;

    private Instant transmitAt = Instant.Never, acknowledgeAt = Instant.Never;
    private Instant keepaliveAt = Instant.Never, expireAt = Instant.Never;
    private Instant lastReceived, lastSent;

    /// <summary>
    /// First retransmission of what is unacknowledged, or first window probe; Never when there was none.
    /// </summary>
    private Instant troubleSince = Instant.Never;

    private uint sendUnacknowledged, sendNext, peerWindowEnd;
    private uint receiveNext, receiveWindowEnd, lastAcknowledged, recentTimestamp;
    private uint peerFinAt, recoveryPoint, undoTimestamp, tailProbeEnd;
    private uint repeatedLeft, repeatedRight;
    private uint resetSequence, resetAcknowledgement;
    private int retransmissions, undoResent;
    private ushort timeouts;
    private byte backoff, probesOut, duplicateAcks;

    private TcpState state;
    private TcpEnd end;
    private TransmitTimer transmitTimer;
    private Recovery recovery;
    private Due due;
    private News news;
    private bool established, writeShut, closedByApplication, finSent, peerFinKnown;
    private bool tailProbeOut, tailProbeRepeats, undoPossible, writerWaits, mayBeImaginary, newDataFirst;

    private RttEstimator rtt;
    private CongestionWindow congestion;
    private AckPolicy acks;
    private SendBuffer outgoing;
    private ReceiveBuffer incoming;
    private RetransmissionQueue underway;

    /// <summary>What the transmit timer is set for.</summary>
    private enum TransmitTimer : byte { None, Handshake, Retransmission, TailProbe, Reordering, WindowProbe }

    private enum Recovery : byte { None, Fast, Timeout }

    /// <summary>What the next TryTransmit calls must send.</summary>
    [Flags]
    private enum Due : ushort
    {
        None = 0, Reset = 1, Handshake = 2, Acknowledgement = 4, KeepaliveProbe = 8, WindowProbe = 16, TailProbe = 32,

        /// <summary>One retransmission regardless of the congestion window.</summary>
        Retransmission = 64,

        /// <summary>The pure ACK that goes out completes the handshake.</summary>
        HandshakeAcknowledgement = 128,

        /// <summary>What still fits a window that is smaller than the next segment.</summary>
        WindowPiece = 256,
    }

    /// <summary>Events not taken yet, in the order they are told.</summary>
    [Flags]
    private enum News : byte { None = 0, Connected = 1, Readable = 2, Writable = 4, PeerClosed = 8, Ended = 16 }

    /// <param name="wheel">The timers of its host: its connections share the phase.</param>
    public TcpConnection(TcpSettings settings, BufferPool buffers, TimerWheel wheel = default)
    {
        this.settings = settings;
        this.buffers = buffers;
        this.wheel = wheel;
    }

    /// <summary>When Tick is due; <see cref="Instant.Never"/> when nothing is.</summary>
    public Instant NextTime => Instant.Min(Instant.Min(transmitAt, acknowledgeAt), Instant.Min(keepaliveAt, expireAt));

    public TcpState State => state;

    public TcpInfo Info => new(
        state, rtt.Srtt, rtt.Deviation, Rto, congestion.Segments * settings.MaximumSegmentBytes,
        (int)Math.Min(int.MaxValue, (long)congestion.Threshold * settings.MaximumSegmentBytes),
        outgoing.Count - UnsentBytes, UnsentBytes, retransmissions, lastReceived);

    /// <summary>Active open: the first SYN is ready to transmit.</summary>
    public void Connect(Instant now, uint initialSequence)
    {
        Open(now, initialSequence, TcpState.SynSent);
        Arm(TransmitTimer.Handshake, now, Rto);
    }

    /// <summary>Passive open on a SYN that reached a listener.</summary>
    public void Accept(Instant now, in Segment syn, uint initialSequence)
    {
        Open(now, initialSequence, TcpState.SynReceived);
        TakeSyn(syn);
        Arm(TransmitTimer.Handshake, now, Rto);
    }

    /// <summary>
    /// Takes as many bytes as the send buffer has room for, and returns that number; <paramref name="mark"/> labels
    /// them.
    /// </summary>
    public int Write(Instant now, ReadOnlySpan<byte> bytes, byte mark)
    {
        if (writeShut || state is TcpState.Closed) return 0;
        bool anew = UnsentBytes == 0 && bytes.Length < settings.MaximumSegmentBytes;
        int segment = settings.MaximumSegmentBytes;
        int room = Math.Max(0, SendBufferBytes - outgoing.Charged - (anew ? SendBuffer.Overhead : 0));
        int taken = Math.Min(bytes.Length, (room + segment - 1) / segment * segment);
        if (taken < bytes.Length) writerWaits = true;
        if (taken == 0) return 0;
        if (underway.Count == 0 && outgoing.Count == 0) RestartAfterIdle(now);
        outgoing.Append(buffers, FirstDataSequence + (uint)outgoing.Count, bytes[..taken], mark, anew);
        return taken;
    }

    /// <summary>Takes in-order bytes; opens the window again when it had closed.</summary>
    public int Read(Instant now, Span<byte> into)
    {
        int taken = incoming.Read(buffers, into);
        if (taken == 0 || state is TcpState.Closed or TcpState.TimeWait) return taken;
        uint advertised = receiveWindowEnd - receiveNext;
        uint possible = (uint)incoming.Room(settings.ReceiveBufferBytes);
        bool opens = possible >= 2 * advertised && possible >= SmallestWindowStep;
        if (opens || (incoming.Count == 0 && acks.IsDueAfterRead) || acks.IsMoreThanOne(receiveNext - lastAcknowledged))
            due |= Due.Acknowledgement;
        return taken;
    }

    /// <summary>
    /// close(2): FIN after what is queued. Unread data, or data that arrive later, are answered with RST, as Linux
    /// does;
    /// the rest is an orphan's life.
    /// </summary>
    public void Close(Instant now)
    {
        if (closedByApplication || state is TcpState.Closed) return;
        closedByApplication = true;
        if (state is TcpState.SynSent)
        {
            Finish(TcpEnd.Aborted);
            return;
        }
        if (incoming.Count > 0 && state is not TcpState.TimeWait)
        {
            Abort(now);
            return;
        }
        ShutdownWrite(now);
        if (state is TcpState.FinWait2) expireAt = wheel.After(now, settings.FinTimeout);
    }

    /// <summary>shutdown(SHUT_WR): FIN after what is queued, still reading.</summary>
    public void ShutdownWrite(Instant now)
    {
        if (writeShut) return;
        writeShut = true;
        writerWaits = false;
        if (state is TcpState.Established) state = TcpState.FinWait1;
        else if (state is TcpState.CloseWait) state = TcpState.LastAck;
    }

    /// <summary>Linger-0 close: RST now, buffers gone.</summary>
    public void Abort(Instant now)
    {
        closedByApplication = true;
        if (state is not (TcpState.Closed or TcpState.SynSent or TcpState.TimeWait))
            ScheduleReset(sendNext, receiveNext);
        Finish(TcpEnd.Aborted);
    }

    public bool TryTake(out TcpEvent e)
    {
        e = default;
        if (news == News.None) return false;
        News first = news & (News)(-(sbyte)news);
        news &= ~first;
        e = first switch
        {
            News.Connected => new TcpEvent(TcpEventKind.Connected),
            News.Readable => new TcpEvent(TcpEventKind.Readable),
            News.Writable => new TcpEvent(TcpEventKind.Writable),
            News.PeerClosed => new TcpEvent(TcpEventKind.PeerClosed),
            _ => new TcpEvent(TcpEventKind.Ended, end),
        };
        return true;
    }

    /// <summary>
    /// The system takes it from the application: what it holds is gone, the peer is not told, and what still comes is
    /// answered with RST.
    /// </summary>
    public void Reclaim()
    {
        Finish(TcpEnd.Reset);
        incoming.Release(buffers);
        news &= News.Ended;
    }

    /// <summary>Returns every buffer; call when the connection is forgotten.</summary>
    public void Release()
    {
        outgoing.Release(buffers);
        incoming.Release(buffers);
        underway.Release(buffers);
        StopTimers();
        due = Due.None;
        state = TcpState.Closed;
    }

    /// <summary>
    /// The RST that a host without this connection answers; null for a RST (RFC 9293 section 3.10.7.1).
    /// </summary>
    public static Segment? ResetFor(in Segment unexpected)
    {
        if ((unexpected.Flags & TcpFlags.Rst) != 0) return null;
        bool acknowledges = (unexpected.Flags & TcpFlags.Ack) != 0;
        return new Segment
        {
            Use = SegmentUse.Reset,
            Flags = acknowledges ? TcpFlags.Rst : TcpFlags.Rst | TcpFlags.Ack,
            Sequence = acknowledges ? unexpected.Acknowledgement : 0,
            Acknowledgement = acknowledges ? 0 : unexpected.Sequence + SpanOf(unexpected),
            TimestampEcho = unexpected.Timestamp,
            Connection = unexpected.Connection, Port = unexpected.Port,
        };
    }

    private Duration Rto
    {
        get
        {
            long nanoseconds = wheel.RoundUp(rtt.Rto(settings)).Nanoseconds;
            return new Duration(Math.Min(nanoseconds << Math.Min((int)backoff, 20), settings.RtoMax.Nanoseconds));
        }
    }

    private int SendBufferBytes => settings.SendBufferBytes > 0
        ? settings.SendBufferBytes : 2 * congestion.MostSegments * TcpSettings.SegmentMemory;

    private uint FirstDataSequence => established ? sendUnacknowledged : sendUnacknowledged + 1;

    private int UnsentBytes => established
        ? Math.Max(0, (int)(sendUnacknowledged + (uint)outgoing.Count - sendNext))
        : outgoing.Count;

    private bool FinDue => writeShut && !finSent;

    private uint SmallestWindowStep => (uint)Math.Min(settings.MaximumSegmentBytes, settings.ReceiveBufferBytes / 2);

    private static uint SpanOf(in Segment segment) =>
        (uint)segment.Length
        + ((segment.Flags & TcpFlags.Syn) != 0 ? 1u : 0)
        + ((segment.Flags & TcpFlags.Fin) != 0 ? 1u : 0);

    private void Open(Instant now, uint initialSequence, TcpState opening)
    {
        if (state is not TcpState.Closed || end != TcpEnd.None)
            throw new InvalidOperationException($"a connection in state {state} ({end}) cannot be opened again");
        state = opening;
        sendUnacknowledged = initialSequence;
        sendNext = initialSequence + 1;
        peerWindowEnd = sendNext;
        tailProbeEnd = recoveryPoint = sendNext;
        lastReceived = lastSent = troubleSince = now;
        due = Due.Handshake;
        congestion.Start(settings.InitialWindowSegments);
    }

    /// <summary>The connection is over: tells so, and keeps only what the application may still read.</summary>
    private void Finish(TcpEnd why)
    {
        StopTimers();
        due &= Due.Reset;
        outgoing.Release(buffers);
        underway.Release(buffers);
        if (closedByApplication) incoming.Release(buffers);
        state = TcpState.Closed;
        Tell(why);
    }

    private void Tell(TcpEnd why)
    {
        if (end != TcpEnd.None) return;
        end = why;
        news = (news & ~News.Writable) | News.Ended;
    }

    private void StopTimers()
    {
        transmitAt = acknowledgeAt = keepaliveAt = expireAt = Instant.Never;
        transmitTimer = TransmitTimer.None;
    }

    private void Arm(TransmitTimer timer, Instant now, Duration wait)
    {
        transmitTimer = timer;
        transmitAt = wheel.After(now, wait);
    }

    private void Disarm() => (transmitTimer, transmitAt) = (TransmitTimer.None, Instant.Never);

    private void ScheduleReset(uint sequence, uint acknowledgement)
    {
        resetSequence = sequence;
        resetAcknowledgement = acknowledgement;
        due |= Due.Reset;
    }
}
