using System.Text.Json;
using Lab.Cli;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;

namespace Lab.Tests;

public sealed class SweepTests : IDisposable
{
    private const string TwoPaths = """
        topology: one-phone
        duration: 1h
        seeds: [7, 3]
        vary:
          links.mobile.delay: [10ms, 20ms]
          clients.phone.policy: [conversations, nothing]
        """;

    private readonly Laboratory lab = new();

    public void Dispose() => lab.Dispose();

    [Fact]
    public void The_first_path_varies_slowest_and_seeds_vary_fastest()
    {
        Assert.Equal(
            ["10ms, conversations 7", "10ms, conversations 3", "10ms, nothing 7", "10ms, nothing 3",
                "20ms, conversations 7", "20ms, conversations 3", "20ms, nothing 7", "20ms, nothing 3"],
            lab.Sweep(TwoPaths).Plan.Select(r => $"{r.Label} {r.Seed}"));
    }

    [Theory]
    [InlineData("links.mobile.delay=1s,2s", "1s, conversations; 1s, nothing; 2s, conversations; 2s, nothing")]
    [InlineData("links.mobile.delay=[1s, 2s]", "1s, conversations; 1s, nothing; 2s, conversations; 2s, nothing")]
    [InlineData("clients.phone.policy={ping: {every: 60s, timeout: 20s}},nothing",
        "10ms, {ping: {every: 60s, timeout: 20s}}; 10ms, nothing; 20ms, {ping: {every: 60s, timeout: 20s}}; 20ms, nothing")]
    [InlineData("links.mobile.up=1Mbit/s,2Mbit/s", "10ms, conversations, 1Mbit/s; 10ms, conversations, 2Mbit/s; "
        + "10ms, nothing, 1Mbit/s; 10ms, nothing, 2Mbit/s; 20ms, conversations, 1Mbit/s; 20ms, conversations, 2Mbit/s; "
        + "20ms, nothing, 1Mbit/s; 20ms, nothing, 2Mbit/s")]
    public void Vary_takes_the_place_of_what_the_file_varies_or_is_added_to_it(string vary, string labels)
    {
        Assert.Equal(labels, string.Join("; ", Varied([], [vary], out _)!.Plan.Select(r => r.Label).Distinct()));
        if (vary.Contains('{')) return;
        string list = vary.Contains('[') ? vary : vary.Replace("=", "=[") + "]";
        Assert.Equal(labels, string.Join("; ", Varied([list], [], out _)!.Plan.Select(r => r.Label).Distinct()));
    }

    [Theory]
    [InlineData("links.moblie.delay=1s,2s", "--vary: links has no 'moblie', expected one of mobile; did you mean 'mobile'?")]
    [InlineData("links.mobile.delay=1s,fast", "fast")]
    [InlineData("links.mobile.delay=1s,1s", "--vary: links.mobile.delay has the value 1s twice")]
    [InlineData("seeds=1,2", "--vary: seeds cannot vary within a scenario; --seed 1,2 runs several seeds")]
    [InlineData("links.mobile.delay", "--vary: expected path=a,b,c, as in --vary clients.phone.policy=ping,acks")]
    public void What_cannot_vary_is_told_as_well_as_in_files(string vary, string told)
    {
        Assert.Null(Varied([], [vary], out string problems));
        Assert.Contains(told, problems);
    }

    [Fact]
    public void What_is_both_set_and_varied_is_refused_and_a_list_stays_one_where_a_list_belongs()
    {
        Assert.Null(Varied(["links.mobile.delay=1s"], ["links.mobile.delay=1s,2s"], out string problems));
        Assert.Contains("--set and --vary both say what links.mobile.delay is", problems);
        Assert.Equal([1UL, 2UL], Varied(["seeds=[1, 2]"], [], out _)!.Plan.Select(r => r.Seed).Distinct());
    }

    [Fact]
    public void What_was_varied_on_the_command_line_runs_again_from_its_run_yaml_and_command()
    {
        Sweep sweep = Varied([], ["clients.phone.policy=nothing,conversations,gajim"], out _)!;
        Assert.Equal(Runs(sweep), Runs(lab.Sweep(sweep.RunYaml)));
        Assert.Equal("lab run x.yaml --vary clients.phone.policy=a,b", CommandText.Of("x.yaml",
            Overrides.None with { Varies = ["clients.phone.policy=a,b"] }));
    }

