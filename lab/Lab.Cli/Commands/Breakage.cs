namespace Lab.Cli;

/// <summary>An exception is a bug of the lab: what it broke, how, and the command that shows it again.</summary>
internal static class Breakage
{
    private const int Frames = 5;

    public static void Tell(Terminal terminal, string what, Exception failure, string command)
    {
        terminal.Error.WriteLine($"{what}: {failure.Message}");
        terminal.Error.WriteLine($"         {command}");
        if (failure.StackTrace is not { } trace) return;
        foreach (string line in trace.Split('\n').Take(Frames)) terminal.Error.WriteLine("         " + line.Trim());
    }
}
