using Lab.Experiments;
using Lab.Network;
using Lab.Reports;
using Lab.Xmpp;

namespace Lab.Tests;

public sealed class FigureTests
{
    [Fact]
    public void No_two_causes_have_one_colour()
    {
        IEnumerable<CauseEnergy> all = Causes.Table(Enumerable.Repeat(1.0, EnergyBook.Accounts).ToArray());
        IReadOnlyList<KeyEntry> entries = Palette.Causes(all.Select(c => c.Cause)).Entries;
        Assert.Equal(EnergyBook.Accounts, entries.Select(e => e.Colour).Distinct().Count());
    }

    [Fact]
    public void The_bytes_figure_of_a_small_sweep_is_this_chart()
    {
        SweepResult sweep = Sweeps.DeadLink(2, ["ping", "acks"]);
        sweep = sweep with
        {
            Runs = [.. sweep.Runs
                .Select(r => r with { Costs = [new("negotiation", 10, 2048),
                    new("payload", 20, r.Spec.Label == "ping" ? 6144 : 4096)] })],
        };

        Golden.AssertSame("reports/bytes-figure.txt", ChartText.Of(SpendingFigure.Bytes(new Study(sweep)).Chart!));
    }

    [Fact]
    public void A_policy_has_the_same_colour_in_every_figure()
    {
        Key[] policies = [.. Charts(Sweeps.Storm(60)).SelectMany(c => c.Keys).Where(k => k.Title == "policy")];

        Assert.Equal(3, policies.Length);
        Assert.All(policies, k => Assert.Equal(
            [("at-once", "#0072B2"), ("fixed", "#D55E00"), ("jittered", "#009E73")],
            k.Entries.Select(e => (e.Word, e.Colour!))));
    }

    [Theory]
    [InlineData("ping", "acks")]
    [InlineData("ping")]
    public void A_policy_keeps_its_colour_whatever_part_of_the_sweep_is_shown(params string[] policies)
    {
        SweepResult whole = Sweeps.DeadLink(3);
        Dictionary<string, KeyEntry> all = Palette.Policies(new Study(whole)).Entries.ToDictionary(e => e.Word);
        SweepResult part = whole with { Runs = [.. whole.Runs.Where(r => policies.Contains(r.Spec.Label))] };

        Key[] keys = [.. AllFigures.Of(new Study(part, whole)).Where(f => f.Chart is not null)
            .SelectMany(f => f.Chart!.Keys).Where(k => k.Title == "policy")];

        Assert.NotEmpty(keys);
        Assert.All(keys, k => Assert.Equal(policies.Select(p => (p, all[p].Colour, all[p].Symbol)),
            k.Entries.Select(e => (e.Word, e.Colour, e.Symbol))));
    }

    [Fact]
    public void A_picture_shows_the_first_variants_and_says_how_many_more_there_are()
    {
        Chart lanes = LanesFigure.Of(new Study(Sweeps.ManyPolicies())).Chart!;

        Chart picture = lanes.Shortened();

        Assert.Equal((14, 8), (lanes.Panels.Count, picture.Panels.Count));
        Assert.Equal(lanes.Panels.Take(8), picture.Panels);
        Assert.EndsWith(
            " · the first 8 of 14 panels (others: report.html, lab plot --where)",
            picture.Subtitle);
        Assert.Same(picture, picture.Shortened());
        Assert.True(Height(lanes) < Height(picture) * 1.2, "the file has all panels");

        static int Height(Chart chart) => SkiaSharp.SKBitmap.DecodeBounds(
            FigureFiles.Draw(new("lanes", "", "", chart), new Paper()).Png).Height;
    }

    [Fact]
    public void Fourteen_policies_can_be_told_apart_by_colour_and_line()
    {
        Key key = Assert.Single(DetectionFigure.Of(new Study(Sweeps.ManyPolicies())).Chart!.Keys);

        Assert.Equal(14, key.Entries.Select(e => (e.Colour, e.Dash)).Distinct().Count());
    }

    [Fact]
    public void Every_figure_names_scenario_network_seeds_and_fidelity()
    {
        foreach (SweepResult sweep in (SweepResult[])[Sweeps.Storm(60), Sweeps.DeadLink(3)])
        {
            Figure[] drawn = [.. AllFigures.Of(new Study(sweep)).Where(f => f.Chart is not null)];
            Assert.InRange(drawn.Length, 5, 6);
            Assert.All(drawn, f => Assert.Matches(
                $"^{sweep.ScenarioName} · simulated network \\(faults modelled\\) · seeds? 1",
                f.Chart!.Subtitle));
        }
    }

    [Fact]
    public void What_cannot_be_drawn_is_said_in_a_sentence()
    {
        foreach (SweepResult sweep in (SweepResult[])[Sweeps.Quiet(), Sweeps.AllNaN(),
            Sweeps.DeadLink(1) with { Runs = [] }])
            Assert.All(AllFigures.Of(new Study(sweep)), f =>
            {
                Assert.Null(f.Chart);
                Assert.EndsWith(".", f.Caption);
            });
    }

