using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>For each rule a history that breaks it, written by hand, and one that does not.</summary>
public sealed class InvariantsTests
{
    private const int Phone = 0, Desk = 1, Server = 2, Cut = 0, Crash = 1, Freeze = 2, Restart = 3;

    private static readonly RunSpec Spec = new()
    {
        ScenarioName = "cheat", Seed = 7, Point = [new Setting("clients.phone.policy", "ping")],
        Topology = new Topology
        {
            Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
            Clients = new Dictionary<string, ClientSpec>
            {
                ["phone"] = new() { Server = "example.org" }, ["desk"] = new() { Server = "example.org" },
            },
        },
        Scenario = new Scenario
        {
            Topology = "t", Duration = Duration.FromHours(1),
            Faults =
            [
                new() { Kind = FaultKinds.Cut, Target = "phone" }, new() { Kind = FaultKinds.Crash, Target = "phone" },
                new() { Kind = FaultKinds.Freeze, Target = "phone" },
                new() { Kind = FaultKinds.Restart, Target = "example.org" },
            ],
        },
    };

    private static readonly StreamEnd Fin = new(Mechanism.Fin);

    private static Instant At(long second) => Instant.Zero + Duration.FromSeconds(second);

    private static RunResult Result(params MessageRecord[] messages) => new()
    {
        Spec = Spec, JournalHash = 0, Entries = 0, Events = 0, Measures = [], Messages = messages,
    };

    private static IReadOnlyList<string> Doubts(Action<Journal> history, RunResult? result = null)
    {
        var journal = new Journal();
        var invariants = new Invariants(Spec, new Cast(Spec.Topology));
        journal.Attach(invariants);
        history(journal);
        return invariants.Finish(result ?? Result());
    }

    private static void Online(Journal journal, int client, int connection, long second = 0)
    {
        journal.ConnectAttempt(At(second), client, connection);
        journal.FarAccepted(At(second), client, connection);
        journal.ClientOnline(At(second), client, resumed: false, connection);
        journal.ServerAvailable(At(second), client, resumed: false, connection);
    }

    private static void Sent(Journal journal, long number, int to) => journal.MessageSent(At(1), Phone, number, to);

    private static void Packet(Journal journal, long second, Direction direction, bool delivered)
    {
        if (delivered)
            journal.PacketDelivered(At(second), Phone, direction, SegmentUse.Data, Traffic.Payload, 100);
        else journal.PacketSent(At(second), Phone, direction, SegmentUse.Data, Traffic.Payload, 100);
    }