    [Fact]
    public void Middleboxes_of_the_presets_that_a_run_names_are_written_into_its_run_yaml()
    {
        Sweep sweep = Varied(["links.mobile.through=[home-gateway]", "servers.example.org.behind=[aws-nlb]"], [],
            out _)!;
        Assert.Contains("home-gateway:\n      drawn:", sweep.RunYaml);
        Assert.Contains("aws-nlb:\n      established: 350s\n", sweep.RunYaml);
        Assert.DoesNotContain("azure-lb", sweep.RunYaml);
        Assert.Equal(Runs(sweep), Runs(lab.Sweep(sweep.RunYaml)));
    }

    private Sweep? Varied(string[] sets, string[] varies, out string problems)
    {
        var found = new Problems();
        Sweep? sweep = ScenarioFiles.Read(lab.Write("scenarios/x.yaml", TwoPaths),
            new Overrides(sets, null) { Varies = varies }, found);
        problems = found.ToString();
        return sweep;
    }

    [Fact]
    public void Every_point_holds_its_own_values()
    {
        Sweep sweep = lab.Sweep(TwoPaths);
        Assert.Equal(Duration.FromMilliseconds(10), sweep.Plan[0].Topology.Links["mobile"].Delay);
        Assert.Equal(Duration.FromMilliseconds(20), sweep.Plan[^1].Topology.Links["mobile"].Delay);
        Assert.Equal(Duration.FromMilliseconds(20), sweep.Plan[^1].Topology.Clients["phone"].Link!.Inline!.Delay);
        Assert.Equal(Duration.FromSeconds(300), sweep.Plan[0].Topology.Clients["phone"].Policy!.Inline!.Ping!.Every);
        Assert.Null(sweep.Plan[^1].Topology.Clients["phone"].Policy!.Inline!.Ping);
    }

    [Theory]
    [InlineData("duration=90m", "5400")]
    [InlineData("workload[0].every=1m", "60")]
    [InlineData("faults[0].for=5m", "300")]
    [InlineData("policies.ping.ping.timeout=7s", "7")]
    [InlineData("servers.example.org.policy={idle: {after: 11s}}", "11")]
    [InlineData("servers.example.org.policy=tigase", "86400")]
    [InlineData("clients.phone.start-within=9s", "9")]
    [InlineData("links.mobile.outages={every: 8s, median: 1s}", "8")]
    [InlineData("links.mobile=sat-geo", "0.3")]
    [InlineData("links.mobile.loss.bad-for=1s", "")]
    public void Set_changes_one_value_wherever_it_stands(string set, string seconds)
    {
        if (seconds.Length == 0)
        {
            Assert.Contains("bad-for needs good-for", lab.Problems(Laboratory.DeadLink, set));
            return;
        }
        string before = Json(lab.Sweep(Laboratory.DeadLink)), after = Json(lab.Sweep(Laboratory.DeadLink, set));
        string ns = $"{{\"Nanoseconds\":{(long)(decimal.Parse(seconds) * 1_000_000_000)},";
        Assert.True(Count(after, ns) > Count(before, ns), set);
    }

    [Fact]
    public void Set_goes_into_a_policy_that_is_only_named_and_leaves_the_named_one_alone()
    {
        Sweep sweep = lab.Sweep(
            "topology: one-phone\nduration: 1h\npolicies: {p: {ping: {every: 60s, timeout: 20s}}}\n",
            "clients.phone.policy=p", "clients.phone.policy.ping.timeout=5s");
        Assert.Equal(Duration.FromSeconds(5), sweep.Plan[0].Topology.Clients["phone"].Policy!.Inline!.Ping!.Timeout);
        Assert.Equal(Duration.FromSeconds(60), sweep.Plan[0].Topology.Clients["phone"].Policy!.Inline!.Ping!.Every);
        Assert.Equal(Duration.FromSeconds(20), sweep.Plan[0].Scenario.Policies["p"].Ping!.Timeout);
    }

    [Fact]
    public void Set_of_a_varied_path_leaves_one_point_and_the_expectations_that_speak_of_it()
    {
        Sweep sweep = lab.Sweep(Laboratory.DeadLink, "clients.phone.policy=acks");
        Assert.Equal(["acks", "acks", "acks"], sweep.Plan.Select(r => r.Label));
        Assert.Empty(sweep.Plan[0].Scenario.Expect);
        Assert.Single(lab.Sweep(Laboratory.DeadLink, "clients.phone.policy=ping").Plan[0].Scenario.Expect);
    }

