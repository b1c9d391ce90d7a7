using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>
/// Two faults on anything, at the same time in every way: whatever they are, the run goes on, each process is what its
/// causes together say, each path is dead as long as any fault cuts it, and everybody is back at the end.
/// </summary>
[Trait(Fuzz.Category, Fuzz.Random)]
public sealed class FaultPairTests
{
    internal static readonly (FaultKind Kind, string Target)[] Strikes =
    [
        .. from target in (string[])["phone", "phone[1]", "mobile", "a.example", "a.example->b.example",
            "a.example->b.example#1"]
           from kind in (FaultKind[])[FaultKinds.Cut, FaultKinds.Reset] select (kind, target),
        .. from target in (string[])["phone", "phone[1]", "mobile", "a.example->b.example", "a.example->b.example#1"]
           select (FaultKinds.Degrade, target),
        .. from target in (string[])["phone", "phone[1]", "mobile"] select (FaultKinds.Handover, target),
        .. from target in (string[])["phone", "phone[1]", "a.example"]
           from kind in (FaultKind[])[FaultKinds.Freeze, FaultKinds.Crash] select (kind, target),
        .. from kind in (FaultKind[])[FaultKinds.Restart, FaultKinds.Unresolved, FaultKinds.Expire,
            FaultKinds.IgnoreDialback]
           select (kind, "a.example"),
    ];

    /// <summary>Nested, crossing, touching, same start, same end; in seconds.</summary>
    private static readonly (int FromA, int ToA, int FromB, int ToB)[] Shapes =
        [(60, 120, 80, 100), (60, 100, 80, 120), (60, 90, 90, 120), (60, 100, 60, 120), (60, 120, 80, 120)];

    private static int Combinations => Strikes.Length * Strikes.Length * Shapes.Length;

    private static readonly Policy Quick = new()
    {
        Ping = new PingPolicy { Every = Duration.FromSeconds(7), Timeout = Duration.FromSeconds(4) },
        Reconnect = new ReconnectPolicy { Kind = BackoffKind.Fixed, First = Duration.FromSeconds(1) },
        Connect = new ConnectPolicy { Tcp = Duration.FromSeconds(5), Total = Duration.FromSeconds(9) },
    };

    private static readonly Topology Net = new()
    {
        Servers = new Dictionary<string, ServerSpec>
        {
            ["a.example"] = new() { Policy = new PolicyChoice(null, Quick) },
            ["b.example"] = new() { Policy = new PolicyChoice(null, Quick) },
        },
        Clients = new Dictionary<string, ClientSpec>
        {
            ["phone"] = new()
            {
                Server = "a.example", Count = 2, Policy = new PolicyChoice(null, Quick),
                Links = new OrderedDictionary<string, LinkChoice>
                {
                    ["wifi"] = new("mobile", Slow), ["lte"] = Slow,
                },
            },
            ["desk"] = new() { Server = "b.example", Policy = new PolicyChoice(null, Quick) },
        },
        S2s =
        [
            new S2sSpec
            {
                Between = ["a.example", "b.example"], Streams = 2, Link = new LinkChoice(null, Slow),
                Policy = new PolicyChoice(null, Quick),
            },
        ],
        Links = new Dictionary<string, LinkProfile> { ["mobile"] = Slow },
    };

    private static LinkProfile Slow => new() { Delay = Duration.FromMilliseconds(30) };

    /// <summary>The states of one process, instant by instant.</summary>
    internal sealed class Watch(int host) : IJournalReader
    {
        public readonly List<(long Second, ProcessState State)> Changes = [];
        private ProcessState state;

        public void On(in Entry e)
        {
            if (e.Kind != EntryKind.ProcessChanged || e.Host != host) return;
            long second = e.At.Nanoseconds / 1_000_000_000;
            ProcessState next = ProcessEntry.Of(in e).State;
            Assert.NotEqual(state, next);
            state = next;
            if (Changes.Count > 0 && Changes[^1].Second == second) Changes.RemoveAt(Changes.Count - 1);
            ProcessState before = Changes.Count > 0 ? Changes[^1].State : ProcessState.Runs;
            if (before != next) Changes.Add((second, next));
        }
    }

