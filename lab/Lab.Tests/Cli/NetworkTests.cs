using Lab.Cli;
using Lab.Experiments;
using Lab.Network;

namespace Lab.Tests;

/// <summary>lab run and lab check with more than one network; the engines only pretend.</summary>
public sealed class NetworkTests : IDisposable
{
    private readonly Laboratory lab = new();

    private string Out => Path.Combine(lab.Folder, "out");

    public void Dispose() => lab.Dispose();

    private int Run(params string[] words) => lab.Lab(["run", "scenarios/dead-link.yaml", "--out", Out, .. words]);

    [Fact]
    public void Networks_are_one_more_dimension_of_the_plan()
    {
        Assert.Equal(ExitCode.Pass, Run("--network", "simulated,proxied", "--set", "duration=1h"));
        SweepResult result = Assert.Single(lab.Reports).Result;
        Assert.Equal([NetworkKind.Simulated, NetworkKind.Proxied], result.Networks);
        Assert.Equal(
            ["simulated ping 1", "simulated ping 2", "simulated ping 3", "simulated acks 1", "simulated acks 2",
                "simulated acks 3", "proxied ping 1", "proxied ping 2", "proxied ping 3", "proxied acks 1",
                "proxied acks 2", "proxied acks 3"],
            result.Runs.Select(r => $"{r.Network.Word()} {r.Spec.Label} {r.Spec.Seed}"));
        Assert.Contains("12 runs over clients.phone.policy on simulated, proxied\n", lab.Error);
        Assert.Contains("again    lab run scenarios/dead-link.yaml --network simulated,proxied --set duration=1h\n",
            lab.Output);
    }

    [Fact]
    public void Run_yaml_keeps_the_networks_and_the_command_line_goes_before_it()
    {
        Run("--network", "simulated,proxied");
        string kept = lab.Write("scenarios/kept.yaml", lab.Reports[0].RunYaml);
        Assert.Contains("\nnetwork: [simulated, proxied]\n", lab.Reports[0].RunYaml);

        lab.Lab("run", kept, "--out", Out);
        Assert.Equal(12, lab.Reports[1].Result.Runs.Count);
        Assert.Equal(lab.Reports[0].RunYaml, lab.Reports[1].RunYaml);

        lab.Lab("run", kept, "--out", Out, "--network", "simulated");
        Assert.Equal(6, lab.Reports[2].Result.Runs.Count);
    }

    [Fact]
    public void The_command_for_one_run_names_its_network()
    {
        lab.Check = (scenario, runs) => [new CheckResult(scenario.Expect[0], Verdict.Fail, "", [runs[^1].Spec])];
        Run("--network", "simulated,proxied");
        Assert.Contains(
            "see one: lab run scenarios/dead-link.yaml --network proxied --seed 3 --set clients.phone.policy=acks\n",
            lab.Output);
    }

    [Fact]
    public void What_a_live_run_writes_goes_where_the_result_is_put_together()
    {
        var folders = new List<string>();
        lab.Live = (spec, _, folder) =>
        {
            lock (folders) folders.Add(folder);
            return Laboratory.Result(spec, 70);
        };
        Run("--network", "simulated,proxied", "--jobs", "1");
        string stage = Lab.Reports.ReportWriter.Stage(Out);
        Assert.Equal(
            ["001-ping-seed-1", "002-ping-seed-2", "003-ping-seed-3", "004-acks-seed-1", "005-acks-seed-2",
                "006-acks-seed-3"], folders.Select(f => Path.GetRelativePath(Path.Combine(stage, "proxied"), f)));
        Assert.True(lab.Reports[0].Staged);
        Assert.All(folders, f => Assert.False(Path.Exists(f)));
    }

