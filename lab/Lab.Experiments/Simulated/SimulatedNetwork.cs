using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// Modelled TCP over modelled paths, in virtual time. Every client has one path, to its server's host, and every place
/// in a pool between servers has one; hosts of this network are reached by no other way. Paths are laid first, hosts
/// take their ends; connections are kept per path until both their ends are gone.
/// </summary>
internal sealed partial class SimulatedNetwork : EventTarget, INetwork, IPassageWatcher
{
    private const int LinkEvent = 0, WeatherEvent = 1, PipeEvent = 2, KindBits = 2;
    private readonly EventQueue queue;
    private readonly Journal journal;
    private readonly BufferPool buffers;
    private readonly RandomStream random;
    private readonly Line?[] lines;
    private readonly Dictionary<Host, List<Line>> linesOf = [];
    private readonly List<SimulatedPipe?> pipes = [];                 // by slot, the argument of their alarms
    private readonly Stack<int> freeSlots = new();
    private readonly Queue<SimulatedPipe> ready = new();
    private readonly Transit<Segment> transit = new();
    private readonly int target;
    private readonly bool betweenProxies;
    private int connections;
    private bool pumping;

    public SimulatedNetwork(EventQueue queue, Journal journal, BufferPool buffers, RandomStream random, int paths,
        bool betweenProxies = false)
    {
        this.betweenProxies = betweenProxies;
        (this.queue, this.journal, this.buffers, this.random) = (queue, journal, buffers, random);
        lines = new Line[paths];
        target = queue.Register(this);
    }

    /// <summary>For reading from TCP; only one pipe runs at a time.</summary>
    public byte[] Scratch { get; } = new byte[16 * 1024];

    /// <summary>For framing a record before it is written.</summary>
    public byte[] RecordBuffer { get; } = new byte[TlsModel.LargestRecordBytes];

    /// <summary>The paths of everybody who takes part.</summary>
    public void Lay(Cast cast)
    {
        var specs = new Dictionary<(string Name, bool FarIsInside), MiddleboxSpec>();   // alike for all
        var tables = new Dictionary<string, MiddleboxTable>();

        Middlebox Box(string owner, string name, int i, bool farIsInside)
        {
            MiddleboxProfile profile = cast.Middlebox(name);
            if (!profile.Shared && profile.Drawn.Count > 0)
                return new(profile.ToSpec(farIsInside, () => random.Fork($"middlebox/{owner}/{name}/{i}")));
            if (!specs.TryGetValue((name, farIsInside), out MiddleboxSpec? spec))
                specs[(name, farIsInside)] = spec =
                    profile.ToSpec(farIsInside, () => random.Fork($"shared-middlebox/{name}"));
            if (!profile.Shared || profile.Places == 0) return new(spec);
            if (!tables.TryGetValue(name, out MiddleboxTable? table))
                tables[name] = table = new MiddleboxTable(profile.Places);
            return new(spec, table);
        }

        PathElement[] Boxes(string owner, IReadOnlyList<string> names, bool farIsInside) =>
            [.. names.Select((name, i) => Box(owner, name, i, farIsInside))];

        PathElement[] Row(string owner, MemberLink l) =>
            [NewLink(owner, l.Up, l.Down, l.Radio), .. Boxes(owner, l.Through, farIsInside: false)];

        foreach (Member m in cast.Members)
            Lay(m.Index,
                m.Links is [var only] ? [Row(m.Name, only)] : [.. m.Links.Select(l => Row($"{m.Name}/{l.Key}", l))],
                Boxes(m.Name, m.Behind, farIsInside: true), m.Start, cast.Specs[m.Server].WhenAway);
        foreach (Route r in cast.Routes)
            Lay(r.Index, r.Name, r.Up, r.Down, behind: Boxes(r.Name, r.Through, farIsInside: false));
    }

    /// <summary>Lays a path: a link, and what else lies before it or behind it, seen from the near end.</summary>
    public void Lay(
        int path, string linkName, LinkSpec up, LinkSpec down, PathElement[]? before = null,
        PathElement[]? behind = null) =>
        Lay(path, [[.. before ?? [], NewLink(linkName, up, down)]], behind ?? []);

