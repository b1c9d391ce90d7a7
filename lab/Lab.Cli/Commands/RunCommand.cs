using System.Globalization;
using Lab.Experiments;
using Lab.Files;
using Lab.Live;
using Lab.Network;
using Lab.Reports;
using Words = Lab.Experiments.Words;

namespace Lab.Cli;

/// <summary>What the user asked lab run for.</summary>
internal sealed record RunRequest
{
    public required IReadOnlyList<string> Files { get; init; }
    public Overrides Overrides { get; init; } = Overrides.None;

    /// <summary>How many runs at a time; null = one per core, in real time four.</summary>
    public int? Jobs { get; init; }

    /// <summary>The exact folder; null = results/scenario/date-and-time.</summary>
    public string? Folder { get; init; }

    public bool Journal { get; init; }

    /// <summary>Verdicts and paths only.</summary>
    public bool Quiet { get; init; }

    public OutputFormat Format { get; init; }

    /// <summary>Whole tables where several files are run, too.</summary>
    public bool Tables { get; init; }

    /// <summary>Where the expectations go as test cases; null = nowhere.</summary>
    public string? JUnit { get; init; }

    /// <summary>What the results folder has besides its data.</summary>
    public bool Page { get; init; } = true;

    public bool Figures { get; init; } = true;
}

/// <summary>lab run: check everything, then run, judge, write and say where it is.</summary>
internal sealed class RunCommand(Engine engine, Terminal terminal, CancellationToken stop)
{
    private static readonly Duration LongWait = Duration.FromMinutes(10);

