using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

// From entries to notes.
internal sealed partial class Diary
{
    private const int MostAsked = 1000, OnlyConnection = -1;

    private readonly List<Question> asked = [];                   // what was not answered yet
    private readonly Dictionary<int, Attempt> attempted = [];     // by connection: neither ready nor over
    private readonly List<int> waiting = [];                      // connections whose session waits to be resumed
    private readonly bool[] dead = new bool[2];                   // by direction
    private readonly bool[] unheard = new bool[2];                // by direction: no packet yet since that was cut
    private readonly Instant[] illSince = new Instant[2];         // by end: when its process stopped to run
    private Instant deadSince, onlineSince, onlineUntil;
    private int online = -1;                                      // the client's last connection that came so far
    private bool sleeps;                                          // its system lets the client sleep
    private bool isLoading;                                       // it is online, and not ready
    private Note? lastEnd;

    /// <summary>A check and the note that tells of it; checks between servers name their connection.</summary>
    private readonly record struct Question(PathEnd By, Traffic Check, int Connection, Instant At, Note Note);

    private readonly record struct Attempt(Instant Began, Step Step);

    private void Write(in Entry e, StreamVerdict? verdict)
    {
        switch (e.Kind)
        {
            case EntryKind.PacketLost or EntryKind.PacketOverflowed:
                PacketEntry lost = PacketEntry.Of(in e);
                if (lost.Use == SegmentUse.Handshake) break;       // the attempt tells
                Join(groups, new NoteKey(NoteKind.Lost, From(lost.Direction), (int)lost.Use, MarkOf(lost)), in e);
                break;
            case EntryKind.PacketDelivered:
                Delivered(in e, PacketEntry.Of(in e));
                break;
            case EntryKind.PathChanged:
                PathChanged(in e, PathEntry.Of(in e));
                break;
            case EntryKind.PassageChanged:
                Changed();
                Add(NoteKind.PassageChanged, PathEnd.Near, in e);
                break;
            case EntryKind.LinkChanged:
                Changed();
                Add(NoteKind.LinkChanged, PathEnd.Near, in e);
                break;
            case EntryKind.NetworkNoticed:
                Add(NoteKind.NetworkNoticed, PathEnd.Near, in e);
                break;
            case EntryKind.AppOpened or EntryKind.AppClosed:
                Add(e.Kind == EntryKind.AppOpened ? NoteKind.AppOpened : NoteKind.AppClosed, PathEnd.Near, in e);
                break;
            case EntryKind.PushSent or EntryKind.PushCame:
                Add(e.Kind == EntryKind.PushSent ? NoteKind.PushSent : NoteKind.PushCame,
                    e.Kind == EntryKind.PushSent ? PathEnd.Far : PathEnd.Near, in e);
                break;
            case EntryKind.SleepChanged:
                Changed();
                Add(NoteKind.SleepChanged, PathEnd.Near, in e);
                break;
            case EntryKind.AcceptQueueFull:
                Join(groups, new NoteKey(NoteKind.Unanswered, PathEnd.Far), in e);
                break;
            case EntryKind.ProcessChanged:
                ProcessChanged(in e, e.Host == nearHost ? PathEnd.Near : PathEnd.Far);
                break;
            case EntryKind.ClientCheckSent or EntryKind.ServerCheckSent:
                Asked(in e, SideOf(in e), CheckEntry.Of(in e).Check, OnlyConnection);
                break;
            case EntryKind.MemberCheckSent:
                MemberCheckEntry sent = MemberCheckEntry.Of(in e);
                Asked(in e, sent.Side, sent.Check, sent.Connection);
                break;
            case EntryKind.ClientCheckAnswered or EntryKind.ServerCheckAnswered:
                Answered(e.At, SideOf(in e), CheckEntry.Of(in e).Check, OnlyConnection);
                break;
            case EntryKind.MemberCheckAnswered:
                MemberCheckEntry answered = MemberCheckEntry.Of(in e);
                Answered(e.At, answered.Side, answered.Check, answered.Connection);
                break;
            case EntryKind.StanzaPassed:
                Note written = Join(groups, new NoteKey(NoteKind.Written, PathEnd.Near), in e);
                if (written.Messages.Count < Note.MostMessages) written.Messages.Add(StanzaEntry.Of(in e).Number);
                break;
            default:
                OfStream(in e, verdict);
                break;
        }
    }

