using Lab.Experiments;
using Lab.Files;
using Lab.Network;

namespace Lab.Tests;

/// <summary>What a link has each way: one value for both, or {up: .., down: ..}.</summary>
public class EachWayTests
{
    private static string Scenario(string link, string rest = "") => $$"""
        duration: 10m
        topology:
          servers:
            example.org: {}
          clients:
            phone: {server: example.org, link: {{link}} }
        {{rest}}
        """;

    private static LinkProfile Read(string link, params string[] sets)
    {
        using var lab = new Laboratory();
        return lab.Sweep(Scenario(link), sets).Plan[0].Topology.Clients["phone"].Link!.Inline!;
    }

    private static Duration Ms(long n) => Duration.FromMilliseconds(n);

    [Fact]
    public void One_value_is_of_both_directions_and_two_are_one_each()
    {
        LinkProfile one = Read("{delay: 40ms, jitter: 5ms, loss: 1%}");
        Assert.Equal(one.Upward(), one.Downward());
        Assert.Equal((Ms(40), Ms(5)), (one.Upward().Delay, one.Upward().Jitter));
        LinkProfile two = Read(
            "{delay: {up: 440ms, down: 400ms}, jitter: {up: 10ms, down: 0}, loss: {up: 2%, down: 0%}, up: 1Mbit/s}");
        Assert.Equal((Ms(440), Ms(400)), (two.Upward().Delay, two.Downward().Delay));
        Assert.Equal((Ms(10), Ms(0)), (two.Upward().Jitter, two.Downward().Jitter));
        Assert.Equal((20_000_000, 0),
            (two.Upward().Loss.WhenGood.PartsPerBillion, two.Downward().Loss.WhenGood.PartsPerBillion));
        Assert.Equal((1_000_000, 0), (two.Upward().RateBitsPerSecond, two.Downward().RateBitsPerSecond));
    }

    [Theory]
    [InlineData("{delay: 40ms}", "clients.phone.link.delay.up=90ms", 90, 40)]
    [InlineData("{delay: 40ms}", "clients.phone.link.delay=90ms", 90, 90)]
    [InlineData("{delay: {up: 40ms, down: 50ms}}", "clients.phone.link.delay.down=90ms", 40, 90)]
    [InlineData("{}", "clients.phone.link.delay={up: 1ms, down: 2ms}", 1, 2)]
    [InlineData("{}", "clients.phone.link.delay.up=5ms", 5, 0)]
    public void A_sweep_sets_one_direction_or_both(string link, string set, int up, int down) =>
        Assert.Equal(new Ways<Duration>(Ms(up), Ms(down)), Read(link, set).Delay);

    [Fact]
    public void A_path_into_a_loss_goes_on_where_it_is_one_for_both()
    {
        const string at = "clients.phone.link.loss.loss-when-bad=50%";
        LossProfile loss = Read("{loss: {bad-for: 1s, good-for: 9s}}", at).Loss!.Up;
        Assert.Equal((500_000_000, Ms(1000)), (loss.LossWhenBad.PartsPerBillion, loss.BadFor));
    }

    [Fact]
    public void A_path_into_a_loss_of_each_way_names_the_way()
    {
        using var lab = new Laboratory();
        const string link = "{loss: {up: 2%, down: 1%}}";
        Assert.Contains("has no 'loss-when-good'", lab.Problems(
            Scenario(link), "clients.phone.link.loss.loss-when-good=5%"));
    }

    [Theory]
    [InlineData("{delay: {up: 40ms}}", "link.delay needs ")]
    [InlineData("{delay: {up: 40ms, down: fast}}", "down")]
    [InlineData("{delay: {up: 40ms, down: 5ms, dwn: 4ms}}", "did you mean 'down'?")]
    [InlineData("{delay: {upp: 40ms}}", "delay takes a time")]
    [InlineData("{loss: {up: {bad-for: 1s, good-for: 9s}, down: {bad-for: 2s, good-for: 9s}}}",
        "the weather takes both directions at once")]
    [InlineData("{loss: {up: {bad-for: 1s}, down: 1%}}", "bad-for needs good-for")]
    public void What_is_no_pair_is_refused(string link, string message)
    {
        using var lab = new Laboratory();
        Assert.Contains(message, lab.Problems(Scenario(link)));
    }

    [Fact]
    public void A_run_and_its_degradation_have_each_direction_by_itself()
    {
        using var lab = new Laboratory();
        lab.Simulate = (spec, _) => Simulation.Run(spec, RunOptions.Default);
        string file = lab.Write("scenarios/one.yaml", Scenario("{delay: {up: 300ms, down: 100ms}}", """
            workload: [{send: message, from: phone, to: echo@example.org, every: 10s, begin: 10s}]
            faults: [{at: 5m, degrade: phone, to: {delay: {up: 700ms, down: 0}}}]
            expect:
              - {metric: messages.delay.p50, above: 50ms, below: 750ms}
              - {metric: messages.delay.max, above: 650ms}
            """));
        Assert.True(lab.Lab("run", file) == 0, lab.Output + lab.Error);
    }
}
