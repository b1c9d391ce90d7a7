using Lab.Reports;

namespace Lab.Cli;

/// <summary>Writes the report and names the files worth telling of.</summary>
internal static class Reports
{
    public static IReadOnlyList<string> Write(ReportRequest request)
    {
        WrittenReport written = ReportWriter.Write(request.Result, request.RunYaml, request.Folder);
        foreach (string note in written.Notes) Console.Error.WriteLine(note);
        return [Path.GetRelativePath(Directory.GetCurrentDirectory(), written.Page)];
    }
}
