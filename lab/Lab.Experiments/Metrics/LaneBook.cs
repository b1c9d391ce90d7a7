using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// What is drawn of the first clients, or of the first streams between servers; the rest would not be seen.
/// </summary>
internal sealed class LaneBook(int lanes, int sides)
{
    /// <summary>Sources of what a lane suffers: its path, and what that lets pass of a connection in use.</summary>
    public const int Path = -1, Passage = int.MinValue;

    private readonly (LaneState State, Instant Since)[] drawn = new (LaneState, Instant)[lanes * sides];
    private readonly Dictionary<(int Lane, int Source), int> open = [];   // where in Bands

    /// <summary>A process at one of its ends, by its host.</summary>
    public static int Process(int host) => host;

    /// <summary>A fault that no path and no process shows, by its index in the scenario.</summary>
    public static int Fault(int index) => -2 - index;

    public List<LaneSegment> Lanes { get; } = [];
    public List<LaneMark> Marks { get; } = [];
    public List<FaultBand> Bands { get; } = [];

    /// <summary>What a side has from now on.</summary>
    public void Draw(int lane, Side side, LaneState state, Instant now)
    {
        if (lane >= lanes || drawn[lane * sides + (int)side].State == state) return;
        CloseLane(lane, side, now);
        drawn[lane * sides + (int)side] = (state, now);
    }

    /// <summary>How a stream ended, where it was not the lane's own choice.</summary>
    public void Mark(int lane, in StreamVerdict v)
    {
        if (lane < lanes) Marks.Add(new LaneMark(lane, v.Side, v.Mechanism, v.Claim, v.IsFalseAlarm, v.At));
    }

    /// <summary>What a source has the lane suffer from now on; null = nothing any more. Sources may overlap.</summary>
    public void Band(int lane, int source, FaultKind? kind, Instant now)
    {
        if (lane >= lanes) return;
        if (open.TryGetValue((lane, source), out int band))
        {
            if (Bands[band].Kind == kind) return;
            Bands[band] = Bands[band] with { To = now };
            open.Remove((lane, source));
        }
        if (kind is null) return;
        open.Add((lane, source), Bands.Count);
        Bands.Add(new FaultBand(lane, kind, now, Instant.Never));
    }

    /// <summary>The run is over: what is open ends with it. Lanes then stand by lane, side and time.</summary>
    public void Close(Instant end)
    {
        for (int lane = 0; lane < lanes; lane++)
            for (int side = 0; side < sides; side++) CloseLane(lane, (Side)side, end);
        Lanes.Sort((a, b) => (a.Client, a.Side, a.From).CompareTo((b.Client, b.Side, b.From)));
        foreach (int band in open.Values) Bands[band] = Bands[band] with { To = end };
    }

    private void CloseLane(int lane, Side side, Instant now)
    {
        (LaneState state, Instant since) = drawn[lane * sides + (int)side];
        if (now > since) Lanes.Add(new LaneSegment(lane, side, state, since, now));
    }
}