    [Fact]
    public void Any_two_faults_may_overlap_in_any_way()
    {
        Fuzz.Try(few: 200, seed =>
        {
            int n = (int)(seed * 1_000_003 % (ulong)Combinations);
            (int fromA, int toA, int fromB, int toB) = Shapes[n % Shapes.Length];
            FaultSpec a = Fault(Strikes[n / Shapes.Length % Strikes.Length], fromA, toA);
            FaultSpec b = Fault(Strikes[n / Shapes.Length / Strikes.Length], fromB, toB);
            Play([a, b], seed);
        });
    }

    [Fact]
    public void Faults_may_nest_as_deep_as_one_likes()
    {
        (FaultKind, string)[] kinds =
            [(FaultKinds.Freeze, "a.example"), (FaultKinds.Restart, "a.example"), (FaultKinds.Crash, "a.example")];
        for (int first = 0; first < 3; first++)
            for (int second = 0; second < 3; second++)
                for (int third = 0; third < 3; third++)
                    Play([Fault(kinds[first], 60, 130), Fault(kinds[second], 80, 110), Fault(kinds[third], 90, 100),
                        Fault(kinds[second], 95, 120)], 1);
    }

    private static FaultSpec Fault((FaultKind Kind, string Target) strike, int from, int to) => new()
    {
        Kind = strike.Kind, Target = Target.Parse(strike.Target), At = Duration.FromSeconds(from),
        For = strike.Kind.IsMomentary ? null : Duration.FromSeconds(to - from),
        To = strike.Kind == FaultKinds.Handover ? new LinkChoice("lte", null) : strike.Kind == FaultKinds.Degrade
            ? new LinkChoice(null, new LinkProfile { Delay = Duration.FromMilliseconds(400) }) : null,
        Gap = strike.Kind == FaultKinds.Handover ? Duration.FromSeconds(to - from) : null,
    };

    private static void Play(IReadOnlyList<FaultSpec> faults, ulong seed)
    {
        const int phone = 1, server = 3;                            // two phones, a desk, then servers
        var (client, host) = (new Watch(phone), new Watch(server));
        RunResult result = Simulation.Run(
            new RunSpec
            {
                ScenarioName = "pair", Seed = seed, Topology = Net,
                Scenario = new Scenario
                {
                    Topology = "t", Duration = Duration.FromMinutes(6), Tail = Duration.FromMinutes(3), Faults = faults,
                    Workload =
                    [
                        new WorkloadSpec
                        {
                            From = Target.Parse("phone"), To = Target.Parse("desk"), Every = Duration.FromSeconds(3),
                        },
                        new WorkloadSpec
                        {
                            From = Target.Parse("desk"), To = Target.Parse("echo@a.example"),
                            Every = Duration.FromSeconds(5),
                        },
                    ],
                },
            },
            new RunOptions { Reader = new Both(client, host) })!;
        string told = string.Join(" and ", faults.Select(f => $"{f.Kind} {f.Target} at {f.At} for {f.For}"));
        Assert.True(client.Changes.SequenceEqual(Model(faults, "phone")), $"phone[1], {told}: {Said(client)}");
        Assert.True(host.Changes.SequenceEqual(Model(faults, "a.example")), $"a.example, {told}: {Said(host)}");
        Assert.True(double.IsFinite(result.Value("recovery.time")), $"{told}: somebody stayed away");
        Assert.True(result.Doubts.Count == 0, told + ": " + string.Join("\n", result.Doubts));
    }

    internal static string Said(Watch watch) =>
        string.Join(", ", watch.Changes.Select(c => $"{c.State} at {c.Second} s"));

    /// <summary>The plain model: at each second count the causes.</summary>
    internal static List<(long, ProcessState)> Model(IReadOnlyList<FaultSpec> faults, string target)
    {
        var changes = new List<(long, ProcessState)>();
        ProcessState state = ProcessState.Runs;
        for (long second = 0; second < 360; second++)
        {
            bool On(params FaultKind[] kinds) => faults.Any(f =>
                kinds.Contains(f.Kind) && f.Target.Text.StartsWith(target, StringComparison.Ordinal)
                && f.At.TotalSeconds <= second && second < (f.At + f.For!.Value).TotalSeconds);
            ProcessState next = On(FaultKinds.Crash, FaultKinds.Restart) ? ProcessState.Gone
                : On(FaultKinds.Freeze) ? ProcessState.Frozen : ProcessState.Runs;
            if (next != state) changes.Add((second, next));
            state = next;
        }
        return changes;
    }

    private sealed class Both(IJournalReader first, IJournalReader second) : IJournalReader
    {
        public void On(in Entry entry)
        {
            first.On(in entry);
            second.On(in entry);
        }
    }
}