    [Fact]
    public void The_curve_of_detection_ends_below_one_and_says_how_many_ended_unnoticed()
    {
        SweepResult sweep = Sweeps.DeadLink(20, ["nothing"]);
        Incidence client = new Study(sweep).Variants[0].Times(Side.Client);
        Panel panel = DetectionFigure.Of(new Study(sweep)).Chart!.Panels.Single(p => p.Title == "client side");

        Assert.True(client.Unnoticed > 0 && client.Unnoticed < client.Count);
        Assert.Equal(client.Steps[^1].Share,
            Assert.Single(panel.Layers.OfType<Lines>().Single().Items).Points.Max(p => p.Y));
        Assert.Equal([$"all runs: {client.Unnoticed} of {client.Count} ended unnoticed"],
            panel.Layers.OfType<Labels>().Single().Items.Select(l => l.Text));
    }

    [Fact]
    public void Two_varied_fields_make_colours_and_panels()
    {
        Study study = new(Sweeps.TwoDimensions());

        Assert.Equal(["nothing", "spaces", "ping", "acks"], study.Policies);
        Assert.Equal(["delay 35ms", "delay 200ms", "delay 2s"], study.Panels);
        Assert.Equal(study.Panels, DelayFigure.Of(study).Chart!.Panels.Select(p => p.Title));
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
            detection.Chart!.Panels.Select(p => p.Title));
        Assert.Equal(["ping", "acks"],
            detection.Chart.Panels[1].Layers.OfType<Lines>().Single().Items.Select(l => l.Word));
        Assert.EndsWith("Not drawn, because the network cannot show it: client side: nothing, proxied; spaces, " +
            "proxied; kernel, proxied.", detection.Caption);
        Assert.StartsWith(
            "dead-link · simulated network (faults modelled), proxied network (faults approximate) · seeds 1",
            detection.Chart.Subtitle);
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

    private static IEnumerable<Chart> Charts(SweepResult sweep) =>
        AllFigures.Of(new Study(sweep)).Select(f => f.Chart).OfType<Chart>();

    [Fact]
    public void Every_description_names_every_policy_in_sentences()
    {
        foreach ((SweepResult sweep, string[] policies) in ((SweepResult, string[])[])[
            (Sweeps.Storm(60), ["at-once", "fixed", "jittered"]),
            (Sweeps.DeadLink(3), ["nothing", "spaces", "ping", "acks", "kernel"])])
            foreach (Chart chart in Charts(sweep))
            {
                Assert.EndsWith(".", chart.Description);
                Assert.All(policies, policy => Assert.Contains(policy, chart.Description));
            }
    }

    [Fact]
    public void The_description_of_curves_tells_where_each_ends()
    {
        Study study = new(Sweeps.DeadLink(20, ["nothing", "ping"]));
        string Share(int variant) => Units.Format(study.Variants[variant].Times(Side.Client).Steps[^1].Share,
            Unit.Share);

        Assert.Contains($"client side: nothing ends at {Share(0)}, ping ends at {Share(1)}; server side: nothing",
            DetectionFigure.Of(study).Chart!.Description);
    }

    [Fact]
    public void Streams_between_servers_are_drawn_with_truth_beside_belief_and_blame_where_it_landed()
    {
        Assert.Null(StreamsFigure.Of(new Study(Sweeps.DeadLink(2))));
        SweepResult sweep = Sweeps.DeadLink(1, ["ping"]);
        Instant At(int seconds) => Instant.Zero + Duration.FromSeconds(seconds);
        var streams = new FederationResult(
            ["a.org->b.org#0", "a.org->b.org#1", "b.org->a.org#0"],
            [
                new(0, Side.Client, LaneState.Offline, At(0), At(900)),
                new(1, Side.Client, LaneState.Online, At(0), At(900)),
            ],
            [
                new(1, Side.Client, Mechanism.PingTimeout, Claim.Dead, true, At(700)),
                new(2, Side.Server, Mechanism.TcpRetransmissionLimit, Claim.Dead, false, At(800)),
                new(2, Side.Client, Mechanism.Fin, Claim.None, false, At(801)),
            ],
            [new(2, FaultKinds.Cut, At(600), At(1200))], []);
        sweep = sweep with { Runs = [.. sweep.Runs.Select(r => r with
        {
            Streams = streams,
            Spec = r.Spec with { Topology = r.Spec.Topology with { S2s = [new() { Between = ["a", "b"] }] } },
        })] };

        Figure figure = StreamsFigure.Of(new Study(sweep))!;
        Panel panel = Assert.Single(figure.Chart!.Panels);
        Layer[] layers = [.. panel.Layers];

        Assert.Equal(["a->b#1", "b->a#0"], panel.Y.Ticks!.Select(t => t.Text));
        Assert.Contains("Places that were not held for long enough to be seen, and that no fault met, are left out.", figure.Caption);
        Assert.EndsWith("Names of servers stand without their end, .org.", figure.Caption);
        // belief is drawn in the upper half, truth in the lower one
        Assert.Equal(("online", 0, 0.06, 0.5), Assert.Single(((Boxes)layers[0]).Items) is var lane
            ? (lane.Word, lane.X1, lane.Y1, lane.Y2) : default);
        Assert.Equal(("cut", 10, 1.5, 1.94), Assert.Single(((Boxes)layers[1]).Items) is var fault
            ? (fault.Word, fault.X1, fault.Y1, fault.Y2) : default);
        Assert.Equal([(0.28, "blamed wrongly", "a"), (1.28, "right", "a")], ((Marks)layers[2]).Items
            .Select(m => (m.Y, m.Outline!, m.Hover!.Lines.Single(l => l.Name == "given up by").Text)));
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

        Panel panel = Assert.Single(HandshakeFigure.Of(new Study(grid))!.Chart!.Panels);

        Assert.Equal(12, panel.Layers.OfType<Boxes>().Single().Items.Select(b => (b.X1, b.Y1)).Distinct().Count());
        Assert.All(panel.Layers.OfType<Labels>().Single().Items, l => Assert.StartsWith("12 /h, ", l.Text));
    }

