using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;
using Microsoft.Data.Sqlite;
using static Lab.Reports.StoredTables;

namespace Lab.Reports;

/// <summary>The runs of a database, put together again: each table is read once and handed out by run.</summary>
internal sealed class StoredRuns
{
    private const int MostIntervals = 100_000;

    private readonly ILookup<long, string> doubts, rules;
    private readonly ILookup<long, (string Path, string Value)> settings;
    private readonly ILookup<long, CauseCost> costs;
    private readonly ILookup<long, CauseEnergy> energies;
    private readonly ILookup<long, (string Key, int Count)> verdicts;
    private readonly ILookup<long, StoredMeasure> measures;
    private readonly ILookup<long, (long Number, Observation Case)> cases;
    private readonly ILookup<long, (Instant From, Instant To, int Intervals, ArrivalBin Bin)> arrivals;
    private readonly ILookup<long, MessageRecord> messages;
    private readonly ILookup<long, Incident> incidents, deaths;
    private readonly ILookup<long, (bool OfClient, LaneSegment Lane)> lanes;
    private readonly ILookup<long, (bool OfClient, LaneMark Mark)> marks;
    private readonly ILookup<long, (bool OfClient, FaultBand Band)> bands;
    private readonly ILookup<long, string> servers;
    private readonly ILookup<long, ClientResult> clients;
    private readonly ILookup<long, RouteResult> routes;
    private readonly ILookup<long, ClientCost> clientCosts;
    private readonly ILookup<long, (long Number, Story Story, bool OfClient)> stories;
    private readonly ILookup<(long, long), StoryLine> storyLines;

    private StoredRuns(StoredTables tables)
    {
        doubts = tables.ByRun("reason", "doubts", r => r.GetString(1));
        rules = tables.ByRun("rule", "rules", r => r.GetString(1));
        settings = tables.ByRun("path, value", "settings", r => (r.GetString(1), r.GetString(2)));
        costs = tables.ByRun("cause, packets, bytes", "costs", r => Cost(r, 1));
        energies = tables.ByRun("cause, joules", "energies", r => new CauseEnergy(r.GetString(1), r.GetDouble(2)));
        verdicts = tables.ByRun("truth, claim, count", "verdicts", r =>
            ($"{r.GetString(1)}/{r.GetString(2)}", r.GetInt32(3)));
        measures = tables.ByRun("number, metric, target, from_s, to_s, value, part, whole, cases", "metrics",
            StoredMeasure.Of);
        cases = tables.ByRun("number, elapsed_ns, outcome", "cases", r => (r.GetInt64(1),
            Cases.Of(r.GetInt64(2), r.IsDBNull(3) ? Outcome.Noticed : Word<Outcome>(r, 3))));
        arrivals = tables.ByRun("from_ns, to_ns, intervals, attempts, online_clients", "arrivals", r =>
            (At(r, 1), At(r, 2), r.GetInt32(3), new ArrivalBin(At(r, 1), r.GetInt32(4), r.GetInt32(5))));
        messages = tables.ByRun("number, sender, recipient, sent_at_ns, delivered_at_ns, copies, fate, cause, fault",
            "messages", Message);
        incidents = tables.ByRun("client, client_name, side, fault, began_ns, until_ns, detected, detected_at_ns, "
            + "mechanism, claim, outlived", "incidents", Incident);
        deaths = tables.ByRun("route, '', sender, fault, began_ns, until_ns, detected, detected_at_ns, mechanism, "
            + "claim, outlived", "deaths", Incident);
        lanes = tables.ByRun("client, route, side, state, from_ns, to_ns", "connections", r => (!r.IsDBNull(1),
            new LaneSegment(Lane(r), Side(r, 3), Word<LaneState>(r, 4), At(r, 5), At(r, 6))));
        marks = tables.ByRun("client, route, side, mechanism, claim, false_alarm, at_ns", "endings", r =>
            (!r.IsDBNull(1), new LaneMark(Lane(r), Side(r, 3), Word<Mechanism>(r, 4), Word<Claim>(r, 5), Flag(r, 6),
                At(r, 7))));
        bands = tables.ByRun("client, route, fault, from_ns, to_ns", "suffered", r => (!r.IsDBNull(1),
            new FaultBand(Lane(r), Fault(r, 3), At(r, 4), At(r, 5))));
        servers = tables.ByRun("name", "servers", r => r.GetString(1));
        clients = tables.ByRun("name, client_group, server, link, policy, packets, bytes, upkeep_bytes, wakeups, "
            + "attempts, logins, resumed, ghost_s, reachable_s", "clients", r => new ClientResult(r.GetString(1),
            r.GetString(2), r.GetString(3), r.GetString(4), r.GetString(5), r.GetInt64(6), r.GetInt64(7),
            r.GetInt64(8), r.GetInt64(9), r.GetInt32(10), r.GetInt32(11), r.GetInt32(12), r.GetDouble(13),
            r.GetDouble(14)));
        routes = tables.ByRun("name, from_server, to_server, place, link, packets, bytes", "routes", r =>
            new RouteResult(r.GetString(1), r.GetString(2), r.GetString(3), r.GetInt32(4), r.GetString(5),
                r.GetInt64(6), r.GetInt64(7)));
        clientCosts = tables.ByRun("client, cause, packets, bytes", "client_costs", r =>
            new ClientCost(r.GetInt32(1), Cost(r, 2)));
        stories = tables.ByRun("client, route, story, title, began_ns, until_ns, lost, weight", "stories", r =>
            (r.GetInt64(3), new Story
            {
                Path = Lane(r), Name = "", Title = r.GetString(4), Began = At(r, 5), Until = At(r, 6),
                Lost = r.GetInt32(7), Weight = r.GetDouble(8), Lines = [],
            }, !r.IsDBNull(1)));
        storyLines = tables.Rows("SELECT run, story, at_ns, who, what FROM story_lines", r =>
            (Story: (r.GetInt64(0), r.GetInt64(1)), Line: new StoryLine(At(r, 2), r.GetString(3), r.GetString(4))))
            .ToLookup(r => r.Story, r => r.Line);
    }

