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
    private const int RowPixels = 20, MostRows = 128;
    private const double Gap = 0.06;
    private const string Right = "right", Wrong = "blamed wrongly";

    /// <summary>Null when no run has such streams: then the report does not speak of them.</summary>
    public static Figure? Of(Study study)
    {
        ulong seed = study.ShownSeed;
        (string Panel, FederationResult Streams)[] shown =
            [.. study.Variants.Take(Thinning.MostPanels).Select(v => (v.Label, v.Run(seed)?.Streams))
            .Where(r => r.Streams is not null).Select(r => (study.Variants.Count == 1 ? "" : r.Label, r.Streams!))];
        if (shown.Length == 0) return null;
        Pools pools = new(study.DurationSeconds, [.. shown.Select(r => r.Streams)]);
        int most = Math.Clamp(MostRows / shown.Length, 8, 32);
        Chart chart = new()
        {
            Title = Heading, Subtitle = study.Subtitle($"seed {seed}"), Description = Description(shown),
            Keys = pools.Keys, PanelWidth = 300,
            Panels = [.. shown.Select(r => pools.Panel(r.Panel, r.Streams, most, shown.Length))],
        };
        string fewer = shown.Any(r => r.Streams.Names.Count > most) ? $" The first {most} places are shown." : "";
        string panels = shown.Length < study.Variants.Count
            ? $" Not drawn: {string.Join("; ", study.Variants.Skip(Thinning.MostPanels).Select(v => v.Label))}." : "";
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
        private readonly List<TimeRows> drawn = [];
        private readonly Key states, faults, families, verdicts = Palette.Verdicts("blame", Right, Wrong);

        public Pools(double seconds, FederationResult[] all)
        {
            this.seconds = seconds;
            states = Palette.States("believed", all.SelectMany(s => s.Lanes).Select(l => l.State).Distinct());
            faults = Palette.Faults("true", all.SelectMany(s => s.Faults));
            families = Palette.Families(all.SelectMany(s => s.Marks).Where(m => m.Claim != Claim.None));
        }

        public IReadOnlyList<Key> Keys => [.. ((Key[])[states, faults, families, verdicts]).Where(k =>
            k.Entries.Count > 0 && (k != verdicts || families.Entries.Count > 0))];

        public string Caption => drawn.Select(d => d.Caption).MaxBy(c => c.Length) ?? "";

        public Panel Panel(string title, FederationResult streams, int mostRows, int panels)
        {
            string[] rows = [.. streams.Names.Take(mostRows)];
            TimeRows time = new(seconds, rows);
            drawn.Add(time);
            int boxes = Thinning.MostBoxes / panels, marks = Thinning.MostMarks / panels;
            bool IsShown(int route) => route < rows.Length;
            return new(title, time.X, Axis.Rows(null, rows),
            [
                new Boxes(states, [.. time.States(streams.Lanes.Where(l => IsShown(l.Client)).Select(l =>
                    new RowItem(l.Client, Words.Of(l.State), l.From, l.To)), Gap, 0.5, boxes,
                    ("stream", "believed"))]),
                new Boxes(faults, [.. time.Bands(streams.Faults.Where(b => IsShown(b.Client)).Select(b =>
                    new RowItem(b.Client, b.Kind.Word, b.From, b.To)), 0.5, 1 - Gap, boxes / 3, "true")]),
                new Marks(families, [.. Thinning.Of([.. streams.Marks.Where(m => IsShown(m.Client)
                    && m.Claim != Claim.None)], marks, m => m.FalseAlarm).Select(m => Mark(m, rows, time))], 7,
                    verdicts),
            ]) { Height = Math.Max(24, rows.Length * RowPixels) };
        }

        private static Mark Mark(LaneMark m, string[] rows, TimeRows time)
        {
            string verdict = m.FalseAlarm ? Wrong : Right;
            string[] ends = rows[m.Client].Split('#')[0].Split("->");
            return new(time.Place(m.At), m.Client + 0.28, Words.Family(m.Mechanism), verdict, Hover.Of(
                ("stream", rows[m.Client]), ("given up by", ends[(int)m.Side]), ("mechanism", Words.Of(m.Mechanism)),
                ("claim", Words.Of(m.Claim)), ("blame", verdict), ("at", TimeRows.Time(m.At))));
        }
    }
}
