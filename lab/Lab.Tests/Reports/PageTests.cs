using System.Net;
using Lab.Experiments;
using Lab.Reports;
using Lab.Xmpp;

namespace Lab.Tests;

public sealed class PageTests
{
    private const string Evil = "</script><img src=x onerror=\"alert('1')\">&amp;";

    private static string Page(SweepResult sweep, string yaml = "")
    {
        Study study = new(sweep);
        return ReportPage.Of(study, AllFigures.Of(study), yaml, []);
    }

    /// <summary>The page without the chart library, whose code makes markup of its own.</summary>
    private static string Own(string page) =>
        ((string[])["vega", "vega-lite", "vega-embed"]).Aggregate(page, (rest, library) =>
    {
        string code = Resources.Text(library + ".min.js");
        int map = code.LastIndexOf("//# sourceMappingURL", StringComparison.Ordinal);
        return rest.Replace(map < 0 ? code : code[..map], "");
    });

    [Fact]
    public void Nothing_that_a_user_wrote_becomes_markup()
    {
        SweepResult sweep = Sweeps.DeadLink(2, [Evil, "b" + Evil]);
        Scenario scenario = sweep.Scenario with { Description = Evil, Look = Evil, Policies = new Dictionary<string,
            Lab.Xmpp.Policy> { [Evil] = new() } };
        sweep = sweep with
        {
            ScenarioName = Evil, Scenario = scenario, Command = Evil,
            Topology = sweep.Topology with { Description = Evil, Servers = new Dictionary<string,
                ServerSpec> { [Evil] = new() } },
            Checks =
            [new(sweep.Checks[0].Expectation with { Metric = Evil, When = new Dictionary<string,
                string> { [Evil] = Evil } }, Verdict.Fail, Evil, [])],
            Runs = [.. sweep.Runs.Select(r => r with
            {
                ClientNames = [Evil], Costs = [new(Evil, 1, 100)], Verdicts = new Dictionary<string,
                    int> { [Evil + "/" + Evil] = 1 },
            })],
        };

        string page = Own(Page(sweep, Evil));

        Assert.DoesNotContain("<img", page);
        Assert.Contains("&lt;/script&gt;&lt;img", page);
        const string escaped = "&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;";
        Assert.Equal(2, page.Split("\">" + escaped + "</pre>").Length - 1);
        // data (one per figure), library (three), the page's own: each element is closed once.
        Assert.Equal(page.Split("<script").Length, page.Split("</script>").Length);
    }

    [Fact]
    public void The_page_asks_nothing_of_any_network()
    {
        string whole = Page(Sweeps.DeadLink(2)), page = Own(whole);

        Assert.True(page.Length < whole.Length - 800_000);
        Assert.Contains("Content-Security-Policy\" content=\"default-src &#39;none&#39;;", page);
        Assert.DoesNotMatch("<(script|img|link|iframe)[^>]+(src|href)=", page);
        Assert.DoesNotContain("sourceMappingURL", whole);
        Assert.DoesNotContain("@import", page);
    }

    [Fact]
    public void Defaults_that_no_key_says_stand_in_the_page_for_every_topology_of_the_runs()
    {
        SweepResult sweep = Sweeps.DeadLink(2, ["ping"]);
        RunResult last = sweep.Runs[^1];
        Topology phones = last.Spec.Topology with
        {
            Clients = last.Spec.Topology.Clients.ToDictionary(c => c.Key, c => c.Value with { Os = Os.Android }),
        };
        string page = Page(sweep with
        {
            Runs = [.. sweep.Runs.SkipLast(1), last with { Spec = last.Spec with { Topology = phones } }],
        });

        Assert.Contains("policies, where they are silent: no checks; timeouts of connecting: TCP 30s", page);
        Assert.Contains("example.org without a policy: no client is checked and no stream closed", page);
        Assert.Contains("phone, example.org on linux: gives up unacknowledged data after 924.6", page);
        Assert.Contains("phone on android: ", page);
    }

    [Fact]
    public void Streams_between_servers_are_part_of_what_was_run()
    {
        SweepResult sweep = Sweeps.DeadLink(2);
        var pool = new S2sSpec { Between = ["a.example", "b.example"], Streams = 4, Auth = FederationAuth.External };
        string page = Page(sweep with { Topology = sweep.Topology with { S2s = [pool] } });

        Assert.Contains("a.example and b.example; 4 each way, EXTERNAL", page);
        Assert.DoesNotContain("Streams between servers", Page(sweep));
    }

    [Fact]
    public void A_sweep_that_was_stopped_says_so_at_the_top()
    {
        string page = Page(Sweeps.Partial());

        Assert.Contains("<b>Stopped early.</b> 37 of 100 runs finished", page);
        Assert.True(page.IndexOf("Stopped early", StringComparison.Ordinal) < page.IndexOf("<h2>",
            StringComparison.Ordinal));
        Assert.Contains("<p class=\"answer\">Stopped early: ", page);
        Assert.DoesNotContain("Stopped early", Page(Sweeps.DeadLink(2)));
    }

