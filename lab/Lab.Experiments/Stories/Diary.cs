using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// Keeps notes of one path, and whole episodes of what went wrong on it. What repeats while nothing else changes is one
/// note, so a day of checks is a line; of the time when all was well only the last minutes are kept. Memory is bounded:
/// so many notes per episode, so many episodes.
/// </summary>
internal sealed partial class Diary(PathTruth path, int nearHost, ClientRecord? client, Duration run)
{
    private const int MostNotes = 100, MostEpisodes = 16;
    private static readonly Duration Window = Duration.FromMinutes(5), Settled = Duration.FromSeconds(15);

    // groups end with each change of things, attempts only when the path, a process or their success changes them
    private readonly Dictionary<NoteKey, Note> groups = [], attempts = [];
    private List<Note> older = [], recent = [];
    private Episode? open;
    private Instant calmSince = Instant.Never, windowBegan, previous = Instant.Zero;
    private bool wasWell = true;

    /// <summary>The most telling ones, in order of time.</summary>
    public List<Episode> Episodes { get; } = [];

    /// <summary>Of all episodes.</summary>
    public int Count { get; private set; }

    public PathTruth Path => path;

    private bool IsWell =>
        !path.IsDead && path.Selected is null && (path.ProcessAt(PathEnd.Near).Runs || IsAbsent || Sleeps)
            && path.ProcessAt(PathEnd.Far).Runs;

    private bool Sleeps => path.ProcessAt(PathEnd.Near).Sleeps;

    private bool IsAbsent => path.ProcessAt(PathEnd.Near).IsAbsent;

    /// <summary>Both sides are well and agree, so nothing is left to tell.</summary>
    private bool IsCalm => IsWell && (client is null
        ? path.Streams.TrueForAll(s => (!s.Near.Ready || s.Far.Stands) && (!s.Far.Ready || s.Near.Stands))
        : IsAbsent ? client.Sessions.Count == 0
        : client is { IsOnline: true, Sessions: [{ Hibernates: false } only] } && only.Connection == client.Connection);

    private bool IsUnheard => unheard[0] || unheard[1];

    /// <summary>An entry about this path or a process at one of its ends, after the truth has taken it in.</summary>
    public void On(in Entry e, StreamVerdict? verdict)
    {
        Settle(e.At);
        bool well = IsWell;
        bool hit = wasWell && !well && path.Streams.Count > 0;
        bool ends = verdict is { Mechanism: not (Mechanism.Stopped or Mechanism.Replaced or Mechanism.Crashed) } end
            && !(IsAbsent && end.Claim == Claim.None);             // what follows a goodbye
        if (hit || ends || FailsToLoad(in e))
        {
            // a verdict while nothing has got through yet belongs to what came before
            if (hit && calmSince != Instant.Never && !IsUnheard) Close(e.At);
            if (open is null) Open(in e, hit);
        }
        if (open is not null && verdict is { } v) open.Verdicts.Add(v);
        Write(in e, verdict);
        wasWell = well;
        if (open is null) return;
        if (!IsCalm) calmSince = Instant.Never;
        else if (calmSince == Instant.Never) calmSince = e.At;
    }

    /// <summary>A fault that no path and no process shows has begun or ended here.</summary>
    public void OnFault(in Entry e)
    {
        bool began = e.Kind == EntryKind.FaultBegan;
        Write(new Note(new NoteKey(began ? NoteKind.FaultBegan : NoteKind.FaultEnded, PathEnd.Near), in e));
    }

    /// <summary>The run is over.</summary>
    public void Finish(Instant end)
    {
        Settle(end);
        if (open is not null) Close(end);
    }

    /// <summary>An attempt that nothing stood in the way of is over before its contact list came.</summary>
    private bool FailsToLoad(in Entry e) => e.Kind == EntryKind.ClientOffline
        && attempted.TryGetValue(ConnectionEntry.Of(in e).Connection, out Attempt attempt)
        && attempt.Step == Step.RosterSent;

    // ---- episodes

    private void Open(in Entry e, bool hit)
    {
        ProcessTruth near = path.ProcessAt(PathEnd.Near), far = path.ProcessAt(PathEnd.Far);
        FaultKind? fault = !hit ? null : path.IsDead ? path.Cause : path.Selected is { } alone ? alone
            : near.Runs ? far.Cause : near.Cause;
        bool weather = e.Kind == EntryKind.PathChanged && PathEntry.Of(in e).Fault == PathEntry.Weather;
        open = new Episode(e.At, fault, weather, Before(), previous);
        (older, recent) = ([], []);
    }

    /// <summary>Of the last minutes; what is the same in both windows is one note.</summary>
    private List<Note> Before()
    {
        List<Note> before = [.. older];
        foreach (Note note in recent)
            if (note.Key.Kind is NoteKind.Checked or NoteKind.Lost or NoteKind.GotThrough or NoteKind.Written
                && before.FindLast(n => n.Key == note.Key) is { } same) same.Add(note);
            else before.Add(note);
        return before;
    }

    private void Settle(Instant now)
    {
        if (open is null || calmSince == Instant.Never) return;
        Instant over = calmSince + (IsUnheard ? Window : Settled);
        if (now > over) Close(over);
    }

    private void Close(Instant now)
    {
        open!.Until = now;
        Episodes.Add(open);
        Count++;
        if (Episodes.Count > MostEpisodes) Episodes.Remove(Episodes.MinBy(e => e.WeightIn(run))!);
        (open, calmSince, windowBegan, previous) = (null, Instant.Never, now, now);
        unheard[0] = unheard[1] = false;
        Changed();
    }

    // ---- notes

    private void Write(Note note)
    {
        if (open is not null)
        {
            open.Notes.Add(note);
            if (open.Notes.Count <= MostNotes) return;
            Note dropped = open.Notes[MostNotes / 2];
            open.Notes.RemoveAt(MostNotes / 2);
            open.Dropped++;
            groups.Remove(dropped.Key);
            attempts.Remove(dropped.Key);
            return;
        }
        if (note.At - windowBegan > Window)
        {
            (older, recent, windowBegan) = (recent, [], note.At);
            Changed();
        }
        recent.Add(note);
    }

    private Note Join(Dictionary<NoteKey, Note> among, NoteKey key, in Entry e)
    {
        if (open is null && e.At - windowBegan > Window) among.Remove(key);
        if (among.TryGetValue(key, out Note? known))
        {
            known.Count++;
            known.Last = e.At;
            return known;
        }
        var note = new Note(key, in e);
        Write(note);
        return among[key] = note;
    }

    private Note Add(NoteKind kind, PathEnd by, in Entry e)
    {
        var note = new Note(new NoteKey(kind, by), in e);
        Write(note);
        return note;
    }
}
