using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>When people have their apps open, read off the journal.</summary>
public sealed class ForegroundTests
{
    private const int Hour = 3600;

    private sealed class Openings : IJournalReader
    {
        public readonly List<(double At, int Client, bool Opened)> Seen = [];

        public void On(in Entry e)
        {
            if (e.Kind is EntryKind.AppOpened or EntryKind.AppClosed)
                Seen.Add(((e.At - Instant.Zero).TotalSeconds, e.Host, e.Kind == EntryKind.AppOpened));
        }
    }

    private static Duration Minutes(double n) => Duration.FromMilliseconds((long)(n * 60_000));

    private static List<(double At, int Client, bool Opened)> Run(
        ForegroundSpec spec, int hours = 48, Policy? policy = null, params FaultSpec[] faults)
    {
        var openings = new Openings();
        RunResult result = Simulation.Run(
            new RunSpec
            {
                ScenarioName = "people", Seed = 1,
                Scenario = new Scenario
                {
                    Topology = "t", Duration = Duration.FromHours(hours), Faults = faults,
                },
                Topology = new Topology
                {
                    Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
                    Clients = new Dictionary<string, ClientSpec>
                    {
                        ["phone"] = new()
                        {
                            Server = "example.org", Count = 2, Foreground = spec,
                            Policy = new PolicyChoice(null, policy ?? Policy.Nothing),
                        },
                    },
                },
            },
            new RunOptions { Reader = openings })!;
        Assert.Empty(result.Doubts);
        return openings.Seen;
    }

    [Fact]
    public void An_app_is_opened_at_its_times_and_left_when_its_time_is_over()
    {
        var spec = new ForegroundSpec { At = [Minutes(30), Minutes(90)], For = Minutes(3) };
        Assert.Equal([(1800, true), (1980, false), (5400, true), (5580, false)],
            Run(spec, 2).Where(s => s.Client == 0).Select(s => ((int)s.At, s.Opened)));
    }

    [Fact]
    public void Who_has_it_open_does_not_open_it_again()
    {
        var spec = new ForegroundSpec { At = [Minutes(30), Minutes(32), Minutes(34)], For = Minutes(3) };
        Assert.Equal([(1800, true), (1980, false), (2040, true), (2220, false)],
            Run(spec, 2).Where(s => s.Client == 0).Select(s => ((int)s.At, s.Opened)));
    }

    [Fact]
    public void Openings_at_random_keep_to_the_hours_of_each_day_and_are_each_client_s_own()
    {
        var spec = new ForegroundSpec
        {
            Every = Minutes(60), Arrivals = Arrivals.Poisson, For = Minutes(2), Between = [Minutes(420), Minutes(1380)],
        };
        var seen = Run(spec, 240).Where(s => s.Opened).ToLookup(s => s.Client, s => s.At);
        foreach (int client in new[] { 0, 1 })
        {
            // about 16 a day but for those within 2 min of another: 155 +- 3 sigma
            Assert.InRange(seen[client].Count(), 118, 192);
            Assert.All(seen[client], at => Assert.InRange(at % (24 * Hour), 7 * Hour, 23 * Hour));
            Assert.All(seen[client].Zip(seen[client].Skip(1)), p => Assert.True(p.Second - p.First >= 120));
        }
        Assert.Empty(seen[0].Intersect(seen[1]));
    }

    [Fact]
    public void The_policy_and_the_fate_of_the_device_change_nothing_of_it()
    {
        var spec = new ForegroundSpec { Every = Minutes(60), Arrivals = Arrivals.Poisson, For = Minutes(2) };
        var pings = new Policy { Ping = new PingPolicy { Every = Minutes(1), Timeout = Minutes(0.3) } };
        Assert.Equal(Run(spec), Run(spec, 48, pings, new FaultSpec
        {
            Kind = FaultKinds.Crash, Target = "phone", At = Minutes(60), For = Minutes(600),
        }));
    }
}
