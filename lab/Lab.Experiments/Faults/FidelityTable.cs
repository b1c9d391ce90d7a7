using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>What a network does to a connection besides faults; ProbeRefresh: a middlebox remembers it for TCP's
/// probes.</summary>
public enum LinkProperty
{
    Delay, Jitter, Rate, Queue, Loss, Outages, SynLoss, ConnectTime, ProbeRefresh, Suspension, Doze, Reclaiming,
}

/// <summary>
/// What each network can show, and how truly: properties of links and mechanisms that end a stream. What follows for
/// a fault or a metric is said where that is.
/// The simulated network models everything. On the proxied one each client's path is a proxy of two real sockets: the
/// bytes between them pass the modelled TCP and the modelled links, but each end talks to the proxy's kernel, which is
/// near, quick and never dies. So what the TCP of an end would learn of a bad path, nobody learns there.
/// </summary>
public static class FidelityTable
{
    internal const string OwnKernel = "the proxy's kernel answers in place of the peer's, at once and for ever";

    internal static readonly Judgement SameModel =
        new(Fidelity.Modelled, "the bytes pass the same model between the two legs of the proxy");

    public static Judgement Of(NetworkKind network, LinkProperty property) => network switch
    {
        NetworkKind.Simulated => Judgement.Model,
        NetworkKind.Proxied => property switch
        {
            LinkProperty.SynLoss => new(Fidelity.Unsupported, $"no SYN crosses the link: {OwnKernel}"),
            LinkProperty.ConnectTime => new(Fidelity.Unsupported,
                "the proxy accepts a connect at once, whatever the delay of the link"),
            LinkProperty.ProbeRefresh => new(Fidelity.Unsupported,
                "probes of TCP keepalive end at the proxy, so no middlebox remembers a connection for them, or answers "
                    + "them"),
            LinkProperty.Suspension => new(Fidelity.Exact,
                "the client really stands still while this machine's kernel acknowledges for it"),
            LinkProperty.Doze => new(Fidelity.Approximate,
                "the client really stands still and nothing passes, but the proxy's kernel goes on acknowledging what "
                    + "the server sends"),
            LinkProperty.Reclaiming => new(Fidelity.Unsupported, "nobody takes a real socket from its program"),
            LinkProperty.Delay or LinkProperty.Jitter or LinkProperty.Rate or LinkProperty.Queue or LinkProperty.Loss
                or LinkProperty.Outages => SameModel,
        },
    };

    /// <summary>Of servers whose work takes a given time.</summary>
    public static Judgement OfService(NetworkKind network) => network switch
    {
        NetworkKind.Simulated => Judgement.Model,
        NetworkKind.Proxied => new(Fidelity.Unsupported,
            "on real sockets work takes the time that it takes, and the backlog is the proxy's"),
    };

    public static Judgement Of(NetworkKind network, Mechanism mechanism) => network switch
    {
        NetworkKind.Simulated => mechanism is Mechanism.TlsFailure or Mechanism.LocalFailure or Mechanism.Unseen
            ? new(Fidelity.Unsupported, "it happens on real sockets only") : Judgement.Model,
        NetworkKind.Proxied => mechanism switch
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
            Mechanism.None or Mechanism.PingTimeout or Mechanism.AckTimeout or Mechanism.IdleRule
                or Mechanism.TlsTimeout or Mechanism.StepTimeout or Mechanism.TotalTimeout or Mechanism.StreamError
                or Mechanism.StreamClose or Mechanism.Stopped or Mechanism.Replaced or Mechanism.Crashed
                or Mechanism.ProtocolError or Mechanism.NetworkChange =>
                new(Fidelity.Exact, "the same state machine decides, by a real clock"),
        },
    };

    /// <summary>The faults of a run, each kind once; middleboxes forget also without one.</summary>
    internal static IEnumerable<FaultKind> KindsOf(RunSpec run) => run.Scenario.Faults.Select(f => f.Kind)
        .Concat(run.Topology.HasMiddleboxes ? [FaultKinds.Forget] : []).Distinct();

    /// <summary>
    /// The least faithful fault of a run's scenario; exact without faults, but for the links, which are modelled, for
    /// middleboxes that probes of TCP speak to, and for clients that sleep.
    /// </summary>
    public static Judgement OfFaults(RunSpec run)
    {
        var worst = new Judgement(Fidelity.Exact, "there are no faults");
        foreach (FaultKind kind in KindsOf(run))
        {
            Judgement of = kind.On(run.Network);
            worst = worst.Worse(of with { Reason = $"{kind.Word}: {of.Reason}" });
        }
        if (run.Topology.Clients.Values.Any(c => HangsOnProbes(run.Topology, c)))
            worst = worst.Worse(Of(run.Network, LinkProperty.ProbeRefresh));
        foreach (LinkProperty sleep in Sleep(run.Topology)) worst = worst.Worse(Of(run.Network, sleep));
        return worst.Worse(Of(run.Network, LinkProperty.Delay));
    }

    /// <summary>What systems do to clients' connections while they let their apps sleep.</summary>
    internal static IEnumerable<LinkProperty> Sleep(Topology topology)
    {
        SleepProfile[] all = [.. topology.Clients.Values.Select(c => c.Sleep).OfType<SleepProfile>()];
        if (all.Any(s => s.SuspendsAfter is not null)) yield return LinkProperty.Suspension;
        if (all.Any(s => s.Light is not null || s.Deep is not null)) yield return LinkProperty.Doze;
        if (all.Any(s => s.ReclaimsAfter is not null)) yield return LinkProperty.Reclaiming;
    }

    /// <summary>Whether it is probes of TCP that keep a connection of that client known to a middlebox, or hear that it
    /// is not known any more.</summary>
    private static bool HangsOnProbes(Topology topology, ClientSpec client)
    {
        ServerSpec? server = topology.Servers.GetValueOrDefault(client.Server);
        Policy[] ends = [client.Policy?.Inline ?? Policy.Nothing, server?.Policy?.Inline ?? Policy.Nothing];
        TcpSettings[] tcp =
        [
            SystemProfile.Settings(client.Os, client.Kernel, ends[0].Tcp),
            SystemProfile.Settings(server?.Os ?? default, server?.Kernel, ends[1].Tcp),
        ];
        Duration probes = tcp.Min(t => t.Keepalive?.Idle) ?? MiddleboxSpec.Forever;
        Duration others = ends.SelectMany(e => new[] { e.Whitespace?.Every, e.Ping?.Every, e.Acks?.Every })
            .Min() ?? MiddleboxSpec.Forever;
        return probes < others && topology.MiddleboxesOf(client).Any(b => b.OnExpiry == Notice.ResetSender
            || b.Longest is { } longest && probes < longest && others > b.Shortest);
    }
}
