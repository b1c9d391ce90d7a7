using Lab.Experiments;
using Lab.Live;

namespace Lab.Cli;

/// <summary>
/// A run that did not come to its end: what broke it, how, and the command that shows it again. An exception is a bug
/// of the lab, but for those that say what the scenario, or a program of it, cannot do.
/// </summary>
internal static class Breakage
{
    private const int Frames = 5;

    public static void Tell(Terminal terminal, string what, Exception failure, string command)
    {
        bool isBug = failure is not (StandstillException or ProgramFailure);
        terminal.Error.WriteLine(
            $"{(isBug ? what : "A run could not go on, so the verdict is unknown")}: {failure.Message}");
        terminal.Error.WriteLine($"         {command}");
        if (!isBug || failure.StackTrace is not { } trace) return;
        foreach (string line in trace.Split('\n').Take(Frames)) terminal.Error.WriteLine("         " + line.Trim());
    }
}
