namespace Lab.Cli;

/// <summary>The folder of a run: run.yaml, which gives the same runs again.</summary>
internal static class RunFolder
{
    /// <summary>Writes run.yaml under a temporary name, moves it into place and returns its path.</summary>
    public static string Write(ReportRequest request)
    {
        Directory.CreateDirectory(request.Folder);
        string path = Path.Combine(request.Folder, "run.yaml"), temporary = path + ".part";
        File.WriteAllText(temporary, request.RunYaml);
        File.Move(temporary, path, overwrite: true);
        return path;
    }
}
