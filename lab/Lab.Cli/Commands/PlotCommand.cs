using System.CommandLine;
using System.Globalization;
using System.Text;
using Lab.Experiments;
using Lab.Reports;
using Words = Lab.Experiments.Words;

namespace Lab.Cli;

/// <summary>What lab plot was asked for. No figures: all; no folder: figures/ of each result.</summary>
internal sealed record PlotRequest(IReadOnlyList<string> Results)
{
    public IReadOnlyList<string> Figures { get; init; } = [];
    public IReadOnlyList<string> Where { get; init; } = [];
    public string? Size { get; init; }
    public bool Dark { get; init; }

    /// <summary>Write report.html again, too.</summary>
    public bool Report { get; init; }
    public string? Folder { get; init; }
}

/// <summary>lab plot: figures of stored results as PNG, without running anything. All are drawn before the first is
/// written.</summary>
internal static class PlotCommand
{
    private const int Least = 200, Most = 8000;

    public static Command Word(Terminal terminal, CancellationToken stop)
    {
        var results = new Argument<string[]>("RESULTS")
        {
            Description = "Folders that lab run wrote, or names of scenarios: the newest results of each.",
            Arity = ArgumentArity.OneOrMore,
        };
        var figure = new Option<string[]>("--figure") { Description = "Draws these figures only, such as detection; "
            + "may be a list, and given more than once.", HelpName = "names" };
        var size = new Option<string?>("--size") { Description = "Pixels of each picture (else 1520 wide, and as high "
            + "as the figure needs).", HelpName = "1600x900" };
        var dark = new Option<bool>("--dark") { Description = "On dark paper." };
        var where = new Option<string[]>("--where") { Description = "Draws these runs only: a varied field, network or "
            + "seed. May be given more than once.", HelpName = "field=value" };
        var report = new Option<bool>("--report") { Description = "Writes report.html of the results again, too." };
        var folder = new Option<string?>("--out") { Description = "Writes into this directory (else the results' "
            + "figures).", HelpName = "dir" };
        var command = new Command("plot", """
            Draws figures of stored results again, as PNG, without running anything.

            Examples:
              lab plot dead-link
              lab plot results/dead-link/2026-01-31T12-00-00 --figure detection --size 1600x900 --dark
              lab plot dead-link --where policy=ping,acks --where seed=1..5 --out pictures

            Exit code: 0 drawn, 2 bad input or nothing to draw, 130 stopped.
            """) { results, figure, size, dark, where, folder, report };
        command.SetAction(parsed => Run(new PlotRequest(parsed.GetValue(results)!)
        {
            Figures = [.. (parsed.GetValue(figure) ?? []).SelectMany(f => f.Split(',')).Select(f => f.Trim())],
            Where = parsed.GetValue(where) ?? [], Size = parsed.GetValue(size), Dark = parsed.GetValue(dark),
            Report = parsed.GetValue(report), Folder = parsed.GetValue(folder),
        }, terminal, stop));
        return command;
    }

    public static int Run(PlotRequest request, Terminal terminal, CancellationToken stop)
    {
        (int? width, int? height) = (null, null);
        if (request.Size is { } size)
        {
            if (Sized(size) is not { } read) return Refuse(terminal,
                $"--size takes width and height in pixels, each from {Least} to {Most}, as 1600x900; found '{size}'");
            (width, height) = read;
        }
        if (request.Report && (request.Where.Count > 0 || request.Folder is not null))
            return Refuse(terminal, "--report writes the results' own page again, which is of all runs and beside "
                + $"them: leave out {(request.Where.Count > 0 ? "--where" : "--out")}");
        if (request.Folder is "") return Refuse(terminal, "--out is empty; name a directory, such as --out pictures");
        if (File.Exists(request.Folder))
            return Refuse(terminal, $"--out: {request.Folder} is a file, expected a directory");
        if (!Stoppable.Try(() => Drawn(request, width, height, terminal), stop,
            out List<(string Path, byte[] Bytes)>? pictures)) return ExitCode.Stopped;
        return pictures is null ? ExitCode.BadInput : Write(pictures, terminal, stop);
    }

