using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// What processes, their kernels and paths can do. The lab's own processes do nothing while they are stopped or gone (a
/// real program is only seen from outside, and what it said may be heard late); no kernel does anything while its host
/// is without power; and nothing arrives by a direction that is dead.
/// </summary>
internal sealed class WorldRules
{
    private const int HasPower = -1;
    private readonly IReadOnlyList<FaultSpec> faults;
    private readonly ProcessState[] states;
    private readonly bool[] isOwn;                              // whether the program is the lab's
    private readonly int[] powerCut;                            // by host: the fault that took it
    private readonly int[] nearHost, farHost;                   // by path
    private readonly bool[] upDead, downDead;                   // by path
    private readonly int clients;
    private int dark;

    public WorldRules(Cast cast, IReadOnlyList<FaultSpec> faults)
    {
        this.faults = faults;
        clients = cast.Members.Count;
        int hosts = cast.FirstRoute;
        states = new ProcessState[hosts];
        isOwn =
        [
            .. cast.Members.Select(m => m.Spec.Software == ClientSoftware.Lab),
            .. cast.Specs.Select(s => s.Software == ServerSoftware.Lab),
        ];
        powerCut = new int[hosts];
        Array.Fill(powerCut, HasPower);
        (nearHost, farHost) = (new int[cast.Paths], new int[cast.Paths]);
        (upDead, downDead) = (new bool[cast.Paths], new bool[cast.Paths]);
        foreach (Member m in cast.Members) (nearHost[m.Index], farHost[m.Index]) = (m.Index, clients + m.Server);
        foreach (Route r in cast.Routes) (nearHost[r.Index], farHost[r.Index]) = (clients + r.From, clients + r.To);
    }

    /// <summary>What is wrong with it, in words.</summary>
    public string? On(in Entry e)
    {
        switch (e.Kind)
        {
            case EntryKind.PacketDelivered:
                bool dead = PacketEntry.Of(in e).Direction == Direction.Up ? upDead[e.Host] : downDead[e.Host];
                return dead ? "a packet came through a cut" : null;
            case EntryKind.PacketSent:
                if (dark == 0) return null;
                return Kernel(PacketEntry.Of(in e).Direction == Direction.Up ? nearHost[e.Host] : farHost[e.Host]);
            case EntryKind.NearTransportEnded:
                return Kernel(nearHost[e.Host]);
            case EntryKind.FarTransportEnded:
                return Kernel(farHost[e.Host]);
            case EntryKind.PathChanged:
                (upDead[e.Host], downDead[e.Host], _) = PathEntry.Of(in e);
                return null;
            case EntryKind.ProcessChanged:
                Changed(e.Host, ProcessEntry.Of(in e));
                return null;
            case EntryKind.FaultEnded:
                PowerReturns(FaultEntry.Of(in e).Fault);
                return null;
            case EntryKind.MemberReady:
                return Process(At(e.Host, MemberReadyEntry.Of(in e).Side));
            case EntryKind.MemberEnded or EntryKind.MemberBlamed:
                (PathEnd side, StreamEnd member, _) = MemberEndEntry.Of(in e);
                return Ended(At(e.Host, side), member);
            case EntryKind.MemberCheckSent or EntryKind.MemberCheckAnswered:
                return Process(At(e.Host, MemberCheckEntry.Of(in e).Side));
            case EntryKind.ClientOffline:
                return Ended(nearHost[e.Host], OfflineEntry.Of(in e).End);
            case EntryKind.ServerOffline:
                return Ended(farHost[e.Host], OfflineEntry.Of(in e).End);
            case EntryKind.ConnectAttempt or EntryKind.StepReached or EntryKind.ClientOnline
                or EntryKind.RetryScheduled or EntryKind.ClientCheckSent or EntryKind.ClientCheckAnswered
                or EntryKind.MessageReceived or EntryKind.MessageAcknowledged or EntryKind.MessageAbandoned:
                return e.Host >= 0 ? Process(nearHost[e.Host]) : null;
            case EntryKind.FarAccepted or EntryKind.ServerAvailable or EntryKind.ServerHibernated
                or EntryKind.ServerUnavailable or EntryKind.ServerCheckSent
                or EntryKind.ServerCheckAnswered or EntryKind.MessageAccepted or EntryKind.MessageStored:
                return e.Host >= 0 ? Process(farHost[e.Host]) : null;
            case EntryKind.MessageSent:
                return e.Host >= 0 ? Process(e.Host) : null;
            case EntryKind.StanzaReturned:
                return Process(e.Host);
            default:
                return null;
        }
    }

    private int At(int path, PathEnd end) => end == PathEnd.Near ? nearHost[path] : farHost[path];

    private string? Process(int host) => !isOwn[host] ? null : states[host] switch
    {
        ProcessState.Runs => null,
        ProcessState.Frozen => "a frozen process did something",
        ProcessState.Gone => "a process that is gone did something",
    };

    // that a process was killed is said of it, not by it
    private string? Ended(int host, StreamEnd end) =>
        end.Mechanism is Mechanism.Crashed or Mechanism.Stopped && states[host] == ProcessState.Frozen ? null
        : Process(host);

    private string? Kernel(int host) => powerCut[host] == HasPower ? null : "a host without power did something";

    private void Changed(int host, ProcessEntry change)
    {
        states[host] = change.State;
        bool crashed = change.State == ProcessState.Gone && faults[change.Fault].Kind.TakesPower;
        SetPower(host, crashed ? change.Fault : HasPower);
    }

    /// <summary>A fault that is over holds no power back, even where another one keeps the process away.</summary>
    private void PowerReturns(int fault)
    {
        if (dark == 0) return;
        for (int host = 0; host < powerCut.Length; host++)
            if (powerCut[host] == fault) SetPower(host, HasPower);
    }

    private void SetPower(int host, int fault)
    {
        dark += (fault == HasPower ? 0 : 1) - (powerCut[host] == HasPower ? 0 : 1);
        powerCut[host] = fault;
    }
}
