using Lab.Experiments;
using Lab.Network;
using Microsoft.Data.Sqlite;

namespace Lab.Reports;

/// <summary>
/// results.db: everything kept of a sweep, as SQLite tables (results/README.md explains the columns). Times are
/// integers of nanoseconds of the run (_ns) or, where they are for reading, seconds (_s). NaN is NULL, "never" is Inf.
/// Seeds above 2^63 appear as negative numbers, because SQLite's integers are signed.
/// </summary>
internal sealed class Database : IDisposable
{
    /// <summary>Grows with each change of the tables.</summary>
    public const int SchemaVersion = 4;

    private readonly SqliteConnection connection;

    private Database(string path)
    {
        connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
    }

    public static void Write(SweepResult sweep, string path)
    {
        using Database database = new(path);
        // The file is only moved into place when it is complete, so a journal would protect nothing.
        database.Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
        using SqliteTransaction all = database.connection.BeginTransaction();
        database.Execute(Schema);
        database.Add(sweep);
        database.Execute(Indexes);
        all.Commit();
    }

    public void Dispose() => connection.Dispose();

    private const string Schema = """
        CREATE TABLE schema_version (version INTEGER NOT NULL);
        CREATE TABLE runs (
            run INTEGER PRIMARY KEY, scenario TEXT NOT NULL, network TEXT NOT NULL, fidelity TEXT NOT NULL,
            seed INTEGER NOT NULL, label TEXT NOT NULL, journal_hash TEXT NOT NULL, entries INTEGER NOT NULL,
            events INTEGER NOT NULL, clients INTEGER NOT NULL, duration_s REAL NOT NULL, late_s REAL NOT NULL);
        CREATE TABLE settings (
            run INTEGER NOT NULL REFERENCES runs, path TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, path))
            WITHOUT ROWID;
        CREATE TABLE doubts (run INTEGER NOT NULL REFERENCES runs, reason TEXT NOT NULL);
        CREATE TABLE metrics (
            run INTEGER NOT NULL REFERENCES runs, metric TEXT NOT NULL, target TEXT NOT NULL, from_s REAL NOT NULL,
            to_s REAL NOT NULL, value REAL, unit TEXT NOT NULL, PRIMARY KEY (run, metric, target, from_s, to_s))
            WITHOUT ROWID;
        CREATE TABLE servers (
            run INTEGER NOT NULL REFERENCES runs, server INTEGER NOT NULL, name TEXT NOT NULL,
            PRIMARY KEY (run, server)) WITHOUT ROWID;
        CREATE TABLE clients (
            run INTEGER NOT NULL REFERENCES runs, client INTEGER NOT NULL, name TEXT NOT NULL,
            client_group TEXT NOT NULL, server TEXT NOT NULL, link TEXT NOT NULL, policy TEXT NOT NULL,
            packets INTEGER NOT NULL,
            bytes INTEGER NOT NULL, upkeep_bytes INTEGER NOT NULL, wakeups INTEGER NOT NULL, attempts INTEGER NOT NULL,
            logins INTEGER NOT NULL, resumed INTEGER NOT NULL, ghost_s REAL NOT NULL, reachable_s REAL NOT NULL,
            PRIMARY KEY (run, client)) WITHOUT ROWID;
        CREATE TABLE routes (
            run INTEGER NOT NULL REFERENCES runs, route INTEGER NOT NULL, name TEXT NOT NULL, from_server TEXT NOT NULL,
            to_server TEXT NOT NULL, place INTEGER NOT NULL, link TEXT NOT NULL, packets INTEGER NOT NULL,
            bytes INTEGER NOT NULL, PRIMARY KEY (run, route)) WITHOUT ROWID;
        CREATE TABLE client_costs (
            run INTEGER NOT NULL REFERENCES runs, client INTEGER NOT NULL, cause TEXT NOT NULL,
            packets INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (run, client, cause)) WITHOUT ROWID;
        CREATE TABLE connections (
            run INTEGER NOT NULL REFERENCES runs, client INTEGER, route INTEGER, side TEXT NOT NULL,
            state TEXT NOT NULL, from_ns INTEGER NOT NULL, to_ns INTEGER NOT NULL);
        CREATE TABLE deaths (
            run INTEGER NOT NULL REFERENCES runs, route INTEGER NOT NULL, sender TEXT NOT NULL, fault TEXT NOT NULL,
            began_ns INTEGER NOT NULL, until_ns INTEGER NOT NULL, detected INTEGER NOT NULL, detected_at_ns INTEGER,
            elapsed_s REAL NOT NULL, mechanism TEXT NOT NULL, claim TEXT NOT NULL, outlived INTEGER NOT NULL);
        CREATE TABLE incidents (
            run INTEGER NOT NULL REFERENCES runs, client INTEGER NOT NULL, client_name TEXT NOT NULL,
            side TEXT NOT NULL, fault TEXT NOT NULL, began_ns INTEGER NOT NULL, until_ns INTEGER NOT NULL,
            detected INTEGER NOT NULL, detected_at_ns INTEGER, elapsed_s REAL NOT NULL, mechanism TEXT NOT NULL,
            claim TEXT NOT NULL, outlived INTEGER NOT NULL);
        CREATE TABLE messages (
            run INTEGER NOT NULL REFERENCES runs, number INTEGER NOT NULL, sender INTEGER NOT NULL,
            recipient INTEGER NOT NULL, sent_at_ns INTEGER NOT NULL, delivered_at_ns INTEGER, delay_s REAL,
            copies INTEGER NOT NULL, fate TEXT NOT NULL, cause TEXT, fault TEXT,
            PRIMARY KEY (run, number)) WITHOUT ROWID;
        CREATE TABLE costs (
            run INTEGER NOT NULL REFERENCES runs, cause TEXT NOT NULL, packets INTEGER NOT NULL, bytes INTEGER NOT NULL,
            PRIMARY KEY (run, cause)) WITHOUT ROWID;
        CREATE TABLE verdicts (
            run INTEGER NOT NULL REFERENCES runs, truth TEXT NOT NULL, claim TEXT NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (run, truth, claim)) WITHOUT ROWID;
        CREATE TABLE arrivals (
            run INTEGER NOT NULL REFERENCES runs, from_ns INTEGER NOT NULL, attempts INTEGER NOT NULL,
            online_clients INTEGER NOT NULL, PRIMARY KEY (run, from_ns)) WITHOUT ROWID;
        """;