    /// <summary>What is done, and the words of the doubt; none = nothing is wrong with it.</summary>
    private static readonly Dictionary<string, (Action<Journal> History, string? Doubt)> Cases = new()
    {
        ["a connection that begins, is used and ends at both ends"] = (j =>
        {
            Online(j, Phone, 0);
            j.ClientOffline(At(5), Phone, Fin, 0);
            j.TransportEnded(At(5), Phone, PathEnd.Near, TcpEnd.Closed, 0);
            j.TransportEnded(At(6), Phone, PathEnd.Far, TcpEnd.Closed, 0);
            j.ServerOffline(At(6), Phone, Fin, 0);
            Online(j, Phone, 1, 7);
        }, null),
        ["time"] = (j =>
        {
            j.ServerLost(At(5), Phone);
            j.ServerLost(At(4), Phone);
        }, "time runs back"),
        ["a connection's number"] = (j =>
        {
            Online(j, Phone, 3);
            Online(j, Desk, 2);
        }, "connection 2 comes after 3"),
        ["a stream that ends twice"] = (j =>
        {
            Online(j, Phone, 0);
            j.ClientOffline(At(5), Phone, Fin, 0);
            j.ClientOffline(At(6), Phone, Fin, 0);
        }, "is over a second time"),
        ["a transport that ends twice"] = (j =>
        {
            Online(j, Phone, 0);
            j.TransportEnded(At(5), Phone, PathEnd.Far, TcpEnd.Closed, 0);
            j.TransportEnded(At(6), Phone, PathEnd.Far, TcpEnd.Closed, 0);
        }, "is closed a second time"),
        ["an end of what never began"] = (j => j.ServerOffline(At(1), Phone, Fin, 0), "no connection 0 of it"),
        ["a far end that was never accepted"] = (j =>
        {
            j.ConnectAttempt(At(0), Phone, 0);
            j.ServerAvailable(At(1), Phone, resumed: false, 0);
        }, "has never begun"),
        ["a connection of somebody else"] = (j =>
        {
            Online(j, Phone, 0);
            j.ClientOffline(At(5), Desk, Fin, 0);
        }, "no connection 0 of it"),
        ["online after its end"] = (j =>
        {
            j.ConnectAttempt(At(0), Phone, 0);
            j.ClientOffline(At(5), Phone, Fin, 0);
            j.ClientOnline(At(6), Phone, resumed: false, 0);
        }, "after its end"),
        ["two attempts in flight"] = (j =>
        {
            j.ConnectAttempt(At(0), Phone, 0);
            j.ConnectAttempt(At(1), Desk, 1);
            j.ConnectAttempt(At(2), Phone, 2);
        }, "it connects while connection 0 is not over"),
        ["a process that is gone"] = (j =>
        {
            j.ProcessChanged(At(1), Server, ProcessState.Gone, Restart);
            j.ServerHibernated(At(2), Phone, 0);
        }, "a process that is gone did something"),
        ["a frozen process"] = (j =>
        {
            j.ProcessChanged(At(1), Phone, ProcessState.Frozen, Freeze);
            Packet(j, 2, Direction.Up, delivered: false);
            j.RetryScheduled(At(2), Phone, Duration.Zero, 1);
        }, "a frozen process did something"),
        ["the kernel of a process that is gone or frozen"] = (j =>
        {
            j.ProcessChanged(At(1), Phone, ProcessState.Frozen, Freeze);
            j.ProcessChanged(At(1), Server, ProcessState.Gone, Restart);
            Packet(j, 2, Direction.Up, delivered: false);
            Packet(j, 2, Direction.Down, delivered: false);
        }, null),
        ["a host without power"] = (j =>
        {
            j.ProcessChanged(At(1), Phone, ProcessState.Gone, Crash);
            Packet(j, 2, Direction.Down, delivered: false);
            Packet(j, 3, Direction.Up, delivered: false);
        }, "a host without power did something"),
        ["a host whose power is back while its process is away"] = (j =>
        {
            j.ProcessChanged(At(1), Phone, ProcessState.Gone, Crash);
            j.FaultEnded(At(2), Phone, Crash, 0);
            Packet(j, 3, Direction.Up, delivered: false);
        }, null),
        ["a packet through a cut"] = (j =>
        {
            Packet(j, 0, Direction.Down, delivered: false);
            Packet(j, 0, Direction.Up, delivered: false);
            j.PathChanged(At(1), Phone, upDead: true, downDead: false, Cut);
            Packet(j, 2, Direction.Down, delivered: true);
            Packet(j, 3, Direction.Up, delivered: true);
        }, "a packet came through a cut"),
        ["a packet that was on its way when the link's own outage began"] = (j =>
        {
            Packet(j, 0, Direction.Up, delivered: false);
            j.PathChanged(At(1), Phone, upDead: true, downDead: true, PathEntry.Weather);
            Packet(j, 2, Direction.Up, delivered: true);
        }, null),
        ["a packet after a cut"] = (j =>
        {
            j.PathChanged(At(1), Phone, upDead: true, downDead: true, Cut);
            Packet(j, 2, Direction.Up, delivered: false);
            j.PathChanged(At(3), Phone, upDead: false, downDead: false, Cut);
            Packet(j, 3, Direction.Up, delivered: true);
        }, null),
        ["a message that was never sent"] = (j => j.MessageReceived(At(2), Phone, 5), "message 5 was never sent"),
        ["a message's number"] = (j =>
        {
            Sent(j, 5, Desk);
            Sent(j, 5, Desk);
        }, "message 5 comes after 5"),
        ["a message for somebody else"] = (j =>
        {
            Sent(j, 5, Desk);
            j.MessageReceived(At(2), Phone, 5);
        }, "message 5 is for 1, and 0 has it"),
        ["an answer to nothing"] = (j => j.MessageSent(At(1), -1, XmppServer.EchoOffset + 5, SentEntry.OwnEcho),
            "answers one that was never sent"),
        ["a message without a fate"] = (j => Sent(j, 5, Desk), "1 messages were sent and 0 have a fate"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_cannot_be_is_doubted_and_what_can_be_is_not(string name)
    {
        (Action<Journal> history, string? doubt) = Cases[name];
        IReadOnlyList<string> doubts = Doubts(history);
        if (doubt is null) Assert.Empty(doubts);
        else Assert.Contains(doubts, d => d.Contains(doubt, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(EntryKind.MessageReceived, MessageFate.Delivered, true)]
    [InlineData(EntryKind.MessageReceived, MessageFate.Lost, false)]
    [InlineData(EntryKind.MessageBounced, MessageFate.Bounced, true)]
    [InlineData(EntryKind.MessageBounced, MessageFate.Delivered, false)]
    [InlineData(EntryKind.MessageHeld, MessageFate.Pending, true)]
    [InlineData(EntryKind.MessageHeld, MessageFate.Lost, false)]
    [InlineData(EntryKind.MessageAccepted, MessageFate.Lost, true)]
    [InlineData(EntryKind.MessageAccepted, MessageFate.Stored, false)]
    public void A_message_has_the_fate_that_the_journal_tells(EntryKind what, MessageFate fate, bool right)
    {
        var record = new MessageRecord(5, Phone, Desk, At(1), At(2), 0, fate);
        IReadOnlyList<string> doubts = Doubts(
            j =>
            {
                Sent(j, 5, Desk);
                j.Add(At(2), what == EntryKind.MessageReceived ? Desk : Phone, what, 5);
            },
            Result(record));
        Assert.Equal(right, doubts.Count == 0);
    }

    [Theory]
    [InlineData(0.5, true)]
    [InlineData(1.5, false)]
    [InlineData(-0.1, false)]
    [InlineData(double.NaN, true)]
    public void A_share_is_from_0_to_1(double value, bool right) => Assert.Equal(
        right,
        Doubts(_ => { }, Result() with { Measures = [new Measure("availability", value)] }).Count == 0);

    [Fact]
    public void A_doubt_says_who_is_at_fault_in_which_run_and_what_came_before()
    {
        string doubt = Assert.Single(Doubts(Cases["a frozen process"].History));
        Assert.StartsWith("the lab is at fault: a frozen process did something. Seed 7, simulated, "
            + "clients.phone.policy=ping. The journal up to there: ", doubt);
        Assert.Contains("1 s phone process-changed state=frozen fault=freeze fault-number=2", doubt);
        Assert.EndsWith("2 s phone retry-scheduled delay=0s attempt=1", doubt);
    }

    [Fact]
    public void A_run_that_is_doubted_is_judged_unknown()
    {
        RunResult cheated = Result() with
        {
            Doubts = Doubts(Cases["time"].History), Measures = [new Measure("availability", 1)],
        };
        Scenario scenario = Spec.Scenario with
        {
            Expect = [new Expectation { Metric = "availability", AtLeast = new Quantity(0.5, Unit.Share) }],
        };
        Assert.Equal(Verdict.Unknown, Assert.Single(Experiments.Checks.Evaluate(scenario, [cheated])).Verdict);
    }
}
