using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>The two ends of a path by name: who opens the connections, and who takes them.</summary>
internal readonly record struct Pair(string Near, string Far)
{
    public string this[PathEnd end] => end == PathEnd.Near ? Near : Far;

    public string Other(PathEnd end) => end == PathEnd.Near ? Far : Near;
}

/// <summary>Notes and messages as sentences, in the words of RFC 6120 and the XEPs.</summary>
internal sealed partial class Phrases(RunSpec spec, Cast cast)
{
    public static string Span(Duration span) => Units.Format(span.TotalSeconds, Unit.Seconds);

    public Pair PairOf(int path)
    {
        if (path < cast.FirstRoute)
            return new Pair(cast.Members[path].Name, cast.Members[path].Domain);
        Route route = cast.RouteAt(path);
        return new Pair(cast.Domains[route.From], cast.Domains[route.To]);
    }

    /// <summary>Who does it; the network where nobody does.</summary>
    public string Who(Pair pair, Note note) => note.Key.Kind switch
    {
        NoteKind.GotThrough or NoteKind.FirstThrough or NoteKind.Lost
            when PacketEntry.Of(in note.Entry).Mark == Traffic.Middlebox => "network",
        NoteKind.PathChanged or NoteKind.PassageChanged => "network",
        NoteKind.FaultBegan or NoteKind.FaultEnded => "fault",
        _ => pair[note.By],
    };

    public string Sentence(Pair pair, Note n, Episode episode) => n.Key.Kind switch
    {
        NoteKind.PathChanged => PathChanged(pair, n),
        NoteKind.PassageChanged => PassageChanged(pair, PassageEntry.Of(in n.Entry)),
        NoteKind.LinkChanged => LinkEntry.Of(in n.Entry).Link is >= 0 and int link
            ? $"is on {cast.Members[n.Entry.Host].Links[link].Key} now, under another address"
            : "has left its network, and has no other yet: nothing passes",
        NoteKind.NetworkNoticed => "hears from its system that the network has changed",
        NoteKind.AppOpened => "is opened by its person",
        NoteKind.AppClosed => "is left by its person: its app is in the background again",
        NoteKind.PushSent => $"asks the push service to wake {pair.Near}" + PushEntry.Of(in n.Entry).Fate switch
        {
            PushFate.Lost => "; that push is lost",
            PushFate.Refused => ", which has taken as many as it takes",
            PushFate.UnderWay => "",
        },
        NoteKind.PushCame => "gets a push",
        NoteKind.SleepChanged => SleepChanged(SleepEntry.Of(in n.Entry)),
        NoteKind.Unanswered => (n.Count == 1 ? "leaves a packet that opens a connection unanswered"
            : $"leaves {n.Count} packets that open connections unanswered{Later(n)}") + ": its accept queue is full",
        NoteKind.ProcessChanged => ProcessChanged(n),
        NoteKind.FaultBegan => $"the fault {FaultOf(n).Kind.Word} begins: {FaultOf(n).Kind.Help}",
        NoteKind.FaultEnded when FaultOf(n).Kind.IsMomentary => "the fault is over at once",
        NoteKind.FaultEnded => $"the fault {FaultOf(n).Kind.Word} is over",
        NoteKind.Lost => Packets(n) + (n.Count == 1 ? " is " : $"{Later(n)}, are ")
            + (n.Entry.Kind == EntryKind.PacketOverflowed ? "dropped: the link's queue is full" : "lost on the way"),
        NoteKind.GotThrough => Packets(n) + (n.Count == 1 ? " gets through" : $"{Later(n)}, get through"),
        NoteKind.FirstThrough => $"the first packet since the path was cut gets through: {Packets(n)}",
        NoteKind.Checked => Checked(n),
        NoteKind.Ended => Ended(pair, n),
        NoteKind.Blamed => $"finds the stream at fault ({n.End.Words})",
        NoteKind.FailedAttempts => Attempts(n),
        NoteKind.Ready when n.Entry.Kind == EntryKind.MemberReady =>
            $"opens a stream that is ready for stanzas after {Span(n.Took)}",
        NoteKind.Ready => OnlineEntry.Of(in n.Entry).Resumed
            ? $"connects and resumes its session (XEP-0198); that took {Span(n.Took)}"
            : $"connects, logs in and is online with a new session; that took {Span(n.Took)}",
        NoteKind.Loaded => $"has all that its login asks for, {Span(n.Took)} after it was online",
        NoteKind.SessionWaits => $"keeps the session, so that {pair.Near} can resume it (XEP-0198)",
        NoteKind.SessionOver when n.Waited => "gives up the session that waited: nobody resumed it in time",
        NoteKind.SessionOver => $"ends that session: until now it called {pair.Near} available"
            + (n.Took > Duration.Zero ? $", {Span(n.Took)} after the "
                + (episode.Fault is not null && n.At - n.Took == episode.Began ? "fault" : "stream was given up") : ""),
        _ => n.Count == 1 ? "writes a message to this stream"
            : $"writes {(long)n.Count} messages to this stream{Later(n)}",
    };

