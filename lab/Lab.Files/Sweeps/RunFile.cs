using Lab.Experiments;

namespace Lab.Files;

/// <summary>
/// run.yaml: a sweep as a scenario that asks for the same again, behind comments on what made it and what holds though
/// no key says it.
/// </summary>
internal static class RunFile
{
    private const int MostDefaults = 40;

    public static string Of(Sweep sweep, Provenance made)
    {
        string lab = made.Commit is { } commit ? $"lab {made.Version}, commit {commit}" : $"lab {made.Version}";
        IEnumerable<string> defaults = DefaultsInForce.Of(sweep.Plan).Take(MostDefaults);
        return $"# {lab}; {made.Date}\n# What no key says, in force here:\n"
            + string.Concat(defaults.Select(d => $"# - {Problem.Printable(d)}\n")) + sweep.RunYaml;
    }
}
