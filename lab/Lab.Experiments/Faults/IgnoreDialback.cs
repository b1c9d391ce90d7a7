using Lab.Network;

namespace Lab.Experiments;

/// <summary>A server answers neither db:result nor db:verify of others.</summary>
internal sealed class IgnoreDialback : FaultBetweenServers
{
    public override string Word => "ignore-dialback";
    public override string Help => "the server answers neither db:result nor db:verify of others";
    public override string Example => "{at: 30m, ignore-dialback: b.example, for: 10m}";
    public override string Colour => "#999933";

    public override Judgement On(NetworkKind network) =>
        Between(network, new(Fidelity.Exact, "the same state machine says nothing"));

    protected override void Change(Instant now, World world, int server, bool begins) =>
        world.Servers[server].OnDialbackChanged(now, begins);
}