    [Fact]
    public void The_best_of_a_column_is_marked_and_nothing_where_all_are_alike()
    {
        SweepResult sweep = Sweeps.DeadLink(6, ["ping", "acks"]);
        SweepResult With(double ping, double acks) => sweep with
        {
            Runs = [.. sweep.Runs
                .Select(r => Sweeps.Emptied(r) with { Measures = [new("ghost.time", r.Spec.Label == "ping" ? ping
                    : acks)] })],
        };

        Assert.Contains("<th scope=\"row\">acks</th><td class=\"n best\" data-label=\"ghost.time, s\"><b>7</b>",
            Page(With(double.PositiveInfinity, 7)));
        Assert.Contains("<td class=\"n\" data-label=\"ghost.time, s\"><b>never</b></td></tr>",
            Page(With(double.PositiveInfinity, 7)));
        Assert.DoesNotContain(" best\"", Page(With(7, 7)));
    }

    [Fact]
    public void The_tables_of_a_page_tell_numbers_intervals_runs_with_any_and_what_surely_differs()
    {
        string page = Page(Sweeps.DeadLink(20, ["nothing", "ping", "acks"]));
        string Between(string start, string end)
        {
            int from = page.IndexOf(start, StringComparison.Ordinal);
            return page[from..page.IndexOf(end, from, StringComparison.Ordinal)];
        }
        Golden.AssertSame("reports/tables.html", Between("<h2>Results</h2>", "<h2>Figures</h2>"));
    }

    [Fact]
    public void Too_few_seeds_for_so_many_comparisons_are_named()
    {
        Assert.Contains("8 seeds are too few for that", Page(Sweeps.DeadLink(8)));
        Assert.DoesNotContain("class=\"diff differs", Page(Sweeps.DeadLink(8)));
        Assert.DoesNotContain("are too few for that", Page(Sweeps.DeadLink(20)));
    }

    [Fact]
    public void A_report_stays_small_however_many_variants_there_are()
    {
        SweepResult sweep = Sweeps.DeadLink(2, [.. Enumerable.Range(1, 2000).Select(i => $"policy-number-{i}")]);

        string page = Page(sweep);

        Assert.InRange(page.Length, 0, 5 << 20);
        Assert.Contains("The 120 best of 2\u202f000 variants by detection.client.p95", WebUtility.HtmlDecode(page));
        Assert.Contains("metrics.csv", page);
    }

    [Fact]
    public void Expectations_are_told_in_words_with_the_runs_that_failed()
    {
        string page = Page(Sweeps.DeadLink(3));

        Assert.Contains(
            "detection.<wbr>client.<wbr>p95 below 90 s</td><td>clients.phone.policy = ping</td>" +
            "<td class=\"pass\"><b>pass</b></td>", page);
        Assert.Contains(
            "messages.<wbr>lost equal to 0</td><td>always</td>" +
            "<td class=\"fail\"><b>fail</b></td><td>2 in seed 7. Failing: kernel seed 3.</td>", page);
    }

    [Theory]
    [InlineData(Unit.Seconds, 0.25, "ms", "250")]
    [InlineData(Unit.Seconds, 57.26, "s", "57.3")]
    [InlineData(Unit.Seconds, 1800, "min", "30")]
    [InlineData(Unit.Seconds, 90000, "h", "25")]
    [InlineData(Unit.BytesPerHour, 24883.2, "KiB/h", "24.3")]
    [InlineData(Unit.Share, 0.99871, "%", "99.87")]
    [InlineData(Unit.Seconds, double.PositiveInfinity, "s", "never")]
    [InlineData(Unit.Seconds, double.NaN, "s", "–")]
    [InlineData(Unit.Count, -2.5, "", "−2.5")]
    public void Numbers_are_shown_in_the_unit_that_suits_their_column(Unit unit, double value, string symbol,
        string text)
    {
        DisplayUnit shown = DisplayUnit.For(unit, [value]);

        Assert.Equal((symbol, text), (shown.Symbol, shown.Text(value)));
    }

    [Theory]
    [InlineData(0.009073, "0.907 %")]
    [InlineData(0.000012345, "0.00123 %")]
    [InlineData(0.81, "81 %")]
    [InlineData(0.8125, "81.3 %")]
    [InlineData(0.99, "99 %")]
    [InlineData(0.99987, "99.99 %")]
    [InlineData(0.99997, "99.997 %")]
    [InlineData(0.9999999, "99.99999 %")]
    [InlineData(0.00003, "0.003 %")]
    [InlineData(1, "100 %")]
    [InlineData(0, "0 %")]
    [InlineData(12.3456, "12.3", Unit.Count)]
    [InlineData(1234.56, "1235", Unit.Count)]
    [InlineData(0.09996, "0.1", Unit.Count)]
    [InlineData(-0.0456789, "-0.0457", Unit.Count)]
    [InlineData(0.0456789, "45.7 ms", Unit.Seconds)]
    public void Numbers_have_three_digits_wherever_they_stand(double value, string text, Unit unit = Unit.Share)
    {
        Assert.Equal(text, Units.Format(value, unit));
        if (unit == Unit.Seconds) return;
        string number = text.Split(' ')[0].Replace('-', '−');
        Assert.Equal(number, DisplayUnit.For(unit, [value]).Text(value));
    }
}
