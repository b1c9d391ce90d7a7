using System.CommandLine;
using System.Text;
using Lab.Experiments;
using Lab.Files;

namespace Lab.Cli;

/// <summary>lab new: a scenario to begin with, for a question picked from a list.</summary>
internal static class NewCommand
{
    public static Command Word(Terminal terminal, CancellationToken stop)
    {
        var question = new Argument<string?>("QUESTION")
        {
            Description = "A word of the list; without it you are asked.", Arity = ArgumentArity.ZeroOrOne,
        };
        var file = new Argument<string?>("FILE")
        {
            Description = "Where it is written (else the word with .yaml, here). What is there is never overwritten.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var list = new Option<bool>("--list") { Description = "Lists the questions and writes nothing." };
        var command = new Command("new", """
            Writes a commented scenario to begin with, for a question picked from a list.

            It is a file of its own that holds its topology, so it runs in any directory.

            Examples:
              lab new
              lab new --list
              lab new dead-link
              lab new lost-messages my-outages.yaml
            """) { question, file, list };
        command.SetAction(parsed => parsed.GetValue(list) ? List(terminal)
            : Run(parsed.GetValue(question), parsed.GetValue(file), terminal, stop));
        return command;
    }

    private static int Run(string? word, string? file, Terminal terminal, CancellationToken stop)
    {
        Starter? starter;
        if (word is not null)
        {
            starter = Starters.Find(word);
            string[] known = [.. Starters.All.Select(s => s.Word)];
            if (starter is null) return Refuse(terminal, $"there is no question '{word}'{Words.OneOf(word, known)}");
        }
        else if (terminal.Choose is not { } choose) return List(terminal);
        else
        {
            try
            {
                starter = Starters.All[choose("What do you want to know? A scenario for it is written here "
                    + "(Ctrl-C: none).", [.. Lines()], stop)];
            }
            catch (OperationCanceledException)
            {
                return ExitCode.Stopped;
            }
        }
        return Write(starter, file ?? starter.Word + ".yaml", terminal);
    }

    private static int Write(Starter starter, string file, Terminal terminal)
    {
        if (file.Length == 0) return Refuse(terminal, "the file's name is empty; name one, such as mine.yaml");
        string? folder = Path.GetDirectoryName(file), inside = Path.Combine(file, starter.Word + ".yaml");
        if (Directory.Exists(file) || Path.EndsInDirectorySeparator(file))
            return Refuse(terminal, $"{file} is {(Directory.Exists(file) ? "a directory" : "no file's name")}; name a "
                + $"file, as in lab new {starter.Word} {CommandText.Quote(inside)}");
        if (folder is { Length: > 0 } && !Directory.Exists(folder))
            return Refuse(terminal, $"there is no directory {folder} to write {Path.GetFileName(file)} into");
        var problems = new Problems();
        // its name becomes that of the scenario, which not every name may
        SweepReader.Read(new Source(file, starter.Text), Overrides.None, problems, _ => []);
        if (problems.Any) return CheckCommand.Report(problems, terminal);
        try
        {
            if (!WholeFile.TryWriteNew(file, Encoding.UTF8.GetBytes(starter.Text)))
                return Refuse(terminal, $"{file} is there already and stays as it is; name another file, as in "
                    + $"lab new {starter.Word} my-{starter.Word}.yaml");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse(terminal, $"cannot write {file}: {e.Message}");
        }
        string name = CommandText.Quote(file);
        terminal.Out.WriteLine($"wrote    {file}");
        terminal.Out.WriteLine(Wrapped.Text($"for      {starter.Question}", terminal.Width, 9));
        (string Command, string Does)[] next =
        [
            ($"lab explain {name}", "says in words what it will do"),
            ($"lab run {name}", "runs it, and says where the report is"),
            ($"lab check {name}", "after a change: is it still right?"),
            ("lab show keys", "what else a file can say"),
        ];
        int width = next.Max(n => Wrapped.Columns(n.Command));
        terminal.Out.WriteLine();
        foreach ((string command, string does) in next) terminal.Out.WriteLine($"{command.PadRight(width)}  {does}");
        return ExitCode.Pass;
    }

    private static int List(Terminal terminal)
    {
        foreach (string line in Lines()) terminal.Out.WriteLine(line);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine("lab new WORD writes a scenario for that question, with comments, to WORD.yaml here.");
        return ExitCode.Pass;
    }

    private static IEnumerable<string> Lines()
    {
        int width = Starters.All.Max(s => s.Word.Length);
        return Starters.All.Select(s => $"{s.Word.PadRight(width)}  {s.Question}");
    }

    private static int Refuse(Terminal terminal, string sentence)
    {
        terminal.Error.WriteLine(sentence);
        return ExitCode.BadInput;
    }
}
