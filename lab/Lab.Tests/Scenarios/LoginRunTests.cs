using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Whole runs of a phone whose new sessions are loaded with something.</summary>
public sealed class LoginRunTests
{
    private static readonly LoginSpec Usual = new()
    {
        Roster = new Size(20_000), Archive = new Size(100_000), Rooms = 2, Room = new Size(8000),
    };

    private static readonly LinkProfile Gprs = new()
    {
        Delay = Seconds(0.5), Up = new Rate(20_000), Down = new Rate(50_000), Queue = new Size(75_000),
    };

    private static Duration Seconds(double s) => Duration.FromMilliseconds((long)(s * 1000));

    private static Policy Policy(double total = 120, bool acks = false) => new()
    {
        Acks = acks ? new AckPolicy { Resume = Seconds(600) } : null,
        Connect = new ConnectPolicy { Total = Seconds(total), Step = Seconds(60) },
        Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Seconds(10) },
    };

    private static RunResult Run(
        Policy policy, LoginSpec? login, LinkProfile? link = null, double length = 1000, ulong seed = 1,
        params FaultSpec[] faults)
    {
        RunResult result = Simulation.Run(new RunSpec
        {
            ScenarioName = "login", Seed = seed,
            Scenario = new Scenario { Topology = "t", Duration = Seconds(length), Faults = faults },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = new()
                    {
                        Server = "example.org", Policy = new PolicyChoice(null, policy), Login = login,
                        Link = link ?? new LinkProfile { Delay = Seconds(0.02), Down = new Rate(10_000_000) },
                    },
                },
            },
        }, RunOptions.Default with { TellsStories = true })!;
        Assert.All(result.Doubts, d => Assert.StartsWith("no client ever came online", d));
        return result;
    }

    private static FaultSpec Reset(double at) =>
        new() { Target = Target.Parse("phone"), Kind = FaultKinds.Reset, At = Seconds(at) };

    private static long Bytes(RunResult run, string cause) =>
        run.Costs.Where(c => c.Cause == cause).Sum(c => c.Bytes);

    /// <summary>136,000 bytes of answers; on the wire also records, packets and the questions.</summary>
    [Fact]
    public void What_a_login_loads_is_a_cause_of_its_own()
    {
        RunResult with = Run(Policy(), Usual), without = Run(Policy(), null);
        Assert.InRange(Bytes(with, "login"), 136_000 * 1.03, 136_000 * 1.08);
        Assert.Equal(0, Bytes(without, "login"));
        Assert.InRange(Bytes(with, "presence") - Bytes(without, "presence"), 0, 2000);      // a full packet of both
        Assert.Equal(double.NaN, without.Value("connects.ready.p50"));
    }

    [Fact]
    public void A_resumed_session_costs_no_login()
    {
        RunResult bound = Run(Policy(), Usual, faults: Reset(500));
        RunResult resumed = Run(Policy(acks: true), Usual, faults: Reset(500));
        Assert.InRange(Bytes(bound, "login"), 2 * 136_000 * 1.03, 2 * 136_000 * 1.08);
        Assert.InRange(Bytes(resumed, "login"), 136_000 * 1.03, 136_000 * 1.08);
        Assert.Equal(1, resumed.Value("connects.resumed"));
        Assert.Equal((0, 0), (bound.Value("logins.cut"), resumed.Value("logins.cut")));
    }

    /// <summary>80,000 bytes take 13 s at 50 kbit/s, and what comes before some ten round trips of a second.</summary>
    [Theory]
    [InlineData(20, false, false)]
    [InlineData(20, true, false)]
    [InlineData(60, false, true)]
    [InlineData(60, true, true)]
    public void A_slow_login_needs_the_time_it_takes(double total, bool acks, bool comes)
    {
        RunResult run = Run(Policy(total, acks), Usual with { Roster = new Size(80_000) }, Gprs, 3600);
        Assert.Equal(comes ? 1 : 0, run.Value("connects.online"));
        if (comes)
        {
            Assert.InRange(run.Value("connects.time.p50"), 24, 40);
            Assert.InRange(run.Value("connects.ready.p50"), run.Value("connects.time.p50") + 116_000 * 8 / 50_000, 80);
            return;
        }
        Assert.Single(run.Doubts);
        Assert.InRange(run.Value("logins.cut"), 100, 120);
        Assert.Contains(run.Stories, s => s.Title == "login that fails" && s.Lines.Any(
            l => l.Text.Contains("as far as roster-sent", StringComparison.Ordinal)));
    }
}
