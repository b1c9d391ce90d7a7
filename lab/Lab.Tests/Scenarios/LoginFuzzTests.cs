using CsCheck;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;
using static Lab.Tests.AnyPolicy;
using Size = Lab.Experiments.Size;

namespace Lab.Tests;

/// <summary>
/// Logins over any link that are cut, reset and frozen at any moments, with stream management and without: once that is
/// over the client becomes ready, and nothing breaks that holds in every run.
/// </summary>
[Trait(Fuzz.Category, Fuzz.Random)]
public sealed class LoginFuzzTests
{
    private sealed record Case(
        LoginSpec Login, LinkProfile Link, bool Acks, int Window, bool Asks, (int At, int For, int What)[] Faults,
        int Seed)
    {
        public RunSpec Run => new()
        {
            ScenarioName = "login", Seed = (ulong)Seed,
            Scenario = new Scenario
            {
                Topology = "t", Duration = Duration.FromSeconds(1000),
                Workload =
                [
                    new WorkloadSpec { From = "echo@example.org", To = "phone", Every = Duration.FromSeconds(7) },
                    new WorkloadSpec
                    {
                        Send = SendKind.Presence, From = "echo@example.org", To = "phone",
                        Every = Duration.FromSeconds(9),
                    },
                ],
                Faults = [.. Faults.Select(f => new FaultSpec
                {
                    Target = "phone", At = Duration.FromMilliseconds(f.At),
                    Kind = f.What == 0 ? FaultKinds.Reset : f.What == 1 ? FaultKinds.Cut : FaultKinds.Freeze,
                    For = f.What == 0 ? null : Duration.FromMilliseconds(f.For),
                })],
            },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = new()
                    {
                        Server = "example.org", Login = Login, Link = Link,
                        Policy = new PolicyChoice(null, new Policy
                        {
                            Acks = !Acks ? null : new AckPolicy
                            {
                                Resume = Duration.FromSeconds(Window),
                                Timeout = Asks ? Duration.FromSeconds(60) : null,
                            },
                            Ping = new PingPolicy
                            {
                                Every = Duration.FromSeconds(60), Timeout = Duration.FromSeconds(60),
                            },
                            Connect = new ConnectPolicy { Total = Duration.FromSeconds(300), Step = null },
                            Reconnect = new ReconnectPolicy
                            {
                                Kind = BackoffKind.Fixed, First = Duration.FromSeconds(2),
                            },
                        }),
                    },
                },
            },
        };
    }

    private static Gen<Case> Cases =>
        from login in AnyTopology.Logins
        from delay in Fine(1, 500)
        from rate in Gen.Int[40, 2000]
        from loss in Gen.Int[0, 20]
        from acks in Gen.Bool
        from window in Gen.Int[1, 120]
        from asks in Gen.Bool
        from faults in Gen.Select(Gen.Int[0, 90_000], Gen.Int[1, 60_000], Gen.Int[0, 2]).Array[0, 5]
        from seed in Gen.Int[1, 1_000_000]
        select new Case(login, new LinkProfile
        {
            Delay = delay, Up = new Rate(rate * 1000), Down = new Rate(rate * 1000), Queue = new Size(75_000),
            Loss = new LossProfile { LossWhenGood = new Probability(loss * 1_000_000) },
        }, acks, window, asks, faults, seed);

    /// <summary>What the client's last login came to.</summary>
    private sealed class Ends : IJournalReader
    {
        public bool IsOnline, IsReady;

        public void On(in Entry e)
        {
            if (e.Kind is EntryKind.ClientOnline or EntryKind.ClientOffline) IsReady = false;
            if (e.Kind == EntryKind.ClientReady) IsReady = true;
            if (e.Kind is EntryKind.ClientOnline or EntryKind.ClientOffline)
                IsOnline = e.Kind == EntryKind.ClientOnline;
        }
    }

    [Fact]
    public void Whatever_is_cut_the_client_is_ready_in_the_end() => Cases.Try(60, some =>
    {
        var ends = new Ends();
        RunResult run = Simulation.Run(some.Run, RunOptions.Default with { Reader = ends })!;
        Assert.Empty(run.Doubts);
        Assert.True(ends is { IsOnline: true, IsReady: true }, $"online {ends.IsOnline}, ready {ends.IsReady}: {some}");
    });
}