    /// <summary>Lays a path whose near end has several ways to begin it, and starts on one of them.</summary>
    public void Lay(int path, IReadOnlyList<PathElement[]> rows, PathElement[] behind, int start = 0,
        WhenAway whenAway = WhenAway.Pass)
    {
        var line = new Line(
            path,
            (new Alarm(target, Argument(LinkEvent, path * 2)), new Alarm(target, Argument(LinkEvent, path * 2 + 1)),
                new Alarm(target, Argument(WeatherEvent, path))),
            rows, behind, start)
        {
            Balancer = whenAway == WhenAway.Pass ? null : new Balancer(closes: whenAway == WhenAway.Close),
        };
        int place = 0;
        foreach (PathElement element in rows.SelectMany(r => r).Concat(behind)) element.Attach(this, path, place++);
        lines[path] = line;
        WatchWeather(queue.Now, line);
    }

    private LinkElement NewLink(string name, LinkSpec up, LinkSpec down, RadioSpec? radio = null) => radio is null
        ? new LinkElement(up, down, random.Fork("link/" + name), transit)
        : new RadioLink(radio, up, down, random.Fork("link/" + name), transit);

    void INetwork.Join(int path, HostProcess near, HostProcess far, TcpSettings farTcp) =>
        Join(path, near.Program, far.Program, farTcp);

    public void Join(int path, Host near, Host far, TcpSettings farTcp)
    {
        Line line = lines[path]!;
        (line.Near, line.Far, line.FarTcp) = (near, far, farTcp);
        foreach (Host host in new[] { near, far })
        {
            if (!linesOf.TryGetValue(host, out List<Line>? mine)) linesOf[host] = mine = [];
            mine.Add(line);
        }
    }

    // ---- what applications do

    Pipe INetwork.Connect(Instant now, int path, Host owner, TcpSettings settings) =>
        Connect(now, path, owner, settings);

    public SimulatedPipe Connect(Instant now, int path, Host owner, TcpSettings settings)
    {
        Line line = lines[path]!;
        Line.Connection connection = line.Open(connections++);
        SimulatedPipe pipe = connection.Near = NewPipe(line, connection, owner, atFar: false, settings);
        journal.ConnectAttempt(now, path, connection.Number);
        pipe.Tcp.Connect(now, InitialSequence(connection.Number, 0));
        Pump(now, pipe);
        return pipe;
    }

    /// <summary>
    /// Runs a pipe, after the ones that wait already. Never nests: an owner's call back ends before another's begins.
    /// </summary>
    public void Pump(Instant now, SimulatedPipe pipe)
    {
        if (pumping)
        {
            if (pipe.IsPumped) return;
            pipe.IsPumped = true;
            ready.Enqueue(pipe);
            return;
        }
        pumping = true;
        RunPipe(now, pipe);
        while (ready.TryDequeue(out SimulatedPipe? next)) RunPipe(now, next);
        pumping = false;
    }

    private void RunPipe(Instant now, SimulatedPipe pipe)
    {
        pipe.IsPumped = true;
        pipe.Run(now);
        pipe.IsPumped = false;
        if (pipe.IsGone) Forget(pipe);
        else pipe.Alarm.Set(queue, pipe.Tcp.NextTime);
    }

    // ---- what pipes do

    public void Send(Instant now, SimulatedPipe pipe, ref Segment segment)
    {
        if (pipe.Line.IsShut && !pipe.AtFar)
        {
            if (segment.Payload is { } payload) buffers.Return(payload);
            return;
        }
        segment.Connection = pipe.Connection;
        if (pipe.Home == pipe.Line.Balancer) segment.Mark = Segment.PathMark;
        SendOn(now, pipe.Line, pipe.AtFar ? Direction.Down : Direction.Up, in segment);
    }

    void INetwork.Use(Instant now, int path, int bytes)
    {
        Line line = lines[path]!;
        int row = line.Attachment?.Row ?? 0;
        if (row < 0 || line.Links[row] is not RadioLink radio) return;
        radio.Use(now, new Segment
        {
            Use = SegmentUse.Data, Mark = (byte)Traffic.Others, Length = Math.Max(0, bytes - Segment.HeaderBytes),
        });
        Arm(line, Direction.Up);                            // for what waits there
        Arm(line, Direction.Down);
    }

    /// <summary>Between proxies the ends that count are the real sockets', and a balancer is no end of any.</summary>
    public void Ended(Instant now, SimulatedPipe pipe, TcpEnd end)
    {
        if (betweenProxies || pipe.Home == pipe.Line.Balancer) return;
        journal.TransportEnded(now, pipe.Path, pipe.AtFar ? PathEnd.Far : PathEnd.Near, end, pipe.Connection);
    }