    // virtual time leaves nothing behind that would have to end in good order
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private readonly JUnitFile tests = new();
    private bool anyWritten;
    private readonly Provenance made = Provenance.Of(CommandLine.Version, terminal.Clock.GetUtcNow()
        .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    public int Run(RunRequest request)
    {
        var problems = new Problems();
        if (!Stoppable.Try(() => ScenarioFiles.ReadAll(request.Files, request.Overrides, problems), stop,
            out List<Sweep> sweeps)) return ExitCode.Stopped;
        if (problems.Any) return CheckCommand.Report(problems, terminal);
        string[] missing = [.. sweeps.SelectMany(s => s.Plan).Select(r => r.Topology).Distinct()
            .SelectMany(Tools.Missing).Distinct()];
        foreach (string sentence in missing) terminal.Error.WriteLine(sentence);
        if (missing.Length > 0) return ExitCode.BadInput;
        var folders = new List<string>();
        foreach (Sweep sweep in sweeps)
        {
            string folder = Folder(sweep, request, sweeps.Count > 1, folders);
            if ((Unusable(folder, folders) ?? ReportWriter.Refused(folder)) is { } reason)
            {
                terminal.Error.WriteLine($"--out: {reason}");
                return ExitCode.BadInput;
            }
            folders.Add(folder);
        }
        if (request.JUnit is { } file && JUnitFile.Refused(file) is { } refusal)
        {
            terminal.Error.WriteLine($"--junit: {refusal}");
            return ExitCode.BadInput;
        }
        foreach (Sweep sweep in sweeps) WarnOfRealTime(sweep, request);
        var teller = new RunTeller(terminal, request, several: sweeps.Count > 1);
        int code = ExitCode.Pass;
        for (int i = 0; i < sweeps.Count && !stop.IsCancellationRequested; i++)
            code = ExitCode.Worst(code, One(sweeps[i], folders[i], request, teller));
        if (!WriteTests(request)) code = ExitCode.Worst(code, ExitCode.Unknown);
        string? below = request.Folder is null ? "results" : sweeps.Count > 1 ? request.Folder : null;
        teller.EndsAll(below is not null && anyWritten ? engine.Index(below) : null);
        return stop.IsCancellationRequested ? ExitCode.Stopped : code;
    }

    private int One(Sweep sweep, string folder, RunRequest request, RunTeller teller)
    {
        long began = terminal.Clock.GetTimestamp();
        bool named = sweep.Networks.Count > 1 || request.Overrides.Networks is not null;
        string Command(RunSpec run) => CommandText.Of(sweep.File,
            named ? request.Overrides with { Networks = [run.Network] } : request.Overrides, run);
        teller.Begins(sweep);
        bool staged = sweep.Networks.Contains(NetworkKind.Proxied);
        string staging = staged ? ReportWriter.Stage(folder) : "";
        RunOutcome[] outcomes = [.. sweep.Networks.SelectMany(n => On(n, sweep, request, staging))];
        RunResult[] runs = [.. outcomes.Select(o => o.Result).OfType<RunResult>()];
        RunOutcome[] broken = [.. outcomes.Where(o => o.Failure is not null)];
        SweepResult result = Judge(sweep, request, runs, complete: runs.Length == sweep.Plan.Count);
        var study = new Study(result);
        if (runs.Length > 0 || !stop.IsCancellationRequested)
        {
            teller.CameTo(study, sweep, Command);
            tests.Add(result, Command, terminal.Clock.GetElapsedTime(began));
        }
        foreach (RunOutcome outcome in broken.Take(3))
            Breakage.Tell(terminal, "A run broke inside the lab, so the verdict is unknown", outcome.Failure!,
                Command(outcome.Spec));
        if (broken.Length > 3) terminal.Error.WriteLine($"... and {Words.Count(broken.Length - 3, "more run")} broke");
        if (runs.Length == 0)
        {
            terminal.Error.WriteLine(stop.IsCancellationRequested ? "Stopped before any run finished; nothing written."
                : "No run finished; nothing written.");
            if (staged && Directory.Exists(staging))
                terminal.Error.WriteLine($"What the runs wrote themselves is in {staging}.");
            return ExitCode.Of(result.Verdict);
        }
        if (stop.IsCancellationRequested)
            terminal.Error.WriteLine(
            $"Stopped; the {Words.Count(runs.Length, "run")} that finished of {sweep.Plan.Count} are kept.");
        var report = new ReportRequest(study, RunFile.Of(sweep, made), folder)
        {
            Journal = request.Journal, Staged = staged, Page = request.Page, Figures = request.Figures, Stop = stop,
        };
        return Write(report, teller) ? ExitCode.Of(result.Verdict) : ExitCode.Unknown;
    }

    private IReadOnlyList<RunOutcome> On(NetworkKind network, Sweep sweep, RunRequest request, string staging)
    {
        RunSpec[] plan = [.. sweep.Plan.Where(r => r.Network == network)];
        int jobs = Jobs(network, request, plan);
        if (request.Jobs is null) jobs = Memory.Jobs(plan, jobs);
        if (network == NetworkKind.Simulated)
            return Progress.Show(terminal, sweep.Name, request.Quiet, null,
                watch => ParallelRuns.Run(plan, jobs, engine.Simulate, watch, stop, Patience));
        var folders = new Dictionary<RunSpec, string>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < plan.Length; i++)
            folders[plan[i]] = Path.Combine(staging, network.Word(), FolderName(i + 1, plan[i]));
        return Progress.Show(terminal, $"{sweep.Name}, {network.Word()}", request.Quiet,
            WallTime.Of(plan.Select(r => r.Scenario.Duration), jobs),
            watch => ParallelRuns.Run(plan, jobs, (run, control) => engine.Live(run, control, folders[run]),
                watch, stop));
    }

    // runs in real time mostly wait; those of one external server wait for each other
    private static int Jobs(NetworkKind network, RunRequest request, RunSpec[] plan)
    {
        int asked = request.Jobs ?? Environment.ProcessorCount * (network == NetworkKind.Simulated ? 1 : 4);
        string[][] shared = [.. plan.Select(Externals)];
        return plan.Length > 0 && shared.All(s => s.Length > 0)
            ? Math.Min(asked, shared.SelectMany(s => s).Distinct().Count()) : asked;
    }

    private static string[] Externals(RunSpec run) =>
        [.. run.Topology.Servers.Values.Where(s => s.Software == ServerSoftware.External).Select(s => s.Address ?? "")];

