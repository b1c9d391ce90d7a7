using CsCheck;
using Lab.Experiments;
using Lab.Network;
using Lab.Xmpp;
using static Lab.Tests.AnyPolicy;
using Size = Lab.Experiments.Size;

namespace Lab.Tests;

/// <summary>Random topologies that the rules find nothing wrong with, small enough to run in milliseconds.</summary>
internal static class AnyTopology
{
    /// <summary>Also such as YAML would take for something else.</summary>
    private static readonly string[] PolicyNames =
        ["quick", "none", "null", "~", "a b", "1", "true", "forever", "x: y", "- z", "é", "'", "\"", "#", "&a", "{}"];

    private static readonly string[] ServerNames = ["a.example", "b.example", "node.example", "localhost"];
    private static readonly string[] GroupNames = ["phone", "tablet", "desk-top", "x_1"];
    private static readonly string[] LinkNames = ["mobile", "null", "none", "~", "60s", "wide area", "#1", "'"];

    /// <summary>Names of its policies, so that a scenario can define them.</summary>
    public static Gen<(Topology Topology, string[] Policies)> Topologies =>
        from policies in Gen.Shuffle(PolicyNames, 0, 3)
        from linkNames in Gen.Shuffle(LinkNames, 0, 3)
        from links in Links.Array[linkNames.Length]
        from servers in Servers(policies)
        from pairs in S2s([.. servers.Keys.Select(k => (k, servers[k].Count))], policies, linkNames)
        from authority in Gen.Bool
        from clients in Clients(servers, policies, linkNames)
        select (new Topology
        {
            Servers = authority ? WithAuthority(servers, pairs) : servers, Clients = clients, S2s = pairs,
            Links = Map(linkNames.Zip(links)),
        }, policies);

    public static Gen<LinkProfile> Links =>
        from delay in EachWay(Fine(10, 900))
        from jitter in EachWay(Fine(0, 200))
        from shape in Any<JitterShape>()
        from up in Rates
        from down in Rates
        from queue in Gen.OneOf(Gen.Const(0L), Gen.Long[1500, 100_000], Gen.Int[2, 512].Select(k => k * 1024L))
        from loss in Maybe(EachWay(Losses))
        from outages in Maybe(Outages)
        from table in Maybe(Gen.Select(Fine(1, 40), Fine(41, 90), Any<DelayDraw>(), (low, high, drawn) =>
            new DelayTableProfile { P5 = low, P95 = high, Drawn = drawn }))
        from concealed in Maybe(Gen.Select(Share(5), Fine(1, 20), (share, late) =>
            new ConcealedProfile { Share = share, Delay = late }))
        from grid in Maybe(Gen.Select(Seconds(1, 20), Fine(0, 400), Fine(1, 50), (every, near, extra) =>
            new GridProfile { Every = every, Offset = near, Before = near, After = near, Extra = extra }))
        select new LinkProfile
        {
            Delay = table is null ? delay : Duration.Zero, DelayTable = table, Concealed = concealed, Grid = grid,
            Jitter = jitter, JitterShape = shape, Up = up, Down = down, Queue = new Size(queue),
            Loss = loss, Outages = outages,
        };

    private static Gen<Ways<T>> EachWay<T>(Gen<T> some) where T : notnull => Gen.Frequency(
        (2, some.Select(both => new Ways<T>(both, both))),
        (1, Gen.Select(some, some, (up, down) => new Ways<T>(up, OfOneWeather(up, down)))));

    private static T OfOneWeather<T>(T up, T down) where T : notnull => up is LossProfile u && down is LossProfile d
        ? (T)(object)(d with { BadFor = u.BadFor, GoodFor = u.GoodFor, LossWhenBad = u.LossWhenBad }) : down;

    private static Gen<Rate> Rates => Gen.OneOf(
        Gen.Const(new Rate(0)), Gen.Long[20_000, 1_000_000].Select(b => new Rate(b)),
        Gen.Long[1, 1000].Select(m => new Rate(m * 1_000_000)));

