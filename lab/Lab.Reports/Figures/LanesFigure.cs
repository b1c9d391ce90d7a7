using Lab.Experiments;
using Lab.Xmpp;

namespace Lab.Reports;

/// <summary>
/// What each connection was, moment by moment, for one seed: a row per client and side, the faults as bands behind, and
/// a symbol where a side gave up, by how it learned. Variants under the same seed meet the same faults, so panels
/// compare. The same of other seeds goes along as far as it is small.
/// </summary>
internal static class LanesFigure
{
    private const string Name = "lanes", Heading = "Connections over time";
    private const int RowPixels = 17, MostVariants = 24, ShownVariants = 8, MostItemsOfOthers = 8000;
    private const double BandGap = 0.04, LaneGap = 0.25;
    private const string Right = "right", FalseAlarm = "false alarm";

    private sealed record Shown(string Panel, RunResult Run);

    public static Figure Of(Study study)
    {
        ulong seed = study.ShownSeed;
        Shown[] shown = [.. At(study, seed)];
        if (shown.Length == 0) return Figure.Absent(Name, Heading, "No connections were recorded.");
        if (study.Variants.SelectMany(v => v.Runs).All(IsQuiet)) return Figure.Absent(Name, Heading,
            "Every connection was online from its start to the end of every run, and no fault met one.");
        Lanes lanes = new(study, shown);
        Chart chart = lanes.Of(seed, shown);
        List<(string, Chart)> others = [];
        int items = 0;
        foreach (ulong other in study.Seeds.Where(s => s != seed))
        {
            Chart another = lanes.Of(other, [.. At(study, other)]);
            items += Items(another);
            if (items > MostItemsOfOthers || another.Panels.Count != chart.Panels.Count) break;
            others.Add(($"seed {other}", another));
        }
        int clients = Study.Clients(shown[0].Run);
        string fewer = lanes.Clients < clients
            ? $" {lanes.Clients} of {Words.Number(clients)} clients are shown." : "";
        string panels = shown.Length < study.Variants.Count
            ? $" Not drawn: {string.Join("; ", Ordered(study).Skip(MostVariants).Select(v => v.Title))}." : "";
        string seeds = others.Count > 0 && others.Count + 1 < study.Seeds.Count
            ? $" {others.Count + 1} of {study.Seeds.Count} seeds can be chosen in the page." : "";
        return new(Name, Heading,
            $"One run of each variant, all with seed {seed}, so all meet the same faults (bands). Bars show what " +
            "each side took the connection for, symbols where a side gave up and how it learned; a red outline is a " +
            $"false alarm: the path and the peer were alive.{fewer}{panels}{seeds}{lanes.Caption}", chart)
        {
            Others = others,
        };
    }

    private static bool IsQuiet(RunResult run) => run.Marks.Count == 0 && run.Faults.Count == 0
        && run.Lanes.Where(l => l.State != LaneState.Online).Sum(l => (l.To - l.From).TotalSeconds) < 60;

    /// <summary>As in tables, but where nobody gave up in any run is the least to see.</summary>
    private static IEnumerable<Variant> Ordered(Study study)
    {
        HashSet<string> told = [.. study.Variants.Where(v => v.Runs.Any(r => r.Marks.Count > 0)).Select(v => v.Panel)];
        return study.ByPanel.OrderBy(v => !told.Contains(v.Panel));
    }

    private static IEnumerable<Shown> At(Study study, ulong seed) =>
        from v in Ordered(study).Take(MostVariants)
        let run = v.Run(seed)
        where run is { Lanes.Count: > 0 }
        select new Shown(v.Title, run);

    private static int Items(Chart chart) => chart.Panels.SelectMany(p => p.Layers).Sum(l =>
        l is Boxes boxes ? boxes.Items.Count : l is Marks marks ? marks.Items.Count : 0);

    /// <summary>The runs of one seed on one axis, with the same rows in every panel and the same keys for all
    /// seeds.</summary>
    private sealed class Lanes
    {
        private readonly Study study;
        private readonly Dictionary<int, int> places;
        private readonly Axis y;
        private readonly TimeRows time;
        private readonly Key faults, states, families, verdicts = Palette.Verdicts("verdict", Right, FalseAlarm);
        private readonly string[] rows;

