using Lab.Experiments;
using Lab.Live;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// A sample of <see cref="FaultPairTests"/> on real sockets: overlapping faults on one phone and its server.
/// </summary>
[Trait(Fuzz.Category, Fuzz.Random)]
public sealed class LiveFaultPairTests
{
    private static readonly (FaultKind Kind, string Target)[] Strikes =
        [.. FaultPairTests.Strikes.Where(s => s.Target is "phone" or "a.example" && !s.Kind.IsBetweenServers)];

    /// <summary>Nested, crossing, same start; in seconds.</summary>
    private static readonly (int FromA, int ToA, int FromB, int ToB)[] Shapes =
        [(1, 4, 2, 3), (1, 3, 2, 4), (1, 3, 1, 4)];

    private static readonly Policy Quick = new()
    {
        Ping = new PingPolicy { Every = Duration.FromMilliseconds(500), Timeout = Duration.FromSeconds(2) },
        Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Duration.FromMilliseconds(200) },
        Connect = new ConnectPolicy { Tcp = Duration.FromSeconds(2), Total = Duration.FromSeconds(4) },
    };

    [Fact]
    public void Any_two_faults_may_overlap_between_real_sockets()
    {
        Fuzz.Try(few: 4, seed =>
        {
            int n = (int)(seed * 1_000_003 % (ulong)(Strikes.Length * Strikes.Length * Shapes.Length));
            (int fromA, int toA, int fromB, int toB) = Shapes[n % Shapes.Length];
            Play(
                Fault(Strikes[n / Shapes.Length % Strikes.Length], fromA, toA),
                Fault(Strikes[n / Shapes.Length / Strikes.Length], fromB, toB));
        });
    }

    private static FaultSpec Fault((FaultKind Kind, string Target) strike, int from, int to) => new()
    {
        Kind = strike.Kind, Target = strike.Target, At = Duration.FromSeconds(from),
        For = strike.Kind.IsMomentary ? null : Duration.FromSeconds(to - from),
        Gap = strike.Kind == FaultKinds.Handover ? Duration.FromSeconds(to - from) : null,
        To = strike.Kind == FaultKinds.Handover ? new LinkChoice("lte", null) : strike.Kind == FaultKinds.Degrade
            ? new LinkChoice(null, new LinkProfile { Delay = Duration.FromMilliseconds(200) }) : null,
    };

    private static void Play(params FaultSpec[] faults)
    {
        var spec = new RunSpec
        {
            ScenarioName = "live-pair", Seed = 1, Network = NetworkKind.Proxied,
            Scenario = new Scenario
            {
                Topology = "t", Duration = Duration.FromSeconds(14), Tail = Duration.FromSeconds(9), Faults = faults,
            },
            Topology = new Topology
            {
                Servers = new Dictionary<string, ServerSpec>
                {
                    ["a.example"] = new() { Policy = new PolicyChoice(null, Quick) },
                },
                Clients = new Dictionary<string, ClientSpec>
                {
                    ["phone"] = new()
                    {
                        Server = "a.example", Policy = new PolicyChoice(null, Quick),
                        Links = new OrderedDictionary<string, LinkChoice>
                        {
                            ["wifi"] = new LinkProfile(), ["lte"] = new LinkProfile(),
                        },
                    },
                },
            },
        };
        var (client, server) = (new FaultPairTests.Watch(0), new FaultPairTests.Watch(1));
        bool online = false;
        var both = new Reader(e =>
        {
            client.On(in e);
            server.On(in e);
            if (e.Kind is EntryKind.ClientOnline or EntryKind.ClientOffline) online = e.Kind == EntryKind.ClientOnline;
        });
        string folder = Directory.CreateTempSubdirectory("lab-pair-").FullName;
        // it may end as soon as everybody is back in the tail
        RunResult? result = LiveRun.Run(
            spec, new RunOptions { Reader = both, IsCancelled = () => both.Last.TotalSeconds > 6 && online }, folder);
        Directory.Delete(folder, recursive: true);
        string told = string.Join(" and ", faults.Select(f => $"{f.Kind} {f.Target} at {f.At} for {f.For}"));
        Assert.True(client.Changes.SequenceEqual(FaultPairTests.Model(faults, "phone")),
            $"phone, {told}: {FaultPairTests.Said(client)}");
        Assert.True(server.Changes.SequenceEqual(FaultPairTests.Model(faults, "a.example")),
            $"a.example, {told}: {FaultPairTests.Said(server)}");
        Assert.True(online, $"{told}: the phone stayed away");
        Assert.DoesNotContain(result?.Doubts ?? [], d => d.Contains("the lab is at fault", StringComparison.Ordinal));
    }

    private sealed class Reader(Action<Entry> heard) : IJournalReader
    {
        public Duration Last { get; private set; }

        public void On(in Entry entry)
        {
            Last = entry.At - Instant.Zero;
            heard(entry);
        }
    }
}
