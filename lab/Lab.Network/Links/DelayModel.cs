namespace Lab.Network;

/// <summary>
/// The delay of a link that has more than one, without its jitter: from a trace or a table, longer on the grid, longer
/// for what the radio repairs.
/// </summary>
/// <remarks>
/// Theory of operation. All of it is decided when a unit leaves the queue for the air. A repaired unit is late by the
/// time that the repair takes; the link keeps the order, so what is behind it waits and then arrives with it. Tables
/// and repairs draw from streams of their own, a client's own delay from its sky, so both directions share it.
/// Source: concealed loss as in MoonGen's LTE settings (KaushikChavali/cellular-satcom-emulator); the grid is
/// Starlink's (arXiv 2601.08439). Leaves out: the radio time that a repair takes from others.
/// </remarks>
internal sealed class DelayModel(RandomStream random, RandomStream sky)
{
    private RandomStream? tableRandom, concealedRandom;
    private LinkSpec spec = null!;
    private Duration place;      // drawn for the client

    public static bool IsNeeded(LinkSpec spec) =>
        spec.DelayTable is not null || spec.Grid is not null || spec.Concealed is not null || spec.Trace is not null;

    public void Change(LinkSpec to)
    {
        spec = to;
        if (spec is { DelayTable: { } table, DelayDraw: DelayDraw.PerClient })
            place = table.At(sky.Fork("place").Next());
    }

    public Duration At(Instant departure, Playback? playback)
    {
        Duration delay = playback?.DelayAt(departure) ?? Usual();
        if (spec.Grid is { } grid && IsNear(grid, departure)) delay += grid.Extra;
        if (spec.Concealed is { } concealed
            && (concealedRandom ??= random.Fork("concealed")).Chance(concealed.Share)) delay += concealed.Delay;
        return delay;
    }

    private Duration Usual() => spec.DelayTable is not { } table ? spec.Delay
        : spec.DelayDraw == DelayDraw.PerClient ? place
        : table.At((tableRandom ??= random.Fork("delay")).Next());

    private static bool IsNear(GridSpec grid, Instant departure)
    {
        long into = (departure.Nanoseconds - grid.Offset.Nanoseconds) % grid.Every.Nanoseconds;
        if (into < 0) into += grid.Every.Nanoseconds;
        return into < grid.After.Nanoseconds || grid.Every.Nanoseconds - into <= grid.Before.Nanoseconds;
    }
}