        public Lanes(Study study, Shown[] shown)
        {
            this.study = study;
            // As many clients as stay readable, the same in every panel.
            int most = Math.Clamp(24 / shown.Length, 3, 12);
            int[] clients = [.. shown.SelectMany(r => r.Run.Lanes).Select(l => l.Client).Distinct().Order()
                .Take(most)];
            places = clients.Index().ToDictionary(c => c.Item, c => c.Index);
            rows = [.. clients.SelectMany(c => Enum.GetValues<Side>()
                .Select(s => $"{NameOf(shown[0].Run, c)} · {Words.Of(s)}"))];
            y = Axis.Rows(null, rows);
            time = new(study.DurationSeconds, rows);
            RunResult[] all = [.. Ordered(study).Take(MostVariants).SelectMany(v => v.Runs)];
            faults = Palette.Faults("fault", all.SelectMany(r => r.Faults), 0.26);
            states = Palette.States("connection", all.SelectMany(r => r.Lanes).Select(l => l.State).Distinct());
            families = Palette.Families(all.SelectMany(r => r.Marks));
        }

        public int Clients => places.Count;
        public string Caption => time.Caption;

        public Chart Of(ulong seed, Shown[] shown) => new()
        {
            Title = Heading, Subtitle = study.Subtitle($"seed {seed}"), Description = Description(shown),
            Keys = [.. ((Key[])[faults, states, families, verdicts]).Where(k =>
                k.Entries.Count > 0 && (k != verdicts || families.Entries.Count > 0))],
            PanelHeight = rows.Length * RowPixels, PanelWidth = 300, ShownPanels = ShownVariants,
            Panels = [.. shown.Select(r => Panel(study.Variants.Count == 1 ? "" : r.Panel, r.Run, shown.Length))],
        };

        private Panel Panel(string title, RunResult run, int panels)
        {
            int boxes = Thinning.MostBoxes / panels, marks = Thinning.MostMarks / panels;
            return new(title, time.X, y,
            [
                new Boxes(faults, [.. time.Bands(run.Faults.Where(f => IsShown(f.Client)).SelectMany(f =>
                    Enum.GetValues<Side>().Select(s => new RowItem(RowOf(f.Client, s), f.Kind.Word, f.From, f.To))),
                    BandGap, 1 - BandGap, boxes / 3, "fault")]),
                new Boxes(states, [.. time.States(run.Lanes.Where(l => IsShown(l.Client)).Select(l =>
                    new RowItem(RowOf(l.Client, l.Side), Words.Of(l.State), l.From, l.To)),
                    LaneGap, 1 - LaneGap, boxes, ("side", "connection"))]),
                new Marks(families, [.. Thinning.Of([.. run.Marks.Where(m => IsShown(m.Client))], marks,
                    m => m.FalseAlarm).Select(m => Mark(m, run))], 7.5, verdicts),
            ]);
        }

        private Mark Mark(LaneMark m, RunResult run)
        {
            int row = RowOf(m.Client, m.Side);
            string verdict = m.FalseAlarm ? FalseAlarm : Right;
            // the page tells those of one seed
            Story? story = run.Spec.Seed != study.ShownSeed ? null
                : run.Stories.LastOrDefault(s => s.Path == m.Client && s.Began <= m.At && m.At <= s.Until);
            return new(time.Place(m.At), row + 0.5, Words.Family(m.Mechanism), verdict, Hover.Of(
                ("side", rows[row]), ("by", Words.Of(m.Mechanism)), ("claim", Words.Of(m.Claim)),
                ("verdict", verdict), ("at", TimeRows.Time(m.At))),
                story is null ? null : study.IdOf(run, story));
        }

        private bool IsShown(int client) => places.ContainsKey(client);

        private int RowOf(int client, Side side) => places[client] * 2 + (int)side;

        private static string NameOf(RunResult run, int client) =>
            client >= 0 && client < run.ClientNames.Count ? run.ClientNames[client] : $"client {client}";

        private string Description(Shown[] shown)
        {
            IEnumerable<string> runs = shown.Select(r =>
            {
                LaneMark[] marks = [.. r.Run.Marks.Where(m => IsShown(m.Client))];
                double online = r.Run.Lanes.Where(l => IsShown(l.Client) && l.State == LaneState.Online)
                    .Sum(l => (l.To - l.From).TotalSeconds);
                double all = r.Run.Spec.Scenario.Duration.TotalSeconds * Clients * 2;
                int alarms = marks.Count(m => m.FalseAlarm);
                return $"{(r.Panel == "" ? "this run" : r.Panel)}: {Units.Format(online / all, Unit.Share)} of the " +
                    $"time online, given up {Words.Count(marks.Length, "time")}" +
                    (alarms == 0 ? "" : $", {Words.Count(alarms, "false alarm")}");
            });
            return "Bars over time, a row for each client and side, a panel for each variant: what each side took " +
                $"the connection for, over bands of faults. {string.Join("; ", runs)}.";
        }
    }
}
