using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

/// <summary>Sweeps made up for reports: the shapes of real ones, drawn from a seeded stream, no simulator
/// needed.</summary>
internal static class Sweeps
{
    private static readonly string[] Names = ["nothing", "spaces", "ping", "acks", "kernel"];

    /// <summary>Five policies, twenty seeds, one phone whose link dies for twenty minutes, twice.</summary>
    public static SweepResult DeadLink(int seeds = 20, string[]? policies = null) => Sweep(
        "dead-link", (policies ?? Names).Select(p => new Setting[] { new("clients.phone.policy", p) }), seeds,
        clients: 1, planned: null);

    /// <summary>Two thousand clients that come back at once.</summary>
    public static SweepResult Storm(int clients = 2000) => Sweep(
        "storm", ((string[])["at-once", "fixed", "jittered"])
        .Select(p => new Setting[] { new("clients.phone.policy", p) }), 3, clients, planned: null);

    /// <summary>Four policies on three delays.</summary>
    public static SweepResult TwoDimensions() => Sweep(
        "grid", Names.Take(4).SelectMany(p => ((string[])["35ms", "200ms", "2s"]).Select(d => new Setting[]
        {
            new("clients.phone.policy", p), new("links.mobile.delay", d),
        })), 8, clients: 1, planned: null);

    public static SweepResult ManyPolicies() =>
        DeadLink(6, [.. Enumerable.Range(1, 14).Select(i => $"preset-number-{i}")]);

    public static SweepResult Partial()
    {
        SweepResult all = DeadLink();
        return all with { Runs = [.. all.Runs.Take(37)] };
    }

    /// <summary>
    /// The same on two networks: the second notices half a second later, what only TCP could notice never, and one
    /// policy costs a third more there.
    /// </summary>
    public static SweepResult TwoNetworks(int seeds = 8, NetworkKind[]? networks = null)
    {
        SweepResult one = DeadLink(seeds);
        networks ??= [NetworkKind.Simulated, NetworkKind.Proxied];
        return one with
        {
            Networks = networks, Runs = [.. networks.SelectMany(n => one.Runs.Select(r => On(n, r)))],
            Planned = one.Planned * networks.Length, Command = one.Command + ",proxied",
        };
    }

    private static RunResult On(NetworkKind network, RunResult run)
    {
        RunSpec spec = run.Spec with { Network = network, Topology = WithPolicies(run.Spec) };
        if (network == NetworkKind.Simulated) return run with { Spec = spec };
        bool unguarded = run.Spec.Label is "nothing" or "spaces" or "kernel";
        Sample Times(Measure m, Func<Observation, Observation> change) =>
            Sample.Of([.. m.Sample.Times!.Select(change)]);
        Sample Changed(Measure m) => m.Metric switch
        {
            _ when m.Metric.StartsWith("detection.client.p", StringComparison.Ordinal) => Times(m, t =>
                unguarded ? t with { Outcome = Outcome.Outlived } : t with { Seconds = t.Seconds + 0.5 }),
            "ghost.time" => m.Value * 1.4,
            "cost.bytes" when run.Spec.Label == "ping" => Sample.Of(m.Sample.Part * 1.33, m.Sample.Whole),
            "connects.time.p50" => Times(m, t => t with { Seconds = t.Seconds / 3 }),
            _ => m.Sample,
        };
        Measure With(Measure m, Sample sample) =>
            new(m.Metric, Catalogue.Find(m.Metric)!.Joining.Of(sample), sample);
        return run with
        {
            Spec = spec, MaxLateness = Duration.FromMilliseconds(3),
            Measures = [.. run.Measures.Select(m => With(m, Changed(m)))],
            Incidents = [.. run.Incidents.Select(i => !unguarded ? i : i with { Detected = false, Outlived = true })],
        };
    }