    /// <summary>By number, in order; null when the plan lacks one.</summary>
    public static OrderedDictionary<long, RunResult>? Of(StoredTables tables, IReadOnlyList<RunSpec> plan)
    {
        StoredRuns stored = new(tables);
        Dictionary<string, RunSpec> specs = [];
        foreach (RunSpec spec in plan) specs[Key(spec.Network, spec.Seed, spec.Point.Select(s => (s.Path, s.Value)))] =
            spec;
        OrderedDictionary<long, RunResult> runs = [];
        foreach (RunHead head in tables.Rows("SELECT run, network, seed, journal_hash, entries, events, late_s, "
            + "drawn_clients, drawn_routes, untold FROM runs ORDER BY run", RunHead.Of))
        {
            if (!specs.TryGetValue(Key(head.Network, head.Seed, stored.settings[head.Id]), out RunSpec? spec))
                return null;
            runs.Add(head.Id, stored.Run(head, spec));
        }
        return runs;
    }

    // the table of settings knows no order
    private static string Key(NetworkKind network, ulong seed, IEnumerable<(string Path, string Value)> point) =>
        $"{network.Word()} {seed} " + string.Join('\0', point.OrderBy(s => s.Path, StringComparer.Ordinal)
            .Select(s => s.Path + '\0' + s.Value));

    private RunResult Run(RunHead head, RunSpec spec)
    {
        long id = head.Id;
        Duration duration = spec.Scenario.Duration;
        ClientResult[] all = [.. clients[id]];
        RouteResult[] places = [.. routes[id]];
        int firstRoute = all.Length + servers[id].Count();
        var result = new RunResult
        {
            Spec = spec, JournalHash = head.JournalHash, Entries = head.Entries, Events = head.Events, Measures = [],
            MaxLateness = head.MaxLateness, Doubts = [.. doubts[id]], Rules = [.. rules[id]], Costs = [.. costs[id]],
            Energies = [.. energies[id]],
            Verdicts = verdicts[id].ToDictionary(v => v.Key, v => v.Count),
            Arrivals = [.. arrivals[id].SelectMany(Bins)],
            Messages = [.. messages[id]], Incidents = [.. incidents[id]],
            Lanes = WithOffline([.. lanes[id].Where(l => l.OfClient).Select(l => l.Lane)], head.Clients, 2, duration),
            Marks = [.. marks[id].Where(m => m.OfClient).Select(m => m.Mark)],
            Faults = [.. bands[id].Where(b => b.OfClient).Select(b => b.Band)],
            Servers = [.. servers[id]], Clients = all, Routes = places, ClientCosts = [.. clientCosts[id]],
            ClientNames = [.. all.Take(head.Clients).Select(c => c.Name)],
            StoriesUntold = head.Untold,
            Stories = [.. stories[id].Select(s => s.Story with
            {
                Path = s.OfClient ? s.Story.Path : s.Story.Path + firstRoute, Lines = [.. storyLines[(id, s.Number)]],
                Name = s.OfClient ? all[s.Story.Path].Name : places[s.Story.Path].Name,
            })],
            Streams = head.Routes is not { } drawn ? null : new FederationResult(
                [.. places.Take(drawn).Select(p => p.Name)],
                WithOffline([.. lanes[id].Where(l => !l.OfClient).Select(l => l.Lane)], drawn, 1, duration),
                [.. marks[id].Where(m => !m.OfClient).Select(m => m.Mark)],
                [.. bands[id].Where(b => !b.OfClient).Select(b => b.Band)],
                [.. deaths[id].Select(d => d with
                {
                    Client = d.Client + firstRoute, ClientName = places[d.Client].Name,
                })]),
        };
        ILookup<long, Observation> own = cases[id].ToLookup(c => c.Number, c => c.Case);
        Scope[] scopes = [default, .. spec.Scenario.Expect.Select(e => e.Scope)];
        return result with { Measures = [.. measures[id].Select(m => m.Measure(result, scopes, own[m.Number]))] };
    }