    [Fact]
    public void Lanes_of_other_seeds_have_the_same_panels_and_keys()
    {
        Figure figure = LanesFigure.Of(new Study(Sweeps.DeadLink(20)));

        Assert.Equal(Enumerable.Range(2, 19).Select(n => $"seed {n}"), figure.Others.Select(o => o.Name));
        Assert.All(figure.Others, o =>
        {
            Assert.Equal(figure.Chart!.Panels.Select(p => p.Title), o.Chart.Panels.Select(p => p.Title));
            Assert.Equal(figure.Chart.Keys, o.Chart.Keys);
            Assert.Contains($"· {o.Name}", o.Chart.Subtitle);
        });
    }

    [Fact]
    public void A_month_of_twenty_clients_that_try_again_every_few_seconds_stays_small()
    {
        SweepResult month = Sweeps.Month(clients: 20, variants: 6);

        Figure[] figures = [.. AllFigures.Of(new Study(month))];
        int bytes = figures.Where(f => f.Chart is not null)
            .Sum(f => VegaSpec.Of(f.Chart!, f.Others).ToJsonString().Length);

        Assert.InRange(bytes, 1, 2 << 20);
        Figure lanes = figures.Single(f => f.Name == "lanes");
        Assert.InRange(lanes.Chart!.Panels.SelectMany(p => p.Layers).OfType<Boxes>().Sum(b => b.Items.Count),
            100, 7000);
        Assert.Contains(" is joined with what is beside it", lanes.Caption);
    }

    [Fact]
    public void Curves_that_cover_each_other_are_named_and_panels_of_nothing_are_a_sentence()
    {
        SweepResult sweep = Sweeps.DeadLink(4, ["one", "two"]);
        RunResult first = sweep.Runs[0];
        sweep = sweep with { Runs = [.. sweep.Runs.Select(r => r with
        {
            Incidents = [.. first.Incidents.Select(i => i with
            {
                Detected = i.Side == Side.Client, Outlived = i.Side == Side.Server,
            })],
        })] };

        Figure figure = DetectionFigure.Of(new Study(sweep));

        Assert.Equal(["client side"], figure.Chart!.Panels.Select(p => p.Title));
        Assert.Contains("so that the others show through: one, two.", figure.Caption);
        Assert.Contains("Not drawn, for nobody noticed anything: server side.", figure.Caption);
        Assert.Contains("server side: one ends at 0", figure.Chart.Description);
    }

    [Fact]
    public void A_mark_leads_to_the_story_of_its_client_and_time()
    {
        SweepResult sweep = Sweeps.DeadLink(1, ["ping"]);
        LaneMark mark = sweep.Runs[0].Marks[0];
        Experiments.Story story = new()
        {
            Path = mark.Client, Name = "phone", Title = "cut", Began = mark.At - Duration.FromSeconds(40),
            Until = mark.At, Lines = [],
        };
        sweep = sweep with { Runs = [sweep.Runs[0] with { Stories = [story] }] };

        Mark[] marks = [.. LanesFigure.Of(new Study(sweep)).Chart!.Panels[0].Layers.OfType<Marks>().Single().Items];

        Assert.Equal($"incident-1-1-{story.Id}", marks.First(m => m.Hover!.Lines[^1].Text
            == Units.Format(mark.At.TotalSeconds, Unit.Seconds)).Link);
        Assert.Null(marks[^1].Link);
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
