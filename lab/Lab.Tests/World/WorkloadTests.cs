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

    private static List<(double At, int From, int To)> Run(WorkloadSpec work, params FaultSpec[] faults) =>
        Run(work, new ClientSpec { Server = "example.org", Count = 2 }, faults);

    private static List<(double At, int From, int To)> Run(
        WorkloadSpec work, ClientSpec phone, params FaultSpec[] faults)
    {
        var sends = new Sends();
        RunResult result = Simulation.Run(
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
                    Clients = new Dictionary<string, ClientSpec> { ["phone"] = phone },
                },
            },
            new RunOptions { Reader = sends })!;
        Assert.Empty(result.Doubts);
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

    [Fact]
    public void What_is_written_at_times_is_written_then_by_each_and_all_at_once()
    {
        var work = new WorkloadSpec
        {
            From = "phone", To = "phone", At = [Duration.FromMinutes(5), Duration.FromMinutes(10)], Count = 3,
        };
        List<(double At, int From, int To)> seen = Run(work, new ClientSpec { Server = "example.org", Count = 3 });
        Assert.All(seen, s => Assert.Contains(s.At, new[] { 300.0, 600.0 }));
        // each draws a recipient for each message, and nobody writes to itself
        Assert.InRange(seen.Count, 8, 18);
        Assert.Equal(3, seen.Select(s => s.From).Distinct().Count());
        Assert.True(seen.GroupBy(s => (s.At, s.From)).Any(g => g.Select(s => s.To).Distinct().Count() == 2),
            "no sender drew two recipients");
    }

    /// <summary>Comes back at once, with its session.</summary>
    private static readonly ClientSpec Resumes = new()
    {
        Server = "example.org",
        Policy = new PolicyChoice(null, new Policy
        {
            Acks = new AckPolicy { Resume = Duration.FromMinutes(5) },
            Reconnect = new ReconnectPolicy { Kind = BackoffKind.AtOnce },
        }),
        Link = new LinkProfile { Delay = Duration.FromMilliseconds(10) },
    };

    private static readonly FaultSpec[] Resets =
    [
        new() { Kind = FaultKinds.Reset, Target = "phone", At = Duration.FromMinutes(5) },
        new() { Kind = FaultKinds.Reset, Target = "phone", At = Duration.FromMinutes(10) },
    ];

    [Theory]
    [InlineData(Occasion.Online, 3)]
    [InlineData(Occasion.NewSession, 1)]
    public void Who_comes_online_writes_then_and_a_resumed_session_is_no_new_one(Occasion on, int times)
    {
        List<(double At, int From, int To)> seen = Run(
            new WorkloadSpec { From = "phone", To = "echo@example.org", On = on, Count = 2 }, Resumes, Resets);
        Assert.Equal(2 * times, seen.Count);
        double[] at = [.. seen.Select(s => s.At).Distinct()];
        Assert.Equal(times, at.Length);
        Assert.InRange(at[0], 0.01, 1);
        if (times == 3) Assert.InRange(at[2], 600.01, 601);
    }

    [Fact]
    public void Coming_online_counts_from_begin_to_end()
    {
        List<(double At, int From, int To)> seen = Run(
            new WorkloadSpec
            {
                From = "phone", To = "echo@example.org", On = Occasion.Online, Begin = Duration.FromMinutes(1),
                End = Duration.FromMinutes(9),
            }, Resumes, Resets);
        Assert.InRange(Assert.Single(seen).At, 300, 301);
    }

    [Fact]
    public void Who_opens_the_app_writes_then_online_or_not()
    {
        List<(double At, int From, int To)> seen = Run(
            new WorkloadSpec { From = "phone", To = "echo@example.org", On = Occasion.Open },
            Resumes with
            {
                Foreground = new ForegroundSpec
                {
                    At = [Duration.FromMinutes(4), Duration.FromMinutes(12)], For = Duration.FromMinutes(1),
                },
            },
            new FaultSpec
            {
                Kind = FaultKinds.Cut, Target = "phone", At = Duration.FromMinutes(11), For = Duration.FromMinutes(5),
            });
        Assert.Equal([240.0, 720.0], seen.Select(s => s.At));
    }
}
