namespace Lab.Reports;

/// <summary>
/// The tables of results.db; results/README.md explains their columns. Times are integers of nanoseconds of the run
/// (_ns) or, where they are for reading, seconds (_s). NaN is NULL, "never" is Inf. Seeds above 2^63 appear as negative
/// numbers, because SQLite's integers are signed. Rows of a run stand together and in their order, so most tables need
/// neither a key nor an index.
/// </summary>
internal static class Tables
{
    /// <summary>Grows with each change of the tables.</summary>
    public const int Version = 8;

    public const string Schema = """
        CREATE TABLE schema_version (version INTEGER NOT NULL);
        CREATE TABLE sweep (
            scenario TEXT NOT NULL, topology TEXT NOT NULL, networks TEXT NOT NULL, planned INTEGER NOT NULL,
            verdict TEXT NOT NULL, command TEXT NOT NULL, lab_version TEXT NOT NULL, lab_commit TEXT,
            date TEXT NOT NULL, run_yaml_sha256 TEXT NOT NULL);
        CREATE TABLE varied (position INTEGER PRIMARY KEY, path TEXT NOT NULL);
        CREATE TABLE checks (
            number INTEGER PRIMARY KEY, metric TEXT NOT NULL, target TEXT NOT NULL, from_s REAL, to_s REAL,
            expected TEXT NOT NULL, verdict TEXT NOT NULL, explanation TEXT NOT NULL);
        CREATE TABLE check_runs (
            number INTEGER NOT NULL REFERENCES checks, run INTEGER NOT NULL REFERENCES runs, PRIMARY KEY (number, run))
            WITHOUT ROWID;
        CREATE TABLE runs (
            run INTEGER PRIMARY KEY, scenario TEXT NOT NULL, network TEXT NOT NULL, fidelity TEXT NOT NULL,
            seed INTEGER NOT NULL, label TEXT NOT NULL, journal_hash TEXT NOT NULL, entries INTEGER NOT NULL,
            events INTEGER NOT NULL, clients INTEGER NOT NULL, duration_s REAL NOT NULL, late_s REAL NOT NULL,
            drawn_clients INTEGER NOT NULL, drawn_routes INTEGER,
            untold INTEGER NOT NULL);
        CREATE TABLE settings (
            run INTEGER NOT NULL REFERENCES runs, path TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, path))
            WITHOUT ROWID;
        CREATE TABLE doubts (run INTEGER NOT NULL REFERENCES runs, reason TEXT NOT NULL);
        CREATE TABLE rules (
            run INTEGER NOT NULL REFERENCES runs, rule TEXT NOT NULL, PRIMARY KEY (run, rule)) WITHOUT ROWID;
        CREATE TABLE metrics (
            run INTEGER NOT NULL REFERENCES runs, number INTEGER NOT NULL, metric TEXT NOT NULL, target TEXT NOT NULL,
            from_s REAL NOT NULL, to_s REAL NOT NULL, value REAL, unit TEXT NOT NULL, part REAL, whole REAL, cases TEXT,
            PRIMARY KEY (run, number)) WITHOUT ROWID;
        CREATE TABLE cases (
            run INTEGER NOT NULL REFERENCES runs, number INTEGER NOT NULL, elapsed_ns INTEGER NOT NULL, outcome TEXT);
        CREATE TABLE servers (
            run INTEGER NOT NULL REFERENCES runs, server INTEGER NOT NULL, name TEXT NOT NULL,
            os TEXT NOT NULL,
            PRIMARY KEY (run, server)) WITHOUT ROWID;
        CREATE TABLE clients (
            run INTEGER NOT NULL REFERENCES runs, client INTEGER NOT NULL, name TEXT NOT NULL,
            client_group TEXT NOT NULL, server TEXT NOT NULL, link TEXT NOT NULL, policy TEXT NOT NULL,
            os TEXT NOT NULL, packets INTEGER NOT NULL,
            bytes INTEGER NOT NULL, upkeep_bytes INTEGER NOT NULL, wakeups INTEGER NOT NULL, attempts INTEGER NOT NULL,
            logins INTEGER NOT NULL, resumed INTEGER NOT NULL, ghost_s REAL NOT NULL, reachable_s REAL NOT NULL,
            PRIMARY KEY (run, client)) WITHOUT ROWID;
        CREATE TABLE routes (
            run INTEGER NOT NULL REFERENCES runs, route INTEGER NOT NULL, name TEXT NOT NULL, from_server TEXT NOT NULL,
            to_server TEXT NOT NULL, place INTEGER NOT NULL, link TEXT NOT NULL, packets INTEGER NOT NULL,
            bytes INTEGER NOT NULL, PRIMARY KEY (run, route)) WITHOUT ROWID;
        CREATE TABLE client_costs (
            run INTEGER NOT NULL REFERENCES runs, client INTEGER NOT NULL, cause TEXT NOT NULL,
            packets INTEGER NOT NULL, bytes INTEGER NOT NULL);
        CREATE TABLE connections (
            run INTEGER NOT NULL REFERENCES runs, client INTEGER, route INTEGER, side TEXT NOT NULL,
            state TEXT NOT NULL, from_ns INTEGER NOT NULL, to_ns INTEGER NOT NULL);
        CREATE TABLE endings (
            run INTEGER NOT NULL REFERENCES runs, client INTEGER, route INTEGER, side TEXT NOT NULL,
            mechanism TEXT NOT NULL, claim TEXT NOT NULL, false_alarm INTEGER NOT NULL, at_ns INTEGER NOT NULL);
        CREATE TABLE suffered (
            run INTEGER NOT NULL REFERENCES runs, client INTEGER, route INTEGER, fault TEXT NOT NULL,
            from_ns INTEGER NOT NULL, to_ns INTEGER NOT NULL);
        CREATE TABLE deaths (
            run INTEGER NOT NULL REFERENCES runs, route INTEGER NOT NULL, sender TEXT NOT NULL, fault TEXT NOT NULL,
            began_ns INTEGER NOT NULL, until_ns INTEGER NOT NULL, detected INTEGER NOT NULL, detected_at_ns INTEGER,
            elapsed_s REAL NOT NULL, mechanism TEXT NOT NULL, claim TEXT NOT NULL, outlived INTEGER NOT NULL);
        CREATE TABLE incidents (
            run INTEGER NOT NULL REFERENCES runs, client INTEGER NOT NULL, client_name TEXT NOT NULL,
            side TEXT NOT NULL, fault TEXT NOT NULL, began_ns INTEGER NOT NULL, until_ns INTEGER NOT NULL,
            detected INTEGER NOT NULL, detected_at_ns INTEGER, elapsed_s REAL NOT NULL, mechanism TEXT NOT NULL,
            claim TEXT NOT NULL, outlived INTEGER NOT NULL);
        CREATE TABLE stories (
            run INTEGER NOT NULL REFERENCES runs, story INTEGER NOT NULL, client INTEGER, route INTEGER,
            title TEXT NOT NULL, began_ns INTEGER NOT NULL, until_ns INTEGER NOT NULL, lost INTEGER NOT NULL,
            weight REAL NOT NULL, PRIMARY KEY (run, story)) WITHOUT ROWID;
        CREATE TABLE story_lines (
            run INTEGER NOT NULL REFERENCES runs, story INTEGER NOT NULL, at_ns INTEGER NOT NULL, who TEXT NOT NULL,
            what TEXT NOT NULL);
        CREATE TABLE messages (
            run INTEGER NOT NULL REFERENCES runs, number INTEGER NOT NULL, sender INTEGER NOT NULL,
            recipient INTEGER NOT NULL, sent_at_ns INTEGER NOT NULL, delivered_at_ns INTEGER, delay_s REAL,
            copies INTEGER NOT NULL, fate TEXT NOT NULL, cause TEXT, fault TEXT);
        CREATE TABLE costs (
            run INTEGER NOT NULL REFERENCES runs, cause TEXT NOT NULL, packets INTEGER NOT NULL,
            bytes INTEGER NOT NULL);
        CREATE TABLE energies (
            run INTEGER NOT NULL REFERENCES runs, cause TEXT NOT NULL, joules REAL NOT NULL,
            PRIMARY KEY (run, cause)) WITHOUT ROWID;
        CREATE TABLE verdicts (
            run INTEGER NOT NULL REFERENCES runs, truth TEXT NOT NULL, claim TEXT NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (run, truth, claim)) WITHOUT ROWID;
        CREATE TABLE arrivals (
            run INTEGER NOT NULL REFERENCES runs, from_ns INTEGER NOT NULL, to_ns INTEGER NOT NULL,
            intervals INTEGER NOT NULL, attempts INTEGER NOT NULL, online_clients INTEGER NOT NULL,
            PRIMARY KEY (run, from_ns)) WITHOUT ROWID;
        """;
}
