using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>What a network does to a connection besides faults.</summary>
public enum LinkProperty { Delay, Jitter, Rate, Queue, Loss, Outages, SynLoss, ConnectTime }

/// <summary>
/// What each network can show, and how truly: faults, properties of links, mechanisms that end a stream, metrics.
/// The simulated network models everything. On the proxied one each client's path is a proxy of two real sockets: the
/// bytes between them pass the modelled TCP and the modelled links, but each end talks to the proxy's kernel, which is
/// near, quick and never dies. So what the TCP of an end would learn of a bad path, nobody learns there.
/// </summary>
public static class FidelityTable
{
    private const string OwnKernel = "the proxy's kernel answers in place of the peer's, at once and for ever";

    private static readonly Judgement Model =
        new(Fidelity.Modelled, "packets, TCP, streams and processes follow the rules of MODELS.md");

    private static readonly Judgement SameModel =
        new(Fidelity.Modelled, "the bytes pass the same model between the two legs of the proxy");

    public static Judgement Of(NetworkKind network, FaultKind fault) =>
        network == NetworkKind.Simulated ? Model : fault switch
        {
            FaultKind.Degrade => SameModel,
            FaultKind.Reset => new(Fidelity.Exact, "both legs of the proxy send a real RST"),
            FaultKind.Freeze => new(Fidelity.Exact,
                "the process really stops (a server of the lab stops reading, a program gets SIGSTOP) while the " +
                "kernel goes on acknowledging"),
            FaultKind.Restart => new(Fidelity.Exact,
                "the server really ends and comes back (a program gets SIGTERM and is started again)"),
            FaultKind.Unresolved => new(Fidelity.Exact, "the lab tells all servers where the others are"),
            FaultKind.Expire => new(Fidelity.Modelled,
                "the certificate itself holds on; the lab's servers are told that it does not"),
            FaultKind.IgnoreDialback => new(Fidelity.Exact, "the same state machine says nothing"),
            FaultKind.Cut => new(Fidelity.Approximate,
                "nothing passes and nobody is told, but the proxy's kernel goes on acknowledging what each side " +
                "sends, so only checks above TCP can see it"),
            FaultKind.Crash => new(Fidelity.Approximate,
                "the kernel of a killed process would send FIN or RST, which the proxy swallows, and a connect to " +
                "the dead machine is still accepted by the proxy"),
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "this fault has no judgement"),
        };

    public static Judgement Of(NetworkKind network, LinkProperty property) =>
        network == NetworkKind.Simulated ? Model : property switch
        {
            LinkProperty.SynLoss => new(Fidelity.Unsupported, $"no SYN crosses the link: {OwnKernel}"),
            LinkProperty.ConnectTime => new(Fidelity.Unsupported,
                "the proxy accepts a connect at once, whatever the delay of the link"),
            _ => SameModel,
        };

    public static Judgement Of(NetworkKind network, Mechanism mechanism) =>
        network == NetworkKind.Simulated
            ? mechanism is Mechanism.TlsFailure or Mechanism.LocalFailure or Mechanism.Unseen
                ? new(Fidelity.Unsupported, "it happens on real sockets only") : Model
        : mechanism switch
        {
            Mechanism.TcpRetransmissionLimit => new(Fidelity.Unsupported,
                $"nothing is retransmitted for long: {OwnKernel}"),
            Mechanism.TcpUserTimeout => new(Fidelity.Unsupported,
                $"no data stays unacknowledged for long: {OwnKernel}"),
            Mechanism.TcpKeepalive or Mechanism.TcpWindowProbe => new(Fidelity.Unsupported,
                $"no probe stays unanswered: {OwnKernel}"),
            Mechanism.TcpConnectTimeout or Mechanism.ConnectTimeout => new(Fidelity.Unsupported,
                "no connect waits long enough: the proxy accepts it at once"),
            Mechanism.Refused => new(Fidelity.Approximate,
                "the proxy has accepted before it learns that the server refuses, so the refusal comes as a RST"),
            Mechanism.Fin => new(Fidelity.Modelled,
                "the end of one leg crosses the model before the other leg is closed"),
            Mechanism.Reset => new(Fidelity.Exact, "a real RST arrives"),
            Mechanism.TlsFailure => new(Fidelity.Exact, "real TLS refuses the peer"),
            Mechanism.LocalFailure => new(Fidelity.Approximate,
                "this machine has failed, which says nothing of the path or the peer"),
            Mechanism.Unseen => new(Fidelity.Approximate, "a real program does not say why its stream ended"),
            _ => new(Fidelity.Exact, "the same state machine decides, by a real clock"),
        };

    /// <summary>A metric by itself, whatever the scenario; see the overload with a run.</summary>
    public static Judgement Of(NetworkKind network, string metric) =>
        network == NetworkKind.Simulated ? Model : metric switch
        {
            "connects.time.p50" => new(Fidelity.Unsupported,
                "only the negotiation is seen: the proxy accepts the TCP connect at once"),
            "connects.attempts" or "storm.peak" or "recovery.time"
                or "federation.handshakes" or "federation.peak" => new(Fidelity.Approximate,
                "a connect is accepted at once, so an attempt on a dead path fails in a later phase, by that phase's " +
                "timeout"),
            "messages.sent" => new(Fidelity.Exact, "the same draws ask for the same messages at the same times"),
            _ when metric.StartsWith("messages.delay.", StringComparison.Ordinal) => new(Fidelity.Modelled,
                "the delays are the modelled link's; real sockets and processes add a little"),
            _ when metric.StartsWith("cost.", StringComparison.Ordinal) => new(Fidelity.Modelled,
                "counted between the legs, where the modelled TCP cuts real TLS records into segments"),
            _ when Detecting(metric) is not null => new(Fidelity.Modelled,
                "by a real clock; as true as the faults, and unsupported where a cut or a crash meets an end " +
                "without a check above TCP"),
            _ => new(Fidelity.Modelled,
                "read from the journal as in simulation, by a real clock; as true as the faults"),
        };

    /// <summary>
    /// A metric of a run: what its faults and the policies of its ends make of it. Detection is unsupported where a
    /// cut or a crash meets an end that only TCP could warn.
    /// </summary>
    public static Judgement Of(RunSpec run, string metric)
    {
        Judgement own = Of(run.Network, metric);
        if (ProgramSight.Hidden(run, metric) is { } hidden) return new(Fidelity.Unsupported, hidden);
        if (run.Network == NetworkKind.Simulated || metric == "messages.sent") return own;
        if (metric.StartsWith("cost.", StringComparison.Ordinal)) return own.Worse(OfTcpParts(run));
        if (Detecting(metric) is { } side && Unguarded(run, side) is { } end)
            return new(Fidelity.Unsupported,
                $"{end} has no check above TCP, and TCP notices no cut and no crash here: {OwnKernel}");
        bool lengths = metric.StartsWith("federation.unnoticed.", StringComparison.Ordinal);
        bool shares = metric is "federation.detected" or "federation.missed";
        if ((lengths || shares) && Unwatched(run, onlyWithTcpChecks: shares) is { } server)
            return new(Fidelity.Unsupported,
                $"not every stream of {server} has a check above TCP, and TCP notices no cut and no crash here: "
                    + OwnKernel);
        return own.Worse(OfFaults(run));
    }

    /// <summary>The least faithful fault of a run's scenario; exact without faults, but for the links, which are
    /// modelled.</summary>
    public static Judgement OfFaults(RunSpec run)
    {
        var worst = new Judgement(Fidelity.Exact, "there are no faults");
        foreach (FaultKind kind in run.Scenario.Faults.Select(f => f.Kind).Distinct())
        {
            Judgement of = Of(run.Network, kind);
            worst = worst.Worse(of with { Reason = $"{kind.Word()}: {of.Reason}" });
        }
        return worst.Worse(Of(run.Network, LinkProperty.Delay));
    }

    // Probes and retransmissions of an end's own TCP never cross the link, so they cost nothing there.
    private static Judgement OfTcpParts(RunSpec run)
    {
        foreach (ClientSpec client in run.Topology.Clients.Values)
            foreach (Side side in Enum.GetValues<Side>())
            {
                TcpPolicy? tcp = PolicyOf(run, client, side).Tcp;
                if (tcp?.Keepalive is not null)
                    return new(Fidelity.Approximate, $"TCP keepalive probes do not cross the link: {OwnKernel}");
                if (tcp?.UserTimeout is not null)
                    return new(Fidelity.Approximate, $"the TCP user timeout never ends: {OwnKernel}");
            }
        return Unguarded(run, Side.Client) is { } end
            ? new(Fidelity.Approximate,
                $"{end} has no check above TCP, so it never gives up and does not come back as it would")
            : SameModel;
    }

    private static Side? Detecting(string metric) =>
        metric.StartsWith("detection.client.", StringComparison.Ordinal) ? Side.Client
        : metric.StartsWith("detection.server.", StringComparison.Ordinal) ? Side.Server : null;

    /// <summary>Whom a cut or a crash leaves with nothing but TCP to notice it, in words; null when nobody.</summary>
    private static string? Unguarded(RunSpec run, Side side)
    {
        var cast = new Cast(run.Topology);
        foreach (FaultSpec fault in run.Scenario.Faults.Where(f => f.Kind is FaultKind.Cut or FaultKind.Crash))
        {
            // who has no power has nothing to notice
            Meaning hit = cast.Resolve(fault.Target);
            bool server = hit.Kind == TargetKinds.Server;
            if (fault.Kind == FaultKind.Crash && server == (side == Side.Server)) continue;
            foreach (string group in hit.Groups)
            {
                ClientSpec client = run.Topology.Clients[group];
                if (!Checks(PolicyOf(run, client, side))) return side == Side.Client ? group : client.Server;
            }
        }
        return null;
    }

    /// <summary>
    /// A server with a stream that a cut or a crash may leave with nothing but TCP to notice it; null when there is
    /// none. A routed ping sees one member of a pool.
    /// </summary>
    private static string? Unwatched(RunSpec run, bool onlyWithTcpChecks)
    {
        var cast = new Cast(run.Topology);
        foreach (FaultSpec fault in run.Scenario.Faults.Where(f => f.Kind is FaultKind.Cut or FaultKind.Crash))
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
                || fault.Kind == FaultKind.Cut && hit.Servers.Any(own.Contains),
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