    [Theory]
    [InlineData(Laboratory.DeadLink)]
    [InlineData(TwoPaths)]
    [InlineData(Laboratory.DeadLink, "clients.phone.policy=acks", "links.mobile=train-4g")]
    [InlineData(Laboratory.DeadLink, "servers.example.org.policy=prosody", "faults[0].at=10m")]
    [InlineData("topology: one-phone\nduration: 1h\nlook: >\n  Two lines,\n  one \"text\": here\n")]
    [InlineData("topology: one-phone\nduration: 1h\npolicies: {a: dino}\n"
        + "faults: [{at: 1m, degrade: phone, to: edge}]\n")]
    public void Run_yaml_gives_the_same_runs(string scenario, params string[] sets)
    {
        Sweep first = lab.Sweep(scenario, sets);
        Sweep second = lab.Sweep(first.RunYaml);
        Assert.Equal(Runs(first), Runs(second));
        Assert.Equal(first.RunYaml, second.RunYaml);
    }

    [Theory]
    [InlineData("baseline: nothing", "nothing", "10ms, nothing|10ms, nothing|20ms, nothing|20ms, nothing")]
    [InlineData("baseline: {clients.phone.policy: nothing}", "nothing",
        "10ms, nothing|10ms, nothing|20ms, nothing|20ms, nothing")]
    [InlineData("baseline: {clients.phone.policy: nothing, links.mobile.delay: 20ms}", "nothing 20ms",
        "20ms, nothing|20ms, nothing|20ms, nothing|20ms, nothing")]
    [InlineData("", "", "10ms, conversations|10ms, nothing|20ms, conversations|20ms, nothing")]
    public void Each_point_is_compared_with_the_baseline_and_is_like_it_in_what_else_varies(
        string baseline, string values, string references)
    {
        Sweep sweep = lab.Sweep($"{TwoPaths}\n{baseline}\n");
        Assert.Equal(values, string.Join(' ', sweep.Plan[0].Scenario.Baseline.Values));
        Assert.Equal(references, string.Join('|', sweep.Plan.Where(r => r.Seed == 7)
            .Select(r => string.Join(", ", r.Reference.Select(s => s.Value)))));
        Assert.Equal(sweep.Plan[0].Scenario.Baseline, lab.Sweep(sweep.RunYaml).Plan[0].Scenario.Baseline);
    }

    [Fact]
    public void A_baseline_that_set_leaves_out_is_none()
    {
        string text = TwoPaths + "\nbaseline: {clients.phone.policy: nothing, links.mobile.delay: 20ms}\n";
        Assert.Equal(["links.mobile.delay"],
            lab.Sweep(text, "clients.phone.policy=conversations").Plan[0].Scenario.Baseline.Keys);
        Assert.Empty(lab.Sweep(text, "clients.phone.policy=conversations", "links.mobile.delay=10ms")
            .Plan[0].Scenario.Baseline);
        Assert.Equal(2, lab.Sweep(text, "clients.phone.policy=nothing").Plan[0].Scenario.Baseline.Count);
        Assert.Equal(["conversations"],
            lab.Sweep(text, "baseline=conversations").Plan[0].Scenario.Baseline.Values);
    }

    [Fact]
    public void A_policy_that_is_written_out_can_be_the_baseline()
    {
        Sweep sweep = lab.Sweep("topology: one-phone\nduration: 1h\nvary: {clients.phone.policy: [nothing, {ping: "
            + "{every: 5m, timeout: 9s}}]}\nbaseline: {clients.phone.policy: {ping: {every: 5m,   timeout: 9s}}}\n");
        Assert.Equal(sweep.Plan[1].Label, sweep.Plan[0].Reference.Single().Value);
        Assert.Equal(sweep.RunYaml, lab.Sweep(sweep.RunYaml).RunYaml);
    }

    [Fact]
    public void Run_yaml_writes_out_the_presets_it_names_and_all_defaults() =>
        Golden.AssertSame("run.txt",
            lab.Sweep("topology: one-phone\nduration: 1h\n", "servers.example.org.policy=tigase").RunYaml);

    [Fact]
    public void Maps_keep_the_order_of_the_file()
    {
        Sweep sweep = lab.Sweep("topology: one-phone\nduration: 1h\npolicies: {z: {}, a: {}, m: {}, b: {}}\n");
        Assert.Equal(["z", "a", "m", "b"], sweep.Plan[0].Scenario.Policies.Keys);
    }

