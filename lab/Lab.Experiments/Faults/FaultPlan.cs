using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// Plays the faults of a scenario. When and how long is drawn from a stream of each fault's own, so it does not depend
/// on what anybody does about it. A fault is over after its "for", or where the healed tail begins.
/// </summary>
internal sealed class FaultPlan : EventTarget, IJournalReader
{
    private readonly World world;
    private readonly Instant tail;
    private readonly bool heals;
    private readonly List<Occurrence> occurrences = [];
    private readonly List<Occurrence> waiting = [];
    private readonly int target;

    /// <summary>One coming of one fault, on everything it hits at the same time.</summary>
    private sealed class Occurrence
    {
        public required int Index, Number;
        public required FaultSpec Spec;
        public required Meaning Hit;
        public required IReadOnlyList<Member> Members;
        public required RandomStream Random;
        public int Argument;

        /// <summary>As drawn when it struck, where the target says any.</summary>
        public IReadOnlyList<Route> Routes = [];

        public IReadOnlyList<int> Servers => Hit.Kind == TargetKinds.Server ? Hit.Servers : [];

        public IEnumerable<int> Paths => Members.Select(m => m.Index).Concat(Routes.Select(r => r.Index));
    }

    public FaultPlan(World world, Scenario scenario)
    {
        this.world = world;
        tail = Instant.Zero + (scenario.Duration - scenario.Tail);
        heals = scenario.Tail > Duration.Zero;
        target = world.Queue.Register(this);
        for (int i = 0; i < scenario.Faults.Count; i++)
        {
            FaultSpec spec = scenario.Faults[i];
            RandomStream random = world.Random.Fork($"fault/{i}");
            Meaning hit = world.Cast.Resolve(spec.Target);
            IReadOnlyList<Member> members = world.Cast.MembersOf(hit);
            if (spec.After is not null)
                foreach (Member m in members) waiting.Add(New(i, spec, hit, [m], random.Fork(m.Name), 0));
            else
            {
                Occurrence first = New(i, spec, hit, members, random, 0);
                Begin(first, Instant.Zero + spec.At + random.Between(Duration.Zero, spec.Within));
            }
        }
        if (waiting.Count > 0) world.Journal.Attach(this);
    }

    /// <summary>Looks for the steps of negotiation that faults wait for.</summary>
    public void On(in Entry entry)
    {
        if (entry.Kind != EntryKind.StepReached) return;
        Step step = StepEntry.Of(in entry).Step;
        for (int i = 0; i < waiting.Count; i++)
        {
            Occurrence o = waiting[i];
            if (o.Members[0].Index != entry.Host || o.Spec.After != step) continue;
            if (entry.At < Instant.Zero + o.Spec.At) continue;
            waiting.RemoveAt(i);
            Begin(o, entry.At);
            return;
        }
    }

    public override void OnEvent(Instant now, int argument)
    {
        Occurrence o = occurrences[argument >> 1];
        if ((argument & 1) == 0) Strike(now, o);
        else Heal(now, o);
    }

    private Occurrence New(
        int index, FaultSpec spec, Meaning hit, IReadOnlyList<Member> members, RandomStream random, int number)
    {
        var o = new Occurrence
        {
            Index = index, Spec = spec, Hit = hit, Members = members, Random = random, Number = number,
        };
        o.Argument = occurrences.Count << 1;
        occurrences.Add(o);
        return o;
    }

    private void Begin(Occurrence o, Instant when)
    {
        if (!heals || when < tail) world.Queue.At(when, target, o.Argument);
    }

    private void Strike(Instant now, Occurrence o)
    {
        o.Routes = world.Cast.RoutesOf(o.Hit, o.Random);
        world.Journal.FaultBegan(now, HostOf(o), o.Index, o.Number);
        foreach (Action<Instant> act in Effects(o, begins: true)) act(now);
        Instant end = o.Spec.Kind == FaultKind.Reset ? now : now + (o.Spec.For ?? Duration.Forever);
        if (heals) end = Instant.Min(end, tail);
        if (end != Instant.Never) world.Queue.At(end, target, o.Argument | 1);
    }

    private void Heal(Instant now, Occurrence o)
    {
        foreach (Action<Instant> act in Effects(o, begins: false)) act(now);
        world.Journal.FaultEnded(now, HostOf(o), o.Index, o.Number);
        if (o.Spec.Every is not { } mean) return;
        Occurrence next = New(o.Index, o.Spec, o.Hit, o.Members, o.Random, o.Number + 1);
        Begin(next, now + o.Random.Exponential(mean));
    }

    /// <summary>The host the journal names: the server, else the first client or route it hits, else none.</summary>
    private int HostOf(Occurrence o) =>
        o.Servers.Count > 0 ? world.Cast.Members.Count + o.Servers[0] : o.Paths.FirstOrDefault(-1);

    private IEnumerable<Action<Instant>> Effects(Occurrence o, bool begins) => o.Spec.Kind switch
    {
        FaultKind.Cut => o.Paths.SelectMany(path => Cuts(o, path, begins)),
        FaultKind.Degrade => o.Paths.Select(path => (Action<Instant>)(now =>
            world.Network.Change(
                now, path, begins ? o.Spec.To!.Upward() : null, begins ? o.Spec.To!.Downward() : null))),
        FaultKind.Reset when begins =>
            o.Paths.Select(path => (Action<Instant>)(now => world.Network.ResetConnections(now, path))),
        FaultKind.Reset => [],
        _ when o.Spec.Kind.IsBetweenServers() =>
            o.Servers.SelectMany(s => world.Servers.Select(host => (Action<Instant>)(now =>
                host.OnFederationFault(now, o.Spec.Kind, s, begins)))),
        _ when o.Servers.Count > 0 =>
            o.Servers.Select(s => (Action<Instant>)(now => OnServer(now, o, world.Servers[s], begins))),
        _ => o.Members.Select(m => (Action<Instant>)(now => OnClient(now, o, m, begins))),
    };

    private IEnumerable<Action<Instant>> Cuts(Occurrence o, int path, bool begins)
    {
        for (int direction = 0; direction < 2; direction++)
        {
            if (o.Spec.Direction == (direction == 0 ? CutDirection.Down : CutDirection.Up)) continue;
            int d = direction;
            yield return begins
                ? now => world.Network.Cut(now, path, d, o.Index)
                : now => world.Network.Heal(now, path, d, o.Index);
        }
    }

    private static void OnServer(Instant now, Occurrence o, ServerHost server, bool begins)
    {
        switch (o.Spec.Kind)
        {
            case FaultKind.Freeze when begins: server.Freeze(now, o.Index); break;
            case FaultKind.Freeze: server.Thaw(now, o.Index); break;
            case FaultKind.Crash when begins: server.Crash(now, o.Index); break;
            case FaultKind.Restart when begins: server.Stop(now, o.Index); break;
            default: server.Start(now, o.Index); break;
        }
    }

    private void OnClient(Instant now, Occurrence o, Member m, bool begins)
    {
        ClientHost client = world.Clients[m.Index];
        switch (o.Spec.Kind)
        {
            case FaultKind.Freeze when begins: client.Freeze(now, o.Index); break;
            case FaultKind.Freeze: client.Thaw(now, o.Index); break;
            default:
                if (begins) client.Crash(now, o.Index);
                else client.Restart(now, o.Index);
                break;
        }
    }
}
