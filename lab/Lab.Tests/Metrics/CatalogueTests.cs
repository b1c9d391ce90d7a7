using Lab.Experiments;
using Lab.Files;
using Lab.Network;

namespace Lab.Tests;

public sealed class CatalogueTests
{
    private static readonly ServerSpec Busy = new() { Service = new ServiceSpec { Sasl = Duration.FromSeconds(1) } };

    private static readonly RunSpec Spec = new()
    {
        ScenarioName = "t", Seed = 1,
        Scenario = new Scenario { Topology = "t", Duration = Duration.FromMinutes(10) },
        Topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec> { ["a.example"] = Busy, ["b.example"] = new() },
            Clients = new Dictionary<string, ClientSpec>
            {
                ["phone"] = new()
                {
                    Server = "a.example", Login = new LoginSpec { Rooms = 1 }, Battery = new Energy(15_400),
                    Push = new PushProfile(), Sleep = new SleepProfile { SuspendsAfter = Duration.FromSeconds(30) },
                    Link = new LinkProfile
                    {
                        Through = ["nat"], Radio = new RadioChoice(null, Presets.Radio("lte")),
                    },
                },
            },
            Middleboxes = new Dictionary<string, MiddleboxProfile> { ["nat"] = new() },
            S2s = [new S2sSpec { Between = ["a.example", "b.example"] }],
        },
    };

    [Fact]
    public void Every_metric_is_explained_and_judged_on_every_network()
    {
        Assert.Equal(Catalogue.All.Count, Catalogue.All.Select(m => m.Name).Distinct().Count());
        foreach (Metric m in Catalogue.All)
        {
            Assert.All(new[] { m.Meaning, m.Population, m.Censoring }, text => Assert.True(text.Length > 3, m.Name));
            Assert.Same(m, Catalogue.Find(m.Name));
            foreach (NetworkKind network in Enum.GetValues<NetworkKind>())
            {
                Assert.True(m.On(network).Reason.Length > 10, m.Name);
                Assert.True(m.In(Spec with { Network = network }).Reason.Length > 10, m.Name);
            }
        }
    }

    [Fact]
    public void Every_metric_has_a_number_or_none_in_every_run_that_it_can_be_asked_of()
    {
        RunResult federated = Simulation.Run(Spec, RunOptions.Default)!;
        Assert.Equal(Catalogue.All.Select(m => m.Name), federated.Measures.Select(m => m.Metric));
        RunResult alone = Simulation.Run(
            Spec with { Topology = Spec.Topology with { S2s = [] } }, RunOptions.Default)!;
        Assert.Equal(
            Catalogue.All.Select(m => m.Name).Where(n => !n.StartsWith("federation.", StringComparison.Ordinal)),
            alone.Measures.Select(m => m.Metric));
        Dictionary<string, ClientSpec> plain = new() { ["phone"] = new() { Server = "a.example" } };
        RunResult open = Simulation.Run(
            Spec with { Topology = Spec.Topology with { Clients = plain } }, RunOptions.Default)!;
        Assert.Equal(
            Catalogue.All.Select(m => m.Name).Except(
                ["connections.forgotten", "connects.ready.p50", "connects.ready.p95", "logins.cut"])
                .Where(n => !new[] { "energy.", "sleep.", "push." }.Any(n.StartsWith)),
            open.Measures.Select(m => m.Metric));
        foreach (Measure m in federated.Measures)
            if (Catalogue.Find(m.Metric)!.Unit == Unit.Share && !double.IsNaN(m.Value))
                Assert.InRange(m.Value, 0, 1);
    }
}
