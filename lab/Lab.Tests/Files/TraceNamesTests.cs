using Lab.Cli;
using Lab.Files;
using Lab.Network;

namespace Lab.Tests;

/// <summary>A run.yaml knows its traces by name and digest, wherever they lie, and no folder of a machine.</summary>
public sealed class TraceNamesTests : IDisposable
{
    // of "2\n"
    private const string Digest = "53c234e5e8472b6ac51c1ae1cab3fe06fad053beb8ebfd8977b010655bfdd3c3";
    private readonly Laboratory lab = new();

    public TraceNamesTests() => lab.Write("scenarios/traces/t.up", "2\n");

    public void Dispose() => lab.Dispose();

    private static string Scenario(string trace, string more = "") => Laboratory.DeadLink.Replace(
        "topology: one-phone",
        "topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, link: mobile}}, "
            + $"links: {{mobile: {trace}}}}}") + more;

    private static Trace? TraceOf(Sweep sweep) => sweep.Plan[0].Topology.Links["mobile"].Upward().Trace;

    // as results/x/run.yaml and further down
    private (Sweep? Sweep, string Problems) Again(string runYaml, string path = "results/x/run.yaml")
    {
        var problems = new Problems();
        Sweep? sweep = ScenarioFiles.Read(lab.Write(path, runYaml), Overrides.None, problems);
        return (sweep, problems.ToString().Replace(lab.Folder + "/", ""));
    }

    [Theory]
    [InlineData("traces/t.up")]
    [InlineData("{folder}/scenarios/traces/t.up")]
    public void A_trace_beside_a_scenario_is_named_from_there_and_found_again_by_its_digest(string name)
    {
        Sweep sweep = lab.Sweep(Scenario($"{{trace: {{up: {name.Replace("{folder}", lab.Folder)}}}}}"));
        Assert.Contains("up: traces/t.up", sweep.RunYaml);
        Assert.Contains($"up-digest: {Digest}", sweep.RunYaml);
        Assert.DoesNotContain(lab.Folder, sweep.RunYaml);
        lab.Write("results/x/traces/t.up", "3\n");               // another of that name, which lies nearer
        (Sweep? again, string problems) = Again(sweep.RunYaml);
        Assert.Equal("", problems);
        Assert.Same(TraceOf(sweep), TraceOf(again!));
        Assert.Equal(sweep.RunYaml, again!.RunYaml);
    }

    [Fact]
    public void A_trace_that_lies_elsewhere_is_named_without_its_folder()
    {
        string elsewhere = Directory.CreateTempSubdirectory("lab-elsewhere-").FullName;
        File.WriteAllText(Path.Combine(elsewhere, "far.up"), "2\n");
        string yaml = lab.Sweep(Scenario($"{{trace: {{up: {elsewhere}/far.up}}}}")).RunYaml;
        Directory.Delete(elsewhere, recursive: true);
        Assert.Contains("up: far.up", yaml);
        Assert.Contains("there is no file 'far.up' beside results/x/run.yaml or in the folder topologies of its "
            + $"repository, and none with the SHA-256 {Digest} in the folders above; put it there",
            Again(yaml).Problems);
    }

    [Fact]
    public void A_trace_that_has_changed_is_said_to_and_results_that_name_it_can_still_be_drawn()
    {
        string yaml = lab.Sweep(Scenario("{trace: {up: traces/t.up}}")).RunYaml;
        string file = lab.Write("scenarios/traces/t.up", "3\n"), run = lab.Write("scenarios/run.yaml", yaml);
        Assert.Contains("traces/t.up is another file now: its SHA-256 is "
            + "1121cfccd5913f0a63fec40a6ffd44ea64f9dc135c66634ba001d10bcf4302a2; leave up-digest out to play it as it "
            + "is",
            Again(yaml, "scenarios/run.yaml").Problems);
        var problems = new Problems();
        Sweep? drawn = SweepReader.Read(
            new Source(run, yaml) { IsRecord = true }, Overrides.None, problems, _ => []);
        Assert.Equal("", problems.ToString());
        Assert.Equal("traces/t.up", drawn!.Plan[0].Topology.Links["mobile"].Trace!.Up);
        File.Delete(file);
        Assert.Contains("there is no file 'traces/t.up'", Again(yaml, "scenarios/run.yaml").Problems);
    }

    [Fact]
    public void Traces_that_vary_are_named_and_known_alike()
    {
        lab.Write("scenarios/traces/u.up", "3\n");
        string folder = lab.Folder + "/scenarios/traces", policies = "\n  clients.phone.policy: [ping]";
        string text = Scenario("{trace: {up: traces/t.up}}").Replace("\n  clients.phone.policy: [ping, acks]",
            $"\n  links.mobile.trace: [{{up: {folder}/t.up}}, {{up: traces/u.up}}]" + policies);
        string whole = lab.Sweep(text).RunYaml;
        Assert.Equal(2, whole.Split(Digest).Length - 1);              // of the first one, and in the link
        string byName = lab.Sweep(text.Replace($"trace: [{{up: {folder}/t.up}}, {{up: traces/u.up}}]",
            $"trace.up: [{folder}/t.up, traces/u.up]")).RunYaml;
        Assert.DoesNotContain("digest", byName);
        Assert.All((string[])[whole, byName], yaml =>
        {
            Assert.DoesNotContain(lab.Folder, yaml);
            Assert.Equal("", Again(yaml, "scenarios/run.yaml").Problems);
        });
    }
}
