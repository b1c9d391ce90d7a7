using System.Globalization;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Bench;

/// <summary>What keepalives draw, in runs of the whole lab: rows V3, V4 and V12.</summary>
internal static class EnergyRows
{
    private const double Volts = 3.7;

    public static IEnumerable<Comparison> All() =>
    [
        One("Huang et al., MobiSys 2012, second-hand", "lte", 12.6), One("ARO, lte.conf", "lte-aro", 11.1),
        Table("3G", "umts-2007", 0.03, [(20, 34), (40, 24), (150, 16), (300, 14)], 6.1),
        Table("2G", "gsm-2007", 0.06, [(20, 29), (40, 16), (150, 9.1), (300, 7.3)], 5.2),
        BatteryLife(),
    ];

    /// <summary>A whitespace keepalive every 10 min, each alone: all but rest.</summary>
    private static Comparison One(string source, string preset, double published)
    {
        double joules = Watts(preset, 600, withRest: false) * 600;
        double off = joules / published - 1;
        return new("V3", source, Text($"{published} J for an isolated keepalive"), Text($"{joules:0.00} J"),
            Text($"{off:+0.0 %;-0.0 %}"), Math.Abs(off) <= 0.01 ? Outcome.Reproduced : Outcome.NotReproduced,
            "the answer after 70 ms included; a capture for ARO's own state machine waits");
    }

    private static Comparison Table(
        string what, string preset, double within, (int Seconds, double Published)[] table, double never)
    {
        double[] lab = [.. table.Select(t => Watts(preset, t.Seconds) / Volts * 1000)];
        double silent = Watts(preset, null) / Volts * 1000;
        double worst = table.Zip(lab, (t, l) => Math.Abs(l / t.Published - 1)).Max(), off = silent / never - 1;
        return new("V4", $"Haverinen et al., VTC Spring 2007, {what}",
            Text($"{string.Join(" / ", table.Select(t => t.Published))} mA every 20 / 40 / 150 / 300 s, {never} never"),
            Text($"{string.Join(" / ", lab.Select(l => $"{l:0.0}"))} mA, {silent:0.0}"),
            Text($"{worst:0.0 %} at most, never {off:+0.0 %;-0.0 %}"),
            worst <= within && Math.Abs(off) <= 0.1 ? Outcome.Reproduced : Outcome.NotReproduced,
            "the states were fitted to this table");
    }

    /// <summary>UDP keepalives every 30 and 180 s against TCP ones every 30 and 60 min, of the radio alone.</summary>
    private static Comparison BatteryLife()
    {
        (string Name, string Preset)[] kinds = [("3G", "umts-2007"), ("2G", "gsm-2007"), ("Wi-Fi", "wifi")];
        double[] most = [.. kinds.Select(k => Watts(k.Preset, 30) / Watts(k.Preset, 3600))];
        double[] least = [.. kinds.Select(k => Watts(k.Preset, 180) / Watts(k.Preset, 1800))];
        bool ordered = Enumerable.Range(0, 2).All(k => most[k] > most[2] && least[k] > least[2]);
        bool inside = most.Concat(least).Where((_, i) => i % 3 < 2).All(m => m is >= 2 and <= 7) && most[0] > most[1];
        return new("V12", "Eronen, NRC-TR-2008-002",
            "battery life by TCP instead of UDP keepalives x 2 to 7 on 2G and 3G, Wi-Fi does not matter",
            string.Join(", ", kinds.Select((k, i) => Text($"{k.Name} x {least[i]:0.0} to {most[i]:0.0}"))), "",
            ordered && inside ? Outcome.Reproduced : ordered ? Outcome.OrderingOnly : Outcome.NotReproduced,
            "180 s against 30 min, and 30 s against 60 min, of what the radio alone draws; on 3G that phone rests in "
                + "PCH up to 10 min after each, which costs TCP's keepalives, too");
    }

    /// <summary>What the radio of a phone draws that says something every so often, logging in not counted.</summary>
    private static double Watts(string preset, int? everySeconds, bool withRest = true)
    {
        Duration begin = Duration.FromHours(2), end = Duration.FromHours(26);
        var policy = new Policy
        {
            Whitespace = everySeconds is { } s ? new WhitespacePolicy { Every = Duration.FromSeconds(s) } : null,
        };
        RunResult run = Simulation.Run(new RunSpec
        {
            ScenarioName = "validate", Seed = 1,
            Scenario = new Scenario
            {
                Topology = "validate", Duration = end,
                Expect =
                [
                    new Expectation { Metric = "energy.radio", From = begin, To = end },
                    new Expectation { Metric = "energy.rest", From = begin, To = end },
                ],
            },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = new()
                    {
                        Server = "example.org", Policy = new PolicyChoice(null, policy),
                        Link = new LinkProfile
                        {
                            Delay = Duration.FromMilliseconds(35), Radio = new RadioChoice(null, Presets.Radio(preset)),
                        },
                    },
                },
            },
        }, RunOptions.Default)!;
        var day = new Scope(null, begin, end);
        return (run.Value("energy.radio", day) - (withRest ? 0 : run.Value("energy.rest", day))) / 3600;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
