using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Whole runs of servers that talk to each other on the simulated network, 40 ms apart.</summary>
public class FederatedRunTests
{
    private static readonly Policy Requests = new()
    {
        Acks = new AckPolicy { Every = Duration.FromSeconds(60), Timeout = Duration.FromSeconds(20) },
    };

    private static readonly Policy Pings = new()
    {
        Ping = new PingPolicy { Every = Duration.FromSeconds(60), Timeout = Duration.FromSeconds(20) },
    };

    private sealed class Kept : IJournalReader
    {
        public List<Entry> Entries { get; } = [];

        public void On(in Entry entry) => Entries.Add(entry);
    }

    private static LinkChoice Link(int milliseconds) =>
        new(null, new LinkProfile { Delay = Duration.FromMilliseconds(milliseconds) });

    private static RunSpec Spec(S2sSpec? s2s, params FaultSpec[] faults)
    {
        var servers = new Dictionary<string, ServerSpec> { ["a.example"] = new(), ["b.example"] = new() };
        var clients = new Dictionary<string, ClientSpec>
        {
            ["alice"] = new() { Server = "a.example", Count = 8, Link = Link(10) },
            ["bob"] = new() { Server = "b.example", Count = 8, Link = Link(10) },
        };
        return new RunSpec
        {
            ScenarioName = "test", Seed = 7,
            Topology = new Topology { Servers = servers, Clients = clients, S2s = s2s is null ? [] : [s2s] },
            Scenario = new Scenario
            {
                Topology = "t", Duration = Duration.FromHours(1), Tail = Duration.FromMinutes(10), Faults = faults,
                Workload =
                [
                    new WorkloadSpec { From = "alice", To = "bob", Every = Duration.FromSeconds(60),
                        Begin = Duration.FromSeconds(5), End = Duration.FromMinutes(55) },
                ],
            },
        };
    }

    private static S2sSpec Pair(Policy policy, int streams = 1) => new()
    {
        Between = ["a.example", "b.example"], Streams = streams, Link = Link(40),
        Policy = new PolicyChoice(null, policy),
    };

    private static FaultSpec Cut(string target, CutDirection direction = CutDirection.Both) => new()
    {
        Kind = FaultKinds.Cut, Target = target, Direction = direction, At = Duration.FromMinutes(10),
        For = Duration.FromMinutes(30),
    };

    private static RunResult Run(RunSpec spec, IJournalReader? reader = null) =>
        Simulation.Run(spec, RunOptions.Default with { Reader = reader })!;

    [Theory]
    [InlineData(FederationAuth.Dialback, 24)]
    [InlineData(FederationAuth.External, 14)]
    public void Messages_pass_and_the_first_one_waits_for_the_handshakes(FederationAuth auth, int flights)
    {
        RunResult run = Run(Spec(Pair(Policy.Nothing) with { Auth = auth }));
        Assert.True(run.Value("messages.sent") > 300);
        Assert.Equal(run.Value("messages.sent"), run.Value("messages.delivered"));
        Assert.Equal(0, run.Value("federation.blamed-wrongly"));
        Assert.Equal(0.04 * flights, run.Value("federation.first-delay.p50"), 3);
        Assert.Equal(auth == FederationAuth.Dialback ? 2 : 1, run.Value("federation.handshakes"));
    }

    [Fact]
    public void Servers_that_the_topology_does_not_join_do_not_know_each_other()
    {
        RunResult run = Run(Spec(null));
        Assert.Equal(run.Value("messages.sent"), run.Value("messages.bounced"));
        Assert.True(double.IsNaN(run.Value("federation.handshakes")));
        Assert.Null(run.Streams);
    }

