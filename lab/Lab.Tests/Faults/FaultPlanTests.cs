using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>When faults strike, read off the journal.</summary>
public sealed class FaultPlanTests
{
    private sealed class Strikes : IJournalReader
    {
        public readonly List<(Duration At, int Fault, bool Begins)> Seen = [];
        public readonly List<(Duration At, Step Step)> Steps = [];
        public readonly List<(int Host, int Occurrence)> Begun = [];

        public void On(in Entry e)
        {
            if (e.Kind is EntryKind.FaultBegan or EntryKind.FaultEnded)
                Seen.Add((e.At - Instant.Zero, FaultEntry.Of(in e).Fault, e.Kind == EntryKind.FaultBegan));
            if (e.Kind == EntryKind.FaultBegan) Begun.Add((e.Host, FaultEntry.Of(in e).Occurrence));
            if (e.Kind == EntryKind.StepReached) Steps.Add((e.At - Instant.Zero, StepEntry.Of(in e).Step));
        }
    }

    private static (Strikes Strikes, RunResult Result) Play(Duration tail, params FaultSpec[] faults)
    {
        var strikes = new Strikes();
        RunResult result = Simulation.Run(
            new RunSpec
            {
                ScenarioName = "plan", Seed = 1,
                Scenario = new Scenario
                {
                    Topology = "t", Duration = Duration.FromMinutes(10), Tail = tail, Faults = faults,
                },
                Topology = new Topology
                {
                    Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
                    Clients = new Dictionary<string, ClientSpec>
                    {
                        ["phone"] = new()
                        {
                            Server = "example.org",
                            Link = new LinkChoice(null, new LinkProfile { Delay = Duration.FromMilliseconds(30) }),
                            Policy = new PolicyChoice(null, new Policy
                            {
                                Connect = new ConnectPolicy
                                {
                                    Tcp = Duration.FromSeconds(15), Tls = null, Step = null,
                                    Total = Duration.FromSeconds(20),
                                },
                                Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed,
                                    First = Duration.FromSeconds(5) },
                            }),
                        },
                    },
                },
            },
            new RunOptions { Reader = strikes })!;
        return (strikes, result);
    }

    private static FaultSpec After(FaultKind kind, int seconds, Duration? every = null, int at = 0) => new()
    {
        Kind = kind, Target = Target.Parse("phone"), After = Step.AuthSent, For = Duration.FromSeconds(seconds),
        Every = every, At = Duration.FromSeconds(at), Direction = kind == FaultKinds.Cut ? CutDirection.Down
            : CutDirection.Both,
    };

    [Fact]
    public void Two_faults_that_wait_for_one_step_strike_both()
    {
        (Strikes strikes, _) = Play(Duration.Zero, After(FaultKinds.Cut, 5), After(FaultKinds.Freeze, 5));
        Assert.Equal([0, 1], strikes.Seen.Where(s => s.Begins).Select(s => s.Fault));
        Duration step = strikes.Steps.First(s => s.Step == Step.AuthSent).At;
        Assert.All(strikes.Seen.Where(s => s.Begins), s => Assert.Equal(step, s.At));
    }

    [Fact]
    public void A_fault_that_comes_again_waits_for_its_step_each_time()
    {
        (Strikes strikes, _) = Play(
            Duration.FromMinutes(2), After(FaultKinds.Cut, 22, every: Duration.FromMilliseconds(1)));
        (Duration At, int Fault, bool Begins)[] begins = [.. strikes.Seen.Where(s => s.Begins)];
        Assert.InRange(begins.Length, 3, 100);
        Assert.All(begins, b => Assert.Contains(strikes.Steps, s => s == (b.At, Step.AuthSent)));
    }

    [Fact]
    public void A_fault_that_waits_does_not_strike_before_its_time()
    {
        (Strikes strikes, _) = Play(Duration.Zero, After(FaultKinds.Cut, 5, at: 60));
        Assert.Empty(strikes.Seen);                                // it logged in at once, and never again
    }

    [Fact]
    public void Every_fault_ends_where_the_tail_begins_and_none_begins_in_it()
    {
        var endless = new FaultSpec { Kind = FaultKinds.Cut, Target = Target.Parse("phone"),
            At = Duration.FromMinutes(1) };
        var late = endless with { At = Duration.FromMinutes(9) };
        (Strikes strikes, RunResult result) = Play(Duration.FromMinutes(3), endless, late);
        Assert.Equal([(Duration.FromMinutes(1), 0, true), (Duration.FromMinutes(7), 0, false)], strikes.Seen);
        Assert.True(double.IsFinite(result.Value("recovery.time")));
    }

    [Fact]
    public void A_fault_begins_somewhere_within_its_time()
    {
        (Strikes strikes, _) = Play(Duration.Zero, [.. Enumerable.Range(0, 8).Select(_ => new FaultSpec
        {
            Kind = FaultKinds.Reset, Target = "phone", At = Duration.FromMinutes(1), Within = Duration.FromMinutes(4),
        })]);
        double[] times = [.. strikes.Seen.Where(s => s.Begins).Select(s => s.At.TotalSeconds)];
        Assert.Equal(8, times.Distinct().Count());
        Assert.All(times, t => Assert.InRange(t, 60, 300));
        Assert.InRange(times.Max() - times.Min(), 60, 240);
    }

    [Fact]
    public void A_fault_comes_again_after_gaps_that_are_drawn_and_is_counted()
    {
        (Strikes strikes, _) = Play(Duration.Zero, new FaultSpec
        {
            Kind = FaultKinds.Freeze, Target = "example.org", For = Duration.FromSeconds(1),
            Every = Duration.FromSeconds(20),
        });
        Assert.InRange(strikes.Begun.Count, 10, 60);
        Assert.Equal(Enumerable.Range(0, strikes.Begun.Count).Select(n => (1, n)), strikes.Begun);   // host 1: server
        double[] times = [.. strikes.Seen.Select(s => s.At.TotalSeconds)];
        Assert.Equal(strikes.Begun.Count - 1,
            times.Skip(1).Where((_, i) => i % 2 == 1).Zip(times.Where((_, i) => i % 2 == 1), (a, b) => a - b).Distinct()
                .Count());
    }

    [Fact]
    public void A_crash_within_a_crash_does_not_end_the_outer_one()
    {
        FaultSpec Crash(int from, int to) => new()
        {
            Kind = FaultKinds.Crash, Target = Target.Parse("phone"), At = Duration.FromSeconds(from),
            For = Duration.FromSeconds(to - from),
        };
        (_, RunResult result) = Play(Duration.Zero, Crash(120, 240), Crash(180, 200));
        Assert.InRange(result.Value("availability"), 0.797, 0.8);   // 2 of 10 minutes, and two logins of 0.6 s
    }

    private static FaultSpec During(FaultKind kind, string target, int from, int to) => new()
    {
        Kind = kind, Target = target, At = Duration.FromSeconds(from), For = Duration.FromSeconds(to - from),
    };

    private static IEnumerable<(FaultKind Kind, int From, int To)> Drawn(params FaultSpec[] faults) =>
        Play(Duration.Zero, faults).Result.Faults.Select(b =>
            (b.Kind, (int)(b.From - Instant.Zero).TotalSeconds, (int)(b.To - Instant.Zero).TotalSeconds));

    [Fact]
    public void A_process_is_drawn_as_what_keeps_it_from_running_at_the_time() => Assert.Equal(
        [(FaultKinds.Freeze, 60, 120), (FaultKinds.Crash, 120, 180), (FaultKinds.Freeze, 180, 300)],
        Drawn(During(FaultKinds.Freeze, "phone", 60, 300), During(FaultKinds.Crash, "phone", 120, 180)));

    [Fact]
    public void The_same_fault_at_both_ends_is_drawn_until_each_of_them_is_over() => Assert.Equal(
        [(FaultKinds.Crash, 60, 120), (FaultKinds.Crash, 90, 180)],
        Drawn(During(FaultKinds.Crash, "phone", 60, 120), During(FaultKinds.Crash, "example.org", 90, 180)));
}
