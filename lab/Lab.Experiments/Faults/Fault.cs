using Lab.Network;

namespace Lab.Experiments;

/// <summary>
/// A kind of fault with what it does. It holds no state: what is in force is counted by what it hits.
/// </summary>
internal abstract class Fault : FaultKind
{
    public abstract void Begin(Instant now, Strike strike);

    /// <summary>How long it lasts; null = until the healed tail.</summary>
    public virtual Duration? Length(FaultSpec spec) => IsMomentary ? Duration.Zero : spec.For;

    /// <summary>It is over; after the healed tail has begun, or after its "for".</summary>
    public virtual void End(Instant now, Strike strike) { }
}

/// <summary>One coming of one fault, with everything that it hits at the same time.</summary>
/// <param name="Fault">Its index in the scenario.</param>
/// <param name="Number">Nobody else's while it lasts.</param>
/// <param name="Servers">Whole servers; their clients' members and their routes are among the others.</param>
/// <param name="Routes">As drawn when it struck, where the target says any.</param>
internal sealed record Strike(
    World World, FaultSpec Spec, int Fault, int Number, IReadOnlyList<Member> Members, IReadOnlyList<int> Servers,
    IReadOnlyList<Route> Routes)
{
    /// <summary>The paths of the members and of the routes.</summary>
    public IEnumerable<int> Paths => Members.Select(m => m.Index).Concat(Routes.Select(r => r.Index));

    /// <summary>
    /// The same, and where the target is a link, or the fault says on which, only that one of the members' several.
    /// </summary>
    public IEnumerable<Stretch> Stretches => Members
        .SelectMany(m => (Spec.On ?? LinkName) is { } name ? m.StretchesOver(name) : [new Stretch(m.Index)])
        .Concat(Routes.Select(r => new Stretch(r.Index)));

    /// <summary>Of a target that is a link.</summary>
    private string? LinkName => World.Cast.Resolve(Spec.Target).Kind == TargetKinds.Link ? Spec.Target.Text : null;

    /// <summary>The servers' processes where servers are meant, else the members'.</summary>
    public IEnumerable<HostProcess> Processes => Servers.Count > 0
        ? Servers.Select(s => World.Servers[s].Process) : Members.Select(m => World.Clients[m.Index].Process);
}

/// <summary>A fault that is one more reason for processes not to run.</summary>
internal abstract class ProcessFault(ProcessCause cause) : Fault
{
    public sealed override void Begin(Instant now, Strike strike)
    {
        foreach (HostProcess process in strike.Processes) process.Add(now, cause, strike.Fault);
    }

    public sealed override void End(Instant now, Strike strike)
    {
        foreach (HostProcess process in strike.Processes) process.Remove(now, cause, strike.Fault);
    }
}

/// <summary>A fault in what servers find out about each other, or say to each other.</summary>
internal abstract class FaultBetweenServers : Fault
{
    public sealed override TargetKinds Targets => TargetKinds.Server;
    public sealed override bool IsBetweenServers => true;
    public sealed override bool IsIncident => false;

    public sealed override void Begin(Instant now, Strike strike)
    {
        foreach (int server in strike.Servers) Change(now, strike.World, server, begins: true);
    }

    public sealed override void End(Instant now, Strike strike)
    {
        foreach (int server in strike.Servers) Change(now, strike.World, server, begins: false);
    }

    protected abstract void Change(Instant now, World world, int server, bool begins);
}
