namespace Lab.Tests;

/// <summary>results/README.md: what it says of a file, and the code in that.</summary>
internal static class ResultsPage
{
    /// <summary>From the heading to the next.</summary>
    public static string Section(string heading)
    {
        string page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "results", "README.md"));
        return Assert.Single(page.Split("\n## "), s => s.StartsWith(heading + "\n", StringComparison.Ordinal));
    }

    /// <summary>The blocks of that language, in order.</summary>
    public static IReadOnlyList<string> Blocks(string heading, string language) =>
        [.. Section(heading).Split($"```{language}\n")[1..]
            .Select(b => b[..b.IndexOf("```", StringComparison.Ordinal)])];
}
