using Lab.Network;

namespace Lab.Experiments;

/// <summary>Whether the clock of a program's timers goes on while its system lets it sleep.</summary>
public enum SleepClock
{
    /// <summary>It goes on: what is due runs as soon as the program does.</summary>
    Runs,

    /// <summary>It stands still: a timer needs the rest of its time in which the program runs.</summary>
    Stops,
}

/// <summary>
/// When a client's system lets its app run, from the moment when the person leaves it; the app is left, too, when it
/// starts. The name of a preset (lab show sleep) stands for it.
/// </summary>
/// <example>{suspends-after: 30s, reclaims-after: 10m}</example>
public sealed record SleepProfile
{
    /// <summary>A preset (lab show sleep) whose numbers hold where no other key says them; absent = none.</summary>
    /// <example>ios</example>
    public string? Profile { get; init; }

    /// <summary>
    /// The app is suspended so long after it was left: it does nothing, and its kernel goes on acknowledging what it is
    /// sent; absent = never.
    /// </summary>
    /// <example>30s</example>
    public Duration? SuspendsAfter { get; init; }

    /// <summary>
    /// So long after it was suspended the system takes its sockets back: what they held is gone, the server is not
    /// told, and what it sends from then on is answered with RST; absent = never.
    /// </summary>
    /// <example>10m</example>
    public Duration? ReclaimsAfter { get; init; }

    /// <summary>Android's light Doze, for which a device need not lie still; absent = there is none.</summary>
    public DozeProfile? Light { get; init; }

    /// <summary>
    /// Android's deep Doze, of a device that lies still; when it begins the light one is over; absent = there is
    /// none.
    /// </summary>
    public DozeProfile? Deep { get; init; }

    /// <summary>
    /// How often a timer of the app may wake it while it sleeps; absent = never: timers wait until it runs.
    /// </summary>
    public AlarmProfile? Alarms { get; init; }

    /// <summary>What the clock of its timers does while it sleeps.</summary>
    public SleepClock Clock { get; init; } = SleepClock.Runs;
}

/// <summary>
/// Idle periods, in which the app does not run and nothing passes to or from it, and windows between them, in which all
/// is as ever. Each period and each window is twice as long as the one before, up to the longest.
/// </summary>
/// <example>{after: 65m, idle: 1h, longest-idle: 6h, window: 5m, longest-window: 10m}</example>
public sealed record DozeProfile
{
    /// <summary>The first begins so long after the app was left.</summary>
    /// <example>65m</example>
    public required Duration After { get; init; }

    /// <summary>How long the first idle period lasts.</summary>
    /// <example>1h</example>
    public required Duration Idle { get; init; }

    /// <summary>How long idle periods may become; absent = each is as long as the first.</summary>
    /// <example>6h</example>
    public Duration? LongestIdle { get; init; }

    /// <summary>How long the first window lasts.</summary>
    /// <example>5m</example>
    public required Duration Window { get; init; }

    /// <summary>How long windows may become; absent = each is as long as the first.</summary>
    /// <example>10m</example>
    public Duration? LongestWindow { get; init; }
}

/// <summary>
/// How often a timer may wake an app that sleeps (Android: setAndAllowWhileIdle). It then runs, with its network, and
/// sleeps on. One that is due while no more are allowed waits.
/// </summary>
/// <example>{at-most: 1, per: 9m, for: 10s}</example>
public sealed record AlarmProfile
{
    /// <summary>So many times.</summary>
    /// <value>times</value>
    /// <example>7</example>
    public int AtMost { get; init; } = 1;

    /// <summary>In any time so long.</summary>
    /// <example>9m</example>
    public required Duration Per { get; init; }

    /// <summary>How long the app then runs.</summary>
    /// <example>20s</example>
    public Duration For { get; init; } = Duration.FromSeconds(10);
}
