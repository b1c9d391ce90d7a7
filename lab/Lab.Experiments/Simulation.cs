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
}

/// <summary>One run on the simulated network: virtual time, modelled TCP, the same every time.</summary>
public static class Simulation
{
    private static readonly Duration BetweenPolls = Duration.FromSeconds(10);

    /// <summary>Null when it was cancelled.</summary>
    public static RunResult? Run(RunSpec spec, RunOptions options)
    {
        var world = new World(spec, new Journal(), new SimulatedStage(), options.Reader);
        Instant end = Instant.Zero + spec.Scenario.Duration;
        while (world.Queue.Now < end)
        {
            world.Queue.RunUntil(Instant.Min(end, world.Queue.Now + BetweenPolls));
            if (options.IsCancelled()) return null;
            options.Progress(world.Queue.Now, world.Queue.Executed);
        }
        return Finish(spec, world);
    }

    /// <summary>The run is over: what the world and its recorder know becomes the result.</summary>
    internal static RunResult Finish(RunSpec spec, World world)
    {
        Recorder recorder = world.Recorder;
        world.Finish(Instant.Zero + spec.Scenario.Duration);
        recorder.Finish(Instant.Zero + spec.Scenario.Duration);
        IReadOnlyList<MessageRecord> messages = recorder.Messages.Close(recorder.Clients, recorder.Federation);
        return new RunResult
        {
            Spec = spec, JournalHash = world.Journal.Hash, Entries = world.Journal.Count, Events = world.Queue.Executed,
            Measures = [
                .. Measures.Of(recorder, messages, spec.Scenario.Duration),
                .. FederationMeasures.Of(
                    recorder.Federation, messages, world.Cast, recorder.Storm.LastFaultEnd,
                    spec.Scenario.Duration),
            ],
            Incidents = recorder.Incidents, Messages = messages, Costs = Measures.Costs(recorder),
            Lanes = recorder.Lanes, Marks = recorder.Marks, Faults = recorder.Bands,
            Arrivals = recorder.Storm.ToBins(spec.Scenario.Duration),
            ClientNames = [.. recorder.Clients.Take(Recorder.LaneClients).Select(c => c.Name)],
            Verdicts = recorder.Verdicts, Streams = recorder.Federation.Result(),
        };
    }
}
