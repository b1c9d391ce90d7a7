using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Whole runs in which contacts, or clients for each other, change their presence.</summary>
public sealed class PresenceRunTests
{
    private static Duration Seconds(double s) => Duration.FromMilliseconds((long)(s * 1000));

    private static RunResult Run(params WorkloadSpec[] work)
    {
        var client = new ClientSpec
        {
            Server = "example.org", Link = new LinkProfile { Delay = Seconds(0.02) },
            Policy = new PolicyChoice(null, new Policy { Acks = new AckPolicy { Resume = Seconds(30) } }),
        };
        RunResult result = Simulation.Run(new RunSpec
        {
            ScenarioName = "presence", Seed = 1,
            Scenario = new Scenario { Topology = "t", Duration = Seconds(1000), Workload = work },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
                Clients = new Dictionary<string, ClientSpec> { ["phone"] = client, ["laptop"] = client },
            },
        }, RunOptions.Default)!;
        Assert.Empty(result.Doubts);
        return result;
    }

    /// <summary>Packets and bytes; that of a client that comes online goes with its enabling of acks.</summary>
    private static (long Packets, long Bytes) Presence(RunResult run) =>
        run.Costs.Where(c => c.Cause == "presence").Select(c => (c.Packets, c.Bytes)).SingleOrDefault();

    private static WorkloadSpec Every10(Target from, Target to, SendKind kind = SendKind.Presence) =>
        new() { Send = kind, From = from, To = to, Every = Seconds(10), Body = new Size(60) };

    /// <summary>
    /// 100 times some 180 bytes of stanza, an ack request of 26, 22 of their record and 52 of their packet.
    /// </summary>
    [Fact]
    public void Presence_of_contacts_costs_bytes_and_is_no_message()
    {
        RunResult none = Run(), run = Run(Every10("echo@example.org", "phone"));
        Assert.Empty(run.Messages);
        Assert.Equal((100, 0), (Presence(run).Packets, Presence(none).Packets));
        Assert.InRange(Presence(run).Bytes / 100.0, 270, 290);
    }

    [Fact]
    public void Directed_presence_goes_from_client_to_client()
    {
        RunResult run = Run(Every10("phone", "laptop"));
        Assert.Empty(run.Messages);
        Assert.Equal(2 * 100, Presence(run).Packets);
    }

    [Fact]
    public void Presence_draws_nothing_that_messages_are_drawn_from()
    {
        WorkloadSpec messages = Every10("laptop", "phone", SendKind.Message) with { Arrivals = Arrivals.Poisson };
        RunResult alone = Run(messages), both = Run(messages, Every10("echo@example.org", "laptop"));
        Assert.Equal(alone.Messages.Select(m => m.SentAt), both.Messages.Select(m => m.SentAt));
    }
}
