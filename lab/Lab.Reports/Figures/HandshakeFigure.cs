using System.Text.Json.Nodes;
using Lab.Experiments;

namespace Lab.Reports;

/// <summary>
/// What streams between servers cost where two fields vary: a cell per pair of values, its colour the handshakes per
/// hour, its text these and the median delay of a message.
/// </summary>
internal static class HandshakeFigure
{
    private const string Name = "handshakes", Heading = "Handshakes between servers";
    private const int LeastValues = 3, RowPixels = 44;

    /// <summary>Null unless two fields have three values or more each, and servers talk to each other.</summary>
    public static Figure? Of(Study study)
    {
        if (study.PanelFields.Count != 1 || study.SeveralNetworks || study.Policies.Count < LeastValues
            || study.Panels.Count < LeastValues || study.Variants.Any(v => v.Runs[0].Streams is null)) return null;
        IEnumerable<JsonObject> data = study.Variants.Select(v =>
        {
            double Of(string metric) => v.Over(Catalogue.Find(metric)!).Value;
            double handshakes = Of("federation.handshakes"), delay = Of("messages.delay.p50");
            string perHour = Units.Format(handshakes, Unit.PerHour), wait = Units.Format(delay, Unit.Seconds);
            return new JsonObject
            {
                ["kind"] = "cell", ["x"] = v.Panel, ["y"] = v.Policy, ["handshakes"] = Math.Round(handshakes, 4),
                ["text"] = $"{perHour}, {wait}", ["dark"] = handshakes > 8, ["perHour"] = perHour, ["delay"] = wait,
            };
        });
        JsonObject Axis(string field, string? title, IReadOnlyList<string> order)
        {
            JsonObject axis = VegaLite.Name(field, title);
            axis["sort"] = VegaLite.Strings(order);
            axis["axis"] = new JsonObject { ["labelAngle"] = 0 };
            return axis;
        }
        JsonObject X() => Axis("x", null, study.Panels);
        JsonObject Y() => Axis("y", study.ColourName, study.Policies);
        Layout layout = new(1, 300, 60, 12, study.Policies.Count * RowPixels);
        JsonObject spec = VegaLite.Panels(study, Heading, null, [""], layout, data,
            VegaLite.Layer("cell", "rect", ("x", X()), ("y", Y()),
                ("color", VegaLite.Quantity("handshakes", "per hour", new JsonObject
                {
                    ["scheme"] = "blues", ["type"] = "symlog",
                })),
                ("tooltip", VegaLite.Tooltip(("y", study.ColourName), ("x", "where"), ("perHour", "handshakes"),
                    ("delay", "median delay")))),
            VegaLite.Layer("cell", "text", ("x", X()), ("y", Y()),
                ("text", new JsonObject { ["field"] = "text" }),
                ("color", new JsonObject
                {
                    ["condition"] = new JsonObject { ["test"] = "datum.dark", ["value"] = "white" },
                    ["value"] = "black",
                })));
        return new(Name, Heading,
            "Connections that servers opened to each other per hour, those that verify keys included: mean over " +
            "the seeds; and the median delay of their messages. The darker, the more handshakes.", spec);
    }
}