    [Fact]
    public void A_dead_member_is_found_by_ack_requests_and_nothing_is_lost()
    {
        RunResult run = Run(Spec(Pair(Requests, 4), Cut("a.example->b.example#2")));
        Incident death = Assert.Single(run.Streams!.Deaths);
        Assert.Equal(("a.example->b.example#2", Mechanism.AckTimeout), (death.ClientName, death.Mechanism));
        Assert.InRange(death.Elapsed.TotalSeconds, 20, 80);
        Assert.Equal(1, run.Value("federation.detected"));
        Assert.Equal(0, run.Value("messages.lost"));
        Assert.Equal(0, run.Value("messages.bounced"));
        Assert.Equal(0, run.Value("federation.reordered"));
        Assert.Equal(0, run.Value("federation.blamed-wrongly"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("b.example->a.example")]   // of the answers
    [InlineData("a.example->b.example")]   // of the questions
    public void The_echo_account_of_another_server_answers_and_each_way_is_counted_once(string? cut)
    {
        RunSpec spec = Spec(Pair(Policy.Nothing), cut is null ? [] : [Cut(cut)]);
        WorkloadSpec toEcho = spec.Scenario.Workload[0] with { To = "echo@b.example" };
        RunResult run = Run(spec with { Scenario = spec.Scenario with { Workload = [toEcho] } });
        double lost = run.Value("messages.lost"), sent = run.Value("messages.sent");
        Assert.Equal(0, run.Value("messages.doubled"));
        Assert.Equal(sent, run.Value("messages.delivered") + lost + run.Value("messages.bounced"));
        MessageRecord[] questions = [.. run.Messages.Where(m => m.From >= 0)];
        MessageRecord[] answers = [.. run.Messages.Where(m => m.From < 0)];
        Assert.Equal(questions.Count(m => m.Fate == MessageFate.Delivered), answers.Length);
        Assert.All(answers, a => Assert.InRange(a.To, 0, 7));
        Assert.Equal(cut is not null, lost > 0);
        Assert.Equal(cut == "a.example->b.example", questions.Any(m => m.Fate == MessageFate.Lost));
        if (cut is null) Assert.True(answers.Length > 300);
    }

    [Fact]
    public void A_question_that_is_sent_again_between_servers_is_answered_again_and_counted_once()
    {
        // b gets the questions, a gets no acknowledgement and sends them again once the path is back
        FaultSpec deaf = Cut("a.example->b.example", CutDirection.Down) with { For = Duration.FromSeconds(40) };
        RunSpec spec = Spec(Pair(Requests), deaf);
        WorkloadSpec toEcho = spec.Scenario.Workload[0] with { To = "echo@b.example" };
        RunResult run = Run(spec with { Scenario = spec.Scenario with { Workload = [toEcho] } });
        Assert.Contains(run.Messages, m => m.From < 0 && m.Copies > 1);
        Assert.Equal(run.Messages.Count, run.Messages.Select(m => m.Number).Distinct().Count());
        Assert.Equal(run.Messages.Count(m => m.From >= 0), run.Messages.Count(m => m.From < 0));
        Assert.Equal(run.Value("messages.sent"), run.Value("messages.delivered"));
        Assert.Equal(run.Messages.Count(m => m.Copies > 1), run.Value("messages.doubled"));
    }

    [Fact]
    public void A_dead_member_takes_what_its_own_senders_say_and_nobody_elses()
    {
        RunSpec spec = Spec(Pair(Policy.Nothing, 4), Cut("a.example->b.example#2"));
        RunResult run = Run(spec);
        int[] losing = [.. run.Messages.Where(m => m.Fate == MessageFate.Lost).Select(m => m.From).Distinct()];
        Assert.Equal(losing.Length / 8.0, run.Value("federation.senders.losing"));
        Assert.InRange(losing.Length, 1, 5);
        Assert.Equal(0, run.Value("federation.senders.reordered"));
        Assert.Equal(0, run.Value("federation.bounced.after"));
        run = Run(Spec(Pair(Policy.Nothing) with { Retry = RetryRule.NegativeCache, RetryMax = Duration.FromHours(1) },
            new FaultSpec { Kind = FaultKinds.Restart, Target = "b.example", At = Duration.FromMinutes(10),
                For = Duration.FromMinutes(2) }));
        double last = run.Messages.Where(m => m.Fate == MessageFate.Bounced).Max(m => m.SentAt.Nanoseconds) / 1e9;
        Assert.Equal(last - 12 * 60, run.Value("federation.bounced.after"), 3);
        Assert.Equal(1, run.Value("federation.senders.bounced"));
    }

    [Fact]
    public void Ack_requests_of_one_server_alone_find_its_dead_member()
    {
        S2sSpec oneSided = Pair(Requests, 4) with { SecondPolicy = new PolicyChoice(null, Policy.Nothing) };
        RunResult run = Run(Spec(oneSided, Cut("a.example->b.example#2")));
        Assert.Equal(Mechanism.AckTimeout, Assert.Single(run.Streams!.Deaths).Mechanism);
        Assert.Equal(0, run.Value("messages.lost"));
    }

    [Fact]
    public void A_fault_hits_one_connection_or_one_direction_or_a_whole_half()
    {
        foreach ((string target, CutDirection direction, int routes) in new[]
        {
            ("a.example->b.example#1", CutDirection.Both, 1), ("a.example->b.example#1", CutDirection.Down, 1),
            ("b.example->a.example", CutDirection.Up, 4), ("a.example->b.example#any", CutDirection.Both, 1),
            ("b.example", CutDirection.Both, 8),
        })
        {
            var kept = new Kept();
            RunSpec spec = Spec(Pair(Policy.Nothing, 4), Cut(target, direction));
            Run(spec, kept);
            Entry[] cuts = [.. kept.Entries.Where(e => e.Kind == EntryKind.PathChanged && e.Host >= 18
                && PathEntry.Of(e).IsDead
                && e.At == Instant.Zero + Duration.FromMinutes(10))];
            Assert.Equal(routes, cuts.Select(e => e.Host).Distinct().Count());
            IReadOnlyList<string> names = spec.Topology.HostNames();
            Assert.All(cuts, e => Assert.Contains(target.Split('#')[0], names[e.Host]));
            (bool up, bool down) = (direction != CutDirection.Down, direction != CutDirection.Up);
            Assert.Contains(cuts, e => PathEntry.Of(e) is var p && (p.UpDead, p.DownDead) == (up, down));
        }
    }

    [Fact]
    public void When_the_answers_take_a_dead_stream_a_ping_blames_a_living_one()
    {
        S2sSpec pair = Pair(Pings) with { SecondPolicy = new PolicyChoice(null, Policy.Nothing) };
        RunResult run = Run(Spec(pair, Cut("b.example->a.example")));
        Assert.True(run.Value("federation.blamed-wrongly") >= 1);
        Assert.True(run.Value("messages.bounced") > 0);                  // b cannot verify a's key any more
        Assert.Contains(run.Streams!.Marks, m => m.FalseAlarm && m.Client == 0);
    }

    [Theory]
    [InlineData("crash")]
    [InlineData("restart")]
    [InlineData("freeze")]
    public void A_server_that_went_away_is_talked_to_again(string kind)
    {
        FaultSpec fault = Cut("b.example") with { Kind = FaultKinds.Find(kind)!, For = Duration.FromMinutes(5) };
        RunSpec spec = Spec(Pair(Requests, 2), fault);
        spec = spec with { Scenario = spec.Scenario with { Workload = [spec.Scenario.Workload[0] with
        {
            Begin = Duration.FromMinutes(30),
        }, spec.Scenario.Workload[0] with { End = Duration.FromMinutes(30) }] } };
        spec = spec with { Topology = spec.Topology with { Clients = spec.Topology.Clients.ToDictionary(
            c => c.Key, c => c.Value with { Policy = new PolicyChoice(null, new Policy { Ping = Pings.Ping }) }) } };
        RunResult run = Run(spec);
        Assert.True(run.Value("federation.handshakes") > 2);
        Assert.All(run.Messages.Where(m => m.SentAt > Instant.Zero + Duration.FromMinutes(30)),
            m => Assert.Equal(MessageFate.Delivered, m.Fate));
    }

    [Fact]
    public void Streams_that_a_middlebox_resets_are_opened_anew()
    {
        // stanzas are always under way, so a place is filled again in the moment of its reset
        FaultSpec reset = Cut("a.example->b.example") with { Kind = FaultKinds.Reset, For = null };
        RunSpec spec = Spec(Pair(Requests, 4), reset);
        WorkloadSpec busy = spec.Scenario.Workload[0] with { Every = Duration.FromMilliseconds(500) };
        spec = spec with { Scenario = spec.Scenario with { Workload = [busy] } };
        RunResult run = Run(spec);
        Assert.True(run.Value("federation.handshakes") > 8);
        Assert.Equal(0, run.Value("messages.lost"));
    }

    [Fact]
    public void A_server_with_a_count_is_many_and_the_same_one_twice_is_a_mesh()
    {
        var topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec> { ["node.example"] = new() { Count = 4 } },
            Clients = new Dictionary<string, ClientSpec> { ["user"] = new() { Server = "node.example", Count = 6 } },
            S2s = [new S2sSpec { Between = ["node.example", "node.example"], Streams = 2 }],
        };
        IReadOnlyList<string> names = topology.HostNames();
        Assert.Equal(6 + 4 + 4 * 3 * 2, names.Count);
        Assert.Equal(["node-0.example", "node-1.example", "node-2.example", "node-3.example"], names.Skip(6).Take(4));
        Assert.Contains("node-3.example->node-0.example#1", names);
        var cast = new Cast(topology);
        Assert.Equal(["node-0.example", "node-1.example", "node-2.example", "node-3.example", "node-0.example",
            "node-1.example"], cast.Members.Select(m => m.Domain));
    }
}