    private const string Indexes = """
        CREATE INDEX runs_by_label ON runs (label, seed);
        CREATE INDEX settings_by_value ON settings (path, value);
        CREATE INDEX metrics_by_name ON metrics (metric, run);
        CREATE INDEX incidents_by_run ON incidents (run, side);
        CREATE INDEX messages_by_fate ON messages (fate, run);
        CREATE INDEX connections_by_client ON connections (run, client);
        CREATE INDEX deaths_by_run ON deaths (run, route);
        """;

    private void Add(SweepResult sweep)
    {
        using Insert version = new(connection, "schema_version", 1), runs = new(connection, "runs", 12);
        using Insert settings = new(connection, "settings", 3), metrics = new(connection, "metrics", 7);
        using Insert incidents = new(connection, "incidents", 13), messages = new(connection, "messages", 11);
        using Insert costs = new(connection, "costs", 4), verdicts = new(connection, "verdicts", 4);
        using Insert arrivals = new(connection, "arrivals", 4), doubts = new(connection, "doubts", 2);
        version.Row(SchemaVersion);
        for (int i = 0; i < sweep.Runs.Count; i++)
        {
            RunResult run = sweep.Runs[i];
            long id = i + 1;
            runs.Row(id, sweep.ScenarioName, run.Network.Word(), Word(run.Fidelity), unchecked((long)run.Spec.Seed),
                run.Spec.Label, run.JournalHash.ToString("x16"), run.Entries, run.Events, Study.Clients(run),
                run.Spec.Scenario.Duration.TotalSeconds, run.MaxLateness.TotalSeconds);
            foreach (string reason in run.Doubts) doubts.Row(id, reason);
            foreach (Setting s in run.Spec.Point) settings.Row(id, s.Path, s.Value);
            foreach (Measure m in run.Measures)
                metrics.Row(id, m.Metric, m.Scope.Of?.Text ?? "", m.Scope.Start.TotalSeconds,
                    m.Scope.EndIn(run.Spec).TotalSeconds, m.Value, TidyCsv.UnitOf(m.Metric));
            foreach (Incident n in run.Incidents) Add(incidents, id, n);
            foreach (MessageRecord m in run.Messages) Add(messages, id, m);
            Add(id, run);
            foreach (CauseCost c in run.Costs) costs.Row(id, c.Cause, c.Packets, c.Bytes);
            foreach ((string key, int count) in run.Verdicts) verdicts.Row(id, Part(key, 0), Part(key, 1), count);
            foreach (ArrivalBin bin in run.Arrivals)
                arrivals.Row(id, bin.From.Nanoseconds, bin.Attempts, bin.OnlineClients);
        }
    }

