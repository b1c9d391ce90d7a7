using Lab.Experiments;
using Lab.Live;
using Lab.Network;
using Lab.Xmpp;
using Xunit.Abstractions;

namespace Lab.Tests;

/// <summary>Whole runs over real sockets and TLS on loopback, a few seconds of real time each.</summary>
public sealed class LiveRunTests(ITestOutputHelper output) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lab-live-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static Duration Milliseconds(long n) => Duration.FromMilliseconds(n);

    private static readonly Policy Pings = new()
    {
        Ping = new PingPolicy { Every = Milliseconds(1000), Timeout = Milliseconds(2000) },
        Reconnect = new ReconnectPolicy { First = Milliseconds(100), Max = Milliseconds(500) },
    };

    private static RunSpec Spec(
        Duration duration, IReadOnlyList<FaultSpec> faults, Policy policy, TlsMode tls = TlsMode.StartTls,
        int clients = 1) =>
        new()
        {
            ScenarioName = "live", Seed = 1,
            Scenario = new Scenario
            {
                Topology = "t", Duration = duration, Faults = faults,
                Workload =
                [
                    new WorkloadSpec { From = "phone", To = "echo@example.org", Every = Milliseconds(400) },
                ],
            },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = new()
                    {
                        Server = "example.org", Policy = new PolicyChoice(null, policy), Tls = tls, Count = clients,
                        Link = new LinkChoice(null, new LinkProfile { Delay = Milliseconds(20) }),
                    },
                },
            },
        };

    private RunResult Run(RunSpec spec) =>
        LiveRun.Run(spec, RunOptions.Default with { Reader = new History(output) }, folder)!;

    /// <summary>What a failed test shows.</summary>
    private sealed class History(ITestOutputHelper output) : IJournalReader
    {
        public void On(in Entry e)
        {
            if (e.Kind is < EntryKind.PacketSent or > EntryKind.PacketOverflowed) output.WriteLine(e.ToString());
        }
    }

    [Fact]
    public void A_client_joins_and_leaves_on_real_sockets_too()
    {
        RunSpec spec = Spec(Duration.FromSeconds(3), [], Policy.Nothing);
        RunResult result = Run(spec with
        {
            Topology = spec.Topology with
            {
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = spec.Topology.Clients["phone"] with
                    {
                        Joins = Milliseconds(500), Leaves = Milliseconds(2000),
                    },
                },
            },
        });
        ClientResult phone = Assert.Single(result.Clients);
        Assert.Equal(1, phone.Logins);
        Assert.InRange(phone.ReachableSeconds, 0.001, 1.5);                             // a slow machine logs in late
        Assert.InRange(phone.GhostSeconds, 0, 0.5);
        Assert.All(result.Messages.Where(m => m.From == 0),
            m => Assert.InRange((m.SentAt - Instant.Zero).TotalSeconds, 0.5, 2));
    }

    [Fact]
    public void Messages_of_certain_times_of_coming_online_and_of_opening_the_app_are_written_on_real_sockets_too()
    {
        RunSpec spec = Spec(Duration.FromSeconds(3), [], Policy.Nothing);
        var work = new WorkloadSpec { From = "phone", To = "echo@example.org" };
        ClientSpec phone = spec.Topology.Clients["phone"];
        RunResult result = Run(spec with
        {
            Topology = spec.Topology with
            {
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = phone with
                    {
                        Foreground = new ForegroundSpec { At = [Milliseconds(2000)], For = Milliseconds(200) },
                    },
                },
            },
            Scenario = spec.Scenario with
            {
                Workload =
                [
                    work with { At = [Milliseconds(1700)], Count = 3 }, work with { On = Occasion.Online, Count = 2 },
                    work with { On = Occasion.Open },
                ],
            },
        });
        Assert.Equal(12, result.Value("messages.delivered"));               // six, and their answers
        Assert.Equal(0, result.Value("messages.lost"));
    }

    [Fact]
    public void Two_devices_of_one_account_are_told_apart_and_the_one_of_higher_priority_gets_the_messages()
    {
        RunSpec spec = Spec(Duration.FromSeconds(4), [], Pings);
        ClientSpec phone = spec.Topology.Clients["phone"] with { Account = "alice" };
        spec = spec with
        {
            Topology = spec.Topology with
            {
                Clients = new OrderedDictionary<string, ClientSpec>
                {
                    ["phone"] = phone, ["laptop"] = phone with { Priority = 5 },
                },
            },
            Scenario = spec.Scenario with
            {
                Workload = [new() { From = "echo@example.org", To = "phone", Every = Milliseconds(400) }],
            },
        };
        var seen = new Chronicle(output);
        RunResult result = LiveRun.Run(spec, RunOptions.Default with { Reader = seen }, folder)!;
        Assert.Equal([0, 1], seen.Of(EntryKind.ServerAvailable).Select(e => e.Host).Order());
        // before the laptop is there, the phone may get one
        Assert.All(seen.Of(EntryKind.MessageHanded).Skip(2), e => Assert.Equal(1, e.Host));
        // the last ones may be on their way
        (int, long)[] received = [.. seen.Of(EntryKind.MessageReceived).Select(e => (e.Host, e.A))];
        Assert.NotEmpty(received);
        Assert.Equal(seen.Of(EntryKind.MessageHanded).Select(e => (e.Host, e.A)).Take(received.Length), received);
        Assert.Equal(0, result.Value("messages.lost"));
    }

    [Theory]
    [InlineData(TlsMode.StartTls)]
    [InlineData(TlsMode.Direct)]
    public void A_client_logs_in_over_TLS_and_its_messages_come_back(TlsMode tls)
    {
        RunResult result = Run(Spec(Duration.FromSeconds(3), [], Policy.Nothing, tls));
        Assert.Equal(1, result.Value("connects.online"));
        Assert.Equal(0, result.Value("messages.lost"));
        Assert.InRange(result.Value("messages.delivered"), 2, 20);
        Assert.InRange(result.Value("messages.delay.p50"), 0.02, 1);
    }

    [Fact]
    public void A_run_on_a_machine_that_runs_behind_is_in_doubt()
    {
        Assert.Empty(LiveRun.Doubts(RealTimeLoop.TrustedLateness));
        Assert.Equal(["its loop was up to 412 ms late: numbers below 2 s cannot be trusted"],
            LiveRun.Doubts(Milliseconds(412)));
    }

    [Fact]
    public void A_cut_is_noticed_by_the_ping_and_outlived_by_the_next_connection()
    {
        var cut = new FaultSpec
        {
            Kind = FaultKinds.Cut, Target = "phone", At = Duration.FromSeconds(3), For = Duration.FromSeconds(4),
        };
        RunResult result = Run(Spec(Duration.FromSeconds(10), [cut], Pings));
        Incident noticed = Assert.Single(result.Incidents, i => i.Side == Side.Client);
        Assert.Equal(Mechanism.PingTimeout, noticed.Mechanism);
        // the ping that was under way, or the next one; a busy machine takes part
        Assert.InRange(noticed.Elapsed.TotalSeconds, 1, 5);
        Assert.InRange(result.Value("connects.online"), 2, 4);
        Assert.True(result.MaxLateness > Duration.Zero);
    }

    // its proxy takes the connection before it knows that nobody listens: the client itself sees a reset
    [Fact]
    public void Where_nobody_ever_listens_the_run_is_in_doubt_and_says_so()
    {
        var restart = new FaultSpec
        {
            Kind = FaultKinds.Find("restart")!, Target = Target.Parse("example.org"), At = Duration.Zero,
            For = Milliseconds(1500),
        };
        Assert.Contains("no client ever came online; the last error, of phone: connection refused",
            Run(Spec(Milliseconds(1500), [restart], Pings)).Doubts);
    }
}
