using Lab.Experiments;
using Lab.Network;
using Microsoft.Data.Sqlite;

namespace Lab.Reports;

/// <summary>
/// results.db, opened for reading: rows by table, and what stands once in it. What a damaged file may hold comes out as
/// an exception of SQLite's, or of a value that is none.
/// </summary>
internal sealed class StoredTables : IDisposable
{
    private readonly SqliteConnection connection;

    public StoredTables(string path)
    {
        connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadOnly,
        }.ToString());
        connection.Open();
    }

    public long Version => Rows("SELECT version FROM schema_version", r => r.GetInt64(0)).Single();

    /// <summary>The name of the topology, which stands in run.yaml without it.</summary>
    public string Topology => Rows("SELECT topology FROM sweep", r => r.GetString(0)).Single();

    public string RunFileHash => Rows("SELECT run_yaml_sha256 FROM sweep", r => r.GetString(0)).Single();

    /// <summary>In the order of the scenario's expectations; failing runs by their number.</summary>
    public IReadOnlyList<(Verdict Verdict, string Explanation, IReadOnlyList<long> Failing)> Checks
    {
        get
        {
            ILookup<long, long> failing = Rows("SELECT number, run FROM check_runs", r =>
                (Number: r.GetInt64(0), Run: r.GetInt64(1))).ToLookup(r => r.Number, r => r.Run);
            return [.. Rows("SELECT number, verdict, explanation FROM checks ORDER BY number", r =>
                (Word<Verdict>(r, 1), r.GetString(2), (IReadOnlyList<long>)[.. failing[r.GetInt64(0)]]))];
        }
    }

    public SweepResult Sweep(
        Scenario scenario, Topology topology, IReadOnlyList<RunResult> runs, IReadOnlyList<CheckResult> checks) =>
        Rows("SELECT scenario, networks, planned, verdict, command, lab_version, "
            + "lab_commit, date FROM sweep", r => new SweepResult
        {
            ScenarioName = r.GetString(0), Scenario = scenario, Topology = topology, Runs = runs, Checks = checks,
            Networks = [.. r.GetString(1).Split(',').Select(Network)], Planned = r.GetInt32(2),
            Verdict = Word<Verdict>(r, 3), Command = r.GetString(4),
            Made = new Provenance(r.GetString(5), Text(r, 6), r.GetString(7)),
            Varied = [.. Rows("SELECT path FROM varied ORDER BY position", v => v.GetString(0))],
        }).Single();

    /// <summary>
    /// Rows whose first column is the number of a run, by that; within a run in the order in which they were written,
    /// which is that of their keys where they have one.
    /// </summary>
    public ILookup<long, T> ByRun<T>(string columns, string table, Func<SqliteDataReader, T> row) =>
        Rows($"SELECT run, {columns} FROM {table}", r => (Run: r.GetInt64(0), Row: row(r)))
            .ToLookup(r => r.Run, r => r.Row);

    public IEnumerable<T> Rows<T>(string sql, Func<SqliteDataReader, T> row)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read()) yield return row(reader);
    }

    public void Dispose() => connection.Dispose();

    // ---- values of columns

    public static Instant At(SqliteDataReader row, int column) => new(row.GetInt64(column));

    /// <summary>NULL is no number.</summary>
    public static double Number(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? double.NaN : row.GetDouble(column);

    public static bool Flag(SqliteDataReader row, int column) => row.GetInt64(column) != 0;

    public static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static T Word<T>(SqliteDataReader row, int column) where T : struct, Enum =>
        Words.Find<T>(row.GetString(column)) ?? throw NoWord(row, column);

    public static FaultKind Fault(SqliteDataReader row, int column) =>
        FaultKinds.Find(row.GetString(column)) ?? throw NoWord(row, column);

    /// <summary>Of a connection of a client, or of a stream between servers.</summary>
    public static Side Side(SqliteDataReader row, int column) => row.GetString(column) switch
    {
        "client" or Database.Opener => Experiments.Side.Client,
        "server" or Database.Other => Experiments.Side.Server,
        _ => throw NoWord(row, column),
    };

    public static NetworkKind Network(string word) =>
        NetworkWords.Find(word) ?? throw new FormatException($"'{word}' is no network");

    private static FormatException NoWord(SqliteDataReader row, int column) =>
        new($"'{row.GetString(column)}' stands for {row.GetName(column)}");
}
