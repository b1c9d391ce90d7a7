using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Reports;

/// <summary>
/// What each connection was, moment by moment, for one seed: a row per client and side, the faults as bands behind, and
/// a symbol where a side gave up, by how it learned. Variants under the same seed meet the same faults, so panels
/// compare.
/// </summary>
internal static class LanesFigure
{
    private const string Name = "lanes", Heading = "Connections over time";
    private const int RowPixels = 17;
    private const double BandGap = 0.04, LaneGap = 0.25;
    private const string Right = "right", FalseAlarm = "false alarm";

    public static Figure Of(Study study)
    {
        ulong seed = study.ShownSeed;
        (string Panel, RunResult Run)[] shown =
            [.. study.Variants.Take(Thinning.MostPanels).Select(v => (v.Label, Run: v.Run(seed)))
            .Where(r => r.Run is { Lanes.Count: > 0 }).Select(r => (r.Label, r.Run!))];
        if (shown.Length == 0) return Figure.Absent(Name, Heading, "No connections were recorded.");
        // As many clients as stay readable, the same in every panel.
        int most = Math.Clamp(40 / shown.Length, 3, 20);
        int[] all = [.. shown.SelectMany(r => r.Run.Lanes).Select(l => l.Client).Distinct().Order()];
        int[] clients = [.. all.Take(most)];
        string[] rows = [.. clients.SelectMany(c => Enum.GetValues<Side>().Select(s => Row(shown[0].Run, c, s)))];
        Lanes lanes = new(study, clients, rows, shown.Select(r => r.Run));
        Chart chart = new()
        {
            Title = Heading, Subtitle = study.Subtitle($"seed {seed}"), Description = Description(shown, clients),
            Keys = lanes.Keys, PanelHeight = rows.Length * RowPixels, PanelWidth = 300,
            Panels = [.. shown.Select(r => lanes.Panel(shown.Length == 1 ? "" : r.Panel, r.Run))],
        };
        int clientsInAll = Study.Clients(shown[0].Run);
        string fewer = clients.Length < clientsInAll
            ? $" {clients.Length} of {Words.Number(clientsInAll)} clients are shown." : "";
        string panels = shown.Length < study.Variants.Count
            ? $" The first {shown.Length} of {study.Variants.Count} variants are shown." : "";
        return new(Name, Heading,
            $"One run of each variant, all with seed {seed}, so all meet the same faults (bands). Bars show what " +
            "each side took the connection for, symbols where a side gave up and how it learned; a red outline is a " +
            $"false alarm: the path and the peer were alive.{fewer}{panels}" +
            Thinning.Bands(shown.Select(r => r.Run.Faults.Count(b => clients.Contains(b.Client)))) +
            Thinning.Lanes(shown.Select(r => (r.Run.Lanes.Count(l => clients.Contains(l.Client)),
                r.Run.Marks.Count(m => clients.Contains(m.Client))))), chart);
    }

    private static string Row(RunResult run, int client, Side side) => $"{ClientName(run, client)} · {Words.Of(side)}";

    private static string ClientName(RunResult run, int client) =>
        client >= 0 && client < run.ClientNames.Count ? run.ClientNames[client] : $"client {client}";

    private static string Description((string Panel, RunResult Run)[] shown, int[] clients)
    {
        IEnumerable<string> runs = shown.Select(r =>
        {
            LaneMark[] marks = [.. r.Run.Marks.Where(m => clients.Contains(m.Client))];
            double online = r.Run.Lanes.Where(l => clients.Contains(l.Client) && l.State == LaneState.Online)
                .Sum(l => (l.To - l.From).TotalSeconds);
            double all = r.Run.Spec.Scenario.Duration.TotalSeconds * clients.Length * 2;
            int alarms = marks.Count(m => m.FalseAlarm);
            return $"{r.Panel}: {Units.Format(online / all, Unit.Share)} of the time online, given up " +
                $"{Words.Count(marks.Length, "time")}, {(alarms == 0 ? "none" : alarms)} of them a false alarm";
        });
        return "Bars over time, a row for each client and side, a panel for each variant: what each side took the " +
            $"connection for, over bands of faults. {string.Join("; ", runs)}.";
    }

