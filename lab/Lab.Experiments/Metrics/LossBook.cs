using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>Why a message is lost, as far as the journal shows it.</summary>
public enum LossCause
{
    /// <summary>It is not lost.</summary>
    None,

    /// <summary>It was written into a stream whose path was dead.</summary>
    DeadPath,

    /// <summary>It was written into a stream whose peer's process was frozen.</summary>
    FrozenPeer,

    /// <summary>It was written into a living stream, whose path was dead when the stream ended.</summary>
    PathDied,

    /// <summary>It was written to a connection that a middlebox had forgotten, or forgot before it ended.</summary>
    Forgotten,

    /// <summary>It was written to a connection of an address that the client no longer had, or left before it
    /// ended.</summary>
    Moved,

    /// <summary>The process that had it, or should have got it, ended.</summary>
    ProcessEnded,

    /// <summary>The stream ended with it while path and processes were well: a reset, a verdict, a closing.</summary>
    StreamEnded,

    /// <summary>It waited in the queue of a session that was never resumed.</summary>
    SessionExpired,

    /// <summary>The sender's own client gave it up.</summary>
    GivenUp,

    /// <summary>The journal does not show which stream it was written to.</summary>
    Unknown,
}

/// <summary>Why a message is lost, and the fault behind that; null when none is.</summary>
internal readonly record struct Loss(LossCause Cause, FaultKind? Fault);

/// <summary>
/// What became of the connections that messages were written to. One that was doomed when it was written to, by a dead
/// path or a frozen or ended peer, is the cause by itself; else the state of things when the connection ended is.
/// </summary>
internal sealed class LossBook(GroundTruth truth)
{
    private readonly Dictionary<int, List<Carrier>> carriers = [];    // by path, oldest first
    private readonly List<(PathTruth Path, Carrier Carrier)> endedNow = [];
    private Instant now;

    private sealed class Carrier(int connection)
    {
        public readonly int Connection = connection;
        public Loss Loss;
        public bool Hibernates, Expired, Fell;
    }

    /// <summary>A side writes a message to a connection: what that means for it, if it is not delivered.</summary>
    public Loss Written(int path, int connection, PathEnd by)
    {
        PathTruth way = truth.Path(path);
        if (Find(path, connection) is { Hibernates: true }) return default;   // what becomes of the session decides
        if (connection < 0 || way.Find(connection) is not { } stream) return new Loss(LossCause.Unknown, null);
        Carry(path, connection);
        ProcessTruth peer = way.ProcessAt(by == PathEnd.Near ? PathEnd.Far : PathEnd.Near);
        return stream.TruthAt(by) switch
        {
            Silence.Dead when stream.Cause is { } cause => new Loss(
                cause == FaultKinds.Handover ? LossCause.Moved
                : stream.Passage.IsForgotten ? LossCause.Forgotten : LossCause.DeadPath, cause),
            Silence.Dead when stream.IsCutOff => new Loss(LossCause.DeadPath, way.Cause),
            Silence.Dead when peer.State == ProcessState.Dozing => new Loss(LossCause.FrozenPeer, null),
            Silence.Dead when peer.State == ProcessState.Gone => new Loss(LossCause.ProcessEnded, peer.Cause),
            Silence.Dead => new Loss(LossCause.StreamEnded, null),
            Silence.Forgotten => new Loss(LossCause.Forgotten, stream.Cause),
            Silence.Broken => new Loss(LossCause.FrozenPeer, peer.Cause),
            _ => default,
        };
    }

    /// <summary>Why a message is lost that was last written so to that connection.</summary>
    public Loss Of(Loss written, int path, int connection)
    {
        Carrier? carrier = Find(path, connection);
        if (carrier is { Fell: true }) return carrier.Loss;
        if (carrier is { Expired: true })
            return new Loss(LossCause.SessionExpired, written.Fault ?? carrier.Loss.Fault);
        return written.Cause != LossCause.None ? written
            : carrier is { Loss.Cause: not LossCause.None } ? carrier.Loss : new Loss(LossCause.Unknown, null);
    }