    private void OfStream(in Entry e, StreamVerdict? verdict)
    {
        switch (e.Kind)
        {
            case EntryKind.ConnectAttempt:
                attempted[ConnectionEntry.Of(in e).Connection] = new(e.At, Step.Connecting);
                break;
            case EntryKind.StepReached when attempted.ContainsKey(StepEntry.Of(in e).Connection):
                StepEntry reached = StepEntry.Of(in e);
                attempted[reached.Connection] = attempted[reached.Connection] with { Step = reached.Step };
                break;
            case EntryKind.FarAccepted:
                Forget(PathEnd.Far, OnlyConnection);               // what was asked on another connection
                break;
            case EntryKind.ClientOnline:
                (online, onlineSince, onlineUntil) = (OnlineEntry.Of(in e).Connection, e.At, Instant.Never);
                isLoading = client is { HasLogin: true };
                Ready(in e, OnlineEntry.Of(in e).Connection);
                break;
            case EntryKind.ClientReady when e.At > onlineSince:
                Add(NoteKind.Loaded, PathEnd.Near, in e).Took = e.At - onlineSince;
                isLoading = false;
                break;
            case EntryKind.ClientReady:
                isLoading = false;
                break;
            case EntryKind.MemberReady when MemberReadyEntry.Of(in e).Side == PathEnd.Near:
                Ready(in e, MemberReadyEntry.Of(in e).Connection);
                break;
            case EntryKind.ClientOffline:
                Ended(in e, PathEnd.Near, OfflineEntry.Of(in e).End, verdict);
                break;
            case EntryKind.ServerOffline:
                Ended(in e, PathEnd.Far, OfflineEntry.Of(in e).End, verdict);
                break;
            case EntryKind.MemberEnded:
                Ended(in e, MemberEndEntry.Of(in e).Side, MemberEndEntry.Of(in e).End, verdict);
                break;
            case EntryKind.MemberBlamed:
                Add(NoteKind.Blamed, MemberEndEntry.Of(in e).Side, in e).End = MemberEndEntry.Of(in e).End;
                break;
            case EntryKind.RetryScheduled when lastEnd is not null:
                lastEnd.Wait = Duration.Max(lastEnd.Wait, RetryEntry.Of(in e).Delay);
                break;
            case EntryKind.ServerHibernated:
                waiting.Add(ConnectionEntry.Of(in e).Connection);
                Add(NoteKind.SessionWaits, PathEnd.Far, in e);
                break;
            case EntryKind.ServerAvailable or EntryKind.ServerLost:
                waiting.Clear();
                break;
            case EntryKind.ServerUnavailable when open is not null:
                SessionOver(in e, ConnectionEntry.Of(in e).Connection);
                break;
        }
    }

    private void SessionOver(in Entry e, int connection)
    {
        // a program that does not show why its stream ends may keep the session
        if (open!.Notes is [.., { Key: { Kind: NoteKind.Ended, By: PathEnd.Far }, End.Mechanism: Mechanism.Unseen }])
            return;
        Note note = Add(NoteKind.SessionOver, PathEnd.Far, in e);
        note.Waited = waiting.Remove(connection);
        // one that began after that died with its own stream
        Instant since = connection == online && onlineSince > open.Began ? onlineUntil : open.Began;
        note.Took = since == Instant.Never ? Duration.Zero : e.At - since;
    }

    private void PathChanged(in Entry e, PathEntry change)
    {
        Changed();
        // both directions change one after the other at the same moment
        List<Note> notes = open?.Notes ?? recent;
        if (notes is [.., { Key.Kind: NoteKind.PathChanged } half] && half.At == e.At) notes.Remove(half);
        Note note = Add(NoteKind.PathChanged, PathEnd.Near, in e);
        DirectionChanged(Direction.Up, change.UpDead);
        DirectionChanged(Direction.Down, change.DownDead);
        if (change.IsDead)
        {
            if (deadSince == default) deadSince = e.At;
            return;
        }
        note.Took = e.At - deadSince;
        deadSince = default;
    }

    /// <summary>What was open all the time needs no first packet.</summary>
    private void DirectionChanged(Direction direction, bool isDead)
    {
        int from = (int)From(direction);
        unheard[from] = !isDead && open is not null && (dead[from] || unheard[from]);
        dead[from] = isDead;
    }

    private void ProcessChanged(in Entry e, PathEnd end)
    {
        Changed();
        bool slept = sleeps;
        sleeps = Sleeps;
        bool tells = end == PathEnd.Near && (sleeps || slept && path.ProcessAt(end).Runs);
        if (tells) return;                                         // its system has told it
        Note note = Add(NoteKind.ProcessChanged, end, in e);
        if (ProcessEntry.Of(in e).State != ProcessState.Runs) illSince[(int)end] = e.At;
        else note.Took = e.At - illSince[(int)end];
    }

