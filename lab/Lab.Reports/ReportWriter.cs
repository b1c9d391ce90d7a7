using System.Text;
using Lab.Experiments;
using Microsoft.Data.Sqlite;

namespace Lab.Reports;

/// <summary>How to write a report.</summary>
public sealed record ReportOptions
{
    /// <summary>Whether to write report.html.</summary>
    public bool Page { get; init; } = true;

    /// <summary>Whether to draw figures/*.png.</summary>
    public bool Figures { get; init; } = true;

    /// <summary>Keep what runs have written under <see cref="ReportWriter.Stage"/>.</summary>
    public bool Staged { get; init; }

    /// <summary>Take the place of a result that is already there, instead of standing beside it as "name-2".</summary>
    public bool Replace { get; init; }
}

/// <summary>Where the report is, its files (relative, sorted), and sentences for the console about what could not be
/// done.</summary>
public sealed record WrittenReport(string Folder, IReadOnlyList<string> Files, IReadOnlyList<string> Notes)
{
    public string Page => Path.Combine(Folder, ReportWriter.PageName);
}

/// <summary>Turns a sweep into a folder of files that people keep.</summary>
public static class ReportWriter
{
    internal const string PageName = "report.html";
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>
    /// The hidden folder beside the target in which the result is put together, for runs that write files of their own.
    /// What an ended process left there is removed; the folder is made by the first who needs it.
    /// </summary>
    public static string Stage(string folder)
    {
        string partial = Partial(Target(folder));
        Remove(partial);
        return partial;
    }

    /// <summary>What is put together for that folder and will not be finished goes.</summary>
    public static void Discard(string folder) => RemoveQuietly(Partial(Target(folder)));

    /// <summary>Why results cannot be written there, or null: tried, and nothing left of the trial.</summary>
    public static string? Refused(string folder)
    {
        string partial = Partial(Target(folder));
        var made = new Stack<string>();
        try
        {
            for (string? missing = partial; missing is not null && !Directory.Exists(missing);
                missing = Path.GetDirectoryName(missing)) made.Push(missing);
            Directory.CreateDirectory(partial);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return $"cannot write to {folder}: {Reason(e)}";
        }
        finally
        {
            foreach (string path in made.Reverse().Where(Directory.Exists)) Directory.Delete(path);
        }
    }

    /// <summary>
    /// Writes run.yaml, results.db, metrics.csv, summary.json, report.html and figures/*.png into a hidden folder
    /// beside the target and moves it into place when it is complete. A finished result already there is kept (the new
    /// one gets the next free name, name-2) unless it is to be replaced, and then only once the new one is complete.
    /// Throws <see cref="ReportFailure"/> when the disk does not take it, leaving nothing half-written.
    /// </summary>
    public static WrittenReport Write(
        SweepResult sweep, string runYaml, string folder, ReportOptions? options = null) =>
        Write(new Study(sweep), runYaml, folder, options);

    internal static WrittenReport Write(Study study, string runYaml, string folder, ReportOptions? options = null)
    {
        string target = Target(folder), partial = Partial(target);
        try
        {
            if (options is not { Staged: true }) Remove(partial);
            Directory.CreateDirectory(partial);
            List<string> notes = Fill(partial, study, runYaml, options ?? new ReportOptions());
            string[] files = [.. Directory.EnumerateFiles(partial, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(partial, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];
            string place = MoveIntoPlace(partial, target, options?.Replace ?? false);
            return new WrittenReport(place, files, notes);
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or SqliteException or NotSupportedException)
        {
            RemoveQuietly(partial);
            throw new ReportFailure($"cannot write the report to {target}: {Reason(e)}", e);
        }
        catch
        {
            RemoveQuietly(partial);
            throw;
        }
    }

    private static string Target(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    private static string Partial(string target) => Path.Combine(Path.GetDirectoryName(target) ?? target,
        $".{Path.GetFileName(target)}.partial-{Environment.ProcessId}");

    private static List<string> Fill(string folder, Study study, string runYaml, ReportOptions options)
    {
        SweepResult sweep = study.Sweep;
        List<string> notes = [];
        string[] kept = [.. Directory.EnumerateDirectories(folder).Select(f => Path.GetFileName(f)).Order(
            StringComparer.Ordinal)];
        File.WriteAllText(Path.Combine(folder, StoredResults.RunFileName), runYaml, Utf8);
        Database.Write(sweep, runYaml, Path.Combine(folder, StoredResults.DatabaseName));
        using (StreamWriter csv = new(Path.Combine(folder, "metrics.csv"), append: false, Utf8)) TidyCsv.Write(sweep,
            csv);
        string summary = Summary.Of(study).ToJson(indented: true) + "\n";
        File.WriteAllText(Path.Combine(folder, Summary.FileName), summary, Utf8);
        if (!options.Page && !options.Figures) return notes;
        IReadOnlyList<Figure> figures = AllFigures.Of(study);
        IReadOnlyList<string> drawn = options.Figures ? Draw(folder, figures) : [];
        if (!options.Page) return notes;
        File.WriteAllText(Path.Combine(folder, PageName), ReportPage.Of(study, figures, runYaml, drawn, kept), Utf8);
        return notes;
    }

    private static IReadOnlyList<string> Draw(string folder, IReadOnlyList<Figure> figures)
    {
        List<string> drawn = [];
        foreach (Figure figure in figures)
        {
            if (FigureFiles.Draw(figure, new Paper()).Png is not { } png) continue;
            Directory.CreateDirectory(Path.Combine(folder, FigureFiles.Folder));
            drawn.Add($"{FigureFiles.Folder}/{figure.Name}.png");
            File.WriteAllBytes(Path.Combine(folder, drawn[^1]), png);
        }
        return drawn;
    }

    private static string MoveIntoPlace(string partial, string target, bool replace)
    {
        // An empty folder holds no result; somebody made it to say where the result should go.
        if (Directory.Exists(target) && !Directory.EnumerateFileSystemEntries(target).Any()) Directory.Delete(target);
        if (replace && Directory.Exists(target))
        {
            string old = partial + "-old";
            Directory.Move(target, old);
            try
            {
                Directory.Move(partial, target);
            }
            catch
            {
                Directory.Move(old, target);
                throw;
            }
            RemoveQuietly(old);
            return target;
        }
        for (int n = 1; ; n++)
        {
            string place = n == 1 ? target : $"{target}-{n}";
            if (Path.Exists(place)) continue;
            try
            {
                Directory.Move(partial, place);
                return place;
            }
            catch (IOException) when (Path.Exists(place) && Directory.Exists(partial))
            {
                // Somebody else took the name in between.
            }
        }
    }

    private static string Reason(Exception e) => e switch
    {
        SqliteException { SqliteErrorCode: 13 } => "the disk is full",
        _ => e.Message,
    };

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private static void RemoveQuietly(string folder)
    {
        try
        {
            Remove(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is the one to tell.
        }
    }
}
