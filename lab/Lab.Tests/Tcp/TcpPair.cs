using Lab.Network;

namespace Lab.Tests;

/// <summary>
/// Two connections joined by a path with delay and whatever a test does to it; the test's own small clock.
/// </summary>
internal sealed class TcpPair
{
    private readonly PriorityQueue<(bool ToServer, Segment Segment), (long, long)> inFlight = new();
    private Instant[] lastArrival = [Instant.Zero, Instant.Zero];
    private long sequence;

    public BufferPool Buffers { get; } = new();
    public TcpConnection Client { get; }
    public TcpConnection? Server { get; private set; }
    public TcpSettings ServerSettings { get; init; }
    private readonly (TimerWheel Client, TimerWheel Server) wheels;
    public Duration Delay { get; init; } = Duration.FromMilliseconds(50);
    public Instant Now { get; private set; } = Instant.Zero;
    public List<(Instant At, bool FromClient, Segment Segment)> Sent { get; } = [];
    public List<(Instant At, TcpEvent Event)> ClientEvents { get; } = [];
    public List<(Instant At, TcpEvent Event)> ServerEvents { get; } = [];
    public List<byte> ClientRead { get; } = [];
    public List<byte> ServerRead { get; } = [];
    public List<(Instant At, int Bytes)> ServerReadTimes { get; } = [];

    /// <summary>Silent loss in either direction.</summary>
    public Func<bool, Segment, bool> Drops { get; set; } = (_, _) => false;

    /// <summary>Extra delay per segment; arrivals never overtake.</summary>
    public Func<bool, Duration> Extra { get; set; } = _ => Duration.Zero;

    public bool ServerReads { get; set; } = true;
    public bool ClientReads { get; set; } = true;

    /// <summary>The server's host lost its memory: it answers as one without the connection.</summary>
    public bool ServerRebooted { get; set; }

    public Action<TcpPair, bool, TcpEvent>? OnEvent { get; set; }

    /// <param name="wheels">Exact timers unless given.</param>
    public TcpPair(
        TcpSettings? client = null, TcpSettings? server = null, (TimerWheel Client, TimerWheel Server) wheels = default)
    {
        this.wheels = wheels;
        ServerSettings = server ?? new TcpSettings();
        Client = new TcpConnection(client ?? new TcpSettings(), Buffers, wheels.Client);
    }

    public TcpConnection Peer(bool client) => client ? Client : Server!;

    public const uint ServerSequence = 4_294_960_000;
    public uint ClientSequence { get; private set; }

    public void Connect(uint initialSequence = 1000)
    {
        ClientSequence = initialSequence;
        Client.Connect(Now, initialSequence);
        Drain();
    }

    /// <summary>Connected, and with enough exchanges that the RTO has settled at SRTT + 200 ms on both ends.</summary>
    public static TcpPair Calibrated(Duration rtt, TcpSettings? client = null, TcpSettings? server = null)
    {
        var pair = new TcpPair(client, server) { Delay = rtt / 2 };
        pair.Connect();
        pair.RunFor(Duration.FromSeconds(10));
        for (int i = 0; i < 60; i++)
        {
            pair.Write(true, 40);
            pair.RunFor(Duration.FromSeconds(3));
            pair.Write(false, 40);
            pair.RunFor(Duration.FromSeconds(3));
        }
        pair.Sent.Clear();
        pair.ClientEvents.Clear();
        pair.ServerEvents.Clear();
        return pair;
    }

    public int Write(bool client, int length, byte mark = 0)
    {
        int written = Peer(client).Write(Now, new byte[length], mark);
        Drain();
        return written;
    }

    public void Do(Action<Instant> call)
    {
        call(Now);
        Drain();
    }

    public void Blackhole() => Drops = (_, _) => true;

    public void RunFor(Duration span) => RunUntil(Now + span);

    public void RunUntil(Instant limit)
    {
        while (true)
        {
            Instant arrival = inFlight.TryPeek(out _, out var key) ? new Instant(key.Item1) : Instant.Never;
            Instant next = Instant.Min(arrival, Instant.Min(Client.NextTime, Server?.NextTime ?? Instant.Never));
            if (next > limit || next == Instant.Never) break;
            Assert.True(next >= Now, $"asked for {next} at {Now}");
            Now = next;
            if (arrival == next) Arrive();
            else if (Client.NextTime == next) Client.Tick(Now);
            else Server!.Tick(Now);
            Drain();
        }
        Now = limit;
    }

    /// <summary>Runs until the client has ended, at most the given time; the end, and when it came.</summary>
    public (TcpEnd End, Instant At) RunToEnd(bool client, Duration atMost)
    {
        RunFor(atMost);
        foreach ((Instant at, TcpEvent e) in client ? ClientEvents : ServerEvents)
            if (e.Kind == TcpEventKind.Ended) return (e.End, at);
        return (TcpEnd.None, Instant.Never);
    }

    public TcpEnd EndOf(bool client)
    {
        foreach ((_, TcpEvent e) in client ? ClientEvents : ServerEvents)
            if (e.Kind == TcpEventKind.Ended) return e.End;
        return TcpEnd.None;
    }

    public void Release()
    {
        while (inFlight.TryDequeue(out var item, out _)) Return(item.Segment);
        Client.Release();
        Server?.Release();
    }

    private void Arrive()
    {
        (bool toServer, Segment segment) = inFlight.Dequeue();
        if (!toServer) Client.Receive(Now, segment);
        else if (ServerRebooted)
        {
            if (TcpConnection.ResetFor(segment) is { } reset) Send(false, reset);
        }
        else if (Server is not null) Server.Receive(Now, segment);
        else if ((segment.Flags & TcpFlags.Syn) != 0)
        {
            Server = new TcpConnection(ServerSettings, Buffers, wheels.Server);
            Server.Accept(Now, segment, ServerSequence);
        }
        Return(segment);
    }

    private void Drain()
    {
        for (bool more = true; more;)
        {
            more = DrainOne(true, Client);
            if (Server is not null) more |= DrainOne(false, Server);
        }
    }

    private bool DrainOne(bool client, TcpConnection connection)
    {
        bool any = false;
        while (connection.TryTransmit(Now, out Segment segment))
        {
            Send(client, segment);
            any = true;
        }
        while (connection.TryTake(out TcpEvent e))
        {
            (client ? ClientEvents : ServerEvents).Add((Now, e));
            if (e.Kind == TcpEventKind.Readable && (client ? ClientReads : ServerReads)) ReadAll(client);
            OnEvent?.Invoke(this, client, e);
            any = true;
        }
        return any;
    }

    public void ReadAll(bool client)
    {
        Span<byte> into = stackalloc byte[700];
        for (int n; (n = Peer(client).Read(Now, into)) > 0;)
        {
            (client ? ClientRead : ServerRead).AddRange(into[..n]);
            if (!client) ServerReadTimes.Add((Now, n));
        }
    }

    private void Send(bool fromClient, Segment segment)
    {
        Sent.Add((Now, fromClient, segment));
        if (Drops(fromClient, segment))
        {
            Return(segment);
            return;
        }
        int way = fromClient ? 0 : 1;
        lastArrival[way] = Instant.Max(lastArrival[way], Now + Delay + Extra(fromClient));
        inFlight.Enqueue((fromClient, segment), (lastArrival[way].Nanoseconds, sequence++));
    }

    private void Return(Segment segment)
    {
        if (segment.Payload is not null) Buffers.Return(segment.Payload);
    }
}
