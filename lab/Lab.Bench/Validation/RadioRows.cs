using System.Globalization;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;

namespace Lab.Bench;

/// <summary>When a phone hears what it is sent, as the SIGCOMM 2021 artifact has it: rows V1 and V2.</summary>
internal static class RadioRows
{
    private const string Source = "SIGCOMM21-5G artifact, RRC-Probe";
    private const double SlowMs = 420;                                // the largest round trip of a connected phone
    private static readonly double[] Shares = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];

    /// <summary>Published round trips in ms: of an idle phone at Shares, and medians of bins of silence.</summary>
    /// <param name="PathMs">Round trip of a phone that listens: what is left of the published ones.</param>
    private sealed record Carrier(
        string Name, string Preset, double PathMs, double BreakS, double[] Idle, (double From, double To) IdleBin,
        (double From, double To, double Median)[] Bins);

    private static readonly Carrier[] Carriers =
    [
        new("T-Mobile 4G", "lte-tmobile-2021", 60, 5.0, [395, 470, 645, 950, 1284, 1510, 1550], (5.5, 20),
            [(0, 1, 120), (1, 5, 140), (5.5, 20, 950)]),
        new("Verizon 4G", "lte-verizon-2021", 55, 10.0, [397, 460, 646, 948, 1260, 1480, 1540], (10.5, 20),
            [(0, 1, 140), (1, 9.8, 220), (10.5, 20, 948)]),
        new("T-Mobile NSA low band", "5g-nsa", 64, 10.4, [476, 522, 699, 1020, 1335, 1542, 1600], (12, 20),
            [(0, 1, 160), (1, 9.8, 234), (12, 20, 1020)]),
        new("Verizon NSA low band", "5g-nsa-verizon-2021", 42, 10.4, [391, 454, 652, 982, 1292, 1480, 1552], (20, 40),
            [(0, 1, 140), (1, 10, 218), (12, 16, 889), (16, 20, 886), (20, 40, 982)]),
        new("Verizon NSA mmWave", "5g-mmwave", 50, 11.2, [399, 456, 640, 920, 1268, 1471, 1538], (12, 20),
            [(0, 1, 77), (1, 10.4, 98), (12, 20, 920)]),
        new("T-Mobile SA low band", "5g-sa", 60, 10.2, [], default,
            [(0, 1, 80), (1, 10, 100), (12, 15, 463), (15, 17, 1223)]),
    ];

    public static IEnumerable<Comparison> All() =>
        Carriers.Where(c => c.Idle.Length > 0).Select(Idle).Concat(Carriers.Select(Silence));

    private static Comparison Idle(Carrier c)
    {
        double[] trips = [.. Trips(c, c.IdleBin.From, c.IdleBin.To)];
        double distance = c.Idle.Zip(Shares, (at, share) =>
            Math.Abs(trips.Count(t => t <= at) / (double)trips.Length - share)).Max();
        return new("V1", $"{Source}, {c.Name}",
            Text($"idle: {c.Idle[0]} / {c.Idle[3]} / {c.Idle[6]} ms (p5, p50, p95)"),
            Text($"{At(trips, 0.05):0} / {At(trips, 0.5):0} / {At(trips, 0.95):0} ms"),
            Text($"KS distance {distance:0.000} at seven quantiles"),
            distance <= 0.05 ? Outcome.Reproduced : Outcome.NotReproduced,
            "the time to come up was made from this row");
    }

    private static Comparison Silence(Carrier c)
    {
        (double From, double Published, double Lab)[] bins =
            [.. c.Bins.Select(b => (b.From, b.Median, At([.. Trips(c, b.From, b.To)], 0.5)))];
        double worst = bins.Max(b => Math.Abs(b.Lab / b.Published - 1));
        double at = Enumerable.Range(1, 399).Select(tenth => tenth / 10.0)
            .First(s => Trips(c, s, s + 0.05).Count(t => t > SlowMs) > Phones / 2);
        bool inTime = Math.Abs(at - c.BreakS) <= 0.5;
        bool all = inTime && worst <= 0.15;
        return new("V2", $"{Source}, {c.Name}",
            Text($"medians {string.Join(" / ", bins.Select(b => b.Published))} ms, slow from {c.BreakS:0.0} s"),
            Text($"{string.Join(" / ", bins.Select(b => $"{b.Lab:0}"))} ms, from {at:0.0} s"),
            Text($"{worst:0 %} at most"),
            all ? Outcome.Reproduced : inTime ? Outcome.OrderingOnly : Outcome.NotReproduced,
            all ? "" : "in the window of RRC_INACTIVE half of the published probes found the phone connected, by other "
                + "traffic or by another timer");
    }

    private const int Phones = 100;

    /// <summary>Round trips of probes after silences of that bin in steps of 0.1 s, each to phones of other
    /// phases.</summary>
    private static IEnumerable<double> Trips(Carrier c, double fromS, double toS)
    {
        RadioSpec spec = Presets.Radio(c.Preset).ToSpec();
        for (int tenth = (int)Math.Round(fromS * 10); tenth < toS * 10 - 1e-9; tenth++)
            for (ulong phone = 1; phone <= Phones; phone++)
                yield return c.PathMs + Wait(spec, phone, tenth / 10.0).TotalSeconds * 1000;
    }

    /// <summary>How long a packet for the phone waits, so long after the phone's last one.</summary>
    private static Duration Wait(RadioSpec spec, ulong phone, double silence)
    {
        var radio = new Radio(spec, RandomStream.Root(phone));
        var packet = new Segment { Use = SegmentUse.Data, Length = 40 };
        Instant last = Pass(radio, Instant.Zero + Duration.FromSeconds(100 + (int)phone), Direction.Up, in packet);
        // long enough connected for a climb to be over
        for (int i = 0; i < 2; i++) last = Pass(radio, last + Duration.FromSeconds(2), Direction.Up, in packet);
        Instant sent = last + Duration.FromMilliseconds((long)(silence * 1000));
        return Pass(radio, sent, Direction.Down, in packet) - sent;
    }

    private static Instant Pass(Radio radio, Instant at, Direction way, in Segment packet)
    {
        radio.Advance(at);
        while (!radio.Passes(way, in packet)) radio.Advance(at = Instant.Min(radio.OpensAt(way), radio.NextTime));
        return at;
    }

    private static double At(double[] values, double share) => values.Order().ElementAt((int)(share * values.Length));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