    // ---- hosts

    public void Thaw(Instant now, Host owner)
    {
        foreach (Pipe pipe in PipesOf(owner)) Pump(now, (SimulatedPipe)pipe);
    }

    public IReadOnlyList<Pipe> PipesOf(Host owner) =>
        [.. PipesAt(owner).Where(p => ReferenceEquals(p.Owner, owner)).OrderBy(p => p.Connection)];

    public void Lose(Host host)
    {
        foreach (SimulatedPipe pipe in PipesAt(host).ToArray())
        {
            pipe.Vanish();
            Forget(pipe);
        }
    }

    /// <summary>Those that nobody owns any more, too.</summary>
    private IEnumerable<SimulatedPipe> PipesAt(Host host)
    {
        foreach (Line line in linesOf.GetValueOrDefault(host, []))
            for (Line.Connection? c = line.Newest; c is not null; c = c.Older)
            {
                if (c.Near is not null && ReferenceEquals(line.Near, host)) yield return c.Near;
                if (c.Far is not null && ReferenceEquals(c.Far.Home, host)) yield return c.Far;
            }
    }

    public void Foresee(Pipe pipe, int step)
    {
        var near = (SimulatedPipe)pipe;
        if (step == 1)
        {
            Prefetch.Object(near.Tcp, 448);
            Prefetch.Object(near.Line, 280);
            Prefetch.Object(near.Joint, 64);
            return;
        }
        if (step == 2)
        {
            near.Line.Foresee(0);
            Prefetch.Object(near.Joint.Far, 176);
        }
        else if (near.Joint.Far is { } far)
        {
            if (step == 3)
            {
                near.Line.Foresee(1);
                Prefetch.Object(far.Tcp, 448);
            }
            near.Line.Far!.Foresee(far, step - 3);
        }
    }

    // ---- events

    public override void OnEvent(Instant now, int argument)
    {
        int subject = argument >> KindBits;
        switch (argument & ((1 << KindBits) - 1))
        {
            case LinkEvent:
                Arrivals(now, lines[subject >> 1]!, (Direction)(subject & 1));
                break;
            case WeatherEvent:
                if (lines[subject]!.WeatherAlarm.Due(queue, now)) WatchWeather(now, lines[subject]!);
                break;
            case PipeEvent:
                SimulatedPipe pipe = pipes[subject]!;
                if (!pipe.Alarm.Due(queue, now)) break;
                pipe.Tcp.Tick(now);
                Pump(now, pipe);
                break;
        }
    }

    private void Arrivals(Instant now, Line line, Direction way)
    {
        if (!line.AlarmOf(way).Due(queue, now)) return;
        while (line.TryTake(now, way, out Passage<Segment> passage))
        {
            bool delivered = passage.Fate == Fate.Delivered;
            if (delivered)
            {
                ref Segment s = ref passage.Unit;
                journal.PacketDelivered(now, line.Number, way, s.Use, (Traffic)s.Mark, s.WireBytes);
                Deliver(now, line, way, in s);
            }
            else RecordLoss(now, passage.Fate, line, way, in passage.Unit);
            if (passage.Unit.Payload is { } payload) buffers.Return(payload);
            if (passage.Fate == Fate.Answered) SendAnswer(now, line);
        }
        Arm(line, way);
    }

