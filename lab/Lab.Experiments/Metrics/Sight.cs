using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// How truly networks show a metric: whatever the scenario, and in a run, where its faults and the policies of its ends
/// count. The simulated network models all; on the proxied one each end talks to a kernel that is near and never dies.
/// </summary>
internal sealed class Sight
{
    private const string OwnKernel = FidelityTable.OwnKernel;
    private readonly Judgement proxied;
    private readonly Func<RunSpec, Judgement, Judgement> inRun;

    private Sight(Judgement proxied, Func<RunSpec, Judgement, Judgement> inRun) =>
        (this.proxied, this.inRun) = (proxied, inRun);

    /// <summary>As true as the faults of the run, and no truer than that.</summary>
    public static Sight ByFaults(Judgement proxied) =>
        new(proxied, (run, own) => own.Worse(FidelityTable.OfFaults(run)));

    public static Sight AsFaults { get; } = ByFaults(new(Fidelity.Modelled,
        "read from the journal as in simulation, by a real clock; as true as the faults"));

    public static Sight WhateverTheFaults(Judgement proxied) => new(proxied, (_, own) => own);

    public static Sight Costs { get; } = new(
        new(Fidelity.Modelled, "counted between the legs, where the modelled TCP cuts real TLS records into segments"),
        (run, own) => own.Worse(OfTcpParts(run)));

    public static Sight Energy { get; } = new(
        new(Fidelity.Unsupported, "radios of phones are only on the simulated network yet"), (_, own) => own);

    public static Sight Sleep { get; } = WhateverTheFaults(new(Fidelity.Modelled,
        "when the system lets the app run is worked out as in simulation, by a real clock"));

    public static Sight Service { get; } = new(FidelityTable.OfService(NetworkKind.Proxied), (_, own) => own);

    /// <summary>Of the paths between servers.</summary>
    public static Sight FederationCosts { get; } = new(Costs.proxied, (run, own) => run.Topology.S2s
        .SelectMany(s => new[] { s.Policy, s.SecondPolicy }).Select(p => OfTcp(p?.Inline?.Tcp)).Aggregate(own,
            (worst, tcp) => worst.Worse(tcp)));

    /// <summary>Unsupported where a cut or a crash meets an end that only TCP could warn.</summary>
    public static Sight Detection(Side side) => new(
        new(Fidelity.Modelled,
            "by a real clock; as true as the faults, and unsupported where a cut or a crash meets an end without a " +
            "check above TCP"),
        (run, own) => Unguarded(run, side) is { } end
            ? new(Fidelity.Unsupported,
                $"{end} has no check above TCP, and TCP notices no cut, no crash and no middlebox that forgets "
                    + $"silently here: {OwnKernel}")
            : own.Worse(FidelityTable.OfFaults(run)));

    /// <summary>Of streams between servers that die unnoticed.</summary>
    /// <param name="onlyWithTcpChecks">Those without any check do not matter: nothing notices them anywhere.</param>
    public static Sight Unnoticed(bool onlyWithTcpChecks) => new(AsFaults.proxied,
        (run, own) => Unwatched(run, onlyWithTcpChecks) is { } server
            ? new(Fidelity.Unsupported,
                $"not every stream of {server} has a check above TCP, and TCP notices no cut and no crash here: "
                    + OwnKernel)
            : own.Worse(FidelityTable.OfFaults(run)));

    public Judgement On(NetworkKind network) => network switch
    {
        NetworkKind.Simulated => Judgement.Model,
        NetworkKind.Proxied => proxied,
    };

    public Judgement In(RunSpec run) => run.Network switch
    {
        NetworkKind.Simulated => Judgement.Model,
        NetworkKind.Proxied => inRun(run, proxied),
    };

    // Probes and retransmissions of an end's own TCP never cross the link, so they cost nothing there.
    private static Judgement OfTcpParts(RunSpec run)
    {
        foreach (ClientSpec client in run.Topology.Clients.Values)
            foreach (Side side in Enum.GetValues<Side>())
            {
                Judgement own = OfTcp(PolicyOf(run, client, side).Tcp);
                if (own.Fidelity == Fidelity.Approximate) return own;
            }
        return Unguarded(run, Side.Client) is { } end
            ? new(Fidelity.Approximate,
                $"{end} has no check above TCP, so it never gives up and does not come back as it would")
            : FidelityTable.SameModel;
    }

