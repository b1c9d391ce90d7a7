using Lab.Experiments;
using Lab.Files;

namespace Lab.Cli;

/// <summary>lab explain: what scenarios will do, in words, without running them.</summary>
internal static class ExplainCommand
{
    public static int Run(IReadOnlyList<string> files, Overrides overrides, Terminal terminal, CancellationToken stop)
    {
        var problems = new Problems();
        if (!Stoppable.Try(() => ScenarioFiles.ReadAll(files, overrides, problems), stop, out List<Sweep> sweeps))
            return ExitCode.Stopped;
        if (problems.Any) return CheckCommand.Report(problems, terminal);
        bool first = true;
        foreach (Sweep sweep in sweeps)
        {
            foreach (Section section in Explanation.Of(sweep))
            {
                if (!first) terminal.Out.WriteLine();
                foreach (string line in section.Lines(terminal.Width)) terminal.Out.WriteLine(line);
                first = false;
            }
            terminal.Out.WriteLine();
            terminal.Out.WriteLine($"{CommandText.Of(sweep.File, overrides)}");
        }
        CheckCommand.Notes(problems, terminal);
        return ExitCode.Pass;
    }
}