    private static Gen<LossProfile> Losses => Gen.OneOf(
        Share(20).Select(s => new LossProfile { LossWhenGood = s }),
        Gen.Select(Seconds(1, 20), Seconds(1, 60), Share(100), Share(10), (bad, good, whenBad, whenGood) =>
            new LossProfile { BadFor = bad, GoodFor = good, LossWhenBad = whenBad, LossWhenGood = whenGood }));

    private static Gen<OutageProfile> Outages => Gen.Select(
        Seconds(10, 200), Fine(10, 30_000), Gen.Int[0, 2000],
        (every, length, spread) => spread % 2 == 0
            ? new OutageProfile { Every = every, Median = length, SigmaPermille = spread }
            : new OutageProfile
            {
                Every = every, EveryShapePermille = 500 + spread, Mean = length, ShapePermille = 700,
            });

    private static Gen<OrderedDictionary<string, ServerSpec>> Servers(string[] policies) =>
        from names in Gen.Shuffle(ServerNames, 1, 3)
        from specs in Server(policies).Array[names.Length]
        select Map(names.Zip(specs));

    private static Gen<ServerSpec> Server(string[] policies) =>
        from password in Maybe(One("secret", "of: much", ""))
        from count in Gen.Frequency((2, Gen.Const(1)), (1, Gen.Int[2, 3]))
        from policy in Maybe(Choice(policies))
        from conflict in Any<ConflictPolicy>()
        from tls in Any<TlsUse>()
        from offline in Gen.Int[0, 20]
        from os in Any<Os>()
        from kernel in Maybe(Kernels)
        from service in Maybe(Services)
        select new ServerSpec
        {
            Service = service,
            Os = os, Kernel = kernel,
            Password = password, Count = count, Policy = policy, Conflict = conflict, Tls = tls,
            OfflineMessages = offline,
        };

    private static Gen<ServiceSpec> Services =>
        from workers in Gen.Int[1, 4]
        from queue in Gen.Int[1, 200]
        from times in Gen.Int[0, 300_000].Select(us => Duration.FromMicroseconds(us)).Array[4]
        from spread in Any<ServiceSpread>()
        select new ServiceSpec
        {
            Workers = workers, AcceptQueue = queue, Tls = times[0], Sasl = times[1], Login = times[2],
            Stanza = times[3] + Duration.FromMicroseconds(1), Spread = spread,
        };

    private static Gen<KernelSpec> Kernels =>
        from retries in MaybeValue(Gen.Int[1, 15])
        from syn in MaybeValue(Gen.Int[1, 6])
        from synack in MaybeValue(Gen.Int[0, 5])
        from orphan in MaybeValue(Gen.Int[0, 8])
        from fin in MaybeValue(Seconds(1, 60))
        from least in MaybeValue(Fine(5, 300))
        from keepalive in Maybe(Keepalives)
        from hz in MaybeValue(One(100, 250, 300, 1000))
        select new KernelSpec
        {
            Retries2 = retries, SynRetries = syn, SynackRetries = synack, OrphanRetries = orphan, FinTimeout = fin,
            RtoMin = least, KeepaliveDefaults = keepalive, Hz = hz,
        };

    private static Gen<OrderedDictionary<string, ClientSpec>> Clients(
        OrderedDictionary<string, ServerSpec> servers, string[] policies, string[] links) =>
        from names in Gen.Shuffle(GroupNames, 1, 3)
        let domains = new Cast(new Topology { Servers = servers }).Domains
        from specs in Client([.. servers.Keys, .. domains], policies, links).Array[names.Length]
        from shares in Gen.Bool
        select Map(names.Zip(shares ? specs.Select(s => WithAccountOf(s, specs[0])) : specs));

    private static ClientSpec WithAccountOf(ClientSpec client, ClientSpec first) => client with
    {
        Account = "alice", Server = first.Server, Count = first.Count, Password = first.Password,
        Login = client.Login is null ? null : first.Login,
    };

    // what clients call their links
    private static readonly string[] OwnLinkNames = ["wifi", "lte", "cable"];

