using CsCheck;
using Lab.Experiments;
using Lab.Files;
using Lab.Network;
using Lab.Xmpp;
using static Lab.Tests.AnyPolicy;
using Size = Lab.Experiments.Size;

namespace Lab.Tests;

/// <summary>A scenario and its topology, shown as the file that says the same; the seed is for a run.</summary>
internal sealed record Written(Scenario Scenario, Topology Topology, ulong Seed)
{
    public RunSpec Run => new()
    {
        ScenarioName = Scenario.Topology, Scenario = Scenario, Seed = Seed,
        Topology = Library.Empty.Resolve(Scenario, Topology),
    };

    public override string ToString() => $"seeds: [{Seed}]\n{Unbinder.File(Scenario, Topology)}";
}

/// <summary>
/// Random scenarios with their topologies, such as the rules find nothing wrong with: every part of a policy, every
/// model of a link, streams between servers, and faults of every kind on all that it can be done to, at any times,
/// also nested and crossing on one target. A run takes minutes of virtual time.
/// </summary>
internal static class AnyScenario
{
    private const int LeastSeconds = 20, MostSeconds = 240;

    private static readonly Step[] Steps = [.. Enum.GetValues<Step>().Except([Step.Offline, Step.Closing])];

    public static Gen<Written> Scenarios =>
        from network in AnyTopology.Topologies
        let cast = new Cast(network.Topology)
        from description in Maybe(One("one line", "two\nlines: 'quoted'", "- \"\\\t# é", "null", " "))
        from length in Gen.Int[LeastSeconds, MostSeconds]
        from tail in Gen.Int[0, length - 1]
        from policies in Policies.Array[network.Policies.Length]
        from workload in Works(network.Topology, cast, length).Array[0, 3]
        from faults in Faults(network.Topology, cast, length - tail).Array[0, 4]
        from expect in Expectations.Array[0, 2]
        from seed in Gen.ULong[1, 1000]
        select new Written(new Scenario
        {
            Topology = "any", Description = description, Duration = Duration.FromSeconds(length),
            Tail = Duration.FromSeconds(tail), Policies = AnyTopology.Map(network.Policies.Zip(policies)),
            Workload = workload, Faults = faults, Expect = expect,
        }, network.Topology, seed);

    private static string[] Clients(Topology topology) =>
    [
        .. topology.Clients.Keys,
        .. topology.Clients.SelectMany(c => Enumerable.Range(0, c.Value.Count).Select(i => $"{c.Key}[{i}]")),
    ];

    private static Gen<WorkloadSpec> Works(Topology topology, Cast cast, int length)
    {
        string[] clients = Clients(topology), echoes = [.. cast.Domains.Select(d => "echo@" + d)];
        Gen<(string From, string To)> asked = Gen.Select(
            One(clients), One([.. clients, .. echoes]), (from, to) => (from, to));
        Gen<(string From, string To)> pushed =
            One(clients).Select(to => ("echo@" + topology.Clients[cast.Resolve(to).Groups[0]].Server, to));
        return from ends in Gen.Frequency((4, asked), (1, pushed))
               from every in Fine(2000, 60_000)
               from arrivals in Any<Arrivals>()
               from count in Gen.Frequency((3, Gen.Const(1)), (1, Gen.Int[2, 5]))
               from body in Gen.OneOf(Gen.Int[1, 5000], Gen.Int[1, 20].Select(k => k * 1024))
               from begin in Gen.Int[0, length - 1]
               from more in MaybeValue(Gen.Int[1, length])
               from times in Gen.Int[begin, Math.Min(begin + (more ?? length), length)].Array[1, 3]
               from occasion in One(Occasions(topology, ends.From))
               from when in Gen.Int[0, 2]
               from presence in Gen.Frequency((3, Gen.Const(false)), (1, Gen.Const(!echoes.Contains(ends.To))))
               select new WorkloadSpec
               {
                   Send = presence ? SendKind.Presence : SendKind.Message,
                   From = ends.From, To = ends.To, Count = count, Body = new Size(body),
                   Every = when == 0 || when == 2 && occasion is null ? every : null,
                   Arrivals = when == 0 ? arrivals : Arrivals.Regular,
                   At = when == 1 ? [.. times.Select(t => Duration.FromSeconds(t))] : [],
                   On = when == 2 ? occasion : null,
                   Begin = Duration.FromSeconds(begin), End = more is { } m ? Duration.FromSeconds(begin + m) : null,
               };
    }

