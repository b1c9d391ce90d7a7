using Lab.Experiments;
using Lab.Files;
using Lab.Network;

namespace Lab.Tests;

public sealed class ProfileTests
{
    [Fact]
    public void A_profile_gives_the_numbers_that_a_link_does_not_say_itself()
    {
        LinkProfile link = Link("{profile: atc-edge-lossy, delay: 80ms, down: 1Mbit/s}");
        Assert.Equal(Presets.Link("atc-edge-lossy") with
        {
            Delay = Duration.FromMilliseconds(80), Down = new Rate(1_000_000),
        }, link);
        Assert.Null(link.Profile);
    }

    [Fact]
    public void A_delay_goes_before_the_table_of_a_profile_and_none_takes_a_part_away()
    {
        LinkProfile link = Link("{profile: train-4g, delay: 80ms, outages: none}");
        Assert.Equal((Duration.FromMilliseconds(80), (DelayTableProfile?)null, (OutageProfile?)null),
            (link.Delay.Up, link.DelayTable, link.Outages));
        Assert.Equal(Presets.Link("train-4g").Jitter, link.Jitter);
        link = Link("{profile: gprs, delay-table: {p5: 1s, p95: 2s}}");
        Assert.Equal((Duration.Zero, Duration.Zero), (link.Delay.Up, link.Jitter.Up));
    }

    [Theory]
    [InlineData("clients: {c: {server: a, link: {profile: gprs, up: 1Mbit/s}}}")]
    [InlineData("clients: {c: {server: a, links: {wifi: {profile: gprs, up: 1Mbit/s}}}}")]
    [InlineData("clients: {c: {server: a}}\ns2s: [{between: [a, b], link: {profile: gprs, up: 1Mbit/s}}]")]
    public void A_link_in_place_may_have_a_profile(string rest)
    {
        var problems = new Problems();
        Topology topology = TopologyFiles.Read(Mapping("servers: {a: {}, b: {}}\n" + rest, problems), problems)!;
        Assert.False(problems.Any, problems.ToString());
        ClientSpec client = topology.Clients["c"];
        LinkProfile link = (client.Link ?? client.Links.Values.FirstOrDefault() ?? topology.S2s[0].Link)!.Inline!;
        Assert.Equal(Presets.Link("gprs") with { Up = new Rate(1_000_000) }, link);
    }

    [Theory]
    [InlineData("{profile: lte-god}", "there is no profile 'lte-god'; did you mean 'lte-good'?")]
    [InlineData("{profile: {}}", "there is no profile a mapping")]
    [InlineData("{delay: 1ms, delay-table: {p50: 3ms}}", "delay and delay-table both say what the delay is")]
    [InlineData("{delay-table: {}}", "a delay-table needs percentiles")]
    [InlineData("{delay-table: {p5: 3ms, p50: 2ms}}", "p50 is below p5; percentiles rise")]
    [InlineData("{outages: {every: 1m}}", "outages need median or mean")]
    [InlineData("{outages: {every: 1m, median: 1s, mean: 2s}}", "outages need median or mean")]
    [InlineData("{outages: {every: 1m, median: 1s, shape: 0.5}}", "shape belongs to mean")]
    [InlineData("{outages: {every: 1m, mean: 1s, sigma: 0.5}}", "sigma belongs to median")]
    [InlineData("{outages: {every: 1m, mean: 1s, shape: 0.05}}", "must be between 0.1 and 10")]
    [InlineData("{grid: {every: 100ms, before: 50ms, after: 50ms, extra: 1ms}}", "take the whole time")]
    [InlineData("{trace: {loop: true}}", "trace needs up or down")]
    public void What_is_wrong_with_a_link_is_said(string link, string message) =>
        Assert.Contains(message, Read(link).Problems, StringComparison.Ordinal);

    [Fact]
    public void A_run_file_has_the_numbers_and_asks_for_the_same_again()
    {
        const string text = """
            duration: 1m
            name: x
            topology:
              servers: {a: {}}
              clients: {c: {server: a, link: mobile}}
              links: {mobile: {profile: train-4g, loss: 3%}}
            vary: {links.mobile.delay: [80ms, 90ms]}
            """;
        Sweep first = Sweep(text), again = Sweep(first.RunYaml);
        Assert.DoesNotContain("profile", first.RunYaml, StringComparison.Ordinal);
        Assert.Equal([80, 90], first.Plan.Select(r => Mobile(r).Delay.Up.Nanoseconds / 1_000_000));
        Assert.Equal(first.Plan.Select(Mobile), again.Plan.Select(Mobile));
        Assert.All(first.Plan, r => Assert.Equal(30_000_000, Mobile(r).Upward().Loss.WhenGood.PartsPerBillion));
        Assert.All(first.Plan, r => Assert.Equal(Presets.Link("train-4g").Outages, Mobile(r).Outages));
    }

    [Fact]
    public void What_a_step_of_a_journey_and_a_degraded_link_are_like_may_have_a_profile()
    {
        Sweep sweep = Sweep("""
            duration: 1h
            topology:
              servers: {a: {}}
              clients: {c: {server: a, links: {m: {delay: 1ms}}}}
            journeys: {walk: [{on: m, for: 10m, like: {profile: gprs, loss: 3%}}]}
            journey: {c: [walk]}
            faults: [{at: 30m, degrade: c, for: 1m, to: {profile: gprs, loss: 4%}}]
            """);
        LinkProfile[] to = [.. sweep.Plan[0].Scenario.Faults.Select(f => f.To?.Inline).OfType<LinkProfile>()];
        Assert.All(to, l => Assert.Equal(Presets.Link("gprs").Up, l.Up));
        Assert.Equal([30_000_000, 40_000_000],
            to.Select(l => l.Loss!.Up.LossWhenGood.PartsPerBillion).Distinct().Order());
    }

    [Fact]
    public void A_profile_does_not_vary_but_the_link_of_a_client_does()
    {
        var problems = new Problems();
        SweepReader.Read(new Source("x.yaml", """
            duration: 1m
            topology: {servers: {a: {}}, clients: {c: {server: a, link: m}}, links: {m: {profile: gprs}}}
            vary: {links.m.profile: [gprs, edge]}
            """), Overrides.None, problems, _ => []);
        Assert.Contains("a profile cannot vary", problems.ToString(), StringComparison.Ordinal);
    }

    private static LinkProfile Mobile(RunSpec run) => run.Topology.Clients["c"].Link!.Inline!;

    private static Sweep Sweep(string text)
    {
        var problems = new Problems();
        Sweep? sweep = SweepReader.Read(new Source("x.yaml", text), Overrides.None, problems, _ => []);
        Assert.Equal("", problems.ToString());
        return sweep!;
    }

    private static LinkProfile Link(string link)
    {
        (Topology? topology, string problems) = Read(link);
        Assert.Equal("", problems);
        return topology!.Links["mobile"];
    }

    private static (Topology? Topology, string Problems) Read(string link)
    {
        var problems = new Problems();
        Topology? topology = TopologyFiles.Read(Mapping(
            $"servers: {{a: {{}}}}\nclients: {{c: {{server: a, link: mobile}}}}\nlinks: {{mobile: {link}}}\n", problems),
            problems);
        return (topology, problems.ToString());
    }

    private static Mapping Mapping(string text, Problems problems) =>
        YamlText.Read(new Source("x.yaml", text), problems)!;
}
