using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Two devices of one account: whose session each entry names, and what becomes of messages.</summary>
public sealed class SharedAccountTests
{
    private const int Phone = 0, Laptop = 1, Bob = 2;
    private static readonly Policy Quick = new()
    {
        Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Seconds(1) },
    };

    private static readonly Policy Acks = Quick with
    {
        Acks = new AckPolicy { Every = Seconds(30), Timeout = Seconds(10), Resume = Seconds(60) },
    };

    private readonly History seen = new();
    private double seconds = 1000;

    private sealed class History : IJournalReader
    {
        public readonly List<Entry> Entries = [];

        public void On(in Entry e)
        {
            if (e.Kind is < EntryKind.PacketSent or > EntryKind.PacketOverflowed) Entries.Add(e);
        }

        public IEnumerable<Entry> Of(EntryKind kind, double from = 0) =>
            Entries.Where(e => e.Kind == kind && e.At >= Instant.Zero + Seconds(from));
    }

    private static Duration Seconds(double s) => Duration.FromMilliseconds((long)(s * 1000));

    private static ClientSpec Device(Policy policy, int priority = 0, string? resource = null) => new()
    {
        Server = "example.org", Account = "alice", Policy = new PolicyChoice(null, policy), Priority = priority,
        Resource = resource, Link = new LinkProfile { Delay = Duration.FromMilliseconds(10) },
    };

    private static FaultSpec Fault(FaultKind kind, string target, double at, double? length = null) => new()
    {
        Kind = kind, Target = target, At = Seconds(at), For = length is { } l ? Seconds(l) : null,
    };

    private static WorkloadSpec Work(string from, string to) => new() { From = from, To = to, Every = Seconds(10) };

    private RunResult Run(
        ClientSpec phone, ClientSpec laptop, Policy server, IReadOnlyList<WorkloadSpec> work, params FaultSpec[] faults)
    {
        RunResult result = Simulation.Run(new RunSpec
        {
            ScenarioName = "shared", Seed = 1,
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec>
                {
                    ["example.org"] = new() { Policy = new PolicyChoice(null, server) },
                },
                Clients = new OrderedDictionary<string, ClientSpec>
                {
                    ["phone"] = phone, ["laptop"] = laptop, ["bob"] = new() { Server = "example.org" },
                },
            },
            Scenario = new Scenario { Topology = "t", Duration = Seconds(seconds), Workload = work, Faults = faults },
        }, new RunOptions { Reader = seen, TellsStories = true })!;
        Assert.Empty(result.Doubts);
        return result;
    }

    private static int Count(RunResult run, MessageFate fate) => run.Messages.Count(m => m.Fate == fate);

    [Fact]
    public void A_message_goes_to_the_device_of_the_highest_priority_whoever_it_was_meant_for()
    {
        RunResult run = Run(Device(Quick), Device(Quick, priority: 5), Quick, [Work("bob", "phone")]);
        Assert.All(seen.Of(EntryKind.MessageReceived), e => Assert.Equal(Laptop, e.Host));
        Assert.Equal((100, 100, 0),
            (run.Messages.Count, Count(run, MessageFate.Delivered), run.Messages.Count(m => m.Copies > 1)));
        Assert.All(run.Messages, m => Assert.InRange(m.Delay.TotalSeconds, 0.01, 0.1));
        Assert.Equal(2, seen.Of(EntryKind.ServerAvailable).Count(e => e.Host is Phone or Laptop));
    }

    [Fact]
    public void Messages_to_the_ghost_of_one_device_are_lost_while_the_other_is_online()
    {
        WorkloadSpec[] work = [Work("bob", "laptop")];
        FaultSpec cut = Fault(FaultKinds.Cut, "phone", 105);
        seconds = 1200;
        RunResult run = Run(Device(Quick, priority: 5), Device(Quick), Quick, work, cut);
        // until its server's TCP gives up: the first in vain is sent at 113 s, 15 retransmissions take 924.6 s and more
        double end = Assert.Single(seen.Of(EntryKind.ServerOffline)).At.Nanoseconds / 1e9;
        Assert.InRange(end, 113 + 924.6, 113 + 924.6 * 1.1);
        Assert.All(seen.Of(EntryKind.MessageHanded, 105), e =>
            Assert.Equal(e.At.Nanoseconds / 1e9 < end ? Phone : Laptop, e.Host));
        Assert.InRange(Count(run, MessageFate.Lost), (int)(end - 105) / 10, (int)(end - 105) / 10 + 1);
        Assert.Equal(run.Messages.Count, Count(run, MessageFate.Lost) + Count(run, MessageFate.Delivered));
        Assert.DoesNotContain(seen.Of(EntryKind.ClientOffline), e => e.Host == Laptop);
        Experiments.Story told = Assert.Single(run.Stories);
        Assert.Equal(("phone", run.Messages.Count(m => m.Fate == MessageFate.Lost)), (told.Name, told.Lost));
        Assert.Contains(told.Lines, l => l.Text.Contains(
            "to laptop, whose account hands it to phone; it is lost: it was last written to a connection whose path was "
                + "dead", StringComparison.Ordinal));
        run = Run(Device(Quick), Device(Quick, priority: 5), Quick, work, cut);
        Assert.Equal(run.Messages.Count, Count(run, MessageFate.Delivered));
    }

    [Fact]
    public void A_session_that_waits_and_ends_is_the_phones_and_what_it_held_goes_to_the_laptop()
    {
        RunResult run = Run(
            Device(Acks, priority: 5), Device(Quick), Acks, [Work("bob", "phone")],
            Fault(FaultKinds.Cut, "phone", 105));
        Assert.Equal(Phone, Assert.Single(seen.Of(EntryKind.ServerHibernated)).Host);
        Assert.Equal(Phone, Assert.Single(seen.Of(EntryKind.ServerUnavailable)).Host);
        Assert.Equal(run.Messages.Count, Count(run, MessageFate.Delivered));
        Assert.Equal(0, run.Messages.Count(m => m.Copies > 1));
        // asked at most 30 s after the cut, given up 10 s later, over 60 s after that
        Assert.InRange(run.Messages.Max(m => m.Delay.TotalSeconds), 60, 101);
        Assert.All(seen.Of(EntryKind.MessageReceived, 210), e => Assert.Equal(Laptop, e.Host));
    }

    [Fact]
    public void An_answer_to_a_device_that_has_gone_meanwhile_goes_to_the_other_one()
    {
        WorkloadSpec[] work = [Work("phone", "echo@example.org")];
        RunResult run = Run(
            Device(Acks, priority: 5), Device(Quick), Acks, work, Fault(FaultKinds.Cut, "phone", 105));
        Entry[] late = [.. seen.Of(EntryKind.MessageReceived, 105)];
        Assert.All(late, e => Assert.Equal(Laptop, e.Host));
        Assert.Equal(0, Count(run, MessageFate.Lost));
        Assert.All(seen.Of(EntryKind.MessageAccepted), e => Assert.Equal(Phone, e.Host));
    }

    [Fact]
    public void A_device_may_write_to_the_other_or_to_itself()
    {
        RunResult run = Run(
            Device(Quick, priority: 5), Device(Quick), Quick, [Work("phone", "laptop"), Work("laptop", "phone")]);
        Assert.All(seen.Of(EntryKind.MessageReceived), e => Assert.Equal(Phone, e.Host));
        Assert.Equal(run.Messages.Count, Count(run, MessageFate.Delivered));
        Assert.Equal([Phone, Laptop], seen.Of(EntryKind.MessageAccepted).Select(e => e.Host).Distinct().Order());
    }

    [Fact]
    public void While_both_are_away_messages_are_stored_and_told_of_the_one_that_was_meant()
    {
        RunResult run = Run(Device(Quick), Device(Quick), Quick, [Work("bob", "laptop"), Work("bob", "phone")],
            Fault(FaultKinds.Crash, "phone", 100, 100), Fault(FaultKinds.Crash, "laptop", 100, 100),
            Fault(FaultKinds.Crash, "example.org", 102, 1));
        Assert.Equal([Phone, Laptop], seen.Of(EntryKind.MessageStored).Select(e => e.Host).Distinct().Order());
        Dictionary<long, int> meant = seen.Of(EntryKind.MessageSent).ToDictionary(e => e.A, e => (int)e.B);
        Assert.All(seen.Of(EntryKind.MessageStored), e => Assert.Equal(meant[e.A], e.Host));
        Assert.Equal([Phone, Laptop, Bob], seen.Of(EntryKind.ServerLost).Select(e => e.Host));
        Assert.Equal(0, run.Messages.Count(m => m.Copies > 1));
    }

    [Fact]
    public void A_resource_that_both_ask_for_is_the_last_ones_and_the_first_is_told_of_the_conflict()
    {
        ClientSpec later = Device(Quick, resource: "home") with
        {
            Link = new LinkProfile { Delay = Duration.FromMilliseconds(100) },
        };
        Run(Device(Quick, resource: "home"), later, Quick, []);
        Entry replaced = Assert.Single(seen.Of(EntryKind.ServerOffline));
        Assert.Equal(Mechanism.Replaced, OfflineEntry.Of(replaced).End.Mechanism);
        Entry told = Assert.Single(seen.Of(EntryKind.ClientOffline));
        Assert.Equal((replaced.Host, StreamErrorCondition.Conflict), (told.Host, OfflineEntry.Of(told).End.Condition));
        Assert.Equal(replaced.Host, Assert.Single(seen.Of(EntryKind.ServerUnavailable)).Host);
        Assert.Equal(replaced.Host, seen.Of(EntryKind.ServerAvailable).Last().Host);    // it comes back under another
    }

    [Fact]
    public void A_negative_priority_gets_no_messages()
    {
        RunResult run = Run(Device(Quick, priority: -1), Device(Quick), Quick, [Work("bob", "phone")],
            Fault(FaultKinds.Restart, "laptop", 500, 600));
        Assert.All(seen.Of(EntryKind.MessageReceived), e => Assert.Equal(Laptop, e.Host));
        Assert.NotEqual(0, Count(run, MessageFate.Stored));
    }

    [Fact]
    public void A_copy_is_one_that_the_same_device_gets_again_and_the_first_device_counts()
    {
        var journal = new Journal();
        var recorder = new Recorder(
            new Cast(new Topology
            {
                Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
                Clients = new OrderedDictionary<string, ClientSpec>
                {
                    ["phone"] = Device(Quick), ["laptop"] = Device(Quick), ["bob"] = new() { Server = "example.org" },
                },
            }),
            new Scenario { Topology = "t", Duration = Seconds(1000) });
        journal.Attach(recorder);
        Instant At(double s) => Instant.Zero + Seconds(s);
        foreach (long number in new[] { 1, 2 }) journal.MessageSent(At(10), Bob, number, Phone);
        foreach (int client in new[] { Laptop, Phone }) journal.MessageReceived(At(11), client, 1);
        foreach (int client in new[] { Phone, Laptop, Laptop }) journal.MessageReceived(At(20), client, 2);
        Assert.Equal([(1, 1.0), (2, 10.0)], recorder.Messages.Close().Select(m => (m.Copies, m.Delay.TotalSeconds)));
    }
}