    [Fact]
    public void What_broken_live_runs_have_written_is_left_and_said()
    {
        lab.Live = (_, _, folder) =>
        {
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(folder).FullName, "server.log"), "no port");
            throw new InvalidOperationException("the server did not start");
        };
        Assert.Equal(ExitCode.Unknown, Run("--network", "proxied"));
        Assert.Empty(lab.Reports);
        Assert.Contains("What the runs wrote themselves is in .out.partial-", lab.Error);
        Assert.Equal(6, Directory.GetFiles(lab.Folder, "server.log", new EnumerationOptions
        {
            RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None,
        }).Length);
    }

    [Fact]
    public void A_long_sweep_in_real_time_is_announced_with_the_time_it_takes()
    {
        Run("--network", "simulated,proxied", "--jobs", "4");
        Assert.Contains("dead-link: 6 proxied runs of 2h, 4 at a time, take 4 h of real time\n", lab.Error);
        Run("--network", "simulated", "--jobs", "4");
        Assert.DoesNotContain("take 4 h", lab.Error[lab.Error.LastIndexOf("6 runs", StringComparison.Ordinal)..]);
    }

    [Theory]
    [InlineData(new[] { 60, 60, 60 }, 2, 120)]
    [InlineData(new[] { 60, 60, 60 }, 3, 60)]
    [InlineData(new[] { 10, 60, 30 }, 2, 60)]
    [InlineData(new int[0], 2, 0)]
    public void Real_time_is_what_the_busiest_job_takes(int[] seconds, int jobs, int wall) =>
        Assert.Equal(Duration.FromSeconds(wall), WallTime.Of(seconds.Select(s => Duration.FromSeconds(s)), jobs));

    [Fact]
    public void Progress_in_real_time_is_the_time_that_is_left() =>
        Assert.Equal("x, proxied: 2 of 6 runs, 3.5 h of 4 h real time left", Progress.Line("x, proxied", Two(),
            TimeSpan.FromMinutes(30), Duration.FromHours(4)));

    [Fact]
    public void A_doubt_makes_the_verdict_unknown_and_is_said()
    {
        lab.Live = (spec, _, _) => Laboratory.Result(spec, 70) with
        {
            Doubts = spec.Seed == 1 ? [] : ["the loop was 2.1 s late"],
        };
        lab.Check = Checks.Evaluate;
        Assert.Equal(ExitCode.Unknown, Run("--network", "proxied"));
        Assert.Contains("2 of 3 runs cannot be trusted: the loop was 2.1 s late; 70 s over 3 cases of 3 runs\n", lab.Said);
        Assert.Contains("doubt    4 runs, the first ping seed 2, proxied: the loop was 2.1 s late\n         see it: "
            + "lab run scenarios/dead-link.yaml --network proxied --seed 2 --set clients.phone.policy=ping\n", lab.Said);
    }

    [Fact]
    public void What_the_proxied_network_cannot_judge_alone_is_refused_where_it_stands()
    {
        Unguarded();
        Assert.Equal(ExitCode.BadInput, Run("--network", "proxied"));
        Assert.Empty(lab.Ran);
        Assert.StartsWith(
            "scenarios/dead-link.yaml:14:14: detection.client.p95 cannot be judged on the proxied network: phone has "
                + "no check above TCP, and TCP notices no cut", lab.Error);
        Assert.EndsWith("""
               14 |   - {metric: detection.client.p95, below: 90s, when: {clients.phone.policy: acks}}
                  |              ^~~~~~~~~~~~~~~~~~~~
            1 problem

            """, lab.Error);
        Assert.Equal(ExitCode.BadInput, lab.Lab("check", "scenarios/dead-link.yaml", "--network", "proxied"));
        Assert.Equal(ExitCode.Pass, lab.Lab("check", "scenarios/dead-link.yaml"));
    }

    [Fact]
    public void With_the_simulated_network_beside_it_that_is_judged_by_the_simulated_runs()
    {
        Unguarded();
        lab.Check = Checks.Evaluate;
        lab.Live = (spec, _, _) => Laboratory.Result(spec, double.PositiveInfinity);
        Assert.Equal(ExitCode.Pass, Run("--network", "simulated,proxied"));
        Assert.Contains("holds in all runs together; 80 s over 3 cases of 3 runs; proxied is not judged: phone has no check",
            lab.Said);
        Assert.Contains("  acks, proxied     unsupported  \n", lab.Output);
        Assert.Contains("  ping, proxied         ~ never  \n", lab.Output);
    }

    private void Unguarded() => lab.Write("scenarios/dead-link.yaml", Laboratory.DeadLink
        .Replace("{acks: {every: 60s, timeout: 20s, resume: 5m}}", "{tcp: {user-timeout: 30s}}")
        .Replace("when: {clients.phone.policy: ping}", "when: {clients.phone.policy: acks}"));

    private static Live.SweepProgress Two()
    {
        Live.SweepProgress? seen = null;
        Live.ParallelRuns.Run(
            [.. Enumerable.Range(1, 6).Select(i => new RunSpec
            {
                ScenarioName = "x", Seed = (ulong)i, Topology = new Topology(),
                Scenario = new Scenario { Topology = "x", Duration = Duration.FromHours(1) },
            })], 1, (spec, _) => spec.Seed <= 2 ? Laboratory.Result(spec, 1) : null, p => seen = p, default);
        return seen!;
    }
}
