namespace Lab.Experiments;

/// <summary>What the radios of clients draw and do; of runs in which a client has one.</summary>
internal static class EnergyMetrics
{
    public const string Battery = "energy.battery";

    public static readonly IReadOnlyList<Metric> All =
    [
        Of("energy.radio", Unit.JoulesPerHour,
            "energy that radios draw, rest included, per device that has one and hour",
            f => f.Energy(_ => true)),
        Of("energy.upkeep", Unit.JoulesPerHour,
            "the part of energy.radio that keeps streams alive: on the account of whitespace, pings, acks and TCP",
            f => f.Energy(Causes.IsUpkeep)),
        Of("energy.rest", Unit.JoulesPerHour,
            "the part of energy.radio that a radio draws which nothing ever wakes, while it rests",
            f => f.Energy(account => account == EnergyBook.Rest)),
        Of("energy.wakings", Unit.PerHour,
            "how often a radio leaves a state because something is to pass, per device and hour", f => f.Wakings),
        new(Battery, Unit.SharePerDay,
            "share of the client's battery that its radios draw in 24 h",
            "clients that have a battery, each with the energy of its radios", "none", Better.Lower, Joining.Mean,
            f => Sample.Of(f.Batteries * 24, f.BatteryHours), Sight.Energy)
        {
            Applies = f => f.HasRadios && f.BatteryHours > 0,
        },
        new("energy.awake", Unit.Share,
            "share of the time of radios in which they are in any state but rest",
            "the radios of clients, each for itself", "none", Better.Lower, Joining.Mean,
            f => Sample.Of(f.AwakeSeconds / 3600, f.RadioHours), Sight.Energy)
        {
            Applies = f => f.HasRadios,
        },
    ];

    private static Metric Of(string name, Unit unit, string meaning, Func<RunFacts, double> of) =>
        new(name, unit, meaning, "devices with a radio, whether their client is there or not", "none", Better.Lower,
            Joining.Mean, f => Sample.Of(of(f), f.RadioDeviceHours), Sight.Energy)
        {
            Applies = f => f.HasRadios,
        };
}
