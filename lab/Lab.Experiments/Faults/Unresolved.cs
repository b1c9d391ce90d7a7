using Lab.Network;

namespace Lab.Experiments;

/// <summary>Other servers cannot find out where this one is.</summary>
internal sealed class Unresolved : FaultBetweenServers
{
    public override string Word => "unresolved";
    public override string Help => "other servers cannot resolve this one's name; streams that stand are not touched";
    public override string Example => "{at: 30m, unresolved: b.example, for: 10m}";
    public override string Colour => "#332288";

    public override Judgement On(NetworkKind network) =>
        Between(network, new(Fidelity.Exact, "the lab tells all servers where the others are"));

    protected override void Change(Instant now, World world, int server, bool begins)
    {
        foreach (IServerProgram other in world.Servers) other.OnNameChanged(now, server, hidden: begins);
    }
}
