using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// What processes, their kernels and paths can do. The lab's own processes do nothing while they are stopped or gone (a
/// real program is only seen from outside, and what it said may be heard late); no kernel does anything while its host
/// is without power; and nothing leaves a direction of a path that a fault has cut. (An outage of the link's own loses
/// what is sent into it, not what was on its way before; nor does a client that has left its link. Of several links one
/// may still carry what was opened over it: there nothing is judged.)
/// </summary>
internal sealed class WorldRules
{
    private const int HasPower = -1;
    private readonly IReadOnlyList<FaultSpec> faults;
    private readonly ProcessState[] states;
    private readonly bool[] isOwn;                              // whether the program is the lab's
    private readonly int[] powerCut;                            // by host: the fault that took it
    private readonly int[] nearHost, farHost;                   // by path
    private readonly bool[] dead, cut;                          // by way: a direction of a path
    private readonly bool[] isOne;                              // by client: it has one link
    private readonly int clients;
    private int stopped, dark, cuts;                            // how many of them there are

    public WorldRules(Cast cast, IReadOnlyList<FaultSpec> faults)
    {
        this.faults = faults;
        clients = cast.Members.Count;
        isOne = [.. cast.Members.Select(m => m.Links.Count == 1)];
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
        (dead, cut) = (new bool[2 * cast.Paths], new bool[2 * cast.Paths]);
        foreach (Member m in cast.Members) (nearHost[m.Index], farHost[m.Index]) = (m.Index, clients + m.Server);
        foreach (Route r in cast.Routes) (nearHost[r.Index], farHost[r.Index]) = (clients + r.From, clients + r.To);
    }

    /// <summary>Every process runs and nothing is cut: most of the time, and nothing has to be looked up.</summary>
    public bool IsCalm => (stopped | dark | cuts) == 0;

    /// <summary>What is wrong with a packet, in words.</summary>
    public string? OnPacket(in Entry e)
    {
        PacketEntry packet = PacketEntry.Of(in e);
        Direction direction = packet.Direction;
        if (e.Kind == EntryKind.PacketSent)
            return packet.Mark == Traffic.Middlebox ? null
                : Kernel(direction == Direction.Up ? nearHost[e.Host] : farHost[e.Host]);
        return e.Kind == EntryKind.PacketDelivered && cut[2 * e.Host + (int)direction] && !packet.IsBehindLink
            ? "a packet came through a cut" : null;
    }

    /// <summary>What is wrong with any other entry, in words.</summary>
    public string? On(in Entry e)
    {
        switch (e.Kind)
        {
            case EntryKind.NearTransportEnded:
                return Kernel(nearHost[e.Host]);
            case EntryKind.FarTransportEnded:
                return Kernel(farHost[e.Host]);
            case EntryKind.PathChanged:
                PathEntry path = PathEntry.Of(in e);
                if (e.Host < clients && !isOne[e.Host]) return null;
                Changed(2 * e.Host, path.UpDead, path.Fault);
                Changed(2 * e.Host + 1, path.DownDead, path.Fault);
                return null;
            case EntryKind.ProcessChanged:
                Changed(e.Host, ProcessEntry.Of(in e));
                return null;
            case EntryKind.FaultEnded:
                PowerReturns(FaultEntry.Of(in e).Fault);
                return null;
            default:
                return stopped == 0 ? null : OnProcess(in e);
        }
    }

    /// <summary>Whose act an entry tells, and whether it could act.</summary>
    private string? OnProcess(in Entry e)
    {
        switch (e.Kind)
        {
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
                or EntryKind.NetworkNoticed or EntryKind.MessageReceived or EntryKind.MessageAcknowledged
                or EntryKind.MessageAbandoned:
                return e.Host >= 0 ? Process(nearHost[e.Host]) : null;
            case EntryKind.FarAccepted or EntryKind.ServerAvailable or EntryKind.ServerHibernated
                or EntryKind.ServerUnavailable or EntryKind.ServerCheckSent
                or EntryKind.ServerCheckAnswered or EntryKind.MessageAccepted or EntryKind.MessageStored
                or EntryKind.MessageHanded:
                return e.Host >= 0 ? Process(farHost[e.Host]) : null;
            case EntryKind.MessageSent:
                return e.Host >= 0 ? Process(e.Host) : null;
            case EntryKind.StanzaReturned:
                return Process(e.Host);
            default:
                return null;
        }
    }

    private void Changed(int way, bool isDead, int fault)
    {
        bool isCut = isDead && (cut[way] || !dead[way] && fault != PathEntry.Weather);
        cuts += (isCut ? 1 : 0) - (cut[way] ? 1 : 0);
        (dead[way], cut[way]) = (isDead, isCut);
    }

    private int At(int path, PathEnd end) => end == PathEnd.Near ? nearHost[path] : farHost[path];

    private string? Process(int host) => !isOwn[host] ? null : states[host] switch
    {
        ProcessState.Runs => null,
        ProcessState.Frozen => "a frozen process did something",
        ProcessState.Gone => "a process that is gone did something",
        ProcessState.Dozing => "a process that dozes did something",
    };

    // that a process was killed is said of it, not by it
    private string? Ended(int host, StreamEnd end) =>
        end.Mechanism is Mechanism.Crashed or Mechanism.Stopped && states[host] != ProcessState.Runs ? null
        : Process(host);

    private string? Kernel(int host) => powerCut[host] == HasPower ? null : "a host without power did something";

    private void Changed(int host, ProcessEntry change)
    {
        stopped += (change.State == ProcessState.Runs ? 0 : 1) - (states[host] == ProcessState.Runs ? 0 : 1);
        states[host] = change.State;
        bool crashed = change is { State: ProcessState.Gone, Fault: not ProcessEntry.ByItself }
            && faults[change.Fault].Kind.TakesPower;
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
