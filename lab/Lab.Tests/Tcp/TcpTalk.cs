using System.Text;
using Lab.Network;

namespace Lab.Tests;

/// <summary>
/// A conversation with one connection: the test says what arrives and when, and reads back what left and when. Sequence
/// numbers are relative: 0 is either side's SYN, 1 the first byte.
/// </summary>
internal sealed class TcpTalk(TcpSettings? settings = null)
{
    private const uint Ours = 4_294_967_000, Theirs = 70_000;
    private readonly StringBuilder said = new();

    public BufferPool Buffers { get; } = new();
    public TcpConnection Connection { get; private set; } = null!;
    public Instant Now { get; private set; } = Instant.Zero;
    public List<TcpEvent> Events { get; } = [];

    /// <summary>What each segment that left offered.</summary>
    public List<uint> Windows { get; } = [];

    /// <summary>What left since the last look, one line per segment; then forgotten.</summary>
    public string Said
    {
        get
        {
            string text = said.ToString().TrimEnd();
            said.Clear();
            return text;
        }
    }

    /// <summary>An active open at 0 whose SYN+ACK comes after the round trip, and nothing said about it.</summary>
    public static TcpTalk Connected(int rttMs = 100, TcpSettings? settings = null, uint window = 65536)
    {
        var talk = new TcpTalk(settings);
        talk.Connect();
        talk.Until(rttMs);
        talk.Hear(TcpFlags.Syn | TcpFlags.Ack, 0, 1, window: window);
        talk.Events.Clear();
        _ = talk.Said;
        return talk;
    }

    public void Connect()
    {
        Connection = new TcpConnection(settings ?? new TcpSettings(), Buffers);
        Connection.Connect(Now, Ours);
        Drain();
    }

    public void Accept()
    {
        Connection = new TcpConnection(settings ?? new TcpSettings(), Buffers);
        var syn = new Segment { Flags = TcpFlags.Syn, Sequence = Theirs, Window = 65536, Timestamp = 1 };
        Connection.Accept(Now, syn, Ours);
        Drain();
    }

    /// <summary>
    /// A segment from the peer, at the present moment. The echo is that of one round trip ago unless given.
    /// </summary>
    public void Hear(
        TcpFlags flags, uint sequence, uint acknowledgement, int length = 0, uint window = 65536, long echoMs = -1,
        (uint Left, uint Right)? sack = null)
    {
        long echo = echoMs >= 0 ? echoMs : Math.Max(0, Now.Nanoseconds / 1_000_000 - 100);
        var segment = new Segment
        {
            Flags = flags, Sequence = Theirs + sequence, Window = window, Length = length,
            Acknowledgement = (flags & TcpFlags.Ack) != 0 ? Ours + acknowledgement : 0,
            Payload = length > 0 ? Buffers.Rent(length) : null,
            Timestamp = (uint)(Now.Nanoseconds / 1000) + 1,
            TimestampEcho = (flags & TcpFlags.Ack) != 0 ? (uint)(echo * 1000) + 1 : 0,
        };
        if (sack is { } block)
            (segment.SackCount, segment.SackLeft0, segment.SackRight0) = (1, Ours + block.Left, Ours + block.Right);
        Connection.Receive(Now, segment);
        if (segment.Payload is not null) Buffers.Return(segment.Payload);
        Drain();
    }

    public void Ack(uint acknowledgement, uint window = 65536, uint sequence = 1) =>
        Hear(TcpFlags.Ack, sequence, acknowledgement, window: window);

    public int Write(int length, byte mark = 0)
    {
        int taken = Connection.Write(Now, new byte[length], mark);
        Drain();
        return taken;
    }

    public int Read(int length)
    {
        int taken = Connection.Read(Now, new byte[length]);
        Drain();
        return taken;
    }

    public void Do(Action<TcpConnection, Instant> call)
    {
        call(Connection, Now);
        Drain();
    }

    /// <summary>Lets time pass, in milliseconds since the start; timers run when they ask to.</summary>
    public void Until(long ms)
    {
        var limit = new Instant(ms * 1_000_000);
        while (Connection.NextTime <= limit)
        {
            Assert.True(Connection.NextTime >= Now, $"asked for {Connection.NextTime} at {Now}");
            Now = Connection.NextTime;
            Connection.Tick(Now);
            Drain();
        }
        Now = limit;
    }

    private void Drain()
    {
        while (Connection.TryTransmit(Now, out Segment segment))
        {
            said.Append(Tell(segment)).Append('\n');
            Windows.Add(segment.Window);
            if (segment.Payload is not null) Buffers.Return(segment.Payload);
        }
        while (Connection.TryTake(out TcpEvent e))
        {
            Events.Add(e);
            if (e.Kind is TcpEventKind.Ended) said.Append($"{Now.Nanoseconds / 1_000_000} ended {e.End}\n");
        }
    }

    private string Tell(in Segment s)
    {
        var flags = new StringBuilder();
        if ((s.Flags & TcpFlags.Syn) != 0) flags.Append(" SYN");
        if ((s.Flags & TcpFlags.Fin) != 0) flags.Append(" FIN");
        if ((s.Flags & TcpFlags.Rst) != 0) flags.Append(" RST");
        string sequence = s.Length > 0
            ? $" {s.Sequence - Ours}..{s.Sequence - Ours + (uint)s.Length}"
            : $" {(int)(s.Sequence - Ours)}";
        string acknowledgement = (s.Flags & TcpFlags.Ack) != 0 ? $" ack {s.Acknowledgement - Theirs}" : "";
        string sack = s.SackCount > 0 ? $" sack {s.SackLeft0 - Theirs}-{s.SackRight0 - Theirs}" : "";
        if (s.SackCount > 1) sack += $" {s.SackLeft1 - Theirs}-{s.SackRight1 - Theirs}";
        if (s.SackCount > 2) sack += $" {s.SackLeft2 - Theirs}-{s.SackRight2 - Theirs}";
        string mark = s.Mark != 0 ? $" mark {s.Mark}" : "";
        return $"{Now.Nanoseconds / 1_000_000} {s.Use}{flags}{sequence}{acknowledgement}{sack}{mark}";
    }
}
