using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Lab.Xmpp;

namespace Lab.Tests;

public sealed class GoldenExplanationTests : IDisposable
{
    private const string Everything = """
        topology:
          servers: {example.org: {password: sesame}, a.example: {}, b.example: {}}
          clients: {phone: {server: example.org, count: 5, links: {wifi: mobile, lte: {delay: 50ms}}, POLICY}}
          s2s: [{between: [a.example, b.example], link: mobile}]
          links: {mobile: {delay: 35ms}}
        duration: 2h
        faults:
          - FAULT
        """;

    private readonly Laboratory lab = new();

    public static TheoryData<string> Shipped { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "scenarios"), "*.yaml", new EnumerationOptions
            { RecurseSubdirectories = true }).Select(f => Path.GetRelativePath(RepositoryRoot.Path, f)).Order()];

    public static TheoryData<string> Faults { get; } = [.. FaultKinds.Words];

    public static TheoryData<string> PresetPolicies { get; } = [.. Presets.Policies.Entries.Select(e => e.Key.Text)];

    public void Dispose() => lab.Dispose();

    [Theory]
    [InlineData("dead-link")]
    [InlineData("reconnect-storm")]
    [InlineData("dialback-triangle")]
    public void A_scenario_in_words(string name) =>
        Golden.AssertSame($"explain/{name}.txt", Explained($"scenarios/{name}.yaml"));

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Every_shipped_scenario_is_explained_without_an_empty_sentence(string file)
    {
        Sweep sweep = ScenarioFiles.Read(Path.Combine(RepositoryRoot.Path, file), Overrides.None, new Problems())!;
        foreach (Section section in Explanation.Of(sweep))
        {
            Assert.True(section.Title.Trim().Length > 0);
            foreach ((_, string said) in section.Rows)
                Assert.DoesNotMatch(@"^\s*$|\(\)|: ?;|,,|  |(?<!\.)\.\.(?!\.)|: *$|; *$", said);
            foreach (int width in (int[])[60, 100, 160])
                Assert.All(section.Lines(width).SelectMany(l => l.Split('\n')),
                    l => Assert.True(Wrapped.Columns(l) <= width || !l.Trim().Contains(' '), l));
        }
        string text = Explained(file);
        Assert.Contains($"{sweep.Plan.Count} run", text);
        Assert.All(sweep.Plan[0].Scenario.Faults, f => Assert.Contains(f.Kind.Help.Split(' ')[0], text));
        Assert.All(sweep.Varied, path => Assert.Contains(path, text));
        Assert.All(sweep.Plan[0].Scenario.Expect, e => Assert.Contains(e.Metric, text));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Every_kind_of_fault_says_what_it_does(string word)
    {
        FaultKind kind = FaultKinds.Find(word)!;
        string text = Unwrapped(Everything.Replace("FAULT", kind.Example).Replace(", POLICY", ""));
        Assert.Contains(kind.Help, text);
        Assert.DoesNotContain("sesame", text);
    }

    [Theory]
    [MemberData(nameof(PresetPolicies))]
    public void Every_setting_of_a_policy_is_told(string preset)
    {
        string text = Unwrapped(Everything.Replace("  - FAULT", "  []").Replace("POLICY", $"policy: {preset}"));
        Policy policy = Presets.Library.Policies[preset];
        foreach (KeyShape part in Shapes.Keys(typeof(Policy)))
        {
            if (part.Property.GetValue(policy) is not { } value) continue;
            Assert.Contains($"{part.Name}: ", text);
            if (part.Type.IsEnum) continue;
            Assert.All(Shapes.Keys(part.Type).Where(k => Mattering.Counts(value, k, Followers.Client)),
                key => Assert.Contains($"{key.Name} ", text.Replace($"no {key.Name}", $"{key.Name} ")));
        }
    }

    [Fact]
    public void What_varies_is_told_with_all_its_values()
    {
        string text = Unwrapped(Laboratory.DeadLink, "--vary", "links.mobile.delay=35ms,300ms",
            "--vary", "faults[0].for=1m,5m", "--vary", "policies.ping.ping.every=10s,30s", "--seed", "4..9");
        Assert.Contains("96 runs of 2h on the simulated network in virtual time: 16 variants x 6 seeds (4..9)", text);
        Assert.Contains("mobile a link: delay 35ms or 300ms, up 5Mbit/s", text);
        Assert.Contains("30m cut phone for 1m or 5m: nothing passes", text);
        Assert.Contains("ping ping: every 10s or 30s, timeout 20s", text);
        Assert.Contains("below 90 s where policy is ping", text);
    }

    [Fact]
    public void The_command_line_changes_what_is_told()
    {
        string text = Unwrapped(Laboratory.DeadLink, "--set", "clients.phone.policy=acks", "--set", "duration=45m",
            "--set", "tail=5m", "--network", "simulated,proxied");
        Assert.Contains("6 runs of 45m on the simulated network in virtual time and on the proxied network in real time: "
            + "3 seeds (1..3) x 2 networks", text);
        Assert.Contains("cut phone for 20m, at most until the tail at 40m", text);
        Assert.Contains("40m the healed tail begins", text);
        Assert.Contains("How truly the proxied network shows it", text);
        Assert.Contains("approximate cut: ", text);
    }

    [Fact]
    public void Of_real_programs_nothing_is_told_that_only_the_labs_own_do()
    {
        string text = Explained("scenarios/live/prosody-cut.yaml");
        Assert.Contains("example.org  a server; policy of its own; software prosody", text);
        Assert.Matches(@"of example\.org  acks: every 5s[^:]*queue-stanzas 500\)\n", text);
        Assert.DoesNotContain("offline-messages", text);
    }

    [Fact]
    public void Mistakes_are_those_of_lab_check()
    {
        lab.Write("scenarios/bad.yaml", Laboratory.DeadLink.Replace("cut: phone", "cut: fone").Replace("2h", "2hours"));
        Assert.Equal(ExitCode.BadInput, lab.Lab("check", "scenarios/bad.yaml"));
        string checkedSays = lab.Error;
        Assert.Equal(ExitCode.BadInput, lab.Lab("explain", "scenarios/bad.yaml"));
        Assert.Equal(checkedSays + checkedSays, lab.Error);
        Assert.Contains("there is no 'fone' to cut", lab.Error);
        Assert.Equal("", lab.Output);
    }

    [Fact]
    public void Explaining_runs_nothing_and_ends_with_the_command_that_does()
    {
        Assert.Equal(ExitCode.Pass, lab.Lab("explain", "scenarios/dead-link.yaml", "--seed", "2"));
        Assert.Empty(lab.Ran);
        Assert.EndsWith("\nlab run scenarios/dead-link.yaml --seed 2\n", lab.Output);
    }

    private string Explained(string file)
    {
        Assert.Equal(ExitCode.Pass, lab.Lab("explain", Path.Combine(RepositoryRoot.Path, file)));
        return lab.Output.Replace(RepositoryRoot.Path + "/", "");
    }

    /// <summary>What is told of a scenario, on one line with single blanks.</summary>
    private string Unwrapped(string scenario, params string[] words)
    {
        lab.Write("scenarios/x.yaml", scenario);
        int code = lab.Lab(["explain", "scenarios/x.yaml", .. words]);
        Assert.True(code == ExitCode.Pass, lab.Error);
        return string.Join(' ', lab.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
