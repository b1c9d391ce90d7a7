using System.Net;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Live;

/// <summary>One run on the proxied network: real time, real sockets, the same scenario.</summary>
public static class LiveRun
{
    private static readonly Duration BetweenReports = Duration.FromMilliseconds(500);
    private static readonly Lazy<bool> Warm = new(WarmUp.Run);

    /// <summary>
    /// Null when it was cancelled. Runs that share an external server wait for each other. Certificates and logs go to
    /// <paramref name="folder"/>. Nothing is left running or listening afterwards, however it ends. Throws
    /// <see cref="ProgramFailure"/> when a real program does not run, or an external one lets nobody in.
    /// </summary>
    public static RunResult? Run(RunSpec spec, RunOptions options, string folder)
    {
        _ = Warm.Value;
        IEnumerable<IPEndPoint> shared = spec.Topology.Servers.Values
            .Where(s => s.Software == ServerSoftware.External).Select(s => IPEndPoint.Parse(s.Address!));
        using Turn? turn = Turn.Take(shared, options.IsCancelled);
        return turn is null ? null : Play(spec, options, folder);
    }

    internal static RunResult? Play(RunSpec spec, RunOptions options, string folder)
    {
        using var stage = new LiveStage(folder);
        var run = new Run(spec, stage, options);
        World world = run.World;
        run.Start();
        stage.AwaitPrograms();
        Instant end = Instant.Zero + spec.Scenario.Duration;
        while (world.Queue.Now < end)
        {
            Instant next = Instant.Min(end, world.Queue.Now + BetweenReports);
            if (!stage.Loop.RunUntil(next, options.IsCancelled) || options.IsCancelled()) return null;
            options.Progress(world.Queue.Now, world.Queue.Executed);
        }
        Duration late = stage.Loop.MaxLateness;
        RunResult result = run.Finish();
        return ProgramSight.Hide(result with { MaxLateness = late, Doubts = [.. Doubts(late), .. result.Doubts] });
    }

    /// <summary>What a loop that was ever so late leaves in doubt: what is not four times as long.</summary>
    internal static IEnumerable<string> Doubts(Duration late)
    {
        if (late <= RealTimeLoop.TrustedLateness) yield break;
        long seconds = (4 * late.Nanoseconds + 999_999_999) / 1_000_000_000;
        yield return $"its loop was up to {late.Nanoseconds / 1_000_000} ms late: "
            + $"numbers below {seconds} s cannot be trusted";
    }
}

/// <summary>
/// One login and one message before the first run of a process: they take more than a second of compiling, which no
/// scenario asked for and every number would show.
/// </summary>
internal sealed class WarmUp : IJournalReader
{
    private bool answered;

    public void On(in Entry entry) => answered |= entry.Kind == EntryKind.MessageReceived;

    public static bool Run()
    {
        var reader = new WarmUp();
        string folder = Directory.CreateTempSubdirectory("lab-").FullName;
        LiveRun.Play(Spec, new RunOptions { Reader = reader, IsCancelled = () => reader.answered }, folder);
        Directory.Delete(folder, recursive: true);
        return reader.answered;
    }

    private static RunSpec Spec => new()
    {
        ScenarioName = "warm-up", Seed = 1,
        Scenario = new Scenario
        {
            Topology = "warm-up", Duration = Duration.FromSeconds(10),
            Workload =
            [
                new WorkloadSpec { From = "phone", To = "echo@example.org", Every = Duration.FromMilliseconds(100) },
            ],
        },
        Topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
            Clients = new Dictionary<string, ClientSpec> { ["phone"] = new() { Server = "example.org" } },
        },
    };
}
