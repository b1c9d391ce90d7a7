using Lab.Cli;
using Lab.Files;

namespace Lab.Tests;

/// <summary>What is made of the tree of keys: the page, the schemas that editors read, and lab show keys.</summary>
public sealed class GoldenKeysTests : IDisposable
{
    private const string Modeline = "# yaml-language-server: $schema=";

    private readonly Laboratory lab = new();

    public void Dispose() => lab.Dispose();

    [Fact]
    public void The_page_of_all_keys_is_what_the_records_say() =>
        Golden.AssertSame("../../SCENARIOS.md", Reference.Text());

    [Theory]
    [InlineData("scenario")]
    [InlineData("topology")]
    public void The_schema_in_the_checkout_is_the_one_of_the_program(string kind) =>
        Golden.AssertSame($"../../schema/{kind}.json", Schema.Of(kind)!);

    [Theory]
    [InlineData("scenarios", "scenario")]
    [InlineData("topologies", "topology")]
    public void Shipped_files_tell_editors_their_schema(string folder, string kind)
    {
        foreach (string file in Directory.GetFiles(
            Path.Combine(RepositoryRoot.Path, folder), "*.yaml", SearchOption.AllDirectories))
        {
            string first = File.ReadLines(file).First();
            Assert.StartsWith(Modeline, first);
            Assert.Equal(Path.Combine(RepositoryRoot.Path, "lab", "schema", kind + ".json"),
                Path.GetFullPath(first[Modeline.Length..], Path.GetDirectoryName(file)!));
        }
    }

    [Theory]
    [InlineData("clients.phone.policy.ping", "clients.NAME.policy.ping")]
    [InlineData("clients.policy.ping.every", "clients.policy.ping.every")]
    [InlineData("clients.phone", "clients.NAME")]
    [InlineData("policies.ping.ping.every", "policies.NAME.ping.every")]
    [InlineData("servers.example.org.policy.idle", "servers.NAME.policy.idle")]
    [InlineData("servers.example.org", "servers.NAME")]
    [InlineData("faults[0].at", "faults[0].at")]
    [InlineData("faults.to.loss.bad-for", "faults[0].to.loss.bad-for")]
    [InlineData("links.mobile.loss", "links.NAME.loss")]
    [InlineData("topology.s2s[2].pick", "topology.s2s[0].pick")]
    public void A_path_leads_to_its_key_with_or_without_names(string path, string found)
    {
        Assert.Equal(ExitCode.Pass, lab.Lab("show", "keys", path));
        Assert.StartsWith(found + "\n", lab.Output);
    }

    [Theory]
    [InlineData("clients.phone.polcy", "did you mean 'policy'?")]
    [InlineData("clients.phone.policy.pings", "in clients.NAME.policy there is no key 'pings'")]
    [InlineData("servers.example.org.polcy", "did you mean 'policy'?")]
    [InlineData("faults[0].att", "did you mean 'at'?")]
    [InlineData("duration.x", "duration takes a time")]
    [InlineData("fautls", "there is no key 'fautls', expected one of description")]
    [InlineData("[0]", "the path is empty")]
    public void A_path_that_leads_nowhere_is_told_the_nearest_word(string path, string problem)
    {
        Assert.Equal(ExitCode.BadInput, lab.Lab("show", "keys", path));
        Assert.Contains(problem, lab.Error);
    }

    [Theory]
    [InlineData("colour: red", 1)]
    [InlineData("colour: red\nshape: round", 1)]
    [InlineData("durration: 2h", 0)]
    public void Where_no_word_is_near_the_reference_is_named_once(string line, int times)
    {
        string file = lab.Write("scenarios/y.yaml", $"topology: one-phone\nduration: 2h\n{line}\n");
        Assert.Equal(ExitCode.BadInput, lab.Lab("check", file));
        Assert.Equal(times, lab.Error.Split("lab show keys").Length - 1);
    }

    [Fact]
    public void A_key_is_shown_with_meaning_unit_default_example_and_its_words()
    {
        lab.Lab("show", "keys", "clients.phone.policy.ping");
        Assert.Contains("every       Time from one ping to the next", lab.Output);
        Assert.Contains("time; needed; e.g. every: 60s", lab.Output);
        lab.Lab("show", "keys", "policies.x.ping.trigger");
        Assert.Contains("idle-send     So long after the last sent byte.", lab.Output);
        Assert.Contains("without it  periodic", lab.Output);
        lab.Lab("show", "keys");
        Assert.All(lab.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 104));
    }
}
