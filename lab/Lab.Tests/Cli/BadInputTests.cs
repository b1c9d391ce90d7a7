using System.Diagnostics;
using System.Text;
using Lab.Cli;
using Lab.Files;

namespace Lab.Tests;

/// <summary>What is given in the wrong place, from the wrong place, or in masses.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Laboratory lab = new();

    public void Dispose() => lab.Dispose();

    [Fact]
    public void A_topology_given_to_run_is_told_once_and_as_that()
    {
        Assert.Equal(ExitCode.BadInput, lab.Lab("run", "topologies/one-phone.yaml"));
        Assert.StartsWith("topologies/one-phone.yaml:1:1: this is a topology ('servers' is a part of one); a scenario "
            + "names it, as in topology: one-phone, and can run\n", lab.Error);
        Assert.EndsWith("\n1 problem\n", lab.Error);
    }

    [Theory]
    [InlineData("my scenario")]
    [InlineData("..")]
    [InlineData("<b>")]
    public void A_file_whose_name_can_be_no_folder_s_needs_a_name_of_its_own(string name)
    {
        string file = lab.Write($"scenarios/{name}.yaml", Laboratory.DeadLink);
        Assert.Equal(ExitCode.BadInput, lab.Lab("check", file));
        Assert.Contains($"letters, digits, - and _, found '{name}'; rename the file, or give it a name: key",
            lab.Error);
        File.WriteAllText(file, "name: mine\n" + Laboratory.DeadLink);
        Assert.Equal(ExitCode.Pass, lab.Lab("check", file));
    }

    [Fact]
    public void A_scenario_in_the_place_of_a_topology_is_told_as_that()
    {
        lab.Write("topologies/wrong.yaml", Laboratory.DeadLink);
        Assert.Contains("scenarios/x.yaml:1:11: 'wrong' is a scenario (",
            lab.Problems("topology: wrong\nduration: 1h\n"));
    }

    [Fact]
    public void A_scenario_far_below_finds_the_topologies_of_its_repository()
    {
        Directory.CreateDirectory(Path.Combine(lab.Folder, ".git"));
        string file = lab.Write("scenarios/a/b/c/x.yaml", "topology: one-phone\nduration: 1h\n");
        var problems = new Problems();
        Assert.NotNull(ScenarioFiles.Read(file, Overrides.None, problems));
        lab.Write("scenarios/a/topologies/one-phone.yaml", "servers: {near.example: {}}\n"
            + "clients: {phone: {server: near.example}}\n");
        Assert.Equal(["near.example"],
            ScenarioFiles.Read(file, Overrides.None, problems)!.Plan[0].Topology.Servers.Keys);
    }

    [Fact]
    public void A_scenario_that_expects_nothing_has_the_verdict_none()
    {
        lab.Write("scenarios/x.yaml", "topology: one-phone\nduration: 1h\n");
        string folder = Path.Combine(lab.Folder, "out");
        Assert.Equal(ExitCode.Pass, lab.Lab("run", "scenarios/x.yaml", "--out", folder));
        Assert.Contains("none     x: nothing was asked\n", lab.Output);
        lab.Simulate = (spec, _) => Laboratory.Result(spec, 1) with { Doubts = ["strange"] };
        Assert.Equal(ExitCode.Unknown, lab.Lab("run", "scenarios/x.yaml", "--out", folder));
    }

    [Fact]
    public void A_place_that_takes_no_results_is_told_before_anything_runs_and_the_trial_leaves_nothing()
    {
        string file = lab.Write("file", "x");
        Assert.Equal(ExitCode.BadInput, lab.Lab("run", "scenarios/dead-link.yaml", "--out", Path.Combine(file, "x")));
        Assert.StartsWith("--out: cannot write to file/x: ", lab.Error);
        Assert.Empty(lab.Ran);
        string deep = Path.Combine(lab.Folder, "a/b/c");
        Assert.Equal(ExitCode.Pass, lab.Lab("run", "scenarios/dead-link.yaml", "--out", deep));
        Assert.False(Path.Exists(Path.Combine(lab.Folder, "a")));
    }

    [Theory]
    [InlineData("policies:\n", "  p{0}: {{}}\n", 70_000)]
    [InlineData("", "k{0}: 1\n", 30_000)]
    [InlineData("seeds: [", "{0}, ", 100_000)]
    [InlineData("vary:\n  policies.p: [", "{{ping: {{every: {0}s, timeout: 1s}}}}, ", 5_000)]
    [InlineData("faults:\n", "  - {{at: 1s, cut: phone{0}}}\n", 15_000)]
    [InlineData("look: ", "{0} ", 100_000)]
    [InlineData("look: ", "passw{0}", 80_000)]
    public void Masses_are_read_or_refused_in_time_that_grows_with_their_size(string begin, string entry, int count)
    {
        var text = new StringBuilder("topology: one-phone\nduration: 1h\n").Append(begin);
        for (int i = 1; i <= count && text.Length < YamlText.MaxBytes - 100; i++)
            text.Append(string.Format(null, entry, i));
        if (begin.EndsWith('[')) text.Append("\n]\n");
        string file = lab.Write("scenarios/x.yaml", text.ToString());
        var problems = new Problems();
        long began = Stopwatch.GetTimestamp();
        _ = ScenarioFiles.Read(file, Overrides.None, problems);
        // a quadratic reader needs minutes; the rest is for a machine under load
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 100);
    }
}
