using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

// From entries to notes.
internal sealed partial class Diary
{
    private readonly Dictionary<NoteKey, Note> asked = [];        // the last check of each side and kind
    private readonly List<int> waiting = [];                      // connections whose session waits to be resumed
    private readonly bool[] unheard = new bool[2];                // by direction: no packet yet since the path was cut
    private readonly Instant[] illSince = new Instant[2];         // by end: when its process stopped to run
    private Instant deadSince, attemptBegan;
    private int attempt = -1;
    private Step step;
    private Note? lastEnd;

    private void Write(in Entry e, StreamVerdict? verdict)
    {
        switch (e.Kind)
        {
            case EntryKind.PacketLost or EntryKind.PacketOverflowed:
                PacketEntry lost = PacketEntry.Of(in e);
                if (lost.Use == SegmentUse.Handshake) break;       // the attempt tells
                int mark = lost.Use == SegmentUse.Data ? (int)lost.Mark : 0;
                Join(groups, new NoteKey(NoteKind.Lost, From(lost.Direction), (int)lost.Use, mark), in e);
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
            case EntryKind.ProcessChanged:
                ProcessChanged(in e, e.Host == nearHost ? PathEnd.Near : PathEnd.Far);
                break;
            case EntryKind.ClientCheckSent or EntryKind.ServerCheckSent:
                Asked(in e, SideOf(in e), CheckEntry.Of(in e).Check);
                break;
            case EntryKind.MemberCheckSent:
                Asked(in e, MemberCheckEntry.Of(in e).Side, MemberCheckEntry.Of(in e).Check);
                break;
            case EntryKind.ClientCheckAnswered or EntryKind.ServerCheckAnswered:
                Answered(in e, SideOf(in e), CheckEntry.Of(in e).Check);
                break;
            case EntryKind.MemberCheckAnswered:
                Answered(in e, MemberCheckEntry.Of(in e).Side, MemberCheckEntry.Of(in e).Check);
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
                (attempt, attemptBegan, step) = (ConnectionEntry.Of(in e).Connection, e.At, Step.Connecting);
                break;
            case EntryKind.StepReached:
                step = StepEntry.Of(in e).Step;
                break;
            case EntryKind.ClientOnline:
                Ready(in e);
                break;
            case EntryKind.MemberReady when MemberReadyEntry.Of(in e).Side == PathEnd.Near:
                Ready(in e);
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
                Add(NoteKind.SessionOver, PathEnd.Far, in e).Waited =
                    waiting.Remove(ConnectionEntry.Of(in e).Connection);
                break;
        }
    }

    private void PathChanged(in Entry e, PathEntry change)
    {
        Changed();
        // both directions change one after the other at the same moment
        List<Note> notes = open?.Notes ?? recent;
        if (notes is [.., { Key.Kind: NoteKind.PathChanged } half] && half.At == e.At) notes.Remove(half);
        Note note = Add(NoteKind.PathChanged, PathEnd.Near, in e);
        if (change.IsDead)
        {
            if (deadSince == default) deadSince = e.At;
            return;
        }
        note.Took = e.At - deadSince;
        deadSince = default;
        unheard[0] = unheard[1] = open is not null;
    }

    private void ProcessChanged(in Entry e, PathEnd end)
    {
        Changed();
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
            Add(NoteKind.FirstThrough, from, in e);
        }
        else if (packet.Use is SegmentUse.Retransmission or SegmentUse.Reset or SegmentUse.KeepaliveProbe
            or SegmentUse.WindowProbe)
            Join(groups, new NoteKey(NoteKind.GotThrough, from, (int)packet.Use), in e);
    }

    private void Asked(in Entry e, PathEnd by, Traffic check)
    {
        var key = new NoteKey(NoteKind.Checked, by, (int)check);
        asked[key] = Join(groups, key, in e);
    }

    private void Answered(in Entry e, PathEnd by, Traffic check)
    {
        if (!asked.TryGetValue(new NoteKey(NoteKind.Checked, by, (int)check), out Note? note)
            || note.Answered == note.Count) return;
        Duration after = e.Kind == EntryKind.MemberCheckAnswered ? e.At - note.Last : CheckEntry.Of(in e).After;
        note.Answered++;
        note.LongestAnswer = Duration.Max(note.LongestAnswer, after);
    }

    private void Ready(in Entry e)
    {
        Changed();
        Add(NoteKind.Ready, PathEnd.Near, in e).Took = e.At - attemptBegan;
        attempt = -1;
    }

    private void Ended(in Entry e, PathEnd by, StreamEnd end, StreamVerdict? verdict)
    {
        if (by == PathEnd.Near && ConnectionEntry.Of(in e).Connection == attempt)
        {
            // an attempt is told with its outcome, at the time when it began
            var began = e with { At = attemptBegan };
            lastEnd = Join(attempts, new NoteKey(NoteKind.FailedAttempts, by, (int)end.Mechanism), in began);
            (lastEnd.Last, lastEnd.End, lastEnd.Step, attempt) = (e.At, end, step, -1);
            return;
        }
        if (verdict is not { } v || end.Mechanism == Mechanism.Crashed) return;   // the process tells
        groups.Clear();
        if (open?.Notes is [.., { Key.Kind: NoteKind.Blamed } blamed] notes && blamed.By == by && blamed.At == e.At)
            notes.RemoveAt(notes.Count - 1);
        Note note = Add(NoteKind.Ended, by, in e);
        (note.End, note.Truth, note.IsRight) = (end with { Claim = v.Claim }, v.Truth, v.IsRight);
        PathEnd other = by == PathEnd.Near ? PathEnd.Far : PathEnd.Near;
        note.PeerLeft = !path.IsDead && path.ProcessAt(other).State != ProcessState.Gone;
        if (by == PathEnd.Near) lastEnd = note;
    }

    /// <summary>Things are otherwise now: what comes is told by itself.</summary>
    private void Changed()
    {
        groups.Clear();
        attempts.Clear();
    }

    private static PathEnd From(Direction direction) => direction == Direction.Up ? PathEnd.Near : PathEnd.Far;

    private static PathEnd SideOf(in Entry e) =>
        e.Kind is EntryKind.ClientCheckSent or EntryKind.ClientCheckAnswered ? PathEnd.Near : PathEnd.Far;
}
