using Lab.Experiments;
using Lab.Live;
using Lab.Network;
using Lab.Xmpp;
using Xunit.Abstractions;

namespace Lab.Tests;

/// <summary>Clients whose systems let them sleep, on real sockets, a few seconds of real time each.</summary>
public sealed class LiveSleepTests(ITestOutputHelper output) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lab-live-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static Duration Milliseconds(long n) => Duration.FromMilliseconds(n);

    private sealed class Received(ITestOutputHelper output) : IJournalReader
    {
        public readonly List<double> At = [];

        public void On(in Entry e)
        {
            if (e.Kind is < EntryKind.PacketSent or > EntryKind.PacketOverflowed) output.WriteLine(e.ToString());
            if (e.Kind == EntryKind.MessageReceived) At.Add((e.At - Instant.Zero).TotalSeconds);
        }
    }

    public static TheoryData<SleepProfile, PushProfile?> Sleepers => new()
    {
        { new SleepProfile { SuspendsAfter = Milliseconds(1500) }, null },
        {
            new SleepProfile
            {
                Deep = new DozeProfile
                {
                    After = Milliseconds(1500), Idle = Milliseconds(2000), Window = Milliseconds(3000),
                },
            },
            null
        },
        {
            new SleepProfile { SuspendsAfter = Milliseconds(1500) },
            new PushProfile { Latency = Milliseconds(1), UnacknowledgedFor = Milliseconds(1500) }
        },
    };

    /// <summary>It sleeps from 1.5 s on, is written to at 2 s, runs at 3.5 s: opened, in a window, pushed.</summary>
    [Theory]
    [MemberData(nameof(Sleepers))]
    public void What_comes_while_a_client_sleeps_is_read_when_it_runs(SleepProfile sleep, PushProfile? push)
    {
        var received = new Received(output);
        var acks = new PolicyChoice(null, new Policy { Acks = new AckPolicy { Resume = Duration.FromMinutes(5) } });
        RunResult result = LiveRun.Run(new RunSpec
        {
            ScenarioName = "live", Seed = 1,
            Scenario = new Scenario
            {
                Topology = "t", Duration = Milliseconds(7000),
                Workload = [new WorkloadSpec { From = "echo@example.org", To = "phone", At = [Milliseconds(2000)] }],
            },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() { Policy = acks } },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = new()
                    {
                        Server = "example.org", Sleep = sleep, Push = push, Policy = acks,
                        Link = new LinkProfile { Delay = Milliseconds(20) },
                        Foreground = push is not null || sleep.Deep is not null ? null
                            : new ForegroundSpec { At = [Milliseconds(3500)], For = Milliseconds(1000) },
                    },
                },
            },
        }, RunOptions.Default with { Reader = received }, folder)!;
        Assert.InRange(Assert.Single(received.At), 3.4, 6.4);
        Assert.Empty(result.Incidents);
    }
}
