using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Who writes when, read off the journal.</summary>
public sealed class WorkloadTests
{
    private sealed class Sends : IJournalReader
    {
        public readonly List<(double At, int From, int To)> Seen = [];

        public void On(in Entry e)
        {
            if (e.Kind == EntryKind.MessageSent && SentEntry.Of(in e) is { Number: < XmppServer.EchoOffset } sent)
                Seen.Add(((e.At - Instant.Zero).TotalSeconds, e.Host, sent.To));
        }
    }

    private static List<(double At, int From, int To)> Run(WorkloadSpec work, params FaultSpec[] faults)
    {
        var sends = new Sends();
        Simulation.Run(
            new RunSpec
            {
                ScenarioName = "work", Seed = 1,
                Scenario = new Scenario
                {
                    Topology = "t", Duration = Duration.FromMinutes(20), Faults = faults, Workload = [work],
                },
                Topology = new Topology
                {
                    Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
                    Clients = new Dictionary<string, ClientSpec>
                    {
                        ["phone"] = new() { Server = "example.org", Count = 2 },
                    },
                },
            },
            new RunOptions { Reader = sends });
        return sends.Seen;
    }

    private static WorkloadSpec Every(int seconds, string from = "phone", string to = "echo@example.org") => new()
    {
        From = from, To = to, Every = Duration.FromSeconds(seconds),
    };

    [Fact]
    public void Messages_are_written_from_begin_to_end_and_at_no_other_time()
    {
        double[] times = [.. Run(Every(10, "phone[0]") with
        {
            Begin = Duration.FromMinutes(5), End = Duration.FromMinutes(10),
        }).Select(s => s.At)];
        Assert.Equal(30, times.Length);
        Assert.InRange(times.Min(), 300, 310);
        Assert.InRange(times.Max(), 590, 600);
    }

    [Fact]
    public void Regular_writers_keep_their_distance_and_each_its_own_phase()
    {
        ILookup<int, double> times = Run(Every(10)).ToLookup(s => s.From, s => s.At);
        foreach (int phone in new[] { 0, 1 })
            Assert.All(times[phone].Zip(times[phone].Skip(1)), p => Assert.Equal(10, p.Second - p.First, 6));
        Assert.NotEqual(0, times[0].First());
        Assert.NotEqual(times[0].First(), times[1].First());
    }

    [Fact]
    public void Poisson_writers_come_as_it_happens()
    {
        double[] times = [.. Run(Every(10, "phone[0]") with { Arrivals = Arrivals.Poisson }).Select(s => s.At)];
        double[] gaps = [.. times.Zip(times.Skip(1), (a, b) => b - a)];
        Assert.True(gaps.Distinct().Count() > 50, $"{gaps.Length} gaps");
        Assert.InRange(gaps.Average(), 7, 13);
    }

    [Theory]
    [InlineData("phone", "echo@example.org", "phone")]
    [InlineData("echo@example.org", "phone", "example.org")]
    public void Who_does_not_run_writes_nothing(string from, string to, string stopped)
    {
        List<(double At, int From, int To)> seen = Run(Every(10, from, to), new FaultSpec
        {
            Kind = FaultKinds.Crash, Target = Target.Parse(stopped), At = Duration.FromMinutes(5),
            For = Duration.FromMinutes(5),
        });
        Assert.DoesNotContain(seen, s => s.At is > 300 and < 600);
        Assert.Contains(seen, s => s.At > 610);
    }

    [Fact]
    public void Nobody_writes_to_itself()
    {
        List<(double At, int From, int To)> seen = Run(Every(10, "phone", "phone"));
        Assert.NotEmpty(seen);
        Assert.All(seen, s => Assert.NotEqual(s.From, s.To));
    }
}
