using Lab.Experiments;
using Lab.Live;
using Lab.Network;
using Lab.Xmpp;
using Xunit.Abstractions;
using static Lab.Tests.LiveSpecs;

namespace Lab.Tests;

/// <summary>
/// What middleboxes do to streams, the same in virtual time and between real sockets: phones of one run, each behind a
/// box of its own, against what the rules say.
/// </summary>
public sealed class MiddleboxComparisonTests(ITestOutputHelper output) : IDisposable
{
    private static readonly Duration Limit = Milliseconds(2500), Slow = Milliseconds(4000), Fast = Milliseconds(400);

    /// <summary>A machine that was busier than this is asked once more.</summary>
    private static readonly Duration Trusted = Milliseconds(900);

    private readonly string folder = Directory.CreateTempSubdirectory("lab-boxes-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>One phone, and what is to be heard of it: what its path lets pass, how its stream ends on either
    /// side.</summary>
    private sealed record Case(string Name, Policy Policy, MiddleboxProfile Box, string Expected)
    {
        public bool AtServer { get; init; }
        public Policy Server { get; init; } = Policy.Nothing;
        public WhenAway Away { get; init; }
        public FaultSpec? Fault { get; init; }
    }

    private static Policy Stays(Policy policy) => policy with
    {
        Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Duration.FromSeconds(60) },
    };

    private static Policy Pings(Duration every) =>
        Stays(new() { Ping = new PingPolicy { Every = every, Timeout = Milliseconds(1000) } });

    private static Policy Spaces(Duration every) =>
        Stays(new() { Whitespace = new WhitespacePolicy { Every = every } });

