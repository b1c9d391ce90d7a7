using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// A part of a client's way that journeys name: its steps one after the other, over and over until its time is up.
/// </summary>
/// <example>[{on: lte, for: 5m}, {cut: true, for: 40s}]</example>
public sealed record JourneyBlock(IReadOnlyList<JourneyStep> Steps)
{
    /// <summary>How long it takes once; null = as long as it is given.</summary>
    public Duration? Length => Steps.Any(s => s.For is null) ? null
        : Steps.Aggregate(Duration.Zero, (sum, s) => sum + s.For!.Value);
}

/// <summary>What a client is on for a while, and what that is like.</summary>
/// <example>{on: lte, for: 5m, like: {delay: 80ms, loss: 1%}}</example>
public sealed record JourneyStep
{
    /// <summary>Which of its links it goes to, with a handover where it is on another; absent = it stays.</summary>
    /// <example>lte</example>
    public string? On { get; init; }

    /// <summary>How long the step lasts; absent = as long as its block.</summary>
    /// <example>5m</example>
    public Duration? For { get; init; }

    /// <summary>Whether nothing passes meanwhile: a tunnel, a lift.</summary>
    public bool Cut { get; init; }

    /// <summary>
    /// What the link is like meanwhile, written in place or by the name of a link; absent = as it is by itself.
    /// </summary>
    /// <example>{delay: 80ms, loss: 1%}</example>
    public LinkChoice? Like { get; init; }

    /// <inheritdoc cref="FaultSpec.Gap"/>
    public Duration? Gap { get; init; }

    /// <inheritdoc cref="FaultSpec.Linger"/>
    public Duration? Linger { get; init; }

    /// <inheritdoc cref="FaultSpec.Old"/>
    public OldConnections Old { get; init; } = OldConnections.Silent;

    /// <inheritdoc cref="FaultSpec.Notices"/>
    public IReadOnlyList<Duration> Notices { get; init; } = FaultSpec.AtOnce;
}

/// <summary>A block on a way, and for how long: train 45m. Without a time: once, or at the end of the way for the rest
/// of the run.</summary>
public readonly record struct Leg(string Block, Duration? For)
{
    /// <summary>As files have it.</summary>
    public override string ToString() => For is { } time ? $"{Block} {time}" : Block;
}

/// <summary>The way of a group of clients, or of one, from the beginning of the run.</summary>
/// <example>[home 8h, walk 10m, train 45m, office]</example>
public sealed record Journey(IReadOnlyList<Leg> Legs);
