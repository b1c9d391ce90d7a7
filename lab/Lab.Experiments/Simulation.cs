using Lab.Network;

namespace Lab.Experiments;

/// <summary>What a caller may want to know or stop while a run goes on.</summary>
public sealed record RunOptions
{
    public static readonly RunOptions Default = new();

    /// <summary>Asked now and then; true ends the run without a result.</summary>
    public Func<bool> IsCancelled { get; init; } = () => false;

    /// <summary>Told now and then: simulated time and events so far.</summary>
    public Action<Instant, long> Progress { get; init; } = (_, _) => { };

    /// <summary>Reads the journal beside the lab's own recorder.</summary>
    public IJournalReader? Reader { get; init; }

    /// <summary>Whether it tells the stories of its incidents.</summary>
    public bool TellsStories { get; init; }

    /// <summary>Whether the run is held against what holds in every run; only what is timed goes without.</summary>
    public bool ChecksInvariants { get; init; } = true;
}

/// <summary>One run on the simulated network: virtual time, modelled TCP, the same every time.</summary>
public static class Simulation
{
    private static readonly Duration BetweenPolls = Duration.FromSeconds(10);
    private const long EventsBetweenPolls = 100_000;              // some 30 ms

    /// <summary>Null when it was cancelled.</summary>
    public static RunResult? Run(RunSpec spec, RunOptions options)
    {
        var run = new Run(spec, new SimulatedStage(), options);
        EventQueue queue = run.World.Queue;
        run.Start();
        Instant end = Instant.Zero + spec.Scenario.Duration;
        while (queue.Now < end || queue.Next <= end)
        {
            Instant poll = Instant.Min(end, queue.Now + BetweenPolls);
            if (!queue.RunUntil(poll, run.MostAtOnce, EventsBetweenPolls)) throw run.Standstill();
            if (options.IsCancelled()) return null;
            options.Progress(queue.Now, queue.Executed);
        }
        return run.Finish();
    }
}

/// <summary>
/// A run put together: a world, the faults and messages of its scenario, and who reads its journal. Built, started,
/// driven through its queue, finished, dropped.
/// </summary>
internal sealed class Run : IJournalReader
{
    private readonly RunSpec spec;
    private readonly Recorder recorder;
    private readonly Invariants? invariants;
    private readonly StoryBook? stories;

    public Run(RunSpec spec, IStage stage, RunOptions options)
    {
        this.spec = spec;
        var cast = new Cast(spec.Topology);
        var journal = new Journal();
        recorder = new Recorder(cast, spec.Scenario);
        if (options.ChecksInvariants) invariants = new Invariants(spec, cast);
        if (options.TellsStories) stories = new StoryBook(spec, cast, recorder);
        journal.Attach(this);
        if (options.Reader is not null) journal.Attach(options.Reader);
        World = new World(spec, cast, journal, stage);
    }

    public World World { get; }

    /// <summary>One reader for all: an entry then costs the journal one call that is not known in advance.</summary>
    public void On(in Entry entry)
    {
        recorder.On(in entry);
        invariants?.On(in entry);
        stories?.On(in entry);
    }

    /// <summary>
    /// Events at one instant beyond which no time will pass any more: many times what all logins of a run without
    /// delays need.
    /// </summary>
    public long MostAtOnce => 1_000_000 + 1_000L * World.Cast.Paths;

    /// <summary>What to throw when time stands still: names what repeats, from what happens next.</summary>
    public StandstillException Standstill()
    {
        var repeats = new Repeats(spec.Topology.HostNames());
        World.Journal.Attach(repeats);
        for (int i = 0; i < 1000; i++) World.Queue.RunNext();
        return new StandstillException(World.Queue.Now, MostAtOnce, repeats.Told);
    }

    /// <summary>Programs are made ready; faults, messages and the beginnings of clients are planned.</summary>
    public void Start()
    {
        World.Start();
        _ = new FaultPlan(World, spec.Scenario);
        World.Workload = new Workload(World, spec.Scenario);
        Foreground.Plan(World);
        Device.Plan(World);
        Pushes.Plan(World);
        OtherTraffic.Plan(World);
    }

    /// <summary>The run is over: what the world and its recorder know becomes the result.</summary>
    public RunResult Finish()
    {
        Duration duration = spec.Scenario.Duration;
        World.Finish(Instant.Zero + duration);
        recorder.Finish(Instant.Zero + duration);
        IReadOnlyList<MessageRecord> messages = recorder.Messages.Close();
        var hosts = new HostResults(World.Cast, recorder, duration);
        var result = new RunResult
        {
            Spec = spec, JournalHash = World.Journal.Hash, Entries = World.Journal.Count,
            Events = World.Queue.Executed,
            Measures = Catalogue.Measure(
                spec.Scenario, scope => new RunFacts(spec, World.Cast, recorder, messages, scope)),
            Incidents = recorder.Incidents, Messages = messages, Costs = Causes.Table(recorder.Costs),
            Energies = Causes.Table(recorder.EnergiesAt(Instant.Zero + duration)),
            Lanes = recorder.Lanes, Marks = recorder.Marks, Faults = recorder.Bands,
            Arrivals = recorder.Storm.ToBins(duration),
            ClientNames = [.. recorder.Clients.Take(Recorder.LaneClients).Select(c => c.Name)],
            Verdicts = StreamVerdict.Table(recorder.Verdicts), Rules = recorder.Rules.Seen,
            Streams = recorder.Federation.Result(),
            Clients = hosts.Clients, ClientCosts = hosts.Costs, Servers = hosts.Servers, Routes = hosts.Routes,
        };
        (IReadOnlyList<Story> told, int untold) = stories?.Finish(Instant.Zero + duration, messages) ?? ([], 0);
        return result with
        {
            Stories = told, StoriesUntold = untold, Doubts = [.. Absence(), .. invariants?.Finish(result) ?? []],
        };
    }

    /// <summary>A run in which nobody ever came online shows nothing: wrong password, wrong address, no way.</summary>
    private IEnumerable<string> Absence()
    {
        if (recorder.Clients.Count == 0 || recorder.Clients.Any(c => c.Connection >= 0)) yield break;
        var ends = World.Cast.Members.Select(m => (m, World.Clients[m.Index].LastEnd)).Where(e => e.LastEnd is not null)
            .Select(e => (Client: e.m, Last: e.LastEnd!.Value)).ToList();
        if (ends.Count == 0)
        {
            yield return "no client ever came online, and none was refused: they were still trying";
            yield break;
        }
        (Member client, LastEnd last) = ends.MaxBy(e => e.Last.At.Nanoseconds);
        string why = last.Refusal ?? World.Network.WhyRefused(client.Index) ?? last.End.Words;
        yield return $"no client ever came online; the last error, of {client.Name}: {why}";
    }
}
