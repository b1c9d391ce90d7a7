using System.Globalization;
using Lab.Experiments;
using Lab.Reports;

namespace Lab.Cli;

/// <summary>Writes the report, and the journals when they are asked for.</summary>
internal static class Reports
{
    /// <summary>The files worth telling of, report first.</summary>
    public static IReadOnlyList<string> Write(ReportRequest request)
    {
        var options = new ReportOptions
        {
            Staged = request.Staged, Page = request.Page,
            Figures = request.Figures && !request.Stop.IsCancellationRequested,
        };
        WrittenReport written = ReportWriter.Write(request.Study, request.RunYaml, request.Folder, options);
        foreach (string note in written.Notes) Console.Error.WriteLine(note);
        string near = Path.GetRelativePath(Directory.GetCurrentDirectory(), written.Folder);
        string folder = near.StartsWith("..", StringComparison.Ordinal) ? written.Folder : near;
        List<string> told = [request.Page ? Path.Combine(folder, "report.html") : folder];
        if (!request.Journal || request.Stop.IsCancellationRequested) return told;
        RunResult[] repeatable = [.. request.Result.Runs.Where(r => r.Network == NetworkKind.Simulated)];
        if (repeatable.Length < request.Result.Runs.Count)
            Console.Error.WriteLine("--journal: runs in real time do not repeat, so only simulated ones get a journal");
        if (repeatable.Length > 0) told.Add(WriteJournals(repeatable, folder, request.Stop));
        return told;
    }

    // A run repeats, so its journal is made by running it again: a sweep need not keep what hardly anybody asks for.
    private static string WriteJournals(IReadOnlyList<RunResult> runs, string folder, CancellationToken stop)
    {
        for (int i = 0; i < runs.Count; i++)
        {
            string name = runs.Count == 1 ? "journal.jsonl"
                : string.Create(CultureInfo.InvariantCulture, $"journal-{i + 1}.jsonl");
            string path = Path.Combine(folder, name);
            using (var file = new JournalFile(path, runs[i].Spec))
                Simulation.Run(runs[i].Spec, new RunOptions { Reader = file, IsCancelled = () =>
                    stop.IsCancellationRequested });
            if (!stop.IsCancellationRequested) continue;
            File.Delete(path);
            break;
        }
        return Path.Combine(folder, runs.Count == 1 ? "journal.jsonl" : "journal-*.jsonl");
    }
}