    private static Gen<ClientSpec> Client(string[] servers, string[] policies, string[] links) =>
        from server in One(servers)
        from password in Maybe(One("secret", " x "))
        from link in Over(links)
        from several in Gen.Frequency((3, Gen.Const(0)), (1, Gen.Int[2, 3]))
        from ways in Over(links).Array[several]
        from first in Gen.Int[0, several]
        from count in Gen.Int[1, 3]
        from policy in Maybe(Choice(policies))
        from tls in Any<TlsMode>()
        from resource in Maybe(One("balcony", "none", "é/1"))
        from priority in Gen.Int[-2, 2]
        from start in Seconds(0, 20)
        from os in Any<Os>()
        from kernel in Maybe(Kernels)
        from foreground in Maybe(Foregrounds)
        from sleep in Maybe(Sleeps)
        from push in Maybe(AnyPush)
        from joins in Gen.Frequency((4, Gen.Const(0)), (1, Gen.Int[1, 19]))
        from stay in MaybeValue(Seconds(21, 100))
        from login in Maybe(Logins)
        select new ClientSpec
        {
            Foreground = foreground, Login = login, Sleep = sleep, Push = push,
            Joins = Duration.FromSeconds(joins),
            Leaves = stay is { } time ? Duration.FromSeconds(joins) + time : null,
            Os = os, Kernel = kernel,
            Link = several == 0 ? link : null, Links = Map(OwnLinkNames.Zip(ways)),
            Start = first < several ? OwnLinkNames[first] : null,
            Server = server, Password = password, Count = count, Policy = policy, Tls = tls,
            Resource = resource, StartWithin = start, Priority = priority,
        };

    public static Gen<LoginSpec> Logins =>
        from roster in MaybeValue(Gen.Int[1024, 30_000])
        from archive in MaybeValue(Gen.Int[1024, 60_000])
        from page in Gen.Int[1, 60]
        from rooms in Gen.Int[roster is null && archive is null ? 1 : 0, 3]
        from room in Gen.Int[1024, 9000]
        select new LoginSpec
        {
            Roster = roster is { } r ? new Size(r) : null, Archive = archive is { } a ? new Size(a) : null,
            Page = page, Rooms = rooms, Room = new Size(room),
        };

    private static Gen<ForegroundSpec> Foregrounds =>
        from times in Seconds(0, 240).Array[1, 3]
        from every in Seconds(30, 100)
        from regular in Gen.Bool
        from arrivals in Any<Arrivals>()
        from length in Seconds(1, 29)
        from first in Gen.Int[0, 100]
        from between in Gen.Bool
        select new ForegroundSpec
        {
            At = regular ? [] : times, Every = regular ? every : null,
            Arrivals = regular ? arrivals : Arrivals.Regular, For = length,
            Between = between ? [Duration.FromSeconds(first), Duration.FromSeconds(first + 100)] : [],
        };

    private static Gen<SleepProfile> Sleeps =>
        from suspends in MaybeValue(Seconds(0, 60))
        from reclaims in MaybeValue(Seconds(0, 60))
        from light in Maybe(Dozes)
        from deep in Maybe(Dozes)
        from alarms in Maybe(Gen.Select(Gen.Int[1, 3], Seconds(1, 60), Seconds(1, 20), (most, per, length) =>
            new AlarmProfile { AtMost = most, Per = per, For = length }))
        from clock in Any<SleepClock>()
        select new SleepProfile
        {
            SuspendsAfter = suspends ?? (light is null && deep is null ? Duration.FromSeconds(30) : null),
            ReclaimsAfter = suspends is null ? null : reclaims, Light = light, Deep = deep, Alarms = alarms,
            Clock = clock,
        };

    private static Gen<PushProfile> AnyPush =>
        from latency in Fine(10, 30_000)
        from loss in Share(100)
        from most in MaybeValue(Gen.Int[1, 5])
        from per in Seconds(10, 100)
        from length in Seconds(1, 30)
        from patience in Seconds(1, 30)
        select new PushProfile
        {
            Latency = latency, Loss = loss, AtMost = most, Per = most is null ? new PushProfile().Per : per,
            For = length, UnacknowledgedFor = patience,
        };

