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

    /// <summary>The same of what stands in a page between a heading and the next part.</summary>
    public static void AssertSection(string page, string heading, string actual)
    {
        string path = Path.Combine(RepositoryRoot.Path, page), text = File.ReadAllText(path).ReplaceLineEndings("\n");
        int begin = text.IndexOf(heading + "\n", StringComparison.Ordinal) + heading.Length + 1;
        int end = text.IndexOf("\n# ", begin, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("LAB_ACCEPT") == "1")
            File.WriteAllText(path, text[..begin] + actual + text[end..]);
        else Assert.Equal(text[begin..end], actual);
    }
}
