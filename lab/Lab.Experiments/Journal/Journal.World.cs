using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>What a process is doing.</summary>
public enum ProcessState : byte
{
    Runs,
    Frozen,
    Gone,

    /// <summary>It stands still, and its system lets nothing pass between it and its network.</summary>
    Dozing,
}

/// <summary>What a client's system does with its app.</summary>
public enum SleepState : byte
{
    /// <summary>It may run.</summary>
    Awake,

    /// <summary>It stands still, and its kernel goes on.</summary>
    Suspended,

    /// <summary>An idle period of Android's light Doze.</summary>
    LightIdle,

    /// <summary>An idle period of Android's deep Doze.</summary>
    DeepIdle,
}

/// <summary>What lets an app run that slept.</summary>
public enum WakeCause : byte
{
    /// <summary>Nothing: it did not sleep, or is gone for good.</summary>
    None,

    /// <summary>Its person opens it.</summary>
    Opened,

    /// <summary>A window between two idle periods.</summary>
    Window,

    /// <summary>A timer of its own.</summary>
    Alarm,

    /// <summary>A push.</summary>
    Push,
}

/// <summary>What becomes of a push that a server asks for.</summary>
public enum PushFate : byte { UnderWay, Lost, Refused }

public sealed partial class Journal
{
    /// <param name="host">Its first target, or -1.</param>
    /// <param name="fault">Its index in the scenario.</param>
    /// <param name="occurrence">How often it had come before.</param>
    public void FaultBegan(Instant now, int host, int fault, int occurrence) =>
        Add(now, host, EntryKind.FaultBegan, fault, occurrence);

    /// <summary>Parameters as of <see cref="FaultBegan"/>.</summary>
    public void FaultEnded(Instant now, int host, int fault, int occurrence) =>
        Add(now, host, EntryKind.FaultEnded, fault, occurrence);

    /// <param name="fault">Index of the fault that did it, or <see cref="PathEntry.Weather"/>.</param>
    public void PathChanged(Instant now, int path, bool upDead, bool downDead, int fault) =>
        Add(now, path, EntryKind.PathChanged, (upDead ? 1 : 0) | (downDead ? 2 : 0), fault);

    /// <summary>Of one connection; the path itself is open.</summary>
    public void PassageChanged(
        Instant now, int path, int connection, bool upDead, bool downDead, PassageCause cause) =>
        Add(now, path, EntryKind.PassageChanged, (upDead ? 1 : 0) + (downDead ? 2 : 0) + ((long)cause << 8),
            connection);

    /// <param name="link">The number of the client's link that it is on now; -1 = none, in a gap.</param>
    /// <param name="fault">Index of the fault that did it.</param>
    public void LinkChanged(Instant now, int client, int link, int fault) =>
        Add(now, client, EntryKind.LinkChanged, link, fault);

    /// <summary>The client's program hears that its network has changed.</summary>
    public void NetworkNoticed(Instant now, int client) => Add(now, client, EntryKind.NetworkNoticed, 0, 0);

    /// <summary>The person opens the client's app.</summary>
    public void AppOpened(Instant now, int client) => Add(now, client, EntryKind.AppOpened, 0, 0);

    /// <summary>The person leaves the client's app.</summary>
    public void AppClosed(Instant now, int client) => Add(now, client, EntryKind.AppClosed, 0, 0);

    /// <param name="cause">What let it run last.</param>
    public void SleepChanged(Instant now, int client, SleepState state, WakeCause cause) =>
        Add(now, client, EntryKind.SleepChanged, (long)state, (long)cause);

    /// <summary>The client's server asks for a push.</summary>
    public void PushSent(Instant now, int client, PushFate fate) =>
        Add(now, client, EntryKind.PushSent, (long)fate, 0);

    /// <summary>A push comes to the client's device.</summary>
    public void PushCame(Instant now, int client) => Add(now, client, EntryKind.PushCame, 0, 0);

    /// <summary>A radio of the client's is in another state, or in the same on another account.</summary>
    public void RadioChanged(Instant now, int client, RadioEntry radio) =>
        Add(now, client, EntryKind.RadioChanged, radio.Pack(), radio.Microwatts);

    /// <param name="server">At which end of the path the server is.</param>
    /// <param name="took">Whole microseconds, less than an hour.</param>
    public void WorkDone(
        Instant now, int path, PathEnd server, Work work, Duration waited, Duration took, int connection) =>
        Add(now, path, EntryKind.WorkDone, WorkEntry.PackA(work, server, waited), WorkEntry.PackB(took, connection));

