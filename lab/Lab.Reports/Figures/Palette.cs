using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// Colours that people with any common kind of colour vision can tell apart: Okabe and Ito's set (2008) without its
/// black and yellow, which vanish on a dark or on a white page. A value keeps its colour in all figures of a report;
/// after seven values the colours come again with broken lines and other symbols.
/// </summary>
internal static class Palette
{
    private static readonly string[] Colours =
        ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#808080"];
    private static readonly Dash[] Dashes = [Dash.Solid, Dash.Long, Dash.Short, Dash.Mixed];
    private static readonly Symbol[] Symbols =
    [
        Symbol.Circle, Symbol.Square, Symbol.TriangleUp, Symbol.Diamond, Symbol.Cross, Symbol.TriangleDown,
        Symbol.TriangleRight,
    ];

    /// <summary>What bytes are spent on: XMPP and TLS in Paul Tol's "muted" set, TCP in greys, save what was sent
    /// twice.</summary>
    private static readonly (string Cause, string Colour)[] CauseColours =
    [
        ("payload", "#DDCC77"), ("presence", "#88CCEE"), ("login", "#332288"), ("ping", "#44AA99"), ("acks", "#AA4499"),
        ("whitespace", "#999933"),
        ("negotiation", "#CC6677"), ("closing", "#882255"), ("tls handshake", "#117733"), ("tcp handshake", "#5c5c5c"),
        ("tcp acks", "#8c8c8c"), ("tcp probes", "#b4b4b4"), ("tcp teardown", "#d2d2d2"), ("retransmission", "#EE7733"),
        ("other programs", "#4477AA"), ("rest", "#e8e8e8"),
    ];

    private static readonly (LaneState State, string Colour)[] StateColours =
    [
        (LaneState.Online, "#0072B2"), (LaneState.Connecting, "#E69F00"), (LaneState.Hibernating, "#56B4E9"),
        (LaneState.Offline, "#A6A6A6"),
    ];

    private static readonly Symbol[] FamilySymbols =
        [Symbol.Circle, Symbol.Square, Symbol.Diamond, Symbol.TriangleUp, Symbol.TriangleDown, Symbol.Cross];

    private static readonly string[] Strangers = ["#6699CC", "#997700", "#994455", "#004488"];

    /// <summary>What is shown by colour, which readers may pick.</summary>
    public static Key Policies(Study study) => new(study.ColourName,
        [.. study.Coloured.Select((p, i) => new KeyEntry(p, Colours[i % Colours.Length], Symbols[i % Symbols.Length],
            Dashes[i / Colours.Length % Dashes.Length])).Where(e => study.Policies.Contains(e.Word))], CanPick: true);

    /// <summary>The same where it tells anything apart: to be shown above the panels.</summary>
    public static IReadOnlyList<Key> Shown(Study study, Key policies) => study.ColourField is null ? [] : [policies];

    /// <summary>What a connection was taken for, of those states that are there.</summary>
    public static Key States(string title, IEnumerable<LaneState> present) => new(title,
        [.. StateColours.IntersectBy(present, s => s.State).Select(s => new KeyEntry(Words.Of(s.State), s.Colour))]);

    /// <summary>Faults in the order of their kinds; a kind has the same colour in all reports.</summary>
    public static Key Faults(string title, IEnumerable<FaultBand> present, double opacity = 1) => new(title,
        [.. present.Select(f => f.Kind).Distinct().OrderBy(FaultKinds.Place)
            .Select(k => new KeyEntry(k.Word, k.Colour, Opacity: opacity))]);

    /// <summary>A symbol for each way of giving up, the same in all figures.</summary>
    public static Key Families(IEnumerable<LaneMark> present)
    {
        HashSet<string> there = [.. present.Select(m => Words.Family(m.Mechanism))];
        return new("given up by", [.. Words.Families.Select((f, i) => new KeyEntry(f, Symbol: FamilySymbols[i]))
            .Where(e => there.Contains(e.Word))]);
    }

    /// <summary>An outline for each verdict; the wrong one stands out.</summary>
    public static Key Verdicts(string title, string right, string wrong) =>
        new(title, [new(right), new(wrong, "#EE1111")]);

    /// <summary>Causes in a fixed order, those nobody foresaw last; a cause has the same colour in all
    /// reports.</summary>
    public static Key Causes(IEnumerable<string> present)
    {
        string[] all = [.. present.Distinct()];
        IEnumerable<string> strangers = all.Where(p => CauseColours.All(c => c.Cause != p)).Order(
            StringComparer.Ordinal);
        return new("cause", [.. CauseColours.Where(c => all.Contains(c.Cause)).Select(c => new KeyEntry(c.Cause,
            c.Colour)), .. strangers.Select((cause, i) => new KeyEntry(cause, Strangers[i % Strangers.Length]))]);
    }
}
