using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// Of whom and of which time a number is: a group, a member, a server, a link or streams, and a span of the run that
/// begins with From and ends before To. What is left out means all of it. With its metric it names a measure.
/// </summary>
public readonly record struct Scope(Target? Of = null, Duration? From = null, Duration? To = null)
{
    public Duration Start => From ?? Duration.Zero;

    public Duration EndIn(RunSpec run) => To ?? run.Scenario.Duration;

    /// <summary>" of phone from 30m to 50m", as expectations write it; empty of the whole run.</summary>
    public override string ToString() =>
        (Of is null ? "" : $" of {Of}") + (From is { } from ? $" from {from}" : "") + (To is { } to ? $" to {to}" : "");
}
