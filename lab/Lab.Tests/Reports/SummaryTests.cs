using System.Text.Json;
using Lab.Experiments;
using Lab.Network;
using Lab.Reports;

namespace Lab.Tests;

public sealed class SummaryTests
{
    [Fact]
    public void A_summary_reads_back_as_it_was_written()
    {
        foreach (SweepResult sweep in (SweepResult[])[Sweeps.DeadLink(), Sweeps.TwoNetworks(3), Sweeps.TwoDimensions(),
            Sweeps.Partial(), Sweeps.Quiet(), Sweeps.AllNaN(), Sweeps.DeadLink(1) with { Runs = [] }])
        {
            var written = Summary.Of(sweep);
            foreach (bool indented in (bool[])[true, false])
            {
                string json = written.ToJson(indented);
                Assert.Equal(json, Summary.Read(json).ToJson(indented));
                Assert.Equal(indented, json.Contains('\n'));
            }
        }
    }

    [Fact]
    public void A_summary_says_what_who_when_and_how_it_came_out()
    {
        SweepResult sweep = Sweeps.DeadLink();
        JsonElement json = Parsed(sweep);

        Assert.Equal(Summary.CurrentSchema, json.GetProperty("schema").GetInt32());
        Assert.Equal("0.1.0", json.GetProperty("lab").GetProperty("version").GetString());
        Assert.Equal("d34b32f9a6795350d096511dc3c37db3d1792f74",
            json.GetProperty("lab").GetProperty("commit").GetString());
        Assert.Equal("2026-11-22T17:05:33Z", json.GetProperty("date").GetString());
        Assert.Equal("dead-link", json.GetProperty("scenario").GetString());
        Assert.Equal(sweep.Scenario.Description, json.GetProperty("description").GetString());
        Assert.Equal("fail", json.GetProperty("verdict").GetString());
        Assert.Equal(Answer.Of(new Study(sweep)).Sentence, json.GetProperty("answer").GetString());
        Assert.Equal(sweep.Command, json.GetProperty("command").GetString());
        Assert.Equal((100, 100), (json.GetProperty("runs").GetInt32(), json.GetProperty("planned").GetInt32()));
        Assert.Equal(20, json.GetProperty("seeds").GetArrayLength());
        Assert.Equal("simulated", json.GetProperty("networks")[0].GetString());
        Assert.Equal("clients.phone.policy", json.GetProperty("varied")[0].GetString());
        Assert.Equal(["nothing", "spaces", "ping", "acks", "kernel"], json.GetProperty("points").EnumerateArray()
            .Select(p => p.GetProperty("values").GetProperty("clients.phone.policy").GetString()));
        JsonElement failed = json.GetProperty("expectations")[1];
        Assert.Equal("messages.lost equal to 0", failed.GetProperty("text").GetString());
        Assert.Equal(("fail", "2 in seed 7.", 1), (failed.GetProperty("verdict").GetString(),
            failed.GetProperty("explanation").GetString(), failed.GetProperty("failing_runs").GetInt32()));
        Assert.Equal("""{"label":"kernel","network":"simulated","seed":20}""",
            failed.GetProperty("failing")[0].GetRawText());
    }

    [Fact]
    public void Its_numbers_are_those_of_tables_with_their_ends_and_never_and_nothing_survive()
    {
        SweepResult sweep = Sweeps.DeadLink();
        Variant[] variants = [.. new Study(sweep).Variants];
        var read = Summary.Read(Summary.Of(sweep).ToJson(indented: true));

        for (int i = 0; i < variants.Length; i++)
            foreach (SummaryMetric m in read.Points[i].Metrics)
            {
                Estimate e = variants[i].Over(Catalogue.Find(m.Metric)!);
                Assert.Equal((e.Value, e.Low, e.High), (m.Value ?? double.NaN, m.Low ?? double.NaN,
                    m.High ?? double.NaN));
            }
        SummaryMetric Of(int point, string metric) => read.Points[point].Metrics.Single(m => m.Metric == metric);
        Assert.Equal(double.PositiveInfinity, Of(0, "detection.client.p95").Value);
        Assert.Equal(("s", "interval", 20, "modelled"), (Of(2, "detection.client.p95").Unit,
            Of(2, "detection.client.p95").Ends, Of(2, "detection.client.p95").Runs,
            Of(2, "detection.client.p95").Fidelity));
        Assert.Equal((null, "none", 0),
            (Of(0, "connects.resumed").Value, Of(0, "connects.resumed").Ends, Of(0, "connects.resumed").Runs));
        Assert.Contains("\"value\": \"Infinity\"", Summary.Of(sweep).ToJson(indented: true));
        Assert.DoesNotContain("NaN", Summary.Of(sweep).ToJson(indented: true));
    }