    private static Judgement OfTcp(TcpPolicy? tcp) => tcp switch
    {
        { Keepalive: not null } =>
            new(Fidelity.Approximate, $"TCP keepalive probes do not cross the link: {OwnKernel}"),
        { UserTimeout: not null } => new(Fidelity.Approximate, $"the TCP user timeout never ends: {OwnKernel}"),
        _ => FidelityTable.SameModel,
    };

    /// <summary>Whom a cut, a crash or a middlebox leaves with nothing but TCP to notice it, in words; null when
    /// nobody.</summary>
    private static string? Unguarded(RunSpec run, Side side)
    {
        var cast = new Cast(run.Topology);
        foreach (FaultSpec fault in run.Scenario.Faults.Where(f => f.Kind.IsHiddenByProxies))
        {
            // who has no power has nothing to notice
            Meaning hit = cast.Resolve(fault.Target);
            bool server = hit.Kind == TargetKinds.Server;
            if (fault.Kind.TakesPower && server == (side == Side.Server)) continue;
            foreach (string group in hit.Groups)
            {
                ClientSpec client = run.Topology.Clients[group];
                if (!Checks(PolicyOf(run, client, side))) return side == Side.Client ? group : client.Server;
            }
        }
        // so does a middlebox that tells nobody what it forgets
        foreach ((string group, ClientSpec client) in run.Topology.Clients)
            if (run.Topology.MiddleboxesOf(client).Any(b => b.OnExpiry == Notice.Silent)
                && !Checks(PolicyOf(run, client, side))) return side == Side.Client ? group : client.Server;
        return null;
    }

    /// <summary>
    /// A server with a stream that a cut or a crash may leave with nothing but TCP to notice it; null when there is
    /// none. A routed ping sees one member of a pool.
    /// </summary>
    private static string? Unwatched(RunSpec run, bool onlyWithTcpChecks)
    {
        var cast = new Cast(run.Topology);
        foreach (FaultSpec fault in run.Scenario.Faults.Where(f => f.Kind.IsHiddenByProxies))
            foreach (S2sSpec s in run.Topology.S2s)
                for (int side = 0; side < 2; side++)
                {
                    Policy own = (side == 1 ? s.SecondPolicy ?? s.Policy : s.Policy)?.Inline ?? Policy.Nothing;
                    bool pinged = own.Ping is not null && (s.Streams == 1 || s.PingScope == PingScope.EachMember);
                    if (pinged || s.SilenceLimit is not null || own.Acks is { Timeout: not null }
                        || own.Idle is { Then: IdleAction.VerifyFirst }) continue;
                    if (onlyWithTcpChecks && own.Tcp is not ({ Keepalive: not null } or { UserTimeout: not null }))
                        continue;
                    if (Hits(cast, fault, s, side)) return s.Between[side];
                }
        return null;
    }

    // who has no power has nothing to notice
    private static bool Hits(Cast cast, FaultSpec fault, S2sSpec s, int side)
    {
        IReadOnlyList<int> own = cast.FindServers(s.Between[side]), other = cast.FindServers(s.Between[1 - side]);
        Meaning hit = cast.Resolve(fault.Target);
        bool Opens(IReadOnlyList<int> from, IReadOnlyList<int> to) =>
            hit.Servers.Any(from.Contains) && hit.Others.Any(to.Contains);
        return hit.Kind switch
        {
            TargetKinds.Streams => Opens(own, other) || s.Bidi && Opens(other, own),
            TargetKinds.Server => hit.Servers.Any(other.Contains)
                || !fault.Kind.TakesPower && hit.Servers.Any(own.Contains),
            _ => hit.IsLink(s.Link?.Name),
        };
    }

    private static Policy PolicyOf(RunSpec run, ClientSpec client, Side side) =>
        (side == Side.Client ? client.Policy : run.Topology.Servers.GetValueOrDefault(client.Server)?.Policy)?.Inline
        ?? Policy.Nothing;

    /// <summary>Whether an unanswered question ends the stream; a whitespace keepalive asks nothing.</summary>
    private static bool Checks(Policy policy) =>
        policy.Ping is not null || policy.Idle is not null || policy.Acks is { Timeout: not null };
}
