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

    /// <summary>One coming of one fault, from when it is planned; what it hits is told when it strikes.</summary>
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

        public Strike? Strike;
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
                    Await(New(occurrences.Count, i, spec, hit, [m], random.Fork(m.Name), 0), Instant.Zero + spec.At);
            else
            {
                Occurrence first = New(occurrences.Count, i, spec, hit, members, random, 0);
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

    // the next coming of a fault takes the place of the one that is over
    private Occurrence New(int place, int index, FaultSpec spec, Meaning hit, IReadOnlyList<Member> members,
        RandomStream random, int number)
    {
        var o = new Occurrence
        {
            Index = index, Spec = spec, Hit = hit, Members = members, Random = random, Number = number,
        };
        o.Argument = place << 1;
        if (place == occurrences.Count) occurrences.Add(o);
        else occurrences[place] = o;
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
        IReadOnlyList<int> servers = o.Hit.Kind == TargetKinds.Server ? o.Hit.Servers : [];
        Strike strike = o.Strike = new Strike(
            world, o.Spec, o.Index, o.Argument, o.Members, servers, world.Cast.RoutesOf(o.Hit, o.Random));
        world.Journal.FaultBegan(now, HostOf(strike), o.Index, o.Number);
        ((Fault)o.Spec.Kind).Begin(now, strike);
        Instant end = now + (((Fault)o.Spec.Kind).Length(o.Spec) ?? Duration.Forever);
        if (heals) end = Instant.Min(end, tail);
        if (end != Instant.Never) world.Queue.At(end, target, o.Argument | 1);
    }

    private void Heal(Instant now, Occurrence o)
    {
        ((Fault)o.Spec.Kind).End(now, o.Strike!);
        world.Journal.FaultEnded(now, HostOf(o.Strike!), o.Index, o.Number);
        if (o.Spec.Every is not { } mean) return;
        Occurrence next = New(o.Argument >> 1, o.Index, o.Spec, o.Hit, o.Members, o.Random, o.Number + 1);
        Instant when = now + o.Random.Exponential(mean);
        if (o.Spec.After is null) Begin(next, when);
        else Await(next, when);
    }

    /// <summary>The host the journal names: the server, else the first client or route it hits, else none.</summary>
    private int HostOf(Strike strike) =>
        strike.Servers.Count > 0 ? world.Cast.Members.Count + strike.Servers[0] : strike.Paths.FirstOrDefault(-1);
}