    private static string PassageChanged(Pair pair, PassageEntry change)
    {
        if (change.IsApart)
            return "the connection goes by the link that it was opened over" + (change.IsDead ? ", which is dead" : "");
        if (!change.IsDead) return "the connection is known again on its way: packets pass";
        string what = change.Cause switch
        {
            PassageCause.Expired => "a middlebox forgets the connection, which was silent for too long",
            PassageCause.Evicted => "a middlebox forgets the connection, for it needs its place for another",
            PassageCause.Restarted => "a middlebox forgets the connection, with everything that it knew",
            PassageCause.Rebound => "a middlebox forgets the connection, and would give it another port",
            _ => $"{pair.Near} has another address, which this connection does not know",
        };
        return what + (change is { UpDead: true, DownDead: true } ? ": nothing passes on it any more"
            : $": nothing passes any more from {(change.UpDead ? pair.Near : pair.Far)}");
    }

    /// <summary>"cut: phone noticed after 27.7 s (ping timeout), a.example did not notice; 1 message lost".</summary>
    public string Title(Pair pair, Episode episode, IReadOnlyList<Incident> incidents, int lost)
    {
        List<string> sides = [];
        foreach (Incident i in incidents.OrderBy(i => i.Side).ThenBy(i => i.Began)
            .Where(i => i.Detected || !incidents.Any(o => o.Side == i.Side && o.Detected)))
        {
            string who = pair[i.Side == Side.Client ? PathEnd.Near : PathEnd.Far];
            string end = How(i.Mechanism);
            sides.Add(i.Detected ? $"{who} noticed after {Span(i.Elapsed)} ({end})"
                : i.Outlived ? $"{who} did not notice" : $"{who} had not noticed at the end of the run");
        }
        foreach (StreamVerdict v in episode.Verdicts.Where(v => v.IsFalseAlarm
            || incidents.Count == 0 && v.Mechanism is not (Mechanism.Replaced or Mechanism.Crashed)))
            sides.Add($"{pair[v.Side == Side.Client ? PathEnd.Near : PathEnd.Far]} "
                + (v.IsFalseAlarm ? "gave a false alarm" : "ended the stream")
                + $" ({How(v.Mechanism)})");
        string what = episode.IsWeather ? EntryNames.Outage : episode.Fault?.Word
            ?? (episode.Verdicts.Count == 0 ? "login that fails" : "end of a stream");
        string told = sides.Count == 0 ? "" : ": " + string.Join(", ", sides.Distinct().Take(4));
        return what + told + (lost > 0 ? $"; {Words.Count(lost, "message")} lost" : "");
    }

    private static string How(Mechanism mechanism) => mechanism == Mechanism.Unseen ? "how is not seen"
        : new StreamEnd(mechanism).Words.Replace("tcp ", "TCP ");

    private FaultSpec FaultOf(Note n) => spec.Scenario.Faults[FaultEntry.Of(in n.Entry).Fault];

    private string PathChanged(Pair pair, Note n)
    {
        PathEntry path = PathEntry.Of(in n.Entry);
        string by = path.Fault == PathEntry.Weather ? "an outage of the link" : Word(path.Fault);
        return path switch
        {
            { UpDead: true, DownDead: true } =>
                $"the path between {pair.Near} and {pair.Far} is dead ({by}): nothing passes, and nobody is told",
            { UpDead: true } => $"the path is dead from {pair.Near} to {pair.Far} ({by}); the way back is open",
            { DownDead: true } => $"the path is dead from {pair.Far} to {pair.Near} ({by}); the other way is open",
            _ => $"the path is open again, after {Span(n.Took)}",
        };
    }