    /// <summary>A SYN that finds nobody on its connection opens it, however late it comes.</summary>
    private void Deliver(Instant now, Line line, Direction way, in Segment segment)
    {
        bool toFar = way == Direction.Up;
        Line.Connection? connection = line.Find(segment.Connection);
        SimulatedPipe? pipe = toFar ? connection?.Far : connection?.Near;
        Host host = (toFar ? line.Far : line.Near)!;
        bool opens = toFar && pipe is null && (segment.Flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn;
        if (toFar && line.Balancer is { } balancer
            && (pipe is null ? opens && !(host.IsPowered && host.IsListening) : pipe.Home == balancer)) host = balancer;
        if (!host.IsPowered || line.IsShut && !toFar) return;
        if (segment.Port != 0) pipe = null;                            // it is not known under that one
        if (opens && host.IsListening)
        {
            if (IsUnanswered(now, line, host, in segment)) return;
            connection ??= line.Open(segment.Connection);
            connection.Far = pipe = NewPipe(line, connection, host, atFar: true, line.FarTcp!);
            pipe.Tcp.Accept(now, in segment, InitialSequence(segment.Connection, 1));
            Pump(now, pipe);
        }
        else if (pipe is not null)
        {
            if (toFar && pipe.Tcp.State == TcpState.SynReceived && IsUnanswered(now, line, pipe.Home, in segment))
                return;
            pipe.Tcp.Receive(now, in segment);
            Pump(now, pipe);
        }
        else if (TcpConnection.ResetFor(in segment) is { } reset)
            SendOn(now, line, toFar ? Direction.Down : Direction.Up, in reset);
    }

    private void SendOn(Instant now, Line line, Direction way, in Segment segment)
    {
        journal.PacketSent(now, line.Number, way, segment.Use, (Traffic)segment.Mark, segment.WireBytes);
        Fate fate = line.Offer(now, way, in segment);
        if (line.HasRadio) Arm(line, way == Direction.Up ? Direction.Down : Direction.Up);   // for what waits there
        if (fate == Fate.Inside)
        {
            Arm(line, way);
            return;
        }
        RecordLoss(now, fate, line, way, in segment);
        if (segment.Payload is { } payload) buffers.Return(payload);
        if (fate == Fate.Answered) SendAnswer(now, line);
    }

    /// <summary>What an element of the path answers is a packet of the path like others; answers may meet
    /// answers.</summary>
    private void SendAnswer(Instant now, Line line)
    {
        Fate fate;
        do
        {
            fate = line.OfferAnswer(now, out Direction way, out Segment answer);
            Offered(now, line, way, in answer, fate);
        }
        while (fate == Fate.Answered);
    }

    /// <summary>What an element of the path says by itself is one, too.</summary>
    private void Say(Instant now, Line line)
    {
        while (line.TrySay(now, out Direction way, out Segment said, out Fate fate))
        {
            Offered(now, line, way, in said, fate);
            if (fate == Fate.Answered) SendAnswer(now, line);
        }
    }

    private void Offered(Instant now, Line line, Direction way, in Segment s, Fate fate)
    {
        journal.PacketSent(now, line.Number, way, s.Use, (Traffic)s.Mark, s.WireBytes);
        if (fate == Fate.Inside) Arm(line, way);
        else RecordLoss(now, fate, line, way, in s);
    }

    private void RecordLoss(Instant now, Fate fate, Line line, Direction way, in Segment s)
    {
        if (fate == Fate.Overflowed)
            journal.PacketOverflowed(now, line.Number, way, s.Use, (Traffic)s.Mark, s.WireBytes);
        else journal.PacketLost(now, line.Number, way, s.Use, (Traffic)s.Mark, s.WireBytes);
    }

    private void Arm(Line line, Direction way) => line.AlarmOf(way).Set(queue, line.NextTime(way));

    private SimulatedPipe NewPipe(Line line, Line.Connection connection, Host owner, bool atFar, TcpSettings tcp)
    {
        if (!freeSlots.TryPop(out int slot))
        {
            slot = pipes.Count;
            pipes.Add(null);
        }
        var alarm = new Alarm(target, Argument(PipeEvent, slot));
        var pipe = new SimulatedPipe(
            this, owner, line, connection, atFar, new TcpConnection(tcp, buffers, owner.Timers), alarm, slot, buffers);
        pipes[slot] = pipe;
        return pipe;
    }

    private void Forget(SimulatedPipe pipe)
    {
        if (pipes[pipe.Slot] != pipe) return;                          // it vanished while it waited for its turn
        pipe.Alarm.Clear(queue);
        pipes[pipe.Slot] = null;
        freeSlots.Push(pipe.Slot);
        Line.Connection c = pipe.Joint;
        if (pipe.AtFar) c.Far = null;
        else c.Near = null;
        if (c.Near is null && c.Far is null) pipe.Line.Forget(c);
    }

    private static int Argument(int kind, int subject) => kind | (subject << KindBits);

    /// <summary>Any number does: no old segment of another connection can arrive on this one.</summary>
    private static uint InitialSequence(int connection, uint side) =>
        (uint)connection * 0x9E3779B1u + side * 0x85EBCA77u;
}
