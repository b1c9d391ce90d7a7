namespace Lab.Network;

/// <summary>How a radio leaves a state to carry what that state does not carry.</summary>
/// <param name="For">How long it takes; nothing passes meanwhile.</param>
/// <param name="Microwatts">What it draws meanwhile.</param>
/// <param name="To">The state, by its number, that it comes to.</param>
public readonly record struct RadioWake(Duration For, long Microwatts, int To);

/// <summary>What a radio is like between two changes.</summary>
public sealed record RadioState
{
    public static readonly Duration Forever = new(long.MaxValue);

    public required string Name { get; init; }

    /// <summary>Mean power, listening included.</summary>
    public long Microwatts { get; init; }

    /// <summary>Silence in it after which it falls to the state <see cref="Below"/>; Forever = it stays.</summary>
    public Duration Stay { get; init; } = Forever;

    public int Below { get; init; }

    /// <summary>Time after which it climbs to the state <see cref="Above"/> by itself, silent or not; Forever = it does
    /// not.</summary>
    public Duration ClimbsAfter { get; init; } = Forever;

    public int Above { get; init; }

    /// <summary>The largest packet that it carries, in bytes on the wire, each way; 0 = none.</summary>
    public int CarriesUp { get; init; }

    public int CarriesDown { get; init; }

    /// <summary>Packets smaller than this do not begin the silence anew.</summary>
    public int RefreshedFrom { get; init; }

    /// <summary>The phone listens once in so long, on a grid of its own; zero = always.</summary>
    public Duration Cycle { get; init; }

    /// <summary>It listens all the time while it has been silent for less than this.</summary>
    public Duration ListensFor { get; init; }

    /// <summary>To carry what the phone sends, and what it is sent; of a state that carries everything without
    /// meaning.</summary>
    public RadioWake Up { get; init; }

    public RadioWake Down { get; init; }

    public int Carries(Direction way) => way == Direction.Up ? CarriesUp : CarriesDown;
}

/// <summary>The radio of a phone on one kind of network: states with their timers and powers, the first at
/// rest.</summary>
public sealed record RadioSpec
{
    public required IReadOnlyList<RadioState> States { get; init; }

    /// <summary>What sending and receiving draws on top of the state, nanojoules per byte.</summary>
    public long UpNanojoulesPerByte { get; init; }

    public long DownNanojoulesPerByte { get; init; }
}
