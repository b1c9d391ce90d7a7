using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// The journal read into what is true of every path, process and stream, of clients and between servers alike.
/// Rule: a stream is dead for one side when its path is cut, when the peer's process is gone or has given its end up,
/// or when the path lets nothing of this one connection pass, which is forgotten where a middlebox did it; broken when
/// the peer's process is frozen; else idle. An incident begins for a side that runs and sends on a stream
/// when a fault makes it dead or broken; it ends when that side gives up (detected), when the stream is well again or
/// the side itself ends it (outlived), or with the run. Definitions: lab/MODELS.md.
/// </summary>
internal sealed class GroundTruth
{
    private static readonly PathEnd[] Ends = [PathEnd.Near, PathEnd.Far];
    private readonly IReadOnlyList<FaultSpec> faults;
    private readonly ProcessTruth[] processes;                  // by host
    private readonly PathTruth[] paths;                         // by number; those of servers are not used
    private readonly int firstRoute;

    public GroundTruth(Cast cast, IReadOnlyList<FaultSpec> faults)
    {
        this.faults = faults;
        firstRoute = cast.FirstRoute;
        processes = new ProcessTruth[firstRoute];
        for (int i = 0; i < firstRoute; i++) processes[i] = new ProcessTruth();
        paths = new PathTruth[cast.Paths];
        int clients = cast.Members.Count;
        foreach (Member m in cast.Members) Lay(m.Index, m.Name, m.Index, clients + m.Server);
        foreach (Route r in cast.Routes) Lay(r.Index, r.Name, clients + r.From, clients + r.To);
    }

    /// <summary>Incidents of clients' streams, in the order in which they ended.</summary>
    public List<Incident> OfClients { get; } = [];

    /// <summary>Each time that a middlebox forgot a connection in use, by its path.</summary>
    public List<(Instant At, int Path)> Forgotten { get; } = [];

    /// <summary>Those of the streams between servers.</summary>
    public List<Incident> OfRoutes { get; } = [];

    public PathTruth Path(int path) => paths[path];

    public ProcessTruth Process(int host) => processes[host];

    /// <summary>Which fault a change of a path or process is charged to; an outage of its own is a cut.</summary>
    public FaultKind KindOf(int fault) => fault == PathEntry.Weather ? FaultKinds.Cut : faults[fault].Kind;

    /// <summary>Not null when a stream that was in use has ended.</summary>
    public StreamVerdict? On(in Entry e)
    {
        switch (e.Kind)
        {
            case EntryKind.PathChanged:
                PathChanged(paths[e.Host], PathEntry.Of(in e), e.At);
                break;
            case EntryKind.ProcessChanged:
                ProcessTruth process = processes[e.Host];
                (process.State, int fault) = ProcessEntry.Of(in e);
                process.Cause = fault == ProcessEntry.ByItself ? null : KindOf(fault);
                foreach (PathTruth path in process.Paths) TruthChanged(path, e.At);
                break;
            case EntryKind.PassageChanged:
                PassageChanged(paths[e.Host], in e);
                break;
            case EntryKind.ConnectAttempt:
                StreamOf(in e).Near.Stands = true;
                break;
            case EntryKind.FarAccepted:
                StreamOf(in e).Far.Stands = true;
                break;
            case EntryKind.NearTransportEnded:
                TransportEnded(in e, PathEnd.Near);
                break;
            case EntryKind.FarTransportEnded:
                TransportEnded(in e, PathEnd.Far);
                break;
            case EntryKind.ClientOnline:
                Ready(StreamOf(in e).Near, sends: true);
                break;
            case EntryKind.ServerAvailable:
                Ready(StreamOf(in e).Far, sends: true);
                break;
            case EntryKind.MemberReady:
                MemberReadyEntry ready = MemberReadyEntry.Of(in e);
                Ready(StreamOf(in e).At(ready.Side), ready.Sends);
                break;
            case EntryKind.ClientOffline:
                return Ended(in e, PathEnd.Near, OfflineEntry.Of(in e).End);
            case EntryKind.ServerOffline:
                return Ended(in e, PathEnd.Far, OfflineEntry.Of(in e).End);
            case EntryKind.MemberEnded:
                MemberEndEntry ended = MemberEndEntry.Of(in e);
                return Ended(in e, ended.Side, ended.End);
            case EntryKind.ServerLost:
                FarLost(paths[e.Host], e.At);
                break;
        }
        return null;
    }

    /// <summary>The run is over: incidents that are open are censored.</summary>
    public void Finish(Instant end)
    {
        foreach (PathTruth? path in paths)
            foreach (StreamTruth stream in path?.Streams ?? [])
                foreach (PathEnd side in Ends)
                    Close(path!, stream, side, end, Mechanism.None, Claim.None, detected: false, outlived: false);
    }

