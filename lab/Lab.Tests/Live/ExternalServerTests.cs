using System.Net;
using Lab.Cli;
using Lab.Experiments;
using Lab.Live;
using Lab.Network;
using Lab.Reports;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>A server that runs already: who may not log in is told before the clock starts; runs take turns.</summary>
[Collection(Alone.Name)]
public sealed class ExternalServerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lab-live-").FullName;
    private readonly OtherServer server = new();

    public void Dispose()
    {
        File.Delete(Path.Combine(KeyFolder.OfUser(), $"turn-127.0.0.1-{server.Address.Port}"));
        server.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private RunSpec Spec(
        string password = OtherServer.Password, string domain = "example.org", ulong seed = 1, IPEndPoint? at = null) =>
        new()
        {
            ScenarioName = "external", Seed = seed, Network = NetworkKind.Proxied,
            Scenario = new Scenario
            {
                Topology = "t", Duration = Duration.FromSeconds(1),
                Workload =
                [
                    new WorkloadSpec { From = "phone", To = "echo@" + domain, Every = Duration.FromMilliseconds(100) },
                ],
            },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec>
                {
                    [domain] = new()
                    {
                        Software = ServerSoftware.External, Address = (at ?? server.Address).ToString(),
                        Password = password, Tls = TlsUse.None,
                    },
                },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = new() { Server = domain, Tls = TlsMode.None },
                },
            },
        };

    [Theory]
    [InlineData("example.org", OtherServer.Password, null)]
    [InlineData("example.org", "guess", "not-authorized")]
    [InlineData("elsewhere.test", OtherServer.Password, "host-unknown")]
    public void A_login_says_why_it_is_refused(string domain, string password, string? why) =>
        Assert.Equal(why, TrialLogin.WhyRefused(server.Address, "phone@" + domain, password, TlsMode.None));

    [Fact]
    public void Where_nobody_listens_the_connection_is_refused() => Assert.Equal("connection refused",
        TrialLogin.WhyRefused(
            new IPEndPoint(IPAddress.Loopback, Proxies.FreePort()), "phone@a.test", "x", TlsMode.None));

    [Fact]
    public void Who_may_not_log_in_ends_the_run_before_it_begins()
    {
        foreach ((RunSpec spec, string why) in ((RunSpec, string)[])
            [
                (Spec(password: "guess"), "echo@example.org in: not-authorized"),
                (Spec(domain: "elsewhere.test"), "echo@elsewhere.test in: host-unknown"),
                (Spec(at: new IPEndPoint(IPAddress.Loopback, Proxies.FreePort())), "in: connection refused"),
            ])
            Assert.EndsWith(why, Assert.Throws<ProgramFailure>(
                () => LiveRun.Run(spec, RunOptions.Default, folder)).Message);
    }

    [Fact]
    public void Such_a_run_is_unknown_with_exit_3_and_says_why()
    {
        using var laboratory = new Laboratory();
        laboratory.Live = (spec, _, place) => LiveRun.Run(spec, RunOptions.Default, place);
        laboratory.Write("topologies/one-phone.yaml", $$"""
            servers:
              example.org: {software: external, address: '{{server.Address}}', password: guess, tls: none}
            clients:
              phone: {server: example.org, tls: none}
            """);
        string file = laboratory.Write("scenarios/there.yaml", "topology: one-phone\nduration: 1s\nnetwork: proxied\n");
        Assert.Equal(ExitCode.Unknown, laboratory.Lab("run", file));
        Assert.Contains("does not let echo@example.org in: not-authorized", laboratory.Error);
    }

    [Fact]
    public void Runs_that_share_it_go_one_at_a_time_and_nothing_of_one_comes_to_another()
    {
        RunSpec[] plan = [.. Enumerable.Range(1, 3).Select(seed => Spec(seed: (ulong)seed))];
        IReadOnlyList<RunOutcome> outcomes = ParallelRuns.Run(plan, 3, (run, control) => LiveRun.Run(run,
            new RunOptions { IsCancelled = control.ShouldStop }, Path.Combine(folder, $"{run.Seed}")), _ => { },
            CancellationToken.None);
        Assert.All(outcomes, o => Assert.Null(o.Failure));
        Assert.Equal(1, server.MostOnline);
        Assert.All(outcomes, o => Assert.Equal(0,
            o.Result!.Measures.Single(m => m.Metric == "messages.doubled").Value));
        Assert.All(outcomes, o => Assert.InRange(o.Result!.Messages.Count, 5, 40));
    }

    [Fact]
    public void The_command_and_the_report_say_that_its_state_stays()
    {
        using var laboratory = new Laboratory();
        int running = 0, most = 0;
        laboratory.Live = (spec, _, _) =>
        {
            lock (laboratory) most = Math.Max(most, ++running);
            Thread.Yield();
            lock (laboratory) running--;
            return Laboratory.Result(spec, 80);
        };
        laboratory.Write("topologies/one-phone.yaml", """
            servers:
              example.org: {software: external, address: '127.0.0.1:5222', password: guess}
            clients:
              phone: {server: example.org}
            """);
        string file = laboratory.Write("scenarios/there.yaml",
            "topology: one-phone\nduration: 1s\nnetwork: proxied\nseeds: 6\n");
        laboratory.Lab("run", file);
        Assert.Equal(1, most);
        Assert.Contains("runs with 127.0.0.1:5222 go one at a time; what one leaves there", laboratory.Error);
        SweepResult sweep = laboratory.Reports.Single().Result;
        Assert.Contains("kept between runs by example.org at 127.0.0.1:5222",
            RunSection.Of(new Study(sweep)).ToString());
        Assert.DoesNotContain("kept between runs", RunSection.Of(new Study(Sweeps.DeadLink(2))).ToString());
    }

    [Fact]
    public async Task A_turn_waits_for_the_one_before_and_ends_when_cancelled()
    {
        var (here, there) = (new IPEndPoint(IPAddress.Loopback, 4), new IPEndPoint(IPAddress.Loopback, 5));
        Turn first = Turn.Take([here, there], () => false)!;
        using (Turn? other = Turn.Take([new IPEndPoint(IPAddress.Loopback, 6)], () => true)) Assert.NotNull(other);
        Assert.Null(Turn.Take([there], () => true));
        Task<Turn?> second = Task.Run(() => Turn.Take([there, here], () => false));
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second.WaitAsync(Proxies.Limit))!.Dispose();
    }
}
