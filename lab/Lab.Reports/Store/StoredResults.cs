using Lab.Experiments;
using Microsoft.Data.Sqlite;

namespace Lab.Reports;

/// <summary>A results folder that <see cref="ReportWriter"/> wrote, read back without running anything.</summary>
public static class StoredResults
{
    internal const string DatabaseName = "results.db", RunFileName = "run.yaml";

    /// <summary>
    /// The sweep as it was written; null and a sentence when that cannot be: no results there, of another version,
    /// damaged or changed. The plan gives the runs that the run.yaml of that path asks for, or null when that is not a
    /// scenario any more.
    /// </summary>
    public static SweepResult? Read(
        string folder, Func<string, IReadOnlyList<RunSpec>?> plan, out string problem)
    {
        string database = Path.Combine(folder, DatabaseName), runFile = Path.Combine(folder, RunFileName);
        problem = Missing(folder, database, runFile);
        if (problem.Length > 0) return null;
        try
        {
            using StoredTables tables = new(database);
            problem = Foreign(tables, folder);
            if (problem.Length > 0) return null;
            if (Database.HashOf(File.ReadAllText(runFile)) != tables.RunFileHash)
                return Refused(out problem, $"{runFile} was changed after the runs, so it does not say any more what "
                    + $"{DatabaseName} holds; {Again(folder)}");
            if (plan(runFile) is not { Count: > 0 } specs)
                return Refused(out problem, $"{runFile} is no scenario to this version of the lab, so what "
                    + $"{DatabaseName} holds cannot be told");
            return Sweep(tables, specs) ?? Refused(out problem, $"{runFile} asks for other runs than those in "
                + $"{DatabaseName}; {Again(folder)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refused(out problem, $"cannot read {folder}: {e.Message}");
        }
        // whatever stands in a damaged file: no table, NULL, a text for a number, a word or a number that is none
        catch (Exception e) when (e is SqliteException or FormatException or InvalidCastException
            or InvalidOperationException or OverflowException or KeyNotFoundException or IndexOutOfRangeException)
        {
            return Refused(out problem, $"{database} is damaged ({e.Message.TrimEnd('.')}); {Again(folder)}");
        }
    }

    private static SweepResult? Refused(out string problem, string sentence)
    {
        problem = sentence;
        return null;
    }

    private static string Again(string folder) =>
        $"run it again: lab run {Path.Combine(folder, RunFileName)}";

    private static string Missing(string folder, string database, string runFile)
    {
        const string expected = "expected a folder that lab run wrote, as results/dead-link/2026-01-31T12-00-00";
        if (File.Exists(folder)) return $"{folder} is a file, {expected}";
        if (!Directory.Exists(folder)) return $"there is no folder {folder}, {expected}";
        string missing = !File.Exists(database) ? DatabaseName : !File.Exists(runFile) ? RunFileName : "";
        if (missing.Length == 0) return "";
        string? inside = Directory.EnumerateDirectories(folder).Where(f => Path.GetFileName(f)[0] != '.'
            && File.Exists(Path.Combine(f, DatabaseName))).Order(StringComparer.Ordinal).LastOrDefault();
        return $"{folder} holds no results, for {missing} is missing; "
            + (inside is null ? expected : $"did you mean {inside}?");
    }

    /// <summary>Of another version of the lab; empty when it is of this one.</summary>
    private static string Foreign(StoredTables tables, string folder) => tables.Version switch
    {
        Tables.Version => "",
        < Tables.Version and long older => $"{folder} was written by an older version of the lab (its tables have "
            + $"version {older}, this one reads {Tables.Version}); {Again(folder)}",
        long newer => $"{folder} was written by a newer version of the lab (its tables have version {newer}, this one "
            + $"reads {Tables.Version}); read it with that, or {Again(folder)}",
    };

    /// <summary>Null when the plan lacks a run.</summary>
    private static SweepResult? Sweep(StoredTables tables, IReadOnlyList<RunSpec> specs)
    {
        string topology = tables.Topology;
        RunSpec[] plan = [.. specs.Select(s => s with { Scenario = s.Scenario with { Topology = topology } })];
        if (StoredRuns.Of(tables, plan) is not { } runs) return null;
        Scenario scenario = plan[0].Scenario;
        if (tables.Checks.Count > scenario.Expect.Count) return null;
        return tables.Sweep(scenario, plan[0].Topology, [.. runs.Values], [.. tables.Checks.Select((c, i) =>
            new CheckResult(scenario.Expect[i], c.Verdict, c.Explanation, [.. c.Failing.Select(r => runs[r].Spec)]))]);
    }
}
