using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Experiments;
using Lab.Network;
using Lab.Reports;
using Lab.Xmpp;

namespace Lab.Tests;

public sealed class FigureTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public void The_bytes_figure_of_a_small_sweep_is_this_specification()
    {
        SweepResult sweep = Sweeps.DeadLink(2, ["ping", "acks"]);
        sweep = sweep with
        {
            Runs = [.. sweep.Runs
                .Select(r => r with { Costs = [new("negotiation", 10, 2048),
                    new("payload", 20, r.Spec.Label == "ping" ? 6144 : 4096)] })],
        };

        string spec = BytesFigure.Of(new Study(sweep)).Spec!.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";

        Golden.AssertSame("reports/bytes-figure.json", spec);
    }

    [Fact]
    public void A_policy_has_the_same_colour_in_every_figure()
    {
        foreach (Figure figure in AllFigures.Of(new Study(Sweeps.Storm(60))).Where(f => f.Spec is not null))
            foreach (JsonObject channel in Channels(figure.Spec!, "color")
                .Where(c => c["field"]!.GetValue<string>() == "policy"))
            {
                Assert.Equal("""["at-once","fixed","jittered"]""", channel["scale"]!["domain"]!.ToJsonString());
                Assert.Equal("""["#0072B2","#D55E00","#009E73"]""", channel["scale"]!["range"]!.ToJsonString());
            }
    }

    [Fact]
    public void Fourteen_policies_can_be_told_apart_by_colour_and_line()
    {
        JsonObject spec = DetectionFigure.Of(new Study(Sweeps.ManyPolicies())).Spec!;
        JsonArray colours = Channels(spec, "color").First()["scale"]!["range"]!.AsArray(),
            dashes = Channels(spec, "strokeDash").First()["scale"]!["range"]!.AsArray();

        Assert.Equal(14, colours.Zip(dashes, (c, d) => c!.ToJsonString() + d!.ToJsonString()).Distinct().Count());
    }

    [Fact]
    public void Every_figure_names_scenario_network_seeds_and_fidelity()
    {
        foreach (SweepResult sweep in (SweepResult[])[Sweeps.Storm(60), Sweeps.DeadLink(3)])
        {
            Figure[] drawn = [.. AllFigures.Of(new Study(sweep)).Where(f => f.Spec is not null)];
            Assert.InRange(drawn.Length, 5, 6);
            Assert.All(drawn, f => Assert.Matches(
                $"^{sweep.ScenarioName} · simulated network \\(faults modelled\\) · seeds? 1",
                f.Spec!["title"]!["subtitle"]!.GetValue<string>()));
        }
    }

    [Fact]
    public void What_cannot_be_drawn_is_said_in_a_sentence()
    {
        foreach (SweepResult sweep in (SweepResult[])[Sweeps.Quiet(), Sweeps.AllNaN(),
            Sweeps.DeadLink(1) with { Runs = [] }])
            Assert.All(AllFigures.Of(new Study(sweep)), f =>
            {
                Assert.Null(f.Spec);
                Assert.EndsWith(".", f.Caption);
            });
    }

    [Fact]
    public void The_curve_of_detection_ends_below_one_and_says_how_many_ended_unnoticed()
    {
        SweepResult sweep = Sweeps.DeadLink(20, ["nothing"]);
        Incidence client = new Study(sweep).Variants[0].Times(Side.Client);
        JsonObject[] rows = [.. Rows(DetectionFigure.Of(new Study(sweep)).Spec!)
            .Where(r => Text(r, "panel") == "client side")];

        Assert.True(client.Unnoticed > 0 && client.Unnoticed < client.Count);
        Assert.Equal(client.Steps[^1].Share,
            rows.Where(r => Text(r, "kind") == "step").Max(r => r["y"]!.GetValue<double>()), 4);
        Assert.Equal([$"all runs: {client.Unnoticed} of {client.Count} ended unnoticed"],
            rows.Where(r => Text(r, "kind") == "label").Select(r => Text(r, "text")));
    }

    [Fact]
    public void Two_varied_fields_make_colours_and_panels()
    {
        Study study = new(Sweeps.TwoDimensions());

        Assert.Equal(["nothing", "spaces", "ping", "acks"], study.Policies);
        Assert.Equal(["delay 35ms", "delay 200ms", "delay 2s"], study.Panels);
        Assert.Equal(["delay 35ms", "delay 200ms", "delay 2s"], DelayFigure.Of(study).Spec!["facet"]!["sort"]!.AsArray()
            .Select(p => p!.GetValue<string>()));
    }

    [Fact]
    public void Networks_are_panels_and_policies_keep_their_colours_and_what_cannot_be_shown_is_not_drawn()
    {
        Study study = new(Sweeps.TwoNetworks());
        Figure detection = DetectionFigure.Of(study);

        Assert.Equal(["nothing", "spaces", "ping", "acks", "kernel"], study.Policies);
        Assert.Equal(["simulated", "proxied"], study.Panels);
        Assert.Equal(
            ["client side, simulated", "client side, proxied", "server side, simulated", "server side, proxied"],
            detection.Spec!["facet"]!["sort"]!.AsArray().Select(p => p!.GetValue<string>()));
        Assert.Equal(["acks", "ping"], Rows(detection.Spec!).Where(r => Text(r, "panel") == "client side, proxied")
            .Select(r => Text(r, "policy")).Distinct().Order());
        Assert.EndsWith("Not drawn, because the network cannot show it: client side: nothing, proxied; spaces, " +
            "proxied; kernel, proxied.", detection.Caption);
        Assert.StartsWith(
            "dead-link · simulated network (faults modelled), proxied network (faults approximate) · seeds 1",
            detection.Spec!["title"]!["subtitle"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(new double[] { 20, 75, 90 }, false, 0)]
    [InlineData(new double[] { 0.07, 0.1, 700 }, true, 0.05)]
    [InlineData(new double[] { 0, 0, 10 }, false, 0)]
    [InlineData(new double[] { }, false, 0)]
    public void A_time_axis_is_logarithmic_only_where_the_span_asks_for_it(double[] seconds, bool logarithmic,
        double from)
    {
        TimeAxis axis = new(seconds);

        Assert.Equal(logarithmic, axis.Logarithmic);
        Assert.Equal(from, axis.Shortest);
    }

    [Fact]
    public void Node_draws_every_figure_or_one_sentence_says_why_not()
    {
        IReadOnlyList<Figure> figures = AllFigures.Of(new Study(Sweeps.Storm(60)));

        SvgOutcome absent = SvgDrawing.Draw(figures, "no-such-program-as-this");
        Assert.Empty(absent.Svgs);
        Assert.StartsWith("figures/*.svg are not drawn: Node.js was not found (no-such-program-as-this)",
            absent.Problem);

        SvgOutcome drawn = SvgDrawing.Draw(figures, "node");
        if (drawn.Problem is { } problem) Assert.StartsWith("figures/*.svg are not drawn: Node.js was not found",
            problem);
        else
            Assert.All(drawn.Svgs, s =>
            {
                Assert.StartsWith("<svg xmlns=", s.Svg);
                Assert.DoesNotContain("NaN", s.Svg);
            });
    }

    private static IEnumerable<JsonObject> Rows(JsonObject spec) =>
        spec["data"]!["values"]!.AsArray().Select(r => r!.AsObject());

    private static string Text(JsonObject row, string field) => row[field]?.GetValue<string>() ?? "";

    private static IEnumerable<JsonObject> Channels(JsonObject spec, string channel) =>
        (spec["spec"] ?? spec)["layer"]!.AsArray().Select(l => l!["encoding"]![channel]).OfType<JsonObject>();

    [Fact]
    public void Streams_between_servers_are_drawn_with_truth_beside_belief_and_blame_where_it_landed()
    {
        Assert.Null(StreamsFigure.Of(new Study(Sweeps.DeadLink(2))));
        SweepResult sweep = Sweeps.DeadLink(1, ["ping"]);
        Instant At(int seconds) => Instant.Zero + Duration.FromSeconds(seconds);
        var streams = new FederationResult(
            ["a->b#0", "b->a#0"], [new(0, Side.Client, LaneState.Online, At(0), At(900))],
            [
                new(0, Side.Client, Mechanism.PingTimeout, Claim.Dead, true, At(700)),
                new(1, Side.Server, Mechanism.TcpRetransmissionLimit, Claim.Dead, false, At(800)),
                new(1, Side.Client, Mechanism.Fin, Claim.None, false, At(801)),
            ],
            [new(1, FaultKinds.Cut, At(600), At(1200))], []);
        sweep = sweep with { Runs = [.. sweep.Runs.Select(r => r with
        {
            Streams = streams,
            Spec = r.Spec with { Topology = r.Spec.Topology with { S2s = [new() { Between = ["a", "b"] }] } },
        })] };

        JsonArray rows = StreamsFigure.Of(new Study(sweep))!.Spec!["data"]!["values"]!.AsArray();

        Assert.Equal(
            ["lane a->b#0 belief", "fault b->a#0 truth", "mark a->b#0 belief", "mark b->a#0 belief"],
            rows.Select(r => $"{r!["kind"]} {r["row"]} {r["part"]}"));
        Assert.Equal(["blamed wrongly by a", "right by a"],
            rows.Where(r => $"{r!["kind"]}" == "mark").Select(r => $"{r!["verdict"]} by {r["by"]}"));
    }

    [Fact]
    public void Handshakes_between_servers_fill_a_cell_per_pair_of_values()
    {
        SweepResult grid = Sweeps.TwoDimensions();
        Assert.Null(HandshakeFigure.Of(new Study(grid)));
        grid = grid with { Runs = [.. grid.Runs.Select(r => r with
        {
            Streams = new FederationResult([], [], [], [], []),
            Measures = [.. r.Measures, new Measure("federation.handshakes", 12)],
        })] };

        JsonArray cells = HandshakeFigure.Of(new Study(grid))!.Spec!["data"]!["values"]!.AsArray();

        Assert.Equal(12, cells.Select(c => $"{c!["x"]} {c["y"]}").Distinct().Count());
        Assert.All(cells, c => Assert.StartsWith("12 /h, ", $"{c!["text"]}"));
    }

    [Fact]
    public void Thinning_keeps_the_first_and_the_last()
    {
        IReadOnlyList<int> thin = Thinning.Of([.. Enumerable.Range(0, 10_000)], 250);

        Assert.Equal(250, thin.Count);
        Assert.Equal((0, 9999), (thin[0], thin[^1]));
        Assert.Equal(thin.Order().Distinct(), thin);
        Assert.Equal([1, 2, 3], Thinning.Of([1, 2, 3], 250));
    }
}
