namespace Lab.Tests;

/// <summary>The sources of the projects, as they stand in the checkout.</summary>
internal static class Sources
{
    public static readonly string[] PureProjects = ["Lab.Network", "Lab.Xmpp", "Lab.Experiments"];

    private static readonly string[] NotSources = ["bin", "obj", "node_modules"];

    private static readonly string Root = Path.Combine(RepositoryRoot.Path, "lab");

    public static IEnumerable<string> Projects => Directory.EnumerateDirectories(Root)
        .Where(d => File.Exists(ProjectFile(Path.GetFileName(d)))).Select(d => Path.GetFileName(d)).Order();

    public static string ProjectFile(string project) => Path.Combine(Root, project, project + ".csproj");

    /// <summary>Path inside the project, with slashes, and text.</summary>
    public static IEnumerable<(string Path, string Text)> Of(string project)
    {
        string folder = Path.Combine(Root, project);
        return Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(f => (Path: Path.GetRelativePath(folder, f).Replace('\\', '/'), File: f))
            .Where(f => !NotSources.Contains(f.Path.Split('/')[0]))
            .OrderBy(f => f.Path, StringComparer.Ordinal).Select(f => (f.Path, File.ReadAllText(f.File)));
    }
}
