namespace Lab.Experiments;

/// <summary>When systems let clients' apps run; of runs in which one lets them sleep.</summary>
internal static class SleepMetrics
{
    public static readonly IReadOnlyList<Metric> All =
    [
        new("sleep.awake", Unit.Share,
            "share of the time in which the system lets the client's app run",
            "the time that clients are there whose system lets them sleep", "none", Better.Neither, Joining.Mean,
            f => Sample.Of(f.SleeperSeconds - f.AsleepSeconds, f.SleeperSeconds), Sight.Sleep)
        {
            Applies = f => f.HasSleepers,
        },
        Of("sleep.wakings", "how often a client's app that slept runs again, per client and hour, for any reason but "
            + "that the client is gone", c => c != WakeCause.None),
        Of("sleep.wakings.opened", "the part of sleep.wakings in which its person opens it",
            c => c == WakeCause.Opened),
        Of("sleep.wakings.window", "the part of sleep.wakings in which a window of Doze begins",
            c => c == WakeCause.Window),
        Of("sleep.wakings.alarm", "the part of sleep.wakings in which a timer of its own is let through",
            c => c == WakeCause.Alarm),
        Of("sleep.wakings.push", "the part of sleep.wakings in which a push comes", c => c == WakeCause.Push),
        OfPushes("push.sent", "pushes that servers ask for, per client and hour", _ => true),
        OfPushes("push.lost", "the part of push.sent that never comes", f => f == PushFate.Lost),
        OfPushes("push.refused", "the part of push.sent that is beyond the quota of the push service",
            f => f == PushFate.Refused),
    ];

    private static Metric OfPushes(string name, string meaning, Func<PushFate, bool> fates) =>
        new(name, Unit.PerHour, meaning, "clients with a push service", "none", Better.Neither, Joining.Mean,
            f => Sample.Of(f.Pushes(fates), f.PushHours), Sight.Sleep)
        {
            Applies = f => f.PushHours > 0,
        };

    private static Metric Of(string name, string meaning, Func<WakeCause, bool> causes) =>
        new(name, Unit.PerHour, meaning, "clients whose system lets them sleep", "none", Better.Neither, Joining.Mean,
            f => Sample.Of(f.SleepWakings(causes), f.SleeperSeconds / 3600), Sight.Sleep)
        {
            Applies = f => f.HasSleepers,
        };
}
