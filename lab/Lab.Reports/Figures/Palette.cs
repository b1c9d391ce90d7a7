using System.Text.Json.Nodes;
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
    private static readonly double[][] Dashes = [[1, 0], [7, 3], [2, 2], [9, 3, 2, 3]];
    private static readonly string[] Shapes =
        ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right"];

    /// <summary>What bytes are spent on: XMPP and TLS in Paul Tol's "muted" set, TCP in greys, save what was sent
    /// twice.</summary>
    private static readonly (string Cause, string Colour)[] Causes =
    [
        ("payload", "#DDCC77"), ("presence", "#88CCEE"), ("ping", "#44AA99"), ("acks", "#AA4499"),
        ("whitespace", "#999933"),
        ("negotiation", "#CC6677"), ("closing", "#882255"), ("tls handshake", "#117733"), ("tcp handshake", "#5c5c5c"),
        ("tcp acks", "#8c8c8c"), ("tcp probes", "#b4b4b4"), ("tcp teardown", "#d2d2d2"), ("retransmission", "#EE7733"),
    ];

    private static readonly string[] Strangers = ["#6699CC", "#997700", "#994455", "#004488"];

    public static JsonObject PolicyColour(Study study) =>
        Policy(study, Domain(study, i => Colours[i % Colours.Length]));

    public static JsonObject PolicyShape(Study study) => Policy(study, Domain(study, i => Shapes[i % Shapes.Length]));

    public static JsonObject PolicyDash(Study study) =>
        Policy(study, Domain(study, i => VegaLite.Numbers(Dashes[i / Colours.Length % Dashes.Length])));

    public static IReadOnlyList<(string Word, string Colour)> States { get; } =
    [
        (Words.Of(LaneState.Online), "#0072B2"), (Words.Of(LaneState.Connecting), "#E69F00"),
        (Words.Of(LaneState.Hibernating), "#56B4E9"), (Words.Of(LaneState.Offline), "#A6A6A6"),
    ];

    /// <summary>Causes in a fixed order, those nobody foresaw last; a cause has the same colour in all
    /// reports.</summary>
    public static IReadOnlyList<(string Cause, string Colour)> CauseColours(IEnumerable<string> present)
    {
        string[] all = [.. present.Distinct()];
        IEnumerable<string> strangers = all.Where(p => Causes.All(c => c.Cause != p)).Order(StringComparer.Ordinal);
        return [.. Causes.Where(c => all.Contains(c.Cause)),
            .. strangers.Select((cause, i) => (cause, Strangers[i % Strangers.Length]))];
    }

    public static JsonObject Scale(IEnumerable<(string Word, string Colour)> entries) => new()
    {
        ["domain"] = VegaLite.Strings(entries.Select(e => e.Word)),
            ["range"] = VegaLite.Strings(entries.Select(e => e.Colour)),
    };

    private static JsonObject Domain(Study study, Func<int, JsonNode> entry) => new()
    {
        ["domain"] = VegaLite.Strings(study.Policies),
        ["range"] = new JsonArray([.. study.Policies.Select((_, i) => entry(i))]),
    };

    private static JsonObject Policy(Study study, JsonObject scale)
    {
        JsonObject channel = VegaLite.Name("policy", study.ColourName);
        channel["scale"] = scale;
        if (study.ColourField is null) channel["legend"] = null;
        return channel;
    }
}