    /// <summary>Null when something was wrong, which is told.</summary>
    private static List<(string Path, byte[] Bytes)>? Drawn(
        PlotRequest request, int? width, int? height, Terminal terminal)
    {
        List<(string Path, byte[] Bytes)> pictures = [];
        List<string> absent = [];
        foreach (string word in request.Results)
        {
            string folder = Newest(word);
            if (StoredSweeps.Read(folder, out string problem) is not { } whole) return Refused(problem);
            if (RunFilter.Of(whole, request.Where, out problem) is not { } sweep) return Refused(problem);
            var figures = new FigureFiles(sweep, whole);
            if (request.Figures.FirstOrDefault(f => !figures.Names.Contains(f)) is { } unknown)
                return Refused($"{folder}: there is no figure '{unknown}'{Words.OneOf(unknown, figures.Names)}");
            string target = Target(request, folder);
            IReadOnlyList<FigureFile> drawn = figures.Draw([.. request.Figures], width, height, request.Dark);
            foreach (FigureFile file in drawn)
                if (file.Png is { } png) pictures.Add((Path.Combine(target, file.Name + ".png"), png));
                else absent.Add($"{file.Name} is not drawn: {file.Problem}");
            if (request.Report)
                pictures.Add((Path.Combine(folder, "report.html"), Encoding.UTF8.GetBytes(
                    figures.Page(folder, [.. drawn.Where(f => f.Png is not null).Select(f => f.Name)]))));
        }
        foreach (string line in absent) terminal.Error.WriteLine(line);
        return pictures.Count == 0 ? Refused("nothing was drawn") : pictures;

        List<(string Path, byte[] Bytes)>? Refused(string sentence)
        {
            Refuse(terminal, sentence);
            return null;
        }
    }

    private static int Write(List<(string Path, byte[] Bytes)> pictures, Terminal terminal, CancellationToken stop)
    {
        foreach ((string path, byte[] bytes) in pictures)
        {
            if (stop.IsCancellationRequested) return ExitCode.Stopped;
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                WholeFile.Write(path, bytes);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return Refuse(terminal, $"cannot write {path}: {e.Message}");
            }
            terminal.Out.WriteLine($"wrote    {path}");
        }
        return ExitCode.Pass;
    }

    /// <summary>The newest results of a scenario's name; any other word is a folder.</summary>
    private static string Newest(string word)
    {
        string named = Path.Combine("results", word);
        if (word.Contains('/') || Directory.Exists(word) || !Directory.Exists(named)) return word;
        return Directory.EnumerateDirectories(named)
            .Where(f => Path.GetFileName(f)[0] != '.' && File.Exists(Path.Combine(f, "results.db")))
            .OrderBy(f => f, StringComparer.Ordinal).LastOrDefault() ?? named;
    }

    /// <summary>Several results do not write over each other's figures.</summary>
    private static string Target(PlotRequest request, string folder)
    {
        if (request.Folder is not { } target) return Path.Combine(folder, "figures");
        if (request.Results.Count == 1) return target;
        DirectoryInfo own = new(folder);
        return Path.Combine(target, own.Parent is { } parent ? $"{parent.Name}-{own.Name}" : own.Name);
    }

    private static (int Width, int Height)? Sized(string text)
    {
        string[] parts = text.Split('x');
        int[] numbers = [.. parts.Select(p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture,
            out int number) ? number : 0)];
        return numbers.Length == 2 && numbers.All(n => n is >= Least and <= Most) ? (numbers[0], numbers[1]) : null;
    }

    private static int Refuse(Terminal terminal, string sentence)
    {
        terminal.Error.WriteLine(sentence);
        return ExitCode.BadInput;
    }
}