    /// <summary>An entry about a path or a process, after the truth has taken it in.</summary>
    public void On(in Entry e)
    {
        if (e.At != now) endedNow.Clear();
        now = e.At;
        switch (e.Kind)
        {
            case EntryKind.ClientOffline or EntryKind.ServerOffline:
                Ended(e.Host, Find(in e), OfflineEntry.Of(in e).End.Mechanism);
                break;
            case EntryKind.MemberEnded:
                Ended(e.Host, Find(in e), MemberEndEntry.Of(in e).End.Mechanism);
                break;
            case EntryKind.NearTransportEnded or EntryKind.FarTransportEnded:
                Ended(e.Host, Find(in e), Mechanism.None);
                break;
            case EntryKind.ServerLost:
                foreach (Carrier carrier in carriers.GetValueOrDefault(e.Host, []))
                {
                    // a session falls with its server, whatever ended its stream before
                    if (carrier is { Hibernates: true, Expired: false }) (carrier.Fell, carrier.Loss) = (true, default);
                    Ended(e.Host, carrier, Mechanism.Crashed);
                }
                break;
            case EntryKind.ServerHibernated:
                Carry(e.Host, ConnectionEntry.Of(in e).Connection).Hibernates = true;
                break;
            case EntryKind.ServerAvailable:
                foreach (Carrier carrier in carriers.GetValueOrDefault(e.Host, [])) carrier.Hibernates = false;
                break;
            case EntryKind.ServerUnavailable:
                if (Find(in e) is { Hibernates: true } expired) expired.Expired = true;
                break;
            case EntryKind.ProcessChanged when ProcessEntry.Of(in e).State == ProcessState.Gone:
                ProcessTruth process = truth.Process(e.Host);
                foreach ((PathTruth path, Carrier carrier) in endedNow)
                    if (path.ProcessAt(PathEnd.Near) == process || path.ProcessAt(PathEnd.Far) == process)
                        carrier.Loss = new Loss(LossCause.ProcessEnded, process.Cause);
                break;
        }
    }

    // the first end counts; a process takes its transports with it before it is said to be gone
    private void Ended(int path, Carrier? carrier, Mechanism mechanism)
    {
        if (carrier is null) return;
        bool process = mechanism is Mechanism.Crashed or Mechanism.Stopped;
        PathTruth way = truth.Path(path);
        if (carrier.Loss.Cause == LossCause.None) endedNow.Add((way, carrier));
        else if (!process || !endedNow.Contains((way, carrier))) return;
        ProcessTruth near = way.ProcessAt(PathEnd.Near), far = way.ProcessAt(PathEnd.Far);
        ProcessTruth? ill = !far.Runs ? far : !near.Runs ? near : null;
        carrier.Loss = process ? new Loss(LossCause.ProcessEnded, ill?.Cause)
            : way.Find(carrier.Connection) is { Passage.Cause: PassageCause.Moved, Cause: { } moved }
                ? new Loss(LossCause.Moved, moved)
            : way.IsDead ? new Loss(LossCause.PathDied, way.Cause)
            : way.Find(carrier.Connection) is { Passage.IsForgotten: true, Cause: { } cause }
                ? new Loss(LossCause.Forgotten, cause)
            : ill is null ? new Loss(LossCause.StreamEnded, null)
            : new Loss(ill.State == ProcessState.Gone ? LossCause.ProcessEnded : LossCause.FrozenPeer, ill.Cause);
    }

    private Carrier Carry(int path, int connection)
    {
        if (Find(path, connection) is { } known) return known;
        if (!carriers.TryGetValue(path, out List<Carrier>? all)) carriers[path] = all = [];
        all.Add(new Carrier(connection));
        return all[^1];
    }

    private Carrier? Find(in Entry e) => Find(e.Host, ConnectionEntry.Of(in e).Connection);

    private Carrier? Find(int path, int connection) =>
        carriers.TryGetValue(path, out List<Carrier>? known) ? known.FindLast(c => c.Connection == connection) : null;
}
