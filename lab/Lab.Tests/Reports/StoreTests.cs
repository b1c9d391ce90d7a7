using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;
using Lab.Reports;
using Microsoft.Data.Sqlite;

namespace Lab.Tests;

public sealed class StoreTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("lab-store-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void The_table_of_metrics_is_tidy_quoted_and_says_never_and_nothing_plainly()
    {
        SweepResult sweep = Sweeps.DeadLink(1, ["ping"]);
        RunResult run = sweep.Runs[0];
        Setting[] point = [new("clients.phone.policy", "slow, \"safe\""), new("links.mobile.delay", "35ms")];
        Topology mixed = run.Spec.Topology with
        {
            Clients = run.Spec.Topology.Clients.ToDictionary(c => c.Key, c => c.Value with { Os = Os.Android }),
        };
        sweep = sweep with
        {
            Varied = [.. point.Select(p => p.Path)],
            Runs =
            [
                run with
                {
                    Spec = run.Spec with { Point = point, Seed = ulong.MaxValue, Topology = mixed },
                    Measures =
                    [
                        new("detection.client.p50", double.PositiveInfinity), new("availability", 0.1),
                        new("connects.resumed", double.NaN),
                        new("cost.bytes", 1234567.891), new("storm.peak", 1e-7), new("cost.wakeups", -3),
                        new("messages.lost", 0), new("made.up", 1),
                        new("ghost.time", 30, new Scope("phone", Duration.FromMinutes(30), Duration.FromMinutes(50))),
                    ],
                },
            ],
        };

        using StringWriter text = new();
        TidyCsv.Write(sweep, text);

        const string start = "dead-link,18446744073709551615,simulated,\"slow, \"\"safe\"\"\",35ms,";
        const string end = ",linux android,0.1.0+d34b32f9a679,2026-11-22T17:05:33Z";
        Assert.Equal($"""
            scenario,seed,network,clients.phone.policy,links.mobile.delay,metric,target,from_s,to_s,value,unit,os,lab,date
            {start}detection.client.p50,,0,7200,inf,s{end}
            {start}availability,,0,7200,0.1,share{end}
            {start}connects.resumed,,0,7200,,share{end}
            {start}cost.bytes,,0,7200,1234567.891,B/h{end}
            {start}storm.peak,,0,7200,1E-07,1/s{end}
            {start}cost.wakeups,,0,7200,-3,1/h{end}
            {start}messages.lost,,0,7200,0,count{end}
            {start}made.up,,0,7200,1,{end}
            {start}ghost.time,phone,1800,3000,30,s{end}

            """.ReplaceLineEndings("\n"), text.ToString());
    }

    [Fact]
    public void Networks_lateness_and_doubts_are_stored()
    {
        SweepResult sweep = Sweeps.TwoNetworks(1);
        using SqliteConnection db = Stored(sweep with
        {
            Runs = [.. sweep.Runs.Select((r, i) => i == 9 ? r with { Doubts = ["the loop was late"] } : r)],
        });

        Assert.Equal(5, Number(db, "SELECT count(*) FROM runs WHERE network = 'simulated' AND late_s = 0"));
        Assert.Equal(5, Number(db,
            "SELECT count(*) FROM runs WHERE network = 'proxied' AND late_s = 0.003 AND fidelity = 'approximate'"));
        Assert.Equal("the loop was late", One(db, "SELECT reason FROM doubts WHERE run = 10"));
    }

    [Fact]
    public void What_is_stored_comes_back()
    {
        SweepResult sweep = Sweeps.DeadLink(3);
        RunResult first = sweep.Runs[0];
        using SqliteConnection db = Stored(sweep);

        Assert.Equal(Tables.Version, Number(db, "SELECT version FROM schema_version"));
        Assert.Equal(sweep.Runs.Count, Number(db, "SELECT count(*) FROM runs"));
        Assert.Equal(sweep.Runs.Sum(r => r.Measures.Count), Number(db, "SELECT count(*) FROM metrics"));
        Assert.Equal(sweep.Runs.Sum(r => r.Incidents.Count), Number(db, "SELECT count(*) FROM incidents"));
        Assert.Equal(sweep.Runs.Sum(r => r.Messages.Count), Number(db, "SELECT count(*) FROM messages"));
        Assert.Equal(sweep.Runs.Sum(r => r.Costs.Sum(c => c.Bytes)), Number(db, "SELECT sum(bytes) FROM costs"));
        Assert.Equal(first.JournalHash.ToString("x16"), One(db, "SELECT journal_hash FROM runs WHERE run = 1"));
        Assert.Equal("nothing", One(db, "SELECT value FROM settings WHERE run = 1 AND path = 'clients.phone.policy'"));
        Assert.Equal(first.Incidents.Count(i => i.Detected),
            Number(db, "SELECT count(detected_at_ns) FROM incidents WHERE run = 1"));
        Assert.Equal(double.PositiveInfinity,
            One(db, "SELECT value FROM metrics WHERE run = 1 AND metric = 'detection.client.p50'"));
        Assert.Equal(DBNull.Value, One(db, "SELECT value FROM metrics WHERE run = 1 AND metric = 'connects.resumed'"));
        Assert.Equal("ok", One(db, "PRAGMA integrity_check"));
    }

    [Fact]
    public void A_message_that_never_arrived_has_no_delay()
    {
        using SqliteConnection db = Stored(Sweeps.DeadLink(3));

        Assert.Equal(0L, Number(db,
            "SELECT count(*) FROM messages WHERE copies = 0 AND (delay_s IS NOT NULL OR delivered_at_ns IS NOT NULL)"));
        Assert.NotEqual(0L, Number(db, "SELECT count(*) FROM messages WHERE copies = 0 AND fate = 'lost'"));
        Assert.NotEqual(0L, Number(db, "SELECT count(*) FROM messages WHERE copies = 1 AND delay_s > 0"));
    }

    /// <summary>The queries of results/README.md, in order, over three seeds of two policies of dead-link.</summary>
    [Fact]
    public void The_worked_queries_of_the_page_on_results_say_who_lost_what_and_why()
    {
        IReadOnlyList<string> queries = ResultsPage.Blocks("results.db", "sql");
        using SqliteConnection db = Stored(Shipped("dead-link", 3, "s"));

        Golden.AssertSame("reports/queries.txt", string.Join("\n", queries.Select(q => Table(db, q))));
    }

    [Fact]
    public void Clients_routes_and_deaths_have_their_names_and_add_up_to_the_metrics()
    {
        using SqliteConnection db = Stored(Shipped("bidi-restores-sight", 1));

        Assert.Equal(1L, Number(db, "SELECT min(n) FROM (SELECT count(*) n FROM metrics m JOIN runs USING (run) WHERE "
            + "metric = 'cost.bytes' AND abs(value - (SELECT sum(bytes) FROM clients c WHERE c.run = m.run) "
            + "/ (clients * duration_s / 3600)) < 0.001 GROUP BY run)"));
        Assert.Equal(0L, Number(db, "SELECT count(*) FROM deaths LEFT JOIN routes USING (run, route) "
            + "WHERE routes.name IS NULL"));
        Assert.NotEqual(0L, Number(db, "SELECT count(*) FROM deaths"));
        Assert.NotEqual(0L, Number(db, "SELECT count(*) FROM connections WHERE route IS NOT NULL"));
        Assert.Equal(0L, Number(db, "SELECT count(*) FROM connections WHERE to_ns <= from_ns"));
        Assert.Equal(0L, Number(db, "SELECT count(*) FROM messages WHERE (fate = 'lost') <> (cause IS NOT NULL)"));
    }

    /// <summary>A shipped scenario's points whose label holds the word, under a few seeds.</summary>
    private static SweepResult Shipped(string name, int seeds, string label = "")
    {
        SweepResult all = ShippedSweeps.Of(name, [.. Enumerable.Range(1, seeds).Select(s => (ulong)s)]).Result;
        return all with { Runs = [.. all.Runs.Where(r => r.Spec.Label.Contains(label, StringComparison.Ordinal))] };
    }

    private static string Table(SqliteConnection db, string sql)
    {
        using SqliteCommand command = db.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        var text = new System.Text.StringBuilder();
        text.AppendJoin(" | ", Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)).Append('\n');
        while (reader.Read())
            text.AppendJoin(" | ", Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "-"
                : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture)))
                .Append('\n');
        return text.ToString();
    }

    private SqliteConnection Stored(SweepResult sweep)
    {
        string path = Path.Combine(root, "results.db");
        Database.Write(sweep, "", path);
        SqliteConnection db = new($"Data Source={path};Pooling=False");
        db.Open();
        return db;
    }

    private static long Number(SqliteConnection db, string sql) => (long)One(db, sql);

    private static object One(SqliteConnection db, string sql)
    {
        using SqliteCommand command = db.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }
}
