namespace Lab.Tests;

/// <summary>
/// Expected text in files under Golden/. make accept (LAB_ACCEPT=1) rewrites them from what the code gives now.
/// </summary>
internal static class Golden
{
    public static void AssertSame(string name, string actual)
    {
        string path = Path.Combine(RepositoryRoot.Path, "lab", "Lab.Tests", "Golden", name);
        if (Environment.GetEnvironmentVariable("LAB_ACCEPT") == "1") File.WriteAllText(path, actual);
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), actual);
    }
}
