using Lab.Experiments;
using Lab.Files;
using Lab.Reports;

namespace Lab.Cli;

/// <summary>Results that stand in a folder, with the scenario that its run.yaml says they are of.</summary>
internal static class StoredSweeps
{
    /// <summary>Null and what is wrong, a sentence or the problems of run.yaml, when they cannot be read.</summary>
    public static SweepResult? Read(string folder, out string problem)
    {
        var problems = new Problems();
        // what this machine cannot run it can still read
        SweepResult? sweep = StoredResults.Read(folder, file =>
            YamlText.ReadSource(file, problems) is not { } text ? null : SweepReader.Read(
                new Source(text.Name, text.Text) { IsRecord = true }, Overrides.None, problems, _ => [])?.Plan,
            out problem);
        if (problems.Any) problem += "\n" + problems;
        return sweep;
    }
}
