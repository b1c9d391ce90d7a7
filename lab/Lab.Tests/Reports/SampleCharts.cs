using Lab.Reports;

namespace Lab.Tests;

/// <summary>Charts made by hand that hold every kind of layer, axis and key, for tests of what draws them.</summary>
internal static class SampleCharts
{
    private static readonly string[] Colours =
        ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#808080"];

    private const string Subtitle = "dead-link · simulated network, exact · 20 seeds (1 to 20) · lab 0.1.0";

    public static IReadOnlyDictionary<string, Chart> All { get; } = new Dictionary<string, Chart>
    {
        ["curves"] = Curves(), ["lanes"] = Lanes(2, 8), ["trade-off"] = TradeOff(), ["stacks"] = Stacks(5),
        ["cells"] = Cells(9, 6), ["many-rows"] = Lanes(1, 60), ["strange-words"] = StrangeWords(), ["bare"] = Bare(),
    };

    /// <summary>Steps on a logarithmic time axis, ticks on the curves, labels with a halo; four panels in two
    /// columns.</summary>
    public static Chart Curves()
    {
        string[] words = ["nothing", "spaces", "ping", "acks", "kernel", "ping and acks", "acks and kernel",
            "twice ping", "twice acks"];
        Dash[] dashes = [Dash.Solid, Dash.Long];
        Key policy = new("policy", [.. words.Select((w, i) =>
            new KeyEntry(w, Colours[i % 7], Dash: dashes[i / 7]))], CanPick: true);
        Axis time = new("time since the path died", 1, 7200) { Logarithmic = true, Ticks = Times(7200) };
        Axis share = new("share of incidents noticed", 0, 1) { Percent = true };
        Panel Of(string title, int shift) => new(title, time, share,
        [
            new Lines(policy, [.. words.Select((w, i) => new Line(w, [.. Enumerable.Range(0, 21).Select(n =>
                new Place(Math.Min(7200, 2 + Math.Pow(1.25, n) * (1 + i * 3 + shift)),
                    n / 20.0 * (1 - i * 0.07)))]))]),
            new Segments(policy, [.. words.Select((w, i) =>
                new Segment(300 + 90 * i, 0.5 + i * 0.05 - 0.02, 300 + 90 * i, 0.5 + i * 0.05 + 0.02, w))]),
            new Labels([
                new(7200, 0.12, "nothing: 20 of 20 ended unnoticed", Anchor.End),
                new(7200, 0.11, "spaces: 3 of 20 ended unnoticed", Anchor.End),
            ]),
        ]);
        return Chart("Who notices a dead link, and when", [Of("client side, cut", 0), Of("server side, cut", 4),
            Of("client side, freeze", 9), Of("server side, freeze", 14)]) with { Keys = [policy], Columns = 2 };
    }

    /// <summary>Words as rows, bands, states, symbols with outlines.</summary>
    public static Chart Lanes(int panels, int rows)
    {
        Key fault = new("fault", [new("cut", "#CC3311", Opacity: 0.26), new("freeze", "#4477AA", Opacity: 0.26)]);
        Key state = new("connection", [new("online", "#0072B2"), new("connecting", "#E69F00"),
            new("hibernating", "#56B4E9"), new("offline", "#A6A6A6")]);
        Key cause = new("given up by", [new("XMPP check unanswered", Symbol: Symbol.Circle),
            new("TCP timer", Symbol: Symbol.Square), new("idle rule", Symbol: Symbol.Diamond),
            new("told by the peer", Symbol: Symbol.TriangleUp), new("set-up timeout", Symbol: Symbol.TriangleDown),
            new("own act", Symbol: Symbol.Cross)]);
        Key verdict = new("verdict", [new("right", "#222222"), new("false alarm", "#EE1111")]);
        string[] words = [.. Enumerable.Range(0, rows).Select(i =>
            $"phone[{i / 2}] · {(i % 2 == 0 ? "client" : "server")}")];
        Axis time = new("time (min)", 0, 120);
        Panel Of(string title) => new(title, time, Axis.Rows(null, words),
        [
            new Boxes(fault, [.. Enumerable.Range(0, rows).Select(i => new Box(30, 50, i, i + 1, "cut")),
                new(80, 90, 0, rows, "freeze")]),
            new Boxes(state, [.. Enumerable.Range(0, rows).SelectMany(i => (Box[])[
                new(0, 31 + i % 5, i + 0.25, i + 0.75, "online"), new(31 + i % 5, 52, i + 0.25, i + 0.75, "offline"),
                new(52, 55, i + 0.25, i + 0.75, "connecting"), new(55, 120, i + 0.25, i + 0.75, "online")])]),
            new Marks(cause, [.. Enumerable.Range(0, rows).Select(i => new Mark(31 + i % 5, i + 0.5,
                cause.Entries[i % 6].Word, i % 3 == 0 ? "false alarm" : "right"))], 8, verdict),
        ]);
        return Chart("Connections over time", [.. Enumerable.Range(0, panels).Select(i => Of($"policy {i + 1}"))]) with
        {
            Keys = [fault, state, cause, verdict], PanelHeight = rows * 17, PanelWidth = 300,
        };
    }