    private void Delivered(in Entry e, PacketEntry packet)
    {
        PathEnd from = From(packet.Direction);
        if (unheard[(int)from])
        {
            unheard[(int)from] = false;
            calmSince = Instant.Never;                             // it goes on for a while
            Add(NoteKind.FirstThrough, from, in e);
        }
        else if (packet.Use is SegmentUse.Retransmission or SegmentUse.Reset or SegmentUse.KeepaliveProbe
            or SegmentUse.WindowProbe)
            Join(groups, new NoteKey(NoteKind.GotThrough, from, (int)packet.Use, MarkOf(packet)), in e);
    }

    private void Asked(in Entry e, PathEnd by, Traffic check, int connection)
    {
        Note note = Join(groups, new NoteKey(NoteKind.Checked, by, (int)check), in e);
        if (check is not (Traffic.Ping or Traffic.Acks)) return;
        if (asked.Count == MostAsked) asked.RemoveAt(0);
        asked.Add(new Question(by, check, connection, e.At, note));
    }

    /// <summary>An answer is one to all that was asked before it.</summary>
    private void Answered(Instant now, PathEnd by, Traffic check, int connection)
    {
        foreach (Question q in asked)
            if (q.By == by && q.Check == check && q.Connection == connection)
            {
                q.Note.Answered++;
                q.Note.LongestAnswer = Duration.Max(q.Note.LongestAnswer, now - q.At);
            }
        asked.RemoveAll(q => q.By == by && q.Check == check && q.Connection == connection);
    }

    private void Forget(PathEnd by, int connection) => asked.RemoveAll(q => q.By == by && q.Connection == connection);

    private void Ready(in Entry e, int connection)
    {
        Changed();
        Note note = Add(NoteKind.Ready, PathEnd.Near, in e);
        if (attempted.Remove(connection, out Attempt attempt)) note.Took = e.At - attempt.Began;
    }

    private void Ended(in Entry e, PathEnd by, StreamEnd end, StreamVerdict? verdict)
    {
        bool betweenServers = e.Kind == EntryKind.MemberEnded;
        if (betweenServers || by == PathEnd.Near)
            Forget(by, betweenServers ? ConnectionEntry.Of(in e).Connection : OnlyConnection);
        if (by == PathEnd.Near && ConnectionEntry.Of(in e).Connection == online) onlineUntil = e.At;
        if (by == PathEnd.Near && attempted.Remove(ConnectionEntry.Of(in e).Connection, out Attempt attempt))
        {
            // an attempt is told with its outcome, at the time when it began
            var began = e with { At = attempt.Began };
            lastEnd = Join(attempts, new NoteKey(NoteKind.FailedAttempts, by, (int)end.Mechanism), in began);
            (lastEnd.Last, lastEnd.End, lastEnd.Step) = (e.At, end, attempt.Step);
            return;
        }
        if (verdict is not { } v || end.Mechanism == Mechanism.Crashed) return;   // the process tells
        groups.Clear();
        if (open is not null)
            foreach (List<Note> notes in new[] { open.Before, open.Notes })
                if (notes is [.., { Key.Kind: NoteKind.Blamed } blamed] && blamed.By == by && blamed.At == e.At)
                    notes.RemoveAt(notes.Count - 1);
        Note note = Add(NoteKind.Ended, by, in e);
        (note.End, note.Truth, note.IsRight) = (end with { Claim = v.Claim }, v.Truth, v.IsRight);
        PathEnd other = by == PathEnd.Near ? PathEnd.Far : PathEnd.Near;
        note.PeerLeft = !path.IsDead && path.ProcessAt(other).State != ProcessState.Gone;
        if (by != PathEnd.Near) return;
        (lastEnd, note.IsUnready) = (note, isLoading);
        isLoading = false;
    }

    /// <summary>Things are otherwise now: what comes is told by itself.</summary>
    private void Changed()
    {
        groups.Clear();
        attempts.Clear();
    }

    /// <summary>What tells packets of one use apart: what data is, and who resets.</summary>
    private static int MarkOf(PacketEntry packet) =>
        packet.Use == SegmentUse.Data || packet.Mark == Traffic.Middlebox ? (int)packet.Mark : 0;

    private static PathEnd From(Direction direction) => direction == Direction.Up ? PathEnd.Near : PathEnd.Far;

    private static PathEnd SideOf(in Entry e) =>
        e.Kind is EntryKind.ClientCheckSent or EntryKind.ClientCheckAnswered ? PathEnd.Near : PathEnd.Far;
}
