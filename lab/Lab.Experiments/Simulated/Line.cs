using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// A path with the hosts at its ends, its alarms and its connections: one object, for each packet touches all of it.
/// </summary>
internal sealed class Line : NetworkPath
{
    /// <summary>As if it were an element: where the near end is attached.</summary>
    public const int AttachmentPlace = 31;

    public readonly int Number;

    /// <summary>The row in use when the journal was told last; -1 = none.</summary>
    public int Row;

    public Host? Near, Far;
    public TcpSettings? FarTcp;

    /// <summary>Takes connections at the far end while its host does not; usually nobody does.</summary>
    public Balancer? Balancer { get; init; }

    /// <summary>The near end's system lets nothing pass between its program and this path.</summary>
    public bool IsShut;

    public Connection? Newest;
    public Alarm UpAlarm, DownAlarm, WeatherAlarm;

    /// <summary>Which directions were down when the journal was told last.</summary>
    public (bool Up, bool Down) Dead;

    /// <param name="alarms">Of the network, which owns the alarms: up, down, weather.</param>
    /// <param name="rows">As of a path, with what follows them, and the first.</param>
    public Line(int number, (Alarm Up, Alarm Down, Alarm Weather) alarms, IReadOnlyList<PathElement[]> rows,
        PathElement[] behind, int start) : base(rows, behind, start)
    {
        if (rows.Sum(r => r.Length) + behind.Length > AttachmentPlace)
            throw new ArgumentException($"a path has {AttachmentPlace} elements at most", nameof(rows));
        (Number, Row) = (number, start);
        (UpAlarm, DownAlarm, WeatherAlarm) = alarms;
    }

    /// <summary>One connection; forgotten when both its pipes are gone.</summary>
    public sealed class Connection(int number, Connection? older)
    {
        public readonly int Number = number;
        public Connection? Older = older;
        public SimulatedPipe? Near, Far;
        public bool Lingers, IsLeft;
        private ulong dead;                                        // two bits for each element of the path

        /// <summary>Whether some element lets nothing of it pass.</summary>
        public (bool Up, bool Down) Dead => ((dead & Ups) != 0, (dead & Ups << 1) != 0);

        private const ulong Ups = 0x5555_5555_5555_5555;

        /// <summary>What one element lets pass of it.</summary>
        public void Let(int place, bool upDead, bool downDead) =>
            dead = dead & ~(3UL << place * 2) | (upDead ? 1UL : 0) << place * 2 | (downDead ? 2UL : 0) << place * 2;
    }

    public ref Alarm AlarmOf(Direction way)
    {
        if (way == Direction.Up) return ref UpAlarm;
        return ref DownAlarm;
    }

    public Connection Open(int number) => Newest = new Connection(number, Newest);

    /// <summary>Null when it is forgotten, or never was.</summary>
    public Connection? Find(int number)
    {
        Connection? c = Newest;
        while (c is not null && c.Number != number) c = c.Older;
        return c;
    }

    public void Forget(Connection gone)
    {
        if (Newest == gone)
        {
            Newest = gone.Older;
            return;
        }
        Connection? c = Newest;
        while (c is not null && c.Older != gone) c = c.Older;
        if (c is not null) c.Older = gone.Older;
    }

    /// <summary>The connections that stand now, oldest first.</summary>
    public Connection[] Standing()
    {
        var all = new List<Connection>();
        for (Connection? c = Newest; c is not null; c = c.Older) all.Add(c);
        return [.. all.OrderBy(c => c.Number)];
    }
}
