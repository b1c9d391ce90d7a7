using Lab.Experiments;
using Lab.Xmpp;

namespace Lab.Reports;

/// <summary>
/// The streams between servers, moment by moment, for one seed: a row per place in a pool, above what the server that
/// opens its connections takes it for, below what is true, and a symbol where a verdict landed, whoever gave it.
/// </summary>
internal static class StreamsFigure
{
    private const string Name = "streams", Heading = "Streams between servers over time";
    private const int RowPixels = 20, MostRows = 128, BesideRows = 60, ShownPixels = 1400;
    private const double Gap = 0.06;
    private const string Right = "right", Wrong = "blamed wrongly";

    /// <summary>Null when no run has such streams: then the report does not speak of them.</summary>
    public static Figure? Of(Study study)
    {
        ulong seed = study.ShownSeed;
        (string Panel, FederationResult Streams)[] shown =
            [.. study.ByPanel.Take(Thinning.MostPanels).Select(v => (v.Title, v.Run(seed)?.Streams))
            .Where(r => r.Streams is not null).Select(r => (study.Variants.Count == 1 ? "" : r.Title, r.Streams!))];
        if (shown.Length == 0) return null;
        Pools pools = new(study.DurationSeconds, [.. shown.Select(r => r.Streams)]);
        int most = Math.Clamp(MostRows / shown.Length, 8, 32);
        Panel[] all = [.. shown.Select(r => pools.Panel(r.Panel, r.Streams, most, shown.Length))];
        int pixels = 0;
        Chart chart = new()
        {
            Title = Heading, Subtitle = study.Subtitle($"seed {seed}"), Description = Description(shown),
            Keys = pools.Keys, PanelWidth = 300, Panels = all,
            ShownPanels = Math.Max(1, all.TakeWhile(p => (pixels += p.Height!.Value + BesideRows) <= ShownPixels)
                .Count()),
        };
        string fewer = pools.LeftOut ? $" The first {most} places are shown." : "";
        if (pools.AnyUnused) fewer += " Places that were not held for long enough to be seen, and that no fault met, " +
            "are left out.";
        string panels = shown.Length < study.Variants.Count
            ? $" Not drawn: {string.Join("; ", study.ByPanel.Skip(Thinning.MostPanels).Select(v => v.Title))}." : "";
        return new(Name, Heading,
            "A row is one place in the pool of streams that the first server opens to the second. Its upper half is " +
            "what the first one takes it for, its lower half what is true (blank: it lives). Symbols stand where " +
            "either server gave up a stream, and how it learned; a red outline is wrong blame: that stream and its " +
            $"peer were alive.{fewer}{panels}{pools.Caption}", chart);
    }

    private static string Description(IEnumerable<(string Panel, FederationResult Streams)> shown) =>
        "Bars over time, a row for each place in a pool of streams between servers, a panel for each variant: above " +
        "what the server that opens its connections takes it for, below what is true. " + string.Join("; ",
            shown.Select(r =>
            {
                LaneMark[] marks = [.. r.Streams.Marks.Where(m => m.Claim != Claim.None)];
                return $"{(r.Panel == "" ? "this run" : r.Panel)}: {Words.Count(marks.Length, "verdict")}, " +
                    $"{marks.Count(m => m.FalseAlarm)} wrong";
            })) + ".";

    /// <summary>The streams of several runs on one axis of time, each with the rows that it has.</summary>
    private sealed class Pools
    {
        private readonly double seconds;
        private readonly string end;
        private readonly List<TimeRows> drawn = [];
        private readonly Key states, faults, families, verdicts = Palette.Verdicts("blame", Right, Wrong);

        public Pools(double seconds, FederationResult[] all)
        {
            this.seconds = seconds;
            end = CommonEnd([.. all.SelectMany(s => s.Names).SelectMany(Ends).Distinct()]);
            states = Palette.States("believed", all.SelectMany(s => s.Lanes).Select(l => l.State).Distinct());
            faults = Palette.Faults("true", all.SelectMany(s => s.Faults));
            families = Palette.Families(all.SelectMany(s => s.Marks).Where(m => m.Claim != Claim.None));
        }