    private static string SleepChanged(SleepEntry change) => change.State switch
    {
        SleepState.Suspended => "is suspended by its system: it does nothing, but its kernel goes on acknowledging",
        SleepState.LightIdle => "dozes lightly: it does nothing, and nothing passes between it and its network",
        SleepState.DeepIdle => "dozes deeply: it does nothing, and nothing passes between it and its network",
        SleepState.Awake => change.Cause switch
        {
            WakeCause.Opened => "runs again, for its person has opened it",
            WakeCause.Window => "runs again, in a window between two idle periods",
            WakeCause.Alarm => "runs again for a moment, for a timer of its own",
            WakeCause.Push => "runs again for a while, for a push has come",
            WakeCause.None => "sleeps no more",
        },
    };

    private string ProcessChanged(Note n)
    {
        (ProcessState state, int fault) = ProcessEntry.Of(in n.Entry);
        string by = Word(fault);
        return state switch
        {
            ProcessState.Frozen =>
                $"its process stands still ({by}): it says nothing, but its kernel goes on acknowledging",
            ProcessState.Gone when fault == ProcessEntry.ByItself => n.At == Instant.Zero ? "is not there yet"
                : "leaves for good: its process says goodbye, where it runs and is online, and ends",
            ProcessState.Runs when fault == ProcessEntry.ByItself => "is there now: its process runs",
            ProcessState.Gone when spec.Scenario.Faults[fault].Kind.TakesPower =>
                $"its host loses power ({by}): nothing more is sent, no FIN and no RST",
            ProcessState.Gone => $"its process ends ({by})",
            _ => $"its process runs again, after {Span(n.Took)}",
        };
    }

    private string Word(int fault) => fault >= 0 && fault < spec.Scenario.Faults.Count
        ? spec.Scenario.Faults[fault].Kind.Word : EntryNames.Outage;

    private static string Packets(Note n)
    {
        PacketEntry p = PacketEntry.Of(in n.Entry);
        (string one, string many) = p.Use switch
        {
            SegmentUse.Handshake => (p.Direction == Direction.Up ? "a SYN" : "a SYN+ACK", "SYNs"),
            SegmentUse.Acknowledgement => ("a TCP acknowledgement", "TCP acknowledgements"),
            SegmentUse.Retransmission => ("a retransmission", "retransmissions"),
            SegmentUse.KeepaliveProbe => ("a TCP keepalive probe", "TCP keepalive probes"),
            SegmentUse.WindowProbe => ("a TCP window probe", "TCP window probes"),
            SegmentUse.Teardown => ("a FIN", "FINs"),
            SegmentUse.Reset => ("a reset (RST)", "resets (RST)"),
            _ => ($"a packet with {Load(p.Mark)}", $"packets with {Load(p.Mark)}"),
        };
        return n.Count == 1 ? one : $"{(long)n.Count} {many}";
    }

    private static string Load(Traffic mark) => mark switch
    {
        Traffic.Handshake => "negotiation", Traffic.Whitespace => "whitespace", Traffic.Ping => "a ping or its answer",
        Traffic.Acks => "an ack request or answer", Traffic.Payload => "a message", Traffic.Presence => "presence",
        Traffic.Closing => "the end of the stream", Traffic.Tls => "TLS handshake",
        Traffic.Login => "what the login loads", _ => "data",
    };

    private static string Later(Note n) => n.Count == 1 ? ""
        : n.Last == n.At ? ", all at once" : $", the last {Span(n.Last - n.At)} later";

    private static string Checked(Note n)
    {
        var check = (Traffic)n.Key.What;
        string later = Later(n);
        if (check == Traffic.Whitespace)
            return (n.Count == 1 ? "sends a whitespace keepalive"
                : $"sends {(long)n.Count} whitespace keepalives{later}") + "; nobody has to answer";
        string asks = (check, n.Count) switch
        {
            (Traffic.Acks, 1) => "asks for an acknowledgement (<r/>, XEP-0198)",
            (Traffic.Acks, _) => $"asks {(long)n.Count} times for an acknowledgement (<r/>, XEP-0198){later}",
            (_, 1) => "sends a ping (XEP-0199)",
            _ => $"sends {(long)n.Count} pings (XEP-0199){later}",
        };
        string within = Span(n.LongestAnswer);
        return asks + (n.Count, n.Answered) switch
        {
            (1, 1) => $"; the answer comes after {within}",
            (_, 0) => "; no answer comes",
            var (count, answered) when count == answered => $"; each is answered, within {within}",
            var (count, answered) => $"; {(long)answered} of {(long)count} are answered, within {within}",
        };
    }
}
