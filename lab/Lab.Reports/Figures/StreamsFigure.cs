using Lab.Experiments;
using Lab.Network;
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
        (string Panel, RunResult Run, FederationResult Streams)[] shown =
            [.. study.Variants.Take(Thinning.MostPanels).Select(v => (v.Label, Run: v.Run(seed)))
            .Where(r => r.Run?.Streams is not null).Select(r => (r.Label, r.Run!, r.Run!.Streams!))];
        if (shown.Length == 0) return null;
        // the same rows in every panel: those of the largest pools hold the others'
        string[] all = [.. shown.MaxBy(r => (r.Run.Spec.Topology.S2s.Max(s => s.Streams), r.Streams.Names.Count))
            .Streams.Names];
        string[] rows = [.. all.Take(Math.Clamp(MostRows / shown.Length, 8, 32))];
        Pools pools = new(study.DurationSeconds, rows, [.. shown.Select(r => r.Streams)]);
        Chart chart = new()
        {
            Title = Heading, Subtitle = study.Subtitle($"seed {seed}"), Description = Description(shown.Select(r =>
                (r.Panel, r.Streams))),
            Keys = pools.Keys, PanelHeight = rows.Length * RowPixels, PanelWidth = 300,
            Panels = [.. shown.Select(r => pools.Panel(shown.Length == 1 ? "" : r.Panel, r.Streams))],
        };
        string fewer = rows.Length < all.Length ? $" The first {rows.Length} places are shown." : "";
        string panels = shown.Length < study.Variants.Count
            ? $" The first {shown.Length} of {study.Variants.Count} variants are shown." : "";
        return new(Name, Heading,
            "A row is one place in the pool of streams that the first server opens to the second. Its upper half is " +
            "what the first one takes it for, its lower half what is true (blank: it lives). Symbols stand where " +
            "either server gave up a stream, and how it learned; a red outline is wrong blame: that stream and its " +
            $"peer were alive.{fewer}{panels}" + Thinning.Bands(shown.Select(r => r.Streams.Faults.Count))
            + Thinning.Lanes(shown.Select(r => (r.Streams.Lanes.Count, r.Streams.Marks.Count))), chart);
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

    /// <summary>The streams of several runs on the same rows.</summary>
    private sealed class Pools
    {
        private readonly string[] rows;
        private readonly Axis x;
        private readonly double seconds, divisor;
        private readonly Key states, faults, families, verdicts = Palette.Verdicts("blame", Right, Wrong);

        public Pools(double seconds, string[] rows, FederationResult[] all)
        {
            (this.rows, this.seconds) = (rows, seconds);
            DisplayUnit unit = DisplayUnit.For(Unit.Seconds, [seconds]);
            divisor = unit.Divisor;
            x = new($"time ({unit.Symbol})", 0, seconds / divisor);
            states = Palette.States("believed", all.SelectMany(s => s.Lanes).Select(l => l.State).Distinct());
            faults = Palette.Faults("true", all.SelectMany(s => s.Faults));
            families = Palette.Families(all.SelectMany(s => s.Marks).Where(m => m.Claim != Claim.None));
        }

        public IReadOnlyList<Key> Keys => [.. ((Key[])[states, faults, families, verdicts]).Where(k =>
            k.Entries.Count > 0 && (k != verdicts || families.Entries.Count > 0))];

        public Panel Panel(string title, FederationResult streams) => new(title, x, Axis.Rows(null, rows),
        [
            new Boxes(states, [.. Believed(streams)]), new Boxes(faults, [.. True(streams)]),
            new Marks(families, [.. Verdicts(streams)], 7, verdicts),
        ]);

        private double Place(Instant at) => Math.Clamp(at.TotalSeconds, 0, seconds) / divisor;

        private int RowOf(FederationResult streams, int route) => Array.IndexOf(rows, streams.Names[route]);

        private IEnumerable<Box> Believed(FederationResult streams) =>
            from l in Thinning.Longest([.. streams.Lanes.Where(l => RowOf(streams, l.Client) >= 0 && l.To > l.From)])
            let row = RowOf(streams, l.Client)
            select new Box(Place(l.From), Place(l.To), row + Gap, row + 0.5, Words.Of(l.State), Hover: Hover.Of(
                ("stream", rows[row]), ("believed", Words.Of(l.State)), ("time", Time(l.From, l.To))));

        private IEnumerable<Box> True(FederationResult streams) =>
            from b in Thinning.Of([.. streams.Faults.Where(b => RowOf(streams, b.Client) >= 0)], Thinning.MostBands)
            let row = RowOf(streams, b.Client)
            select new Box(Place(b.From), Place(b.To), row + 0.5, row + 1 - Gap, b.Kind.Word, Hover: Hover.Of(
                ("stream", rows[row]), ("true", b.Kind.Word), ("time", Time(b.From, b.To))));

        private IEnumerable<Mark> Verdicts(FederationResult streams) =>
            from m in Thinning.Of([.. streams.Marks.Where(m => RowOf(streams, m.Client) >= 0 && m.Claim != Claim.None)],
                Thinning.MostMarks)
            let row = RowOf(streams, m.Client)
            let verdict = m.FalseAlarm ? Wrong : Right
            let ends = rows[row].Split('#')[0].Split("->")
            select new Mark(Place(m.At), row + 0.28, Words.Family(m.Mechanism), verdict, Hover.Of(
                ("stream", rows[row]), ("given up by", ends[(int)m.Side]), ("mechanism", Words.Of(m.Mechanism)),
                ("claim", Words.Of(m.Claim)), ("blame", verdict), ("at", Time(m.At, m.At))));

        private static string Time(Instant from, Instant to)
        {
            string start = Units.Format(from.TotalSeconds, Unit.Seconds);
            return from == to ? start : $"{start} to {Units.Format(to.TotalSeconds, Unit.Seconds)}";
        }
    }
}