    // what may happen to a sender; null = nothing
    private static Occasion?[] Occasions(Topology topology, string from) => from.StartsWith("echo@") ? [null]
        : topology.ForegroundOf(from) is null ? [Occasion.Online, Occasion.NewSession]
        : [Occasion.Online, Occasion.NewSession, Occasion.Open];

    private static Gen<FaultSpec> Faults(Topology topology, Cast cast, int length) =>
        from kind in One(FaultKinds.All.Where(k => Targets(k, topology, cast).Length > 0).ToArray())
        from target in One(Targets(kind, topology, cast))
        from at in Gen.Int[0, length - 1]
        from within in Gen.Int[0, length - at]
        from after in MaybeValue(One(Steps))
        from times in Gen.Select(MaybeValue(Fine(1000, 60_000)), Fine(100, 60_000), Gen.Bool)
        from direction in Any<CutDirection>()
        from to in AnyTopology.Links
        from only in Maybe(One(Ways(topology, cast, target)))
        from way in One(Ways(topology, cast, target))
        from gap in MaybeValue(Fine(100, 20_000))
        from linger in MaybeValue(Fine(100, 40_000))
        from old in Any<OldConnections>()
        from notices in Fine(0, 5000).Array[0, 2]
        let moves = kind == FaultKinds.Handover
        let momentary = kind.IsMomentary
        select new FaultSpec
        {
            Kind = kind, Target = target, At = Duration.FromSeconds(at), Within = Duration.FromSeconds(within),
            After = cast.Resolve(target).Kind == TargetKinds.Client ? after : null, Every = times.Item1,
            For = momentary || (times.Item1 is null && times.Item3) ? null : times.Item2,
            Direction = kind == FaultKinds.Cut ? direction : CutDirection.Both,
            To = kind == FaultKinds.Degrade ? to : moves ? new LinkChoice(way, null) : null,
            On = way.Length > 0 && kind.Has("on") ? only : null, Gap = moves ? gap : null,
            Linger = moves && gap is null ? linger : null, Old = moves ? old : OldConnections.Silent,
            Notices = moves ? notices : FaultSpec.AtOnce,
        };

    /// <summary>Links that each client that the target names has; one without a name where there is none.</summary>
    private static string[] Ways(Topology topology, Cast cast, string target)
    {
        string[][] each = [.. cast.Resolve(target).Groups.Select(g => topology.Clients[g].Links.Keys.ToArray())];
        string[] all = each.Length == 0 ? [] : [.. each[0].Where(l => each.All(e => e.Contains(l)))];
        return all.Length == 0 ? [""] : all;
    }

    private static string[] Targets(FaultKind kind, Topology topology, Cast cast)
    {
        TargetKinds takes = kind.Targets;
        string[] servers = [.. topology.Servers.Keys.Concat(cast.Domains).Distinct()];
        if (kind.IsBetweenServers)
            servers = [.. servers.Where(s => cast.FindServers(s).Any(i => cast.RoutesOf(i).Count > 0))];
        string[] pools = [.. cast.Routes.Select(r => $"{cast.Domains[r.From]}->{cast.Domains[r.To]}").Distinct()];
        if (kind == FaultKinds.Handover)
            return [.. Clients(topology).Concat(servers).Where(t => Ways(topology, cast, t)[0].Length > 0)];
        string[] streams = [.. cast.Routes.Select(r => r.Name), .. pools, .. pools.Select(p => p + "#any")];
        return
        [
            .. takes.HasFlag(TargetKinds.Client) ? Clients(topology) : [],
            .. takes.HasFlag(TargetKinds.Link) ? topology.Links.Keys : [],
            .. takes.HasFlag(TargetKinds.Server) ? servers : [], .. takes.HasFlag(TargetKinds.Streams) ? streams : [],
        ];
    }

    private static Gen<Expectation> Expectations =>
        from metric in One(Catalogue.All.Except(EnergyMetrics.All).Except(SleepMetrics.All)
            .Except(ServiceMetrics.All).ToArray())
        from value in Gen.OneOf(Gen.Int[0, 100].Select(n => (double)n), Gen.Int[0, 100_000].Select(n => n / 1000.0))
        from comparison in Gen.Int[0, 4]
        let quantity = new Quantity(metric.Unit == Unit.Share ? value / 100 : value, metric.Unit)
        select comparison switch
        {
            0 => new Expectation { Metric = metric.Name, Below = quantity },
            1 => new Expectation { Metric = metric.Name, Above = quantity },
            2 => new Expectation { Metric = metric.Name, AtMost = quantity },
            3 => new Expectation { Metric = metric.Name, AtLeast = quantity },
            _ => new Expectation { Metric = metric.Name, EqualTo = quantity },
        };
}
