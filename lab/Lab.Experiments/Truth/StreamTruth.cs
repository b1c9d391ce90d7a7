using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>What a side's silent peer is, truly: RFC 6120 section 4.6, and what lies between.</summary>
public enum Silence
{
    Idle,
    Dead,

    /// <summary>Path and peer are well, and a middlebox on the way forgot the connection.</summary>
    Forgotten,

    Broken,
}

/// <summary>A process, what made it so, and the paths that end at it.</summary>
internal sealed class ProcessTruth
{
    public readonly List<PathTruth> Paths = [];
    public ProcessState State;
    public FaultKind? Cause = FaultKinds.Cut;                   // of the last change; means nothing before one

    public bool Runs => State == ProcessState.Runs;

    /// <summary>A client that is not there yet, or has left: no fault.</summary>
    public bool IsAbsent => State == ProcessState.Gone && Cause is null;

    /// <summary>A client whose system lets it sleep: no fault.</summary>
    public bool Sleeps => State is ProcessState.Frozen or ProcessState.Dozing && Cause is null;
}

/// <summary>
/// The way of a client to its server, or of a place in a pool to another server, with the connections that either end
/// still has. The near end opens them.
/// </summary>
internal sealed class PathTruth(int index, string name, ProcessTruth near, ProcessTruth far)
{
    public readonly int Index = index;
    public readonly string Name = name;
    public readonly List<StreamTruth> Streams = [];             // oldest first
    public bool UpDead, DownDead;
    public FaultKind Cause = FaultKinds.Cut;                    // of the last change; means nothing before one

    public bool IsDead => UpDead || DownDead;

    public ProcessTruth ProcessAt(PathEnd end) => end == PathEnd.Near ? near : far;

    /// <summary>Whether some connection of it was ever let pass no more.</summary>
    public bool IsSelective;

    /// <summary>What a connection that a side uses suffers alone; null when all of these pass.</summary>
    public FaultKind? Selected
    {
        get
        {
            if (!IsSelective) return null;
            foreach (StreamTruth stream in Streams)
                if (stream.Near.Ready || stream.Far.Ready)
                    if (stream.Cause is { } cause) return cause;
            return null;
        }
    }

    public StreamTruth? Find(int connection)
    {
        for (int i = Streams.Count - 1; i >= 0; i--)
            if (Streams[i].Connection == connection) return Streams[i];
        return null;
    }

    /// <summary>Whether the path, or the link that it goes by alone, lets a connection pass both ways.</summary>
    public bool Lets(int connection) => !IsSelective ? !IsDead
        : Find(connection) is { IsCutOff: false, Passage.IsDead: false };

    /// <summary>Whether both ends of a connection stand: what was written to it may still arrive.</summary>
    public bool Stands(int connection) => Find(connection) is { Near.Stands: true, Far.Stands: true };

    /// <summary>The connection that an end would send on.</summary>
    public StreamTruth? Current(PathEnd end) => Streams.FindLast(s => s.At(end) is { Ready: true, Sends: true });

    public bool AnyReady(PathEnd end)
    {
        foreach (StreamTruth stream in Streams)
            if (stream.At(end).Ready) return true;
        return false;
    }

    public bool AnyStands(PathEnd end)
    {
        foreach (StreamTruth stream in Streams)
            if (stream.At(end).Stands) return true;
        return false;
    }
}

/// <summary>One end of a connection and what its side believes.</summary>
internal sealed class EndTruth
{
    public bool Stands, Ready, Sends;
    public OpenIncident? Incident;

    /// <summary>A transport is over before its side has said so.</summary>
    public bool IsOver => !Stands && !Ready;
}

/// <summary>A connection and the stream on it, at both ends.</summary>
internal sealed class StreamTruth(int connection, PathTruth path)
{
    public readonly int Connection = connection;
    public readonly EndTruth Near = new(), Far = new();

    /// <summary>Of this connection alone; the path may be open to others.</summary>
    public PassageEntry Passage;

    /// <summary>What that is charged to; null while it passes. Where a link lingers, it is cut, or its own
    /// weather's.</summary>
    public FaultKind? Cause => !Passage.IsDead ? null : Passage.Cause switch
    {
        PassageCause.Moved => FaultKinds.Handover,
        PassageCause.Lingering => FaultKinds.Cut,
        _ => FaultKinds.Forget,
    };

    /// <summary>The path is dead, and it goes by that.</summary>
    public bool IsCutOff => path.IsDead && !Passage.IsApart;

    public bool IsOver => Near.IsOver && Far.IsOver;

    public EndTruth At(PathEnd end) => end == PathEnd.Near ? Near : Far;

    /// <summary>What a side would find, if it knew.</summary>
    public Silence TruthAt(PathEnd end)
    {
        PathEnd other = end == PathEnd.Near ? PathEnd.Far : PathEnd.Near;
        ProcessState peer = path.ProcessAt(other).State;
        if (IsCutOff || peer is ProcessState.Gone or ProcessState.Dozing || !At(other).Stands) return Silence.Dead;
        if (Passage.IsDead) return Passage.IsForgotten ? Silence.Forgotten : Silence.Dead;
        return peer == ProcessState.Frozen ? Silence.Broken : Silence.Idle;
    }
}
