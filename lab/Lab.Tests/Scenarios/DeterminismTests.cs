using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class DeterminismTests
{
    private static RunSpec Spec(ulong seed, int phones, Policy policy) => new()
    {
        ScenarioName = "determinism", Seed = seed,
        Scenario = new Scenario
        {
            Topology = "t", Duration = Duration.FromHours(1),
            Workload =
            [
                new WorkloadSpec
                {
                    From = "phone", To = "phone", Every = Duration.FromMinutes(1), Arrivals = Arrivals.Poisson,
                },
            ],
            Faults =
            [
                new FaultSpec
                {
                    Kind = FaultKinds.Cut, Target = "phone[0]",
                    At = Duration.FromMinutes(5), Every = Duration.FromMinutes(10), For = Duration.FromMinutes(2),
                },
                new FaultSpec
                {
                    Kind = FaultKinds.Restart, Target = "example.org",
                    At = Duration.FromMinutes(40), For = Duration.FromSeconds(10),
                },
            ],
        },
        Topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
            Clients = new Dictionary<string, ClientSpec>
            {
                ["phone"] = new()
                {
                    Server = "example.org", Count = phones, Policy = new PolicyChoice(null, policy),
                    Link = new LinkChoice(null, Rough),
                },
            },
        },
    };

    private static readonly LinkProfile Rough = new()
    {
        Delay = Duration.FromMilliseconds(40), Jitter = Duration.FromMilliseconds(15),
        JitterShape = JitterShape.Exponential,
        Loss = new LossProfile
        {
            BadFor = Duration.FromSeconds(2), GoodFor = Duration.FromSeconds(30),
            LossWhenBad = new Probability(500_000_000),
        },
        Outages = new OutageProfile
        {
            Every = Duration.FromMinutes(5), Median = Duration.FromSeconds(5), SigmaPermille = 800,
        },
    };

    private static readonly Policy Acks = new()
    {
        Acks = new AckPolicy
        {
            Every = Duration.FromSeconds(30), Timeout = Duration.FromSeconds(10), Resume = Duration.FromMinutes(5),
        },
    };

    private static readonly Policy Ping = new()
    {
        Ping = new PingPolicy { Every = Duration.FromSeconds(30), Timeout = Duration.FromSeconds(10) },
    };

    /// <summary>
    /// What happened on one client's link whoever used it: when it was dead, and nothing of its packets.
    /// </summary>
    private sealed class Weather(int host) : IJournalReader
    {
        public List<(Instant, PathEntry)> Changes { get; } = [];

        public void On(in Entry e)
        {
            if (e.Kind == EntryKind.PathChanged && e.Host == host) Changes.Add((e.At, PathEntry.Of(in e)));
        }
    }

    private static List<(Instant, PathEntry)> WeatherOf(RunSpec spec, int host)
    {
        var weather = new Weather(host);
        Simulation.Run(spec, new RunOptions { Reader = weather });
        return weather.Changes;
    }

    [Fact]
    public void The_same_scenario_and_seed_give_the_same_history() =>
        Assert.Null(Repetition.Compare(
            r => Simulation.Run(Spec(3, 5, Acks), new RunOptions { Reader = r }),
            r => Simulation.Run(Spec(3, 5, Acks), new RunOptions { Reader = r })));

    [Fact]
    public void Another_seed_gives_another_history() =>
        Assert.NotEqual(
            Simulation.Run(Spec(3, 2, Acks), RunOptions.Default)!.JournalHash,
            Simulation.Run(Spec(4, 2, Acks), RunOptions.Default)!.JournalHash);

    [Fact]
    public void Two_policies_under_one_seed_face_the_same_weather()
    {
        List<(Instant, PathEntry)> acks = WeatherOf(Spec(3, 3, Acks), 1);
        Assert.True(acks.Count > 10, $"{acks.Count} changes");
        Assert.Equal(acks, WeatherOf(Spec(3, 3, Ping), 1));
    }

    [Fact]
    public void Adding_clients_does_not_change_the_weather_of_the_others() =>
        Assert.Equal(WeatherOf(Spec(3, 3, Ping), 1), WeatherOf(Spec(3, 7, Ping), 1));

    [Fact]
    public void With_stream_management_no_message_between_clients_is_lost()
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            RunResult run = Simulation.Run(Spec(seed, 3, Acks), RunOptions.Default)!;
            Assert.Equal(0, run.Value("messages.lost"));
        }
    }
}
