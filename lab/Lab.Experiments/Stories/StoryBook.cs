using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// Reads the journal for the stories of a run: what happened around each fault that hit a connection and each end of a
/// stream that nobody asked for. Of the clients and streams whose lanes are drawn, for the rest would not be found.
/// It is read after the recorder, whose truth it shares.
/// </summary>
internal sealed class StoryBook
{
    /// <summary>The most stories of a run; the most telling ones are kept.</summary>
    public const int Most = 12;

    private readonly Cast cast;
    private readonly Recorder recorder;
    private readonly RunSpec spec;
    private readonly int clients, firstRoute, routes;
    private readonly Diary[] diaries;                             // of clients, then of routes
    private readonly List<Diary>[] byFault;                       // by fault that neither a path nor a process shows

    public StoryBook(RunSpec spec, Cast cast, Recorder recorder)
    {
        (this.spec, this.cast, this.recorder) = (spec, cast, recorder);
        clients = Math.Min(Recorder.LaneClients, cast.Members.Count);
        firstRoute = cast.FirstRoute;
        routes = Math.Min(FederationRecord.LaneRoutes, cast.Routes.Count);
        diaries =
        [
            .. recorder.Clients.Take(clients).Select(c => new Diary(c.Path, c.Path.Index, c, spec.Scenario.Duration)),
            .. cast.Routes.Take(routes).Select(r => new Diary(
                recorder.Truth.Path(r.Index), cast.Members.Count + r.From, null, spec.Scenario.Duration)),
        ];
        byFault = [.. spec.Scenario.Faults.Select(f => HitBy(f).ToList())];
    }

    /// <summary>An entry, after the recorder has taken it in.</summary>
    public void On(in Entry e)
    {
        if (e.Host < 0) return;
        if (e.Kind is EntryKind.FaultBegan or EntryKind.FaultEnded)
            foreach (Diary hit in byFault[FaultEntry.Of(in e).Fault]) hit.OnFault(in e);
        else if (e.Kind == EntryKind.ProcessChanged)
            foreach (PathTruth path in recorder.Truth.Process(e.Host).Paths)
                DiaryOf(path.Index)?.On(in e, null);
        else if (DiaryOf(e.Host) is { } diary)
            diary.On(in e, e.Kind is EntryKind.ClientOffline or EntryKind.ServerOffline or EntryKind.MemberEnded
                ? recorder.LastVerdict : null);
    }

    /// <summary>The run is over: the most telling stories, in order of time, and how many others there were.</summary>
    public (IReadOnlyList<Story> Told, int Untold) Finish(Instant end, IReadOnlyList<MessageRecord> messages)
    {
        var teller = new Teller(spec, cast, recorder, messages);
        foreach (Diary diary in diaries) diary.Finish(end);
        Story[] told = [.. diaries.SelectMany(d => d.Episodes.Select(e => teller.Tell(d.Path, e)))
            .OrderByDescending(s => s.Weight).Take(Most).OrderBy(s => s.Began).ThenBy(s => s.Path)];
        return (told, diaries.Sum(d => d.Count) - told.Length);
    }

    private Diary? DiaryOf(int host) => host < clients ? diaries[host]
        : host >= firstRoute && host - firstRoute < routes ? diaries[clients + host - firstRoute] : null;

    private IEnumerable<Diary> HitBy(FaultSpec fault)
    {
        if (fault.Kind.IsIncident || fault.Kind == FaultKinds.Restart) return [];   // paths and processes show it
        Meaning hit = cast.Resolve(fault.Target);
        IEnumerable<int> paths = cast.MembersOf(hit).Select(m => m.Index);
        if (hit.Target is not Target.Streams { Any: true })
            paths = paths.Concat(cast.RoutesOf(hit, RandomStream.Root(0)).Select(r => r.Index));
        return paths.Distinct().Select(DiaryOf).OfType<Diary>();
    }
}