    // what is told by name only elsewhere: who has which checks
    private static Topology WithPolicies(RunSpec spec)
    {
        Policy? policy = spec.Scenario.Policies.GetValueOrDefault(spec.Label) ?? spec.Label switch
        {
            "acks" => new() { Acks = new() { Every = Duration.FromSeconds(60), Timeout = Duration.FromSeconds(20) } },
            "kernel" => new() { Tcp = new() { UserTimeout = Duration.FromSeconds(30) } },
            _ => null,
        };
        ClientSpec phone = spec.Topology.Clients["phone"] with { Policy = new(spec.Label, policy) };
        Policy ping = spec.Scenario.Policies["ping"];
        return spec.Topology with
        {
            Clients = new Dictionary<string, ClientSpec> { ["phone"] = phone },
            Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() { Policy = new("ping", ping) } },
        };
    }

    /// <summary>Clients that try to connect every few seconds for thirty days, in vain.</summary>
    public static SweepResult Month(int clients, int variants)
    {
        SweepResult one = DeadLink(1, [.. Enumerable.Range(1, variants).Select(i => $"retry-{i}")]);
        var month = Duration.FromSeconds(30 * 86400);
        Instant At(long nanoseconds) => new(Math.Min(nanoseconds, month.Nanoseconds));
        IEnumerable<LaneSegment> Lanes(RandomStream luck) =>
            from client in Enumerable.Range(0, clients)
            from side in Enum.GetValues<Side>()
            from i in Enumerable.Range(0, 30_000)
            let start = i * month.Nanoseconds / 30_000
            let middle = start + (long)luck.Below((ulong)month.Nanoseconds / 30_000)
            from half in (LaneSegment[])
            [
                new(client, side, LaneState.Connecting, At(start), At(middle)),
                new(client, side, LaneState.Offline, At(middle), At(start + month.Nanoseconds / 30_000)),
            ]
            select half;
        return one with
        {
            Scenario = one.Scenario with { Duration = month },
            Runs = [.. one.Runs.Select(r => r with
            {
                ClientNames = [.. Enumerable.Range(0, clients).Select(c => $"phone[{c}]")],
                Lanes = [.. Lanes(RandomStream.Root(r.Spec.Seed).Fork(r.Spec.Label))],
                Marks = [.. Enumerable.Range(0, 30_000).Select(i => new LaneMark(i % clients, Side.Client,
                    Mechanism.TcpConnectTimeout, Claim.Dead, i % 1000 == 0, At(i * month.Nanoseconds / 30_000)))],
            })],
        };
    }

    /// <summary>Nothing happened, nothing was sent.</summary>
    public static SweepResult Quiet()
    {
        SweepResult all = DeadLink(2, ["ping"]);
        return all with { Runs = [.. all.Runs.Select(Emptied)], Checks = [], Verdict = Verdict.Unknown };
    }

    /// <summary>Every metric is NaN.</summary>
    public static SweepResult AllNaN()
    {
        SweepResult all = DeadLink(3);
        return all with
        {
            Runs = [.. all.Runs
                .Select(r => Emptied(r) with { Measures = [.. r.Measures
                    .Select(m => m with { Value = double.NaN, Sample = Sample.Of(0, 0) })] })],
        };
    }

    public static RunResult Emptied(RunResult run) => run with
    {
        Incidents = [], Messages = [], Costs = [], Lanes = [], Marks = [], Faults = [], Arrivals = [], Measures = [],
        Verdicts = new Dictionary<string, int>(),
    };

    private static SweepResult Sweep(string name, IEnumerable<Setting[]> points, int seeds, int clients, int? planned)
    {
        Setting[][] grid = [.. points];
        Topology topology = TopologyOf(clients);
        Scenario scenario = ScenarioOf(grid);
        RunResult[] runs =
            [.. grid.SelectMany(p => Enumerable.Range(1, seeds)
                .Select(s => new Run(name, scenario, topology, p, (ulong)s).Result()))];
        return new SweepResult
        {
            ScenarioName = name, Scenario = scenario, Topology = topology, Runs = runs,
            Checks =
            [
                new(scenario.Expect[0], Verdict.Pass, "78.4 s at most over 20 runs.", []),
                new(scenario.Expect[1], Verdict.Fail, "2 in seed 7.", [runs[^1].Spec]),
            ],
            Verdict = Verdict.Fail, Varied = [.. grid[0].Select(s => s.Path)],
            Command = $"lab run scenarios/{name}.yaml --network simulated", Planned = planned ?? runs.Length,
            Made = new("0.1.0", "d34b32f9a6795350d096511dc3c37db3d1792f74", "2026-11-22T17:05:33Z"),
        };
    }

    private static Topology TopologyOf(int clients) => new()
    {
        Description = "One phone on a mobile link, one server",
        Servers = new Dictionary<string, ServerSpec> { ["example.org"] = new() },
        Clients = new Dictionary<string, ClientSpec>
        {
            ["phone"] = new() { Server = "example.org", Link = new("mobile", null), Count = clients },
        },
        Links = new Dictionary<string, LinkProfile>
        {
            ["mobile"] = new()
            {
                Delay = Duration.FromMilliseconds(35), Jitter = Duration.FromMilliseconds(10), Up = new(5_000_000),
                    Down = new(20_000_000),
                Queue = new(256 * 1024), Loss = new LossProfile { LossWhenGood = new(5_000_000) },
            },
        },
    };

    private static Scenario ScenarioOf(Setting[][] grid) => new()
    {
        Description = "The link dies without a word. Who notices, and when?",
        Look = "The policies without a timeout never notice; the others pay for it in bytes.",
        Topology = "one-phone", Duration = Duration.FromHours(2), Tail = Duration.FromMinutes(20),
        Policies = new Dictionary<string, Policy>
        {
            ["nothing"] = new(), ["spaces"] = new() { Whitespace = new() { Every = Duration.FromSeconds(60) } },
            ["ping"] = new() { Ping = new() { Every = Duration.FromSeconds(60), Timeout = Duration.FromSeconds(20) } },
        },
        Workload =
        [new() { From = "phone", To = "echo@example.org", Every = Duration.FromMinutes(10), Arrivals = Arrivals.Poisson,
            Body = new(200) }],
        Faults =
        [new() { Kind = FaultKinds.Cut, Target = "phone", At = Duration.FromMinutes(30),
            For = Duration.FromMinutes(20) }],
        Expect =
        [
            new()
            {
                Metric = "detection.client.p95", Below = new Quantity(90, Unit.Seconds),
                When = new Dictionary<string, string> { [grid[0][0].Path] = "ping" },
            },
            new() { Metric = "messages.lost", EqualTo = new Quantity(0, Unit.Count) },
        ],
    };

    /// <summary>One run, told by its policy's name; all policies of a seed share its weather.</summary>
    private sealed class Run(string name, Scenario scenario, Topology topology, Setting[] point, ulong seed)
    {
        private readonly RandomStream weather = RandomStream.Root(seed).Fork("weather");
        private readonly RandomStream luck =
            RandomStream.Root(seed).Fork("policy/" + string.Join('/', point.Select(p => p.Value)));
        private readonly int clients = topology.Clients["phone"].Count;
        private readonly int policy = Math.Max(0, Array.IndexOf(Names, point[0].Value));
        private readonly List<Incident> incidents = [];
        private readonly List<LaneSegment> lanes = [];
        private readonly List<LaneMark> marks = [];
        private readonly List<FaultBand> faults = [];

        public RunResult Result()
        {
            for (int client = 0; client < Math.Min(clients, 200); client++) Connection(client);
            MessageRecord[] messages = [.. Messages()];
            return new RunResult
            {
                Spec = new() { ScenarioName = name, Scenario = scenario, Topology = topology, Seed = seed,
                    Point = point },
                JournalHash = luck.Next(), Entries = 4000,
                Events = 120_000,
                Measures = [.. Measures(messages)], Incidents = incidents, Messages = messages,
                Costs = [.. Costs()], Lanes = lanes, Marks = marks,
                Faults = faults, Arrivals = clients > 50 ? [.. Arrived()] : [],
                ClientNames = [.. Enumerable.Range(0, clients).Select(i => clients == 1 ? "phone" : $"phone[{i}]")],
                Verdicts = new Dictionary<string, int> { ["dead/dead"] = 2, ["idle/dead"] = policy == 2 ? 1 : 0,
                    ["broken/dead"] = policy },
            };
        }

        private void Connection(int client)
        {
            string called = clients == 1 ? "phone" : $"phone[{client}]";
            Instant free = Instant.Zero;
            foreach (long minute in (long[])[30, 75])
            {
                Instant began = new(Duration.FromMinutes(minute).Nanoseconds), until = began +
                    Duration.FromMinutes(minute == 30 ? 20 : 3);
                began += weather.Between(Duration.Zero, Duration.FromSeconds(60));
                faults.Add(new(client, FaultKinds.Cut, began, until));
                foreach (Side side in Enum.GetValues<Side>()) free =
                    Meet(client, called, side, began, until, minute == 30 ? Instant.Zero : free);
            }
            if (policy == 2) marks.Add(new(client, Side.Client, Mechanism.PingTimeout, Claim.Dead, true,
                new(Duration.FromMinutes(100).Nanoseconds)));
        }

        private Instant Meet(int client, string called, Side side, Instant began, Instant until, Instant from)
        {
            (double least, double spread, Mechanism by) = policy switch
            {
                1 => (500, 700, Mechanism.TcpRetransmissionLimit),
                2 => (20, 60, Mechanism.PingTimeout),
                3 => (20, 90, Mechanism.AckTimeout),
                4 => (60, 60, Mechanism.TcpKeepalive),
                _ => (900, 3000, Mechanism.TcpRetransmissionLimit),
            };
            double after = least + spread * luck.Below(1000) / 1000.0 + (side == Side.Server ? 15 : 0);
            Instant at = began + new Duration((long)(after * 1e9));
            bool detected = at < until;
            incidents.Add(new(client, called, side, FaultKinds.Cut, began, until, detected, detected ? at : until,
                detected ? by : Mechanism.None, detected ? Claim.Dead : Claim.None, !detected));
            if (client >= 20) return until;
            lanes.Add(new(client, side, LaneState.Connecting, from, from + Duration.FromSeconds(1)));
            lanes.Add(new(client, side, LaneState.Online, from + Duration.FromSeconds(1), detected ? at : until));
            if (detected)
            {
                marks.Add(new(client, side, by, Claim.Dead, false, at));
                lanes.Add(new(client, side, side == Side.Server && policy == 3 ? LaneState.Hibernating
                    : LaneState.Offline, at, until));
            }
            if (until.TotalSeconds > 4000) lanes.Add(new(client, side, LaneState.Online, until,
                new(Duration.FromHours(2).Nanoseconds)));
            return until;
        }

        private IEnumerable<MessageRecord> Messages()
        {
            for (long n = 0; n < 24; n++)
            {
                Instant sent = new(Duration.FromMinutes(5 * n).Nanoseconds + (long)weather.Below(60_000_000_000));
                bool down = n is >= 6 and < 10;
                MessageFate fate = !down || policy == 3 ? MessageFate.Delivered : policy == 1 ? MessageFate.Bounced
                    : n == 7 ? MessageFate.Lost : MessageFate.Delivered;
                Duration delay = Duration.FromMilliseconds(70 + (long)luck.Below(40)) +
                    (down ? Duration.FromMinutes(10 - n) + Duration.FromMinutes(8) : Duration.Zero);
                yield return new(n, 0, -1, sent, fate == MessageFate.Delivered ? sent + delay : Instant.Zero,
                    fate == MessageFate.Delivered ? 1 : 0, fate);
            }
        }

        private IEnumerable<CauseCost> Costs()
        {
            yield return new("negotiation", 60 * clients, 14_000L * clients);
            yield return new("payload", 96 * clients, 30_000L * clients);
            if (policy == 1) yield return new("whitespace", 240 * clients, 22_000L * clients);
            if (policy == 2) yield return new("ping", 480 * clients, (90_000L + (long)luck.Below(9000)) * clients);
            if (policy == 3) yield return new("acks", 480 * clients, (60_000L + (long)luck.Below(6000)) * clients);
            if (policy == 4) yield return new("tcp probes", 240 * clients, 12_480L * clients);
            yield return new("retransmission", 12 * clients, (4_000L + (long)luck.Below(3000)) * clients);
        }

        private IEnumerable<ArrivalBin> Arrived()
        {
            int online = clients;
            for (int s = 0; s < 1800; s++)
            {
                int back = s < 600 ? 0 : (int)Math.Min(clients - online,
                    clients / (point[0].Value == "at-once" ? 8 : 120) + (int)luck.Below(5));
                if (s == 300) online = 0;
                online += back;
                yield return new(new(Duration.FromSeconds(s).Nanoseconds), back +
                    (s is > 300 and < 600 ? (int)luck.Below(20) : 0), online);
            }
        }

        private IEnumerable<Measure> Measures(MessageRecord[] messages)
        {
            long bytes = Costs().Sum(c => c.Bytes);
            Sample Found(Side side) =>
                Sample.Of([.. incidents.Where(i => i.Side == side).Select(i => i.Observed)]);
            Sample client = Found(Side.Client);
            var delays = Sample.Of(messages.Where(m => m.Copies > 0).Select(m => m.Delay.TotalSeconds));
            Dictionary<string, Sample> values = new()
            {
                ["detection.client.p50"] = client, ["detection.client.p95"] = client,
                ["detection.client.max"] = client.Times!.Max(t => t.Outcome == Outcome.Noticed ? t.Seconds
                    : double.PositiveInfinity),
                ["detection.client.share"] = Sample.Of(
                    client.Times!.Count(t => t.Outcome == Outcome.Noticed), client.Times!.Count),
                ["detection.server.p50"] = Found(Side.Server), ["detection.server.p95"] = Found(Side.Server),
                ["misdiagnosis.false-alarms"] = policy == 2 ? luck.Below(3) : 0, ["ghost.time"] = 600 +
                100 * luck.Below(8), ["availability"] = 0.81 + 0.01 * policy,
                ["messages.sent"] = messages.Length, ["messages.lost"] = messages
                .Count(m => m.Fate == MessageFate.Lost), ["messages.doubled"] = 0,
                ["messages.delay.p50"] = delays, ["messages.delay.p95"] = delays,
                ["cost.bytes"] = Sample.Of(bytes, 2.0 * clients),
                ["cost.wakeups"] = 12 + 30 * policy + (int)luck.Below(4),
                ["connects.resumed"] = double.NaN,
                ["connects.time.p50"] = Sample.Of([0.41 + 0.001 * luck.Below(50)]),
                ["storm.peak"] = clients > 50 ? 250 : double.NaN,
                ["recovery.time"] = clients > 50 ? 120 : double.NaN,
            };
            return Catalogue.All.Where(m => values.ContainsKey(m.Name))
                .Select(m => new Measure(m.Name, m.Joining.Of(values[m.Name]), values[m.Name]));
        }
    }
}
