using Lab.Experiments;
using Lab.Live;
using Lab.Reports;
using Spectre.Console;

namespace Lab.Cli;

/// <summary>What the results are written from, and where.</summary>
internal sealed record ReportRequest(Study Study, string RunYaml, string Folder)
{
    public SweepResult Result => Study.Sweep;
    public bool Journal { get; init; }

    /// <summary>Runs may have written files to keep.</summary>
    public bool Staged { get; init; }

    public bool Page { get; init; } = true;
    public bool Figures { get; init; } = true;

    /// <summary>After it what takes long and can be had again is left out.</summary>
    public CancellationToken Stop { get; init; }
}

/// <summary>The parts that the command line puts together; <c>Program</c> names the real ones.</summary>
internal sealed record Engine
{
    /// <summary>One run on the simulated network; polls the control, and null when that told it to stop.</summary>
    public required Func<RunSpec, RunControl, RunResult?> Simulate { get; init; }

    /// <summary>One run on the simulated network whose history is read; polls and tells as the options say.</summary>
    public required Action<RunSpec, RunOptions> Trace { get; init; }

    /// <summary>
    /// One run on the proxied network, in real time; as <see cref="Simulate"/>. The folder is the run's own, not yet
    /// made, for certificates and logs; what is written there becomes part of the results.
    /// </summary>
    public required Func<RunSpec, RunControl, string, RunResult?> Live { get; init; }

    /// <summary>The scenario's expectations over the runs that finished.</summary>
    public required Func<Scenario, IReadOnlyList<RunResult>, IReadOnlyList<CheckResult>> Check { get; init; }

    /// <summary>Writes everything into the folder and returns the files worth telling of, report first.</summary>
    public required Func<ReportRequest, IReadOnlyList<string>> Report { get; init; }

    /// <summary>Lists the results below a folder on a page, and returns its path; null where that cannot be
    /// written.</summary>
    public required Func<string, string?> Index { get; init; }
}

/// <summary>Where the command line talks, and the clock it reads.</summary>
internal sealed record Terminal
{
    public required TextWriter Out { get; init; }
    public required TextWriter Error { get; init; }

    /// <summary>Tables go here; no control codes when it is redirected.</summary>
    public required IAnsiConsole Console { get; init; }

    /// <summary>Live progress goes here (standard error); null = plain lines.</summary>
    public IAnsiConsole? Live { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>
    /// Has somebody choose one of several lines below a title, by its number; null where nobody can be asked. Throws
    /// OperationCanceledException when it was stopped.
    /// </summary>
    public Func<string, IReadOnlyList<string>, CancellationToken, int>? Choose { get; init; }

    /// <summary>Why standard output did not take everything; null while it does.</summary>
    public Func<string?> Lost { get; init; } = () => null;

    /// <summary>Columns that a line may have.</summary>
    public int Width => Console.Profile.Width;

    /// <summary>The process's own terminal.</summary>
    public static Terminal OfProcess()
    {
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Out) });
        LastingWriter output = new(System.Console.Out), error = new(System.Console.Error);
        if (System.Console.IsOutputRedirected) console = Plain(output);
        else console.Profile.Capabilities.Unicode = DrawsUnicode(Environment.GetEnvironmentVariable);
        IAnsiConsole? live = System.Console.IsErrorRedirected ? null
            : AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) });
        System.Console.SetOut(TextWriter.Synchronized(new HarmlessWriter(output)));
        System.Console.SetError(TextWriter.Synchronized(new HarmlessWriter(error)));
        return new Terminal
        {
            Out = System.Console.Out, Error = System.Console.Error, Console = console, Clock = TimeProvider.System,
            Lost = () => output.Failure,
            Choose = CanAsk(console) ? (title, lines, stop) => Ask(console, title, lines, stop) : null,
            Live = live is { Profile.Capabilities.Ansi: true, Profile.Capabilities.Interactive: true } ? live : null,
        };
    }

    private static bool CanAsk(IAnsiConsole console) => !System.Console.IsInputRedirected
        && !System.Console.IsOutputRedirected && console.Profile.Capabilities is { Ansi: true, Interactive: true };

    private static int Ask(IAnsiConsole console, string title, IReadOnlyList<string> lines, CancellationToken stop)
    {
        SelectionPrompt<int> prompt = new SelectionPrompt<int>().Title(Markup.Escape(title)).PageSize(lines.Count + 3)
            .UseConverter(i => Markup.Escape(lines[i])).AddChoices(Enumerable.Range(0, lines.Count));
        try
        {
            return prompt.ShowAsync(console, stop).GetAwaiter().GetResult();
        }
        finally
        {
            console.Cursor.Show();   // a prompt that is stopped leaves it hidden
        }
    }

    /// <summary>
    /// Whether a terminal shows more than ASCII, by its variables: not one that is dumb, the console of Linux, whose
    /// font has 256 letters, or one with a locale that is not UTF-8. Without a locale, as in containers, it does.
    /// </summary>
    public static bool DrawsUnicode(Func<string, string?> variable)
    {
        string locale = new[] { "LC_ALL", "LC_CTYPE", "LANG" }.Select(variable)
            .FirstOrDefault(v => !string.IsNullOrEmpty(v)) ?? "UTF-8";
        return variable("TERM") is not ("dumb" or "linux")
            && locale.Replace("-", "").Contains("UTF8", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A console for files and pipes: no colours, no control codes.</summary>
    public static IAnsiConsole Plain(TextWriter writer)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = Wrapped.Usual;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}

/// <summary>How a command ends.</summary>
internal static class ExitCode
{
    public const int Pass = 0;
    public const int Failed = 1;
    public const int BadInput = 2;
    public const int Unknown = 3;
    public const int Stopped = 130;

    public static int Of(Verdict verdict) =>
        verdict switch { Verdict.None or Verdict.Pass => Pass, Verdict.Fail => Failed, _ => Unknown };

    /// <summary>Of several files the worst: a failure, then unknown, then pass.</summary>
    public static int Worst(int a, int b) => Rank(a) >= Rank(b) ? a : b;

    private static int Rank(int code) => code switch { Pass => 0, Unknown => 1, Failed => 2, BadInput => 3, _ => 4 };
}