    // numbered, for different labels may look the same without their special characters
    private static string FolderName(int number, RunSpec run)
    {
        string label = string.Concat(run.Label.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-').Take(40));
        return string.Create(CultureInfo.InvariantCulture, $"{number:000}-{label}-seed-{run.Seed}");
    }

    private void WarnOfRealTime(Sweep sweep, RunRequest request)
    {
        RunSpec[] plan = [.. sweep.Plan.Where(r => r.Network != NetworkKind.Simulated)];
        int jobs = Math.Min(plan.Length, Jobs(NetworkKind.Proxied, request, plan));
        if (plan.Length == 0) return;
        string[] shared = [.. plan.SelectMany(Externals).Distinct()];
        if (shared.Length > 0 && plan.Length > 1)
            terminal.Error.WriteLine($"{sweep.Name}: runs with {Words.List(shared)} go one at a time; what one leaves "
                + "there (stored messages, sessions that wait) the next one finds");
        Duration wall = WallTime.Of(plan.Select(r => r.Scenario.Duration), jobs);
        if (wall > LongWait)
            terminal.Error.WriteLine($"{sweep.Name}: {Words.Count(plan.Length, "proxied run")} of "
                + $"{plan.Max(r => r.Scenario.Duration)}, {jobs} at a time, take "
                + $"{Progress.Span(wall.TotalSeconds)} of real time");
    }

    private bool WriteTests(RunRequest request)
    {
        if (request.JUnit is not { } file) return true;
        try
        {
            tests.Write(file);
            if (!request.Quiet || request.Format == OutputFormat.Text)
                (request.Format == OutputFormat.Json ? terminal.Error : terminal.Out).WriteLine($"wrote    {file}");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            terminal.Error.WriteLine($"--junit: cannot write {file}: {e.Message}");
            return false;
        }
    }

    private bool Write(ReportRequest report, RunTeller teller)
    {
        bool written = false;
        void Discard(object? sender, EventArgs e) => ReportWriter.Discard(report.Folder);
        AppDomain.CurrentDomain.ProcessExit += Discard;
        using CancellationTokenRegistration told = stop.IsCancellationRequested ? default : stop.Register(() =>
            terminal.Error.WriteLine("The runs are done and their results being written; Ctrl-C again gives them up."));
        try
        {
            teller.Wrote(report.Result, engine.Report(report));
            anyWritten = written = true;
        }
        catch (Exception e) when (e is ReportFailure or IOException or UnauthorizedAccessException)
        {
            terminal.Error.WriteLine(e is ReportFailure ? e.Message : $"cannot write to {report.Folder}: {e.Message}");
        }
        catch (Exception e)   // a bug in one report must not take those of other scenarios with it
        {
            Breakage.Tell(terminal, "Writing the results broke inside the lab", e, report.Result.Command);
        }
        finally
        {
            AppDomain.CurrentDomain.ProcessExit -= Discard;
        }
        teller.Ends(report.Result);
        return written;
    }

    // runs that are missing, broke or cannot be trusted leave what they might have shown unknown
    private SweepResult Judge(Sweep sweep, RunRequest request, IReadOnlyList<RunResult> runs, bool complete)
    {
        Scenario scenario = sweep.Plan[0].Scenario;
        IReadOnlyList<CheckResult> checks = runs.Count > 0 ? engine.Check(scenario, runs) : [];
        Verdict verdict = complete && runs.All(r => r.Doubts.Count == 0) ? Verdict.None : Verdict.Unknown;
        foreach (CheckResult check in checks) verdict = (Verdict)Math.Max((int)verdict, (int)check.Verdict);
        return new SweepResult
        {
            ScenarioName = sweep.Name, Scenario = scenario, Topology = sweep.Plan[0].Topology,
            Networks = sweep.Networks, Runs = runs, Checks = checks,
            Verdict = verdict, Varied = sweep.Varied, Command = CommandText.Of(sweep.File, request.Overrides),
            Planned = sweep.Plan.Count, Made = made,
        };
    }

    private string Folder(Sweep sweep, RunRequest request, bool several, List<string> taken)
    {
        if (request.Folder is { } exact) return several ? Path.Combine(exact, sweep.Name) : exact;
        string time = terminal.Clock.GetLocalNow().ToString("yyyy-MM-dd'T'HH-mm-ss", CultureInfo.InvariantCulture);
        string folder = Path.Combine("results", sweep.Name, time);
        for (int n = 2; Path.Exists(folder) || taken.Contains(folder); n++)
            folder = Path.Combine("results", sweep.Name, string.Create(CultureInfo.InvariantCulture, $"{time}-{n}"));
        return folder;
    }

    private static string? Unusable(string folder, List<string> taken) =>
        File.Exists(folder) ? $"{folder} is a file, expected a directory"
        : taken.Contains(folder)
            ? $"two of the files have the same name, so both would write to {folder}; run them one by one"
        : null;
}
