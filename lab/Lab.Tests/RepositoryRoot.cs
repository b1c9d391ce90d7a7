namespace Lab.Tests;

/// <summary>Where the checkout is, found from the test assembly upwards.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(System.IO.Path.Combine(d.FullName, "Lab.sln"))) return d.FullName;
        throw new InvalidOperationException("no Lab.sln above " + AppContext.BaseDirectory);
    }
}
