using Lab.Files;
using Lab.Live;

namespace Lab.Cli;

/// <summary>Scenario files as this program can run them.</summary>
internal static class ScenarioFiles
{
    /// <summary>The sweep, or null after all that is wrong with the file, or cannot be run here, was noted.</summary>
    public static Sweep? Read(string file, Overrides overrides, Problems problems) =>
        SweepReader.Read(file, overrides, problems, ProgramLimits.Refusals);
}