    private static IEnumerable<ArrivalBin> Bins((Instant From, Instant To, int Intervals, ArrivalBin Bin) row)
    {
        if (row.Intervals is < 1 or > MostIntervals) throw new FormatException($"{row.Intervals} intervals of a run");
        for (int i = 0; i < row.Intervals; i++)
            yield return i == 0 ? row.Bin
                : row.Bin with { From = row.From + (row.To - row.From) / row.Intervals * i, Attempts = 0 };
    }

    /// <summary>A lane is offline where nothing else is known of it.</summary>
    private static LaneSegment[] WithOffline(LaneSegment[] known, int lanes, int sides, Duration duration)
    {
        ILookup<(int, Side), LaneSegment> states = known.ToLookup(s => (s.Client, s.Side));
        List<LaneSegment> all = [];
        for (int lane = 0; lane < lanes; lane++)
            for (Side side = 0; (int)side < sides; side++)
            {
                Instant since = Instant.Zero;
                LaneSegment end = new(lane, side, LaneState.Offline, Instant.Zero + duration, Instant.Zero + duration);
                foreach (LaneSegment s in states[(lane, side)].Append(end))
                {
                    if (s.From > since) all.Add(s with { State = LaneState.Offline, From = since, To = s.From });
                    if (s.To > s.From) all.Add(s);
                    since = s.To;
                }
            }
        return [.. all];
    }

    private static int Lane(SqliteDataReader row) => row.GetInt32(row.IsDBNull(1) ? 2 : 1);

    private static CauseCost Cost(SqliteDataReader row, int first) =>
        new(row.GetString(first), row.GetInt64(first + 1), row.GetInt64(first + 2));

    private static MessageRecord Message(SqliteDataReader r) => new(r.GetInt64(1), r.GetInt32(2), r.GetInt32(3),
        At(r, 4), r.IsDBNull(5) ? Instant.Zero : At(r, 5), r.GetInt32(6), Word<MessageFate>(r, 7),
        r.IsDBNull(8) ? LossCause.None : Word<LossCause>(r, 8), r.IsDBNull(9) ? null : Fault(r, 9));

    private static Incident Incident(SqliteDataReader r) => new(r.GetInt32(1), r.GetString(2), Side(r, 3), Fault(r, 4),
        At(r, 5), At(r, 6), Flag(r, 7), r.IsDBNull(8) ? Instant.Never : At(r, 8), Word<Mechanism>(r, 9),
        Word<Claim>(r, 10), Flag(r, 11));

    /// <summary>A row of runs.</summary>
    private sealed record RunHead(
        long Id, NetworkKind Network, ulong Seed, ulong JournalHash, long Entries, long Events, Duration MaxLateness,
        int Clients, int? Routes, int Untold)
    {
        public static RunHead Of(SqliteDataReader r) => new(r.GetInt64(0), StoredTables.Network(r.GetString(1)),
            unchecked((ulong)r.GetInt64(2)), Convert.ToUInt64(r.GetString(3), 16), r.GetInt64(4), r.GetInt64(5),
            new Duration((long)Math.Round(r.GetDouble(6) * 1e9)), r.GetInt32(7), r.IsDBNull(8) ? null : r.GetInt32(8),
            r.GetInt32(9));
    }

    /// <summary>A row of metrics.</summary>
    private sealed record StoredMeasure(
        long Number, string Metric, string Target, double From, double To, double Value, double Part, double? Whole,
        string? Cases)
    {
        public static StoredMeasure Of(SqliteDataReader r) => new(r.GetInt64(1), r.GetString(2), r.GetString(3),
            r.GetDouble(4), r.GetDouble(5), StoredTables.Number(r, 6),
            StoredTables.Number(r, 7), r.IsDBNull(8) ? null : r.GetDouble(8),
            Text(r, 9));

        /// <summary>The scope is one of those that measures of the run can have.</summary>
        public Measure Measure(RunResult run, Scope[] scopes, IEnumerable<Observation> own)
        {
            Scope scope = scopes.FirstOrDefault(s => (s.Of?.Text ?? "") == Target && s.Start.TotalSeconds == From
                && s.EndIn(run.Spec).TotalSeconds == To);
            return new Measure(Metric, Value, Sample(run, own), scope);
        }

        private Sample Sample(RunResult run, IEnumerable<Observation> own) =>
            Cases is null ? Whole is { } whole ? Experiments.Sample.Of(Part, whole) : Value
            : Experiments.Sample.Of(Cases == Reports.Cases.Own ? [.. own] : Reports.Cases.Of(Cases, run)
                ?? throw new FormatException($"'{Cases}' stands for cases"));
    }
}