        public IReadOnlyList<Key> Keys => [.. ((Key[])[states, faults, families, verdicts]).Where(k =>
            k.Entries.Count > 0 && (k != verdicts || families.Entries.Count > 0))];

        /// <summary>Whether a panel has more places than may be shown.</summary>
        public bool LeftOut { get; private set; }

        /// <summary>Whether a panel has places that tell nothing.</summary>
        public bool AnyUnused { get; private set; }

        public string Caption => (drawn.Select(d => d.Caption).MaxBy(c => c.Length) ?? "")
            + (end == "" ? "" : $" Names of servers stand without their end, {end}.");

        public Panel Panel(string title, FederationResult streams, int mostRows, int panels)
        {
            double leastSeen = seconds / 1600;
            HashSet<int> used = [.. streams.Lanes.Where(l => l.State != LaneState.Offline).GroupBy(l => l.Client)
                .Where(g => g.Sum(l => (l.To - l.From).TotalSeconds) >= leastSeen).Select(g => g.Key)
                .Concat(streams.Marks.Where(m => m.Claim != Claim.None).Select(m => m.Client))
                .Concat(streams.Faults.Select(f => f.Client))];
            int[] routes = [.. Enumerable.Range(0, streams.Names.Count)
                .Where(r => used.Count == 0 || used.Contains(r))];
            AnyUnused |= routes.Length < streams.Names.Count;
            LeftOut |= routes.Length > mostRows;
            Dictionary<int, int> places = routes.Take(mostRows).Index().ToDictionary(r => r.Item, r => r.Index);
            string[] rows = [.. places.Keys.Select(r => Short(streams.Names[r]))];
            TimeRows time = new(seconds, rows);
            drawn.Add(time);
            int boxes = Thinning.MostBoxes / panels, marks = Thinning.MostMarks / panels;
            return new(title, time.X, Axis.Rows(null, rows),
            [
                new Boxes(states, [.. time.States(streams.Lanes.Where(l => places.ContainsKey(l.Client)).Select(l =>
                    new RowItem(places[l.Client], Words.Of(l.State), l.From, l.To)), Gap, 0.5, boxes,
                    ("stream", "believed"))]),
                new Boxes(faults, [.. time.Bands(streams.Faults.Where(b => places.ContainsKey(b.Client)).Select(b =>
                    new RowItem(places[b.Client], b.Kind.Word, b.From, b.To)), 0.5, 1 - Gap, boxes / 3, "true")]),
                new Marks(families, [.. Thinning.Of([.. streams.Marks.Where(m =>
                    places.ContainsKey(m.Client) && m.Claim != Claim.None)], marks, m => m.FalseAlarm)
                    .Select(m => Mark(m, places[m.Client], rows[places[m.Client]], time))], 7,
                    verdicts),
            ]) { Height = Math.Max(24, rows.Length * RowPixels) };
        }

        /// <summary>"a->b#0" of "a.example->b.example#0".</summary>
        private string Short(string name) =>
            end == "" ? name : name.Replace(end + "->", "->").Replace(end + "#", "#");

        private static string[] Ends(string name) => name.Split('#')[0].Split("->");

        /// <summary>".example" of "a.example" and "b.example"; empty of one alone.</summary>
        private static string CommonEnd(string[] domains)
        {
            if (domains.Length < 2) return "";
            for (int dot = domains[0].IndexOf('.'); dot > 0; dot = domains[0].IndexOf('.', dot + 1))
            {
                string end = domains[0][dot..];
                if (domains.All(d => d.Length > end.Length && d.EndsWith(end, StringComparison.Ordinal))) return end;
            }
            return "";
        }

        private static Mark Mark(LaneMark m, int row, string name, TimeRows time)
        {
            string verdict = m.FalseAlarm ? Wrong : Right;
            string[] ends = Ends(name);
            return new(time.Place(m.At), row + 0.28, Words.Family(m.Mechanism), verdict, Hover.Of(
                ("stream", name), ("given up by", ends[(int)m.Side]), ("mechanism", Words.Of(m.Mechanism)),
                ("claim", Words.Of(m.Claim)), ("blame", verdict), ("at", TimeRows.Time(m.At))));
        }
    }
}
