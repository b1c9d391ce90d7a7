using System.Text;
using System.Text.Json;

namespace Lab.Reports;

/// <summary>
/// index.html of a folder of results: every run in it, newest first, with its answer. Made from the summaries alone,
/// so it is true of what is there, whoever wrote it; a folder that is damaged or being written is left out.
/// </summary>
public static class ResultsIndex
{
    internal const string FileName = "index.html";

    /// <summary>Older runs than these are counted, not listed, so that the page stays small.</summary>
    private const int MostRuns = 200;

    private const long LargestSummaryBytes = 20_000_000;

    // the figure that tells most comes first
    private static readonly string[] Pictures = ["detection", "streams", "storm", "handshakes", "delay", "lanes"];

    /// <summary>
    /// Writes the page and returns its path, or null when the folder does not take it. Moved into place whole, so two
    /// processes may write at once: the later one has seen more.
    /// </summary>
    public static string? Write(string root)
    {
        string page = Path.Combine(root, FileName);
        string partial = Path.Combine(root, $".{FileName}.partial-{Environment.ProcessId}");
        try
        {
            string[] newest = [.. Folders(root).OrderByDescending(f => File.GetLastWriteTimeUtc(SummaryOf(f)))
                .ThenByDescending(f => f, StringComparer.Ordinal)];
            Entry[] entries = [.. newest.Take(MostRuns).Select(f => Read(root, f)).OfType<Entry>()
                .OrderByDescending(e => e.Summary.Date, StringComparer.Ordinal)];
            File.WriteAllText(partial, Page(entries, newest.Length - Math.Min(newest.Length, MostRuns)),
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(partial, page, overwrite: true);
            return page;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(partial)) File.Delete(partial);
            return null;
        }
    }

    private sealed record Entry(string Folder, Summary Summary, string? Picture, bool HasReport);

    /// <summary>root/scenario/run, as the lab names them, and root/run, as people do.</summary>
    private static IEnumerable<string> Folders(string root) =>
        Visible(root).SelectMany(f => Visible(f).Prepend(f)).Where(f => File.Exists(SummaryOf(f)));

    private static IEnumerable<string> Visible(string folder) => Directory.EnumerateDirectories(folder, "*",
        new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden });

    private static string SummaryOf(string folder) => Path.Combine(folder, Summary.FileName);

    private static Entry? Read(string root, string folder)
    {
        try
        {
            FileInfo file = new(SummaryOf(folder));
            if (file.Length > LargestSummaryBytes) return null;
            Summary summary = Summary.Read(File.ReadAllText(file.FullName));
            string? picture = Pictures.Select(p => $"figures/{p}.png")
                .FirstOrDefault(p => File.Exists(Path.Combine(folder, p)));
            string address = string.Join('/', Path.GetRelativePath(root, folder)
                .Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString));
            return new(address, summary, picture, File.Exists(Path.Combine(folder, ReportWriter.PageName)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static string Page(IReadOnlyList<Entry> entries, long older)
    {
        Html more = older == 0 ? Html.Empty
            : Html.Of($"<p class=\"further\">{older} older runs are in this folder and not listed.</p>");
        return Document.Of("Results", "style-src 'unsafe-inline'; img-src 'self' file:", $"""
            <header><h1>Results</h1>
            <p>{Words.Count(entries.Count, "run")} of scenarios, newest first.</p></header>
            <main>
            <ul class="runs">
            {Html.Join(entries.Select(Row))}
            </ul>
            {more}
            </main>
            """);
    }

    private static Html Row(Entry entry)
    {
        Summary s = entry.Summary;
        string target = entry.Folder + (entry.HasReport ? "/" + ReportWriter.PageName : "/");
        Html picture = entry.Picture is null ? Html.Empty : Html.Of(
            $"<img src=\"{entry.Folder}/{entry.Picture}\" alt=\"\" loading=\"lazy\" width=\"240\">");
        string seeds = s.Seeds.Count == 1 ? $"seed {s.Seeds[0]}" : Words.Count(s.Seeds.Count, "seed");
        string partial = s.Runs < s.Planned ? $", {s.Runs} of {s.Planned} runs" : "";
        string verdict = s.Verdict == "none" ? "" : s.Verdict, date = s.Date.Replace('T', ' ').Replace("Z", " UTC");
        return $"""
            <li>{picture}<div><h2><a href="{target}">{s.Scenario}</a> <span
            class="{verdict}">{verdict}</span></h2>
            <p>{s.Answer}</p>
            <p class="further">{date}; {string.Join(", ", s.Networks)}; {seeds}{partial}</p></div></li>
            """;
    }
}
