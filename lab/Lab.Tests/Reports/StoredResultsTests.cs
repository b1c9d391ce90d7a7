using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;
using Lab.Reports;
using Microsoft.Data.Sqlite;

namespace Lab.Tests;

public sealed class StoredResultsTests : IDisposable
{
    private static readonly ReportOptions NoFigures = new() { Figures = false };
    private readonly string root = Directory.CreateTempSubdirectory("lab-stored-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    /// <summary>Policies, a storm, streams between servers, expectations of spans.</summary>
    public static TheoryData<string, string> Shipped => new()
    {
        { "dead-link", "duration=1h" }, { "reconnect-storm", "clients.phone.count=40" },
        { "bidi-restores-sight", "" },
        { "pool-blind-spot", "" }, { "resume-or-lose", "" }, { "wrong-suspect", "" }, { "lossy-commute", "" },
    };

    [Theory]
    [MemberData(nameof(Shipped))]
    public void What_is_read_back_and_written_again_is_the_same(string name, string set)
    {
        (SweepResult sweep, string yaml) = Run(name, set);
        string first = Write(sweep, yaml, "first");

        SweepResult read = Read(first);
        string second = Write(read, yaml, "second");

        Assert.Equal(File.ReadAllText(Path.Combine(first, "metrics.csv")),
            File.ReadAllText(Path.Combine(second, "metrics.csv")));
        Assert.Equal(Dump(first), Dump(second));
        Assert.Equal(File.ReadAllText(Path.Combine(first, "report.html")),
            File.ReadAllText(Path.Combine(second, "report.html")));
        foreach ((RunResult ours, RunResult theirs) in sweep.Runs.Zip(read.Runs)) AssertSame(ours, theirs);
        Assert.Equal(sweep.Checks.Select(Told), read.Checks.Select(Told));
        Assert.Equal((sweep.ScenarioName, sweep.Verdict, sweep.Command, sweep.Planned, sweep.Made),
            (read.ScenarioName, read.Verdict, read.Command, read.Planned, read.Made));
        Assert.Equal(sweep.Varied, read.Varied);
        Assert.Equal(sweep.Networks, read.Networks);
    }

    private static (Verdict, string, string) Told(CheckResult check) => (check.Verdict, check.Explanation,
        string.Join(", ", check.Failing.Select(s => $"{s.Label}/{s.Seed}/{s.Network}")));

    private static void AssertSame(RunResult ours, RunResult theirs)
    {
        Assert.Equal((ours.Spec.Label, ours.Spec.Seed, ours.Network), (theirs.Spec.Label, theirs.Spec.Seed,
            theirs.Network));
        Assert.Equal((ours.JournalHash, ours.Entries, ours.Events, ours.MaxLateness),
            (theirs.JournalHash, theirs.Entries, theirs.Events, theirs.MaxLateness));
        Assert.Equal(ours.Measures.Select(m => (m.Metric, m.Value, m.Scope, m.Sample.Part, m.Sample.Whole)),
            theirs.Measures.Select(m => (m.Metric, m.Value, m.Scope, m.Sample.Part, m.Sample.Whole)));
        foreach ((Measure one, Measure other) in ours.Measures.Zip(theirs.Measures))
            Assert.Equal(one.Sample.Times, other.Sample.Times);
        Assert.Equal(ours.Incidents, theirs.Incidents);
        Assert.Equal(ours.Messages, theirs.Messages);
        Assert.Equal(ours.Costs, theirs.Costs);
        Assert.Equal(ours.Lanes, theirs.Lanes);
        Assert.Equal(ours.Marks, theirs.Marks);
        Assert.Equal(ours.Faults, theirs.Faults);
        Assert.Equal(ours.Arrivals, theirs.Arrivals);
        Assert.Equal(ours.ClientNames, theirs.ClientNames);
        Assert.Equal(ours.Clients, theirs.Clients);
        Assert.Equal(ours.ClientCosts, theirs.ClientCosts);
        Assert.Equal(ours.Servers, theirs.Servers);
        Assert.Equal(ours.Routes, theirs.Routes);
        Assert.Equal(ours.Verdicts, theirs.Verdicts);
        Assert.Equal(ours.Rules, theirs.Rules);
        Assert.Equal(ours.Doubts, theirs.Doubts);
        Assert.Equal(ours.StoriesUntold, theirs.StoriesUntold);
        StoryLine[] none = [];
        Assert.Equal(ours.Stories.Select(s => s with { Lines = none }),
            theirs.Stories.Select(s => s with { Lines = none }));
        Assert.Equal(ours.Stories.SelectMany(s => s.Lines), theirs.Stories.SelectMany(s => s.Lines));
        Assert.Equal(ours.Streams is null, theirs.Streams is null);
        if (ours.Streams is not { } streams) return;
        Assert.Equal(streams.Names, theirs.Streams!.Names);
        Assert.Equal(streams.Lanes, theirs.Streams.Lanes);
        Assert.Equal(streams.Marks, theirs.Streams.Marks);
        Assert.Equal(streams.Faults, theirs.Streams.Faults);
        Assert.Equal(streams.Deaths, theirs.Streams.Deaths);
    }

    [Fact]
    public void Runs_in_real_time_with_doubts_and_a_sweep_that_was_stopped_come_back_too()
    {
        (SweepResult sweep, string yaml) = Run("dead-link", "duration=1h", NetworkKind.Simulated, NetworkKind.Proxied);
        sweep = sweep with
        {
            Verdict = Verdict.Unknown, Planned = sweep.Runs.Count,
            Runs = [.. sweep.Runs.Skip(1).Select((r, i) => r.Network == NetworkKind.Simulated ? r : r with
            {
                MaxLateness = new Duration(1_234_567 + i), Doubts = ["the loop was late", "and \"loud\""],
            })],
        };
        string first = Write(sweep, yaml, "first");

        SweepResult read = Read(first);

        foreach ((RunResult ours, RunResult theirs) in sweep.Runs.Zip(read.Runs)) AssertSame(ours, theirs);
        Assert.Equal(sweep.Planned, read.Runs.Count + 1);
        Assert.Equal(Dump(first), Dump(Write(read, yaml, "second")));
        Assert.Equal(File.ReadAllText(Path.Combine(first, "report.html")),
            File.ReadAllText(Path.Combine(root, "second", "report.html")));
    }

    [Fact]
    public void What_holds_no_results_is_refused_with_what_was_expected()
    {
        const string expected = "expected a folder that lab run wrote, as results/dead-link/2026-01-31T12-00-00";
        string folder = Path.Combine(root, "results"), missing = Path.Combine(root, "missing");
        Directory.CreateDirectory(folder);

        Assert.Equal($"there is no folder {missing}, {expected}", Refused(missing));
        Assert.Equal($"{folder} holds no results, for results.db is missing; {expected}", Refused(folder));
        Write(Sweeps.Quiet(), "", Path.Combine("results", "2026-01-31"));
        string latest = Write(Sweeps.Quiet(), "", Path.Combine("results", "2026-02-01"));
        Assert.Equal($"{folder} holds no results, for results.db is missing; did you mean {latest}?", Refused(folder));
        File.Delete(Path.Combine(latest, "run.yaml"));
        Assert.Equal($"{latest} holds no results, for run.yaml is missing; {expected}", Refused(latest));
        string file = Path.Combine(latest, "results.db");
        Assert.Equal($"{file} is a file, {expected}", Refused(file));
    }

    [Theory]
    [InlineData(4, "was written by an older version of the lab (its tables have version 4, this one reads {0}); run it "
        + "again: lab run {1}/run.yaml")]
    [InlineData(99, "was written by a newer version of the lab (its tables have version 99, this one reads {0}); read "
        + "it with that, or run it again: lab run {1}/run.yaml")]
    public void Tables_of_another_version_are_refused_with_what_to_do(int version, string sentence)
    {
        string folder = Dead();
        Change(folder, $"UPDATE schema_version SET version = {version}");

        Assert.Equal($"{folder} " + string.Format(System.Globalization.CultureInfo.InvariantCulture, sentence,
            Tables.Version, folder), Refused(folder));
    }

    [Fact]
    public void A_changed_run_file_is_refused()
    {
        string folder = Dead(), file = Path.Combine(folder, "run.yaml");
        File.WriteAllText(file, File.ReadAllText(file).Replace("every: 60s", "every: 61s"));

        Assert.Equal($"{file} was changed after the runs, so it does not say any more what results.db holds; run it "
            + $"again: lab run {file}", Refused(folder));
    }

    [Theory]
    [InlineData("DROP TABLE incidents")]
    [InlineData("UPDATE incidents SET mechanism = 'magic'")]
    [InlineData("UPDATE messages SET fate = 3")]
    [InlineData("UPDATE metrics SET cases = 'dreams'")]
    [InlineData("UPDATE runs SET journal_hash = 'no'")]
    [InlineData("UPDATE runs SET network = 'avian'")]
    [InlineData("DELETE FROM sweep")]
    [InlineData("UPDATE arrivals SET intervals = 0")]
    [InlineData("UPDATE checks SET verdict = 'perhaps'")]
    [InlineData("INSERT INTO check_runs VALUES (1, 999)")]
    public void A_database_that_makes_no_sense_is_called_damaged(string change)
    {
        string folder = Dead();
        Change(folder, change);

        Assert.Matches($"^{folder}/results.db is damaged \\(.+\\); run it again: lab run {folder}/run.yaml$",
            Refused(folder));
    }

    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Whatever_a_bad_disk_does_to_the_database_is_told_and_never_breaks_the_lab()
    {
        string folder = Dead(), file = Path.Combine(folder, "results.db");
        byte[] whole = File.ReadAllBytes(file);

        Fuzz.Try(60, seed =>
        {
            RandomStream chance = RandomStream.Root(seed);
            byte[] bytes = [.. whole];
            int at = (int)chance.Below((ulong)bytes.Length);
            if (seed % 4 == 0) bytes = bytes[..at];
            else
                for (int i = at; i < Math.Min(bytes.Length, at + (seed % 2 == 0 ? 4096 : 3)); i++)
                    bytes[i] = (byte)chance.Below(256);
            File.WriteAllBytes(file, bytes);
            if (StoredSweeps.Read(folder, out string problem) is null) Assert.NotEqual("", problem);
        });
    }

    private string Dead()
    {
        (SweepResult sweep, string yaml) = Run("dead-link", "duration=1h");
        return Write(sweep, yaml, "dead");
    }

    /// <summary>One seed of a shipped scenario.</summary>
    private static (SweepResult, string) Run(string name, string set, params NetworkKind[] networks) =>
        ShippedSweeps.Of(name, [2], set, networks.Length > 0 ? networks : null);

    private string Write(SweepResult sweep, string yaml, string name) =>
        ReportWriter.Write(sweep, yaml, Path.Combine(root, name), NoFigures).Folder;

    private static SweepResult Read(string folder)
    {
        SweepResult? read = StoredSweeps.Read(folder, out string problem);
        Assert.True(read is not null, problem);
        return read;
    }

    private static string Refused(string folder)
    {
        Assert.Null(StoredSweeps.Read(folder, out string problem));
        return problem;
    }

    private static void Change(string folder, string sql)
    {
        using SqliteConnection db = new($"Data Source={Path.Combine(folder, "results.db")};Pooling=False");
        db.Open();
        using SqliteCommand command = db.CreateCommand();
        command.CommandText = "PRAGMA foreign_keys = OFF; " + sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Every row of every table.</summary>
    private static IReadOnlyList<string> Dump(string folder)
    {
        using SqliteConnection db = new($"Data Source={Path.Combine(folder, "results.db")};Pooling=False");
        db.Open();
        List<string> rows = [];
        foreach (string table in Rows(db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"))
            rows.AddRange(Rows(db, $"SELECT * FROM {table}").Select(r => $"{table}: {r}"));
        return rows;
    }

    private static List<string> Rows(SqliteConnection db, string sql)
    {
        using SqliteCommand command = db.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read())
            rows.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(
                reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))));
        return rows;
    }
}