    public void AcceptQueueFull(Instant now, int path, int connection) =>
        Add(now, path, EntryKind.AcceptQueueFull, 0, connection);

    /// <param name="fault">Index of the fault that keeps it so, or that let it run again, or
    /// <see cref="ProcessEntry.ByItself"/>.</param>
    public void ProcessChanged(Instant now, int host, ProcessState state, int fault) =>
        Add(now, host, EntryKind.ProcessChanged, (long)state, fault);
}

/// <summary>Of FaultBegan and FaultEnded.</summary>
public readonly record struct FaultEntry(int Fault, int Occurrence)
{
    public static FaultEntry Of(in Entry e) => new((int)e.A, (int)e.B);
}

/// <summary>Of PathChanged.</summary>
public readonly record struct PathEntry(bool UpDead, bool DownDead, int Fault)
{
    /// <summary>As fault: an outage that came by itself.</summary>
    public const int Weather = -1;

    public bool IsDead => UpDead || DownDead;

    public static PathEntry Of(in Entry e) => new((e.A & 1) != 0, (e.A & 2) != 0, (int)e.B);
}

/// <summary>Of PassageChanged. Its connection is read as of others that have one.</summary>
public readonly record struct PassageEntry(bool UpDead, bool DownDead, PassageCause Cause)
{
    public bool IsDead => UpDead || DownDead;

    /// <summary>By a middlebox, not because one of its ends is elsewhere now.</summary>
    public bool IsForgotten => Cause is not (PassageCause.None or PassageCause.Moved
        or PassageCause.Lingering);

    /// <summary>It goes by another link than the path does now.</summary>
    public bool IsApart => Cause == PassageCause.Lingering;

    public static PassageEntry Of(in Entry e) => new((e.A & 1) != 0, (e.A & 2) != 0, (PassageCause)(e.A >> 8));
}

/// <summary>Of LinkChanged.</summary>
public readonly record struct LinkEntry(int Link, int Fault)
{
    public static LinkEntry Of(in Entry e) => new((int)e.A, (int)e.B);
}

/// <summary>
/// Of RadioChanged. Link is the number of the client's link whose radio it is; while it wakes, the state is the one
/// that it leaves.
/// </summary>
public readonly record struct RadioEntry(
    int Link, int State, bool IsWaking, SegmentUse Use, Traffic Mark, long Microwatts)
{
    /// <summary>A byte numbers them.</summary>
    public const int MostStates = 256;

    public static RadioEntry Of(in Entry e) => new(
        (int)(e.A & 0xFF), (int)((e.A >> 8) & 0xFF), ((e.A >> 16) & 1) != 0, (SegmentUse)((e.A >> 24) & 0xFF),
        (Traffic)((e.A >> 32) & 0xFF), e.B);

    internal long Pack() =>
        (uint)Link | ((long)State << 8) | (IsWaking ? 1L << 16 : 0) | ((long)Use << 24) | ((long)Mark << 32);
}

/// <summary>Of SleepChanged. Cause: what lets it run now, or let it run last.</summary>
public readonly record struct SleepEntry(SleepState State, WakeCause Cause)
{
    public static SleepEntry Of(in Entry e) => new((SleepState)e.A, (WakeCause)e.B);
}

/// <summary>Of PushSent.</summary>
public readonly record struct PushEntry(PushFate Fate)
{
    public static PushEntry Of(in Entry e) => new((PushFate)e.A);
}

/// <summary>
/// Of WorkDone. Its connection is read as of others that have one; waits are whole microseconds, at most 4.4 years.
/// </summary>
public readonly record struct WorkEntry(Work Work, PathEnd Side, Duration Waited, Duration Took)
{
    private const long MostWaited = long.MaxValue >> 16;

    public static WorkEntry Of(in Entry e) => new(
        (Work)(e.A & 0xFF), (PathEnd)((e.A >> 8) & 0xFF), Duration.FromMicroseconds(e.A >> 16),
        Duration.FromMicroseconds((long)((ulong)e.B >> 32)));

    internal static long PackA(Work work, PathEnd side, Duration waited) =>
        (long)work | ((long)side << 8) | (Math.Min(waited.Nanoseconds / 1000, MostWaited) << 16);

    internal static long PackB(Duration took, int connection) =>
        (took.Nanoseconds / 1000 << 32) | (uint)connection;
}

/// <summary>Of ProcessChanged.</summary>
public readonly record struct ProcessEntry(ProcessState State, int Fault)
{
    /// <summary>As fault: a client comes, goes or sleeps by itself.</summary>
    public const int ByItself = -1;

    public static ProcessEntry Of(in Entry e) => new((ProcessState)e.A, (int)e.B);
}
