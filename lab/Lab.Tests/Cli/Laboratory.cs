using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Lab.Live;

namespace Lab.Tests;

/// <summary>A folder with scenario files and a command line over a simulator that only pretends.</summary>
internal sealed class Laboratory : IDisposable
{
    public const string Phone = """
        servers:
          example.org: {}
        clients:
          phone: {server: example.org, link: mobile}
        links:
          mobile: {delay: 35ms, up: 5Mbit/s}
        """;

    public const string DeadLink = """
        topology: one-phone
        duration: 2h
        seeds: 3
        policies:
          ping: {ping: {every: 60s, timeout: 20s}}
          acks: {acks: {every: 60s, timeout: 20s, resume: 5m}}
        vary:
          clients.phone.policy: [ping, acks]
        workload:
          - {from: phone, to: echo@example.org, every: 10m, body: 200B}
        faults:
          - {at: 30m, cut: phone, for: 20m}
        expect:
          - {metric: detection.client.p95, below: 90s, when: {clients.phone.policy: ping}}
        """;

    private readonly StringWriter output = new(), error = new();

    public Laboratory()
    {
        Folder = Directory.CreateTempSubdirectory("lab-test-").FullName;
        Write("topologies/one-phone.yaml", Phone);
        Write("scenarios/dead-link.yaml", DeadLink);
    }

    public string Folder { get; }
    public string Output => output.ToString().Replace(Folder + "/", "");

    /// <summary>The output with its wrapped lines whole again.</summary>
    public string Said => Output.Replace("\n         see ", "\n\tsee ").Replace("\n         ", " ")
        .Replace("\n\tsee ", "\n         see ");

    public string Error => error.ToString().Replace(Folder + "/", "");
    public List<RunSpec> Ran { get; } = [];
    public List<ReportRequest> Reports { get; } = [];
    public Func<RunSpec, RunControl, RunResult?> Simulate { get; set; } = (spec, _) => Result(spec, 80);
    public Func<RunSpec, RunControl, string, RunResult?> Live { get; set; } = (spec, _, _) => Result(spec, 80);
    public Action<RunSpec, RunOptions> Trace { get; set; } = (spec, options) => Simulation.Run(spec, options);
    public Func<Scenario, IReadOnlyList<RunResult>, IReadOnlyList<CheckResult>> Check { get; set; } = (_, _) => [];
    public CancellationTokenSource Stop { get; } = new();

    /// <summary>In place of what <see cref="Output"/> shows.</summary>
    public TextWriter? Out { get; set; }

    public Func<string?> Lost { get; set; } = () => null;

    /// <summary>Who chooses; null = nobody can be asked.</summary>
    public Func<string, IReadOnlyList<string>, CancellationToken, int>? Choose { get; set; }

    public static RunResult Result(RunSpec spec, double seconds) => new()
    {
        Spec = spec, JournalHash = spec.Seed, Entries = 1,
        Events = 1000,
        Measures = [Measured.Of("detection.client.p95", seconds)],
    };

    /// <summary>A text that must be YAML.</summary>
    public static Mapping Parse(string text)
    {
        var problems = new Problems();
        Mapping? mapping = YamlText.Read(new Source("x.yaml", text), problems);
        Assert.True(mapping is not null, problems.ToString());
        return mapping;
    }

    public string Write(string path, string text)
    {
        string full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text.Replace("\r\n", "\n"));
        return full;
    }

    /// <summary>Runs a command line; words that name files of the folder are made whole.</summary>
    public int Lab(params string[] words)
    {
        var engine = new Engine
        {
            Simulate = (spec, control) =>
            {
                lock (Ran) Ran.Add(spec);
                return Simulate(spec, control);
            },
            Live = (spec, control, folder) =>
            {
                lock (Ran) Ran.Add(spec);
                return Live(spec, control, folder);
            },
            Trace = (spec, options) =>
            {
                Ran.Add(spec);
                Trace(spec, options);
            },
            Check = (scenario, runs) => Check(scenario, runs),
            Report = request =>
            {
                Reports.Add(request);
                return [Path.Combine(request.Folder, "report.html")];
            },
            Index = folder => folder + "/index.html",
        };
        var terminal = new Terminal { Out = Out ?? output, Error = error, Console = Terminal.Plain(Out ?? output),
            Clock = new StoppedClock(), Lost = Lost, Choose = Choose };
        return new CommandLine(engine, terminal, Stop.Token)
            .Run([.. words.Select(w => w.StartsWith("scenarios/") || w.StartsWith("topologies/")
            ? Path.Combine(Folder, w) : w)]);
    }

    /// <summary>The problems of a scenario in scenarios/x.yaml, as printed.</summary>
    public string Problems(string scenario, params string[] sets)
    {
        var problems = new Problems();
        ScenarioFiles.Read(Write("scenarios/x.yaml", scenario), new Overrides(sets, null), problems);
        return problems.ToString().Replace(Folder + "/", "");
    }

    /// <summary>The sweep of a scenario that must be right.</summary>
    public Sweep Sweep(string scenario, params string[] sets)
    {
        var problems = new Problems();
        Sweep? sweep = ScenarioFiles.Read(Write("scenarios/x.yaml", scenario), new Overrides(sets, null), problems);
        Assert.True(sweep is not null, problems.ToString());
        return sweep;
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 22, 17, 5, 33, TimeSpan.Zero);
        public override long GetTimestamp() => 0;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
