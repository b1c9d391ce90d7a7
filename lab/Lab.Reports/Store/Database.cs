using System.Security.Cryptography;
using System.Text;
using Lab.Experiments;
using Lab.Network;
using Microsoft.Data.Sqlite;

namespace Lab.Reports;

/// <summary>Writes results.db: everything kept of a sweep, so that <see cref="StoredResults"/> gives it back.</summary>
internal sealed class Database : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly List<Insert> inserts = [];

    private Database(string path)
    {
        connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
    }

    /// <summary>The text of run.yaml says what the runs are of; the database keeps its hash.</summary>
    public static void Write(SweepResult sweep, string runYaml, string path)
    {
        using Database database = new(path);
        // The file is only moved into place when it is complete, so a journal would protect nothing.
        database.Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; BEGIN;");
        database.Execute(Tables.Schema);
        database.Add(sweep, HashOf(runYaml));
        database.AddRuns(sweep);
        database.Execute("COMMIT;");
    }

    /// <summary>What the database keeps of the text of run.yaml.</summary>
    public static string HashOf(string runYaml) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(runYaml)));

    public void Dispose()
    {
        foreach (Insert insert in inserts) insert.Dispose();
        connection.Dispose();
    }

    private Insert Into(string table, int columns)
    {
        inserts.Add(new Insert(connection, table, columns));
        return inserts[^1];
    }

    private void Add(SweepResult sweep, string hash)
    {
        Into("schema_version", 1).Row(Tables.Version);
        Into("sweep", 10).Row(sweep.ScenarioName, sweep.Scenario.Topology,
            string.Join(',', sweep.Networks.Select(n => n.Word())), sweep.Planned, Words.Of(sweep.Verdict),
            sweep.Command, sweep.Made.Version, sweep.Made.Commit, sweep.Made.Date, hash);
        Insert varied = Into("varied", 2), checks = Into("checks", 8), failing = Into("check_runs", 2);
        for (int i = 0; i < sweep.Varied.Count; i++) varied.Row(i + 1, sweep.Varied[i]);
        for (int i = 0; i < sweep.Checks.Count; i++)
        {
            CheckResult check = sweep.Checks[i];
            Expectation e = check.Expectation;
            checks.Row(i + 1, e.Metric, e.Of?.Text ?? "", e.From?.TotalSeconds, e.To?.TotalSeconds, Words.Of(e),
                Words.Of(check.Verdict), check.Explanation);
            for (int run = 0; run < sweep.Runs.Count; run++)
                if (check.Failing.Contains(sweep.Runs[run].Spec, ReferenceEqualityComparer.Instance))
                    failing.Row(i + 1, run + 1);
        }
    }

    private void AddRuns(SweepResult sweep)
    {
        Insert runs = Into("runs", 15), settings = Into("settings", 3), doubts = Into("doubts", 2);
        Insert rules = Into("rules", 2), costs = Into("costs", 4), verdicts = Into("verdicts", 4);
        Insert energies = Into("energies", 3);
        Insert metrics = Into("metrics", 11), cases = Into("cases", 4), arrivals = Into("arrivals", 6);
        Insert messages = Into("messages", 11), incidents = Into("incidents", 13), deaths = Into("deaths", 12);
        Insert connections = Into("connections", 7), endings = Into("endings", 8), suffered = Into("suffered", 6);
        Insert servers = Into("servers", 4), clients = Into("clients", 17), routes = Into("routes", 9);
        Insert clientCosts = Into("client_costs", 5), stories = Into("stories", 9), lines = Into("story_lines", 5);
        for (int i = 0; i < sweep.Runs.Count; i++)
        {
            RunResult run = sweep.Runs[i];
            long id = i + 1;
            runs.Row(id, sweep.ScenarioName, run.Network.Word(), Words.Of(run.Fidelity), unchecked((long)run.Spec.Seed),
                run.Spec.Label, run.JournalHash.ToString("x16"), run.Entries, run.Events, Study.Clients(run),
                run.Spec.Scenario.Duration.TotalSeconds, run.MaxLateness.TotalSeconds, run.ClientNames.Count,
                run.Streams?.Names.Count, run.StoriesUntold);
            foreach (Setting s in run.Spec.Point) settings.Row(id, s.Path, s.Value);
            foreach (string reason in run.Doubts) doubts.Row(id, reason);
            foreach (string rule in run.Rules) rules.Row(id, rule);
            foreach (CauseCost c in run.Costs) costs.Row(id, c.Cause, c.Packets, c.Bytes);
            foreach (CauseEnergy e in run.Energies) energies.Row(id, e.Cause, e.Joules);
            foreach ((string key, int count) in run.Verdicts) verdicts.Row(id, Part(key, 0), Part(key, 1), count);
            Add(metrics, cases, id, run);
            Add(arrivals, id, run);
            foreach (MessageRecord m in run.Messages) Add(messages, id, in m);
            foreach (Incident n in run.Incidents)
                incidents.Row(id, n.Client, n.ClientName, Words.Of(n.Side), n.Fault.Word, n.Began.Nanoseconds,
                    n.Until.Nanoseconds, n.Detected, n.Detected ? n.DetectedAt.Nanoseconds : Cell.None,
                    n.Elapsed.TotalSeconds, Words.Of(n.Mechanism), Words.Of(n.Claim), n.Outlived);
            int first = run.Clients.Count + run.Servers.Count;
            foreach (Incident d in run.Streams?.Deaths ?? [])
                deaths.Row(id, d.Client - first, d.Side == Side.Client ? Opener : Other, d.Fault.Word,
                    d.Began.Nanoseconds, d.Until.Nanoseconds, d.Detected,
                    d.Detected ? d.DetectedAt.Nanoseconds : Cell.None, d.Elapsed.TotalSeconds, Words.Of(d.Mechanism),
                    Words.Of(d.Claim), d.Outlived);
            Draw(connections, endings, suffered, id, run);
            for (int n = 0; n < run.Servers.Count; n++) servers.Row(id, n, run.Servers[n], Os(run, run.Servers[n]));
            for (int n = 0; n < run.Clients.Count; n++) Add(clients, id, n, run.Clients[n], run);
            for (int n = 0; n < run.Routes.Count; n++) Add(routes, id, n, run.Routes[n]);
            foreach ((int client, CauseCost cost) in run.ClientCosts)
                clientCosts.Row(id, client, cost.Cause, cost.Packets, cost.Bytes);
            for (int n = 0; n < run.Stories.Count; n++) Add(stories, lines, id, n + 1, run.Stories[n], first);
        }
    }

    /// <summary>The sides of a stream between servers; the first opened it.</summary>
    public const string Opener = "opener", Other = "other";

    private static void Add(Insert metrics, Insert cases, long id, RunResult run)
    {
        for (int i = 0; i < run.Measures.Count; i++)
        {
            Measure m = run.Measures[i];
            string? source = m.Sample.Times is { } times ? Cases.SourceOf(times, run) : null;
            bool known = source is not null || m.Sample.Whole == 1 && m.Sample.Part.Equals(m.Value);
            metrics.Row(id, i + 1, m.Metric, m.Scope.Of?.Text ?? "", m.Scope.Start.TotalSeconds,
                m.Scope.EndIn(run.Spec).TotalSeconds, m.Value, TidyCsv.UnitOf(m.Metric),
                known ? Cell.None : m.Sample.Part,
                known ? Cell.None : m.Sample.Whole, source);
            if (source != Cases.Own) continue;
            foreach (Observation o in m.Sample.Times!)
                cases.Row(id, i + 1, Cases.Nanoseconds(o), o.Outcome == Outcome.Noticed ? null : Words.Of(o.Outcome));
        }
    }

    /// <summary>Intervals without attempts and with as many online stand in the row of the one before.</summary>
    private static void Add(Insert arrivals, long id, RunResult run)
    {
        IReadOnlyList<ArrivalBin> bins = run.Arrivals;
        Duration width = bins.Count > 1 ? bins[1].From - bins[0].From : run.Spec.Scenario.Duration;
        for (int first = 0, next; first < bins.Count; first = next)
        {
            for (next = first + 1; next < bins.Count && bins[next].Attempts == 0
                && bins[next].OnlineClients == bins[first].OnlineClients; next++) { }
            arrivals.Row(id, bins[first].From.Nanoseconds, (bins[next - 1].From + width).Nanoseconds, next - first,
                bins[first].Attempts, bins[first].OnlineClients);
        }
    }

    private static void Add(Insert messages, long run, in MessageRecord m) => messages.Row(
        run, m.Number, m.From, m.To, m.SentAt.Nanoseconds, m.Copies > 0 ? m.DeliveredAt.Nanoseconds : Cell.None,
        m.Copies > 0 ? m.Delay.TotalSeconds : Cell.None, m.Copies, Words.Of(m.Fate),
        m.Cause == LossCause.None ? null : Words.Of(m.Cause), m.Fault?.Word);

    private static void Add(Insert clients, long id, int number, ClientResult c, RunResult run) => clients.Row(
        id, number, c.Name, c.Group, c.Server, c.Link, c.Policy,
        run.Spec.Topology.Clients.TryGetValue(c.Group, out ClientSpec? spec) ? Words.Of(spec.Os) : "", c.Packets,
        c.Bytes, c.UpkeepBytes, c.WakeUps, c.Attempts, c.Logins, c.Resumed, c.GhostSeconds, c.ReachableSeconds);

    private static string Os(RunResult run, string domain) => run.Spec.Topology.Servers
        .Where(s => ServerSpec.Domains(s.Key, s.Value.Count).Contains(domain)).Select(s => Words.Of(s.Value.Os))
        .FirstOrDefault("");

    private static void Add(Insert routes, long run, int number, RouteResult r) => routes.Row(
        run, number, r.Name, r.From, r.To, r.Place, r.Link, r.Packets, r.Bytes);

    private static void Add(Insert stories, Insert lines, long run, int number, Story s, int firstRoute)
    {
        long? route = s.Path < firstRoute ? null : s.Path - firstRoute;
        stories.Row(run, number, route is null ? s.Path : Cell.None, route, s.Title, s.Began.Nanoseconds,
            s.Until.Nanoseconds, s.Lost, s.Weight);
        foreach (StoryLine line in s.Lines) lines.Row(run, number, line.At.Nanoseconds, line.Who, line.Text);
    }

    /// <summary>What the lanes draw: states but for being offline, how streams ended, what they suffered.</summary>
    private static void Draw(Insert connections, Insert endings, Insert suffered, long run, RunResult result)
    {
        void Of(IReadOnlyList<LaneSegment> lanes, IReadOnlyList<LaneMark> marks, IReadOnlyList<FaultBand> bands,
            bool ofClients)
        {
            long? Client(int lane) => ofClients ? lane : null;
            long? Route(int lane) => ofClients ? null : lane;
            string Word(Side side) => ofClients ? Words.Of(side) : side == Side.Client ? Opener : Other;
            foreach (LaneSegment s in lanes.Where(s => s.State != LaneState.Offline))
                connections.Row(run, Client(s.Client), Route(s.Client), Word(s.Side), Words.Of(s.State),
                    s.From.Nanoseconds, s.To.Nanoseconds);
            foreach (LaneMark m in marks)
                endings.Row(run, Client(m.Client), Route(m.Client), Word(m.Side), Words.Of(m.Mechanism),
                    Words.Of(m.Claim), m.FalseAlarm, m.At.Nanoseconds);
            foreach (FaultBand b in bands)
                suffered.Row(run, Client(b.Client), Route(b.Client), b.Kind.Word, b.From.Nanoseconds, b.To.Nanoseconds);
        }
        Of(result.Lanes, result.Marks, result.Faults, ofClients: true);
        if (result.Streams is { } s) Of(s.Lanes, s.Marks, s.Faults, ofClients: false);
    }

    private static string Part(string key, int index) => key.Split('/', 2).ElementAtOrDefault(index) ?? "";

    private void Execute(string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