    /// <summary>Symbols in colours with intervals both ways; two logarithmic axes.</summary>
    public static Chart TradeOff()
    {
        string[] words = ["nothing", "spaces", "ping", "acks", "kernel", "idle", "other"];
        Symbol[] symbols = Enum.GetValues<Symbol>();
        Key policy = new("policy", [.. words.Select((w, i) => new KeyEntry(w, Colours[i], symbols[i]))], CanPick: true);
        Axis bytes = new("bytes per client and hour", 800, 90_000) { Logarithmic = true };
        Axis time = new("time until noticed, 95th percentile", 10, 7200) { Logarithmic = true, Ticks = Times(7200) };
        double X(int i) => 1000 * Math.Pow(1.9, i);
        double Y(int i) => 6000 / Math.Pow(2.3, i);
        return Chart("What quick detection costs",
        [
            new("", bytes, time,
            [
                new Segments(policy, [.. words.Select((w, i) => new Segment(X(i) * 0.8, Y(i), X(i) * 1.3, Y(i), w)),
                    .. words.Select((w, i) => new Segment(X(i), Y(i) * 0.6, X(i), Y(i) * 1.4, w))]),
                new Marks(policy, [.. words.Select((w, i) => new Mark(X(i), Y(i), w))], 10),
                new Segments(null, [new(800, 60, 90_000, 60)], 1),
                new Labels([.. words.Select((w, i) => new Label(X(i) * 1.35, Y(i), w, Anchor.Start, Colours[i])),
                    new(90_000, 60, "asked: below 60 s", Anchor.End)]),
            ]),
        ]) with { Keys = [policy], PanelHeight = 300 };
    }

    /// <summary>Bars in many colours, from left to right in rows of words.</summary>
    public static Chart Stacks(int rows)
    {
        string[] causes = ["payload", "presence", "ping", "acks", "whitespace", "negotiation", "closing",
            "tls handshake", "tcp handshake", "tcp acks", "tcp probes", "tcp teardown", "retransmission"];
        Key cause = new("spent on", [.. causes.Select((c, i) =>
            new KeyEntry(c, Colours[i % 7], Opacity: i < 7 ? 1 : 0.5))]);
        string[] words = [.. Enumerable.Range(0, rows).Select(i => "policy " + (char)('A' + i))];
        Boxes bars = new(cause, [.. Enumerable.Range(0, rows).SelectMany(r => causes.Select((c, i) =>
            new Box(i * 90 * (r + 1), (i + 1) * 90 * (r + 1), r + 0.18, r + 0.82, c)))]);
        return Chart("Where the bytes go",
            [new("", new("bytes per client and hour", 0, 13 * 90 * rows), Axis.Rows(null, words), [bars])]) with
        {
            Keys = [cause], PanelHeight = rows * 26,
        };
    }

    /// <summary>Cells whose colour is a quantity, words along both axes.</summary>
    public static Chart Cells(int across, int down)
    {
        string[] columns = [.. Enumerable.Range(1, across).Select(i => $"timeout {i * 15} s")];
        string[] rows = [.. Enumerable.Range(1, down).Select(i => $"every {i} min")];
        Boxes cells = new(null, [.. Enumerable.Range(0, across * down).Select(i => new Box(i % across, i % across + 1,
            i / across, i / across + 1, Fill: $"#{40 + i * 3:x2}{120 - i:x2}b0"))]);
        Labels texts = new([.. Enumerable.Range(0, across * down).Select(i =>
            new Label(i % across + 0.5, i / across + 0.5, $"{i * 7} s"))]);
        return Chart("Every pair of settings",
            [new("", Axis.Rows("timeout", columns, vertical: false), Axis.Rows("interval", rows), [cells, texts])]) with
        {
            PanelHeight = down * 30,
        };
    }

    /// <summary>Names in scripts that the font lacks, broken characters, long words, wherever a text stands.</summary>
    public static Chart StrangeWords()
    {
        string[] words = ["telefon-żółty", "电话", "הטלפון", "📱 phone", "bell\u0007 and\nline", "half \ud83d",
            "AnExtraordinarilyLongNameOfAPolicyThatNobodyWouldEverTypeByHandButAGeneratorDoes-With-Parts-And-Parts",
            "acks every 60 s, timeout 20 s, resume 5 min, whitespace every 30 s, kernel keepalive after 60 s"];
        Key key = new("policy 电话", [.. words.Select((w, i) => new KeyEntry(w, Colours[i % 7], (Symbol)(i % 7)))]);
        return Chart("A title of 电话 and 📱 that is much too long for one line, so that it has to be broken into two",
            [new("panel 电话", new("time (s) 电话", 0, 10), Axis.Rows("clients 📱", words),
                [
                    new Marks(key, [.. words.Select((w, i) => new Mark(i + 1, i + 0.5, w))], 9),
                    new Labels([.. words.Take(6).Select((w, i) => new Label(i + 1.4, i + 0.5, w, Anchor.Start))]),
                ])]) with { Keys = [key] };
    }

    /// <summary>No panel, no key.</summary>
    public static Chart Bare() => Chart("Nothing", []);

    private static Chart Chart(string title, IReadOnlyList<Panel> panels) => new()
    {
        Title = title, Subtitle = Subtitle, Description = title, Panels = panels,
    };

    private static IReadOnlyList<Tick> Times(double longest) =>
    [
        .. new (double Seconds, string Text)[]
        {
            (1, "1 s"), (2, "2 s"), (5, "5 s"), (10, "10 s"), (20, "20 s"), (30, "30 s"), (60, "1 min"),
            (120, "2 min"), (300, "5 min"), (600, "10 min"), (1200, "20 min"), (1800, "30 min"), (3600, "1 h"),
            (7200, "2 h"),
        }.Where(t => t.Seconds <= longest).Select(t => new Tick(t.Seconds, t.Text)),
    ];
}