    private static Gen<DozeProfile> Dozes =>
        from after in Seconds(0, 60)
        from idle in Seconds(1, 60)
        from longest in MaybeValue(Seconds(60, 100))
        from window in Seconds(1, 20)
        from widest in MaybeValue(Seconds(20, 30))
        select new DozeProfile
        {
            After = after, Idle = idle, LongestIdle = longest, Window = window, LongestWindow = widest,
        };

    // any pairs of different servers, and of the members of one with a count
    private static Gen<S2sSpec[]> S2s((string Name, int Count)[] servers, string[] policies, string[] links)
    {
        string[][] pairs =
        [
            .. servers.SelectMany((a, i) =>
                servers.Skip(a.Count > 1 ? i : i + 1).Select(b => new[] { a.Name, b.Name })),
        ];
        return from chosen in Gen.Shuffle(pairs, 0, pairs.Length)
               from specs in Pair(policies, links).Array[chosen.Length]
               select specs.Zip(chosen, (spec, between) => spec with { Between = between }).ToArray();
    }

    private static Gen<S2sSpec> Pair(string[] policies, string[] links) =>
        from path in Gen.Select(Over(links), Gen.Int[1, 3], Any<MemberPick>(), Gen.Bool, Any<FederationAuth>(),
            Any<FederationTls>())
        from checks in Gen.Select(Maybe(Choice(policies)), Maybe(Choice(policies)), Any<PingScope>(),
            Any<FailedCheck>(), MaybeValue(Seconds(5, 90)), Any<UnackedFate>())
        from pool in Gen.Select(Gen.Int[0, 100], Any<RetryRule>(), Seconds(1, 300), MaybeValue(Gen.Int[1, 4]), Gen.Bool,
            Seconds(1, 60), Seconds(1, 60))
        select new S2sSpec
        {
            Between = [], Link = path.Item1, Streams = path.Item2, Pick = path.Item3, Bidi = path.Item4,
            Auth = path.Item5, Tls = path.Item6, Policy = checks.Item1, SecondPolicy = checks.Item2,
            PingScope = checks.Item3, OnFailedCheck = checks.Item4, SilenceLimit = checks.Item5,
            Unacked = checks.Item6, Queue = pool.Item1, Retry = pool.Item2, RetryMax = pool.Item3,
            MaxStreamsFrom = pool.Item4, VerifyAlone = pool.Item5, DialbackTimeout = pool.Item6,
            VerifyTimeout = pool.Item7,
        };

    // the last server vouches for the first, where whoever asks has streams with both
    private static OrderedDictionary<string, ServerSpec> WithAuthority(
        OrderedDictionary<string, ServerSpec> servers, S2sSpec[] pairs)
    {
        (string own, ServerSpec spec) = servers.First();
        (string other, ServerSpec vouching) = servers.Last();
        bool Joined(string a, string b) => pairs.Any(p => p.Between.Contains(a) && p.Between.Contains(b));
        bool seen = servers.Keys.All(s => s == own || s == other || !Joined(s, own) || Joined(s, other));
        if (own == other || vouching.Count > 1 || !seen || (spec.Count > 1 && Joined(own, own))) return servers;
        return Map(servers.Select(s => (s.Key, s.Key == own ? spec with { Authority = other } : s.Value)));
    }

    private static Gen<PolicyChoice> Choice(string[] names)
    {
        Gen<PolicyChoice> inline = Policies.Select(p => new PolicyChoice(null, p));
        return names.Length == 0 ? inline
            : Gen.OneOf(inline, One(names).Select(n => new PolicyChoice(n, null)));
    }

    // never a link without delay: who comes back at once would do nothing else
    private static Gen<LinkChoice> Over(string[] names)
    {
        Gen<LinkChoice> inline = Links.Select(l => new LinkChoice(null, l));
        return names.Length == 0 ? inline
            : Gen.OneOf(inline, One(names).Select(n => new LinkChoice(n, null)));
    }

    public static OrderedDictionary<string, T> Map<T>(IEnumerable<(string Key, T Value)> entries)
    {
        var map = new OrderedDictionary<string, T>();
        foreach ((string key, T value) in entries) map[key] = value;
        return map;
    }
}
