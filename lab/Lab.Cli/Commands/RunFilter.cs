using System.Globalization;
using Lab.Experiments;
using Lab.Files;

namespace Lab.Cli;

/// <summary>Keeps the runs of a sweep that --where asks for: field=value,value, all of several conditions.</summary>
internal static class RunFilter
{
    private const string Network = "network", Seed = "seed";

    /// <summary>The sweep with those runs, whose name says what was asked; null and a sentence when a word is none, or
    /// no run is left.</summary>
    public static SweepResult? Of(SweepResult sweep, IReadOnlyList<string> conditions, out string problem)
    {
        IReadOnlyList<RunResult> runs = sweep.Runs;
        foreach (string condition in conditions)
        {
            if (Kept(sweep, runs, condition, out problem) is not { } kept) return null;
            runs = kept;
        }
        problem = runs.Count == 0 ? $"no run is left of {Words.Count(sweep.Runs.Count, "run")} by --where "
            + string.Join(" --where ", conditions.Select(CommandText.Quote)) : "";
        if (problem != "") return null;
        if (conditions.Count == 0) return sweep;
        return sweep with
        {
            ScenarioName = $"{sweep.ScenarioName} ({string.Join("; ", conditions)})", Runs = runs,
            Planned = runs.Count + sweep.Planned - sweep.Runs.Count,
        };
    }

    private static IReadOnlyList<RunResult>? Kept(SweepResult sweep, IReadOnlyList<RunResult> runs, string condition,
        out string problem)
    {
        int equals = condition.IndexOf('=');
        if (equals <= 0 || equals == condition.Length - 1)
        {
            problem = $"--where takes field=value, as in --where policy=ping, found '{condition}'";
            return null;
        }
        string name = condition[..equals].Trim(), values = condition[(equals + 1)..].Trim();
        string[] fields = [.. sweep.Varied, Network, Seed];
        if (Field(fields, name, out problem) is not { } field) return null;
        string Value(RunResult run) => field switch
        {
            Network => run.Network.Word(),
            Seed => run.Spec.Seed.ToString(CultureInfo.InvariantCulture),
            _ => run.Spec.Point.FirstOrDefault(s => s.Path == field).Value ?? "",
        };
        string[] known = [.. sweep.Runs.Select(Value).Distinct()];
        if (Wanted(field, values, known, out problem) is not { } wanted) return null;
        return [.. runs.Where(r => wanted.Contains(Value(r)))];
    }

    /// <summary>The field of that path, or the only one whose path ends with it.</summary>
    private static string? Field(string[] fields, string name, out string problem)
    {
        problem = "";
        if (fields.Contains(name)) return name;
        string[] meant = [.. fields.Where(f => f.EndsWith("." + name, StringComparison.Ordinal))];
        if (meant.Length == 1) return meant[0];
        string[] words = [.. fields.Select(f => f[(f.LastIndexOf('.') + 1)..]).Distinct()];
        problem = meant.Length > 1 ? $"--where: '{name}' may be {Words.List(meant)}; write the whole path"
            : $"--where: there is no field '{name}'{Words.OneOf(name, words)}";
        return null;
    }

    private static string[]? Wanted(string field, string values, string[] known, out string problem)
    {
        problem = "";
        // A value may hold commas itself, as lists do.
        string[] wanted = known.Contains(values) ? [values] : [.. values.Split(',').Select(v => v.Trim())];
        if (field == Seed && wanted.Any(w => !known.Contains(w)))
        {
            if (SetArgument.Seeds(values, out problem) is not { } seeds)
            {
                problem = problem.Replace("--seed", "--where seed", StringComparison.Ordinal);
                return null;
            }
            wanted = [.. seeds.Select(s => s.ToString(CultureInfo.InvariantCulture))];
        }
        if (wanted.FirstOrDefault(w => !known.Contains(w)) is not { } unknown) return wanted;
        problem = $"--where: no run has {field} {unknown}{Words.OneOf(unknown, known)}";
        return null;
    }
}
