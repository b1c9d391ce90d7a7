using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// What the journal says of the streams between servers besides their truth: where blame landed, what connecting cost,
/// and their pictures. Definitions: lab/MODELS.md, "Streams between servers".
/// </summary>
internal sealed class FederationRecord
{
    /// <summary>Routes whose lanes are kept.</summary>
    public const int LaneRoutes = 32;

    private readonly Cast cast;
    private readonly GroundTruth truth;
    private readonly LaneBook lanes;
    private readonly Dictionary<long, Instant> waiting = [];    // messages for a stream
    private readonly SortedSet<int> used = [];                  // connections that carried one

    public FederationRecord(Cast cast, GroundTruth truth)
    {
        (this.cast, this.truth) = (cast, truth);
        lanes = new LaneBook(Math.Min(LaneRoutes, cast.Routes.Count), sides: 1);
    }

    public bool IsEmpty => cast.Routes.Count == 0;
    public IReadOnlyList<Incident> Deaths => truth.OfRoutes;

    /// <summary>When the first stanza of a connection was written to it, and how long it had waited.</summary>
    public List<(Instant At, int Path, Duration Waited)> FirstDelays { get; } = [];

    /// <summary>Ends of streams that a side used.</summary>
    public List<StreamVerdict> Verdicts { get; } = [];

    /// <summary>Attempts by path.</summary>
    public StormRecord Storm { get; } = new();

    public FederationResult? Result() => IsEmpty ? null : new FederationResult(
        [.. cast.Routes.Take(LaneRoutes).Select(r => r.Name)], lanes.Lanes, lanes.Marks, lanes.Bands, Deaths);

    /// <summary>An entry whose host is a route, after the truth has taken it in.</summary>
    public void On(in Entry e, StreamVerdict? verdict)
    {
        PathTruth path = truth.Path(e.Host);
        switch (e.Kind)
        {
            case EntryKind.PathChanged:
                Band(path, LaneBook.Path, path.IsDead ? FaultKinds.Cut : null, e.At);
                break;
            case EntryKind.ConnectAttempt:
                Storm.Attempt(e.At, path.Index, first: false);
                break;
            case EntryKind.StanzaQueued:
                waiting.TryAdd(StanzaEntry.Of(in e).Number, e.At);
                break;
            case EntryKind.StanzaPassed:
                Passed(path, StanzaEntry.Of(in e), e.At);
                break;
        }
        if (verdict is { } v) Judge(in v);
        if (path.IsSelective) Band(path, LaneBook.Passage, path.Selected, e.At);
        lanes.Draw(LaneOf(path), Side.Client, StateOf(path), e.At);
    }

    /// <summary>Draws what no path and no process shows: names, certificates, dialback. Nobody dies of it.</summary>
    public void FaultChanged(FaultSpec fault, int index, Instant now, bool begins)
    {
        if (!fault.Kind.IsBetweenServers) return;
        foreach (int server in cast.Resolve(fault.Target).Servers)
            foreach (Route r in cast.RoutesOf(server))
                Band(truth.Path(r.Index), LaneBook.Fault(index), begins ? fault.Kind : null, now);
    }

    public void Band(PathTruth path, int source, FaultKind? kind, Instant now) =>
        lanes.Band(LaneOf(path), source, kind, now);

    public void Finish(Instant end) => lanes.Close(end);

    private void Passed(PathTruth path, StanzaEntry stanza, Instant now)
    {
        bool first = used.Add(stanza.Connection);
        if (waiting.Remove(stanza.Number, out Instant since) && first)
            FirstDelays.Add((now, path.Index, now - since));
    }

    private void Judge(in StreamVerdict v)
    {
        Verdicts.Add(v);
        if (v.Mechanism is not (Mechanism.Stopped or Mechanism.Crashed)) lanes.Mark(LaneOf(v.Path), in v);
    }

    private int LaneOf(PathTruth path) => path.Index - cast.FirstRoute;

    private static LaneState StateOf(PathTruth path) => path.AnyReady(PathEnd.Near) ? LaneState.Online
        : path.AnyStands(PathEnd.Near) ? LaneState.Connecting : LaneState.Offline;
}
