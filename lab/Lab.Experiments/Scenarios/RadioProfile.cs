using Lab.Network;

namespace Lab.Experiments;

/// <summary>Microwatts.</summary>
public readonly record struct Power(long Microwatts)
{
    /// <summary>Exact, in the largest unit that leaves no fraction, as files have it.</summary>
    public override string ToString() =>
        Microwatts == 0 ? "0mW" : Words.Scaled(Microwatts, (1_000_000, "W"), (1000, "mW"), (1, "uW"));
}

/// <summary>Milliwatt-hours.</summary>
public readonly record struct Energy(long MilliwattHours)
{
    public double Joules => MilliwattHours * 3.6;

    /// <summary>As files have it.</summary>
    public override string ToString() => Words.Scaled(MilliwattHours, (1000, "Wh"), (1, "mWh"));
}

/// <summary>The name of a radio of the topology or of a preset, or a radio written in place.</summary>
public sealed record RadioChoice(string? Name, RadioProfile? Inline);

/// <summary>The radio of a phone on a kind of network: its states, of which the first is the one it rests in.</summary>
/// <example>{states: {idle: {power: 20mW, every: 1280ms, wakes: {for: 260ms, power: 1.2W, to: connected}},
/// connected: {power: 1.06W, falls-after: 11s, falls-to: idle, carries: unlimited}}}</example>
public sealed record RadioProfile
{
    /// <summary>A preset (lab show radios) whose numbers hold where no other key says them; absent = none.</summary>
    /// <example>lte-huang-2012</example>
    public string? Profile { get; init; }

    /// <summary>The states by name; the first is the one that it rests in.</summary>
    /// <example>{idle: {power: 20mW, wakes: {for: 260ms, power: 1.2W, to: on}}, on: {carries: unlimited}}</example>
    public IReadOnlyDictionary<string, RadioStateProfile> States { get; init; } =
        new Dictionary<string, RadioStateProfile>();

    /// <summary>What it draws on top of its state for each Mbit/s that passes.</summary>
    /// <example>{up: 438.39mW, down: 51.97mW}</example>
    public Ways<Power> PerMbit { get; init; } = new Power(0);

    public RadioSpec ToSpec()
    {
        string[] names = [.. States.Keys];
        RadioWake Wake(WakeProfile? w) =>
            w is null ? default : new RadioWake(w.For, w.Power.Microwatts, Array.IndexOf(names, w.To));
        return new RadioSpec
        {
            UpNanojoulesPerByte = PerByte(PerMbit.Up), DownNanojoulesPerByte = PerByte(PerMbit.Down),
            States =
            [
                .. States.Select(s => new RadioState
                {
                    Name = s.Key, Microwatts = s.Value.Power.Microwatts, Cycle = s.Value.Every,
                    ListensFor = s.Value.ListensFor, RefreshedFrom = (int)(s.Value.RefreshedFrom?.Bytes ?? 0),
                    Stay = s.Value.FallsAfter ?? RadioState.Forever,
                    Below = Math.Max(0, Array.IndexOf(names, s.Value.FallsTo)),
                    ClimbsAfter = s.Value.ClimbsAfter ?? RadioState.Forever,
                    Above = Math.Max(0, Array.IndexOf(names, s.Value.ClimbsTo)),
                    CarriesUp = Carried(s.Value.Carries?.Up), CarriesDown = Carried(s.Value.Carries?.Down),
                    Up = Wake(s.Value.Wakes?.Up), Down = Wake(s.Value.Wakes?.Down),
                }),
            ],
        };
    }

    // a milliwatt for each Mbit/s is a nanojoule for each bit
    private static long PerByte(Power perMbit) => perMbit.Microwatts * 8 / 1000;

    private static int Carried(Size? largest) =>
        largest is not { } size ? 0 : size.Bytes == 0 ? int.MaxValue : (int)size.Bytes;
}

/// <summary>A state of a radio.</summary>
/// <example>{power: 1.06W, every: 40ms, falls-after: 11576ms, falls-to: idle, carries: unlimited}</example>
public sealed record RadioStateProfile
{
    /// <summary>What it draws on average, listening included.</summary>
    /// <example>1.06W</example>
    public Power Power { get; init; }

    /// <summary>How often it listens for what it is sent; 0s = always.</summary>
    /// <example>1280ms</example>
    public Duration Every { get; init; } = Duration.Zero;

    /// <summary>How long after a packet it still listens all the time.</summary>
    /// <example>100ms</example>
    public Duration ListensFor { get; init; } = Duration.Zero;

    /// <summary>Silence in this state after which it falls to a lower one; absent = it stays.</summary>
    /// <example>11576ms</example>
    public Duration? FallsAfter { get; init; }

    /// <summary>The state that it falls to; absent = the first.</summary>
    /// <example>idle</example>
    public string? FallsTo { get; init; }

    /// <summary>Time after which it climbs to a higher state by itself; absent = it does not.</summary>
    /// <example>1700ms</example>
    public Duration? ClimbsAfter { get; init; }

    /// <summary>The state that it climbs to; absent = it does not.</summary>
    /// <example>5g</example>
    public string? ClimbsTo { get; init; }

    /// <summary>The largest packet that it carries as it is; absent = none, unlimited = any.</summary>
    /// <example>{up: 543B, down: 475B}</example>
    public Ways<Size>? Carries { get; init; }

    /// <summary>Packets smaller than this do not begin the silence anew; absent = all do.</summary>
    /// <example>320B</example>
    public Size? RefreshedFrom { get; init; }

    /// <summary>How it comes to carry others, for what the phone sends (up) and what it is sent (down).</summary>
    /// <example>{up: {for: 260ms, power: 1.21W, to: on}, down: {for: 320ms, power: 1.21W, to: on}}</example>
    public Ways<WakeProfile>? Wakes { get; init; }
}

/// <summary>How a radio comes to another state to carry something; meanwhile nothing passes.</summary>
/// <example>{for: 260ms, power: 1.21W, to: connected}</example>
public sealed record WakeProfile
{
    /// <summary>How long it takes.</summary>
    /// <example>260ms</example>
    public required Duration For { get; init; }

    /// <summary>What the radio draws meanwhile.</summary>
    /// <example>1.21W</example>
    public Power Power { get; init; }

    /// <summary>The state that it comes to.</summary>
    /// <example>connected</example>
    public required string To { get; init; }
}