    [Fact]
    public void A_link_takes_the_numbers_of_the_file()
    {
        lab.Write("topologies/full.yaml", """
            servers: {a.example: {policy: prosody, conflict: close-old, tls: offered, offline-messages: 5}}
            clients:
              phone: {server: a.example, link: {delay: 1ms}, count: 3, tls: direct, resource: 7, policy: {on-dead: close}}
            links:
              m:
                {delay: 35ms, jitter: 10ms, jitter-shape: pareto, up: 5Mbit/s, queue: 256KiB, loss: 0.5%,
                 outages: {every: 5m, median: 4s, sigma: 1.2}}
              n:
                loss: {bad-for: 2s, good-for: 60s, loss-when-bad: 80%, loss-when-good: 0.1%}
                down: unlimited
                outages: none
            """);
        Topology topology = lab.Sweep("topology: full\nduration: 1h\n").Plan[0].Topology;
        LinkProfile m = topology.Links["m"], n = topology.Links["n"];
        Assert.Equal(JitterShape.Pareto, m.JitterShape);
        Assert.Equal(new Rate(5_000_000), m.Up);
        Assert.Equal(new Size(262_144), m.Queue);
        Assert.Equal(new Probability(5_000_000), m.Loss!.Up.LossWhenGood);
        Assert.Equal(1200, m.Outages!.SigmaPermille);
        Assert.Equal(new Probability(800_000_000), n.Loss!.Up.LossWhenBad);
        Assert.Null(n.Outages);
        Assert.Equal("7", topology.Clients["phone"].Resource);
        Assert.Equal(Xmpp.TlsMode.Direct, topology.Clients["phone"].Tls);
        Assert.Equal(Xmpp.ConflictPolicy.CloseOld, topology.Servers["a.example"].Conflict);
        Assert.Equal(TlsUse.Offered, topology.Servers["a.example"].Tls);
    }

    [Theory]
    [InlineData("7", "7")]
    [InlineData("1,2,9", "1,2,9")]
    [InlineData("1..4", "1..4")]
    [InlineData("3,5..7", "3,5,6,7")]
    public void Seeds_are_a_number_a_list_or_a_range(string text, string seeds) =>
        Assert.Equal(seeds, CommandText.Seeds(SetArgument.Seeds(text, out _)!));

    [Theory]
    [InlineData("x", "--seed takes a seed (7), a list (1,2,3) or a range (1..20), found 'x'")]
    [InlineData("", "--seed takes a seed (7), a list (1,2,3) or a range (1..20), found ''")]
    [InlineData("5..1", "--seed: the range 5..1 is empty")]
    [InlineData("1..99999999", "--seed: the range 1..99999999 has more than 1000000 seeds")]
    [InlineData("2,2", "--seed: 2 stands there twice")]
    public void Other_seeds_are_refused(string text, string message)
    {
        Assert.Null(SetArgument.Seeds(text, out string error));
        Assert.Equal(message, error);
    }

    [Fact]
    [Trait(Fuzz.Category, Fuzz.Random)]
    public void Whatever_becomes_of_a_file_it_is_read_or_refused()
    {
        string[] pieces = ["{", "}", "[", "]", ":", ",", "-", "\n", "  ", "'", "\"", "#", "&a", "*a", "!x", "phone",
            "none", "60s", "0", "~", "---", "|", ">", "\t", "é"];
        Fuzz.Try(400, seed =>
        {
            RandomStream random = RandomStream.Root(seed);
            string text = Laboratory.DeadLink;
            for (int n = 0; n <= (int)random.Below(3); n++)
            {
                int at = (int)random.Below((ulong)text.Length),
                    length = (int)random.Below((ulong)Math.Min(12, text.Length - at));
                text = text[..at] + (random.Below(3) == 0 ? "" : pieces[random.Below((ulong)pieces.Length)])
                    + text[(at + length)..];
            }
            var problems = new Problems();
            Sweep? sweep = ScenarioFiles.Read(lab.Write("scenarios/x.yaml", text), Overrides.None, problems);
            Assert.True(sweep is null == problems.Any, text);
        });
    }

    private static string Json(Sweep sweep) => JsonSerializer.Serialize(sweep.Plan);

    // what runs: every named policy and link is resolved, so definitions nobody names do not count, nor does the order
    // of middleboxes
    private static string Runs(Sweep sweep) => JsonSerializer.Serialize(sweep.Plan.Select(r => r with
    {
        Scenario = r.Scenario with { Topology = "", Policies = new Dictionary<string, Xmpp.Policy>() },
        Topology = r.Topology with
        {
            Links = new Dictionary<string, LinkProfile>(),
            Middleboxes = r.Topology.Middleboxes.OrderBy(b => b.Key, StringComparer.Ordinal).ToDictionary(),
        },
    }));

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