    private static void Add(Insert incidents, long run, Incident n) => incidents.Row(
        run, n.Client, n.ClientName, Word(n.Side), n.Fault.Word, n.Began.Nanoseconds, n.Until.Nanoseconds,
        n.Detected ? 1 : 0, n.Detected ? n.DetectedAt.Nanoseconds : null, n.Elapsed.TotalSeconds, Word(n.Mechanism),
        Word(n.Claim), n.Outlived ? 1 : 0);

    private static void Add(Insert messages, long run, MessageRecord m) => messages.Row(
        run, m.Number, m.From, m.To, m.SentAt.Nanoseconds, m.Copies > 0 ? m.DeliveredAt.Nanoseconds : null,
        m.Copies > 0 ? m.Delay.TotalSeconds : null, m.Copies, Word(m.Fate),
        m.Cause == LossCause.None ? null : Word(m.Cause), m.Fault?.Word);

    /// <summary>Who took part, and what became of their connections.</summary>
    private void Add(long id, RunResult run)
    {
        using Insert servers = new(connection, "servers", 3), clients = new(connection, "clients", 16);
        using Insert routes = new(connection, "routes", 9), costs = new(connection, "client_costs", 5);
        using Insert connections = new(connection, "connections", 7), deaths = new(connection, "deaths", 12);
        for (int i = 0; i < run.Servers.Count; i++) servers.Row(id, i, run.Servers[i]);
        for (int i = 0; i < run.Clients.Count; i++)
        {
            ClientResult c = run.Clients[i];
            clients.Row(id, i, c.Name, c.Group, c.Server, c.Link, c.Policy, c.Packets, c.Bytes, c.UpkeepBytes,
                c.WakeUps, c.Attempts, c.Logins, c.Resumed, c.GhostSeconds, c.ReachableSeconds);
        }
        for (int i = 0; i < run.Routes.Count; i++)
        {
            RouteResult r = run.Routes[i];
            routes.Row(id, i, r.Name, r.From, r.To, r.Place, r.Link, r.Packets, r.Bytes);
        }
        foreach ((int client, CauseCost cost) in run.ClientCosts)
            costs.Row(id, client, cost.Cause, cost.Packets, cost.Bytes);
        void Connections(IEnumerable<LaneSegment> lanes, bool ofClients)
        {
            foreach (LaneSegment s in lanes.Where(s => s.State != LaneState.Offline))
                connections.Row(id, ofClients ? s.Client : null, ofClients ? null : s.Client,
                    ofClients ? Word(s.Side) : "opener", Word(s.State), s.From.Nanoseconds, s.To.Nanoseconds);
        }
        Connections(run.Lanes, ofClients: true);
        Connections(run.Streams?.Lanes ?? [], ofClients: false);
        int first = run.Clients.Count + run.Servers.Count;
        foreach (Incident d in run.Streams?.Deaths ?? [])
            deaths.Row(id, d.Client - first, d.Side == Side.Client ? "opener" : "other", d.Fault.Word,
                d.Began.Nanoseconds, d.Until.Nanoseconds, d.Detected ? 1 : 0,
                d.Detected ? d.DetectedAt.Nanoseconds : null, d.Elapsed.TotalSeconds, Word(d.Mechanism), Word(d.Claim),
                d.Outlived ? 1 : 0);
    }

    private static string Part(string key, int index) => key.Split('/', 2).ElementAtOrDefault(index) ?? "";

    private static string Word<T>(T value) where T : struct, Enum => Words.Of(value);

    private void Execute(string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>One prepared INSERT, used again for each row.</summary>
    private sealed class Insert : IDisposable
    {
        private readonly SqliteCommand command;
        private readonly SqliteParameter[] parameters;

        public Insert(SqliteConnection connection, string table, int columns)
        {
            command = connection.CreateCommand();
            parameters = [.. Enumerable.Range(0, columns)
                .Select(i => command.Parameters.AddWithValue("$" + i, DBNull.Value))];
            command.CommandText =
                $"INSERT INTO {table} VALUES ({string.Join(", ", parameters.Select(p => p.ParameterName))})";
        }

        public void Row(params object?[] values)
        {
            for (int i = 0; i < values.Length; i++)
                parameters[i].Value = values[i] is null or double.NaN ? DBNull.Value : values[i];
            command.ExecuteNonQuery();
        }

        public void Dispose() => command.Dispose();
    }
}
