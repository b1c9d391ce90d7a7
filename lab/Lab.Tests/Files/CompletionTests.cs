using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Lab.Xmpp;

namespace Lab.Tests;

public sealed class CompletionTests
{
    private static readonly Provenance Made = new("0.2.0", "abc1234", "2026-11-22T17:05:33Z");

    public static TheoryData<string> Shipped =>
        [.. Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "scenarios"), "*.yaml")
            .Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_scenario_with_all_its_defaults_written_out_is_the_same(string name)
    {
        Sweep sweep = Read(Path.Combine(RepositoryRoot.Path, "scenarios", name + ".yaml"));
        Sweep again = Again(sweep);

        Assert.Equal(sweep.Plan.Count, again.Plan.Count);
        for (int i = 0; i < sweep.Plan.Count; i++)
        {
            Assert.Equal((sweep.Plan[i].Label, sweep.Plan[i].Seed, sweep.Plan[i].Network),
                (again.Plan[i].Label, again.Plan[i].Seed, again.Plan[i].Network));
            if (sweep.Plan[i].Seed == sweep.Plan[0].Seed) Assert.Equal(Text(sweep.Plan[i]), Text(again.Plan[i]));
        }
        Assert.Equal(again.RunYaml, Again(again).RunYaml);
    }

    [Theory]
    [InlineData("dead-link")]
    [InlineData("bidi-restores-sight")]
    [InlineData("lossy-commute")]
    public void It_gives_the_same_history(string name)
    {
        Sweep sweep = Read(Path.Combine(RepositoryRoot.Path, "scenarios", name + ".yaml"));

        foreach ((RunSpec one, RunSpec other) in sweep.Plan.Zip(Again(sweep).Plan).Where(p => p.First.Seed == 1)
            .Take(2))
            Assert.Equal(Simulation.Run(one, RunOptions.Default)!.JournalHash,
                Simulation.Run(other, RunOptions.Default)!.JournalHash);
    }

    [Fact]
    public void What_nobody_wrote_stands_there()
    {
        string file = RunFile.Of(Read(Path.Combine(RepositoryRoot.Path, "scenarios", "dead-link.yaml")), Made);

        Assert.StartsWith("# lab 0.2.0, commit abc1234; 2026-11-22T17:05:33Z\n", file);
        Assert.Contains("\n# - example.org without acks of its own: a client that enables stream management is served "
            + "it, with 5m to resume, an ack request for each stanza, and no verdict from silence\n", file);
        Assert.Contains("\n# - phone, example.org on linux: gives up unacknowledged data after 924.6 s", file);
        Assert.Contains("os: linux", file);
        Assert.Contains("offline-messages: 1000", file);
        Assert.Contains("connect: {tcp: 30s, tls: 30s, step: 30s, total: 120s, close: 5s}", Plain(file));
        Assert.Contains("reconnect: {kind: rfc6120, first: 60s, factor: 2, ", Plain(file));
        Assert.Contains("resend-after-failed-resume: true", file);
        Assert.Contains("cleared-by: answer", file);
    }

    [Fact]
    public void A_client_without_a_policy_is_told_what_it_does()
    {
        var topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec> { ["a.example"] = new() },
            Clients = new Dictionary<string, ClientSpec> { ["phone"] = new() { Server = "a.example" } },
        };

        Assert.Equal("phone without a policy: nothing is checked; connecting may take 30s for TCP, 30s for TLS, 30s for "
            + "each step and 2m in all; a new attempt after rfc6120 backoff, first 1m, doubling to 5m",
            DefaultsInForce.Of(topology)[0]);
    }

    // times are written in the largest unit that divides them
    private static string Plain(string file) =>
        file.Replace("first: 1m", "first: 60s").Replace("total: 2m", "total: 120s");

    /// <summary>Whole, but for presets that are named, which become definitions of the file; with what clients
    /// have.</summary>
    private static string Text(RunSpec spec) =>
        Unbinder.File(spec.Scenario with { Topology = "t", Policies = new Dictionary<string, Policy>() },
            spec.Topology with
            {
                Links = new Dictionary<string, LinkProfile>(), Radios = new Dictionary<string, RadioProfile>(),
            })
        + string.Join("\n", spec.Topology.Clients.Values.Select(c => YamlOut.File(Unbinder.Record(
            c.Policy?.Inline ?? Policy.Nothing)) + YamlOut.File(Unbinder.Record(Undigested(c.Link?.Inline)))));

    // the file alone adds what its traces are known by
    private static LinkProfile Undigested(LinkProfile? link) => link switch
    {
        { Trace: { } trace } => link with { Trace = trace with { UpDigest = null, DownDigest = null } },
        _ => link ?? new LinkProfile(),
    };

    private static Sweep Again(Sweep sweep)
    {
        Problems problems = new();
        Source file = new("run.yaml", RunFile.Of(sweep, Made));
        Sweep? again = SweepReader.Read(file, Overrides.None, problems, _ => []);
        Assert.True(again is not null, problems.ToString());
        return again;
    }

    private static Sweep Read(string path)
    {
        Problems problems = new();
        Sweep? sweep = SweepReader.Read(path, Overrides.None, problems, _ => []);
        Assert.True(sweep is not null, problems.ToString());
        return sweep;
    }
}