    [Fact]
    public void What_is_expected_of_somebody_for_a_while_has_its_own_number()
    {
        var scope = new Scope("phone", Duration.FromMinutes(30), Duration.FromMinutes(50));
        SweepResult all = Sweeps.DeadLink(7, ["ping"]);
        SweepResult sweep = all with { Runs = [.. all.Runs.Select(r => r with
            { Measures = [.. r.Measures, new("ghost.time", r.Spec.Seed, scope)] })] };

        SummaryMetric[] ghosts =
            [.. Summary.Of(sweep).Points[0].Metrics.Where(m => m.Metric == "ghost.time")];

        Assert.Equal([(null, 0, 7200), ("phone", 1800, 3000)], ghosts.Select(g => (g.Target, g.FromS, g.ToS)));
        Assert.Equal(4, ghosts[1].Value);
    }

    [Fact]
    public void What_a_network_cannot_show_is_null_and_says_so()
    {
        SummaryPoint proxied = Summary.Of(Sweeps.TwoNetworks(3)).Points.Last(p => p.Network == "proxied");
        SummaryMetric hidden = proxied.Metrics.Single(m => m.Metric == "connects.time.p50");

        Assert.Equal((null, "unsupported"), (hidden.Value, hidden.Fidelity));
    }

    [Fact]
    public void Large_seeds_doubts_and_signs_that_steer_a_terminal_survive()
    {
        SweepResult one = Sweeps.DeadLink(1, ["ping"]);
        SweepResult sweep = one with
        {
            Runs = [one.Runs[0] with { Spec = one.Runs[0].Spec with { Seed = ulong.MaxValue },
                Doubts = ["late\u202e, \"by\" a->b\u0007"] }],
            Made = Provenance.Of("0.2.0", "2026-11-22T17:05:33Z"),
        };
        string json = Summary.Of(sweep).ToJson(indented: false);

        Assert.Contains(@"late\u202e, \""by\"" a->b\u0007", json);
        var read = Summary.Read(json);
        Assert.Equal(ulong.MaxValue, Assert.Single(read.Seeds));
        Assert.Equal(("late\u202e, \"by\" a->b\u0007", 1, ulong.MaxValue), (read.Doubts[0].Reason, read.Doubts[0].Runs,
            read.Doubts[0].First.Seed));
        Assert.Equal(("0.2.0", null), (read.Lab.Version, read.Lab.Commit));
    }

    [Fact]
    public void The_page_on_results_names_every_field()
    {
        string page = ResultsPage.Section("summary.json");
        SweepResult sweep = Sweeps.DeadLink(6);
        sweep = sweep with { Runs = [.. sweep.Runs.Select(r => r with { Doubts = ["late"] })] };

        foreach (string name in Names(Parsed(sweep)).Distinct().Where(n => !n.Contains('.')))
            Assert.True(page.Contains($"`{name}`"), $"`{name}` is not explained");
    }

    private static JsonElement Parsed(SweepResult sweep) =>
        JsonDocument.Parse(Summary.Of(sweep).ToJson(indented: false)).RootElement;

    private static IEnumerable<string> Names(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(p => Names(p.Value).Prepend(p.Name)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Names),
        _ => [],
    };
}
