using Lab.Experiments;
using Lab.Files;

namespace Lab.Cli;

/// <summary>lab check: everything lab run would complain about, without running.</summary>
internal static class CheckCommand
{
    private const int MostShown = 50;

    public static int Run(IReadOnlyList<string> files, Overrides overrides, Terminal terminal, CancellationToken stop)
    {
        var problems = new Problems();
        foreach (string file in ScenarioFiles.Named(files))
        {
            if (!Stoppable.Try(() => One(file, overrides, problems), stop, out string? summary))
                return ExitCode.Stopped;
            if (summary is not null) terminal.Out.WriteLine($"{file}: {summary}");
        }
        Notes(problems, terminal);
        return problems.Any ? Report(problems, terminal) : ExitCode.Pass;
    }

    /// <summary>Prints what is probably not meant.</summary>
    public static void Notes(Problems problems, Terminal terminal)
    {
        foreach (Problem note in problems.Notes.Take(MostShown)) terminal.Out.Write("note: " + note);
        if (problems.Notes.Count > MostShown)
            terminal.Out.WriteLine($"... and {Words.Count(problems.Notes.Count - MostShown, "more note")}");
    }

    /// <summary>Prints the problems and gives the exit code for them.</summary>
    public static int Report(Problems problems, Terminal terminal)
    {
        IReadOnlyList<Problem> all = problems.Sorted();
        foreach (Problem problem in all.Take(MostShown)) terminal.Error.Write(problem.ToString());
        if (all.Count > MostShown)
            terminal.Error.WriteLine($"... and {Words.Count(all.Count - MostShown, "more problem")}");
        if (all.Any(p => p.Message.StartsWith("unknown key", StringComparison.Ordinal)
            && !p.Message.Contains("did you mean", StringComparison.Ordinal)))
            terminal.Error.WriteLine("lab show keys PATH says what may stand where, and what it means");
        terminal.Error.WriteLine(Words.Count(all.Count, "problem"));
        return ExitCode.BadInput;
    }

    private static string? One(string file, Overrides overrides, Problems problems)
    {
        var reading = new Problems();
        if (YamlText.ReadFile(file, reading) is { } mapping && TopologyFiles.Is(mapping))
            return TopologyFiles.Read(mapping, problems) is not { } topology ? null
                : $"a topology with {Words.Count(topology.Servers.Count, "server")} and "
                    + $"{Words.Count(topology.Clients.Values.Sum(c => c.Count), "client")}";
        return ScenarioFiles.Read(file, overrides, problems) is { } sweep ? Words.Count(sweep.Plan.Count, "run") : null;
    }
}
