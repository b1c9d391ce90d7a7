using Lab.Files;
using Lab.Live;

namespace Lab.Cli;

/// <summary>Scenario files as this program can run them.</summary>
internal static class ScenarioFiles
{
    private static readonly string[] Shelves = ["", "scenarios", "topologies"];

    /// <summary>The sweep, or null after all that is wrong with the file, or cannot be run here, was noted.</summary>
    public static Sweep? Read(string file, Overrides overrides, Problems problems) =>
        SweepReader.Read(file, overrides, problems,
            run => ProgramLimits.Refusals(run).Concat(Memory.Refusals(run, Memory.AvailableBytes))
                .Concat(Descriptors.Refusals(run, Descriptors.Limit())));

    /// <summary>Those of several files that are right.</summary>
    public static List<Sweep> ReadAll(IEnumerable<string> words, Overrides overrides, Problems problems) =>
        [.. Named(words).Select(f => Read(f, overrides, problems)).OfType<Sweep>()];

    /// <summary>
    /// The files that words of the command line mean, each once. A name without folder and ending, such as dead-link,
    /// is looked for in scenarios and topologies here, and in the folders above.
    /// </summary>
    public static IEnumerable<string> Named(IEnumerable<string> words) => words.Select(Named).Distinct();

    private static string Named(string word)
    {
        if (word.Length == 0 || word.Contains('/') || Path.HasExtension(word) || Path.Exists(word)) return word;
        string here = Directory.GetCurrentDirectory(), up = "";
        for (string? folder = here; folder is not null; folder = Path.GetDirectoryName(folder), up += "../")
            foreach (string shelf in Shelves)
                if (Path.Combine(up, shelf, word + ".yaml") is var file && File.Exists(file)) return file;
        return word;
    }
}
