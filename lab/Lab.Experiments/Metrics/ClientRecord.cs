using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// What the journal has said of one client so far: what both sides believe, for how long, and its attempts.
/// </summary>
internal sealed class ClientRecord(PathTruth path, bool hasLogin = false)
{
    private Instant since;

    /// <summary>The truth about its way to its server.</summary>
    public readonly PathTruth Path = path;

    public string Name => Path.Name;

    /// <summary>Its sessions are loaded with something.</summary>
    public bool HasLogin => hasLogin;

    /// <summary>Not all of that has come, or none of it is asked for yet.</summary>
    public bool IsUnready => loads;

    /// <summary>The last connection on which it came online; connections count from 0.</summary>
    public int Connection = -1;

    public bool IsOnline;

    /// <summary>
    /// The sessions that the server calls available, oldest first: usually one, more when ghosts of earlier ones
    /// linger.
    /// </summary>
    public readonly List<ServerSession> Sessions = [];

    // time integrals, in nanoseconds
    public long GhostNanoseconds, ReachableNanoseconds;

    // connecting
    public Instant AttemptBegan;
    public bool HasBegun;
    public int Attempts;
    public readonly List<Login> Logins = [];

    // what its logins load
    public readonly List<Login> Loaded = [];
    public readonly List<Instant> CutLogins = [];
    private bool loads;

    /// <summary>The newest session, or one of connection -1.</summary>
    public ServerSession Session => Sessions.Count > 0 ? Sessions[^1] : ServerSession.None;

    /// <summary>The connection that it has, up or coming up, or -1.</summary>
    public int OpenConnection => Path.Streams.FindLast(s => s.Near.Stands)?.Connection ?? -1;

    public LaneState ClientState => IsOnline ? LaneState.Online
        : Path.AnyStands(PathEnd.Near) ? LaneState.Connecting : LaneState.Offline;

    public LaneState ServerState => Session.Hibernates ? LaneState.Hibernating : Sessions.Count > 0 ? LaneState.Online
        : Path.AnyStands(PathEnd.Far) ? LaneState.Connecting : LaneState.Offline;

    private bool IsReachable => IsOnline && Session is { Hibernates: false } s && Connection == s.Connection
        && Path.Lets(Connection) && Path.ProcessAt(PathEnd.Near).Runs && Path.ProcessAt(PathEnd.Far).Runs;

    /// <summary>
    /// Books the time up to now as what it was; to be called before anything that it depends on changes: the path,
    /// either process, what either side believes.
    /// </summary>
    public void BookTime(Instant now)
    {
        long span = (now - since).Nanoseconds;
        since = now;
        if (span == 0) return;
        if (IsReachable) ReachableNanoseconds += span;
        else if (Sessions.Count > 0) GhostNanoseconds += span;
    }

    public void Began(Instant now)
    {
        AttemptBegan = now;
        HasBegun = true;
        Attempts++;
    }

    public void CameOnline(OnlineEntry online, Instant now)
    {
        (IsOnline, Connection) = (true, online.Connection);
        Logins.Add(new Login(now, now - AttemptBegan, online.Resumed, Logins.Count == 0));
        loads = HasLogin;
    }

    public void Reached(Step step) => loads |= step == Step.RosterSent;

    public void BecameReady(Instant now)
    {
        loads = false;
        Loaded.Add(new Login(now, now - AttemptBegan, Logins[^1].Resumed, Loaded.Count == 0));
    }

    public void WentOffline(Instant now)
    {
        IsOnline = false;
        if (loads) CutLogins.Add(now);
        loads = false;
    }

    /// <summary>A client resumes the last session it had.</summary>
    public void BecameAvailable(OnlineEntry available)
    {
        if (available.Resumed && Sessions.Count > 0) Sessions.RemoveAt(Sessions.Count - 1);
        Sessions.Add(new ServerSession(available.Connection, false));
    }

    public void Hibernated(int connection)
    {
        int at = SessionOn(connection);
        if (at >= 0) Sessions[at] = Sessions[at] with { Hibernates = true };
    }

    public void BecameUnavailable(int connection)
    {
        int at = SessionOn(connection);
        if (at >= 0) Sessions.RemoveAt(at);
    }

    private int SessionOn(int connection) => Sessions.FindIndex(s => s.Connection == connection);
}

/// <summary>A client came online, or was ready, so long after its attempt began.</summary>
internal readonly record struct Login(Instant At, Duration Took, bool Resumed, bool First);

/// <summary>
/// A session at the server and the connection that carries it, or carried it before it was left to wait.
/// </summary>
internal readonly record struct ServerSession(int Connection, bool Hibernates)
{
    public static readonly ServerSession None = new(-1, false);
}
