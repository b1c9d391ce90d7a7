using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>What a note tells of.</summary>
internal enum NoteKind
{
    PathChanged, PassageChanged, ProcessChanged, FaultBegan, FaultEnded, Lost, GotThrough, FirstThrough, Checked, Ended,
    Blamed, FailedAttempts, Ready, SessionWaits, SessionOver, Written, LinkChanged, NetworkNoticed,
    AppOpened, AppClosed, Loaded, SleepChanged, PushSent, PushCame, Unanswered,
}

/// <summary>What may become one note: the same again, of the same side, while nothing else has changed.</summary>
internal readonly record struct NoteKey(NoteKind Kind, PathEnd By, int What = 0, int Mark = 0);

/// <summary>Something worth telling of a path, or the same several times.</summary>
internal sealed class Note(NoteKey key, in Entry entry)
{
    /// <summary>The most message numbers that are kept of one.</summary>
    public const int MostMessages = 1000;

    public readonly NoteKey Key = key;

    /// <summary>The first that it stands for.</summary>
    public readonly Entry Entry = entry;

    public Instant At = entry.At, Last = entry.At;
    public int Count = 1;

    /// <summary>
    /// How long what it ends had lasted, or what it tells of took; zero when that is not known. Of SessionOver: how
    /// long nobody had been there.
    /// </summary>
    public Duration Took;

    /// <summary>Of checks: how many were answered, and the longest time that took.</summary>
    public int Answered;
    public Duration LongestAnswer;

    /// <summary>Of an end: what it says of the peer, and what was true.</summary>
    public StreamEnd End;
    public Silence Truth;
    public bool IsRight;

    /// <summary>Of an end: the connection is dead because the other side has ended it.</summary>
    public bool PeerLeft;

    /// <summary>Of an end: not all had come that the login asks for.</summary>
    public bool IsUnready;

    /// <summary>Of attempts: how far the last one came.</summary>
    public Step Step;

    /// <summary>Of an end and of attempts: the longest wait before the next attempt; zero when none follows.</summary>
    public Duration Wait;

    /// <summary>Of SessionOver: it had waited to be resumed.</summary>
    public bool Waited;

    /// <summary>Of Written: the first of the messages.</summary>
    public readonly List<long> Messages = [];

    public PathEnd By => Key.By;

    /// <summary>One of the same key that began later.</summary>
    public void Add(Note later)
    {
        (Count, Last) = (Count + later.Count, later.Last);
        Answered += later.Answered;
        LongestAnswer = Duration.Max(LongestAnswer, later.LongestAnswer);
        Messages.AddRange(later.Messages);
    }
}

/// <summary>
/// What happened on a path around something: begins when its connection is hit or a stream on it ends, and lasts until
/// all is well.
/// </summary>
internal sealed class Episode(Instant began, FaultKind? fault, bool weather, List<Note> before, Instant previous)
{
    public readonly Instant Began = began;

    /// <summary>When the last one on this path was over: what was sent until then is that one's.</summary>
    public readonly Instant Previous = previous;

    /// <summary>What hit a connection; null when a stream ended without that.</summary>
    public readonly FaultKind? Fault = fault;

    /// <summary>That was an outage of the link's own.</summary>
    public readonly bool IsWeather = weather;

    public readonly List<Note> Before = before;
    public readonly List<Note> Notes = [];

    /// <summary>Notes that were dropped from the middle.</summary>
    public int Dropped;

    public Instant Until = Instant.Never;
    public readonly List<StreamVerdict> Verdicts = [];

    /// <summary>How telling it is in a run so long: <see cref="Story.Weight"/> without its messages.</summary>
    public double WeightIn(Duration run) =>
        (Verdicts.Any(v => v.IsFalseAlarm) ? 1 : 0) + (Fault is null ? 0 : 0.2)
            + (Until - Began).TotalSeconds / run.TotalSeconds;
}