    private static readonly Policy ComesBack = new()
    {
        Connect = new ConnectPolicy { Total = Milliseconds(1500) },
        Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Milliseconds(500) },
    };

    private static FaultSpec Fault(FaultKind kind, string target, long length = 0, CutDirection way = default) => new()
    {
        Kind = kind, Target = target, At = Milliseconds(4500), For = length > 0 ? Milliseconds(length) : null,
        Direction = way,
    };

    private static IEnumerable<Case> Cases()
    {
        var box = new MiddleboxProfile { Established = Limit };
        foreach (Refreshing by in Enum.GetValues<Refreshing>())
        {
            MiddleboxProfile own = box with { RefreshedBy = by };
            yield return new($"fast-spaces-{by}", Spaces(Fast), own, "; client ; server ");
            yield return new($"fast-ping-{by}", Pings(Fast), own, "; client ; server ");
        }
        yield return new("silent", Pings(Slow), box, "Expired; client PingTimeout; server ");
        yield return new("sender", Pings(Slow), box with { OnExpiry = Notice.ResetSender },
            "Expired; client Reset; server ");
        yield return new("both", Pings(Slow), box with { OnExpiry = Notice.ResetBoth },
            "Expired; client Reset; server Reset");
        yield return new("picked", Spaces(Slow), box with { PickUp = PickUp.Outbound },
            "Expired passes; client ; server ");
        yield return new("rebound", Pings(Slow), box with { PickUp = PickUp.Outbound, KeepsPort = false },
            "Rebound; client Reset; server ");
        yield return new("forgetful", Pings(Limit), new(), "Restarted; client PingTimeout; server ")
        {
            Fault = Fault(FaultKinds.Forget, "forgetful"),
        };
        // only what the server sends comes by, and leaves the inside where that is the server
        foreach (bool atServer in new[] { false, true })
            foreach (Refreshing by in new[] { Refreshing.Outbound, Refreshing.Inbound })
            {
                string name = $"down-{by}-{atServer}";
                bool lives = by == Refreshing.Outbound == atServer;
                yield return new(name, Spaces(Fast), box with { RefreshedBy = by },
                    lives ? "; client ; server " : "Expired; client ; server ")
                {
                    AtServer = atServer, Server = Spaces(Fast),
                    Fault = Fault(FaultKinds.Cut, name, 3000, CutDirection.Up),
                };
            }
        yield return new("held", ComesBack, new(), "; client StreamError TotalTimeout; server Stopped")
        {
            AtServer = true, Away = WhenAway.Hold, Fault = Fault(FaultKinds.Restart, "held.example", 1000),
        };
        yield return new("closed", ComesBack, new(), "; client StreamError Reset; server Stopped")
        {
            AtServer = true, Away = WhenAway.Close, Fault = Fault(FaultKinds.Restart, "closed.example", 1000),
        };
    }

    private static RunSpec Spec(IReadOnlyList<Case> cases) => new()
    {
        ScenarioName = "middleboxes", Seed = 1,
        Scenario = new Scenario
        {
            Topology = "t", Duration = Duration.FromSeconds(10),
            Faults = [.. cases.Where(c => c.Fault is not null).Select(c => c.Fault!)],
        },
        Topology = new Topology
        {
            Servers = cases.ToDictionary(c => c.Name + ".example", c => new ServerSpec
            {
                Policy = new PolicyChoice(null, c.Server), Tls = TlsUse.None, Behind = c.AtServer ? [c.Name] : [],
                WhenAway = c.Away,
            }),
            Clients = cases.ToDictionary(c => c.Name, c => new ClientSpec
            {
                Server = c.Name + ".example", StartWithin = Milliseconds(1000), Tls = TlsMode.None,
                Policy = new PolicyChoice(null, c.Policy),
                Link = new LinkProfile { Delay = Milliseconds(5), Through = c.AtServer ? [] : [c.Name] },
            }),
            Middleboxes = cases.ToDictionary(c => c.Name, c => c.Box),
        },
    };

    /// <summary>Whose silence was a middlebox's doing, as the truth has it.</summary>
    private static IEnumerable<string> Blamed(RunResult run, Case[] cases) => run.Incidents
        .Where(i => i.Fault == FaultKinds.Forget).Select(i => $"{cases[i.Client].Name} {i.Side}").Distinct().Order();

    /// <summary>Of the first stream; a busy machine may need several attempts to begin it.</summary>
    private static string Told(Chronicle chronicle, int host)
    {
        IEnumerable<string> Passages() => chronicle.Of(EntryKind.PassageChanged).Where(e => e.Host == host)
            .Select(e => PassageEntry.Of(e) is { IsDead: true } dead ? $"{dead.Cause}" : "passes").Take(2);
        IEnumerable<string> Ends(EntryKind side) => chronicle.Entries.Where(e => e.Host == host)
            .SkipWhile(e => e.Kind != EntryKind.ServerAvailable).Where(e => e.Kind == side)
            .Select(e => OfflineEntry.Of(e).End.Mechanism).Take(2)
            .Select((m, i) => i > 0 && m == Mechanism.Fin ? $"{Mechanism.Reset}" : $"{m}");   // of one that wrote
        return $"{string.Join(" ", Passages())}; client {string.Join(" ", Ends(EntryKind.ClientOffline))}"
            + $"; server {string.Join(" ", Ends(EntryKind.ServerOffline))}";
    }

    private (RunResult, Chronicle) Play(RunSpec spec, Func<RunSpec, RunOptions, RunResult?> run)
    {
        var chronicle = new Chronicle(output);
        return (run(spec, RunOptions.Default with { Reader = chronicle })!, chronicle);
    }

    [Fact]
    public void A_middlebox_does_to_streams_between_real_sockets_what_it_does_in_virtual_time()
    {
        Case[] cases = [.. Cases()];
        RunSpec spec = Spec(cases);
        (RunResult modelled, Chronicle virtually) = Play(spec, (s, o) => Simulation.Run(s, o));
        RunSpec between = spec with { Network = NetworkKind.Proxied };
        (RunResult live, Chronicle really) = Play(between, (s, o) => LiveRun.Run(s, o, folder));
        if (live.MaxLateness > Trusted) (live, really) = Play(between, (s, o) => LiveRun.Run(s, o, folder));
        output.WriteLine($"{live.MaxLateness} late");
        string[] expected = [.. cases.Select(c => $"{c.Name}: {c.Expected}")];
        Assert.Equal(expected, cases.Select((c, i) => $"{c.Name}: {Told(virtually, i)}"));
        Assert.Equal(expected, cases.Select((c, i) => $"{c.Name}: {Told(really, i)}"));
        Assert.Equal(Blamed(modelled, cases), Blamed(live, cases));
        Assert.All(new[] { modelled, live }, r => Assert.True(r.Value("connections.forgotten") >= 9));
    }
}