    private void Lay(int path, string name, int near, int far)
    {
        paths[path] = new PathTruth(path, name, processes[near], processes[far]);
        processes[near].Paths.Add(paths[path]);
        processes[far].Paths.Add(paths[path]);
    }

    private StreamTruth StreamOf(in Entry e)
    {
        PathTruth path = paths[e.Host];
        int connection = ConnectionEntry.Of(in e).Connection;
        if (path.Find(connection) is { } known) return known;
        var made = new StreamTruth(connection, path);
        path.Streams.Add(made);
        return made;
    }

    private static void Ready(EndTruth end, bool sends) => (end.Ready, end.Sends) = (true, sends);

    private void TransportEnded(in Entry e, PathEnd side)
    {
        PathTruth path = paths[e.Host];
        if (path.Find(ConnectionEntry.Of(in e).Connection) is not { } stream) return;
        stream.At(side).Stands = false;
        if (stream.IsOver) path.Streams.Remove(stream);
    }

    private StreamVerdict? Ended(in Entry e, PathEnd side, StreamEnd how)
    {
        PathTruth path = paths[e.Host];
        if (path.Find(ConnectionEntry.Of(in e).Connection) is not { } stream) return null;
        (Mechanism mechanism, Claim claim, _) = how;
        if (claim == Claim.None
            && mechanism is Mechanism.TcpRetransmissionLimit or Mechanism.TcpUserTimeout or Mechanism.TcpKeepalive
                or Mechanism.TcpWindowProbe) claim = Claim.Dead;
        EndTruth end = stream.At(side);
        var verdict = new StreamVerdict(path, (Side)side, mechanism, claim, stream.TruthAt(side), e.At);
        bool wasReady = end.Ready;
        bool own = mechanism is Mechanism.Stopped or Mechanism.Replaced or Mechanism.Crashed;
        Close(path, stream, side, e.At, mechanism, claim, detected: !own, outlived: own);
        end.Ready = end.Stands = false;
        if (stream.IsOver) path.Streams.Remove(stream);
        return wasReady ? verdict : null;
    }

    private void FarLost(PathTruth path, Instant now)
    {
        foreach (StreamTruth stream in path.Streams)
        {
            Close(path, stream, PathEnd.Far, now, Mechanism.None, Claim.None, detected: false, outlived: true);
            stream.Far.Ready = stream.Far.Stands = false;
        }
        path.Streams.RemoveAll(s => s.IsOver);
    }

    private void PathChanged(PathTruth path, PathEntry change, Instant now)
    {
        (path.UpDead, path.DownDead) = (change.UpDead, change.DownDead);
        path.Cause = KindOf(change.Fault);
        TruthChanged(path, now);
    }

    private void PassageChanged(PathTruth path, in Entry e)
    {
        if (path.Find(ConnectionEntry.Of(in e).Connection) is not { } stream) return;
        bool was = stream.Passage.IsForgotten;
        stream.Passage = PassageEntry.Of(in e);
        path.IsSelective = true;
        if (stream.Passage.IsForgotten && !was && (stream.Near.Ready || stream.Far.Ready))
            Forgotten.Add((e.At, path.Index));
        TruthChanged(path, e.At);
    }

    // What a side gave up while the other was stopped is no fault that the other meets when it goes on: only a path or
    // a process that is not well begins an incident.
    private void TruthChanged(PathTruth path, Instant now)
    {
        foreach (PathEnd side in Ends)
        {
            foreach (StreamTruth stream in path.Streams)
                if (stream.TruthAt(side) == Silence.Idle)
                    Close(path, stream, side, now, Mechanism.None, Claim.None, detected: false, outlived: true);
            ProcessTruth peer = path.ProcessAt(side == PathEnd.Near ? PathEnd.Far : PathEnd.Near);
            if (!path.ProcessAt(side).Runs || path.Current(side) is not { } current) continue;
            FaultKind? cause = current.IsCutOff ? path.Cause : !peer.Runs ? peer.Cause : current.Cause;
            if (cause is null && peer.Sleeps)                       // it would sleep without the fault, too
                Close(path, current, side, now, Mechanism.None, Claim.None, detected: false, outlived: true);
            if (cause is { IsIncident: true } && current.At(side) is { Incident: null } end)
                end.Incident = new OpenIncident(cause, now);
        }
    }

    private void Close(
        PathTruth path, StreamTruth stream, PathEnd side, Instant now, Mechanism mechanism, Claim claim, bool detected,
        bool outlived)
    {
        EndTruth end = stream.At(side);
        if (end.Incident is not { } open) return;
        end.Incident = null;
        (path.Index < firstRoute ? OfClients : OfRoutes).Add(new Incident(
            path.Index, path.Name, (Side)side, open.Fault, open.Began, now, detected, detected ? now : Instant.Never,
            mechanism, claim, outlived));
    }
}