    /// <summary>The runs of one seed on one axis, with the same rows and keys in every panel.</summary>
    private sealed class Lanes
    {
        private readonly int[] clients;
        private readonly string[] rows;
        private readonly Axis x, y;
        private readonly double seconds, divisor;
        private readonly Key faults, states, families, verdicts = Palette.Verdicts("verdict", Right, FalseAlarm);

        public Lanes(Study study, int[] clients, string[] rows, IEnumerable<RunResult> runs)
        {
            (this.clients, this.rows, seconds) = (clients, rows, study.DurationSeconds);
            DisplayUnit unit = DisplayUnit.For(Unit.Seconds, [seconds]);
            divisor = unit.Divisor;
            x = new($"time ({unit.Symbol})", 0, seconds / divisor);
            y = Axis.Rows(null, rows);
            RunResult[] all = [.. runs];
            faults = Palette.Faults("fault", all.SelectMany(r => r.Faults), 0.26);
            states = Palette.States("connection", all.SelectMany(r => r.Lanes).Select(l => l.State).Distinct());
            families = Palette.Families(all.SelectMany(r => r.Marks));
        }

        public IReadOnlyList<Key> Keys => [.. ((Key[])[faults, states, families, verdicts]).Where(k =>
            k.Entries.Count > 0 && (k != verdicts || families.Entries.Count > 0))];

        public Panel Panel(string title, RunResult run) => new(title, x, y,
        [
            new Boxes(faults, [.. Bands(run)]), new Boxes(states, [.. States(run)]),
            new Marks(families, [.. Marks(run)], 7.5, verdicts),
        ]);

        private double Place(Instant at) => Math.Clamp(at.TotalSeconds, 0, seconds) / divisor;

        private IEnumerable<Box> Bands(RunResult run)
        {
            foreach (FaultBand band in Thinning.Of([.. run.Faults.Where(b => clients.Contains(b.Client))],
                Thinning.MostBands))
                foreach (Side side in Enum.GetValues<Side>())
                {
                    double from = Place(band.From), to = Place(band.To), least = seconds / divisor / 400;
                    int row = RowOf(run, band.Client, side);
                    yield return new(from, Math.Max(to, from + least), row + BandGap, row + 1 - BandGap,
                        band.Kind.Word, Hover: Hover.Of(("fault", band.Kind.Word),
                            ("time", $"{Time(band.From)} to {Time(band.To)}")));
                }
        }

        private IEnumerable<Box> States(RunResult run) =>
            from l in Thinning.Longest([.. run.Lanes.Where(l => clients.Contains(l.Client) && l.To > l.From)])
            let row = RowOf(run, l.Client, l.Side)
            select new Box(Place(l.From), Place(l.To), row + LaneGap, row + 1 - LaneGap, Words.Of(l.State),
                Hover: Hover.Of(("side", rows[row]), ("connection", Words.Of(l.State)),
                    ("time", $"{Time(l.From)} to {Time(l.To)}")));

        private IEnumerable<Mark> Marks(RunResult run) =>
            from m in Thinning.Of([.. run.Marks.Where(m => clients.Contains(m.Client))], Thinning.MostMarks)
            let row = RowOf(run, m.Client, m.Side)
            let verdict = m.FalseAlarm ? FalseAlarm : Right
            select new Mark(Place(m.At), row + 0.5, Words.Family(m.Mechanism), verdict,
                Hover.Of(("side", rows[row]), ("by", Words.Of(m.Mechanism)), ("claim", Words.Of(m.Claim)),
                    ("verdict", verdict), ("at", Time(m.At))));

        private int RowOf(RunResult run, int client, Side side) => Array.IndexOf(rows, Row(run, client, side));

        private static string Time(Instant at) => Units.Format(at.TotalSeconds, Unit.Seconds);
    }
}
