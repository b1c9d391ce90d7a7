using Lab.Network;
using Lab.Xmpp;

namespace Lab.Experiments;

/// <summary>
/// Plays the faults of a scenario. When and how long is drawn from a stream of each fault's own, so it does not depend
/// on what anybody does about it. A fault is over after its "for", or where the healed tail begins.
/// </summary>
internal sealed class FaultPlan : EventTarget
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

        /// <summary>With "after": it waits for its step from then on.</summary>
        public Instant NotBefore;

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
                foreach (Member m in members)
                    Await(New(i, spec, hit, [m], random.Fork(m.Name), 0), Instant.Zero + spec.At);
            else
            {
                Occurrence first = New(i, spec, hit, members, random, 0);
                Begin(first, Instant.Zero + spec.At + random.Between(Duration.Zero, spec.Within));
            }
        }
        if (waiting.Count > 0) world.Signals.StepReached += OnStep;
    }

    /// <summary>Every fault that waits for that step of that client begins.</summary>
    private void OnStep(Instant now, int client, Step step)
    {
        foreach (Occurrence o in waiting.Where(o =>
            o.Members[0].Index == client && o.Spec.After == step && now >= o.NotBefore).ToList())
        {
            waiting.Remove(o);
            Begin(o, now);
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

    private void Await(Occurrence o, Instant notBefore)
    {
        o.NotBefore = notBefore;
        waiting.Add(o);
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
        Instant when = now + o.Random.Exponential(mean);
        if (o.Spec.After is null) Begin(next, when);
        else Await(next, when);
    }

    /// <summary>The host the journal names: the server, else the first client or route it hits, else none.</summary>
    private int HostOf(Occurrence o) =>
        o.Servers.Count > 0 ? world.Cast.Members.Count + o.Servers[0] : o.Paths.FirstOrDefault(-1);

    private IEnumerable<Action<Instant>> Effects(Occurrence o, bool begins) => o.Spec.Kind switch
    {
        FaultKind.Cut => o.Paths.SelectMany(path => Cuts(o, path, begins)),
        FaultKind.Degrade => o.Paths.Select(path => (Action<Instant>)(now =>
        {
            if (begins)
                world.Network.Degrade(now, path, o.Argument, o.Spec.To!.Upward(), o.Spec.To!.Downward());
            else world.Network.Restore(now, path, o.Argument);
        })),
        FaultKind.Reset when begins =>
            o.Paths.Select(path => (Action<Instant>)(now => world.Network.ResetConnections(now, path))),
        FaultKind.Reset => [],
        FaultKind.Unresolved => o.Servers.SelectMany(s => world.Servers.Select(host =>
            (Action<Instant>)(now => host.OnNameChanged(now, s, begins)))),
        FaultKind.Expire => o.Servers.SelectMany(s => world.Servers.Select(host =>
            (Action<Instant>)(now => host.OnCertificateChanged(now, s, begins)))),
        FaultKind.IgnoreDialback => o.Servers.Select(s =>
            (Action<Instant>)(now => world.Servers[s].OnDialbackChanged(now, begins))),
        _ => Processes(o).Select(p => (Action<Instant>)(now =>
        {
            if (begins) p.Add(now, CauseOf(o.Spec.Kind), o.Index);
            else p.Remove(now, CauseOf(o.Spec.Kind), o.Index);
        })),
    };

    private IEnumerable<HostProcess> Processes(Occurrence o) => o.Servers.Count > 0
        ? o.Servers.Select(s => world.Servers[s].Process) : o.Members.Select(m => world.Clients[m.Index].Process);

    private static ProcessCause CauseOf(FaultKind kind) => kind switch
    {
        FaultKind.Freeze => ProcessCause.Frozen,
        FaultKind.Crash => ProcessCause.NoPower,
        _ => ProcessCause.Stopped,
    };

    private IEnumerable<Action<Instant>> Cuts(Occurrence o, int path, bool begins)
    {
        foreach (Direction way in Enum.GetValues<Direction>())
        {
            if (o.Spec.Direction == (way == Direction.Up ? CutDirection.Down : CutDirection.Up)) continue;
            yield return begins
                ? now => world.Network.Cut(now, path, way, o.Index)
                : now => world.Network.Heal(now, path, way, o.Index);
        }
    }
}
